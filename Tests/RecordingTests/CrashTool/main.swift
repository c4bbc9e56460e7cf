// Records without end and says after each call what it has recorded. The crash test kills it.

import Decision
import Foundation
import Machine
import Recording

/// One event loop's worth of recording.
func recordForever(_ recorder: Recorder, loop: Int) throws {
    let journal = try recorder.makeJournal()
    let program = RecordedProgram(name: "crash", revision: 1, digest: [1, 2, 3], ruleNames: ["reads"])
    let claims = VerifiedClaims(issuer: "cluster", subject: "s", values: [:], proof: .bearer)
    let sessions = try (0..<3).map { number in
        try journal.begin(
            SessionRecord(
                identity: "loop\(loop)", groups: [], claims: claims, resource: "db", kind: .postgres, sourceAddress: "\(number)",
                database: "d", backendUser: "u", program: program, startedAt: 1_700_000_000_000_000_000))
    }
    let decision = DecisionRecord(effect: .allow, rule: 0, revision: 1)
    var count = 0
    while true {
        let session = sessions[count % sessions.count]
        let text = Array("select \(count) from loop_\(loop)".utf8)
        let sequence = try text.withUnsafeBytes {
            try session.record(.query, text: $0, decision: decision, at: UInt64(count), circumstances: RecordedCircumstances())
        }
        // Unbuffered, so that what the test reads was recorded when it was written.
        let line = Array("\(session.id) \(sequence) select \(count) from loop_\(loop)\n".utf8)
        _ = line.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
        if count % 2 == 0 { session.outcome(sequence, nanoseconds: 1, rows: 1, bytes: 1, completed: 1) }
        count += 1
    }
}

let settings = RecorderSettings(segmentBytes: 16 << 10, intervalMilliseconds: 1)
let recorder = try Recorder(directory: CommandLine.arguments[1], settings: settings)
for loop in 0..<2 {
    Thread.detachNewThread {
        do { try recordForever(recorder, loop: loop) } catch { print("failed: \(error)") }
    }
}
while true { pause() }
