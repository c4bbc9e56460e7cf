==== shop.postern
/// The shop.
policy sh⟨policy⟩op edition 1
use std.pii

/// The CI system.
issuer ci : oi⟨kind⟩dc {
  url       "https://ci.example"
  audience  "postern"
  claims    { sub string, team string optional, level int optional }
}

/// Rolls out releases.
identity deployer from ci { when claim.s⟨claim⟩ub == "deployer" }
identity reporter from ci { when claim.sub == "reporter" }
group bots { deployer, reporter }

/// The database of orders.
resource orders⟨res⟩_db : postgres {
  tags         production
  search_path  public⟨gap⟩
  schema       "orders.sql"
}

set contact = { email, phone }
let bounded = statement.has_⟨fact⟩where or statement.has_limit

/// Reads of the nightly report.
allow re⟨rule⟩ads {
  who   re⟨on⟩porter
  on    orders_⟨db⟩db
  to    sel⟨verb⟩ect from ord⟨table⟩ers, customers(id, em⟨column⟩ail)
  when  bou⟨bounded⟩nded
}

deny no_drops {
  on       tag produ⟨tag⟩ction
  to       drop
  beca⟨word⟩use  "Never."
}

mask contact_details {
  who     bo⟨bots⟩ts
  on      orders_db
  column  customers.con⟨set⟩tact  with re⟨red⟩dact
  value   pii.ib⟨iban⟩an           with redact
}

test "the report" {
  as reporter
  on orders_db
  "select id from orders where id = 1" -> allow
  "drop table orders"                  -> deny by no_drops
}

test "this fails" {
  as reporter
  on orders_db
  "drop table orders" -> allow
}
==== orders.sql
create table public.orders (id int, total int, status text);
create table public.customers (id int, name text, email text, phone text);
create table audit.log (at timestamp, what text);
---- initialize rich
initialized, positions in utf-16
diagnostics shop.postern: 2
  12:9-12:17 warning C0604: no rule allows `deployer` anything | write an `allow` for it, or remove it <file:///cache/explain/C0604.md>
  43:20-43:27 warning C0605: no rule allows anyone whom this mask is about to read `phone` | check the name, or leave the column out <file:///cache/explain/C0605.md>
---- open shop.postern
diagnostics shop.postern version 1: 2
  12:9-12:17 warning C0604: no rule allows `deployer` anything | write an `allow` for it, or remove it <file:///cache/explain/C0604.md>
  43:20-43:27 warning C0605: no rule allows anyone whom this mask is about to read `phone` | check the name, or leave the column out <file:///cache/explain/C0605.md>
---- settle
---- hover on
hover 28:8-28:16
  ```postern
  identity reporter from ci { when claim.sub == "reporter" }
  ```
  .
  allowed by `reads`; 3 rules can be about it
---- hover bounded
hover 31:8-31:15
  ```postern
  let bounded = statement.has_where or statement.has_limit
  ```
---- hover fact
hover 24:24-24:33
  ```postern
  statement.has_where: boolean
  ```
  .
  where is range or keyed; known for each statement. For postgres, mysql.
---- hover verb
hover 30:8-30:14
  `select`
  .
  Reads rows of a table or view, by columns.
---- hover rule
hover 27:6-27:11
  ```postern
  allow reads {
    who   reporter
    on    orders_db
    to    select from orders, customers(id, email)
    when  bounded
  }
  ```
  .
  Reads of the nightly report.
  .
  about `reporter`, on `orders_db`
  .
  condition: 6 instructions, worst case 7
---- hover db
hover 29:8-29:17
  ```postern
  resource orders_db : postgres {
    tags         production
    search_path  public
    schema       "orders.sql"
  }
  ```
  .
  The database of orders.
  .
  schema file with 3 tables and views
---- hover word
hover 37:2-37:9
  `because`
  .
  The reason, shown to the caller.
---- hover iban
hover 44:14-44:18
  ```postern
  detector iban {
    pattern   "(?:[A-Z]{2}|(?<![A-Za-z0-9])[A-Za-z]{2})[0-9]{2}"
    checksum  mod97
  }
  ```
  .
  A bank account's number (ISO 13616): a country's letters, check digits and length, with remainder 1 modulo 97.
  .
  *Ships with Postern, in `std.pii`.*
---- hover claim
hover 12:39-12:42
  claim `sub`
  .
  `ci`: string
---- hover table
hover 30:20-30:26
  table `public.orders`
  .
  `id`, `total`, `status`
---- hover column
hover 30:42-30:47
  column `email`
  .
  of `public.customers`
---- hover red
hover 43:34-43:40
  `redact`
  .
  `[redacted]`, or NULL where that is no value of the type.
---- hover set
hover 43:20-43:27
  ```postern
  set contact = { email, phone }
  ```
  .
  ---
  .
  **C0605**: No rule lets anyone whom the mask is about read this column. Either the name is misspelt, or the mask does nothing.
---- hover policy
hover 1:7-1:11
  ```postern
  policy shop
  ```
  .
  The shop.
---- hover res
hover 17:9-17:18
  ```postern
  resource orders_db : postgres {
    tags         production
    search_path  public
    schema       "orders.sql"
  }
  ```
  .
  The database of orders.
  .
  schema file with 3 tables and views
---- hover kind
hover 5:12-5:16
  `oidc`
  .
  OpenID Connect: keys are found through the issuer's address.
---- hover tag
hover 35:15-35:25
  tag `production`
  .
  of 1 resource
---- hover gap
null
---- hover bots
hover 41:10-41:14
  ```postern
  group bots { deployer, reporter }
  ```
