// Takes in the journals that a process left behind when it was killed: each entry exactly once.

import Foundation
import GRDB

/// What a recovery found.
struct RecoveryResult {
    var entries: UInt64 = 0
    var bytes: UInt64 = 0
    var dropped: UInt64 = 0
    var damagedSegments: UInt64 = 0
    var error: RecordingError?
}

enum Recovery {
    /// Longest journal file that is read: the largest segment.
    static let fileLimit = RecordingLimits.segmentBytes.upperBound + (1 << 20)

    static func run(
        directory: String, queue: DatabaseQueue, writer: BatchWriter
    ) throws(RecordingError) -> RecoveryResult {
        var result = RecoveryResult()
        // Names sort by run, journal and segment, which is the order of writing.
        for name in try SystemCall.list(directory) {
            if name.hasSuffix(JournalFile.suffix + JournalFile.spareSuffix) {
                try SystemCall.remove(directory + "/" + name)
                continue
            }
            guard let file = JournalFile.parse(name) else { continue }
            try take(directory + "/" + name, file.key, file.number, queue, writer, &result)
        }
        result.dropped = writer.dropped
        do {
            try queue.write { db in
                try db.execute(sql: "DELETE FROM positions")
                try EventRows.withdrawAbandoned(db)
                // Whoever wrote these sessions held the lock that is now ours: they are over.
                try db.execute(
                    sql: """
                        UPDATE sessions SET ended_at = last_at, end_reason = 'the gateway stopped' WHERE ended_at IS NULL
                        """)
            }
        } catch {
            throw StoreFile.error(error)
        }
        return result
    }

    private static func take(
        _ path: String, _ key: String, _ number: UInt64, _ queue: DatabaseQueue, _ writer: BatchWriter,
        _ result: inout RecoveryResult
    ) throws(RecordingError) {
        let bytes = try SystemCall.read(path, limit: fileLimit)
        var damage: Int?
        do {
            // Copied to memory of our own: a mapped file that another process cuts short would be a fault instead of an error.
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 8), alignment: 8)
            defer { copy.deallocate() }
            copy.copyBytes(from: bytes)
            damage = try ingest(UnsafeRawBufferPointer(rebasing: copy[..<bytes.count]), key, number, queue, writer, &result)
        } catch {
            writer.forget()
            throw StoreFile.error(error)
        }
        if let damage {
            result.damagedSegments += 1
            result.error = .damaged(path: path, offset: damage)
            try SystemCall.rename(path, to: path + JournalFile.damagedSuffix)
        } else {
            try SystemCall.remove(path)
        }
    }

    /// - Returns: the byte at which the segment is damaged, if it is; what is whole before the damage is taken in.
    static func ingest(
        _ bytes: UnsafeRawBufferPointer, _ key: String, _ number: UInt64, _ queue: DatabaseQueue, _ writer: BatchWriter,
        _ result: inout RecoveryResult
    ) throws -> Int? {
        // A process killed while it made the segment leaves zeros: nothing was recorded in it.
        if bytes.prefix(SegmentLayout.headerBytes).allSatisfy({ $0 == 0 }) { return nil }
        guard let header = JournalScanner.header(of: bytes), header.number == number else { return 0 }
        let position = try queue.read { db in
            try Row.fetchOne(db, sql: "SELECT segment, offset FROM positions WHERE journal = ?", arguments: [key])
        }
        var start = SegmentLayout.headerBytes
        if let position {
            let segment = UInt64(bitPattern: position["segment"] as Int64)
            if number < segment { return nil }
            if number == segment { start = position["offset"] }
        }
        guard var scanner = JournalScanner(file: bytes, offset: start) else { return start }
        while true {
            let before = scanner.offset
            let batch = try queue.write { db in
                let sql = try BatchStatements(db)
                let batch = try writer.take(&scanner, limit: RecordingLimits.batchEntries, into: db, sql)
                sql.setPosition.bind(1, copying: key)
                sql.setPosition.bind(2, number)
                sql.setPosition.bind(3, Int64(scanner.offset))
                try sql.setPosition.run()
                return batch
            }
            result.entries += UInt64(batch.taken)
            result.bytes += UInt64(scanner.offset - before)
            switch batch.stop {
            case nil: continue
            case .end, .rolled: return nil
            case .damaged: return scanner.offset
            }
        }
    }
}
