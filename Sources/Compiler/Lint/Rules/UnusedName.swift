// Lint: named sets, named conditions and brought-in policies are used; what is not can go.

import PolicyLang

extension LintRule {
    static let unusedName = LintRule(
        "L0006", .warning,
        #"Nothing uses the name. It may have been meant for a rule that still says something else; if not, it can go."#,
        wrong: #"""
            set tables = { orders }
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
            """#
    ) { findings in
        for declared in findings.run.names.all where !findings.run.referenced.contains(declared.entity) && declared.policy == 0 {
            let span: SourceSpan
            switch declared.entity {
            case .set(let index): span = findings.run.names.sets[index].declaration.span
            case .let(let index): span = findings.run.names.lets[index].declaration.span
            case .issuer, .identity, .group, .resource, .detector, .rule, .prove: continue
            }
            guard findings.isOwn(span) else { continue }
            findings.say(
                declared.name.span, "nothing uses `\(declared.name.text)`", help: "take it out, or use it",
                fix: "take `\(declared.name.text)` out", edits: [TextEdit(span: findings.whole(span, declared.doc), replacement: "")])
        }
        for (file, uses) in findings.run.usesOfFile.enumerated() where findings.files.contains(file) {
            for use in uses where !use.isReferenced {
                // A policy with rules works by being used.
                guard let policy = use.policy, !findings.run.names.rules.contains(where: { $0.policy == policy }) else { continue }
                findings.say(
                    use.span, "nothing of `\(use.qualifier)` is used here", help: "take the line out",
                    fix: "take the line out", edits: [TextEdit(span: use.span, replacement: "")])
            }
        }
    }
}

extension LintFindings {
    /// A declaration with the comment that documents it, and its line break.
    fileprivate func whole(_ span: SourceSpan, _ doc: DocComment?) -> SourceSpan {
        let source = run.parsed[span.file].source
        var whole = doc.map { $0.span.joined(with: span) } ?? span
        if whole.end < source.bytes.count, source.bytes[whole.end] == UInt8(ascii: "\n") { whole.end += 1 }
        return whole
    }
}
