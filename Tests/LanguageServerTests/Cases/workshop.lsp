==== shop.postern
/// The shop.
policy shop edition 1
use std.pii

/// The CI system.
issuer ci : oidc {
  url       "https://ci.example"
  audience  "postern"
  claims    { sub string, team string optional, level int optional }
}

/// Rolls out releases.
identity deployer from ci { when claim.sub == "deployer" }
identity reporter from ci { when claim.sub == "reporter" }
group bots { deployer, reporter }

/// The database of orders.
resource orders_db : postgres {
  tags         production
  search_path  public
  schema       "orders.sql"
}

set contact = { email, phone }
let bounded = statement.has_where or statement.has_limit

/// Reads of the nightly report.
allow rea⟨name⟩ds {
  who   re⟨who⟩porter
  on    orders_db
  to    select from orders, customers(id, email)
  when  bounded
}

deny no_drops {
  on       tag production
  to       drop
  because  "Never."
}

mask contact_details {
  who     bots
  on      orders_db
  column  customers.contact  with redact
  value   pii.iban           with redact
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
---- outline shop.postern
issuer ci 5:0-9:1 5:7-5:9
identity deployer 12:0-12:58 12:9-12:17
identity reporter 13:0-13:58 13:9-13:17
group bots 14:0-14:33 14:6-14:10
resource orders_db 17:0-21:1 17:9-17:18
set contact 23:0-23:30 23:4-23:11
let bounded 24:0-24:56 24:4-24:11
allow reads 27:0-32:1 27:6-27:11
deny no_drops 34:0-38:1 34:5-34:13
mask contact_details 40:0-45:1 40:5-40:20
test the report 47:0-52:1 47:5-47:17
test this fails 54:0-58:1 54:5-54:17
---- folds shop.postern
5-8 
17-20 
27-31 
34-37 
40-44 
47-51 
54-57 
---- lenses shop.postern
1:0-1:21 run 2 tests ["file:///w/shop.postern"]
47:5-47:17 run test ["file:///w/shop.postern","the report"]
54:5-54:17 run test ["file:///w/shop.postern","this fails"]
---- select who
28:8-28:16 ⊂ 28:2-28:16 ⊂ 27:0-32:1 ⊂ 0:0-59:0
---- symbols rep
reporter (shop: identity) shop.postern 13:9-13:17
the report (shop: test) shop.postern 47:5-47:17
---- symbols NDR
no_drops (shop: deny) shop.postern 34:5-34:13
---- format shop.postern
  50:0-52:0 "  \"select id from orders where id = 1\"  -> allow\n  \"drop table orders\"                   -> deny by no_drops\n"
  57:0-58:0 "  \"drop table orders\"  -> allow\n"
---- run shop.postern the report
window/showMessage {"type":3,"message":"postern: 1 test passed, 2 steps"}
{"passed":true,"message":"1 test passed, 2 steps","tests":[{"title":"the report","passed":true,"steps":2,"failures":[]}]}
---- run shop.postern this fails
window/showMessage {"type":2,"message":"postern: 1 of 1 test failed: \"this fails\""}
{"passed":false,"message":"1 of 1 test failed: \"this fails\"","tests":[{"title":"this fails","passed":false,"steps":1,"failures":[{"line":58,"text":"expected allow, got deny"}]}]}
diagnostics shop.postern version 1: 3
  12:9-12:17 warning C0604: no rule allows `deployer` anything | write an `allow` for it, or remove it <file:///cache/explain/C0604.md>
  43:20-43:27 warning C0605: no rule allows anyone whom this mask is about to read `phone` | check the name, or leave the column out <file:///cache/explain/C0605.md>
  57:2-57:30 error test: expected allow, got deny
---- run shop.postern
window/showMessage {"type":2,"message":"postern: 1 of 2 tests failed: \"this fails\""}
{"passed":false,"message":"1 of 2 tests failed: \"this fails\"","tests":[{"title":"the report","passed":true,"steps":2,"failures":[]},{"title":"this fails","passed":false,"steps":1,"failures":[{"line":58,"text":"expected allow, got deny"}]}]}
---- run shop.postern no such
error -32803: this file has no test of that title
---- run none.postern
error -32803: the file is in no folder of policies
---- explain C0202
window/showMessage {"type":3,"message":"C0202: Nothing of this name is declared where it could be seen from here."}
"# C0202\n\nNothing of this name is declared where it could be seen from here.\n\nWrong:\n\n```postern\ndeny drops {\n  who apps\n  on  db\n  to  drop\n}\n```\n\nRight:\n\n```postern\ndeny drops {\n  who app\n  on  db\n  to  drop\n}\n```\n"
---- explain C9999
error -32602: `postern.explain` takes a diagnostic's code
---- change name 2
+ d s
diagnostics shop.postern version 2: 1
  27:11-27:12 error P0201: expected `{` to open the allow rule, found `s` <file:///cache/explain/P0201.md>
---- run shop.postern
window/showMessage {"type":2,"message":"postern: the policy has errors; no test ran"}
{"passed":false,"message":"the policy has errors; no test ran","tests":[]}
