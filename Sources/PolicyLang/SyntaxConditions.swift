// Conditions: what stands after `when`, `unless` and in a `let`.

/// A condition. `and` binds tighter than `or`, `not` tighter than `and`; parentheses leave no node of their own.
public indirect enum Condition: Hashable, Sendable {
    /// Two or more, joined by `or`.
    case or([Condition], SourceSpan)
    /// Two or more, joined by `and`.
    case and([Condition], SourceSpan)
    case not(Condition, SourceSpan)
    /// `has claim.x`: whether the fact is there; always known.
    case has(FactPath, SourceSpan)
    case comparison(Comparison)
    /// An operand alone: a boolean fact, the name of a `let`, `true`, `false`.
    case operand(Operand)

    public var span: SourceSpan {
        switch self {
        case .or(_, let span), .and(_, let span), .not(_, let span), .has(_, let span): span
        case .comparison(let comparison): comparison.span
        case .operand(let operand): operand.span
        }
    }
}

/// `left operator right`.
public struct Comparison: Hashable, Sendable {
    public var left: Operand
    public var relation: Relation
    /// The operator's own words.
    public var relationSpan: SourceSpan
    public var right: Operand
    public var span: SourceSpan
}

/// How two operands are compared.
public enum Relation: String, Hashable, Sendable, CaseIterable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case `in` = "in"
    case like = "like"
    case matches = "matches"
    case startsWith = "starts with"
    case endsWith = "ends with"
    case contains = "contains"
}

/// `when condition` or `unless condition`.
public struct ConditionClause: Hashable, Sendable {
    /// True for `unless`.
    public var isNegated: Bool
    public var condition: Condition
    public var span: SourceSpan
}
