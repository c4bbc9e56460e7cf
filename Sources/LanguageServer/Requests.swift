// Which request is answered where, and the document that each is about.

import PolicyLang

/// The document of a request, and all that is known of it.
struct OpenPlace {
    var path: String
    var folder: PolicyFolder
    var lines: TextLines
    var index: SymbolIndex
    /// In the index.
    var number: Int
    var file: IndexedFile { index.files[number] }
    var tree: SyntaxTree { file.parsed.tree }
}

extension LanguageSession {
    func answer(to method: String, _ parameters: JSON) throws(RequestError) -> JSON {
        switch method {
        case "workspace/symbol": return workspaceSymbols(parameters["query"]?.string ?? "")
        case "workspace/executeCommand": return try execute(parameters)
        case "textDocument/hover": return try hover(place(parameters), offset(parameters))
        case "textDocument/completion": return try completion(place(parameters), offset(parameters))
        case "textDocument/definition": return try definition(place(parameters), offset(parameters))
        case "textDocument/references":
            let declared = parameters["context"]?["includeDeclaration"]?.bool ?? true
            return try references(place(parameters), offset(parameters), includeDeclaration: declared)
        case "textDocument/documentHighlight": return try highlights(place(parameters), offset(parameters))
        case "textDocument/prepareRename": return try prepareRename(place(parameters), offset(parameters))
        case "textDocument/rename": return try rename(place(parameters), offset(parameters), to: parameters["newName"]?.string ?? "")
        case "textDocument/documentSymbol": return try documentSymbols(place(parameters))
        case "textDocument/codeAction": return try codeActions(place(parameters), range(parameters), parameters["context"])
        case "textDocument/codeLens": return try codeLenses(place(parameters))
        case "textDocument/formatting": return try formatting(place(parameters), in: nil)
        case "textDocument/rangeFormatting": return try formatting(place(parameters), in: range(parameters))
        case "textDocument/foldingRange": return try foldingRanges(place(parameters))
        case "textDocument/selectionRange": return try selectionRanges(place(parameters), parameters)
        case "textDocument/semanticTokens/full": return try semanticTokens(place(parameters))
        case "textDocument/semanticTokens/full/delta": return try semanticTokensDelta(place(parameters), parameters)
        case "textDocument/semanticTokens/range": return try semanticTokens(place(parameters), in: range(parameters))
        default: throw RequestError(.methodNotFound, "no request `\(method)` is answered here")
        }
    }

    /// The document that a request names. It need not be open: a policy of the folder will do.
    private func place(_ parameters: JSON) throws(RequestError) -> OpenPlace {
        guard let uri = parameters["textDocument"]?["uri"]?.string else {
            throw RequestError(.invalidParameters, "`textDocument` with a `uri` is missing")
        }
        let path = FileURI.path(uri)
        guard let folder = folder(of: path), folder.files[path] != nil, let lines = lines(path, folder) else {
            throw RequestError(.requestFailed, "`\(uri)` is not open and in no folder of policies")
        }
        let index = folder.index()
        guard let number = index.file(path) else { throw RequestError(.requestFailed, "`\(uri)` is no policy file") }
        return OpenPlace(path: path, folder: folder, lines: lines, index: index, number: number)
    }

    private func offset(_ parameters: JSON) throws(RequestError) -> Int {
        guard let position = LinePosition(parameters["position"]) else {
            throw RequestError(.invalidParameters, "`position` with `line` and `character` is missing")
        }
        return try place(parameters).lines.offset(of: position)
    }

    private func range(_ parameters: JSON) throws(RequestError) -> Range<Int> {
        guard let range = try place(parameters).lines.bytes(of: parameters["range"]) else {
            throw RequestError(.invalidParameters, "`range` with `start` and `end` is missing")
        }
        return range
    }
}
