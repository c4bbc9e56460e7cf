// Diagnostics for people: place, sentence, source line, underline, help.

/// Writes diagnostics as text for a terminal, without colours.
public enum DiagnosticText {
    /// The most characters of a source line that are shown.
    static let shownWidth = 160

    /// One diagnostic with its source line, ending in a line break:
    ///
    ///     orders.postern:7:3: error P0211: `whoo` begins no clause of an allow rule
    ///       7 |   whoo nightly_report
    ///         |   ^^^^
    ///         = help: did you mean `who`?
    ///
    /// `files` are found by the span's file index. Control characters of the source are shown as `�`, so that a
    /// policy file cannot write to the reader's terminal.
    public static func render(_ diagnostic: Diagnostic, files: [SourceFile]) -> String {
        let heading = "\(diagnostic.severity.rawValue) \(diagnostic.code): \(diagnostic.message)"
        var text = place(diagnostic.span, heading, files)
        if let help = diagnostic.help { text += margin(of: diagnostic.span, files) + "= help: \(visible(help))\n" }
        for related in diagnostic.related {
            text += place(related.span, "note: \(related.message)", files)
        }
        return text
    }

    /// All of them, in their order.
    public static func render(_ diagnostics: [Diagnostic], files: [SourceFile]) -> String {
        diagnostics.map { render($0, files: files) }.joined()
    }

    private static func file(_ span: SourceSpan, _ files: [SourceFile]) -> SourceFile? {
        files.first { $0.index == span.file }
    }

    private static func margin(of span: SourceSpan, _ files: [SourceFile]) -> String {
        let line = file(span, files)?.location(of: span.start).line ?? 0
        return String(repeating: " ", count: max(4, String(line).utf8.count + 3))
    }

    private static func place(_ span: SourceSpan, _ heading: String, _ files: [SourceFile]) -> String {
        guard let file = file(span, files) else { return visible(heading) + "\n" }
        let location = file.location(of: span.start)
        let line = file.range(ofLine: location.line)
        var text = "\(visible(file.path)):\(location.line):\(location.column): \(visible(heading))\n"
        let start = min(max(span.start, line.lowerBound), line.upperBound)
        let end = min(max(span.end, start), line.upperBound)
        var before = scalars(file, line.lowerBound..<start)
        var under = scalars(file, start..<end)
        var after = scalars(file, end..<line.upperBound)
        // Of a long line, what is underlined and a little before it is shown.
        if before.count > shownWidth / 2 { before = ["…"] + before.suffix(shownWidth / 2) }
        if under.count > shownWidth { under = Array(under.prefix(shownWidth)) + ["…"] }
        let room = max(0, shownWidth - before.count - under.count)
        if after.count > room { after = after.prefix(room) + ["…"] }
        let margin = margin(of: span, files)
        let number = String(location.line)
        let padding = String(repeating: " ", count: margin.utf8.count - number.utf8.count - 1)
        text += trimmed("\(padding)\(number) | \(string(before + under + after))") + "\n"
        text += "\(margin)| \(String(repeating: " ", count: before.count))"
        return text + String(repeating: "^", count: max(1, under.count)) + "\n"
    }

    private static func scalars(_ file: SourceFile, _ range: Range<Int>) -> [UnicodeScalar] {
        let text = file.text(in: SourceSpan(file: file.index, start: range.lowerBound, end: range.upperBound))
        return text.unicodeScalars.map(visible)
    }

    private static func string(_ scalars: [UnicodeScalar]) -> String {
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars)
        return text
    }

    private static func trimmed(_ text: String) -> String {
        var scalars = Array(text.unicodeScalars)
        while scalars.last == " " { scalars.removeLast() }
        return string(scalars)
    }

    /// A text on one line whose control and deceptive characters are `�`: a sentence may repeat what an author wrote.
    public static func visible(_ text: String) -> String {
        // Plain ASCII, which most sentences are, has nothing to hide.
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
        return string(text.unicodeScalars.map(visible))
    }

    private static func visible(_ scalar: UnicodeScalar) -> UnicodeScalar {
        if scalar == "\t" { return " " }
        let isHidden = SourceText.isControl(scalar.value) || SourceText.isDeceptive(scalar.value)
        return isHidden || scalar == "\n" ? "\u{FFFD}" : scalar
    }
}
