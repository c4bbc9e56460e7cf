// Lint: what is silenced says which code, and why.

import PolicyLang

extension LintRule {
    static let suppression = LintRule(
        "L0024", .warning,
        #"A comment `lint:allow` names one code and gives a reason. Without a reason it silences nothing; with a code "#
            + #"that is none it never could."#,
        wrong: #"""
            // lint:allow L0001
            deny drops {
              on db
              to drop
            }
            """#,
        right: #"""
            // lint:allow L0001 Whoever drops tables here knows why not.
            deny drops {
              on db
              to drop
            }
            """#
    ) { findings in
        for suppression in LintSuppressions(findings.run).all where findings.isOwn(suppression.span) {
            if !PolicyLint.rules.contains(where: { $0.code == suppression.code }) {
                findings.say(suppression.span, "there is no code `\(suppression.code)`", help: "write `// lint:allow L0001 reason`")
            } else if suppression.reason.isEmpty {
                findings.say(suppression.span, "`lint:allow` without a reason silences nothing", help: "say why, after the code")
            }
        }
    }
}
