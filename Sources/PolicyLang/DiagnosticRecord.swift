// Diagnostics for machines: plain data with lines and columns worked out.

/// A diagnostic as it is written to JSON. Lines and columns count from 1, columns in UTF-8 bytes; offsets are bytes.
public struct DiagnosticRecord: Codable, Hashable, Sendable {
    public struct Place: Codable, Hashable, Sendable {
        public var path: String
        public var start: Int
        public var end: Int
        public var line: Int
        public var column: Int
        public var endLine: Int
        public var endColumn: Int
    }

    public struct Related: Codable, Hashable, Sendable {
        public var message: String
        public var place: Place
    }

    public struct Edit: Codable, Hashable, Sendable {
        public var place: Place
        public var replacement: String
    }

    public struct Fix: Codable, Hashable, Sendable {
        public var title: String
        public var edits: [Edit]
    }

    public var code: String
    public var severity: String
    public var message: String
    public var place: Place
    public var help: String?
    public var related: [Related]
    public var fix: Fix?

    /// Works out the places; `files` are found by the spans' file indexes.
    public init(_ diagnostic: Diagnostic, files: [SourceFile]) {
        func place(_ span: SourceSpan) -> Place {
            guard let file = files.first(where: { $0.index == span.file }) else {
                return Place(path: "", start: span.start, end: span.end, line: 0, column: 0, endLine: 0, endColumn: 0)
            }
            let start = file.location(of: span.start)
            let end = file.location(of: span.end)
            return Place(
                path: file.path, start: span.start, end: span.end, line: start.line, column: start.column,
                endLine: end.line, endColumn: end.column)
        }
        code = diagnostic.code
        severity = diagnostic.severity.rawValue
        message = diagnostic.message
        self.place = place(diagnostic.span)
        help = diagnostic.help
        related = diagnostic.related.map { Related(message: $0.message, place: place($0.span)) }
        fix = diagnostic.fixIt.map { fix in
            Fix(
                title: fix.title,
                edits: fix.edits.map { Edit(place: place($0.span), replacement: $0.replacement) })
        }
    }
}
