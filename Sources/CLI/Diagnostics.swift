// Diagnostics with their count, as every command prints them.

import PolicyLang

extension Diagnostic {
    /// What is wrong and, on a second line, what to write: for reports that show the place themselves.
    var sentences: String {
        DiagnosticText.visible(message) + (help.map { "\nhelp: " + DiagnosticText.visible($0) } ?? "")
    }
}

enum Diagnostics {
    static func text(_ diagnostics: [Diagnostic], _ files: [SourceFile]) -> String {
        let errors = diagnostics.filter { $0.severity == .error }.count
        let warnings = diagnostics.filter { $0.severity == .warning }.count
        return DiagnosticText.render(diagnostics, files: files) + "\(count(errors, "error")), \(count(warnings, "warning"))"
    }

    static func count(_ count: Int, _ noun: String) -> String {
        count == 1 ? "1 \(noun)" : noun.hasSuffix("y") ? "\(count) \(noun.dropLast())ies" : "\(count) \(noun)s"
    }
}
