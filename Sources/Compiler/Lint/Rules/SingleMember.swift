// Lint: a set of one is compared with `==`.

import Machine
import PolicyLang

extension LintRule {
    static let singleMember = LintRule(
        "L0023", .note,
        #"`in` a set of one value says what `==` says."#,
        wrong: #"""
            deny drops {
              on       db
              to       drop
              when     statement.kind in { "drop table" }
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
            guard case .comparison(let comparison) = part, comparison.relation == .in, case .set(let set) = comparison.right,
                set.elements.count == 1, let element = set.elements.first, case .string = element
            else { continue }
            // `access.columns in { "" }` asks for a part of a set, which is another question.
            guard case .path(let path) = comparison.left, Fact.named(path.text).map({ $0.entry.type == .string }) ?? false else { continue }
            findings.say(
                comparison.span, "a set of one value", help: "write `\(findings.text(comparison.left.span)) == \(findings.text(element.span))`")
        }
    }
}
