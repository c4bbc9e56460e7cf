// Which of all possible requests are the likely ones: a witness is looked for among those first. Nothing is left out for it.

import Machine

extension Scene {
    /// The function, narrowed step by step to what is natural, as far as anything is left.
    func natural(_ function: Diagrams.Node) throws(Undecided) -> Diagrams.Node {
        var node = function
        for wish in try wishes() {
            let narrowed = try diagrams.and(node, wish)
            if narrowed != Diagrams.never { node = narrowed }
        }
        return node
    }

    /// Up to `limit` models, the natural ones first.
    func models(_ function: Diagrams.Node, limit: Int) throws(Undecided) -> [[Int: Int]] {
        if function == Diagrams.never { return [] }
        let first = diagrams.models(try natural(function), limit: max(1, limit / 2))
        return first + diagrams.models(function, limit: limit).filter { !first.contains($0) }.prefix(limit - first.count)
    }

    private func wishes() throws(Undecided) -> [Diagrams.Node] {
        var wishes: [Diagrams.Node] = []
        let columns = TypedValue.fact(.accessColumns)
        if SceneValues.hasColumns(key.verb) {
            // Some columns, and those that are named somewhere.
            wishes.append(try diagrams.or(diagrams.not(isKnown(columns)), diagrams.not(isInside(columns, []))))
            wishes.append(try isKnown(columns))
            wishes.append(try diagrams.not(flag(.hasOther(columns))))
        }
        // A comparison that was not worked out decides nothing.
        for (number, quantity) in quantities.enumerated() {
            switch quantity {
            case .outcome, .pattern: wishes.append(try equals(number, .boolean(false)))
            case .value(.fact(let fact)): if let known = Self.usual(fact, key.verb) { wishes.append(try equals(number, known)) }
            case .value, .isKnown, .has, .hasOther: continue
            }
        }
        if let limit = numbers[.value(.fact(.statementLimit))], let has = numbers[.value(.fact(.statementHasLimit))] {
            wishes.append(
                try diagrams.or(
                    diagrams.and(equals(has, .boolean(true)), diagrams.not(equals(limit, .unknown))),
                    diagrams.and(equals(has, .boolean(false)), equals(limit, .unknown))))
        }
        return wishes
    }

    private func equals(_ number: Int, _ known: Known) throws(Undecided) -> Diagrams.Node {
        try diagrams.node(number, domains[number].map { $0 == known ? Diagrams.always : Diagrams.never })
    }

    private static func usual(_ fact: Fact, _ verb: Verb) -> Known? {
        switch fact {
        case .statementWhere: verb == .select || verb == .update || verb == .delete ? nil : .text(WhereShape.none.name)
        case .statementHasLimit: verb == .select ? nil : .boolean(false)
        case .statementLimit: verb == .select ? nil : .unknown
        case .statementFirstSeen: .boolean(true)
        case .statementInTransaction: .boolean(false)
        case .statementCount: .integer(1)
        case .statementKind: .text(verb.name)
        case .sessionAge: .integer(0)
        default: nil
        }
    }
}
