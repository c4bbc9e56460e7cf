==== syntax.postern
policy shop edition 1
issuer un⟨setting⟩done : oidc { audience "postern" }

allow reads {
  who  bot
  on   db
  when statement.has_where ⟨amp⟩&& statement.has_limit
}

allow writes {
  who  bot
  on   db
  whne⟨clause⟩ statement.has_where
}

deny nothing⟨on⟩ {
  to  drop
}

group team { bot }
approve some⟨by⟩ {
  on  db
  to  delete
}
==== names.postern
policy other edition 1
⟨uses⟩use std.secrets
use std.postgres

issuer ci : oidc { url "https://ci.example"  audience "postern"  claims { sub string } }
identity bot from ci { when claim.⟨claim⟩squad == "bot" }
resource db : postgres { tags live }
group team { bot }

allow reads {
  who  bo⟨guess⟩tt
  on   tag liv
  to   select
  when request.time in "Mon 08:00-18:00 Europe/Berl⟨zone⟩n"
}

mask m {
  on     db
  value  pii⟨use⟩.iban with redact
}
==== unused.postern
policy third edition 1
/// Not needed.
let unused = statement.has_where
resource db : postgres { tags live }
==== noheader.postern
⟨header⟩deny x { on any }
---- initialize rich
initialized, positions in utf-16
diagnostics names.postern: 5
  5:34-5:39 error C0302: callers from `ci` can come here, whose tokens have no claim `squad` | declare the claim there, or say in `who` whom the rule is about <file:///cache/explain/C0302.md>
  10:7-10:11 error C0202: there is no identity or group `bott` | did you mean `bot`? <file:///cache/explain/C0202.md>
  11:11-11:14 error C0206: no resource has the tag `liv` | did you mean `live`? <file:///cache/explain/C0206.md>
  13:23-13:53 error C0313: there is no time zone `Europe/Berln` | did you mean `Europe/Berlin`? <file:///cache/explain/C0313.md>
  18:9-18:12 error C0204: this file uses no policy whose last name is `pii` | write `use std.pii` under the file's first line <file:///cache/explain/C0204.md>
diagnostics noheader.postern: 1
  0:0-0:0 error P0202: the file does not begin with `policy` | write `policy NAME edition 1` as its first line <file:///cache/explain/P0202.md>
diagnostics syntax.postern: 5
  1:7-1:13 error P0305: an issuer of kind `oidc` needs `url` | write a line such as `url "…"` <file:///cache/explain/P0305.md>
  6:27-6:29 error P0107: `&&` is written `and` | write `and` <file:///cache/explain/P0107.md>
  12:2-12:6 error P0211: `whne` begins no clause of an allow rule | did you mean `when`? <file:///cache/explain/P0211.md>
  15:5-15:12 error P0302: a deny rule needs `on` | write a line such as `on any` <file:///cache/explain/P0302.md>
  20:8-20:12 error P0302: an approve rule needs `by` | write a line such as `by dba` <file:///cache/explain/P0302.md>
diagnostics unused.postern: 1
  2:4-2:10 warning C0603: nothing uses the let `unused` | remove it tags [1] <file:///cache/explain/C0603.md>
---- open syntax.postern
diagnostics syntax.postern version 1: 5
  1:7-1:13 error P0305: an issuer of kind `oidc` needs `url` | write a line such as `url "…"` <file:///cache/explain/P0305.md>
  6:27-6:29 error P0107: `&&` is written `and` | write `and` <file:///cache/explain/P0107.md>
  12:2-12:6 error P0211: `whne` begins no clause of an allow rule | did you mean `when`? <file:///cache/explain/P0211.md>
  15:5-15:12 error P0302: a deny rule needs `on` | write a line such as `on any` <file:///cache/explain/P0302.md>
  20:8-20:12 error P0302: an approve rule needs `by` | write a line such as `by dba` <file:///cache/explain/P0302.md>
---- actions setting
quickfix: Add `url`
edit syntax.postern version 1
  1:22-1:22 "\n  url  \"\""
quickfix: Explain P0305 → postern.explain ["P0305"]
---- actions amp
quickfix: Write `and` (preferred)
edit syntax.postern version 1
  6:27-6:29 " and "
quickfix: Explain P0107 → postern.explain ["P0107"]
---- actions clause
quickfix: Write `when`
edit syntax.postern version 1
  12:2-12:6 "when"
quickfix: Explain P0211 → postern.explain ["P0211"]
---- actions on
quickfix: Add `on any`
edit syntax.postern version 1
  15:14-15:14 "\n  on  any"
quickfix: Explain P0302 → postern.explain ["P0302"]
---- actions by
quickfix: Add `by team`
edit syntax.postern version 1
  20:14-20:14 "\n  by  team"
quickfix: Explain P0302 → postern.explain ["P0302"]
---- actions uses
source.organizeImports: Sort the `use` lines
edit names.postern version null
  1:0-2:16 "use std.postgres\nuse std.secrets"
---- actions claim
quickfix: Declare the claim `squad` of `ci`
edit names.postern version null
  4:84-4:84 ", squad string optional"
quickfix: Explain C0302 → postern.explain ["C0302"]
source.organizeImports: Sort the `use` lines
edit names.postern version null
  1:0-2:16 "use std.postgres\nuse std.secrets"
---- actions guess
quickfix: Write `bot`
edit names.postern version null
  10:7-10:11 "bot"
quickfix: Explain C0202 → postern.explain ["C0202"]
source.organizeImports: Sort the `use` lines
edit names.postern version null
  1:0-2:16 "use std.postgres\nuse std.secrets"
---- actions zone
quickfix: Write `Europe/Berlin`
edit names.postern version null
  13:40-13:52 "Europe/Berlin"
quickfix: Explain C0313 → postern.explain ["C0313"]
source.organizeImports: Sort the `use` lines
edit names.postern version null
  1:0-2:16 "use std.postgres\nuse std.secrets"
---- actions use
quickfix: Add `use std.pii`
edit names.postern version null
  3:0-3:0 "use std.pii\n"
quickfix: Explain C0204 → postern.explain ["C0204"]
source.organizeImports: Sort the `use` lines
edit names.postern version null
  1:0-2:16 "use std.postgres\nuse std.secrets"
---- raw {"jsonrpc":"2.0","id":9,"method":"textDocument/codeAction","params":{"textDocument":{"uri":"file:///w/unused.postern"},"range":{"start":{"line":2,"character":4},"end":{"line":2,"character":4}},"context":{"diagnostics":[]}}}
quickfix: Remove it
edit unused.postern version null
  1:0-3:0 ""
quickfix: Explain C0603 → postern.explain ["C0603"]
---- actions header
quickfix: Write `policy noheader edition 1`
edit noheader.postern version null
  0:0-0:0 "policy noheader edition 1\n"
quickfix: Explain P0202 → postern.explain ["P0202"]
---- raw {"jsonrpc":"2.0","id":9,"method":"textDocument/codeAction","params":{"textDocument":{"uri":"file:///w/names.postern"},"range":{"start":{"line":9,"character":7},"end":{"line":9,"character":7}},"context":{"diagnostics":[],"only":["source"]}}}
source.organizeImports: Sort the `use` lines
edit names.postern version null
  1:0-2:16 "use std.postgres\nuse std.secrets"
---- raw {"jsonrpc":"2.0","id":9,"method":"textDocument/codeAction","params":{"textDocument":{"uri":"file:///w/names.postern"},"range":{"start":{"line":9,"character":7},"end":{"line":9,"character":7}},"context":{"diagnostics":[],"only":["refactor"]}}}
[]
