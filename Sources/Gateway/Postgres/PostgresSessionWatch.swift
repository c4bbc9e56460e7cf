// What is told and recorded beside a decision: rules that only observe, channels of the rule that decided, and watches.

import Decision
import Machine
import Recording

/// Something that channels are told of. Holds no rows; the statement is as it is recorded.
struct PostgresNotice: Sendable {
    var channels: [String]
    /// `allow`, `deny`, `watch`, `approval asked`, …
    var event: String
    var rule: String
    var because: String
    var text: String
    /// Of an approval.
    var request: String?
    var rows: UInt64?
    var bytes: UInt64?
    var at: UInt64
}

extension PostgresSession {
    /// After a decision was recorded.
    func noteRules(_ decision: DecisionRecord, _ sequence: UInt64, _ kind: MessageKind, _ text: UnsafeRawBufferPointer) {
        // A Parse is judged only so that nothing forbidden is prepared: what it runs counts when it runs. What the wire refuses, no rule did,
        // and of what is withdrawn nothing was decided again.
        if kind == .parse && decision.effect.passes { return }
        if decision.effect == .invalid || decision.effect == .held || decision.effect == .withdrawn { return }
        let observed = gate.lastObserved
        if !observed.isEmpty {
            recording.noteEvent(.observed(observed.map { gate.policy.ruleName(Int($0)) }), of: sequence, at: now.wall)
            for _ in observed { observer.observed() }
        }
        guard gate.tellsChannels else { return }
        for told in gate.channels(of: decision) {
            observer.told(
                PostgresNotice(
                    channels: told.channels, event: decision.effect.name, rule: told.rule, because: told.because,
                    text: text.isEmpty ? gate.lastText : RecordedText.shown(text), at: now.wall))
        }
    }

    /// The answer to a message is complete, or will not come: what watches say of it, once.
    func noteWatch(_ done: PostgresExpectation) {
        guard let statement = done.statement, let ticket = statement.watch else { return }
        statement.watch = nil
        let before = fetchedBefore(statement)
        let rows = before.rows &+ (done.rows > statement.otherMessages ? done.rows - statement.otherMessages : 0)
        let result = ResultFacts(rows: rows, bytes: before.bytes &+ done.bytes)
        let known = statement.portals.reduce(into: Set<String>()) { if let fetched = fetched[$1] { $0.formUnion(fetched.sighted) } }
        for sighting in gate.watch(ticket, result) where !known.contains(sighting.rule.name) {
            for portal in statement.portals { fetched[portal, default: PostgresFetched()].sighted.insert(sighting.rule.name) }
            recording.noteEvent(
                .watch(RecordedWatch(rule: sighting.rule.name, observed: sighting.isObserved, rows: result.rows, bytes: result.bytes)),
                of: done.sequence, at: now.wall)
            if sighting.isObserved {
                observer.observed()
                continue
            }
            observer.watched()
            guard !sighting.notify.isEmpty else { continue }
            observer.told(
                PostgresNotice(
                    channels: sighting.notify, event: "watch", rule: sighting.rule.name, because: sighting.because,
                    text: ticket.bytes.withUnsafeBytes { RecordedText.shown($0) }, rows: result.rows, bytes: result.bytes, at: now.wall))
        }
    }
}
