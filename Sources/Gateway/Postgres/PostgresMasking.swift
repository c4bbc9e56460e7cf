// Joins masks and catalogue: what is to be done with the cells of each result column, and what a statement exposes.

import Decision
import Machine
import Mask

/// What a statement may bring to light beside its plain output columns.
struct PostgresExposure: Hashable {
    /// It reads a masked column, or may: an output column without origin is withheld.
    var readsMasked = false
    /// It touches a relation with a masked column: errors may quote its rows.
    var touchesMasked = false
    /// It stores what it reads of a masked column where no mask applies.
    var storesMasked = false
    /// It stores what code returns that is not seen.
    var storesUnseen = false
    /// It runs code that is not seen here: any text that comes back may carry any value.
    var runsCode = false

    /// What is said of code that cannot be seen.
    mutating func joinEverything() {
        readsMasked = true
        touchesMasked = true
        runsCode = true
    }
}

/// The rules for one result's columns.
final class PostgresRules: Sendable {
    let cells: [CellRule]
    /// No cell is touched: rows go through as they come.
    let isPass: Bool
    init(_ cells: [CellRule]) {
        self.cells = cells
        isPass = cells.allSatisfy(\.isPass)
    }
}

/// A column as RowDescription tells it (PostgreSQL manual, section 55.7).
struct PostgresColumn: Equatable {
    var table: UInt32
    var number: Int
    var type: UInt32
    var format: Int

    /// The columns of a RowDescription's body; nil when it is malformed.
    static func read(_ body: UnsafeRawBufferPointer) -> [PostgresColumn]? {
        var reader = PostgresReader(body)
        guard let count = reader.int16(), count >= 0, count <= PostgresLimits.columns else { return nil }
        var columns: [PostgresColumn] = []
        columns.reserveCapacity(count)
        for _ in 0..<count {
            guard reader.text() != nil, let table = reader.uint32(), let number = reader.int16(), let type = reader.uint32(),
                reader.bytes(6) != nil, let format = reader.int16()
            else { return nil }
            columns.append(PostgresColumn(table: table, number: number, type: type, format: format))
        }
        return reader.isAtEnd ? columns : nil
    }
}

/// What one RowDescription means under one plan and one catalogue.
final class PostgresDescription {
    fileprivate let body: [UInt8]
    fileprivate let readsMasked: Bool
    /// A table or column in it is not in the catalogue: that can be loaded again before the rules are used.
    let hasUnknownTable: Bool
    let rules: PostgresRules

    fileprivate init(body: [UInt8], readsMasked: Bool, hasUnknownTable: Bool, rules: PostgresRules) {
        self.body = body
        self.readsMasked = readsMasked
        self.hasUnknownTable = hasUnknownTable
        self.rules = rules
    }
}

/// Masks of one plan over one catalogue. Remembers what it has worked out; both are immutable, so it never becomes wrong.
final class PostgresMasking {
    /// Views of views of views … past this are withheld.
    static let depthLimit = 32
    private static let rememberedDescriptions = 16

    let plan: MaskPlan
    let catalogue: PostgresCatalogue?
    let masker: CellMasker
    private var treatments: [PostgresCatalogue.Origin: ColumnTreatment] = [:]
    private var recent: [PostgresDescription] = []
    /// By a hash of schema and name.
    var touchedRelations: [UInt64: PostgresTouchedRelation] = [:]
    /// By `Inspection.origin`.
    var exposures: [(origin: UInt64, exposure: PostgresExposure)] = []
    /// What is kept about messages that have nothing but these masks and an exposure; nothing of it is changed by an answer.
    private var plainStatements: [PostgresExposure: PostgresStatement] = [:]
    private var lastPlain: PostgresStatement?

    init(plan: MaskPlan, catalogue: PostgresCatalogue?) {
        self.plan = plan
        self.catalogue = catalogue
        masker = CellMasker(plan: plan)
    }

    /// What is kept about a Query that does nothing but read rows under these masks: one for all of them.
    func plainStatement(_ exposure: PostgresExposure) -> PostgresStatement {
        if let lastPlain, lastPlain.exposure == exposure { return lastPlain }
        let plain = plainStatements[exposure] ?? PostgresStatement()
        plain.plan = plan
        plain.exposure = exposure
        plainStatements[exposure] = plain
        lastPlain = plain
        return plain
    }

    /// What a RowDescription means, or nil when it is malformed.
    func description(_ body: UnsafeRawBufferPointer, readsMasked: Bool) -> PostgresDescription? {
        for known in recent where known.readsMasked == readsMasked && PostgresNameSet.equal(known.body, body) { return known }
        guard let columns = PostgresColumn.read(body) else { return nil }
        let made = PostgresDescription(
            body: Array(body), readsMasked: readsMasked, hasUnknownTable: !plan.columns.isEmpty && columns.contains(where: isUnknown),
            rules: PostgresRules(columns.map { rule($0, readsMasked: readsMasked) }))
        if recent.count >= Self.rememberedDescriptions { recent.removeFirst() }
        recent.append(made)
        return made
    }

    /// Whether a column's table is not in the catalogue, or was changed since.
    private func isUnknown(_ column: PostgresColumn) -> Bool {
        guard column.table != 0 else { return false }
        guard let relation = catalogue?.relation(column.table) else { return true }
        return column.number > 0 && relation.column(column.number) == nil
    }

    func rule(_ column: PostgresColumn, readsMasked: Bool) -> CellRule {
        // A format that is neither text nor binary does not exist: nothing may be read by it.
        guard let format = WireFormat(rawValue: Int16(truncatingIfNeeded: column.format)) else {
            return CellRule(.whole, scansValues: false, type: .other, format: .binary)
        }
        let treatment: ColumnTreatment =
            if plan.columns.isEmpty {
                .pass
            } else if column.table == 0 {
                readsMasked ? .whole : .pass
            } else {
                treatment(of: column.table, column: column.number)
            }
        return CellRule(
            treatment, scansValues: plan.scansValues, typeOID: column.type, format: format, context: context(of: column))
    }

    /// What the name of the column in its table says. An alias says nothing, and neither does a view, which may be anyone's.
    private func context(of column: PostgresColumn) -> ColumnContext {
        guard plan.scansValues, column.table != 0, let relation = catalogue?.relation(column.table), !relation.isView,
            let origin = relation.column(column.number)
        else { return .none }
        return ColumnContext(column: origin.name, table: relation.name, plan: plan)
    }

    /// What becomes of a column of a relation. Whatever is not known is withheld.
    func treatment(of relation: UInt32, column: Int) -> ColumnTreatment {
        treatment(PostgresCatalogue.Origin(relation: relation, column: column), depth: 0)
    }

    private func treatment(_ origin: PostgresCatalogue.Origin, depth: Int) -> ColumnTreatment {
        if let known = treatments[origin] { return known }
        guard depth < Self.depthLimit, let relation = catalogue?.relation(origin.relation) else { return .whole }
        let found = treatment(of: origin.column, in: relation, depth: depth)
        treatments[origin] = found
        return found
    }

    private func treatment(of number: Int, in relation: PostgresCatalogue.Relation, depth: Int) -> ColumnTreatment {
        if number < 0 { return .pass }
        if number == 0 {
            // The whole row as one value.
            let hides = relation.columns.contains {
                treatment(.init(relation: relation.oid, column: $0.number), depth: depth + 1) != .pass
            }
            return hides || relation.columns.isEmpty ? .whole : .pass
        }
        guard let column = relation.column(number) else { return .whole }
        if PostgresSideDoors.shows(relation: relation.name, column: column.name) { return .whole }
        var joined: MaskTransform?
        for relative in catalogue?.family(of: relation.oid) ?? [] {
            guard let transform = plan.transform(schema: relative.schema, table: relative.name, column: column.name) else { continue }
            joined = joined.map { MaskTransform.joined($0, transform) } ?? transform
        }
        let own: ColumnTreatment = joined.map { .transform($0) } ?? .pass
        return relation.isView ? Self.stricter(own, viewed(number, in: relation, depth: depth)) : own
    }

    /// What a view's column inherits from what it shows.
    private func viewed(_ number: Int, in view: PostgresCatalogue.Relation, depth: Int) -> ColumnTreatment {
        if let origins = view.origins, number <= origins.count, let origin = origins[number - 1] {
            return treatment(origin, depth: depth + 1)
        }
        let isSystem = view.schema == "pg_catalog" || view.schema == "information_schema"
        if view.runsCode { return .whole }
        if view.origins == nil, view.dependencies.isEmpty { return isSystem ? .pass : .whole }
        let hides = view.dependencies.contains { treatment($0, depth: depth + 1) != .pass }
        return hides ? .whole : .pass
    }

    static func stricter(_ a: ColumnTreatment, _ b: ColumnTreatment) -> ColumnTreatment {
        switch (a, b) {
        case (.whole, _), (_, .whole): .whole
        case (.pass, let other), (let other, .pass): other
        case (.transform(let first), .transform(let second)): .transform(MaskTransform.joined(first, second))
        }
    }
}
