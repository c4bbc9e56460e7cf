// Clauses as their authors wrote them, found again by place: what the page of a policy quotes.

import PolicyLang

struct ClauseTexts {
    struct Clause {
        var word: String
        var text: String
    }
    struct Named {
        var name: String
        var text: String
        var doc: String?
    }

    /// What stands before `policy` in each file.
    private(set) var headerDocs: [String] = []
    /// Sets and named conditions, in the order of the files.
    private(set) var names: [Named] = []
    private var rules: [SourceSpan: [Clause]] = [:]
    /// By the place of the declared name: what stands behind it.
    private var bodies: [SourceSpan: String] = [:]

    init(_ sources: [SourceFile], root: String) {
        for source in sources {
            let parsed = Parser.parse(source)
            let text = { (span: SourceSpan) in Self.text(span, parsed) }
            guard let header = parsed.tree.header else { continue }
            let policy = header.name.text
            // The names of what ships are many, and the same everywhere.
            let ships = StandardPolicies.isReserved(policy)
            if !ships, let doc = header.doc { headerDocs.append(doc.text) }
            let prefix = policy == root ? "" : Policy.lastSegment(of: policy) + "."
            for declaration in parsed.tree.declarations {
                if let name = declaration.name {
                    bodies[name.span] = text(SourceSpan(file: source.index, start: name.span.end, end: declaration.span.end))
                }
                switch declaration {
                case .rule(let rule): rules[rule.span] = rule.clauses.map { Self.clause(text($0.span)) }
                case .set(let set):
                    if ships { continue }
                    names.append(Named(name: prefix + set.name.text, text: text(set.value.span), doc: set.doc?.text))
                case .let(let named):
                    if ships { continue }
                    names.append(Named(name: prefix + named.name.text, text: text(named.condition.span), doc: named.doc?.text))
                case .issuer, .identity, .group, .resource, .detector, .prove, .test: break
                }
            }
        }
    }

    func ofRule(at span: SourceSpan) -> [Clause] { rules[span] ?? [] }
    func body(at name: SourceSpan) -> String { bodies[name] ?? "" }

    /// The first word is the clause's; a clause of one word says nothing more.
    private static func clause(_ text: String) -> Clause {
        let parts = text.split(maxSplits: 1, whereSeparator: \.isWhitespace)
        return Clause(word: parts.first.map(String.init) ?? "", text: parts.count > 1 ? String(parts[1]) : "yes")
    }

    /// The text without its comments.
    private static func text(_ span: SourceSpan, _ parsed: ParsedFile) -> String {
        var text = ""
        var start = span.start
        for comment in parsed.comments where comment.span.start >= span.start && comment.span.end <= span.end {
            text += parsed.source.text(in: SourceSpan(file: span.file, start: start, end: comment.span.start)) + " "
            start = comment.span.end
        }
        return text + parsed.source.text(in: SourceSpan(file: span.file, start: start, end: span.end))
    }
}
