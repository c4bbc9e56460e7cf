// Comments that silence the linter: `// lint:allow L0012 reason`, on the line or above it.

import PolicyLang

struct LintSuppressions {
    struct Suppression {
        var code: String
        var reason: String
        var span: SourceSpan
        /// The lines that it is about.
        var lines: ClosedRange<Int>
    }
    private(set) var all: [Suppression] = []

    init(_ run: CompileRun) {
        for (index, file) in run.parsed.enumerated() where run.policyOfFile[index] != nil { read(file) }
    }

    /// A suppression without a reason silences nothing.
    func cover(_ diagnostic: Diagnostic) -> Bool {
        guard let line = lines[diagnostic.span.file]?(diagnostic.span.start) else { return false }
        return all.contains {
            $0.span.file == diagnostic.span.file && $0.code == diagnostic.code && !$0.reason.isEmpty && $0.lines.contains(line)
        }
    }

    private var lines: [Int: @Sendable (Int) -> Int] = [:]

    private mutating func read(_ parsed: ParsedFile) {
        let source = parsed.source
        lines[source.index] = { source.location(of: $0).line }
        let comments = parsed.comments.map { (comment: $0, line: source.location(of: $0.span.start).line) }
        for (number, (comment, line)) in comments.enumerated() where !comment.isDoc {
            let words = source.text(in: comment.span).dropFirst(2).split(whereSeparator: { $0 == " " || $0 == "\t" })
            guard words.first == "lint:allow" else { continue }
            // Comments in lines below this one stand above the same declaration.
            var last = line
            for (_, next) in comments[(number + 1)...] where next == last + 1 && isAlone(next, source) { last = next }
            var end = isAlone(line, source) ? last + 1 : line
            // Above a declaration it is about all of it.
            if end > line, let declared = parsed.tree.declarations.first(where: { source.location(of: $0.span.start).line == end }) {
                end = source.location(of: declared.span.end).line
            }
            all.append(
                Suppression(
                    code: words.count > 1 ? String(words[1]) : "", reason: words.dropFirst(2).joined(separator: " "), span: comment.span,
                    lines: line...end))
        }
    }

    /// Whether nothing but a comment stands on the line.
    private func isAlone(_ line: Int, _ source: SourceFile) -> Bool {
        let range = source.range(ofLine: line)
        let text = source.text(in: SourceSpan(file: source.index, start: range.lowerBound, end: range.upperBound))
        return text.drop { $0 == " " || $0 == "\t" }.hasPrefix("//")
    }
}
