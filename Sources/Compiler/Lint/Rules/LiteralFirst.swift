// Lint: a comparison begins with what it is about.

import PolicyLang

extension LintRule {
    static let literalFirst = LintRule(
        "L0021", .warning,
        #"The fact first, then what it is compared with: `claim.level >= 3` is read faster than `3 <= claim.level`."#,
        wrong: #"""
            deny drops {
              on       db
              to       drop
              when     "drop table" == statement.kind
              because  "no"
            }
            """#,
        right: #"""
            deny drops {
              on       db
              to       drop
              when     statement.kind == "drop table"
              because  "no"
            }
            """#
    ) { findings in
        for part in findings.conditions.flatMap(\.everyPart) {
            guard case .comparison(let comparison) = part, comparison.left.isLiteral, case .path = comparison.right else { continue }
            let turned: Relation
            switch comparison.relation {
            case .equal, .notEqual: turned = comparison.relation
            case .less: turned = .greater
            case .lessOrEqual: turned = .greaterOrEqual
            case .greater: turned = .less
            case .greaterOrEqual: turned = .lessOrEqual
            case .in, .like, .matches, .startsWith, .endsWith, .contains: continue
            }
            let written = "\(findings.text(comparison.right.span)) \(turned.rawValue) \(findings.text(comparison.left.span))"
            findings.say(
                comparison.span, "the value stands before the fact", help: "write `\(written)`", fix: "turn it round",
                edits: findings.text(comparison.span).contains("//") ? nil : [TextEdit(span: comparison.span, replacement: written)])
        }
    }
}

extension Operand {
    fileprivate var isLiteral: Bool {
        switch self {
        case .string, .integer, .duration, .size, .moment, .boolean: true
        case .set, .path: false
        }
    }
}
