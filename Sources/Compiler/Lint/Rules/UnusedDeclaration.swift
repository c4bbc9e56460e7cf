// Lint: groups, issuers and resources are used by something.

import PolicyLang

extension LintRule {
    static let unusedDeclaration = LintRule(
        "L0007", .warning,
        #"No rule, identity or group speaks of it. A resource that no rule is about refuses everything; an issuer that "#
            + #"no identity comes from vouches for nobody."#,
        wrong: #"""
            resource archive : postgres { search_path public }
            """#,
        right: #"""
            resource archive : postgres { search_path public }
            allow archive_reads {
              who  app
              on   archive
              to   select from orders
            }
            """#
    ) { findings in
        let run = findings.run
        let words = findings.conditions.flatMap(\.everyPart).flatMap { part -> [String] in
            // A group may be used as a word: `"dba" in identity.groups`.
            guard case .comparison(let comparison) = part else { return [] }
            return [comparison.left, comparison.right].flatMap(\.writtenWords)
        }
        for (index, resource) in run.resources.enumerated() where findings.isOwn(resource.declared.span) {
            if run.rules.contains(where: { $0.on.contains(index) }) { continue }
            findings.say(resource.declared.span, "no rule is about the resource `\(resource.declared.text)`", help: "write a rule, or take it out")
        }
        for (index, issuer) in run.issuers.enumerated() where findings.isOwn(issuer.declared.span) {
            let isUsed = run.identities.contains { $0.issuer == index } || run.groups.contains { $0.issuer == index }
            if !isUsed { findings.say(issuer.declared.span, "nobody comes from the issuer `\(issuer.declared.text)`", help: "take it out") }
        }
        for (index, group) in run.groups.enumerated() where findings.isOwn(group.declared.span) {
            if run.referenced.contains(.group(index)) || words.contains(group.declared.text) { continue }
            findings.say(group.declared.span, "nothing speaks of the group `\(group.declared.text)`", help: "use it, or take it out")
        }
    }
}

extension Operand {
    /// The texts and bare names in it.
    fileprivate var writtenWords: [String] {
        switch self {
        case .string(let text): [text.value]
        case .path(let path): path.segments.map(\.text)
        case .set(let set): set.elements.flatMap(\.writtenWords)
        case .integer, .duration, .size, .moment, .boolean: []
        }
    }
}
