// Lint: updates and deletes are allowed where a condition chooses the rows.

import Machine
import PolicyLang

extension LintRule {
    static let unguardedWrite = LintRule(
        "L0011", .warning,
        #"The allow lets `update` or `delete` change every row of a table: nothing asks for a WHERE. A forgotten clause "#
            + #"is the commonest way to lose a table."#,
        wrong: #"""
            allow cleanup {
              who  app
              on   db
              to   delete from carts
            }
            """#,
        right: #"""
            allow cleanup {
              who   app
              on    db
              to    delete from carts
              when  statement.has_where
            }
            """#
    ) { findings in
        let asked: Set<String> = ["statement.where", "statement.has_where", "statement.text", "statement.fingerprint", "statement.first_seen"]
        let denies = findings.run.rules.filter { $0.effect == .deny && !$0.observe }
        for rule in findings.rules where rule.effect == .allow && !rule.observe && !rule.targets.isEmpty {
            guard let verb = [Verb.update, .delete].first(where: { findings.covers($0, rule) }) else { continue }
            let facts = rule.condition.map(\.factNames) ?? []
            if !facts.isDisjoint(with: asked) { continue }
            // A deny that asks for the same, or refuses the verb at all, is as good.
            let isGuarded = denies.contains { deny in
                findings.covers(verb, deny) && rule.reach.isSubset(of: deny.reach) && Set(rule.on).isSubset(of: deny.on)
                    && (deny.isAlways || !(deny.condition.map(\.factNames) ?? []).isDisjoint(with: asked))
            }
            if isGuarded { continue }
            findings.say(
                rule.declaration.to?.span ?? rule.declaration.name.span, "`\(rule.declaration.name.text)` allows `\(verb.name)` of a whole table",
                help: "add `when statement.has_where`, or `statement.where == keyed`")
        }
    }
}

extension TypedCondition {
    /// The names of the facts that its tests look at.
    fileprivate var factNames: Set<String> { Set(facts.map(\.entry.name)) }
}
