// Lint: a pattern that matches every text is no condition.

import PolicyLang

extension LintRule {
    static let matchesEverything = LintRule(
        "L0005", .warning,
        #"The pattern matches every text, so the comparison only asks whether the fact is there. Say so with `has`, or "#
            + #"leave it out."#,
        wrong: #"""
            deny drops {
              on       db
              to       drop
              when     statement.text like "*"
              because  "no"
            }
            """#,
        right: #"""
            deny drops {
              on       db
              to       drop
              when     statement.text like "drop *"
              because  "no"
            }
            """#
    ) { findings in
        for part in findings.conditions.flatMap(\.everyPart) {
            guard case .comparison(let comparison) = part, case .string(let literal) = comparison.right else { continue }
            let matchesAll =
                switch comparison.relation {
                case .like: !literal.value.isEmpty && literal.value.allSatisfy { $0 == "*" }
                case .matches: ["", ".*", "^.*$", "(?s).*", "^", "$"].contains(literal.value)
                case .startsWith, .endsWith, .contains: literal.value.isEmpty
                case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .in: false
                }
            if matchesAll {
                let written = "\(comparison.relation.rawValue) \(findings.text(literal.span))"
                findings.say(comparison.span, "`\(written)` matches every text", help: "leave it out, or use `has`")
            }
        }
    }
}
