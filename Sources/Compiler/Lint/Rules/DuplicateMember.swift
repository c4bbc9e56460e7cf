// Lint: nothing is listed twice.

import PolicyLang

extension LintRule {
    static let duplicateMember = LintRule(
        "L0014", .warning,
        #"The same name stands twice in one list. The second means nothing; perhaps another name was meant."#,
        wrong: #"""
            deny drops {
              who      app, app
              on       db
              to       drop orders
              because  "no"
            }
            """#,
        right: #"""
            deny drops {
              who      app
              on       db
              to       drop orders
              because  "no"
            }
            """#
    ) { findings in
        for declaration in findings.declarations {
            for list in declaration.writtenLists {
                var seen: [String: SourceSpan] = [:]
                for (index, span) in list.enumerated() {
                    let text = findings.text(span).split(whereSeparator: \.isWhitespace).joined(separator: " ")
                    guard seen[text] != nil else {
                        seen[text] = span
                        continue
                    }
                    findings.say(
                        span, "`\(text)` is in this list already", help: "take one of the two out",
                        fix: "take the second out", edits: [LintFindings.without(index, of: list)])
                }
            }
        }
    }
}

extension Declaration {
    /// The places of the elements of every list in it that an author may repeat something in.
    fileprivate var writtenLists: [[SourceSpan]] {
        switch self {
        case .rule(let rule): rule.clauses.flatMap(\.writtenLists)
        case .group(let group):
            if case .members(let names) = group.membership { [names.map(\.span)] } else { [] }
        case .set(let set): [set.value.elements.map(\.span)]
        case .resource(let resource): [resource.tags.map(\.span)]
        case .issuer, .identity, .let, .detector, .prove, .test: []
        }
    }
}

extension RuleClause {
    fileprivate var writtenLists: [[SourceSpan]] {
        switch self {
        case .who(let who): [who.names.map(\.span), who.except.map(\.span)]
        case .on(let on): [on.include.map(\.span), on.except.map(\.span)]
        case .to(let to):
            to.verbClauses.flatMap { part in
                [part.verbs.map(\.span), part.objects.map(\.span)] + part.objects.map { ($0.columns ?? []).map(\.span) }
            }
        case .condition(let clause): clause.condition.everyPart.compactMap(\.writtenSet)
        case .by(let names, _), .notify(let names, _): [names.map(\.span)]
        case .column(let column): [column.targets.map(\.span)] + column.targets.map { $0.columns.map(\.span) }
        case .value(let value): [value.detectors.map(\.span)]
        case .because, .expires, .limit, .quorum, .within, .valid, .guarded: []
        }
    }
}

extension Condition {
    fileprivate var writtenSet: [SourceSpan]? {
        guard case .comparison(let comparison) = self, case .set(let set) = comparison.right else { return nil }
        return set.elements.map(\.span)
    }
}
