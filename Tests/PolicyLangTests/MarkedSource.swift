// Policy text with the expected diagnostics written under their places.

import PolicyLang
import TestSupport

/// A case file is policy text with marker lines in between. Under a source line,
///
///     //     ^^^^ error P0211: `whoo` begins no clause of an allow rule
///     //          help: did you mean `who`?
///
/// says that a diagnostic underlines those columns. In the first two columns the carets stand before the slashes.
/// `⟦FF⟧` in the source stands for one byte in hexadecimal.
enum MarkedSource {
    /// The source without its marker lines.
    static func source(of marked: String) -> [UInt8] {
        var lines = marked.split(separator: "\n", omittingEmptySubsequences: false).filter { !MarkerLines.isMarker($0) }
        // The text after the last line break is no line.
        if lines.last == "" { lines.removeLast() }
        return lines.flatMap { bytes(of: $0) + [UInt8(ascii: "\n")] }
    }

    private static func bytes(of line: Substring) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = line
        while let open = rest.firstIndex(of: "⟦"), let close = rest[open...].firstIndex(of: "⟧"),
            let byte = UInt8(rest[rest.index(after: open)..<close], radix: 16)
        {
            bytes += Array(rest[..<open].utf8) + [byte]
            rest = rest[rest.index(after: close)...]
        }
        return bytes + Array(rest.utf8)
    }

    /// The source of `marked` again, with these diagnostics written under their places.
    static func mark(_ marked: String, with parsed: ParsedFile) -> String {
        var lines = marked.split(separator: "\n", omittingEmptySubsequences: false).filter { !MarkerLines.isMarker($0) }
        if lines.last == "" { lines.removeLast() }
        var text = ""
        for (index, line) in lines.enumerated() {
            text += line + "\n"
            for diagnostic in parsed.diagnostics
            where min(parsed.source.location(of: diagnostic.span.start).line, lines.count) == index + 1 {
                text += marker(of: diagnostic, in: parsed.source)
            }
        }
        return text
    }

    private static func marker(of diagnostic: Diagnostic, in source: SourceFile) -> String {
        let location = source.location(of: diagnostic.span.start)
        let line = source.range(ofLine: location.line)
        let start = min(diagnostic.span.start, line.upperBound)
        let end = min(max(diagnostic.span.end, start), line.upperBound)
        let column = shownWidth(source, line.lowerBound..<start)
        var text = MarkerLines.underline(column: column, width: shownWidth(source, start..<end))
        text += " \(diagnostic.severity.rawValue) \(diagnostic.code): \(diagnostic.message)\n"
        if let help = diagnostic.help { text += "//     help: \(help)\n" }
        for related in diagnostic.related {
            text += "//     also: line \(source.location(of: related.span.start).line): \(related.message)\n"
        }
        if let fix = diagnostic.fixIt { text += "//     fix: \(fix.title)\n" }
        return text
    }

    /// The width of source bytes as they are shown in a case file.
    private static func shownWidth(_ source: SourceFile, _ range: Range<Int>) -> Int {
        let bytes = source.bytes[range]
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return bytes.reduce(0) { $0 + ($1 < 0x80 && $1 >= 0x20 ? 1 : 4) }
        }
        return text.unicodeScalars.reduce(0) { $0 + shownWidth($1) }
    }

    /// Control and invisible characters are written byte by byte, four columns each.
    private static func shownWidth(_ scalar: UnicodeScalar) -> Int {
        let isHidden = scalar.value < 0x20 || scalar.value == 0x7F || scalar.value == 0xFEFF
            || (0x200B...0x202E).contains(scalar.value) && !(0x2010...0x2027).contains(scalar.value)
        return isHidden ? 4 * String(scalar).utf8.count : 1
    }
}
