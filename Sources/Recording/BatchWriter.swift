// Turns journal entries into blocks of messages: a message and its outcome become one when both are in the same batch.

import CLinux
import Foundation
import GRDB

/// Takes entries into the database. Lives under the recorder's lock; every call is inside one transaction.
final class BatchWriter {
    /// An entry of the batch that belongs to a row: small, since it is sorted, and read again when its turn comes.
    private struct Pending {
        let id: Int64
        let payload: UnsafeRawBufferPointer
    }

    private let rememberedSessions: Int
    private var sessions = KnownSessions()
    /// Numbers of programs by their keys.
    private var programs: [UInt64: Int64] = [:]
    private var lastProgram: (key: UInt64, number: Int64)?
    private var messages: [Pending] = []
    private var outcomes: [Pending] = []
    private var touched: [KnownSession] = []
    /// The block that is being built, and the session whose it is.
    private let block = BlockWriter()
    private var blockSession: Int64 = 0
    /// The last block of each session that is known to have one.
    private var parts: [Int64: Int64] = [:]
    /// Entries whose checksum held but whose content made no sense, or that belong to a session nobody began.
    private(set) var dropped: UInt64 = 0

    init(rememberedSessions: Int = RecordingLimits.rememberedSessions) { self.rememberedSessions = rememberedSessions }

    /// After a failed transaction: what was learnt in it may not be in the database.
    func forget() {
        sessions.removeAll()
        programs.removeAll()
        lastProgram = nil
        parts.removeAll()
        clearPending()
        touched.removeAll(keepingCapacity: true)
    }

    /// Takes entries from the scanner until there are no more or the batch is full.
    /// - Returns: how many were taken, and why it stopped; nil when the batch is full.
    func take(
        _ scanner: inout JournalScanner, limit entries: Int, into db: Database, _ sql: BatchStatements
    ) throws -> (taken: Int, stop: BatchStop?) {
        var taken = 0
        let start = scanner.offset
        var stop: BatchStop?
        loop: while taken < entries && scanner.offset - start < RecordingLimits.batchBytes {
            switch scanner.next() {
            case .entry(let type, let payload):
                try take(type, payload, db, sql)
                taken += 1
            case .end:
                stop = .end
                break loop
            case .rolled:
                stop = .rolled
                break loop
            case .damaged:
                stop = .damaged
                break loop
            }
        }
        // Pending rows point into the segment's memory, which the caller keeps only until this returns.
        try writePending(db, sql)
        try writeCounts(sql)
        return (taken, stop)
    }

    private func take(_ type: EntryType, _ payload: UnsafeRawBufferPointer, _ db: Database, _ sql: BatchStatements) throws {
        switch type {
        case .program: try takeProgram(payload, db, sql)
        case .session: try takeSession(payload, db, sql)
        case .maskSet: try takeMaskSet(payload, sql)
        case .statement: try takeStatement(payload, sql)
        case .outcome: try takeOutcome(payload, sql)
        case .sessionEnd: try takeEnd(payload, sql)
        case .resultChunk: try takeChunk(payload, sql)
        case .event: try takeEvent(payload, sql)
        case .roll: break
        }
    }

    private func takeStatement(_ payload: UnsafeRawBufferPointer, _ sql: BatchStatements) throws {
        guard let entry = StatementEntry(payload), let session = try session(entry.session, sql) else {
            dropped += 1
            return
        }
        touch(session)
        session.messages += 1
        if !entry.passes, !entry.isHeld { session.refused += 1 }
        session.lastAt = max(session.lastAt, entry.moment)
        if entry.passes, entry.fingerprint != 0, session.isNew(entry.fingerprint) {
            sql.insertSeen.bind(1, session.number)
            sql.insertSeen.bind(2, entry.fingerprint)
            try sql.insertSeen.run()
        }
        messages.append(Pending(id: session.rowID(entry.sequence), payload: payload))
    }

    private func touch(_ session: KnownSession) {
        guard !session.isTouched else { return }
        session.isTouched = true
        touched.append(session)
    }

    private func takeOutcome(_ payload: UnsafeRawBufferPointer, _ sql: BatchStatements) throws {
        guard let entry = OutcomeEntry(payload), let session = try session(entry.session, sql) else {
            dropped += 1
            return
        }
        if entry.isStopped {
            touch(session)
            session.stopped += 1
        }
        outcomes.append(Pending(id: session.rowID(entry.sequence), payload: payload))
    }

    private func takeProgram(_ payload: UnsafeRawBufferPointer, _ db: Database, _ sql: BatchStatements) throws {
        guard let entry = ProgramEntry(payload) else {
            dropped += 1
            return
        }
        sql.insertProgram.bind(1, entry.key)
        sql.insertProgram.bind(2, copying: entry.name)
        sql.insertProgram.bind(3, entry.revision)
        try entry.digest.withUnsafeBytes { digest in
            sql.insertProgram.bind(4, text: UnsafeRawBufferPointer(start: nil, count: 0))
            if !digest.isEmpty { sql.insertProgram.bind(4, presentBlob: digest) }
            sql.insertProgram.bind(5, copying: RecordedClaims.json(entry.ruleNames))
            sql.insertProgram.bind(6, copying: entry.masks)
            try sql.insertProgram.run()
        }
        _ = try program(entry.key, db)
    }

    private func takeSession(_ payload: UnsafeRawBufferPointer, _ db: Database, _ sql: BatchStatements) throws {
        guard let entry = SessionEntry(payload) else {
            dropped += 1
            return
        }
        sql.insertSession.bind(1, copying: entry.id.description)
        if let program = try program(entry.program, db) {
            sql.insertSession.bind(2, program)
        } else {
            sql.insertSession.bindNull(2)
        }
        sql.insertSession.bind(3, entry.startedAt)
        for (index, text) in entry.texts.enumerated() { sql.insertSession.bind(Int32(4 + index), copying: text) }
        try sql.insertSession.run()
        _ = try session(entry.id, sql)
    }

    private func takeMaskSet(_ payload: UnsafeRawBufferPointer, _ sql: BatchStatements) throws {
        var reader = EntryReader(payload)
        let program = reader.number(UInt64.self)
        let masks = reader.number(UInt64.self)
        let names = reader.names()
        guard reader.isComplete else {
            dropped += 1
            return
        }
        sql.insertMaskSet.bind(1, program)
        sql.insertMaskSet.bind(2, masks)
        sql.insertMaskSet.bind(3, copying: RecordedClaims.json(names))
        try sql.insertMaskSet.run()
    }

    private func takeEnd(_ payload: UnsafeRawBufferPointer, _ sql: BatchStatements) throws {
        var reader = EntryReader(payload)
        let id = reader.sessionID()
        let moment = reader.number(UInt64.self)
        let reason = reader.text()
        guard reader.isComplete, let session = try session(id, sql) else {
            dropped += 1
            return
        }
        sql.endSession.bind(1, session.number)
        sql.endSession.bind(2, moment)
        sql.endSession.bind(3, copying: reason)
        try sql.endSession.run()
        sessions[id] = nil
        parts[session.number] = nil
    }

    private func takeEvent(_ payload: UnsafeRawBufferPointer, _ sql: BatchStatements) throws {
        guard let event = EventEntry(payload), let session = try session(event.session, sql) else {
            dropped += 1
            return
        }
        sql.insertEvent.bind(1, session.number)
        sql.insertEvent.bind(2, event.number)
        sql.insertEvent.bind(3, event.sequence)
        sql.insertEvent.bind(4, event.moment)
        sql.insertEvent.bind(5, copying: event.kind)
        sql.insertEvent.bind(6, copying: event.body)
        try sql.insertEvent.run()
    }

    private func takeChunk(_ payload: UnsafeRawBufferPointer, _ sql: BatchStatements) throws {
        guard let chunk = ResultChunk(payload), let session = try session(chunk.session, sql) else {
            dropped += 1
            return
        }
        sql.insertChunk.bind(1, session.rowID(chunk.sequence))
        sql.insertChunk.bind(2, Int64(chunk.part))
        sql.insertChunk.bind(3, copying: chunk.file)
        sql.insertChunk.bind(4, chunk.offset)
        sql.insertChunk.bind(5, Int64(chunk.length))
        try sql.insertChunk.run()
    }

    /// Sessions interleave; in the order of the table each session's rows go to one place of it, and outcomes meet their messages.
    private func writePending(_ db: Database, _ sql: BatchStatements) throws {
        messages.sort { $0.id < $1.id }
        outcomes.sort { $0.id < $1.id }
        var outcome = 0
        var bind: (id: Int64, entry: StatementEntry, outcome: OutcomeEntry?)?
        for (index, message) in messages.enumerated() {
            fetch(messages, index &+ 6)
            fetch(outcomes, outcome &+ 6)
            while outcome < outcomes.count, outcomes[outcome].id < message.id {
                try update(outcomes[outcome], sql)
                outcome += 1
            }
            var result: OutcomeEntry?
            while outcome < outcomes.count, outcomes[outcome].id == message.id {
                result = OutcomeEntry(outcomes[outcome].payload)
                outcome += 1
            }
            guard let entry = StatementEntry(message.payload) else { continue }
            if let waiting = bind {
                bind = nil
                if waiting.id + 1 == message.id, Self.isJoined(waiting.entry, waiting.outcome, entry) {
                    try write(message.id, entry, result, bind: waiting.entry, db, sql)
                    continue
                }
                try write(waiting.id, waiting.entry, waiting.outcome, bind: nil, db, sql)
            }
            if entry.kind == MessageKind.bind.rawValue { bind = (message.id, entry, result) } else {
                try write(message.id, entry, result, bind: nil, db, sql)
            }
        }
        if let bind { try write(bind.id, bind.entry, bind.outcome, bind: nil, db, sql) }
        try writeBlock(sql)
        for late in outcomes[outcome...] { try update(late, sql) }
        clearPending()
    }

    /// In the order of sessions the entries lie far apart: those that come soon are fetched meanwhile.
    @inline(__always)
    private func fetch(_ entries: [Pending], _ index: Int) {
        guard index < entries.count, let base = entries[index].payload.baseAddress else { return }
        postern_prefetch(base)
        postern_prefetch(base + 64)
    }

    /// An outcome whose message was in an earlier batch.
    private func update(_ late: Pending, _ sql: BatchStatements) throws {
        guard let entry = OutcomeEntry(late.payload) else { return }
        let insert = sql.insertLateOutcome
        insert.bind(1, late.id)
        insert.bind(2, entry.duration)
        insert.bind(3, entry.rows)
        insert.bind(4, entry.bytes)
        insert.bind(5, Int64(entry.completed))
        insert.bind(6, presentText: entry.sqlstate)
        try insert.run()
    }

    /// Whether a Bind and the message behind it make one row: most clients of the extended protocol send nothing else, and half the
    /// rows are half the work. Whatever would be lost but the Bind's duration keeps them apart.
    private static func isJoined(_ bind: StatementEntry, _ outcome: OutcomeEntry?, _ execute: StatementEntry) -> Bool {
        guard execute.kind == MessageKind.execute.rawValue, let outcome, outcome.completed == 1, outcome.sqlstate.isEmpty,
            outcome.rows == 0, outcome.bytes == 0
        else { return false }
        return bind.passes && bind.rule == -1 && bind.masks == 0 && bind.fingerprint == 0 && bind.text.isEmpty
            && execute.text.isEmpty && execute.name.isEmpty && execute.parameters.isEmpty
            && bind.moment == execute.moment && bind.program == execute.program && bind.lexical == execute.lexical
            && bind.inTransaction == execute.inTransaction && bind.portal.elementsEqual(execute.portal)
    }

    private func write(
        _ id: Int64, _ entry: StatementEntry, _ outcome: OutcomeEntry?, bind: StatementEntry?, _ db: Database, _ sql: BatchStatements
    ) throws {
        let session = id >> 32
        if session != blockSession || block.count >= RecordingLimits.blockBytes {
            try writeBlock(sql)
            blockSession = session
        }
        let text: BlockText =
            entry.text.count >= RecordingLimits.sharedTextBytes ? .shared(try sharedText(entry.text, db, sql)) : .inline(entry.text)
        block.add(entry, text: text, program: try program(entry.program, db) ?? 0, outcome: outcome, bind: bind)
    }

    /// The block that was being built becomes the session's next.
    private func writeBlock(_ sql: BatchStatements) throws {
        guard !block.isEmpty else { return }
        defer { block.clear() }
        var part = parts[blockSession]
        if part == nil {
            sql.lastBlock.bind(1, blockSession << 32)
            sql.lastBlock.bind(2, blockSession << 32 | 0xFFFF_FFFF)
            part = try sql.lastBlock.firstInteger().map { $0 & 0xFFFF_FFFF }
        }
        let next = (part ?? 0) + 1
        sql.insertBlock.bind(1, blockSession << 32 | next)
        sql.insertBlock.bind(2, presentBlob: block.bytes)
        try sql.insertBlock.run()
        parts[blockSession] = next
    }

    private func clearPending() {
        messages.removeAll(keepingCapacity: true)
        outcomes.removeAll(keepingCapacity: true)
        block.clear()
    }

    private func writeCounts(_ sql: BatchStatements) throws {
        for session in touched {
            sql.countMessages.bind(1, session.number)
            sql.countMessages.bind(2, session.messages)
            sql.countMessages.bind(3, session.refused)
            sql.countMessages.bind(4, session.lastAt)
            sql.countMessages.bind(5, session.stopped)
            try sql.countMessages.run()
            session.messages = 0
            session.refused = 0
            session.stopped = 0
            session.isTouched = false
        }
        touched.removeAll(keepingCapacity: true)
        // An outcome may come after its session's end and bring the session back in here, where nothing would take it out again.
        if sessions.count > rememberedSessions { sessions.removeAll() }
        if parts.count > rememberedSessions { parts.removeAll() }
    }

    /// A long text is kept once. The hash only finds candidates; the bytes decide, so nobody can make one text stand for another.
    private func sharedText(_ text: UnsafeRawBufferPointer, _ db: Database, _ sql: BatchStatements) throws -> Int64 {
        let hash = Checksum.of(text, seed: 0)
        sql.findText.bind(1, hash)
        sql.findText.bind(2, text: text)
        if let number = try sql.findText.firstInteger() { return number }
        sql.insertText.bind(1, hash)
        sql.insertText.bind(2, text: text)
        try sql.insertText.run()
        return db.lastInsertedRowID
    }

    private func session(_ id: SessionID, _ sql: BatchStatements) throws -> KnownSession? {
        if let known = sessions.find(id) { return known }
        sql.findSession.bind(1, copying: id.description)
        guard let number = try sql.findSession.firstInteger() else { return nil }
        let session = KnownSession(number: number)
        sessions[id] = session
        return session
    }

    private func program(_ key: UInt64, _ db: Database) throws -> Int64? {
        if let lastProgram, lastProgram.key == key { return lastProgram.number }
        var number = programs[key]
        if number == nil {
            number = try Int64.fetchOne(db, sql: "SELECT number FROM programs WHERE key = ?", arguments: [Int64(bitPattern: key)])
        }
        guard let number else { return nil }
        programs[key] = number
        lastProgram = (key, number)
        return number
    }
}

/// Why a scan stopped before its batch was full.
enum BatchStop {
    case end, rolled, damaged
}
