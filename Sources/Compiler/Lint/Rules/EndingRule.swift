// Lint: rules that end soon are said before they end.

import PolicyLang

extension LintRule {
    static let endingRule = LintRule(
        "L0013", .warning,
        #"The rule ends within the next days (30, or as `--days` says). An allow then stops to allow, and an expired "#
            + #"deny or mask is an error: settle it before that."#,
        wrong: #"""
            allow trial {
              who      app
              on       db
              to       lock
              expires  2026-03-10
            }
            """#,
        right: #"""
            allow trial {
              who      app
              on       db
              to       lock
              expires  2027-03-10
            }
            """#
    ) { findings in
        let now = findings.run.options.date.seconds
        for rule in findings.rules {
            guard let end = rule.declaration.expires, end.epochSeconds > now else { continue }
            let days = (end.epochSeconds - now) / 86_400
            guard days < findings.options.days else { continue }
            findings.say(
                end.span, "`\(rule.declaration.name.text)` ends in \(days) day\(days == 1 ? "" : "s")", help: "take it out, or give it a later end")
        }
    }
}
