// Lint: no part of a condition is always true or always false.

import PolicyLang

extension LintRule {
    static let constantPart = LintRule(
        "L0016", .warning,
        #"`true` and `false` inside a condition decide nothing or everything. They are left over from trying something "#
            + #"out."#,
        wrong: #"""
            deny drops {
              on       db
              to       drop
              when     statement.in_transaction and true
              because  "no"
            }
            """#,
        right: #"""
            deny drops {
              on       db
              to       drop
              when     statement.in_transaction
              because  "no"
            }
            """#
    ) { findings in
        for part in findings.conditions.flatMap(\.everyPart) {
            let (parts, neutral): ([Condition], Bool)
            switch part {
            case .and(let inner, _): (parts, neutral) = (inner, true)
            case .or(let inner, _): (parts, neutral) = (inner, false)
            case .not, .has, .comparison, .operand: continue
            }
            for (index, inner) in parts.enumerated() {
                guard case .operand(.boolean(let literal)) = inner else { continue }
                guard literal.value == neutral else {
                    findings.say(inner.span, "`\(literal.value)` makes the whole come out `\(literal.value)`", help: "say what was meant")
                    continue
                }
                // With the word before it, or, for the first, the word behind it.
                let span = index > 0
                    ? SourceSpan(file: inner.span.file, start: parts[index - 1].span.end, end: inner.span.end)
                    : SourceSpan(file: inner.span.file, start: inner.span.start, end: parts[1].span.start)
                findings.say(
                    inner.span, "`\(literal.value)` changes nothing here", help: "leave it out", fix: "leave it out",
                    edits: findings.holdsParenthesis(span) ? nil : [TextEdit(span: span, replacement: "")])
            }
        }
    }
}

extension LintFindings {
    /// A span between two parts may begin inside parentheses that it would tear apart.
    func holdsParenthesis(_ span: SourceSpan) -> Bool { text(span).contains { $0 == "(" || $0 == ")" || $0 == "/" } }
}
