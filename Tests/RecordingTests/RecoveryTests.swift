// What a killed process leaves behind is taken in once, in order, up to the first byte that is not whole.

import Foundation
import TestSupport
import Testing

@testable import Recording

@Suite struct RecoveryTests {
    /// Random sessions, messages, outcomes and flushes; at random moments the directory is copied as it is and opened as after a crash.
    @Test(arguments: 0..<8) func everythingRecordedIsThereOnceAfterACrashAtAnyMoment(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings(segmentBytes: 4096))
        var journals = [try recorder.makeJournal()]
        var sessions: [(recording: SessionRecording, texts: [String], outcomes: Set<UInt64>)] = []
        for step in 0..<400 {
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<4:
                let journal = journals[Int.random(in: 0..<journals.count, using: &random)]
                sessions.append((try journal.begin(Fixture.session(startedAt: Fixture.start + UInt64(step) * 1_000_000)), [], []))
            case 4: journals.append(try recorder.makeJournal())
            case 5..<10: recorder.flush()
            case 10..<12: try expect(sessions, in: try directory.snapshot())
            case 12..<40 where !sessions.isEmpty:
                let index = Int.random(in: 0..<sessions.count, using: &random)
                guard !sessions[index].texts.isEmpty else { continue }
                let sequence = UInt64.random(in: 1...UInt64(sessions[index].texts.count), using: &random)
                sessions[index].recording.outcome(sequence, nanoseconds: sequence, rows: 0, bytes: 0, completed: 1)
                sessions[index].outcomes.insert(sequence)
            case _ where !sessions.isEmpty:
                let index = Int.random(in: 0..<sessions.count, using: &random)
                let length = Int.random(in: 0..<(Bool.random(using: &random) ? 40 : 1500), using: &random)
                let text = "\(step)" + String(repeating: "x", count: length)
                let sequence = try sessions[index].recording.note(text)
                sessions[index].texts.append(text)
                #expect(sequence == UInt64(sessions[index].texts.count))
            default: continue
            }
        }
        try expect(sessions, in: try directory.snapshot())
        journals = []
        recorder.close()
        try expect(sessions, in: directory)
    }

    private func expect(
        _ sessions: [(recording: SessionRecording, texts: [String], outcomes: Set<UInt64>)], in directory: TemporaryFolder
    ) throws {
        // Opened twice: taking in what was taken in already must change nothing.
        for _ in 0..<2 {
            let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
            recorder.close()
            #expect(recorder.metrics.lastError == nil)
            let found = try contents(of: directory.path)
            #expect(Set(found.map(\.session.id)) == Set(sessions.map(\.recording.id)) && found.count == sessions.count)
            for expected in sessions {
                let one = try #require(found.first { $0.session.id == expected.recording.id })
                #expect(one.messages.map { String(decoding: $0.text, as: UTF8.self) } == expected.texts)
                #expect(one.session.messages == UInt64(expected.texts.count))
                #expect(Set(one.messages.filter { $0.outcome != nil }.map(\.sequence)) == expected.outcomes)
            }
            #expect(try directory.journalFiles().isEmpty)
        }
    }

    /// A directory whose only journal segment holds ten messages, and where each entry begins.
    private func tenMessages() throws -> (directory: TemporaryFolder, file: String, bytes: [UInt8], ends: [Int]) {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings(segmentBytes: 4096))
        let journal = try recorder.makeJournal()
        let session = try journal.begin(Fixture.session())
        for number in 0..<10 { try session.note("message \(number)") }
        let copy = try directory.snapshot()
        recorder.close()
        let file = copy.path + "/journal/" + (try #require(try copy.journalFiles().first))
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: file)))
        var ends: [Int] = []
        bytes.withUnsafeBytes { raw in
            let aligned = UnsafeMutableRawBufferPointer.allocate(byteCount: raw.count, alignment: 8)
            defer { aligned.deallocate() }
            aligned.copyMemory(from: raw)
            var scanner = JournalScanner(file: UnsafeRawBufferPointer(aligned))
            while case .entry? = scanner?.next() { ends.append(scanner?.offset ?? 0) }
        }
        return (copy, file, bytes, ends)
    }

    private func recovered(_ bytes: [UInt8], _ original: TemporaryFolder, _ file: String) throws -> (messages: Int, damaged: UInt64) {
        let directory = try original.snapshot()
        let path = directory.path + "/journal/" + URL(fileURLWithPath: file).lastPathComponent
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        recorder.close()
        return (try contents(of: directory.path).first?.messages.count ?? 0, recorder.metrics.damagedSegments)
    }

    @Test func aChangedByteEndsTheRecoveryAtItsEntryAndKeepsTheFile() throws {
        let (directory, file, bytes, ends) = try tenMessages()
        #expect(ends.count == 12)
        for at in stride(from: SegmentLayout.headerBytes, to: ends[11], by: 13) {
            var changed = bytes
            changed[at] ^= 0x41
            let whole = ends.firstIndex { at < $0 } ?? 12
            let entryStart = whole == 0 ? SegmentLayout.headerBytes : ends[whole - 1]
            let isPadding = at >= ends[whole] - 8 && bytes[at] == 0
            if isPadding { continue }
            let found = try recovered(changed, directory, file)
            #expect(found.messages == max(0, whole - 2), "byte \(at)")
            #expect(found.damaged == 1, "byte \(at), entry at \(entryStart)")
        }
    }

    @Test func aCutFileGivesWhatIsWhole() throws {
        let (directory, file, bytes, ends) = try tenMessages()
        // Without the zeros that fill an entry up.
        let starts = [SegmentLayout.headerBytes] + ends.dropLast()
        let contentEnds = starts.map { start in
            start + bytes[start..<start + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        for cut in [0, 1, 63, 64, 65] + contentEnds.flatMap({ [$0 - 1, $0, $0 + 1] }) {
            let found = try recovered(Array(bytes[..<cut]), directory, file)
            let whole = contentEnds.count { $0 <= cut }
            #expect(found.messages == max(0, whole - 2), "cut at \(cut)")
        }
    }

    @Test func anEntryWithoutItsLengthIsNotThere() throws {
        let (directory, file, bytes, ends) = try tenMessages()
        // What a process leaves that is killed between writing an entry and publishing it.
        var torn = bytes
        for offset in 0..<4 { torn[ends[10] + offset] = 0 }
        let found = try recovered(torn, directory, file)
        #expect(found.messages == 9 && found.damaged == 0)
    }

    @Test func anEntryOfAnotherSegmentIsNotBelieved() throws {
        let (directory, file, bytes, ends) = try tenMessages()
        let other = try tenMessages()
        var mixed = bytes
        mixed.replaceSubrange(ends[4]..<ends[5], with: other.bytes[other.ends[4]..<other.ends[5]])
        let found = try recovered(mixed, directory, file)
        #expect(found.messages == 3 && found.damaged == 1)
    }

    @Test func aDamagedSegmentIsSetAsideAndTheNextIsRead() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings(segmentBytes: 4096))
        let journal = try recorder.makeJournal()
        let session = try journal.begin(Fixture.session())
        for number in 0..<100 { try session.note("message \(number)") }
        let copy = try directory.snapshot()
        recorder.close()
        let second = copy.path + "/journal/" + (try copy.journalFiles())[1]
        var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: second)))
        bytes[SegmentLayout.headerBytes + 20] ^= 1
        try Data(bytes).write(to: URL(fileURLWithPath: second))

        let again = try Recorder(directory: copy.path, settings: Fixture.settings())
        again.close()
        #expect(again.metrics.damagedSegments == 1)
        #expect(again.metrics.lastError == .damaged(path: second, offset: SegmentLayout.headerBytes))
        #expect(try copy.journalFiles() == [URL(fileURLWithPath: second).lastPathComponent + JournalFile.damagedSuffix])
        let messages = try #require(try contents(of: copy.path).first).messages
        #expect(messages.count < 100 && messages.last?.sequence == 100)
    }

    @Test func foreignFilesInTheJournalAreLeftAlone() throws {
        let directory = try TemporaryFolder()
        try Recorder(directory: directory.path, settings: Fixture.settings()).close()
        let names = ["notes.txt", ".journal", "0123456789abcdef-0001.zz00000000.journal"]
        for name in names { try Data([1]).write(to: URL(fileURLWithPath: directory.path + "/journal/" + name)) }
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        recorder.close()
        #expect(recorder.metrics.damagedSegments == 0)
        #expect(try directory.journalFiles() == names.sorted())
    }

    /// Mutations of a real segment, and of its entries' contents past the checksum: nothing crashes and nothing is invented.
    @Test func anyBytesAreReadWithoutHarm() throws {
        let (_, _, bytes, ends) = try tenMessages()
        var random = SeededGenerator(seed: 99)
        for _ in 0..<20_000 {
            var mutated = Array(bytes[..<(ends[11] + 64)])
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                mutated[Int.random(in: 0..<mutated.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            mutated.removeLast(Int.random(in: 0..<mutated.count, using: &random) / 4)
            let inspection = mutated.withUnsafeBytes { SegmentInspection($0) }
            #expect(inspection.entries <= 12)
            let start = Int.random(in: 0..<ends[11], using: &random)
            let payload = Array(mutated[min(start, mutated.count)...])
            for type in UInt32(0)...9 { _ = payload.withUnsafeBytes { SegmentInspection.isReadable(type, $0) } }
        }
    }
}
