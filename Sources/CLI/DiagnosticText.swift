// Diagnostics as text for people and as records for machines.

import Compiler
import PolicyLang

enum DiagnosticText {
    static func all(_ compiled: Compilation) -> String { all(compiled.diagnostics, compiled.sources) }

    static func all(_ diagnostics: [Diagnostic], _ sources: [SourceFile]) -> String {
        let texts = diagnostics.map { DiagnosticRenderer.text($0, in: sources) }
        let errors = diagnostics.filter { $0.severity == .error }.count
        let warnings = diagnostics.filter { $0.severity == .warning }.count
        return (texts + ["\(errors) errors, \(warnings) warnings"]).joined(separator: "\n")
    }
}

/// One diagnostic as JSON; lines and columns from 1, columns in bytes.
struct DiagnosticRecord: Encodable {
    var code: String
    var severity: String
    var message: String
    var help: String?
    var path: String
    var line: Int
    var column: Int
    var endLine: Int
    var endColumn: Int

    init(_ diagnostic: Diagnostic, _ sources: [SourceFile]) {
        code = diagnostic.code
        severity = diagnostic.severity.rawValue
        message = diagnostic.message
        help = diagnostic.help
        let file = sources.first { $0.index == diagnostic.span.file }
        path = file?.path ?? ""
        let start = file?.location(of: diagnostic.span.start)
        let end = file?.location(of: diagnostic.span.end)
        line = start?.line ?? 1
        column = start?.column ?? 1
        endLine = end?.line ?? line
        endColumn = end?.column ?? column
    }
}
