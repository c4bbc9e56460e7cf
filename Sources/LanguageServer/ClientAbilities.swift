// What the editor at the other end can do, as it said in `initialize`.

/// The client's capabilities, as far as they change what the server says.
struct ClientAbilities {
    var encoding = PositionEncoding.utf16
    /// Completions may hold places to fill in.
    var snippets = false
    /// Hovers and docs may be Markdown.
    var markdown = false
    /// Diagnostics may have related places, and a link behind their code.
    var related = false
    var codeLinks = false
    /// `documentSymbol` may answer a tree.
    var symbolTrees = false
    /// Edits may name a document's version.
    var documentChanges = false
    /// Code actions may be literals; without it there are none.
    var codeActions = false
    var dynamicWatching = false
    var refreshesTokens = false
    var refreshesLenses = false
    /// `window/showDocument`.
    var showsDocuments = false

    init(_ capabilities: JSON) {
        let document = capabilities["textDocument"]
        let workspace = capabilities["workspace"]
        let offered = capabilities["general"]?["positionEncodings"]?.array?.compactMap(\.string) ?? []
        // The files are UTF-8, so that is what costs least; UTF-16 is what every client must know.
        encoding = offered.contains(PositionEncoding.utf8.rawValue) ? .utf8 : .utf16
        let item = document?["completion"]?["completionItem"]
        snippets = item?["snippetSupport"]?.bool ?? false
        let formats = document?["hover"]?["contentFormat"]?.array?.compactMap(\.string) ?? []
        markdown = formats.contains("markdown")
        related = document?["publishDiagnostics"]?["relatedInformation"]?.bool ?? false
        codeLinks = document?["publishDiagnostics"]?["codeDescriptionSupport"]?.bool ?? false
        symbolTrees = document?["documentSymbol"]?["hierarchicalDocumentSymbolSupport"]?.bool ?? false
        documentChanges = workspace?["workspaceEdit"]?["documentChanges"]?.bool ?? false
        codeActions = document?["codeAction"]?["codeActionLiteralSupport"] != nil
        dynamicWatching = workspace?["didChangeWatchedFiles"]?["dynamicRegistration"]?.bool ?? false
        refreshesTokens = workspace?["semanticTokens"]?["refreshSupport"]?.bool ?? false
        refreshesLenses = workspace?["codeLens"]?["refreshSupport"]?.bool ?? false
        showsDocuments = capabilities["window"]?["showDocument"]?["support"]?.bool ?? false
    }
}
