// One round of the ingester: a batch of every journal, the positions reached, one commit; then the finished files go.

import GRDB
import Synchronization

/// How far a journal has been taken in.
struct JournalCursor {
    let channel: JournalChannel
    var segment: UInt64 = 0
    var offset = SegmentLayout.headerBytes
    /// Bytes of entries taken, to be compared with `channel.written`.
    var bytes: UInt64 = 0

    init(channel: JournalChannel) { self.channel = channel }

    var lag: UInt64 {
        let written = channel.written.load(ordering: .relaxed)
        return written > bytes ? written - bytes : 0
    }
}

struct IngestResult {
    var entries: UInt64 = 0
    var bytes: UInt64 = 0
    var dropped: UInt64 = 0
    var damagedSegments: UInt64 = 0
    var mayHaveMore = false
    var error: RecordingError?
}

enum IngestRound {
    static func run(
        queue: DatabaseQueue, writer: BatchWriter, cursors: inout [JournalCursor], segmentBytes: Int
    ) throws(RecordingError) -> IngestResult {
        var result = IngestResult()
        let finished = cursors.map { $0.channel.finished.load(ordering: .acquiring) }
        if cursors.contains(where: { $0.lag > 0 }) {
            var next = cursors
            let droppedBefore = writer.dropped
            do {
                try queue.write { db in
                    let sql = try BatchStatements(db)
                    for index in next.indices where next[index].lag > 0 {
                        try take(&next[index], db, sql, writer, &result)
                    }
                }
            } catch {
                throw StoreFile.error(error)
            }
            result.dropped = writer.dropped - droppedBefore
            cursors = next
            for cursor in cursors {
                cursor.channel.ingested.store(cursor.bytes, ordering: .relaxed)
                for segment in cursor.channel.takeSegments(before: cursor.segment) {
                    try cursor.channel.retire(segment, segmentBytes: segmentBytes)
                }
            }
        }
        try retire(&cursors, finished, queue)
        return result
    }

    private static func take(
        _ cursor: inout JournalCursor, _ db: Database, _ sql: BatchStatements, _ writer: BatchWriter, _ result: inout IngestResult
    ) throws {
        guard let segment = cursor.channel.segment(cursor.segment) else { return }
        var scanner = JournalScanner(base: segment.base, size: segment.size, seed: segment.seed, offset: cursor.offset)
        let batch = try writer.take(&scanner, limit: RecordingLimits.batchEntries, into: db, sql)
        let bytes = UInt64(scanner.offset - cursor.offset)
        result.entries += UInt64(batch.taken)
        result.bytes += bytes
        cursor.bytes += bytes
        cursor.offset = scanner.offset
        switch batch.stop {
        case nil: result.mayHaveMore = true
        case .end: break
        case .rolled:
            cursor.segment += 1
            cursor.offset = SegmentLayout.headerBytes
            result.mayHaveMore = true
        case .damaged:
            // Only a stray write into our own mapping can do this. The segment stays where it is and so does the cursor.
            result.error = .damaged(path: segment.path, offset: scanner.offset)
        }
        sql.setPosition.bind(1, copying: cursor.channel.key)
        sql.setPosition.bind(2, cursor.segment)
        sql.setPosition.bind(3, Int64(cursor.offset))
        try sql.setPosition.run()
    }

    /// Journals whose writer is gone and whose entries are all committed leave no trace.
    private static func retire(
        _ cursors: inout [JournalCursor], _ finished: [Bool], _ queue: DatabaseQueue
    ) throws(RecordingError) {
        for index in cursors.indices.reversed() where finished[index] && cursors[index].lag == 0 {
            let channel = cursors[index].channel
            for segment in channel.takeAllSegments() { try SystemCall.remove(segment.path) }
            for spare in channel.takeAllSpares() { try SystemCall.remove(spare.path) }
            do {
                try queue.write { try $0.execute(sql: "DELETE FROM positions WHERE journal = ?", arguments: [channel.key]) }
            } catch {
                throw StoreFile.error(error)
            }
            cursors.remove(at: index)
        }
    }
}
