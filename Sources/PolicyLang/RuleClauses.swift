// A rule's clauses by name, for those who do not need their order.

extension RuleDeclaration {
    /// The `who` clause; nil means every caller.
    public var who: WhoClause? {
        for case .who(let clause) in clauses { return clause }
        return nil
    }

    /// The `on` clause; nil only after a mistake.
    public var on: OnClause? {
        for case .on(let clause) in clauses { return clause }
        return nil
    }

    /// The `to` clause; nil means every access.
    public var to: ToClause? {
        for case .to(let clause) in clauses { return clause }
        return nil
    }

    /// All `when` and `unless` clauses, in the order of the file; all must agree.
    public var conditions: [ConditionClause] {
        clauses.compactMap { if case .condition(let clause) = $0 { clause } else { nil } }
    }

    public var because: StringLiteral? {
        for case .because(let text, _) in clauses { return text }
        return nil
    }

    public var expires: MomentLiteral? {
        for case .expires(let moment, _) in clauses { return moment }
        return nil
    }

    public var limits: [LimitItem] {
        for case .limit(let items, _) in clauses { return items }
        return []
    }

    /// The names of the `by` clause.
    public var approvers: [QualifiedName] {
        for case .by(let names, _) in clauses { return names }
        return []
    }

    public var quorum: IntegerLiteral? {
        for case .quorum(let count, _) in clauses { return count }
        return nil
    }

    public var within: DurationLiteral? {
        for case .within(let duration, _) in clauses { return duration }
        return nil
    }

    public var valid: Validity? {
        for case .valid(let validity, _) in clauses { return validity }
        return nil
    }

    public var columns: [ColumnClause] {
        clauses.compactMap { if case .column(let clause) = $0 { clause } else { nil } }
    }

    public var values: [ValueClause] {
        clauses.compactMap { if case .value(let clause) = $0 { clause } else { nil } }
    }

    /// Whether the word `guarded` stands in the rule.
    public var isGuarded: Bool {
        clauses.contains { if case .guarded = $0 { true } else { false } }
    }

    public var notify: [QualifiedName] {
        for case .notify(let names, _) in clauses { return names }
        return []
    }
}
