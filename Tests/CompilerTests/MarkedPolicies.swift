// Policy files with the expected diagnostics written under their places; several files in one case.

import Compiler
import Machine
import PolicyLang
import TestSupport

/// A case is one file, or several that each begin with a line `==== path`; those whose names end in `.sql` are schema
/// files, and come last. Under a source line,
///
///     //     ^^^^ error C0202: there is no set or let `foo`
///     //          help: did you mean `for`?
///
/// says that a diagnostic underlines those columns. In the first two columns the carets stand before the slashes.
struct MarkedPolicies {
    /// Path and lines without markers.
    private var files: [(path: String, lines: [Substring])] = []
    private let hasHeads: Bool
    /// Of a case that is about what an argument over all requests finds.
    private let findsDeadRules: Bool
    static let findings: Set<String> = ["C0610", "C0611", "C0612", "C0613", "C0616"]

    init(_ marked: String, path: String) {
        hasHeads = marked.hasPrefix("==== ")
        findsDeadRules = Self.findings.contains { path.contains($0) }
        if !hasHeads { files.append((path, [])) }
        var lines = marked.split(separator: "\n", omittingEmptySubsequences: false)
        // The text after the last line break is no line.
        if lines.last == "" { lines.removeLast() }
        for line in lines {
            if hasHeads, line.hasPrefix("==== ") {
                files.append((String(line.dropFirst(5)), []))
            } else if !MarkerLines.isMarker(line) {
                files[files.count - 1].lines.append(line)
            }
        }
    }

    var sources: [SourceFile] {
        files.filter { !Self.isSchema($0.path) }.enumerated().map { index, file in
            SourceFile(path: file.path, text: file.lines.map { $0 + "\n" }.joined(), index: index)
        }
    }

    private static func isSchema(_ path: String) -> Bool { path.hasSuffix(".sql") }

    /// Compiling options that find the case's schema files.
    func options(date: Moment) -> CompileOptions {
        let schemas = Dictionary(
            files.filter { Self.isSchema($0.path) }.map { ($0.path, $0.lines.map { $0 + "\n" }.joined()) },
            uniquingKeysWith: { first, _ in first })
        var options = CompileOptions(date: date) { schemas[$0].map { Array($0.utf8) } }
        options.findsDeadRules = findsDeadRules
        return options
    }

    /// The case again, with these diagnostics under their places.
    func marked(with diagnostics: [Diagnostic], _ sources: [SourceFile]) -> String {
        var text = ""
        for (index, file) in files.enumerated() {
            if hasHeads { text += "==== \(file.path)\n" }
            guard index < sources.count, !Self.isSchema(file.path) else {
                text += file.lines.map { $0 + "\n" }.joined()
                continue
            }
            let source = sources[index]
            for (number, line) in file.lines.enumerated() {
                text += line + "\n"
                for diagnostic in diagnostics
                where diagnostic.span.file == index
                    && min(source.location(of: diagnostic.span.start).line, file.lines.count) == number + 1
                {
                    text += marker(of: diagnostic, source, sources)
                }
            }
        }
        return text
    }

    private func marker(of diagnostic: Diagnostic, _ source: SourceFile, _ sources: [SourceFile]) -> String {
        let line = source.range(ofLine: source.location(of: diagnostic.span.start).line)
        let start = min(diagnostic.span.start, line.upperBound)
        let end = min(max(diagnostic.span.end, start), line.upperBound)
        let column = source.text(in: SourceSpan(file: 0, start: line.lowerBound, end: start)).count
        var text = MarkerLines.underline(column: column, width: source.text(in: SourceSpan(file: 0, start: start, end: end)).count)
        text += " \(diagnostic.severity.rawValue) \(diagnostic.code): \(diagnostic.message)\n"
        if let help = diagnostic.help { text += "//     help: \(help)\n" }
        for related in diagnostic.related {
            let place = sources[related.span.file]
            let path = related.span.file == diagnostic.span.file ? "" : "\(place.path) "
            text += "//     also: \(path)line \(place.location(of: related.span.start).line): \(related.message)\n"
        }
        if let fix = diagnostic.fixIt { text += "//     fix: \(fix.title)\n" }
        return text
    }
}
