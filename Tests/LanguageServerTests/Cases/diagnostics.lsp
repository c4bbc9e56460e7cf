==== shop.postern
policy shop edition 1
issuer ci : oidc { url "https://ci.example"  audience "postern"  claims { sub string } }
identity bot from ci { when claim.sub == "bot" }
resource db : postgres { tags live  schema "db.sql" }
let never_used = statement.has_where

allow reads {
  who  bot
  on   db
  to   select from ⟨name⟩orders
}
⟨end⟩
==== other.postern
policy shop edition 1

deny drops {
  on  tag live
  to  drop
}

allow reads {
  who  bot
  on   db
  to   select from ordrs
}
==== db.sql
create table orders (id int);
---- initialize rich
initialized, positions in utf-16
diagnostics other.postern: 1
  10:19-10:24 error C0213: the schema has no table or view `ordrs` | did you mean `orders`? <file:///cache/explain/C0213.md>
diagnostics shop.postern: 1
  6:6-6:11 error C0201: `reads` is declared twice | give one of the two another name <file:///cache/explain/C0201.md> [other.postern 7:6-7:11: the first `reads`]
---- raw {"jsonrpc":"2.0","method":"initialized","params":{}}
client/registerCapability {"registrations":[{"id":"postern-files","method":"workspace/didChangeWatchedFiles","registerOptions":{"watchers":[{"globPattern":"**/*.postern"},{"globPattern":"**/*.sql"}]}}]}
---- open shop.postern
diagnostics shop.postern version 1: 1
  6:6-6:11 error C0201: `reads` is declared twice | give one of the two another name <file:///cache/explain/C0201.md> [other.postern 7:6-7:11: the first `reads`]
---- change name 6
+ odrers
diagnostics shop.postern version 2: 2
  6:6-6:11 error C0201: `reads` is declared twice | give one of the two another name <file:///cache/explain/C0201.md> [other.postern 7:6-7:11: the first `reads`]
  9:19-9:25 error C0213: the schema has no table or view `odrers` | did you mean `orders`? <file:///cache/explain/C0213.md>
---- change name 6
+ orders
diagnostics shop.postern version 3: 1
  6:6-6:11 error C0201: `reads` is declared twice | give one of the two another name <file:///cache/explain/C0201.md> [other.postern 7:6-7:11: the first `reads`]
---- change end 0
+ identty x from ci { }
diagnostics shop.postern version 4: 2
  6:6-6:11 error C0201: `reads` is declared twice | give one of the two another name <file:///cache/explain/C0201.md> [other.postern 7:6-7:11: the first `reads`]
  11:0-11:7 error P0208: `identty` begins no declaration | did you mean `identity`? <file:///cache/explain/P0208.md>
---- change end 21
+ 
diagnostics shop.postern version 5: 1
  6:6-6:11 error C0201: `reads` is declared twice | give one of the two another name <file:///cache/explain/C0201.md> [other.postern 7:6-7:11: the first `reads`]
---- write db.sql
+ create table orders (id int);
+ create table ordrs (id int);
diagnostics other.postern: 0
---- write db.sql
+ create table orders (id int);
diagnostics other.postern: 1
  10:19-10:24 error C0213: the schema has no table or view `ordrs` | did you mean `orders`? <file:///cache/explain/C0213.md>
---- delete other.postern
diagnostics other.postern: 0
diagnostics shop.postern version 5: 1
  4:4-4:14 warning C0603: nothing uses the let `never_used` | remove it tags [1] <file:///cache/explain/C0603.md>
---- write other.postern
+ policy shop edition 1
+ mask m { on db  column orders.id with redact }
---- close shop.postern
diagnostics shop.postern: 1
  4:4-4:14 warning C0603: nothing uses the let `never_used` | remove it tags [1] <file:///cache/explain/C0603.md>
---- delete shop.postern
diagnostics shop.postern: 0
diagnostics other.postern: 1
  1:12-1:14 error C0202: there is no resource `db` <file:///cache/explain/C0202.md>
