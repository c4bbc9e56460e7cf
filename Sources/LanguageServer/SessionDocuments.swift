// The conversation's beginning, and how documents, folders and files on disk come to be known.

import PolicyLang

extension LanguageSession {
    func initialize(_ parameters: JSON) -> JSON {
        client = ClientAbilities(parameters["capabilities"] ?? .null)
        var roots = (parameters["workspaceFolders"]?.array ?? []).compactMap { $0["uri"]?.string }.map(FileURI.path)
        if roots.isEmpty, let uri = parameters["rootUri"]?.string { roots = [FileURI.path(uri)] }
        if roots.isEmpty, let path = parameters["rootPath"]?.string { roots = [path] }
        subfolders = Self.subfolders(parameters["initializationOptions"])
        workspaceRoots = roots
        openFolders()
        return .of([
            "capabilities": capabilities,
            "serverInfo": .of(["name": "postern", "version": .string(version)]),
        ])
    }

    private var capabilities: JSON {
        .of([
            "positionEncoding": .string(client.encoding.rawValue),
            "textDocumentSync": .of(["openClose": true, "change": 2, "save": .of(["includeText": false])]),
            "hoverProvider": true,
            "completionProvider": .of(["triggerCharacters": .strings([".", "\"", " ", "(", "{", ","]), "resolveProvider": false]),
            "definitionProvider": true,
            "referencesProvider": true,
            "documentHighlightProvider": true,
            "documentSymbolProvider": true,
            "workspaceSymbolProvider": true,
            "codeActionProvider": client.codeActions
                ? .of(["codeActionKinds": .strings(["quickfix", "source.organizeImports"])]) : false,
            "codeLensProvider": .of(["resolveProvider": false]),
            "documentFormattingProvider": true,
            "documentRangeFormattingProvider": true,
            "renameProvider": .of(["prepareProvider": true]),
            "foldingRangeProvider": true,
            "selectionRangeProvider": true,
            "semanticTokensProvider": .of([
                "legend": .of(["tokenTypes": .strings(TokenType.allCases.map(\.rawValue)), "tokenModifiers": .strings(TokenType.modifiers)]),
                "range": true,
                "full": .of(["delta": true]),
            ]),
            "executeCommandProvider": .of(["commands": .strings(["postern.runTest", "postern.explain"])]),
            "workspace": .of(["workspaceFolders": .of(["supported": true, "changeNotifications": true])]),
        ])
    }

    /// The settings that there are: `folders`, relative to each folder of the workspace. Each is checked by itself, as
    /// `postern check FOLDER` does.
    private static func subfolders(_ settings: JSON?) -> [String] {
        (settings?["folders"]?.array ?? settings?["postern"]?["folders"]?.array ?? []).compactMap(\.string).filter { !$0.isEmpty }
    }

    /// Opens the workspace's folders, those that are known already kept.
    func openFolders() {
        var wanted: [String] = []
        for root in workspaceRoots {
            for path in subfolders.isEmpty ? [root] : subfolders.map({ Self.joined(root, $0) }) where !wanted.contains(path) {
                wanted.append(path)
            }
        }
        let open = documents.mapValues(\.lines.bytes)
        for folder in folders where !wanted.contains(folder.root) {
            for path in folder.paths where documents[path] == nil { unpublish(path) }
        }
        folders = wanted.map { root in
            if let known = folders.first(where: { $0.root == root && $0.isDeep }) { return known }
            let folder = PolicyFolder(root: root, surroundings)
            folder.readAll(open: open)
            return folder
        }
        for path in documents.keys.sorted() { _ = ownFolder(path) }
        for folder in folders { touch(folder) }
    }

    private static func joined(_ root: String, _ path: String) -> String {
        if path.hasPrefix("/") { return path }
        let parts = path.split(separator: "/").filter { $0 != "." }
        return parts.isEmpty ? root : root + "/" + parts.joined(separator: "/")
    }

    /// Asks to be told of changes on disk, where the editor can be asked.
    func registerWatchers() {
        guard client.dynamicWatching else { return }
        let watchers = ["**/*.postern", "**/*.sql"].map { JSON.of(["globPattern": .string($0)]) }
        let registration = JSON.of([
            "id": "postern-files", "method": "workspace/didChangeWatchedFiles",
            "registerOptions": .of(["watchers": .array(watchers)]),
        ])
        ask("client/registerCapability", .of(["registrations": .array([registration])]))
    }

    // MARK: documents

    func didOpen(_ parameters: JSON) {
        let item = parameters["textDocument"]
        guard let uri = item?["uri"]?.string, let text = item?["text"]?.string else { return }
        let path = FileURI.path(uri)
        guard documents[path] != nil || documents.count < Self.documentLimit else {
            return notify(
                "window/showMessage",
                .of(["type": 1, "message": .string("postern: more than \(Self.documentLimit) documents are open; close some")]))
        }
        documents[path] = Document(uri: uri, version: item?["version"] ?? .null, lines: TextLines(Array(text.utf8), client.encoding))
        changed(path)
    }

    func didChange(_ parameters: JSON) {
        let item = parameters["textDocument"]
        guard let uri = item?["uri"]?.string, var document = documents[FileURI.path(uri)] else { return }
        for change in parameters["contentChanges"]?.array ?? [] {
            guard let text = change["text"]?.string else { continue }
            if change["range"] == nil || change["range"]?.isNull == true {
                document.lines = TextLines(Array(text.utf8), client.encoding)
            } else if let range = document.lines.bytes(of: change["range"]) {
                var bytes = document.lines.bytes
                bytes.replaceSubrange(range, with: text.utf8)
                document.lines = TextLines(bytes, client.encoding)
            }
        }
        document.version = item?["version"] ?? .null
        documents[FileURI.path(uri)] = document
        changed(FileURI.path(uri))
    }

    func didClose(_ parameters: JSON) {
        guard let uri = parameters["textDocument"]?["uri"]?.string else { return }
        let path = FileURI.path(uri)
        guard documents.removeValue(forKey: path) != nil else { return }
        tokenStates[path] = nil
        reread(path)
    }

    private func changed(_ path: String) {
        verdicts[path] = nil
        guard let document = documents[path], let folder = ownFolder(path) else { return }
        folder.set(path, document.lines.bytes)
        touch(folder)
    }

    /// The folder of an open document; one that lies in none gets the folder that it is in.
    private func ownFolder(_ path: String) -> PolicyFolder? {
        if let known = folder(of: path) { return known }
        let folder = PolicyFolder(root: FileURI.folder(path), isDeep: false, surroundings)
        folders.append(folder)
        folder.readAll(open: documents.mapValues(\.lines.bytes))
        return folder
    }

    // MARK: files

    /// Takes a closed file as it is on disk.
    private func reread(_ path: String) {
        guard let folder = folder(of: path), documents[path] == nil else { return }
        let bytes = path.hasSuffix(".postern") ? surroundings.read(path) : nil
        folder.set(path, bytes)
        if bytes == nil { unpublish(path) }
        // A folder that is there only for an open document goes with it.
        if !folder.isDeep, !documents.keys.contains(where: folder.contains) {
            for path in folder.paths { unpublish(path) }
            folders.removeAll { $0 === folder }
            return
        }
        touch(folder)
    }

    func didChangeWatchedFiles(_ parameters: JSON) {
        for change in parameters["changes"]?.array ?? [] {
            guard let uri = change["uri"]?.string else { continue }
            let path = FileURI.path(uri)
            if path.hasSuffix(".postern") {
                reread(path)
            } else {
                for folder in folders {
                    folder.forgetSchemas()
                    touch(folder)
                }
            }
        }
    }

    func didChangeFolders(_ parameters: JSON) {
        let event = parameters["event"]
        let removed = (event?["removed"]?.array ?? []).compactMap { $0["uri"]?.string }.map(FileURI.path)
        let added = (event?["added"]?.array ?? []).compactMap { $0["uri"]?.string }.map(FileURI.path)
        workspaceRoots.removeAll { removed.contains($0) }
        for root in added where !workspaceRoots.contains(root) { workspaceRoots.append(root) }
        openFolders()
    }

    func didChangeConfiguration(_ parameters: JSON) {
        let wanted = Self.subfolders(parameters["settings"])
        guard wanted != subfolders else { return }
        subfolders = wanted
        openFolders()
    }
}
