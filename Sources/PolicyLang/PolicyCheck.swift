// The promises that hold for any bytes, in one call, for fuzzers.

/// Parses, renders and formats, and says whether the front end kept its promises.
public enum PolicyCheck {
    /// True when every span lies inside the file, a file with errors is not formatted, and the canonical text of one
    /// without errors parses without errors and is its own canonical text.
    public static func holds(for bytes: [UInt8]) -> Bool {
        let source = SourceFile(path: "input", bytes: bytes)
        let parsed = Parser.parse(source)
        for diagnostic in parsed.diagnostics {
            guard diagnostic.span.start >= 0, diagnostic.span.end <= bytes.count else { return false }
        }
        _ = DiagnosticText.render(parsed.diagnostics, files: [source])
        guard let once = PolicyFormatter.format(parsed) else { return parsed.hasErrors }
        let again = Parser.parse(SourceFile(path: "input", text: once))
        // The canonical text may be longer than the file was, past the limit on files.
        if once.utf8.count > LanguageLimits.fileBytes { return true }
        return again.comments.count == parsed.comments.count && PolicyFormatter.format(again) == once
    }
}
