// Reads recorded messages from the database, byte for byte.

import Decision
import Foundation
import GRDB
import GRDBSQLite
import Machine

/// The queries for the messages of a session, used again for each session of a snapshot.
final class MessageCursor {
    private let names: RecordedNames
    private let rows: OldRows?
    private let blocks: GRDB.Statement?
    private let lateOutcomes: GRDB.Statement?
    private let sharedText: GRDB.Statement
    /// The shared text that was read last: machines repeat themselves.
    private var lastText: (number: Int64, bytes: [UInt8]) = (-1, [])

    init(_ db: Database) throws {
        names = try RecordedNames(db)
        rows = try db.tableExists("statements") ? OldRows(db, names: names) : nil
        // A recording of an older version that may only be read has none of them.
        let hasBlocks = try db.tableExists("blocks")
        blocks = hasBlocks ? try db.makeStatement(sql: "SELECT id, messages FROM blocks WHERE id BETWEEN ? AND ? ORDER BY id") : nil
        lateOutcomes =
            hasBlocks
            ? try db.makeStatement(
                sql: "SELECT id, duration, rows, bytes, completed, sqlstate FROM late_outcomes WHERE id BETWEEN ? AND ?") : nil
        sharedText = try db.makeStatement(sql: "SELECT CAST(text AS BLOB) FROM texts WHERE number = ?")
    }

    func forEach(ofSession number: Int64, _ body: (RecordedMessage) throws -> Void) throws {
        let range: StatementArguments = [number << 32, number << 32 | 0xFFFF_FFFF]
        var late = try outcomes(range)
        func give(_ message: RecordedMessage, isBound: Bool) throws {
            var message = message
            if let outcome = late.removeValue(forKey: message.sequence) { message.outcome = outcome }
            guard isBound else { return try body(message) }
            try body(Self.bind(within: message))
            try body(Self.withoutBind(message))
        }
        try rows?.forEach(ofSession: number, give)
        guard let blocks else { return }
        let found = try Row.fetchCursor(blocks, arguments: range)
        while let row = try found.next() {
            let id: Int64 = row[0]
            try row.withUnsafeData(atIndex: 1) { data in
                try (data ?? .init()).withUnsafeBytes { try read(block: $0, id: id, give) }
            }
        }
    }

    private func outcomes(_ range: StatementArguments) throws -> [UInt64: RecordedOutcome] {
        guard let lateOutcomes else { return [:] }
        var late: [UInt64: RecordedOutcome] = [:]
        let rows = try Row.fetchCursor(lateOutcomes, arguments: range)
        while let row = try rows.next() {
            let id: Int64 = row[0]
            late[UInt64(id & 0xFFFF_FFFF)] = RecordedOutcome(
                duration: UInt64(bitPattern: row[1] as Int64), rows: UInt64(bitPattern: row[2] as Int64),
                bytes: UInt64(bitPattern: row[3] as Int64), completed: UInt32(clamping: row[4] as Int64), sqlstate: row[5])
        }
        return late
    }

    private func read(block: UnsafeRawBufferPointer, id: Int64, _ give: (RecordedMessage, Bool) throws -> Void) throws {
        var reader = BlockReader(block)
        while let message = reader.next() {
            let isBound = message.kind == RowKind.boundExecute
            guard let kind = isBound ? .execute : MessageKind(rawValue: message.kind),
                let effect = DecisionRecord.Effect(rawValue: message.effect)
            else { throw RecordingError.damaged(path: Schema.fileName, offset: Int(id)) }
            try give(try recorded(message, kind, effect), isBound)
        }
        if reader.isDamaged { throw RecordingError.damaged(path: Schema.fileName, offset: Int(id)) }
    }

    private func recorded(_ message: BlockMessage, _ kind: MessageKind, _ effect: DecisionRecord.Effect) throws -> RecordedMessage {
        let state = message.state
        let program = names.program(state.program)
        let maskSet = names.maskSet(program: program.key, state.masks)
        return RecordedMessage(
            sequence: state.sequence, at: state.moment, kind: kind,
            text: try message.sharedText.map(text) ?? Array(message.text), name: String(decoding: message.name, as: UTF8.self),
            portal: String(decoding: message.portal, as: UTF8.self), parameters: Array(message.parameters), effect: effect,
            rule: program.rule(state.rule), programRevision: program.revision, masks: state.masks, maskRules: maskSet.names,
            maskDetails: maskSet.details, fingerprint: state.fingerprint,
            circumstances: RecordedCircumstances(
                lexical: state.lexical, inTransaction: Ternary(rawValue: state.inTransaction) ?? .unknown),
            outcome: message.outcome.map {
                RecordedOutcome(
                    duration: $0.duration, rows: $0.rows, bytes: $0.bytes, completed: $0.completed,
                    sqlstate: $0.sqlstate.map { String(decoding: $0, as: UTF8.self) })
            })
    }

    private func text(_ number: Int64) throws -> [UInt8] {
        if lastText.number == number { return lastText.bytes }
        guard let bytes = try Data.fetchOne(sharedText, arguments: [number]) else {
            throw RecordingError.damaged(path: Schema.fileName, offset: Int(number))
        }
        lastText = (number, Array(bytes))
        return lastText.bytes
    }

    /// The Bind that was kept within its Execute.
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
}
