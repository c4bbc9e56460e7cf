// Segments, limits and errors of the journal.

import Foundation
import GRDB
import TestSupport
import Testing

@testable import Recording

@Suite struct JournalTests {
    @Test func segmentsRollAndGoAway() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings(segmentBytes: 4096))
        let journal = try recorder.makeJournal()
        let session = try journal.begin(Fixture.session())
        for number in 0..<500 { try session.note("select \(number)") }
        #expect(try directory.journalFiles().count > 10)
        recorder.flush()
        let left = try directory.journalFiles()
        #expect(left.count { !$0.hasSuffix(JournalFile.spareSuffix) } == 1)
        #expect(left.count == 1 + JournalChannel.sparesKept)
        for number in 500..<600 { try session.note("select \(number)") }
        recorder.close()
        let messages = try #require(try contents(of: directory.path).first).messages
        #expect(messages.map { String(decoding: $0.text, as: UTF8.self) } == (0..<600).map { "select \($0)" })
        #expect(recorder.metrics.lastError == nil)
    }

    /// Blocks that are used again hold nothing of what was in them, and what is in them again is taken in once after a crash.
    @Test func blocksAreUsedAgain() throws {
        let (directory, copy) = (try TemporaryFolder(), try TemporaryFolder())
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings(segmentBytes: 4096))
        let journal = try recorder.makeJournal()
        let session = try journal.begin(Fixture.session())
        for number in 0..<200 { try session.note("select 'from before' || \(number)") }
        recorder.flush()
        let spares = try directory.journalFiles().filter { $0.hasSuffix(JournalFile.spareSuffix) }
        #expect(spares.count == JournalChannel.sparesKept)
        for name in spares {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: directory.path + "/journal/" + name))
            #expect(bytes.allSatisfy { $0 == 0 })
        }
        // Enough to begin the first of them, not enough to fill it: the rest of it must read as empty.
        var number = 200
        while try directory.journalFiles().count(where: { $0.hasSuffix(JournalFile.spareSuffix) }) == JournalChannel.sparesKept {
            try session.note("select \(number)")
            number += 1
        }
        try FileManager.default.removeItem(atPath: copy.path)
        try FileManager.default.copyItem(atPath: directory.path, toPath: copy.path)
        let again = try Recorder(directory: copy.path, settings: Fixture.settings())
        #expect(try copy.journalFiles().isEmpty)
        #expect(again.metrics.lastError == nil)
        again.close()
        #expect(try contents(of: copy.path).first?.messages.map(\.sequence) == (1...UInt64(number)).map { $0 })
        recorder.close()
    }

    @Test func everyLengthAroundASegmentsEnd() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings(segmentBytes: 4096))
        let journal = try recorder.makeJournal()
        let session = try journal.begin(Fixture.session())
        let lengths = Array(3700...4200) + Array(0...40)
        for length in lengths { try session.note(.query, [UInt8](repeating: 120, count: length)) }
        recorder.close()
        #expect(try contents(of: directory.path).first?.messages.map(\.text.count) == lengths)
    }

    @Test func aMessageOfTheLimitFitsAndOneByteMoreDoesNot() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        let journal = try recorder.makeJournal()
        let session = try journal.begin(Fixture.session())
        let longest = RecordingLimits.entryBytes - StatementLayout.fixedBytes
        try session.note(.query, [UInt8](repeating: 120, count: longest))
        #expect(throws: RecordingError.entryTooLong(bytes: RecordingLimits.entryBytes + 1, limit: RecordingLimits.entryBytes)) {
            try session.note(.query, [UInt8](repeating: 120, count: longest + 1))
        }
        try session.note("after")
        recorder.close()
        #expect(try contents(of: directory.path).first?.messages.map(\.text.count) == [longest, 5])
    }

    @Test func aBacklogRefusesUntilItIsTakenIn() throws {
        let directory = try TemporaryFolder()
        let settings = Fixture.settings(segmentBytes: 4096, backlogBytes: 20_000)
        let recorder = try Recorder(directory: directory.path, settings: settings)
        let journal = try recorder.makeJournal()
        let session = try journal.begin(Fixture.session())
        var recorded: UInt64 = 0
        let error = #expect(throws: RecordingError.self) {
            while true { recorded = try session.note("select 1") }
        }
        guard case .backlog(let bytes, 20_000)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(bytes >= 20_000 && bytes < 20_000 + 2 * 4096)
        #expect(recorder.metrics.lag == bytes)
        recorder.flush()
        #expect(recorder.metrics.lag == 0)
        // What was refused is not in the recording, and takes no number.
        #expect(try session.note("select 2") == recorded + 1)
        recorder.close()
        #expect(try contents(of: directory.path).first?.messages.map(\.sequence) == Array(1...recorded + 1))
    }

    @Test func afterCloseNothingIsRecorded() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        let journal = try recorder.makeJournal()
        let session = try journal.begin(Fixture.session())
        recorder.close()
        recorder.close()
        recorder.flush()
        #expect(throws: RecordingError.closed) { try session.note("select 1") }
        #expect(throws: RecordingError.closed) { _ = try recorder.makeJournal() }
        session.outcome(1, nanoseconds: 0, rows: 0, bytes: 0, completed: 0)
        #expect(recorder.metrics.lastError == .closed)
    }

    @Test func oneProcessAtATime() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        #expect(throws: RecordingError.locked(path: directory.path)) {
            _ = try RecorderCore(directory: directory.path, settings: Fixture.settings(), lockPatience: 0)
        }
        recorder.close()
        try RecorderCore(directory: directory.path, settings: Fixture.settings(), lockPatience: 0).close()
    }

    @Test func aReaderReadsWhileAGatewayRecordsAndLeavesItsJournalAlone() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        let journal = try recorder.makeJournal()
        let session = try journal.begin(Fixture.session())
        try session.note("committed")
        recorder.flush()
        try session.note("journalled")
        let files = try directory.journalFiles()
        #expect(try contents(of: directory.path).first?.messages.map(\.text) == [Array("committed".utf8)])
        #expect(try directory.journalFiles() == files)
        recorder.flush()
        #expect(try contents(of: directory.path).first?.messages.count == 2)
    }

    @Test func noRoomIsAnErrorAndLeavesNoFile() throws {
        let directory = try TemporaryFolder()
        let path = directory.path + "/segment"
        #expect(throws: RecordingError.full(path: path)) {
            _ = try JournalSegment(path: path, journal: 1, number: 0, size: 1 << 60)
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func aJournalThatCannotBeMadeIsAnError() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        try FileManager.default.removeItem(atPath: directory.path + "/journal")
        let error = #expect(throws: RecordingError.self) { _ = try recorder.makeJournal() }
        guard case .file(operation: "open", _, code: ENOENT)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func whoIsNotThereIsNotFound() throws {
        let directory = try TemporaryFolder()
        #expect(throws: RecordingError.notFound(path: directory.path)) { _ = try RecordingReader(directory: directory.path) }
    }

    @Test func aNewerSchemaIsRefusedByWriterAndReader() throws {
        let directory = try TemporaryFolder()
        try Recorder(directory: directory.path, settings: Fixture.settings()).close()
        let queue = try DatabaseQueue(path: StoreFile.path(directory.path))
        try queue.write { try $0.execute(sql: "PRAGMA user_version = 99") }
        try queue.close()
        let expected = RecordingError.newerSchema(found: 99, known: Schema.version)
        #expect(throws: expected) { _ = try Recorder(directory: directory.path) }
        #expect(throws: expected) { _ = try RecordingReader(directory: directory.path) }
    }

    @Test func filesAreOursAlone() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        let journal = try recorder.makeJournal()
        _ = try journal.begin(Fixture.session())
        recorder.flush()
        let names = try FileManager.default.subpathsOfDirectory(atPath: directory.path)
        #expect(names.contains("recording.sqlite") && names.contains("recording.sqlite-wal"))
        for name in names {
            let mode = try #require(
                try FileManager.default.attributesOfItem(atPath: directory.path + "/" + name)[.posixPermissions] as? Int)
            #expect(mode & 0o077 == 0, "\(name)")
        }
    }

    @Test func journalsOfManyThreadsAreOneRecording() async throws {
        let directory = try TemporaryFolder()
        let settings = RecorderSettings(segmentBytes: 8192, intervalMilliseconds: 1)
        let recorder = try Recorder(directory: directory.path, settings: settings)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for loop in 0..<4 {
                group.addTask {
                    let journal = try recorder.makeJournal()
                    let session = try journal.begin(Fixture.session("loop\(loop)"))
                    for number in 0..<2000 {
                        let sequence = try session.note("\(loop) \(number)")
                        session.outcome(sequence, nanoseconds: 1, rows: 1, bytes: 1, completed: 1)
                    }
                    session.end(at: Fixture.start, reason: "done")
                }
            }
            try await group.waitForAll()
        }
        recorder.close()
        #expect(recorder.metrics.lastError == nil && recorder.metrics.dropped == 0)
        let found = try contents(of: directory.path)
        #expect(found.count == 4)
        for (session, messages) in found {
            let loop = session.identity.dropFirst(4)
            #expect(messages.map { String(decoding: $0.text, as: UTF8.self) } == (0..<2000).map { "\(loop) \($0)" })
            #expect(messages.allSatisfy { $0.outcome != nil })
            #expect(session.messages == 2000)
        }
        #expect(try directory.journalFiles().isEmpty)
    }
}
