// Diagnostics with their count, as every command prints them.

import PolicyLang

enum Diagnostics {
    static func text(_ diagnostics: [Diagnostic], _ files: [SourceFile]) -> String {
        let errors = diagnostics.filter { $0.severity == .error }.count
        let warnings = diagnostics.filter { $0.severity == .warning }.count
        return DiagnosticText.render(diagnostics, files: files) + "\(errors) errors, \(warnings) warnings"
    }
}
