// Lint: nothing is negated twice.

import PolicyLang

extension LintRule {
    static let doubleNegation = LintRule(
        "L0018", .warning,
        #"`not not a` is `a`, and `unless not a` is `when a`: a reader should not have to count."#,
        wrong: #"""
            deny drops {
              on       db
              to       drop
              unless   not statement.in_transaction
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
            guard case .not(.not(let inner, _), let span) = part, inner.isAtom else { continue }
            let written = findings.text(inner.span)
            findings.say(
                span, "`not` twice", help: "write `\(written)`", fix: "leave both out",
                edits: findings.text(span).contains("//") ? nil : [TextEdit(span: span, replacement: written)])
        }
        for declaration in findings.declarations {
            guard case .rule(let rule) = declaration else { continue }
            for clause in rule.conditions where clause.isNegated {
                guard case .not(let inner, _) = clause.condition, inner.isAtom else { continue }
                let written = "when \(findings.text(inner.span))"
                findings.say(
                    clause.span, "`unless not`", help: "write `\(written)`", fix: "write `when`",
                    edits: findings.text(clause.span).contains("//") ? nil : [TextEdit(span: clause.span, replacement: written)])
            }
        }
    }
}
