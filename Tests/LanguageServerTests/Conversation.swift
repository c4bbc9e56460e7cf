// A whole conversation as text: files with marks, requests, and what the server says to them.

import Foundation
import LanguageServer
import PolicyLang

/// A case file: `==== PATH` begins a file, in which `⟨n⟩` marks a place; `---- ` begins a step, and what follows up to the
/// next is what the server says.
struct Conversation {
    struct Step {
        var request: String
        /// Text that the step sends, for `change`.
        var text: String
    }

    /// Path without its slash, and text without marks.
    private(set) var files: [(path: String, text: String)] = []
    /// Marks by name: path, and byte offset.
    private(set) var marks: [String: (path: String, offset: Int)] = [:]
    private(set) var steps: [Step] = []
    /// The file's lines before the steps.
    private let opening: String

    init(_ text: String) {
        let parts = text.components(separatedBy: "\n---- ")
        opening = parts[0]
        var current: (path: String, text: String)?
        for line in parts[0].components(separatedBy: "\n") {
            if line.hasPrefix("==== ") {
                if let current { files.append(current) }
                current = (String(line.dropFirst(5)), "")
            } else if current != nil {
                current?.text += line + "\n"
            }
        }
        if let current { files.append(current) }
        for index in files.indices { takeMarks(index) }
        for part in parts.dropFirst() {
            let lines = part.components(separatedBy: "\n")
            let sent = lines.dropFirst().filter { $0.hasPrefix("+ ") || $0 == "+" }.map { String($0.dropFirst(2)) }
            steps.append(Step(request: lines[0], text: sent.joined(separator: "\n")))
        }
    }

    private mutating func takeMarks(_ index: Int) {
        var text = ""
        var rest = Substring(files[index].text)
        while let open = rest.firstIndex(of: "⟨"), let close = rest[open...].firstIndex(of: "⟩") {
            text += rest[..<open]
            marks[String(rest[rest.index(after: open)..<close])] = ("/w/" + files[index].path, text.utf8.count)
            rest = rest[rest.index(after: close)...]
        }
        files[index].text = text + rest
    }

    /// The case file again, with what the server says now.
    func answered() -> String {
        let player = Player(self)
        var text = opening
        for step in steps {
            text += "\n---- " + step.request
            if !step.text.isEmpty || step.request.hasPrefix("change") {
                text += "\n" + step.text.components(separatedBy: "\n").map { "+ " + $0 }.joined(separator: "\n")
            }
            let said = player.play(step)
            if !said.isEmpty { text += "\n" + said }
        }
        return text + "\n"
    }
}

/// Plays the editor's part.
final class Player {
    private let conversation: Conversation
    private let session: LanguageSession
    /// The open documents as the editor has them.
    private var texts: [String: [UInt8]] = [:]
    private var encoding = PositionEncoding.utf16
    private var nextID = 1
    private var version = 1
    /// Of the server's tokens.
    var legend = JSON.null

    /// What is written down for the editor to show.
    final class Shelf { var pages: [String: String] = [:] }
    let shelf = Shelf()
    /// Files on disk.
    final class Disk: @unchecked Sendable { var files: [String: [UInt8]] = [:] }
    private let disk = Disk()

    init(_ conversation: Conversation) {
        self.conversation = conversation
        let (disk, shelf) = (disk, shelf)
        for file in conversation.files { disk.files["/w/" + file.path] = Array(file.text.utf8) }
        session = LanguageSession(
            ServerSurroundings(
                policyFiles: { root, _ in disk.files.keys.filter { $0.hasPrefix(root + "/") && $0.hasSuffix(".postern") } },
                read: { disk.files[$0] }, secondsSince1970: { 1_772_409_600 },
                store: { name, text in
                    shelf.pages[name] = text
                    return "/cache/" + name
                },
                // The real runner is the command's; here the last step of every test fails, to see how that is shown.
                runTests: { compilation, tests in
                    tests.map { test in
                        let file = compilation.sources[test.span.file]
                        let line = file.location(of: test.span.end).line - 1
                        let failure = TestVerdict.Failure(path: file.path, line: line, text: "expected allow, got deny")
                        return TestVerdict(
                            title: test.title, steps: test.examples.count, failures: test.title.contains("fails") ? [failure] : [])
                    }
                }), version: "test")
    }

    func play(_ step: Conversation.Step) -> String {
        var words = step.request.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        let name = words.removeFirst()
        let argument = words.first ?? ""
        let rest = words.dropFirst().joined(separator: " ")
        send(name, argument, rest, step.text)
        session.publish()
        return session.takeOutput().map(shown).filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private func send(_ name: String, _ argument: String, _ rest: String, _ text: String) {
        switch name {
        case "initialize":
            if argument == "utf-8" { encoding = .utf8 }
            request("initialize", Self.initialization(argument))
        case "open":
            texts["/w/" + argument] = disk.files["/w/" + argument]
            let text = String(decoding: disk.files["/w/" + argument] ?? [], as: UTF8.self)
            notify("textDocument/didOpen", ["uri": .string("file:///w/" + argument), "languageId": "postern", "version": 1, "text": .string(text)])
        case "change": change(argument, rest, text)
        case "close": notify("textDocument/didClose", ["uri": .string("file:///w/" + argument)])
        case "write":
            disk.files["/w/" + argument] = Array((text + "\n").utf8)
            changedOnDisk(argument)
        case "delete":
            disk.files["/w/" + argument] = nil
            changedOnDisk(argument)
        case "settle": session.settle()
        case "raw": session.receive(Array(rest.isEmpty ? argument.utf8 : "\(argument) \(rest)".utf8))
        case "symbols": request("workspace/symbol", .of(["query": .string(argument)]))
        case "run": execute("postern.runTest", [.string("file:///w/" + argument)] + (rest.isEmpty ? [] : [.string(rest)]))
        case "explain": execute("postern.explain", [.string(argument)])
        case "page": break
        case "format", "outline", "folds", "lenses", "tokens": request(Self.methods[name] ?? name, .of(["textDocument": document("/w/" + argument)]))
        case "delta":
            request(
                "textDocument/semanticTokens/full/delta",
                .of(["textDocument": document("/w/" + argument), "previousResultId": .string(rest)]))
        default: at(name, argument, rest)
        }
    }

    private static let methods = [
        "format": "textDocument/formatting", "outline": "textDocument/documentSymbol", "folds": "textDocument/foldingRange",
        "lenses": "textDocument/codeLens", "tokens": "textDocument/semanticTokens/full", "hover": "textDocument/hover",
        "complete": "textDocument/completion", "define": "textDocument/definition", "refer": "textDocument/references",
        "highlight": "textDocument/documentHighlight", "prepare": "textDocument/prepareRename", "rename": "textDocument/rename",
        "actions": "textDocument/codeAction", "select": "textDocument/selectionRange",
    ]

    /// Requests about a mark.
    private func at(_ name: String, _ mark: String, _ rest: String) {
        guard let place = conversation.marks[mark] else { return }
        let position = position(place.offset, in: place.path)
        var parameters = JSON.of(["textDocument": document(place.path), "position": position])
        switch name {
        case "rename": parameters = parameters.with("newName", .string(rest))
        case "refer": parameters = parameters.with("context", .of(["includeDeclaration": true]))
        case "select": parameters = parameters.with("positions", [position])
        case "actions":
            parameters = parameters.with("range", .of(["start": position, "end": position])).with("context", .of(["diagnostics": []]))
        default: break
        }
        request(Self.methods[name] ?? name, parameters)
    }

    // MARK: the editor's side

    /// `change MARK n`: takes `n` bytes away at the mark and puts the step's text there.
    private func change(_ mark: String, _ count: String, _ text: String) {
        guard let place = conversation.marks[mark], var bytes = texts[place.path] ?? disk.files[place.path] else { return }
        let end = place.offset + (Int(count) ?? 0)
        let range = JSON.of(["start": position(place.offset, in: place.path), "end": position(end, in: place.path)])
        bytes.replaceSubrange(place.offset..<end, with: text.utf8)
        version += 1
        texts[place.path] = bytes
        session.receive(
            .of([
                "jsonrpc": "2.0", "method": "textDocument/didChange",
                "params": .of([
                    "textDocument": .of(["uri": .string("file://" + place.path), "version": .int(version)]),
                    "contentChanges": [.of(["range": range, "text": .string(text)])],
                ]),
            ]))
    }

    private func changedOnDisk(_ path: String) {
        session.receive(
            .of([
                "jsonrpc": "2.0", "method": "workspace/didChangeWatchedFiles",
                "params": .of(["changes": [.of(["uri": .string("file:///w/" + path), "type": 2])]]),
            ]))
    }

    private func execute(_ command: String, _ arguments: [JSON]) {
        request("workspace/executeCommand", .of(["command": .string(command), "arguments": .array(arguments)]))
    }

    private func document(_ path: String) -> JSON { .of(["uri": .string("file://" + path)]) }

    /// Counted here once more, so that the server's own counting is held against something else.
    private func position(_ offset: Int, in path: String) -> JSON {
        let bytes = texts[path] ?? disk.files[path] ?? []
        let before = String(decoding: bytes[..<offset], as: UTF8.self).replacingOccurrences(of: "\r\n", with: "\n")
            .replacingOccurrences(of: "\r", with: "\n")
        let last = before.components(separatedBy: "\n").last ?? ""
        let character = encoding == .utf8 ? last.utf8.count : last.utf16.count
        return .of(["line": .int(before.components(separatedBy: "\n").count - 1), "character": .int(character)])
    }

    private func request(_ method: String, _ parameters: JSON) {
        session.receive(.of(["jsonrpc": "2.0", "id": .int(nextID), "method": .string(method), "params": parameters]))
        nextID += 1
    }

    private func notify(_ method: String, _ document: KeyValuePairs<String, JSON?>) {
        session.receive(.of(["jsonrpc": "2.0", "method": .string(method), "params": .of(["textDocument": .of(document)])]))
    }

    private static func initialization(_ kind: String) -> JSON {
        let rich = JSON.of([
            "general": .of(["positionEncodings": .strings(kind == "utf-8" ? ["utf-16", "utf-8"] : ["utf-16"])]),
            "textDocument": .of([
                "hover": .of(["contentFormat": .strings(["markdown", "plaintext"])]),
                "completion": .of(["completionItem": .of(["snippetSupport": true])]),
                "publishDiagnostics": .of(["relatedInformation": true, "codeDescriptionSupport": true]),
                "documentSymbol": .of(["hierarchicalDocumentSymbolSupport": true]),
                "codeAction": .of(["codeActionLiteralSupport": .of([:])]),
            ]),
            "workspace": .of([
                "workspaceEdit": .of(["documentChanges": true]), "didChangeWatchedFiles": .of(["dynamicRegistration": true]),
            ]),
        ])
        return .of(["rootUri": "file:///w", "capabilities": kind == "plain" ? .of([:]) : rich])
    }
}
