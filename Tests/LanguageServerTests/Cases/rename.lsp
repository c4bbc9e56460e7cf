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
identity reporter from ci { when claim.sub == "reporter" }
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
  value   pii.ib⟨iban⟩an           with redact
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
==== more.postern
policy shop edition 1

let is_report = identity.name == reporter or identity.groups contains "bots" or "bots" in identity.groups

allow more {
  who   reporter
  on    orders_db
  to    select from orders
  when  is_report and "production" in resource.tags
}

test "other file" {
  as reporter
  on orders_db
  "drop table a" -> deny by no_drops
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
---- prepare on
{"range":{"start":{"line":28,"character":8},"end":{"line":28,"character":16}},"placeholder":"reporter"}
---- prepare iban
error -32803: `std.pii.iban` ships with Postern
---- prepare use
error -32803: a policy is renamed by hand, in its first line and in every `use`
---- prepare tag
{"range":{"start":{"line":35,"character":15},"end":{"line":35,"character":25}},"placeholder":"production"}
---- prepare claim
error -32803: a claim is called as the issuer's tokens call it
---- prepare rule
{"range":{"start":{"line":51,"character":50},"end":{"line":51,"character":58}},"placeholder":"no_drops"}
---- prepare set
{"range":{"start":{"line":43,"character":20},"end":{"line":43,"character":27}},"placeholder":"contact"}
---- prepare gap
error -32803: no declared name stands here
---- rename on reports
edit more.postern version null
  2:33-2:41 "reports"
  5:8-5:16 "reports"
  12:5-12:13 "reports"
edit shop.postern version 1
  13:9-13:17 "reports"
  14:23-14:31 "reports"
  28:8-28:16 "reports"
  48:5-48:13 "reports"
  55:5-55:13 "reports"
---- rename rule never_drop
edit more.postern version null
  14:28-14:36 "never_drop"
edit shop.postern version 1
  34:5-34:13 "never_drop"
  51:50-51:58 "never_drop"
---- rename tag live
edit more.postern version null
  8:23-8:33 "live"
edit shop.postern version 1
  18:15-18:25 "live"
  35:15-35:25 "live"
---- rename set people
edit shop.postern version 1
  23:4-23:11 "people"
  43:20-43:27 "people"
---- rename on deployer
error -32803: there is a `deployer` already
---- rename on any
error -32803: `any` cannot be a name
---- rename on a-b
error -32803: a name is made of A to Z, a to z, 0 to 9 and `_`, does not begin with a digit and has at most 128 bytes
---- rename on 1a
error -32803: a name is made of A to Z, a to z, 0 to 9 and `_`, does not begin with a digit and has at most 128 bytes
---- rename on
error -32803: a name is made of A to Z, a to z, 0 to 9 and `_`, does not begin with a digit and has at most 128 bytes
---- rename set orders
error -32803: with the name `orders` the policy would have mistakes that it has not now
---- rename iban x
error -32803: `std.pii.iban` ships with Postern
---- rename rule reads
error -32803: there is a `reads` already
---- rename on reporter
{"changes":{}}
