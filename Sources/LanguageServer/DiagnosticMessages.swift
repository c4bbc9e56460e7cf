// Diagnostics as the protocol has them, and the pages that explain their codes.

import Compiler
import PolicyLang

/// What came of a test, at a line of a file.
struct TestNote {
    /// Byte offsets.
    var start: Int
    var end: Int
    var text: String
    /// The test's title, so that running it again takes its old notes away.
    var title: String
}

extension LanguageSession {
    func json(_ diagnostic: Diagnostic, _ folder: PolicyFolder) -> JSON {
        let path = folder.paths[diagnostic.span.file]
        let lines = lines(path, folder)
        var message = DiagnosticText.visible(diagnostic.message)
        if let help = diagnostic.help { message += "\n" + DiagnosticText.visible(help) }
        var related: [JSON] = []
        for place in diagnostic.related {
            if client.related {
                guard let location = location(place.span, folder) else { continue }
                related.append(.of(["location": location, "message": .string(DiagnosticText.visible(place.message))]))
            } else if let other = self.lines(path, folder), place.span.file == diagnostic.span.file {
                message += "\n" + DiagnosticText.visible(place.message) + ": line \(other.position(of: place.span.start).line + 1)"
            }
        }
        return .of([
            "range": lines?.range(diagnostic.span),
            "severity": .int(diagnostic.severity == .error ? 1 : diagnostic.severity == .warning ? 2 : 3),
            "code": .string(diagnostic.code),
            "codeDescription": client.codeLinks ? page(of: diagnostic.code).map { .of(["href": .string(FileURI.uri($0))]) } : nil,
            "source": "postern",
            "message": .string(message),
            "tags": Self.isAboutUnused(diagnostic) ? .array([1]) : nil,
            "relatedInformation": related.isEmpty ? nil : .array(related),
        ])
    }

    private static func isAboutUnused(_ diagnostic: Diagnostic) -> Bool {
        [CompilerCode.unusedUse, .unusedDeclaration].contains { $0.rawValue == diagnostic.code }
    }

    func json(_ note: TestNote, _ path: String) -> JSON {
        .of([
            "range": folder(of: path).flatMap { lines(path, $0) }?.range(note.start, note.end), "severity": 1, "code": "test",
            "source": "postern test", "message": .string(note.text),
        ])
    }

    /// A place in a file of the folder, or in a policy that ships.
    func location(_ span: SourceSpan, _ folder: PolicyFolder) -> JSON? {
        guard folder.paths.indices.contains(span.file), let lines = lines(folder.paths[span.file], folder) else { return nil }
        return .of(["uri": .string(uri(folder.paths[span.file])), "range": lines.range(span)])
    }

    /// The page that explains a code, written when it is first wanted.
    func page(of code: String) -> String? {
        if let known = pages[code] { return known }
        guard let explanation = CodeExplanation.of(code) else { return nil }
        let path = surroundings.store("explain/\(explanation.code).md", Self.markdown(explanation))
        pages[code] = .some(path)
        return path
    }

    static func markdown(_ explanation: CodeExplanation) -> String {
        """
        # \(explanation.code)

        \(explanation.meaning)

        Wrong:

        ```postern
        \(explanation.wrong)
        ```

        Right:

        ```postern
        \(explanation.right)
        ```

        """
    }
}
