// Large objects under masks: libpq and pgjdbc reach them by FunctionCall (PostgreSQL manual, section 35.3).

import Mask
import NIOCore

enum PostgresLargeObjects {
    /// What answers with a number that says nothing of what is stored.
    private static let numbering: Set<String> = [
        "lo_open", "lo_close", "lo_creat", "lo_create", "lo_lseek", "lo_lseek64", "lo_tell", "lo_tell64", "lo_truncate", "lo_truncate64",
        "lo_unlink", "lowrite",
    ]
    /// `bytea` (src/include/catalog/pg_type.dat).
    private static let bytea: UInt32 = 17

    /// How the answer of a FunctionCall is masked; nil when it cannot be: it has no origin, and a type for these functions only.
    /// - Parameter body: of the message, which ends with the format that is asked for.
    static func rules(_ function: PostgresCatalogue.Function, _ plan: MaskPlan, _ body: UnsafeRawBufferPointer) -> PostgresRules? {
        guard function.schema == "pg_catalog" else { return nil }
        if numbering.contains(function.name) { return PostgresRules([]) }
        // Nothing tells whether a masked column was once stored there.
        guard function.name == "loread", plan.columns.isEmpty, body.count >= 2, body[body.count - 2] == 0,
            let format = WireFormat(rawValue: Int16(body[body.count - 1]))
        else { return nil }
        return PostgresRules([CellRule(.pass, scansValues: plan.scansValues, typeOID: bytea, format: format, context: .none)])
    }
}

extension PostgresSession {
    /// The answer of a FunctionCall.
    func functionResult(_ message: PostgresBackendMessage) {
        guard let statement = expectations.first?.statement, let plan = statement.plan, let rules = statement.rules, !rules.isPass else {
            return toClient.pass(message.range)
        }
        // One cell, as a row of one column has it.
        var row = ByteBuffer()
        row.writeInteger(UInt16(1))
        row.writeBytes(message.body)
        maskedRow.removeAll(keepingAtMost: 256 * 1024)
        do {
            let outcome = try row.withUnsafeReadableBytes {
                try DataRowMasker(masking(for: plan).masker).mask($0, rules: rules.cells, into: maskedRow)
            }
            guard outcome == .rewritten else { return toClient.pass(message.range) }
            toClient.append { buffer in
                PostgresCodec.message(PostgresBackend.functionCallResponse.rawValue, to: &buffer) {
                    _ = $0.writeBytes(UnsafeRawBufferPointer(rebasing: maskedRow.bytes[2...]))
                }
            }
        } catch {
            fail(PostgresFault(.internalError, "this result cannot be masked", reason: "\(error)"))
        }
    }
}
