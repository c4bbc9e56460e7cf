// One request, decided by the gate that production uses: what proofs and comparisons try their witnesses with.

import Decision
import Machine

/// Who asks what, and when.
public struct SingleRequest: Sendable {
    public var claims: VerifiedClaims
    public var resource: String
    /// An address as text.
    public var source: String?
    public var reason: String?
    public var moment: Moment
    /// When the session began.
    public var start: Moment
    public var inTransaction: Ternary
    /// Whether the identity never ran the statement before.
    public var isFirstSeen: Bool
    public var text: String

    public init(
        claims: VerifiedClaims, resource: String, source: String? = nil, reason: String? = nil, moment: Moment, start: Moment,
        inTransaction: Ternary = .no, isFirstSeen: Bool = true, text: String
    ) {
        self.claims = claims
        self.resource = resource
        self.source = source
        self.reason = reason
        self.moment = moment
        self.start = start
        self.inTransaction = inTransaction
        self.isFirstSeen = isFirstSeen
        self.text = text
    }
}

/// What the gate said.
public struct SingleDecision: Sendable {
    public var identity: String
    public var effect: DecisionRecord.Effect
    /// What people would be asked; empty when nobody is.
    public var demands: [ApprovalDemand]
    /// It is let through, at once or after everybody who is asked agreed.
    public var mayPass: Bool
    /// The rule that decided, with its place; nil when none did.
    public var rule: RuleCitation?
    /// Why it was refused.
    public var message: String?
    /// Names of the mask rules that apply.
    public var masks: [String]

    /// At once.
    public var passes: Bool { effect.passes }
    /// Once people have agreed.
    public var isHeld: Bool { effect == .held && mayPass }
    /// Of whom: `dba (2)`, all that are asked.
    public var asked: String {
        demands.map { "\($0.approvers.joined(separator: ", ")) (\($0.quorum))" }.joined(separator: " and ")
    }
}

extension SingleRequest {
    /// Nil when the claims make no identity, or the policy has no such resource.
    public func decide(by policy: VerifiedProgram) -> SingleDecision? {
        let memory = FirstSeen()
        guard let gate = gate(policy, memory) else { return nil }
        let circumstances = Circumstances(moment: moment, inTransaction: inTransaction)
        var text = text
        if !isFirstSeen {
            // A gate of its own takes it apart first, so that what it remembers is nobody's.
            guard let other = self.gate(policy, FirstSeen()) else { return nil }
            _ = text.withUTF8 { Decided(.query(UnsafeRawBufferPointer($0)), other, circumstances) }
            for statement in other.lastInspection.statements.buffer {
                if let fingerprint = statement.fingerprint { memory.remember(fingerprint, for: gate.caller.identity) }
            }
        }
        let decided = text.withUTF8 { Decided(.query(UnsafeRawBufferPointer($0)), gate, circumstances) }
        var rule = decided.refusal?.rule
        if rule == nil, decided.record.rule >= 0 {
            let place = policy.place(of: Int(decided.record.rule))
            rule = RuleCitation(name: policy.ruleName(Int(decided.record.rule)), path: place.path, line: place.line)
        }
        return SingleDecision(
            identity: gate.caller.identity, effect: decided.record.effect, demands: decided.held?.demands ?? [],
            mayPass: decided.passes, rule: rule, message: decided.refusal?.message,
            masks: decided.maskRules)
    }

    private func gate(_ policy: VerifiedProgram, _ memory: FirstSeen) -> Gate? {
        guard case .caller(let caller) = policy.identify(claims) else { return nil }
        let facts = SessionFacts(caller: caller, source: source.flatMap { NetworkAddress(text: $0) }, start: start, reason: reason)
        return Gate(
            policy: policy, caller: caller, resource: resource, facts: facts, secrets: MaskSecrets(hashKey: TestRunner.testHashKey),
            memory: memory, ledger: LimitLedger())
    }
}
