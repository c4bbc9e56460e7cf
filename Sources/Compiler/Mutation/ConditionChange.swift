// Small changes of one condition, each at its place: what a test ought to notice.

import PolicyLang

/// A condition with one part changed.
struct ConditionChange {
    enum Kind: Hashable {
        case partDropped, negated, bound, memberDropped
    }
    var kind: Kind
    /// What is replaced in the text, and by what.
    var span: SourceSpan
    var replacement: String
    var condition: Condition
}

extension Condition {
    /// Whether it has no `and`, `or` or `not` of its own.
    var isAtom: Bool {
        switch self {
        case .has, .comparison, .operand: true
        case .or, .and, .not: false
        }
    }

    /// Every change of one part, in the order of the text. `text` answers what is written at a place.
    func changes(_ text: (SourceSpan) -> String) -> [ConditionChange] {
        switch self {
        case .and(let parts, let span): changes(of: parts, span, " and ", text) { .and($0, span) }
        case .or(let parts, let span): changes(of: parts, span, " or ", text) { .or($0, span) }
        case .not(let inner, let span):
            [ConditionChange(kind: .negated, span: span, replacement: text(inner.span), condition: inner)]
                // To negate what is negated is to drop the `not`.
                + inner.changes(text).filter { !inner.isAtom || $0.kind != .negated }.map {
                    ConditionChange(kind: $0.kind, span: $0.span, replacement: $0.replacement, condition: .not($0.condition, span))
                }
        case .has(_, let span): [negation(span, text)]
        case .operand(let operand): [negation(operand.span, text)]
        case .comparison(let comparison): [negation(comparison.span, text)] + Self.changes(of: comparison, text)
        }
    }

    private func negation(_ span: SourceSpan, _ text: (SourceSpan) -> String) -> ConditionChange {
        ConditionChange(kind: .negated, span: span, replacement: "not " + text(span), condition: .not(self, span))
    }

    private func changes(
        of parts: [Condition], _ span: SourceSpan, _ word: String, _ text: (SourceSpan) -> String, _ joined: ([Condition]) -> Condition
    ) -> [ConditionChange] {
        parts.indices.flatMap { index -> [ConditionChange] in
            var rest = parts
            rest.remove(at: index)
            let written = rest.map { rest.count > 1 && !$0.isAtom ? "(\(text($0.span)))" : text($0.span) }.joined(separator: word)
            let dropped = ConditionChange(
                kind: .partDropped, span: span, replacement: written, condition: rest.count == 1 ? rest[0] : joined(rest))
            let inner = parts[index].changes(text).map { change in
                var changed = parts
                changed[index] = change.condition
                return ConditionChange(
                    kind: change.kind, span: change.span, replacement: change.replacement, condition: joined(changed))
            }
            return [dropped] + inner
        }
    }

    /// Bounds moved by one side, and members of a written set left out.
    private static func changes(of comparison: Comparison, _ text: (SourceSpan) -> String) -> [ConditionChange] {
        var changes: [ConditionChange] = []
        if let relation = otherBound(comparison.relation) {
            var changed = comparison
            changed.relation = relation
            changes.append(
                ConditionChange(
                    kind: .bound, span: comparison.relationSpan, replacement: relation.rawValue, condition: .comparison(changed)))
        }
        guard case .set(let set) = comparison.right, set.elements.count > 1 else { return changes }
        for index in set.elements.indices {
            var fewer = set
            fewer.elements.remove(at: index)
            var changed = comparison
            changed.right = .set(fewer)
            changes.append(
                ConditionChange(
                    kind: .memberDropped, span: set.span,
                    replacement: "{ " + fewer.elements.map { text($0.span) }.joined(separator: ", ") + " }",
                    condition: .comparison(changed)))
        }
        return changes
    }

    private static func otherBound(_ relation: Relation) -> Relation? {
        switch relation {
        case .less: .lessOrEqual
        case .lessOrEqual: .less
        case .greater: .greaterOrEqual
        case .greaterOrEqual: .greater
        case .equal, .notEqual, .in, .like, .matches, .startsWith, .endsWith, .contains: nil
        }
    }
}
