// Outcomes with nothing to tell, which ride on the outcome of the message behind them: nothing of what they say is lost on the way.

import Decision
import Foundation
import TestSupport
import Testing

@testable import Recording

@Suite struct QuietOutcomeTests {
    private static let quiet = RecordedOutcome(duration: 9, rows: 0, bytes: 0, completed: 1, sqlstate: nil)

    /// What each message came to, by number, after `steps` in a new recording.
    private func outcomes(_ steps: (SessionRecording, Recorder) throws -> Void) throws -> [RecordedOutcome?] {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        try steps(try recorder.makeJournal().begin(Fixture.session()), recorder)
        recorder.close()
        #expect(recorder.metrics.lastError == nil && recorder.metrics.dropped == 0)
        return try #require(try contents(of: directory.path).first).messages.map(\.outcome)
    }

    private func three(_ session: SessionRecording) throws {
        try session.note(.parse, Array("select 1".utf8))
        try session.note(.bind, [], portal: "p", decision: Fixture.decision(rule: -1))
        try session.note(.execute, [], portal: "q")
    }

    private func rows(_ session: SessionRecording, _ sequence: UInt64, nanoseconds: UInt64 = 9, error: String? = nil) -> RecordedOutcome {
        session.outcome(
            sequence, nanoseconds: nanoseconds, rows: 5, bytes: 70, completed: 0, sqlstate: error.flatMap { SQLState($0) },
            isStopped: error != nil)
        return RecordedOutcome(duration: nanoseconds, rows: 5, bytes: 70, completed: 0, sqlstate: error)
    }

    @Test func oneEntryTellsOfThree() throws {
        var told: RecordedOutcome?
        var entries: (before: UInt64, after: UInt64) = (0, 0)
        let found = try outcomes { session, recorder in
            try three(session)
            recorder.flush()
            entries.before = recorder.metrics.entries
            session.completed(1, nanoseconds: 9)
            session.completed(2, nanoseconds: 9)
            told = rows(session, 3, error: "54000")
            recorder.flush()
            entries.after = recorder.metrics.entries
        }
        // They came when their messages were in the database already.
        #expect(found == [Self.quiet, Self.quiet, told])
        #expect(entries.after - entries.before == 1)
    }

    @Test func inTheSameBatch() throws {
        var told: RecordedOutcome?
        let found = try outcomes { session, _ in
            try three(session)
            session.completed(1, nanoseconds: 9)
            session.completed(2, nanoseconds: 9)
            told = rows(session, 3)
        }
        #expect(found == [Self.quiet, Self.quiet, told])
    }

    /// Neither another time nor a message between is told as if it were the same.
    @Test func onlyWhatIsAlike() throws {
        var told: RecordedOutcome?
        let found = try outcomes { session, _ in
            try three(session)
            try three(session)
            session.completed(1, nanoseconds: 8)
            session.completed(2, nanoseconds: 9)
            session.completed(4, nanoseconds: 9)
            told = rows(session, 6)
        }
        let other = RecordedOutcome(duration: 8, rows: 0, bytes: 0, completed: 1, sqlstate: nil)
        #expect(found == [other, Self.quiet, nil, Self.quiet, nil, told])
    }

    /// What is put off is written when it is settled, and when the session ends.
    @Test(arguments: [false, true]) func withoutAnotherBehind(_ ends: Bool) throws {
        let found = try outcomes { session, _ in
            try three(session)
            session.completed(1, nanoseconds: 9)
            session.completed(2, nanoseconds: 9)
            if ends { session.end(at: Fixture.start, reason: "done") } else { session.settle() }
        }
        #expect(found == [Self.quiet, Self.quiet, nil])
    }

    @Test func moreThanOneEntryHolds() throws {
        var told: RecordedOutcome?
        let found = try outcomes { session, _ in
            for _ in 0..<601 { try session.note(.parse, Array("select 1".utf8)) }
            for sequence in 1...600 { session.completed(UInt64(sequence), nanoseconds: 9) }
            told = rows(session, 601)
        }
        #expect(found == Array(repeating: Self.quiet, count: 600) + [told])
    }

    /// An entry that tells of more messages than there were before it makes no sense.
    @Test func moreThanThereWere() {
        var bytes = [UInt8](repeating: 0, count: OutcomeLayout.fixedBytes)
        bytes[OutcomeLayout.sequence] = 2
        for (before, isRead) in [(0, true), (1, true), (2, false), (255, false)] {
            bytes[OutcomeLayout.before] = UInt8(before)
            #expect(bytes.withUnsafeBytes { OutcomeEntry($0) != nil } == isRead)
        }
    }
}
