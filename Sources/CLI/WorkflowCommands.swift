// Diagnostics as GitHub workflow commands, which show them beside the changed lines of a pull request.

import PolicyLang

/// "Workflow commands for GitHub Actions": `::error file=…,line=…,col=…::message`, one a line.
enum WorkflowCommands {
    static func text(_ diagnostics: [Diagnostic], _ files: [SourceFile]) -> String {
        diagnostics.map { line($0, files) + "\n" }.joined()
    }

    private static func line(_ diagnostic: Diagnostic, _ files: [SourceFile]) -> String {
        var properties: [String] = []
        if let place = ReportPlace(diagnostic.span, files) {
            properties = ["file=\(property(DiagnosticText.visible(place.path)))", "line=\(place.line)", "col=\(place.column)", "endLine=\(place.endLine)"]
            // On several lines the end's column would be read as one of the first line.
            if place.endLine == place.line { properties.append("endColumn=\(place.endColumn)") }
        }
        properties.append("title=\(property(diagnostic.code))")
        return "::\(command(diagnostic.severity)) \(properties.joined(separator: ","))::\(data(diagnostic.sentences))"
    }

    private static func command(_ severity: Severity) -> String {
        switch severity {
        case .error: "error"
        case .warning: "warning"
        case .note: "notice"
        }
    }

    /// What would end the command is written as percent signs, so that a policy's text is never read as a command of its own.
    private static func data(_ text: String) -> String { escape(text, ["%", "\r", "\n"]) }
    private static func property(_ text: String) -> String { escape(text, ["%", "\r", "\n", ":", ","]) }

    private static func escape(_ text: String, _ special: Set<Unicode.Scalar>) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            if special.contains(scalar) {
                let digits = String(scalar.value, radix: 16, uppercase: true)
                escaped += "%" + (digits.utf8.count < 2 ? "0" : "") + digits
            } else {
                escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
