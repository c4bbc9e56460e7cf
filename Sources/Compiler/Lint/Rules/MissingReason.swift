// Lint: what is refused says why.

import PolicyLang

extension LintRule {
    static let missingReason = LintRule(
        "L0001", .warning,
        #"Whoever is refused sees the reason of the rule. Without `because` they see its name, and ask you."#,
        wrong: #"""
            deny drops {
              on db
              to drop
            }
            """#,
        right: #"""
            deny drops {
              on       db
              to       drop
              because  "Tables are dropped by migrations."
            }
            """#
    ) { findings in
        for rule in findings.rules where rule.effect == .deny || rule.effect == .approve {
            if rule.because != nil { continue }
            findings.say(
                rule.declaration.name.span, "`\(rule.declaration.name.text)` does not say why",
                help: "add `because \"…\"`: it is what the caller is shown")
        }
    }
}
