// Messages as recordings before version 3 kept them: a row each.

import Decision
import GRDB
import GRDBSQLite
import Machine

/// The rows of one session, in order.
final class OldRows {
    private let statement: GRDB.Statement
    private let handle: OpaquePointer
    private let names: RecordedNames

    init(_ db: Database, names: RecordedNames) throws {
        self.names = names
        statement = try db.makeStatement(
            sql: """
                SELECT m.id, m.at, m.kind, coalesce(m.text, t.text), m.name, m.portal, m.parameters, m.effect, m.rule, m.masks,
                       m.fingerprint, m.lexical, m.in_transaction, m.duration, m.rows, m.bytes, m.completed, m.sqlstate,
                       p.revision, p.key
                FROM statements m LEFT JOIN texts t ON t.number = m.shared_text LEFT JOIN programs p ON p.number = m.program
                WHERE m.id BETWEEN ?1 AND ?2 ORDER BY m.id
                """)
        handle = statement.sqliteStatement
    }

    /// `isBound` says that a message is an Execute with its Bind within.
    func forEach(ofSession number: Int64, _ body: (RecordedMessage, _ isBound: Bool) throws -> Void) throws {
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
            let isBound = UInt8(clamping: integer(2)) == RowKind.boundExecute
            try body(try message(of: isBound ? .execute : nil), isBound)
        }
    }

    private func message(of known: MessageKind?) throws -> RecordedMessage {
        let id = integer(0)
        guard let kind = known ?? MessageKind(rawValue: UInt8(clamping: integer(2))),
            let effect = DecisionRecord.Effect(rawValue: UInt8(clamping: integer(7)))
        else { throw RecordingError.damaged(path: Schema.fileName, offset: Int(id)) }
        let masks = UInt64(bitPattern: integer(9))
        let maskSet = names.maskSet(program: integer(19), masks)
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
