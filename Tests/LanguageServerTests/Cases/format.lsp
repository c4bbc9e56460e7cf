==== a.postern
policy a edition 1
resource db : postgres { tags live }

// Kept.
deny one {
 on db
    to drop
}

deny two {
  on  db
  to  alter
}
deny three { on   db to truncate }
==== broken.postern
policy a edition 1
deny {
---- initialize rich
initialized, positions in utf-16
diagnostics broken.postern: 1
  1:5-1:6 error P0201: expected the rule's name, found `{` <file:///cache/explain/P0201.md>
---- open a.postern
diagnostics a.postern version 1: 0
---- format a.postern
  1:0-1:0 "\n"
  5:0-7:0 "  on  db\n  to  drop\n"
  13:0-14:0 "\ndeny three { on db  to truncate }\n"
---- format broken.postern
null
---- raw {"jsonrpc":"2.0","id":9,"method":"textDocument/rangeFormatting","params":{"textDocument":{"uri":"file:///w/a.postern"},"range":{"start":{"line":4,"character":0},"end":{"line":6,"character":0}},"options":{}}}
  5:0-7:0 "  on  db\n  to  drop\n"
