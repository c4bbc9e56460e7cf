// Lint: `not (a == b)` is written `a != b`.

import PolicyLang

extension LintRule {
    static let negatedComparison = LintRule(
        "L0017", .warning,
        #"A `not` before `==` or `!=` is easily overread. The other operator says the same, also where a fact is "#
            + #"unknown."#,
        wrong: #"""
            deny drops {
              on       db
              to       drop
              when     not statement.kind == "drop table"
              because  "no"
            }
            """#,
        right: #"""
            deny drops {
              on       db
              to       drop
              when     statement.kind != "drop table"
              because  "no"
            }
            """#
    ) { findings in
        for part in findings.conditions.flatMap(\.everyPart) {
            guard case .not(.comparison(let comparison), let span) = part else { continue }
            let other: Relation
            switch comparison.relation {
            case .equal: other = .notEqual
            case .notEqual: other = .equal
            case .less, .lessOrEqual, .greater, .greaterOrEqual, .in, .like, .matches, .startsWith, .endsWith, .contains: continue
            }
            let written = "\(findings.text(comparison.left.span)) \(other.rawValue) \(findings.text(comparison.right.span))"
            // What stands around the comparison is `not` and perhaps parentheses, which go with it.
            findings.say(
                span, "`not` before `\(comparison.relation.rawValue)`", help: "write `\(written)`", fix: "write `\(other.rawValue)`",
                edits: findings.text(span).contains("//") ? nil : [TextEdit(span: span, replacement: written)])
        }
    }
}
