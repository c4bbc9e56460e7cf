// The promises that hold for any bytes, in one call each, for fuzzers.

import PolicyLang

/// Talks to a server and says whether it kept its promises.
public enum ServerCheck {
    /// True when a stream is cut into the same messages whether it comes at once or byte by byte, and every message gets
    /// what the protocol promises: one answer for a request, none for a notification, and text that is JSON again.
    public static func holds(forStream bytes: [UInt8]) -> Bool {
        let whole = frames(bytes, piece: max(bytes.count, 1))
        guard whole == frames(bytes, piece: 1) else { return false }
        let session = session(Array("policy a edition 1\n".utf8))
        for case .message(let body) in whole {
            session.receive(body)
            session.publish()
            for message in session.takeOutput() {
                guard let again = try? JSON.parse(message.text), again == message else { return false }
            }
        }
        return true
    }

    private static func frames(_ bytes: [UInt8], piece: Int) -> [FrameReader.Frame] {
        var reader = FrameReader()
        var found: [FrameReader.Frame] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            reader.append(rest.prefix(piece))
            rest = rest.dropFirst(piece)
            while let frame = reader.next() { found.append(frame) }
        }
        return found
    }

    /// True when every request about some places of a text is answered, and formatting's edits make what the formatter
    /// writes. The text's first byte chooses the places.
    public static func holds(forText bytes: [UInt8]) -> Bool {
        let text = Array(String(decoding: bytes, as: UTF8.self).utf8)
        let session = session(text)
        let lines = TextLines(text, .utf16)
        for step in 0..<4 {
            let offset = text.isEmpty ? 0 : (Int(bytes[0]) * 37 + step * max(1, text.count / 4)) % text.count
            let position = TextLines.json(lines.position(of: offset))
            // A place given back means the same place, or the start of the character that it is in.
            guard lines.offset(of: lines.position(of: offset)) <= offset else { return false }
            for method in atPlace where !isAnswered(session, method, position) { return false }
        }
        for method in ofFile where !isAnswered(session, method, .null) { return false }
        guard let formatted = PolicyFormatter.format(Parser.parse(SourceFile(path: path, bytes: text))) else { return true }
        return applied(LineChanges.between(cut(text), cut(Array(formatted.utf8))), to: text, Array(formatted.utf8))
            == Array(formatted.utf8)
    }

    /// Nil when a server that has seen a document change from text to text says and answers the same as one that was given only the
    /// last of them; else what it says otherwise, and of which text.
    public static func difference(changing texts: [[UInt8]]) -> String? {
        let texts = texts.map { Array(String(decoding: $0, as: UTF8.self).utf8) }
        guard let first = texts.first else { return nil }
        let changing = session(first)
        for (number, text) in texts.enumerated() {
            if number > 0 { change(changing, to: text, version: number + 1) }
            if let difference = difference(changing, session(text), text) { return "text \(number): \(difference)" }
        }
        return nil
    }

    private static func change(_ session: LanguageSession, to text: [UInt8], version: Int) {
        session.receive(
            .of([
                "method": "textDocument/didChange",
                "params": .of([
                    "textDocument": .of(["uri": .string("file://" + path), "version": .int(version)]),
                    "contentChanges": .array([.of(["text": .string(String(decoding: text, as: UTF8.self))])]),
                ]),
            ]))
        session.publish()
    }

    private static func difference(_ left: LanguageSession, _ right: LanguageSession, _ text: [UInt8]) -> String? {
        func said(_ session: LanguageSession) -> [Diagnostic] {
            session.folders.flatMap { folder in folder.diagnostics(of: folder.checked()).values.flatMap { $0 } }
        }
        if said(left) != said(right) { return "diagnostics \(said(left).map(\.code)), not \(said(right).map(\.code))" }
        let lines = TextLines(text, .utf16)
        for method in ofFile where result(left, method, .null) != result(right, method, .null) { return method }
        for step in 0..<4 {
            let offset = text.count * step / 4
            let position = TextLines.json(lines.position(of: offset))
            for method in ["hover", "definition", "completion"] where result(left, method, position) != result(right, method, position) {
                return "\(method) at byte \(offset)"
            }
        }
        return nil
    }

    /// What is answered, without the number that the state of tokens has.
    private static func result(_ session: LanguageSession, _ method: String, _ position: JSON) -> JSON? {
        _ = session.takeOutput()
        ask(session, method, position)
        let answer = session.takeOutput().first { $0["id"] == 1 }?["result"]
        return answer?["data"] ?? answer
    }

    private static let atPlace = [
        "hover", "completion", "definition", "references", "documentHighlight", "prepareRename", "rename", "codeAction", "selectionRange",
    ]
    private static let ofFile = ["documentSymbol", "codeLens", "formatting", "foldingRange", "semanticTokens/full"]
    private static let path = "/w/a.postern"

    private static func session(_ text: [UInt8]) -> LanguageSession {
        let session = LanguageSession(
            ServerSurroundings(
                policyFiles: { _, _ in [path] }, read: { $0 == path ? text : nil }, secondsSince1970: { 1_772_409_600 },
                store: { name, _ in "/cache/" + name }, runTests: { _, _ in [] }), version: "fuzz")
        session.receive(.of(["id": 0, "method": "initialize", "params": .of(["rootUri": "file:///w", "capabilities": .of([:])])]))
        session.receive(
            .of([
                "method": "textDocument/didOpen",
                "params": .of([
                    "textDocument": .of(["uri": .string("file://" + path), "version": 1, "text": .string(String(decoding: text, as: UTF8.self))])
                ]),
            ]))
        session.publish()
        _ = session.takeOutput()
        return session
    }

    private static func isAnswered(_ session: LanguageSession, _ method: String, _ position: JSON) -> Bool {
        ask(session, method, position)
        let answers = session.takeOutput().filter { $0["id"] == 1 }
        return answers.count == 1 && (answers[0]["result"] != nil || answers[0]["error"]?["code"]?.int != RequestError.Code.parseError.rawValue)
    }

    private static func ask(_ session: LanguageSession, _ method: String, _ position: JSON) {
        session.receive(
            .of([
                "id": 1, "method": .string("textDocument/" + method),
                "params": .of([
                    "textDocument": .of(["uri": .string("file://" + path)]), "position": position, "positions": [position],
                    "range": .of(["start": position, "end": position]), "newName": "fresh",
                ]),
            ]))
    }

    private static func cut(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] { LanguageSession.lines(bytes) }

    private static func applied(_ changes: [LineChanges.Change], to old: [UInt8], _ new: [UInt8]) -> [UInt8] {
        let (oldLines, newLines) = (cut(old), cut(new))
        var result: [UInt8] = []
        var next = 0
        for change in changes {
            for line in oldLines[next..<change.old.lowerBound] { result += line }
            for line in newLines[change.new] { result += line }
            next = change.old.upperBound
        }
        for line in oldLines[next...] { result += line }
        return result
    }
}
