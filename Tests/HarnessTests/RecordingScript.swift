// Plays a gateway: decides messages by a script under one policy and records them, with the outcomes the script gives.

import Decision
import Foundation
import Harness
import Machine
import Recording
import Testing

/// Script lines; blank lines and lines with `#` are passed over:
///
///     session SUBJECT on RESOURCE at SECONDS     a new session; the caller is what the policy makes of `claim.sub`
///     query TEXT                                 decided, recorded, and run to its end where it passes
///     failed CODE COMPLETED TEXT                 the same, but the backend says CODE after COMPLETED statements
///     lost TEXT                                  the same, but the gateway ends before the answer comes
///     guarded TEXT                               passed by the gate and refused by the gateway, which knows the catalogue
///     approved TEXT | declined TEXT              people were asked, and agreed or did not
///     parse NAME : TEXT     bind PORTAL NAME     execute PORTAL     close NAME      (`-` is the unnamed one)
struct RecordingScript {
    private let policy: VerifiedProgram
    private let program: RecordedProgram
    private let journal: Journal
    private var session: (gate: Gate, recording: SessionRecording)?
    private var now: UInt64 = 0
    private(set) var ids: [SessionID] = []

    init(_ policy: VerifiedProgram, _ journal: Journal) {
        self.policy = policy
        self.journal = journal
        program = RecordedProgram(policy.program, digest: [])
    }

    mutating func run(_ script: String) throws {
        for line in script.components(separatedBy: "\n") where !line.isEmpty && !line.hasPrefix("#") {
            let words = line.split(separator: " ", maxSplits: 1).map(String.init)
            try run(words[0], words.count > 1 ? words[1] : "")
        }
        end()
    }

    private mutating func run(_ word: String, _ rest: String) throws {
        now += 1_000_000_000
        let fields = rest.split(separator: " ").map { $0 == "-" ? "" : String($0) }
        switch word {
        case "session": try begin(fields)
        case "query": try message(.query, text: rest, outcome: .complete)
        case "lost": try message(.query, text: rest, outcome: .missing)
        case "approved", "declined": try answered(rest, agreed: word == "approved")
        case "guarded": try message(.query, text: rest, outcome: .guarded)
        case "failed":
            let parts = rest.split(separator: " ", maxSplits: 2).map(String.init)
            try message(.query, text: parts[2], outcome: .failed(parts[0], try #require(UInt32(parts[1]))))
        case "parse":
            let parts = rest.components(separatedBy: " : ")
            try message(.parse, text: parts[1], name: parts[0] == "-" ? "" : parts[0], outcome: .complete)
        case "bind": try message(.bind, text: "", name: fields[1], portal: fields[0], outcome: .complete)
        case "execute": try message(.execute, text: "", portal: fields[0], outcome: .complete)
        case "close": try message(.close, text: "S", name: fields[0], outcome: .complete)
        default: Issue.record("\(word) is no word of the script")
        }
    }

    /// As a gateway records a message that waited: that it was held, what it came to, and what was asked.
    private func answered(_ text: String, agreed: Bool) throws {
        let (gate, recording) = try #require(session)
        let bytes = Array(text.utf8)
        let circumstances = Circumstances(moment: Moment(seconds: Int64(now / 1_000_000_000)))
        try bytes.withUnsafeBytes { text in
            guard case .hold(let held) = gate.consider(.query(text), at: circumstances) else {
                Issue.record("nobody is asked about this")
                return
            }
            func record(_ decision: DecisionRecord) throws -> UInt64 {
                try recording.record(.query, text: text, decision: decision, at: now, circumstances: RecordedCircumstances(circumstances))
            }
            var decision = held.request.decision
            _ = try record(decision)
            decision.effect = agreed ? .approved : .declined
            let sequence = try record(decision)
            let demands = held.request.demands.map {
                RecordedApproval.Demand(
                    rule: $0.rule.name, because: $0.because, approvers: $0.approvers, quorum: $0.quorum, valid: $0.validity)
            }
            try recording.event(
                .approval(RecordedApproval(id: "x", step: agreed ? .approved : .declined, demands: demands, asker: "a", deadline: 0)),
                of: sequence, at: now)
            if agreed { recording.outcome(sequence, nanoseconds: 1, rows: 1, bytes: 1, completed: 1) }
        }
    }

    private mutating func begin(_ fields: [String]) throws {
        end()
        let seconds = try #require(UInt64(fields[4]))
        now = seconds * 1_000_000_000
        let claims = VerifiedClaims(issuer: "cluster", subject: fields[0], values: ["sub": .string(fields[0])], proof: .bearer)
        guard case .caller(let caller) = policy.identify(claims) else {
            Issue.record("\(fields[0]) is no identity of the recorded policy")
            return
        }
        let facts = SessionFacts(
            caller: caller, source: NetworkAddress(text: "10.0.0.7:4000"), start: Moment(seconds: Int64(seconds)))
        let gate = try #require(
            Gate(
                policy: policy, caller: caller, resource: fields[2], facts: facts,
                secrets: MaskSecrets(hashKey: TestRunner.testHashKey), memory: FirstSeen()))
        let recording = try journal.begin(
            SessionRecord(
                caller: caller, resource: fields[2], kind: .postgres, sourceAddress: "10.0.0.7:4000", database: "shop",
                backendUser: "app", program: program, startedAt: now))
        ids.append(recording.id)
        session = (gate, recording)
    }

    private mutating func end() {
        session?.recording.end(at: now, reason: "done")
        session = nil
    }

    private enum Ending: Equatable {
        case complete, missing, guarded
        case failed(String, UInt32)
    }

    private func message(_ kind: MessageKind, text: String, name: String = "", portal: String = "", outcome: Ending) throws {
        let (gate, recording) = try #require(session)
        let bytes = Array(text.utf8)
        let circumstances = Circumstances(moment: Moment(seconds: Int64(now / 1_000_000_000)))
        let completed: Int? =
            switch outcome {
            case .complete: .max
            case .missing, .guarded: nil
            case .failed(_, let count): Int(count)
            }
        var decision = DecisionRecord(effect: .allow, rule: -1, revision: policy.revision)
        var masks: [String] = []
        func consider(_ message: Message) {
            switch gate.consider(message, at: circumstances) {
            case .forward(let permit):
                decision = permit.decision
                masks = gate.maskRuleNames(permit.decision.masks)
                if let ticket = permit.ticket, let completed { gate.names.settle(ticket, completed: completed) }
                permit.spend()
            case .hold(let held): decision = held.request.decision
            case .refuse(let refusal): decision = refusal.decision
            }
        }
        switch kind {
        case .query: bytes.withUnsafeBytes { consider(.query($0)) }
        case .parse: bytes.withUnsafeBytes { consider(.parse(name: name, text: $0)) }
        case .execute: consider(.execute(portal: portal))
        case .bind: gate.names.bind(portal: portal, to: name)
        case .close: gate.names.forgetStatement(name)
        case .functionCall, .copyData: Issue.record("the script has no \(kind)")
        }
        if outcome == .guarded { decision.effect = .guarded }
        let sequence = try bytes.withUnsafeBytes { text in
            try Array(name.utf8).withUnsafeBytes { name in
                try Array(portal.utf8).withUnsafeBytes { portal in
                    try recording.record(
                        kind, text: text, name: name, portal: portal, decision: decision, maskNames: masks, at: now,
                        circumstances: RecordedCircumstances(circumstances))
                }
            }
        }
        guard decision.effect.passes else { return }
        switch outcome {
        case .complete: recording.outcome(sequence, nanoseconds: 1, rows: 1, bytes: 1, completed: 1)
        case .failed(let code, let count):
            recording.outcome(sequence, nanoseconds: 1, rows: 0, bytes: 0, completed: count, sqlstate: SQLState(code))
        case .missing, .guarded: break
        }
    }
}
