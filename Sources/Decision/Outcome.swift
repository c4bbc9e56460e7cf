// What the gate answers: a permit that can be spent once, or a refusal that says why.

import Machine
import Mask

/// The answer to one message.
public enum Outcome: ~Copyable {
    case forward(ForwardPermit)
    case refuse(Refusal)
    /// People have to agree first.
    case hold(HeldMessage)
}

/// Proof that the gate let one message pass. Only `Gate` makes one; it cannot be copied, and sending upstream consumes it.
public struct ForwardPermit: ~Copyable {
    public let decision: DecisionRecord
    /// What to hide in the answer; nil when no mask rule applies.
    public let masks: MaskPlan?
    /// For `.parse`: what to confirm when the backend has prepared it.
    public let ticket: NameTicket?
    /// How much may come of it; nil when no limit applies.
    public let limits: StatementLimits?
    /// What its counters were charged.
    let charge: LimitCharge?
    /// What a watch has to know when the answer has come; nil when none is about it.
    public let watch: WatchTicket?
    /// For `.bind` after people agreed: what the executions of the portal are let through by.
    public let agreement: PortalAgreement?

    init(
        decision: DecisionRecord, masks: MaskPlan?, ticket: NameTicket?, limits: StatementLimits? = nil, charge: LimitCharge? = nil,
        watch: WatchTicket? = nil, agreement: PortalAgreement? = nil
    ) {
        self.watch = watch
        self.agreement = agreement
        self.decision = decision
        self.masks = masks
        self.ticket = ticket
        self.limits = limits
        self.charge = charge
    }

    /// Nothing but masks comes with it.
    public var isPlain: Bool { ticket == nil && limits == nil && charge == nil && watch == nil && agreement == nil }

    /// Spends the permit: whoever sends the message upstream calls this at that place.
    public consuming func spend() {}
}

/// What was decided, small enough to be recorded for every message.
public struct DecisionRecord: Sendable, Hashable {
    public enum Effect: UInt8, Sendable, CaseIterable {
        case allow = 1
        /// A deny rule covers an access.
        case deny = 2
        /// An access that no allow covers.
        case uncovered = 3
        /// A masked column would be stored, or a guarded one used.
        case guarded = 4
        /// The message itself is out of bounds or out of place.
        case invalid = 5
        /// A limit of an allow is used up.
        case limited = 6
        /// An approve covers an access, and people have not agreed yet.
        case held = 7
        /// As `allow`, after people agreed.
        case approved = 8
        /// Somebody who was asked did not agree, or nobody answered in time.
        case declined = 9
        /// It is not waited for any more: the client, or the gateway, has given it up.
        case withdrawn = 10
        public var name: String { "\(self)" }
        public var passes: Bool { self == .allow || self == .approved }
    }
    public var effect: Effect
    /// Index of the deciding rule in the program; -1 when there is none.
    public var rule: Int32
    /// Of the program that decided.
    public var revision: UInt64
    /// Hash of the bitset of mask rules that apply; 0 when none does. `Gate.maskRuleNames` names them.
    public var masks: UInt64
    /// Fingerprint of the first statement; 0 when not understood.
    public var fingerprint: UInt64

    public init(effect: Effect, rule: Int32, revision: UInt64, masks: UInt64 = 0, fingerprint: UInt64 = 0) {
        self.effect = effect
        self.rule = rule
        self.revision = revision
        self.masks = masks
        self.fingerprint = fingerprint
    }
}

/// Why a message was refused, in words a person can act on.
public struct Refusal: Sendable, Hashable {
    public var decision: DecisionRecord
    /// The rule's own `because`, or a sentence that names the access.
    public var message: String
    /// The access, the rule and its line.
    public var detail: String?
    /// What to do about it.
    public var hint: String?
    /// The rule's name and place, where a rule decided.
    public var rule: RuleCitation?
    /// The access that decided, as `postern inspect` prints it.
    public var access: String?

    public init(
        decision: DecisionRecord, message: String, detail: String? = nil, hint: String? = nil, rule: RuleCitation? = nil,
        access: String? = nil
    ) {
        self.decision = decision
        self.message = message
        self.detail = detail
        self.hint = hint
        self.rule = rule
        self.access = access
    }
}

/// A rule, and where it is written.
public struct RuleCitation: Sendable, Hashable {
    public var name: String
    public var path: String
    public var line: Int
    public init(name: String, path: String, line: Int) {
        self.name = name
        self.path = path
        self.line = line
    }
}
