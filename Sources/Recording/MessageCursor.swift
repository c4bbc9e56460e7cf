// Reads recorded messages from the database, byte for byte.

import Decision
import GRDB
import GRDBSQLite
import Machine

/// One query for the messages of a session, used again for each session of a snapshot.
final class MessageCursor {
    private let statement: GRDB.Statement
    private let handle: OpaquePointer
    /// Names of mask sets and programs by row, read once.
    private var maskSets: [MaskKey: MaskSet] = [:]

    private struct MaskSet {
        let names: [String]
        let details: [RecordedMask]
        static let none = MaskSet(names: [], details: [])
    }
    private struct MaskKey: Hashable {
        let program: Int64
        let masks: UInt64
    }

    init(_ db: Database) throws {
        statement = try db.makeStatement(
            sql: """
                SELECT m.id, m.at, m.kind, coalesce(m.text, t.text), m.name, m.portal, m.parameters, m.effect, m.rule, m.masks,
                       m.fingerprint, m.lexical, m.in_transaction, m.duration, m.rows, m.bytes, m.completed, m.sqlstate,
                       p.revision, p.key
                FROM statements m LEFT JOIN texts t ON t.number = m.shared_text LEFT JOIN programs p ON p.number = m.program
                WHERE m.id BETWEEN ?1 AND ?2 ORDER BY m.id
                """)
        handle = statement.sqliteStatement
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT s.program, s.masks, s.rules, p.masks AS details FROM mask_sets s LEFT JOIN programs p ON p.key = s.program
                """)
        while let row = try rows.next() {
            let key = MaskKey(program: row["program"], masks: UInt64(bitPattern: row["masks"] as Int64))
            let names = RecordedClaims.names(fromJSON: row["rules"]).sorted()
            let details = RecordedClaims.masks(fromJSON: row["details"] ?? "[]").filter { names.contains($0.rule) }
            maskSets[key] = MaskSet(names: names, details: details)
        }
    }

    func forEach(ofSession number: Int64, _ body: (RecordedMessage) throws -> Void) throws {
        sqlite3_reset(handle)
        sqlite3_bind_int64(handle, 1, number << 32)
        sqlite3_bind_int64(handle, 2, number << 32 | 0xFFFF_FFFF)
        defer { sqlite3_reset(handle) }
        while true {
            let result = sqlite3_step(handle)
            if result == SQLITE_DONE { return }
            guard result == SQLITE_ROW else {
                throw RecordingError.database(code: result, message: String(cString: sqlite3_errstr(result)))
            }
            if UInt8(clamping: integer(2)) == RowKind.boundExecute {
                let execute = try message(of: .execute)
                try body(Self.bind(within: execute))
                try body(Self.withoutBind(execute))
            } else {
                try body(try message(of: nil))
            }
        }
    }

    /// The Bind of a row that has one within.
    private static func bind(within row: RecordedMessage) -> RecordedMessage {
        var bind = row
        bind.sequence -= 1
        bind.kind = .bind
        bind.effect = .allow
        bind.rule = nil
        bind.masks = 0
        bind.maskRules = []
        bind.maskDetails = []
        bind.fingerprint = 0
        bind.outcome = RecordedOutcome(duration: 0, rows: 0, bytes: 0, completed: 1, sqlstate: nil)
        return bind
    }

    private static func withoutBind(_ row: RecordedMessage) -> RecordedMessage {
        var execute = row
        execute.name = ""
        execute.parameters = []
        return execute
    }

    private func message(of known: MessageKind?) throws -> RecordedMessage {
        let id = integer(0)
        guard let kind = known ?? MessageKind(rawValue: UInt8(clamping: integer(2))),
            let effect = DecisionRecord.Effect(rawValue: UInt8(clamping: integer(7)))
        else { throw RecordingError.damaged(path: Schema.fileName, offset: Int(id)) }
        let masks = UInt64(bitPattern: integer(9))
        let maskSet = maskSets[MaskKey(program: integer(19), masks: masks)] ?? .none
        return RecordedMessage(
            sequence: UInt64(id & 0xFFFF_FFFF), at: UInt64(bitPattern: integer(1)), kind: kind, text: bytes(3), name: text(4),
            portal: text(5), parameters: bytes(6), effect: effect, rule: isNull(8) ? nil : text(8),
            programRevision: UInt64(bitPattern: integer(18)), masks: masks,
            maskRules: maskSet.names, maskDetails: maskSet.details,
            fingerprint: UInt64(bitPattern: integer(10)),
            circumstances: RecordedCircumstances(
                lexical: UInt64(bitPattern: integer(11)), inTransaction: Ternary(rawValue: UInt8(clamping: integer(12))) ?? .unknown),
            outcome: isNull(13)
                ? nil
                : RecordedOutcome(
                    duration: UInt64(bitPattern: integer(13)), rows: UInt64(bitPattern: integer(14)),
                    bytes: UInt64(bitPattern: integer(15)), completed: UInt32(clamping: integer(16)),
                    sqlstate: isNull(17) ? nil : text(17)))
    }

    private func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
    private func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }
    private func bytes(_ column: Int32) -> [UInt8] {
        guard let base = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: base, count: Int(sqlite3_column_bytes(handle, column))))
    }
    private func text(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }
}
