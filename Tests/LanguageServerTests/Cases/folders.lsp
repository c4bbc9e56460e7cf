==== one/a.postern
policy one edition 1
use shared.names
resource db : postgres { tags live }
deny d { on db  to dro⟨x⟩p  when names.late }
==== two/b.postern
policy two edition 1
resource db : postgres { tags live }
deny d { on db  to dropp }
==== shared/names.postern
policy shared.names edition 1
let late = statement.has_where
let unused = statement.has_limit
---- initialize rich
initialized, positions in utf-16
diagnostics two/b.postern: 1
  2:19-2:24 error P0601: there is no verb `dropp` | did you mean `drop`? <file:///cache/explain/P0601.md>
---- raw {"jsonrpc":"2.0","method":"workspace/didChangeConfiguration","params":{"settings":{"folders":["one","shared"]}}}
diagnostics two/b.postern: 0
diagnostics one/a.postern: 1
  1:4-1:16 error C0101: there is no policy `shared.names` | there is `std.pii`, `std.postgres`, `std.postgres_clients` and `std.secrets` <file:///cache/explain/C0101.md>
diagnostics shared/names.postern: 2
  1:4-1:8 warning C0603: nothing uses the let `late` | remove it tags [1] <file:///cache/explain/C0603.md>
  2:4-2:10 warning C0603: nothing uses the let `unused` | remove it tags [1] <file:///cache/explain/C0603.md>
---- raw {"jsonrpc":"2.0","method":"workspace/didChangeConfiguration","params":{"settings":{}}}
diagnostics one/a.postern: 0
diagnostics shared/names.postern: 0
diagnostics two/b.postern: 1
  2:19-2:24 error P0601: there is no verb `dropp` | did you mean `drop`? <file:///cache/explain/P0601.md>
---- raw {"jsonrpc":"2.0","method":"workspace/didChangeWorkspaceFolders","params":{"event":{"removed":[{"uri":"file:///w","name":"w"}],"added":[]}}}
diagnostics two/b.postern: 0
---- open two/b.postern
diagnostics two/b.postern version 1: 1
  2:19-2:24 error P0601: there is no verb `dropp` | did you mean `drop`? <file:///cache/explain/P0601.md>
---- close two/b.postern
diagnostics two/b.postern: 0
