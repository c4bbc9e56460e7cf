==== a.postern
policy a edition 1
resource db : postgres { tags live }
deny d {
  on  db
  to  drop
}
⟨top⟩
deny d { on db  to alter }
---- initialize plain
{"capabilities":{"positionEncoding":"utf-16","textDocumentSync":{"openClose":true,"change":2,"save":{"includeText":false}},"hoverProvider":true,"completionProvider":{"triggerCharacters":[".","\""," ","(","{",","],"resolveProvider":false},"definitionProvider":true,"referencesProvider":true,"documentHighlightProvider":true,"documentSymbolProvider":true,"workspaceSymbolProvider":true,"codeActionProvider":false,"codeLensProvider":{"resolveProvider":false},"documentFormattingProvider":true,"documentRangeFormattingProvider":true,"renameProvider":{"prepareProvider":true},"foldingRangeProvider":true,"selectionRangeProvider":true,"semanticTokensProvider":{"legend":{"tokenTypes":["namespace","keyword","comment","string","number","operator","interface","class","enum","struct","variable","function","macro","event","method","property","parameter","type","enumMember","decorator"],"tokenModifiers":["declaration","documentation","defaultLibrary"]},"range":true,"full":{"delta":true}},"executeCommandProvider":{"commands":["postern.runTest","postern.explain"]},"workspace":{"workspaceFolders":{"supported":true,"changeNotifications":true}}},"serverInfo":{"name":"postern","version":"test"}}
diagnostics a.postern: 1
  7:5-7:6 error C0201: `d` is declared twice | give one of the two another name | the first `d`: line 3
---- open a.postern
diagnostics a.postern version 1: 1
  7:5-7:6 error C0201: `d` is declared twice | give one of the two another name | the first `d`: line 3
---- outline a.postern
db () a.postern 1:0-1:36
d () a.postern 2:0-5:1
d () a.postern 7:0-7:26
---- complete top
allow (15) inserts allow name { |   who   any |   on    resource |   to    select from any |   when  statement.has_where | } |  @6:0-6:0
deny (15) inserts deny name { |   who      any |   on       resource |   to       drop |   because  "reason" | } |  @6:0-6:0
observe deny (15) inserts observe deny name { |   on  resource |   to  drop | } |  @6:0-6:0
mask (15) inserts mask name { |   on      resource |   column  any.email  with redact | } |  @6:0-6:0
approve (15) inserts approve name { |   who  any |   on   resource |   to   delete |   by   group | } |  @6:0-6:0
issuer (15) inserts issuer name : oidc { |   url       "https://issuer.example" |   audience  "postern" |   claims    { sub string } | } |  @6:0-6:0
identity (15) inserts identity name from issuer { when claim.sub == "subject" } |  @6:0-6:0
group (15) inserts group name { identity } |  @6:0-6:0
resource (15) inserts resource name : postgres { |   tags         production |   search_path  public | } |  @6:0-6:0
set (15) inserts set name = { value } |  @6:0-6:0
let (15) inserts let name = statement.has_where |  @6:0-6:0
test (15) inserts test "title" { |   as identity |   on resource |   "select 1" -> allow | } |  @6:0-6:0
use (14) @6:0-6:0
watch (14) @6:0-6:0
observe (14) @6:0-6:0
detector (14) @6:0-6:0
prove (14) @6:0-6:0
---- hover top
null
---- raw {"jsonrpc":"2.0","id":9,"method":"textDocument/hover","params":{"textDocument":{"uri":"file:///w/a.postern"},"position":{"line":2,"character":6}}}
hover 2:5-2:6
  deny d {
    on  db
    to  drop
  }
  .
  about no identity, on `db`
---- raw {"jsonrpc":"2.0","id":9,"method":"textDocument/rename","params":{"textDocument":{"uri":"file:///w/a.postern"},"position":{"line":1,"character":10},"newName":"base"}}
{"changes":{"file:///w/a.postern":[{"range":{"start":{"line":1,"character":9},"end":{"line":1,"character":11}},"newText":"base"},{"range":{"start":{"line":3,"character":6},"end":{"line":3,"character":8}},"newText":"base"},{"range":{"start":{"line":7,"character":12},"end":{"line":7,"character":14}},"newText":"base"}]}}
---- explain C0202
window/showMessage {"type":3,"message":"C0202: Nothing of this name is declared where it could be seen from here."}
"# C0202\n\nNothing of this name is declared where it could be seen from here.\n\nWrong:\n\n```postern\ndeny drops {\n  who apps\n  on  db\n  to  drop\n}\n```\n\nRight:\n\n```postern\ndeny drops {\n  who app\n  on  db\n  to  drop\n}\n```\n"
