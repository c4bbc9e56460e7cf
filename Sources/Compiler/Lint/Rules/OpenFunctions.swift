// Lint: who may call every function is kept from those that reach outside.

import Machine
import PolicyLang

extension LintRule {
    static let openFunctions = LintRule(
        "L0022", .warning,
        #"The allow covers every function, those that read the server's files and reach other hosts included, and no "#
            + #"deny keeps the callers from them."#,
        wrong: #"""
            allow app_calls {
              who  app
              on   db
              to   call any
            }
            """#,
        right: #"""
            allow app_calls {
              who  app
              on   db
              to   call any
            }
            deny server_functions {
              on       db
              to       call pg_read_file, pg_ls_dir, lo_export, dblink
              because  "Files and other hosts are out of reach here."
            }
            """#
    ) { findings in
        let denies = findings.run.rules.filter { $0.effect == .deny && !$0.observe && $0.isAlways && findings.covers(.call, $0) }
        for rule in findings.rules where rule.effect == .allow && !rule.observe && findings.coversEvery(.call, rule) {
            guard rule.on.contains(where: { findings.run.resources[$0].kind == .postgres }) else { continue }
            let isKept = denies.contains { deny in
                rule.reach.isSubset(of: deny.reach) && Set(rule.on).isSubset(of: deny.on)
                    && (findings.coversEvery(.call, deny)
                        || deny.targets.contains { $0.verbs.contains(.call) && $0.objects.contains { $0.name == .exactly("pg_read_file") } })
            }
            if isKept { continue }
            findings.say(
                rule.declaration.to?.span ?? rule.declaration.name.span,
                "`\(rule.declaration.name.text)` allows functions that reach the server's files and other hosts",
                help: "`use std.postgres`, and deny `call postgres.server_functions, postgres.control_functions`")
        }
    }
}
