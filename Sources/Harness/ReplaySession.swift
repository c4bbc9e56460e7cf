// One recorded session through one program: the same gate, fed the same messages in the same order and circumstances.

import Decision
import Machine
import Recording

/// A recorded session as one program sees it.
final class ReplaySession {
    private let policy: VerifiedProgram
    /// nil when the recorded caller has no identity in this program, or the program has no such resource: all is refused.
    private let gate: Gate?
    private let masks: EffectiveMasks

    init(_ session: RecordedSession, policy: VerifiedProgram, masks: EffectiveMasks, secrets: MaskSecrets, memory: FirstSeen) {
        self.policy = policy
        self.masks = masks
        guard case .caller(let caller) = policy.identify(session.claims) else {
            gate = nil
            return
        }
        let facts = SessionFacts(
            caller: caller, source: NetworkAddress(text: session.sourceAddress), start: Moment(nanoseconds: session.startedAt))
        gate = Gate(
            policy: policy, caller: caller, resource: session.resource, facts: facts, secrets: secrets, memory: memory)
    }

    /// What recorded mask rules hide of what the message considered last reads; nothing where this program has no gate to read it.
    func effect(of masks: EffectiveMasks, _ names: [String]) -> [EffectiveMask] {
        gate.map { masks.of(names, $0.lastInspection) } ?? []
    }

    /// What this program makes of a message; nil for messages that are not judged (Bind, Close, data), whose effect on names is taken.
    /// - Parameter asked: what people were asked about this message when it was recorded; nil when they were not.
    func consider(_ message: RecordedMessage, asked: RecordedDemands? = nil) -> (verdict: ReplayVerdict, fingerprint: UInt64, refusal: Refusal?)? {
        guard let gate else { return message.kind.isJudged ? (.nobody, 0, nil) : nil }
        let circumstances = message.circumstances.circumstances(at: Moment(nanoseconds: message.at))
        let completed = completed(message)
        func decide(_ message: Message) -> Decided { Decided(message, gate, circumstances, completed: completed) }
        let decided: Decided
        switch message.kind {
        case .query: decided = message.text.withUnsafeBytes { decide(.query($0)) }
        case .parse: decided = message.text.withUnsafeBytes { decide(.parse(name: message.name, text: $0)) }
        case .execute: decided = decide(.execute(portal: message.portal))
        case .functionCall:
            decided = decide(.functionCall(schema: message.name, name: String(decoding: message.text, as: UTF8.self)))
        case .bind:
            bind(message, gate)
            return nil
        case .close:
            if message.outcome?.sqlstate == nil { forget(message, gate) }
            return nil
        case .copyData: return nil
        }
        if message.outcome?.sqlstate != nil { gate.names.noteFailure() }
        let effect = masks.of(decided.maskRules, gate.lastInspection)
        var verdict = ReplayVerdict(decided, of: policy, masks: effect)
        if let held = decided.held, decided.passes, let asked, asked.answers(held) { verdict.keepAnswer(of: message) }
        return (verdict, decided.record.fingerprint, decided.refusal)
    }

    /// How far the message came. One that was refused when it was recorded never ran: would it be allowed, it is taken to succeed.
    private func completed(_ message: RecordedMessage) -> Int? {
        guard message.effect.passes else { return .max }
        guard let outcome = message.outcome else { return nil }
        return outcome.sqlstate == nil ? .max : Int(outcome.completed)
    }

    private func bind(_ message: RecordedMessage, _ gate: Gate) {
        if message.outcome?.sqlstate != nil { return }
        let bound = gate.names.statement(message.name)
        gate.names.bind(portal: message.portal, to: message.name)
        if message.outcome != nil { gate.names.confirmBind(portal: message.portal, to: bound) }
    }

    private func forget(_ message: RecordedMessage, _ gate: Gate) {
        if message.text.first == UInt8(ascii: "P") {
            gate.names.forgetPortal(message.portal)
        } else {
            gate.names.forgetStatement(message.name)
        }
    }
}

extension MessageKind {
    /// Whether a gate decides it.
    var isJudged: Bool {
        switch self {
        case .query, .parse, .execute, .functionCall: true
        case .bind, .close, .copyData: false
        }
    }
}

extension Moment {
    init(nanoseconds: UInt64) { self.init(seconds: Int64(nanoseconds / 1_000_000_000)) }
}
