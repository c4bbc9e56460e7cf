// Runs recordings through another policy and says what would change.

import Decision
import Machine
import Mask
import Recording

/// What-if: all recorded sessions through a program.
public struct Replay {
    /// Groups of changes that are kept apart; what comes beyond is counted only.
    public static let groupLimit = 10_000

    private let new: VerifiedProgram
    private let old: VerifiedProgram?
    private let secrets: MaskSecrets

    /// - Parameters:
    ///   - new: the program to try.
    ///   - old: the program to compare with; nil compares with what was decided when the messages were recorded.
    public init(_ new: VerifiedProgram, against old: VerifiedProgram? = nil) {
        self.new = new
        self.old = old
        // Only which masks apply is compared, not what they write, so any key will do.
        secrets = MaskSecrets(hashKey: TestRunner.testHashKey)
    }

    /// Reads the sessions that match, one after the other in the order of their start, each message at its recorded time.
    public func run(_ reader: RecordingReader, _ filter: SessionFilter = SessionFilter()) throws(RecordingError) -> ReplayReport {
        var report = ReplayReport()
        report.comparedWith = old == nil ? .recorded : .program
        // Shared by all sessions, as in a gateway.
        let newMemory = FirstSeen()
        let oldMemory = FirstSeen()
        let newMasks = EffectiveMasks(RecordedMask.all(of: new.program))
        let oldSide = old.map { ($0, EffectiveMasks(RecordedMask.all(of: $0.program))) }
        try reader.forEachSession(filter) { session, messages in
            let newSession = ReplaySession(session, policy: new, masks: newMasks, secrets: secrets, memory: newMemory)
            let oldSession = oldSide.map { ReplaySession(session, policy: $0, masks: $1, secrets: secrets, memory: oldMemory) }
            var shown = ShownText()
            report.sessions += 1
            let asked = try messages.demands()
            try messages.forEach { message in
                // What it came to in the end is recorded behind it.
                if message.effect == .held { return }
                let line = shown.line(of: message)
                let after = newSession.consider(message, asked: asked[message.sequence])
                let before =
                    if let oldSession { oldSession.consider(message, asked: asked[message.sequence])?.verdict } else { recorded(message, as: newSession) }
                guard let after, let before else { return }
                let change = ReplayChange(
                    session: session, message: message, line: line, before: before, after: after.verdict,
                    fingerprint: after.fingerprint == 0 ? message.fingerprint : after.fingerprint, refusal: after.refusal)
                report.add(change, isRecorded: oldSession == nil)
            }
        }
        report.sort()
        return report
    }

    private func recorded(_ message: RecordedMessage, as session: ReplaySession) -> ReplayVerdict {
        ReplayVerdict(message, masks: session.effect(of: EffectiveMasks(message.maskDetails), message.maskRules))
    }
}

/// One message and what both sides made of it.
struct ReplayChange {
    let session: RecordedSession
    let message: RecordedMessage
    let line: String
    let before: ReplayVerdict
    let after: ReplayVerdict
    let fingerprint: UInt64
    let refusal: Refusal?
}
