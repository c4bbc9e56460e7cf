// What the machine answers: plain values for the hot path, and the longer account that people ask for.

/// The decision on one message. Rules are indices into `Program.rules`, accesses into the inspection; -1 is none.
public struct Verdict: BitwiseCopyable, Sendable, Hashable {
    public enum Outcome: UInt8, BitwiseCopyable, Sendable {
        /// Every access is covered by an allow and none by a deny; also a message without accesses.
        case allowed
        /// A deny covers an access.
        case denied
        /// No allow and no approve covers an access.
        case uncovered
        /// Every access is covered and none by a deny, and an approve covers one: people have to agree first.
        case approval
    }
    public var outcome: Outcome
    /// allowed: the lowest allow that covers the first access. approval: the lowest approve that covers any access. denied: the lowest deny
    /// that does.
    public var rule: Int32
    /// denied, approval: the first access that rule covers. uncovered: the first that no allow covers.
    public var access: Int32

    public init(outcome: Outcome, rule: Int32 = -1, access: Int32 = -1) {
        self.outcome = outcome
        self.rule = rule
        self.access = access
    }
}

/// One access of a message, with every rule whose verbs and objects match it. Made by `VirtualMachine.explain`.
public struct AccessExplanation: Sendable, Hashable {
    public enum Finding: String, Sendable, Hashable {
        /// The rule covers the access.
        case covers
        /// The access uses columns that the allow does not have, or none that the deny names.
        case columns
        /// The rule's condition does not hold.
        case condition
        /// The allow has expired.
        case expired
    }
    public struct Considered: Sendable, Hashable {
        /// Index into `Program.rules`.
        public var rule: Int
        public var effect: Effect
        public var observe: Bool
        public var finding: Finding
    }
    /// Index into the inspection's accesses.
    public var access: Int
    /// Ascending by rule; one entry for each, the best of its targets.
    public var considered: [Considered]
    public var isDenied: Bool { considered.contains { $0.effect == .deny && !$0.observe && $0.finding == .covers } }
    public var isAsked: Bool { considered.contains { $0.effect == .approve && !$0.observe && $0.finding == .covers } }
    public var isAllowed: Bool { considered.contains { $0.effect == .allow && !$0.observe && $0.finding == .covers } }
}
