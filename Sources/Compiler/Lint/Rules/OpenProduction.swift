// Lint: writing on production is bounded by objects or a condition.

import Machine
import PolicyLang

extension LintRule {
    static let openProduction = LintRule(
        "L0003", .warning,
        #"On a resource tagged `production` an allow of writing verbs on every object, without a condition, is as wide "#
            + #"as the database."#,
        wrong: #"""
            allow repairs {
              who  app
              on   db
              to   insert, update
            }
            """#,
        right: #"""
            allow repairs {
              who   app
              on    db
              to    insert into audit_log, update orders(status)
              when  statement.kind == "insert" or statement.where == keyed
            }
            """#
    ) { findings in
        let writing: [Verb] = [.insert, .update, .delete, .truncate, .grant, .revoke, .run, .write]
        for rule in findings.rules where rule.effect == .allow && !rule.observe && rule.isAlways {
            guard rule.on.contains(where: { findings.run.resources[$0].tags.contains("production") }),
                let verb = writing.first(where: { findings.coversEvery($0, rule) })
            else { continue }
            findings.say(
                rule.declaration.to?.span ?? rule.declaration.name.span,
                "`\(rule.declaration.name.text)` allows `\(verb.name)` of anything on production, always",
                help: "name the objects, or say `when`")
        }
    }
}
