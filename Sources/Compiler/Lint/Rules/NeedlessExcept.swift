// Lint: an exception takes something away.

import PolicyLang

extension LintRule {
    static let needlessExcept = LintRule(
        "L0015", .warning,
        #"The rule is not about whom or what `except` names, so the exception changes nothing. It may have been meant "#
            + #"for another rule."#,
        wrong: #"""
            identity report from ci { when claim.sub == "report" }
            allow report_reads {
              who  report except app
              on   db
              to   select from orders
            }
            """#,
        right: #"""
            identity report from ci { when claim.sub == "report" }
            allow report_reads {
              who  report
              on   db
              to   select from orders
            }
            """#
    ) { findings in
        for rule in findings.rules {
            guard let who = rule.declaration.who, !who.except.isEmpty, !rule.who.everyone else { continue }
            var bare = rule.who
            (bare.exceptIdentities, bare.exceptGroups) = ([], [])
            // A group by claims may hold anyone of its issuer: that it takes nobody away cannot be known.
            let isCertain = (rule.who.groups + rule.who.exceptGroups).allSatisfy { findings.run.groups[$0].condition == nil }
            guard isCertain, findings.run.reach(of: bare) == rule.reach, let last = who.names.last else { continue }
            let span = SourceSpan(file: who.span.file, start: last.span.end, end: who.span.end)
            findings.say(
                LintRule.trimmed(span, findings), "`\(rule.declaration.name.text)` is not about whom it excepts", help: "take the exception out",
                fix: "take the exception out", edits: [TextEdit(span: span, replacement: "")])
        }
    }

    /// Without the spaces before it.
    private static func trimmed(_ span: SourceSpan, _ findings: LintFindings) -> SourceSpan {
        let spaces = findings.text(span).prefix { $0 == " " || $0.isNewline }.utf8.count
        return SourceSpan(file: span.file, start: span.start + spaces, end: span.end)
    }
}
