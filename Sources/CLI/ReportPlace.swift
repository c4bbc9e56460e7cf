// Places as continuous integration wants them: lines and columns from 1, columns in characters instead of bytes.

import PolicyLang

/// From and to, both from 1; `endColumn` is the column behind the last character, as SARIF has it.
struct ReportPlace: Hashable {
    var path: String
    var line: Int
    var column: Int
    var endLine: Int
    var endColumn: Int

    /// Nil for a span in none of the files.
    init?(_ span: SourceSpan, _ files: [SourceFile]) {
        guard let file = files.first(where: { $0.index == span.file }) else { return nil }
        path = file.path
        (line, column) = Self.characters(file, span.start)
        (endLine, endColumn) = Self.characters(file, span.end)
    }

    /// Columns count Unicode code points: `SourceFile` counts bytes, which only agree in ASCII.
    private static func characters(_ file: SourceFile, _ offset: Int) -> (line: Int, column: Int) {
        let location = file.location(of: offset)
        let before = SourceSpan(file: file.index, start: offset - (location.column - 1), end: offset)
        return (location.line, file.text(in: before).unicodeScalars.count + 1)
    }
}
