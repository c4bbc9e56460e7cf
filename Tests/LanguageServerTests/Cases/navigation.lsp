==== shop.postern
/// The shop.
policy shop edition 1
use std.p⟨use⟩ii

/// The CI system.
issuer ci : oidc {
  url       "https://ci.example"
  audience  "postern"
  claims    { sub string, team string optional, level int optional }
}

/// Rolls out releases.
identity deployer from ci { when claim.s⟨claim⟩ub == "deployer" }
identity re⟨decl⟩porter from ci { when claim.sub == "reporter" }
group bots { deployer, reporter }

/// The database of orders.
resource orders_db : postgres {
  tags         production
  search_path  public⟨gap⟩
  schema       "orders.sql"
}

set contact = { email, phone }
let bounded = statement.has_where or statement.has_limit

/// Reads of the nightly report.
allow reads {
  who   re⟨on⟩porter
  on    orders_db
  to    select from orders, customers(id, email)
  when  bounded
}

deny no_drops {
  on       tag produ⟨tag⟩ction
  to       drop
  because  "Never."
}

mask contact_details {
  who     bots
  on      orders_db
  column  customers.con⟨set⟩tact  with redact
  value   pi⟨qual⟩i.ib⟨iban⟩an           with redact
}

test "the report" {
  as reporter
  on orders_db
  "select id from orders where id = 1" -> allow
  "drop table orders"                  -> deny by no_⟨rule⟩drops
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
---- define on
shop.postern 13:9-13:17
---- refer on
shop.postern 13:9-13:17
shop.postern 14:23-14:31
shop.postern 28:8-28:16
shop.postern 48:5-48:13
shop.postern 55:5-55:13
---- highlight on
13:9-13:17 kind 3
14:23-14:31 kind 2
28:8-28:16 kind 2
48:5-48:13 kind 2
55:5-55:13 kind 2
---- define decl
shop.postern 13:9-13:17
---- refer decl
shop.postern 13:9-13:17
shop.postern 14:23-14:31
shop.postern 28:8-28:16
shop.postern 48:5-48:13
shop.postern 55:5-55:13
---- highlight decl
13:9-13:17 kind 3
14:23-14:31 kind 2
28:8-28:16 kind 2
48:5-48:13 kind 2
55:5-55:13 kind 2
---- define iban
file:///cache/std/pii.postern 51:9-51:13
---- refer iban
shop.postern 44:14-44:18
file:///cache/std/pii.postern 51:9-51:13
---- highlight iban
44:14-44:18 kind 2
---- define qual
file:///cache/std/pii.postern 2:7-2:14
---- refer qual
shop.postern 2:4-2:11
shop.postern 44:10-44:13
file:///cache/std/pii.postern 2:7-2:14
---- highlight qual
2:4-2:11 kind 2
44:10-44:13 kind 2
---- define use
file:///cache/std/pii.postern 2:7-2:14
---- refer use
shop.postern 2:4-2:11
shop.postern 44:10-44:13
file:///cache/std/pii.postern 2:7-2:14
---- highlight use
2:4-2:11 kind 2
44:10-44:13 kind 2
---- define tag
shop.postern 18:15-18:25
---- refer tag
shop.postern 18:15-18:25
shop.postern 35:15-35:25
---- highlight tag
18:15-18:25 kind 3
35:15-35:25 kind 2
---- define claim
shop.postern 8:14-8:17
---- refer claim
shop.postern 8:14-8:17
shop.postern 12:39-12:42
shop.postern 13:39-13:42
---- highlight claim
8:14-8:17 kind 3
12:39-12:42 kind 2
13:39-13:42 kind 2
---- define rule
shop.postern 34:5-34:13
---- refer rule
shop.postern 34:5-34:13
shop.postern 51:50-51:58
---- highlight rule
34:5-34:13 kind 3
51:50-51:58 kind 2
---- define set
shop.postern 23:4-23:11
---- refer set
shop.postern 23:4-23:11
shop.postern 43:20-43:27
---- highlight set
23:4-23:11 kind 3
43:20-43:27 kind 2
---- define gap
null
---- refer gap
null
---- highlight gap
null
