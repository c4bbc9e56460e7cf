// The verifier's checks of schemas: whatever they say, an inspector can follow it within its bounds.

struct SchemaChecks {
    let program: Program
    private let check: IndexChecks

    init(_ program: Program) {
        self.program = program
        check = IndexChecks(program: program)
    }

    func verify() throws(ProgramError) {
        var described: Set<UInt32> = []
        for (index, schema) in program.schemas.enumerated() {
            try check.ascending(schema.resources, below: program.resources.count, .schemas, index)
            guard !schema.resources.isEmpty else { throw ProgramError(.looseSchema, .schemas, index) }
            for resource in schema.resources {
                guard described.insert(resource).inserted else {
                    throw ProgramError(.duplicateName, .schemas, index)
                }
                let kind = program.resources[Int(resource)].kind
                guard kind == .postgres || kind == .mysql else {
                    throw ProgramError(.searchPathNotSQL, .schemas, index)
                }
            }
            try self.schema(schema, index)
        }
    }

    private func schema(_ schema: SchemaRecord, _ index: Int) throws(ProgramError) {
        let lists = [
            schema.relations.count, schema.routines.count, schema.operators.count, schema.types.count,
        ]
        guard lists.allSatisfy({ $0 <= ProgramLimits.relations }) else {
            throw ProgramError(.tooMany, .schemas, index)
        }
        var last: (String, String)?
        for relation in schema.relations {
            try name(relation.schema, relation.name, after: &last, hasSchema: true, index)
            guard relation.columns.count <= ProgramLimits.columns else {
                throw ProgramError(.tooMany, .schemas, index)
            }
            var seen: Set<Symbol> = []
            for column in relation.columns {
                try check.name(column, .schemas, index)
                guard seen.insert(column).inserted else {
                    throw ProgramError(.duplicateName, .schemas, index)
                }
            }
            try opened(relation.opened, positions: relation.columns.count, index)
        }
        for (list, hasSchema) in [
            (schema.routines, true), (schema.operators, false), (schema.types, false),
        ] {
            last = nil
            for opening in list {
                try name(opening.schema, opening.name, after: &last, hasSchema: hasSchema, index)
                try opened(opening.opened, positions: 0, index)
            }
        }
    }

    /// Names are there, whole and in order, so that each is there once.
    private func name(
        _ schema: Symbol, _ name: Symbol, after last: inout (String, String)?, hasSchema: Bool,
        _ index: Int
    ) throws(ProgramError) {
        try check.symbol(schema, .schemas, index)
        try check.name(name, .schemas, index)
        guard hasSchema == (schema != 0) else { throw ProgramError(.badName, .schemas, index) }
        let this = (program.symbols[Int(schema)], program.symbols[Int(name)])
        if let last, !SchemaOrder.precedes(last, this) {
            throw ProgramError(.notSorted, .schemas, index)
        }
        last = this
    }

    private func opened(_ list: [OpenedRecord], positions: Int, _ index: Int) throws(ProgramError) {
        guard list.count <= ProgramLimits.opened else { throw ProgramError(.tooMany, .schemas, index) }
        for opened in list {
            guard !opened.when.isEmpty, opened.when.isSubset(of: .all) else {
                throw ProgramError(.emptyVerbs, .schemas, index)
            }
            guard opened.verb != .unknown else { throw ProgramError(.emptyVerbs, .schemas, index) }
            try check.symbol(opened.schema, .schemas, index)
            try check.name(opened.name, .schemas, index)
            guard opened.columns.count <= ProgramLimits.openedColumns else {
                throw ProgramError(.tooMany, .schemas, index)
            }
            guard opened.columns.isEmpty || opened.objectClass == .table else {
                throw ProgramError(.columnsOnOther, .schemas, index)
            }
            var last: UInt16 = 0
            for column in opened.columns {
                try check.symbol(column.name, .schemas, index)
                guard !column.uses.isEmpty, column.uses.isSubset(of: .known) else {
                    throw ProgramError(.badFlag, .schemas, index)
                }
                guard let position = column.position else { continue }
                guard Int(position) < positions else {
                    throw ProgramError(.indexOutOfRange, .schemas, index)
                }
                guard position >= last else { throw ProgramError(.notSorted, .schemas, index) }
                last = position
            }
        }
    }
}

/// The order of names in a schema.
public enum SchemaOrder {
    public static func precedes(_ a: (String, String), _ b: (String, String)) -> Bool {
        if a.0 != b.0 { return a.0.utf8.lexicographicallyPrecedes(b.0.utf8) }
        return a.1.utf8.lexicographicallyPrecedes(b.1.utf8)
    }
}

extension ColumnUses {
    /// Every bit that means something.
    static let known: ColumnUses = [.output, .computed, .filter, .write, .stored]
}
