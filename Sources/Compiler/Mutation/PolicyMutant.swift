// A mutant: the policy with one small mistake in it, as data that a report can show.

import PolicyLang

/// One changed version of a policy. A test that passes with it has not noticed the change.
public struct PolicyMutant: Sendable, Hashable {
    /// What was done to the policy. The raw value is what reports say, and stays.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case ruleDropped = "rule left out"
        case effectFlipped = "effect flipped"
        case whoWidened = "who widened"
        case whoNarrowed = "who narrowed"
        case onWidened = "resources widened"
        case objectsWidened = "objects widened"
        case objectDropped = "object left out"
        case accessDropped = "access left out"
        case verbsWidened = "verbs widened"
        case verbDropped = "verb left out"
        case columnsWidened = "columns widened"
        case columnDropped = "column left out"
        case conditionDropped = "condition dropped"
        case conditionNegated = "condition negated"
        case partDropped = "part of a condition dropped"
        case boundMoved = "bound moved"
        case memberDropped = "member left out"
        case expiryDropped = "expiry dropped"
        case limitDropped = "limit dropped"
        /// A limit that no example of a test can run into.
        case limitUnseen = "limit dropped, which no test can see"
        case quorumLowered = "quorum lowered"
        case maskDropped = "mask dropped"
        case transformWeakened = "transform weakened"
        case guardDropped = "guard dropped"

        init(_ kind: ConditionChange.Kind) {
            switch kind {
            case .partDropped: self = .partDropped
            case .negated: self = .conditionNegated
            case .bound: self = .boundMoved
            case .memberDropped: self = .memberDropped
            }
        }
    }

    public var kind: Kind
    /// The rule, named condition or group, as `deny no_deletes`.
    public var subject: String
    /// What is replaced in the text.
    public var span: SourceSpan
    /// The changed line as it is written, and as the mutant has it, without the space around it; nil: nothing is left of it.
    public var before: String
    public var after: String?
}
