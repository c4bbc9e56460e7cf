==== shop.postern
policy shop edition 1
---- raw {"jsonrpc":"2.0","id":1,"method":"textDocument/hover","params":{}}
error -32002: `initialize` comes first
---- raw {"jsonrpc":"2.0","id":1
error -32700: `,` or `}` is missing in an object, at byte 23
---- raw []
error -32600: several messages in one are no part of LSP
---- raw 7
error -32600: no `method`
---- raw {"jsonrpc":"2.0","id":2}
error -32600: no `method`
---- initialize plain
{"capabilities":{"positionEncoding":"utf-16","textDocumentSync":{"openClose":true,"change":2,"save":{"includeText":false}},"hoverProvider":true,"completionProvider":{"triggerCharacters":[".","\""," ","(","{",","],"resolveProvider":false},"definitionProvider":true,"referencesProvider":true,"documentHighlightProvider":true,"documentSymbolProvider":true,"workspaceSymbolProvider":true,"codeActionProvider":false,"codeLensProvider":{"resolveProvider":false},"documentFormattingProvider":true,"documentRangeFormattingProvider":true,"renameProvider":{"prepareProvider":true},"foldingRangeProvider":true,"selectionRangeProvider":true,"semanticTokensProvider":{"legend":{"tokenTypes":["namespace","keyword","comment","string","number","operator","interface","class","enum","struct","variable","function","macro","event","method","property","parameter","type","enumMember","decorator"],"tokenModifiers":["declaration","documentation","defaultLibrary"]},"range":true,"full":{"delta":true}},"executeCommandProvider":{"commands":["postern.runTest","postern.explain"]},"workspace":{"workspaceFolders":{"supported":true,"changeNotifications":true}}},"serverInfo":{"name":"postern","version":"test"}}
---- initialize plain
error -32600: `initialize` comes once
---- raw {"jsonrpc":"2.0","id":"x","method":"textDocument/nonsense"}
error -32601: no request `textDocument/nonsense` is answered here
---- raw {"jsonrpc":"2.0","method":"textDocument/nonsense"}
---- raw {"jsonrpc":"2.0","id":3,"method":"textDocument/hover","params":{"textDocument":{"uri":"file:///w/none.postern"},"position":{"line":0,"character":0}}}
error -32803: `file:///w/none.postern` is not open and in no folder of policies
---- raw {"jsonrpc":"2.0","id":3,"method":"textDocument/hover","params":{"textDocument":{"uri":"file:///w/shop.postern"}}}
error -32602: `position` with `line` and `character` is missing
---- raw {"jsonrpc":"2.0","id":3,"method":"textDocument/hover","params":{"textDocument":{"uri":"file:///w/shop.postern"},"position":{"line":-1,"character":0}}}
error -32602: `position` with `line` and `character` is missing
---- raw {"jsonrpc":"2.0","id":3,"method":"textDocument/hover","params":{"textDocument":{"uri":"file:///w/shop.postern"},"position":{"line":99,"character":99999}}}
null
---- raw {"jsonrpc":"2.0","id":3,"method":"workspace/executeCommand","params":{"command":"rm"}}
error -32602: there is no such command; there are `postern.runTest` and `postern.explain`
---- raw {"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"file:///w/unopened.postern","version":2},"contentChanges":[{"text":"x"}]}}
---- raw {"jsonrpc":"2.0","method":"textDocument/didOpen","params":7}
---- raw {"jsonrpc":"2.0","id":"postern-1","result":null}
---- raw {"jsonrpc":"2.0","id":4,"method":"shutdown"}
null
---- raw {"jsonrpc":"2.0","id":5,"method":"textDocument/hover"}
error -32600: after `shutdown` only `exit` may come
