// What happens around messages: people are asked and answer, watches hold, rules that only observe would have acted.

import Foundation
import GRDB

/// One step of an approval.
public struct RecordedApproval: Sendable, Hashable, Codable {
    public enum Step: String, Sendable, Hashable, Codable, CaseIterable {
        case asked
        /// One person agreed, or did not. The gate decides what follows.
        case agreed, refused
        /// How it ended.
        case approved, declined, expired, withdrawn
        public var isLast: Bool {
            switch self {
            case .asked, .agreed, .refused: false
            case .approved, .declined, .expired, .withdrawn: true
            }
        }
    }

    /// What one rule asks for.
    public struct Demand: Sendable, Hashable, Codable {
        public var rule: String
        public var because: String
        public var approvers: [String]
        public var quorum: Int
        /// `once`, `session` or seconds.
        public var valid: String
        public init(rule: String, because: String, approvers: [String], quorum: Int, valid: String) {
            self.rule = rule
            self.because = because
            self.approvers = approvers
            self.quorum = quorum
            self.valid = valid
        }
    }

    /// The request's id, the same through all of its steps.
    public var id: String
    public var step: Step
    public var demands: [Demand]
    /// Who asked, and who answered: the issuer's name and the subject in its tokens.
    public var asker: String
    public var approver: String?
    /// In the approver's words, or why it ended.
    public var reason: String?
    /// Nanoseconds since 1970.
    public var deadline: UInt64

    public init(
        id: String, step: Step, demands: [Demand], asker: String, approver: String? = nil, reason: String? = nil, deadline: UInt64
    ) {
        self.id = id
        self.step = step
        self.demands = demands
        self.asker = asker
        self.approver = approver
        self.reason = reason
        self.deadline = deadline
    }
}

/// A watch that held for a message.
public struct RecordedWatch: Sendable, Hashable, Codable {
    public var rule: String
    /// The rule only observes: nobody was told.
    public var observed: Bool
    public var rows: UInt64
    public var bytes: UInt64
    public init(rule: String, observed: Bool, rows: UInt64, bytes: UInt64) {
        self.rule = rule
        self.observed = observed
        self.rows = rows
        self.bytes = bytes
    }
}

/// An event, read back.
public struct RecordedEvent: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        case approval(RecordedApproval)
        case watch(RecordedWatch)
        /// Names of rules that only observe and would have acted.
        case observed([String])

        var name: String {
            switch self {
            case .approval: "approval"
            case .watch: "watch"
            case .observed: "observed"
            }
        }
        var body: String {
            switch self {
            case .approval(let it): RecordedClaims.json(it)
            case .watch(let it): RecordedClaims.json(it)
            case .observed(let it): RecordedClaims.json(it)
            }
        }

        /// nil for a kind of a later version.
        init?(name: String, body: String) {
            let data = Data(body.utf8)
            func decoded<Body: Decodable>(_ type: Body.Type) -> Body? { try? JSONDecoder().decode(type, from: data) }
            switch name {
            case "approval": guard let it = decoded(RecordedApproval.self) else { return nil }; self = .approval(it)
            case "watch": guard let it = decoded(RecordedWatch.self) else { return nil }; self = .watch(it)
            case "observed": guard let it = decoded([String].self) else { return nil }; self = .observed(it)
            default: return nil
            }
        }
    }
    /// The message that it is about, by its number in the session.
    public var sequence: UInt64
    /// Nanoseconds since 1970.
    public var at: UInt64
    public var kind: Kind
}

/// An event as a journal carries it.
struct EventEntry {
    let session: SessionID
    let number: UInt64
    let sequence: UInt64
    let moment: UInt64
    let kind: String
    let body: String

    init(session: SessionID, number: UInt64, sequence: UInt64, moment: UInt64, _ kind: RecordedEvent.Kind) {
        self.session = session
        self.number = number
        self.sequence = sequence
        self.moment = moment
        self.kind = kind.name
        body = kind.body
    }

    init?(_ payload: UnsafeRawBufferPointer) {
        var reader = EntryReader(payload)
        session = reader.sessionID()
        number = reader.number()
        sequence = reader.number()
        moment = reader.number()
        kind = reader.text()
        body = reader.text()
        guard reader.isComplete, sequence <= RecordingLimits.messagesPerSession else { return nil }
    }

    func encoded() -> [UInt8] {
        var writer = EntryWriter()
        writer.put(session)
        writer.put(number)
        writer.put(sequence)
        writer.put(moment)
        writer.put(kind)
        writer.put(body)
        return writer.bytes
    }
}

/// The events of a session in the database.
enum EventRows {
    static func of(session: Int64, _ db: Database) throws -> [RecordedEvent] {
        // A recording that no gateway of this version has written yet has no such table.
        guard try db.tableExists("events") else { return [] }
        let rows = try Row.fetchCursor(
            db, sql: "SELECT sequence, at, kind, body FROM events WHERE session = ? ORDER BY number", arguments: [session])
        var events: [RecordedEvent] = []
        while let row = try rows.next() {
            guard let kind = RecordedEvent.Kind(name: row["kind"], body: row["body"]) else { continue }
            events.append(
                RecordedEvent(
                    sequence: UInt64(bitPattern: row["sequence"] as Int64), at: UInt64(bitPattern: row["at"] as Int64), kind: kind))
        }
        return events
    }

    /// Requests of sessions that nobody ended, whose gateway was killed: nobody waits for them any more.
    static func withdrawAbandoned(_ db: Database) throws {
        let sessions = try Row.fetchAll(
            db,
            sql: """
                SELECT DISTINCT s.number, s.last_at FROM sessions s JOIN events e ON e.session = s.number
                WHERE s.ended_at IS NULL AND e.kind = 'approval'
                """)
        for row in sessions {
            let session: Int64 = row["number"]
            var open: [String: (approval: RecordedApproval, sequence: UInt64)] = [:]
            var order: [String] = []
            for event in try of(session: session, db) {
                guard case .approval(let approval) = event.kind else { continue }
                if open[approval.id] == nil { order.append(approval.id) }
                open[approval.id] = approval.step.isLast ? nil : (approval, event.sequence)
            }
            for id in order {
                guard let (asked, sequence) = open[id] else { continue }
                var approval = asked
                approval.step = .withdrawn
                approval.approver = nil
                approval.reason = "the gateway stopped"
                try db.execute(
                    sql: """
                        INSERT INTO events (session, number, sequence, at, kind, body)
                        SELECT ?1, max(number) + 1, ?2, ?3, 'approval', ?4 FROM events WHERE session = ?1
                        """,
                    arguments: [
                        session, Int64(bitPattern: sequence), row["last_at"] as Int64, RecordedEvent.Kind.approval(approval).body,
                    ])
                open[id] = nil
            }
        }
    }
}
