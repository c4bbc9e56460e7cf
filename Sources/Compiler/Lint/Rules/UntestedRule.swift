// Lint: every rule decides some test.

import PolicyLang

extension LintRule {
    static let untestedRule = LintRule(
        "L0010", .warning,
        #"No example of a test is decided by the rule (for a mask: touched by it), so nobody would notice if it were "#
            + #"changed. `postern test --coverage` says more."#,
        wrong: #"""
            deny drops {
              on       db
              to       drop
              because  "no"
            }
            """#,
        right: #"""
            deny drops {
              on       db
              to       drop
              because  "no"
            }
            test "drops" {
              as app
              on db
              "drop table orders" -> deny by drops
            }
            """#
    ) { findings in
        guard let untested = findings.options.untested else { return }
        for rule in findings.rules where rule.isEmitted && !rule.observe && untested.contains(rule.name) {
            findings.say(
                rule.declaration.name.span, "no test decides by `\(rule.declaration.name.text)`",
                help: "write an example that it allows, refuses or masks")
        }
    }
}
