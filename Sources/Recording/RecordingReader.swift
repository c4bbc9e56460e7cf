// Reads a recording: lists sessions, shows one, and streams all messages for a replay.

import Decision
import Foundation
import GRDB
import Machine

/// A recording opened for reading. A gateway may be writing it; each call sees what was committed when the call began.
public final class RecordingReader: Sendable {
    private let queue: DatabaseQueue
    private let directory: String

    /// Opens the recording in a directory. What a killed gateway left in its journals is taken in first, unless a gateway is running.
    public init(directory: String) throws(RecordingError) {
        guard access(StoreFile.path(directory), F_OK) == 0 else { throw .notFound(path: directory) }
        try Self.takeInLeftovers(directory)
        queue = try StoreFile.openForReading(directory)
        self.directory = directory
    }

    public func close() {
        // Closing a connection that only read can lose nothing.
        try? queue.close()
    }

    private static func takeInLeftovers(_ directory: String) throws(RecordingError) {
        let leftovers = try SystemCall.list(directory + "/journal").contains { JournalFile.parse($0) != nil }
        guard leftovers else { return }
        do {
            try RecorderCore(directory: directory, settings: RecorderSettings(), lockPatience: 0).close()
        } catch RecordingError.locked {
            // The gateway that runs takes them in itself.
        } catch RecordingError.file(_, _, let code) where code == EACCES || code == EROFS || code == EPERM {
            // Whoever may only read sees what is committed.
        }
    }

    /// Sessions that match, in order of their start.
    public func sessions(_ filter: SessionFilter = SessionFilter()) throws(RecordingError) -> [RecordedSession] {
        var found: [RecordedSession] = []
        try forEachSession(filter) { session, _ in found.append(session) }
        return found
    }

    /// The session of this id; nil when there is none.
    public func session(_ id: SessionID) throws(RecordingError) -> RecordedSession? {
        var filter = SessionFilter()
        filter.idPrefix = id.description
        return try sessions(filter).first
    }

    /// The messages of one session, in order.
    public func messages(of session: RecordedSession) throws(RecordingError) -> [RecordedMessage] {
        var messages: [RecordedMessage] = []
        do {
            try queue.read { db in
                try MessageCursor(db).forEach(ofSession: session.number) { messages.append($0) }
            }
        } catch {
            throw StoreFile.error(error)
        }
        return messages
    }

    /// What happened around the messages of one session, in order.
    public func events(of session: RecordedSession) throws(RecordingError) -> [RecordedEvent] {
        do {
            return try queue.read { try EventRows.of(session: session.number, $0) }
        } catch {
            throw StoreFile.error(error)
        }
    }

    /// Calls `body` for every statement fingerprint that an identity was allowed to run, once each, in no order: what
    /// `statement.first_seen` has to know when a gateway starts.
    public func forEachSeenFingerprint(_ body: (_ identity: String, _ fingerprint: UInt64) -> Void) throws(RecordingError) {
        do {
            try queue.read { db in
                let rows = try Row.fetchCursor(db, sql: "SELECT identity, fingerprint FROM seen")
                while let row = try rows.next() { body(row[0], UInt64(bitPattern: row[1] as Int64)) }
            }
        } catch {
            throw StoreFile.error(error)
        }
    }

    /// Calls `body` with each chunk of a message's recorded result, in order; not at all when results were not recorded.
    public func forEachResultChunk(
        of sequence: UInt64, in session: RecordedSession, _ body: ([UInt8]) throws -> Void
    ) throws(RecordingError) {
        guard sequence > 0, sequence <= RecordingLimits.messagesPerSession else { return }
        let id = session.number << 32 | Int64(sequence)
        do {
            try queue.read { db in
                let rows = try Row.fetchCursor(
                    db, sql: "SELECT part, file, offset, length FROM result_chunks WHERE id = ? ORDER BY part", arguments: [id])
                while let row = try rows.next() {
                    let path = ResultFile.directory(directory) + "/" + (row["file"] as String)
                    let bytes = try ResultFile.read(
                        path, session: session.id, sequence: sequence, part: UInt32(clamping: row["part"] as Int64),
                        offset: UInt64(bitPattern: row["offset"] as Int64), length: row["length"])
                    try body(bytes)
                }
            }
        } catch {
            throw StoreFile.error(error)
        }
    }

    /// Calls `body` for every session that matches, one after the other in order of their start; `body` may read its messages from the
    /// stream it is given. All of it is one snapshot of the database, and one message at a time is in memory.
    public func forEachSession(
        _ filter: SessionFilter = SessionFilter(), _ body: (RecordedSession, MessageStream) throws -> Void
    ) throws(RecordingError) {
        do {
            try queue.read { db in
                let counts = try db.columns(in: "sessions").contains { $0.name == "stopped" }
                let query = SessionQuery(filter, countsStopped: counts)
                let rows = try Row.fetchCursor(db, sql: query.sql, arguments: StatementArguments(query.arguments))
                let messages = try MessageCursor(db)
                while let row = try rows.next() {
                    let session = try SessionQuery.session(row)
                    try body(session, MessageStream(cursor: messages, session: session.number, database: db))
                }
            }
        } catch {
            throw StoreFile.error(error)
        }
    }
}

/// The messages of the session that `forEachSession` is at.
public struct MessageStream {
    let cursor: MessageCursor
    let session: Int64
    let database: Database

    /// What happened around them, in order.
    public func events() throws -> [RecordedEvent] { try EventRows.of(session: session, database) }

    /// Calls `body` for each message in order.
    public func forEach(_ body: (RecordedMessage) throws -> Void) throws {
        try cursor.forEach(ofSession: session, body)
    }
}

/// The SQL behind a session filter.
struct SessionQuery {
    private(set) var sql: String
    private(set) var arguments: [any DatabaseValueConvertible] = []

    /// - Parameter countsStopped: false for a recording of a version that did not, which no gateway has opened since.
    init(_ filter: SessionFilter, countsStopped: Bool) {
        sql = """
            SELECT s.*, p.name AS program_name, p.revision AS program_revision
            FROM sessions s LEFT JOIN programs p ON p.number = s.program
            """
        var conditions: [String] = []
        func moment(_ value: UInt64) -> Int64 { Int64(clamping: value) }
        if let identity = filter.identity {
            conditions.append("s.identity = ?")
            arguments.append(identity)
        }
        if let resource = filter.resource {
            conditions.append("s.resource = ?")
            arguments.append(resource)
        }
        if let prefix = filter.idPrefix {
            conditions.append("substr(s.id, 1, length(?)) = ?")
            arguments.append(prefix)
            arguments.append(prefix)
        }
        if let from = filter.from {
            conditions.append("s.last_at >= ?")
            arguments.append(moment(from))
        }
        if let until = filter.until {
            conditions.append("s.started_at < ?")
            arguments.append(moment(until))
        }
        switch filter.decision {
        case .refused: conditions.append(countsStopped ? "s.refused + s.stopped > 0" : "s.refused > 0")
        case .allowed: conditions.append(countsStopped ? "s.refused + s.stopped = 0" : "s.refused = 0")
        case nil: break
        }
        if !conditions.isEmpty { sql += " WHERE " + conditions.joined(separator: " AND ") }
        let direction = filter.latestFirst ? "DESC" : "ASC"
        sql += " ORDER BY s.started_at \(direction), s.number \(direction)"
        if let limit = filter.limit {
            sql += " LIMIT ?"
            arguments.append(max(limit, 0))
        }
    }

    static func session(_ row: Row) throws -> RecordedSession {
        let number: Int64 = row["number"]
        guard let id = SessionID(row["id"] as String), let proof = Self.proof(row["proof"]) else {
            throw RecordingError.damaged(path: Schema.fileName, offset: Int(number))
        }
        let tokenID: String = row["token_id"]
        func moment(_ value: Int64) -> UInt64 { UInt64(bitPattern: value) }
        return RecordedSession(
            id: id, identity: row["identity"], groups: RecordedClaims.names(fromJSON: row["groups"]),
            claims: VerifiedClaims(
                issuer: row["issuer"], subject: row["subject"], values: RecordedClaims.claims(fromJSON: row["claims"]),
                proof: proof, tokenID: tokenID.isEmpty ? nil : tokenID),
            resource: row["resource"], kind: row["kind"], sourceAddress: row["source"], database: row["database"],
            backendUser: row["backend_user"], programName: row["program_name"] ?? "",
            programRevision: moment(row["program_revision"] ?? 0), startedAt: moment(row["started_at"]),
            lastAt: moment(row["last_at"]), endedAt: (row["ended_at"] as Int64?).map(moment), endReason: row["end_reason"],
            messages: moment(row["messages"]), refused: moment(row["refused"]),
            stopped: moment(row["stopped"] ?? 0), number: number)
    }

    private static func proof(_ name: String) -> Proof? { Proof.allCases.first { $0.name == name } }
}
