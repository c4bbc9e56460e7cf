// The promises that hold for any bytes, in one call, for fuzzers.

/// Parses, renders and formats, and says whether the front end kept its promises.
public enum PolicyCheck {
    /// True when every span lies inside the file, a file with errors is not formatted, and the canonical text of one
    /// without errors parses without errors and is its own canonical text; and when reading the file after another text gives the same
    /// as reading it alone.
    public static func holds(for bytes: [UInt8]) -> Bool {
        let source = SourceFile(path: "input", bytes: bytes)
        let parsed = Parser.parse(source)
        for diagnostic in parsed.diagnostics {
            guard diagnostic.span.start >= 0, diagnostic.span.end <= bytes.count else { return false }
        }
        _ = DiagnosticText.render(parsed.diagnostics, files: [source])
        let earlier = Parser.parse(SourceFile(path: "input", bytes: withoutPart(bytes)))
        guard isSame(Parser.parse(source, after: earlier), parsed) else { return false }
        guard let once = PolicyFormatter.format(parsed) else { return parsed.hasErrors }
        let again = Parser.parse(SourceFile(path: "input", text: once))
        // The canonical text may be longer than the file was, past the limit on files.
        if once.utf8.count > LanguageLimits.fileBytes { return true }
        return again.comments.count == parsed.comments.count && PolicyFormatter.format(again) == once
    }

    /// Whether two readings of a file are the same in everything that anybody could ask of them.
    public static func isSame(_ left: ParsedFile, _ right: ParsedFile) -> Bool {
        left.source.bytes == right.source.bytes && left.tree == right.tree && left.diagnostics == right.diagnostics
            && left.comments == right.comments && left.tokens == right.tokens && left.layout == right.layout
            && left.extents == right.extents && left.lexicalDiagnostics == right.lexicalDiagnostics && left.isClean == right.isClean
    }

    /// The bytes without some of them, which their own first bytes choose.
    private static func withoutPart(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count > 2 else { return [] }
        let start = (Int(bytes[0]) * 251 + Int(bytes[1])) % bytes.count
        let end = min(bytes.count, start + Int(bytes[2]) % 64)
        return Array(bytes[..<start] + bytes[end...])
    }
}
