// What a journal's writer and the ingester share: the segments, and how far each of the two has come.

import Synchronization

/// One journal as both sides see it. The writer appends segments and counts what it wrote; the ingester drops segments it has finished.
final class JournalChannel: Sendable {
    /// Names the journal in its files and in the database.
    let key: String
    let identifier: UInt64
    let directory: String
    /// Bytes of entries written and ingested since the journal was made. Only their difference means something.
    let written = Atomic<UInt64>(0)
    let ingested = Atomic<UInt64>(0)
    /// The writer is gone; what is written is all there will be.
    let finished = Atomic<Bool>(false)
    private let segments = Mutex<[JournalSegment]>([])
    /// Enough for a writer that is never far ahead of the ingester.
    private static let sparesKept = 4
    private let spares = Mutex<[SpareSegment]>([])

    init(directory: String, run: UInt64, index: Int) {
        self.directory = directory
        identifier = run ^ UInt64(index)
        key = JournalFile.key(run: run, index: index)
    }

    func append(_ segment: JournalSegment) { segments.withLock { $0.append(segment) } }

    /// The segment the ingester is to read: the one of this number, if it is there.
    func segment(_ number: UInt64) -> JournalSegment? { segments.withLock { $0.first { $0.number == number } } }

    /// Takes away the segments before `number`, whose entries are committed.
    func takeSegments(before number: UInt64) -> [JournalSegment] {
        segments.withLock { list in
            let done = list.filter { $0.number < number }
            list.removeAll { $0.number < number }
            return done
        }
    }
    /// A segment whose entries are committed: its blocks are kept for a later one of the same size, or its file is removed.
    func retire(_ segment: JournalSegment, segmentBytes: Int) throws(RecordingError) {
        let isWanted = segment.size == segmentBytes && spares.withLock { $0.count < Self.sparesKept }
        guard isWanted else { return try SystemCall.remove(segment.path) }
        let spare = try SpareSegment(segment)
        spares.withLock { $0.append(spare) }
    }

    func takeSpare(of size: Int) -> SpareSegment? {
        spares.withLock { list in
            if let last = list.last, last.mapping.size == size { return list.removeLast() }
            return nil
        }
    }

    func takeAllSpares() -> [SpareSegment] {
        spares.withLock { list in
            defer { list = [] }
            return list
        }
    }

    func takeAllSegments() -> [JournalSegment] {
        segments.withLock { list in
            defer { list = [] }
            return list
        }
    }
}

/// Names of journal files: `<run>-<journal>.<segment>.journal`, in hexadecimal of fixed width so that names sort as they were written.
enum JournalFile {
    static let suffix = ".journal"
    static let damagedSuffix = ".damaged"
    static let spareSuffix = ".spare"

    static func key(run: UInt64, index: Int) -> String { "\(hex(run, 16))-\(hex(UInt64(index), 4))" }
    static func name(key: String, number: UInt64) -> String { "\(key).\(hex(number, 10))\(suffix)" }

    /// Journal and segment number of a file name; nil for any other file.
    static func parse(_ name: String) -> (key: String, number: UInt64)? {
        guard name.hasSuffix(suffix), let dot = name.firstIndex(of: "."), name.count == 21 + 1 + 10 + suffix.count else {
            return nil
        }
        let digits = name[name.index(after: dot)...].dropLast(suffix.count)
        guard digits.count == 10, let number = UInt64(digits, radix: 16) else { return nil }
        return (String(name[..<dot]), number)
    }

    private static func hex(_ value: UInt64, _ width: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
