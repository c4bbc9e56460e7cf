// A rule's clauses by name, for those who do not need their order.

extension RuleDeclaration {
    /// The `who` clause; nil means every caller.
    public var who: WhoClause? { first { if case .who(let clause) = $0 { clause } else { nil } } }

    /// The `on` clause; nil only after a mistake.
    public var on: OnClause? { first { if case .on(let clause) = $0 { clause } else { nil } } }

    /// The `to` clause; nil means every access.
    public var to: ToClause? { first { if case .to(let clause) = $0 { clause } else { nil } } }

    /// All `when` and `unless` clauses, in the order of the file; all must agree.
    public var conditions: [ConditionClause] { all { if case .condition(let clause) = $0 { clause } else { nil } } }

    public var because: StringLiteral? { first { if case .because(let text, _) = $0 { text } else { nil } } }

    public var expires: MomentLiteral? { first { if case .expires(let moment, _) = $0 { moment } else { nil } } }

    public var limits: [LimitItem] { first { if case .limit(let items, _) = $0 { items } else { nil } } ?? [] }

    /// The names of the `by` clause.
    public var approvers: [QualifiedName] { first { if case .by(let names, _) = $0 { names } else { nil } } ?? [] }

    public var quorum: IntegerLiteral? { first { if case .quorum(let count, _) = $0 { count } else { nil } } }

    public var within: DurationLiteral? { first { if case .within(let duration, _) = $0 { duration } else { nil } } }

    public var valid: Validity? { first { if case .valid(let validity, _) = $0 { validity } else { nil } } }

    public var columns: [ColumnClause] { all { if case .column(let clause) = $0 { clause } else { nil } } }

    public var values: [ValueClause] { all { if case .value(let clause) = $0 { clause } else { nil } } }

    /// Whether the word `guarded` stands in the rule.
    public var isGuarded: Bool { body.part.contains { if case .guarded = $0 { true } else { false } } }

    public var notify: [QualifiedName] { first { if case .notify(let names, _) = $0 { names } else { nil } } ?? [] }

    // Only what is asked for is moved to where it stands now.

    private func first<Part: Movable>(_ wanted: (RuleClause) -> Part?) -> Part? {
        for clause in body.part {
            if let found = wanted(clause) { return found.moved(by: body.distance) }
        }
        return nil
    }

    private func all<Part: Movable>(_ wanted: (RuleClause) -> Part?) -> [Part] {
        body.part.compactMap { wanted($0)?.moved(by: body.distance) }
    }
}
