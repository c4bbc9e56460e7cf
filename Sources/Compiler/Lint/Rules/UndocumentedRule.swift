// Lint: a rule says what it is for.

import PolicyLang

extension LintRule {
    static let undocumentedRule = LintRule(
        "L0009", .note,
        #"The `///` above a rule is shown by hover, by `explain` and on the page that `docs` writes. A rule that needs "#
            + #"no sentence needs a name that says it, and this line."#,
        wrong: #"""
            allow app_locks {
              who  app
              on   db
              to   lock
            }
            """#,
        right: #"""
            /// The application takes locks while it moves stock between stores.
            allow app_locks {
              who  app
              on   db
              to   lock
            }
            """#
    ) { findings in
        for rule in findings.rules where rule.declaration.doc == nil && rule.because == nil {
            // Where there is a `because`, it says what the rule is for.
            findings.say(
                rule.declaration.name.span, "`\(rule.declaration.name.text)` has no `///` that says what it is for", help: "write a sentence above it")
        }
    }
}
