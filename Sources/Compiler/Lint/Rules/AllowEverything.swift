// Lint: no rule allows everything to everyone.

import PolicyLang

extension LintRule {
    static let allowEverything = LintRule(
        "L0002", .warning,
        #"An allow of every access to every caller without a condition turns the gateway off: what a deny does not name "#
            + #"is allowed."#,
        wrong: #"""
            allow open {
              on db
            }
            """#,
        right: #"""
            allow reads {
              who  app
              on   db
              to   select from orders
            }
            """#
    ) { findings in
        for rule in findings.rules where rule.effect == .allow && !rule.observe && rule.isAlways {
            let isForAll = rule.who.everyone && rule.who.exceptIdentities.isEmpty && rule.who.exceptGroups.isEmpty
            guard isForAll, rule.targets.isEmpty || rule.targets.contains(where: { $0.verbs == .all && $0.objects.isEmpty }) else { continue }
            findings.say(
                rule.declaration.name.span, "`\(rule.declaration.name.text)` allows everything to everyone",
                help: "say `who` may do it, and `to` do what")
        }
    }
}
