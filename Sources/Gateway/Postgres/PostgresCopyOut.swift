// COPY … TO STDOUT under masks: which columns it sends, and its data rewritten.

import Foundation
import Machine
import Mask
import NIOCore

/// The query whose columns a COPY sends: a part of its text, with words of the gateway's own before it.
struct PostgresCopyQuery {
    var prefix: [UInt8] = []
    var range: Range<Int>
}

/// How the data of one COPY is to be masked.
final class PostgresCopyPlan {
    var layout: CopyLayout
    /// One for each column; nil until the swallowed Describe of its query has come.
    var rules: PostgresRules?
    /// The backend would not describe it: inside a transaction that is its error, and the COPY's own only says that there was one.
    var failure: PostgresErrorFields?

    init(layout: CopyLayout, rules: PostgresRules?) {
        self.layout = layout
        self.rules = rules
    }

    /// What to do about a COPY under masks.
    enum Resolution {
        case plan(PostgresCopyPlan)
        /// The columns are those of this query: ask the backend to describe it first.
        case describe(PostgresCopyPlan, PostgresCopyQuery)
        /// The catalogue does not know the table: load it again, once; then ask the backend.
        case unknownTable(PostgresCopyPlan, PostgresCopyQuery?)
        case refuse(String)
    }

    /// Resolves the only COPY of a message.
    static func resolve(_ found: Inspection, masking: PostgresMasking) -> Resolution {
        guard found.statements.count == 1 else {
            return .refuse("COPY TO STDOUT is let through only as the one statement of its message where masks apply")
        }
        let statement = found.statements[0]
        guard let layout = layout(of: statement, in: found) else {
            return .refuse("the options of this COPY are not understood, and masks apply")
        }
        if statement.copyQuery.count > 0 {
            let start = Int(statement.copyQuery.offset)
            let query = PostgresCopyQuery(range: start..<start + Int(statement.copyQuery.count))
            return .describe(PostgresCopyPlan(layout: layout, rules: nil), query)
        }
        let accesses = (0..<Int(statement.accessCount)).map { found.accesses[Int(statement.firstAccess) + $0] }
        let asked = PostgresCopyPlan(layout: layout, rules: nil)
        let query = query(statement, accesses, in: found)
        if accesses.count > 1, let query { return .describe(asked, query) }
        guard accesses.count == 1, accesses[0].verb == .select else {
            return .refuse("the table of this COPY cannot be told for certain, and masks apply: write its schema")
        }
        let schema = found.string(accesses[0].schema)
        let name = found.string(accesses[0].name)
        guard let relation = masking.catalogue?.relation(schema: schema, name: name) else { return .unknownTable(asked, query) }
        var columns: [PostgresCatalogue.Column] = []
        if statement.copyColumnCount == 0 {
            columns = relation.columns.filter { !$0.isGenerated }
        } else {
            for index in 0..<Int(statement.copyColumnCount) {
                let wanted = found.string(found.names[Int(statement.firstCopyColumn) + index])
                guard let column = relation.columns.first(where: { $0.name == wanted }) else {
                    return .unknownTable(asked, query)
                }
                columns.append(column)
            }
        }
        let format = layout.format == .binary ? 1 : 0
        let rules = columns.map {
            masking.rule(
                PostgresColumn(table: relation.oid, number: $0.number, type: $0.typeOID, format: format), readsMasked: true)
        }
        return .plan(PostgresCopyPlan(layout: layout, rules: PostgresRules(rules)))
    }

    /// Where a name may be of several schemas, or its table is not known, the backend is asked: it looks it up for a SELECT as for a COPY.
    /// A table with generated columns, which only a SELECT shows, is withheld then.
    private static func query(_ statement: Statement, _ accesses: [Access], in found: Inspection) -> PostgresCopyQuery? {
        guard let source = accesses.first?.source else { return nil }
        let isOneName = accesses.allSatisfy { $0.verb == .select && $0.source == source && $0.through == 0 }
        guard isOneName, source.count > 0 else { return nil }
        let columns = (0..<Int(statement.copyColumnCount)).map { index in
            let name = found.string(found.names[Int(statement.firstCopyColumn) + index])
            return "\"" + name.replacingOccurrences(of: "\"", with: "\"\"") + "\""
        }
        let prefix = "SELECT " + (columns.isEmpty ? "*" : columns.joined(separator: ", ")) + " FROM "
        let start = Int(source.offset)
        return PostgresCopyQuery(prefix: Array(prefix.utf8), range: start..<start + Int(source.count))
    }

    private static func layout(of statement: Statement, in found: Inspection) -> CopyLayout? {
        let null = statement.copyHasNull ? Array(found.bytes(statement.copyNull)) : nil
        switch statement.copyFormat {
        case .binary: return .binary
        case .text:
            return try? .text(
                delimiter: statement.copyDelimiter == 0 ? 9 : statement.copyDelimiter, null: null ?? [0x5C, 0x4E],
                hasHeader: statement.copyHeader)
        case .csv:
            return try? .csv(
                delimiter: statement.copyDelimiter == 0 ? 0x2C : statement.copyDelimiter,
                quote: statement.copyQuote == 0 ? 0x22 : statement.copyQuote,
                escape: statement.copyEscape == 0 ? nil : statement.copyEscape, null: null ?? [], hasHeader: statement.copyHeader)
        }
    }

    /// The rules for a COPY that sends `columns` columns: when the description did not say the same, everything is withheld.
    func rules(columns: Int) -> [CellRule] {
        let format: WireFormat = layout.format == .binary ? .binary : .text
        guard let rules, rules.cells.count == columns else {
            return Array(repeating: CellRule(.whole, scansValues: false, type: .other, format: format), count: columns)
        }
        return rules.cells.map {
            CellRule($0.treatment, scansValues: $0.scansValues, type: $0.type, format: format, context: $0.context)
        }
    }
}

/// The data of one COPY, as it streams.
final class PostgresCopyOut {
    private var masker: CopyMasker?
    private let output = MaskOutput()
    private static let keptBytes = 256 * 1024

    init(_ cells: CellMasker, plan: PostgresCopyPlan, columns: Int) throws(MaskError) {
        masker = try CopyMasker(cells, layout: plan.layout, rules: plan.rules(columns: columns))
    }

    /// Masks a piece of a CopyData's body and writes what is to be sent for it as one CopyData, or nothing.
    func mask(_ piece: UnsafeRawBufferPointer, to out: inout PostgresOutlet) throws(MaskError) {
        output.removeAll(keepingAtMost: Self.keptBytes)
        try masker?.mask(piece, into: output)
        guard !output.isEmpty else { return }
        out.append { buffer in
            PostgresCodec.message(PostgresBackend.copyData.rawValue, to: &buffer) { _ = $0.writeBytes(output.bytes) }
        }
    }

    /// CopyDone has come.
    func finish() throws(MaskError) {
        if let masker = masker.take() { try masker.finish() }
    }
}
