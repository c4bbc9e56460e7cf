// Recorded results: in order, in chunks, bounded, and never another message's.

import Foundation
import TestSupport
import Testing

@testable import Recording

@Suite struct ResultLogTests {
    private func result(_ directory: TemporaryFolder, _ session: SessionRecording, _ sequence: UInt64) throws -> [[UInt8]] {
        let reader = try RecordingReader(directory: directory.path)
        defer { reader.close() }
        let found = try #require(try reader.session(session.id))
        var chunks: [[UInt8]] = []
        try reader.forEachResultChunk(of: sequence, in: found) { chunks.append($0) }
        return chunks
    }

    private func append(_ bytes: [UInt8], _ log: ResultLog, _ session: SessionRecording, _ sequence: UInt64) throws -> Bool {
        try bytes.withUnsafeBytes { try log.append($0, of: session, sequence: sequence) }
    }

    @Test func resultsOfManyMessagesAtOnce() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        let journal = try recorder.makeJournal()
        let log = try ResultLog(journal: journal, settings: ResultLogSettings(fileBytes: 3000, chunkBytes: 512))
        var random = SeededGenerator(seed: 3)
        let sessions = try (0..<3).map { _ in try journal.begin(Fixture.session()) }
        var expected: [[UInt64: [UInt8]]] = [[:], [:], [:]]
        for sequence in UInt64(1)...3 {
            for session in sessions { try session.note("select \(sequence)") }
            for _ in 0..<60 {
                let index = Int.random(in: 0..<3, using: &random)
                let bytes = (0..<Int.random(in: 0..<900, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
                #expect(try append(bytes, log, sessions[index], sequence))
                expected[index][sequence, default: []] += bytes
            }
            for session in sessions { try log.finish(session, sequence: sequence) }
        }
        recorder.close()
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path + "/results").count > 1)
        for index in 0..<3 {
            for sequence in UInt64(1)...3 {
                let chunks = try result(directory, sessions[index], sequence)
                #expect(chunks.flatMap { $0 } == expected[index][sequence] ?? [])
                #expect(chunks.allSatisfy { $0.count <= 512 })
            }
        }
    }

    @Test func theLimitOfAMessageHoldsAndTheNextBeginsAnew() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        let journal = try recorder.makeJournal()
        let log = try ResultLog(journal: journal, settings: ResultLogSettings(bytesPerMessage: 10))
        let session = try journal.begin(Fixture.session())
        try session.note("a")
        try session.note("b")
        #expect(try append([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], log, session, 1))
        #expect(try append([11], log, session, 1) == false)
        #expect(try append([12], log, session, 2))
        try log.finish(session, sequence: 2)
        recorder.close()
        #expect(try result(directory, session, 1) == [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]])
        #expect(try result(directory, session, 2) == [[12]])
        #expect(try result(directory, session, 3) == [])
    }

    @Test func writtenChunksOutliveACrash() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        let journal = try recorder.makeJournal()
        let log = try ResultLog(journal: journal, settings: ResultLogSettings(chunkBytes: 4))
        let session = try journal.begin(Fixture.session())
        try session.note("a")
        #expect(try append([1, 2, 3, 4, 5, 6], log, session, 1))
        let crashed = try directory.snapshot()
        recorder.close()
        #expect(try result(crashed, session, 1) == [[1, 2, 3, 4]])
    }

    @Test func aChangedFileIsAnError() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        let journal = try recorder.makeJournal()
        let log = try ResultLog(journal: journal)
        let session = try journal.begin(Fixture.session())
        try session.note("a")
        #expect(try append(Array("a secret".utf8), log, session, 1))
        try log.finish(session, sequence: 1)
        recorder.close()
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: directory.path + "/results").first)
        let file = URL(fileURLWithPath: directory.path + "/results/" + name)
        let original = Array(try Data(contentsOf: file))
        for at in original.indices {
            var changed = original
            changed[at] ^= 1
            try Data(changed).write(to: file)
            #expect(throws: RecordingError.damaged(path: file.path, offset: 0)) { _ = try result(directory, session, 1) }
        }
        try Data(original.dropLast()).write(to: file)
        #expect(throws: RecordingError.damaged(path: file.path, offset: 0)) { _ = try result(directory, session, 1) }
    }
}

extension ResultLogTests {
    @Test func unfinishedResultsAreBounded() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings(segmentBytes: 8 << 20))
        let journal = try recorder.makeJournal()
        let log = try ResultLog(journal: journal)
        let sessions = (0..<RecordingLimits.unfinishedResults).map { number in
            SessionRecording(id: SessionID(high: 1, low: UInt64(number)), journal: journal, program: Fixture.program)
        }
        for session in sessions { #expect(try append([], log, session, 1)) }
        let another = SessionRecording(id: SessionID(high: 2, low: 0), journal: journal, program: Fixture.program)
        #expect(try append([], log, another, 1) == false)
        try log.finish(sessions[0], sequence: 1)
        #expect(try append([], log, another, 1))
    }
}
