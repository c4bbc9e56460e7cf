// Lint: masked columns that can be searched are guarded.

import Machine
import PolicyLang

extension LintRule {
    static let inferableMask = LintRule(
        "L0012", .note,
        #"Whoever may filter by a masked column finds its values out by asking: `where email like 'a%'`. `guarded` "#
            + #"refuses such statements; the mask alone only changes what comes back."#,
        wrong: #"""
            mask contact {
              on      db
              column  customers.email with redact
            }
            """#,
        right: #"""
            mask contact {
              on      db
              column  customers.email with redact
              guarded
            }
            """#
    ) { findings in
        for rule in findings.rules where rule.effect == .mask && !rule.observe {
            guard let mask = rule.mask, !mask.guarded, let column = mask.columns.first else { continue }
            let readers = findings.run.rules.filter {
                $0.effect == .allow && !$0.observe && findings.covers(.select, $0) && !$0.reach.isDisjoint(with: rule.reach)
                    && !findings.run.shared($0.on, rule.on).isEmpty
            }
            if readers.isEmpty { continue }
            findings.say(
                column.span, "whoever is masked may still search by `\(column.column)`",
                help: "add `guarded`, if nobody it is about needs to filter or sort by it")
        }
    }
}
