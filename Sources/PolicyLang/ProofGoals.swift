// A proof's goals as rules: `never` says of requests what a deny would do to them, `always` what an allow would.

extension ProveDeclaration {
    /// What is to be shown, goal by goal, in the order of the file.
    public var goals: [(isNever: Bool, rule: RuleDeclaration)] {
        var shared: [RuleClause] = []
        for clause in clauses {
            switch clause {
            case .who(let it): shared.append(.who(it))
            case .on(let it): shared.append(.on(it))
            case .condition(let it): shared.append(.condition(it))
            case .never, .always: continue
            }
        }
        return clauses.compactMap { clause in
            switch clause {
            case .never(let accesses): (true, rule(.deny, shared + [.to(accesses)], accesses.span))
            case .always(let accesses): (false, rule(.allow, shared + [.to(accesses)], accesses.span))
            case .who, .on, .condition: nil
            }
        }
    }

    private func rule(_ effect: Effect, _ clauses: [RuleClause], _ place: SourceSpan) -> RuleDeclaration {
        RuleDeclaration(
            effect: effect, effectSpan: place, observeSpan: nil, name: name, clauses: clauses, doc: doc, span: span)
    }
}
