// The bounds that no ordinary recording reaches, and what happens when the database fails.

import Foundation
import GRDB
import TestSupport
import Testing

@testable import Recording

@Suite struct LimitTests {
    @Test func aSessionsLastMessageIsRecordedAndTheNextRefused() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        let journal = try recorder.makeJournal()
        let begun = try journal.begin(Fixture.session())
        let limit = RecordingLimits.messagesPerSession
        let session = SessionRecording(id: begun.id, journal: journal, program: Fixture.program, sequence: limit - 1)
        #expect(try session.note("the last") == limit)
        #expect(throws: RecordingError.sessionTooLong(limit: limit)) { try session.note("one more") }
        recorder.close()
        #expect(try contents(of: directory.path).first?.messages.map(\.sequence) == [limit])
        #expect(recorder.metrics.dropped == 0)
    }

    @Test func namesAreReadUpToTheirLimitAndNeverBeyondTheBytes() {
        func names(_ count: Int, claimed: Int? = nil) -> [String]? {
            var writer = EntryWriter()
            writer.put(UInt32(claimed ?? count))
            for _ in 0..<count { writer.put("") }
            return writer.withBytes { bytes in
                var reader = EntryReader(bytes)
                let names = reader.names()
                return reader.isComplete ? names : nil
            }
        }
        #expect(names(RecordingLimits.listedNames)?.count == RecordingLimits.listedNames)
        #expect(names(RecordingLimits.listedNames + 1) == nil)
        #expect(names(3, claimed: 4) == nil)
        #expect(names(3, claimed: 2) == nil)
        #expect(names(0, claimed: Int(UInt32.max)) == nil)
    }

    @Test func moreProgramsAndMasksThanAreRemembered() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        let journal = try recorder.makeJournal()
        let session = try journal.begin(Fixture.session())
        let count = UInt64(RecordingLimits.rememberedNames) + 10
        for masks in 1...count {
            try session.note(.query, [], decision: Fixture.decision(masks: masks), maskNames: ["m\(masks)"])
        }
        for masks in 1...10 as ClosedRange<UInt64> {
            try session.note(.query, [], decision: Fixture.decision(masks: masks), maskNames: ["m\(masks)"])
        }
        for revision in 1...count { try session.adopt(RecordedProgram(name: "p", revision: revision, digest: [], ruleNames: [])) }
        try session.note("x")
        recorder.close()
        let messages = try #require(try contents(of: directory.path).first).messages
        #expect(messages.map(\.maskRules) == (Array(1...count) + Array(1...10)).map { ["m\($0)"] } + [[]])
        #expect(messages.last?.programRevision == count)
    }

    @Test func moreSessionsThanTheIngesterRemembers() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings(segmentBytes: 1 << 20))
        let journal = try recorder.makeJournal()
        let writer = BatchWriter(rememberedSessions: 4)
        let sessions = try (0..<12).map { number in try journal.begin(Fixture.session("s\(number)")) }
        for round in 0..<3 { for session in sessions { try session.note("\(round)") } }
        let crashed = try directory.snapshot()
        recorder.close()
        // The same journal, taken in by a writer that forgets after every batch.
        try FileManager.default.removeItem(atPath: crashed.path + "/recording.sqlite")
        let queue = try StoreFile.openForWriting(crashed.path)
        let result = try Recovery.run(directory: crashed.path + "/journal", queue: queue, writer: writer)
        try queue.close()
        #expect(result.dropped == 0 && result.damagedSegments == 0)
        #expect(try contents(of: crashed.path).map { $0.messages.map(\.text) } == Array(repeating: [[48], [49], [50]], count: 12))
    }

    @Test func aFailingDatabaseLosesNothing() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings(segmentBytes: 4096))
        let journal = try recorder.makeJournal()
        let session = try journal.begin(Fixture.session())
        for number in 0..<20 { try session.note("\(number)") }
        recorder.flush()
        let other = try DatabaseQueue(path: StoreFile.path(directory.path))
        try other.write { try $0.execute(sql: "ALTER TABLE blocks RENAME TO gone") }
        for number in 20..<200 { try session.note("\(number)") }
        recorder.flush()
        guard case .database? = recorder.metrics.lastError else {
            Issue.record("\(String(describing: recorder.metrics.lastError))")
            return
        }
        #expect(recorder.metrics.lag > 0)
        try other.write { try $0.execute(sql: "ALTER TABLE gone RENAME TO blocks") }
        try other.close()
        recorder.flush()
        #expect(recorder.metrics.lag == 0)
        recorder.close()
        let found = try #require(try contents(of: directory.path).first)
        #expect(found.messages.map { String(decoding: $0.text, as: UTF8.self) } == (0..<200).map(String.init))
        #expect(found.session.messages == 200)
    }

    @Test func errorsSayWhatToDoAndHoldNoData() {
        let errors: [RecordingError] = [
            .file(operation: "open", path: "/x", code: ENOENT), .full(path: "/x"), .locked(path: "/x"), .notFound(path: "/x"),
            .entryTooLong(bytes: 5, limit: 4), .backlog(bytes: 5, limit: 4), .sessionTooLong(limit: 4),
            .database(code: 11, message: "database disk image is malformed"), .newerSchema(found: 2, known: 1),
            .damaged(path: "/x", offset: 3), .closed,
        ]
        #expect(errors.first?.description == "cannot open /x: No such file or directory")
        #expect(Set(errors.map(\.description)).count == errors.count)
        let failure = DatabaseError(resultCode: .SQLITE_CONSTRAINT, message: "no", sql: "INSERT ?", arguments: ["secret"])
        #expect(!"\(StoreFile.error(failure))".contains("secret"))
    }
}
