// Lint: no condition stands twice in a rule, and none beside its opposite.

import PolicyLang

extension LintRule {
    static let repeatedCondition = LintRule(
        "L0019", .warning,
        #"All clauses must agree: one that stands twice says nothing new, and one that stands in `when` and in `unless` "#
            + #"can never hold."#,
        wrong: #"""
            deny drops {
              on       db
              to       drop
              when     statement.in_transaction
              unless   statement.in_transaction
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
        for rule in findings.rules {
            var seen: [String: Bool] = [:]
            for clause in rule.declaration.conditions {
                let file = findings.run.parsed[clause.span.file].source
                // Parts of an `and` in a `when` are conditions of their own.
                var parts = [clause.condition]
                if case .and(let inner, _) = clause.condition, !clause.isNegated { parts = inner }
                for part in parts {
                    var (words, isNegated) = (part.words(file), clause.isNegated)
                    if case .not(let inner, _) = part { (words, isNegated) = (inner.words(file), !isNegated) }
                    if let earlier = seen[words] {
                        findings.say(
                            part.span, earlier == isNegated ? "this condition stands above already" : "this is the opposite of a condition above",
                            help: earlier == isNegated ? "take one of the two out" : "the rule never applies: say what was meant")
                    }
                    seen[words] = isNegated
                }
            }
        }
    }
}
