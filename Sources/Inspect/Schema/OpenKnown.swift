// What the accesses found set going besides, by the schema: views their queries, calls their bodies, writes their triggers.

import Machine

extension SQLReader {
    /// Adds what the statement's accesses, operators and types set going, and what that sets going in turn.
    func openKnown(tokens range: Range<Int>) throws(Misread) {
        guard let schema else { return }
        if !schema.record.operators.isEmpty || !schema.record.types.isEmpty {
            try openWords(range, schema)
        }
        var rounds = 0
        var changed = true
        while changed {
            rounds += 1
            if rounds > InspectLimits.openingRounds { throw .tooDeep }
            changed = false
            var index = 0
            while index < findings.accesses.count {
                if try open(index, schema) { changed = true }
                index += 1
            }
        }
    }

    /// Operators that are the schema's, and types that functions make values of, wherever they are named.
    private func openWords(_ range: Range<Int>, _ schema: KnownSchema) throws(Misread) {
        for index in range {
            let token = tokens[index]
            if token.kind == .mark {
                let bytes = slice(token)
                let number = schema.operator(KnownSchema.Asked(bytes: bytes, hash: NameHash.of(bytes)))
                if number >= 0 { try openCalls(schema.record.operators[Int(number)].opened, schema) }
            } else if token.isName {
                let number = schema.type(asked(try symbol(of: token)))
                if number >= 0 { try openCalls(schema.record.types[Int(number)].opened, schema) }
            }
        }
    }

    private func openCalls(_ opened: [OpenedRecord], _ schema: KnownSchema) throws(Misread) {
        for item in opened { _ = try add(item, opener: Findings.statementItself, schema, uses: []) }
    }

    /// True when something was added.
    private func open(_ index: Int, _ schema: KnownSchema) throws(Misread) -> Bool {
        let found = findings.accesses[index]
        switch (found.verb, found.objectClass) {
        case (.call, .function):
            let number = schema.routine(schema: asked(found.schema), name: asked(found.name))
            guard number >= 0 else { return false }
            var changed = false
            for item in schema.record.routines[Int(number)].opened {
                if try add(item, opener: Int32(index), schema, uses: []) { changed = true }
            }
            return changed
        case (.select, _), (.insert, _), (.update, _), (.delete, _), (.truncate, _), (.lock, _),
            (.maintain, _):
            let number = schema.relation(schema: asked(found.schema), name: asked(found.name))
            guard number >= 0, schema.opens(number, found.verb) else { return false }
            let uses = usesByPosition(found, number, schema)
            var changed = false
            for item in schema.record.relations[Int(number)].opened where item.when.contains(found.verb) {
                if try add(item, opener: Int32(index), schema, uses: uses) { changed = true }
            }
            return changed
        default: return false
        }
    }

    /// How an access uses its relation's columns. A name that the relation lacks may be any of them.
    private func usesByPosition(
        _ found: Findings.FoundAccess, _ relation: Int32, _ schema: KnownSchema
    ) -> [ColumnUses] {
        var uses = [ColumnUses](repeating: [], count: schema.columns(of: relation).count)
        func add(_ more: ColumnUses, at position: Int32) {
            let more = more.isEmpty ? .filter : more
            if position >= 0 { return uses[Int(position)].formUnion(more) }
            for index in uses.indices { uses[index].formUnion(more) }
        }
        if found.everyColumn { add(found.everyUses, at: -1) }
        // REFRESH reads all that its query does.
        if found.verb == .maintain, schema.record.relations[Int(relation)].kind == .materialized { add(.filter, at: -1) }
        var next = found.firstColumn
        while next >= 0 {
            let column = findings.columns[Int(next)]
            add(column.uses, at: schema.column(asked(column.name), of: relation))
            next = column.next
        }
        return uses
    }

    /// One access that another sets going; true when it, or a use of a column, is new.
    private func add(
        _ item: OpenedRecord, opener: Int32, _ schema: KnownSchema, uses: [ColumnUses]
    ) throws(Misread) -> Bool {
        if item.verb == .update, !item.columns.isEmpty, !writesAny(item, uses) { return false }
        let source = opener >= 0 ? findings.accesses[Int(opener)] : nil
        let count = findings.accesses.count
        if count >= InspectLimits.accesses { throw .tooManyAccesses }
        let access = findings.access(
            item.verb ?? source?.verb ?? .unknown, item.objectClass,
            schema: symbol(ofKnown: item.schema, schema),
            name: symbol(ofKnown: item.name, schema), start: source?.start ?? 0, end: source?.end ?? 0,
            opener: opener)
        var changed = findings.accesses.count > count
        if !mayStep(item.columns.count) { throw .tooManyNames }
        for column in item.columns {
            let added: ColumnUses
            if let position = column.position {
                added = Self.passedOn(uses[Int(position)], as: column.uses, by: item.verb)
                if added.isEmpty { continue }
            } else {
                added = column.uses
            }
            if use(column.name, of: access, for: added, schema) { changed = true }
        }
        return changed
    }

    /// Whether a column is written whose writing writes one here; true of what is written in any case.
    private func writesAny(_ item: OpenedRecord, _ uses: [ColumnUses]) -> Bool {
        item.columns.contains { column in
            guard let position = column.position else { return true }
            return uses[Int(position)].contains(.write)
        }
    }

    /// What a use of a view's column means for a column that feeds it.
    private static func passedOn(_ uses: ColumnUses, as kind: ColumnUses, by verb: Verb?)
        -> ColumnUses
    {
        guard let verb else { return uses }
        if verb != .select { return uses.intersection(kind) }
        let read = uses.subtracting(.write)
        return kind.contains(.output) ? read : read.insideExpression
    }

    private func use(_ column: UInt32, of access: Int, for uses: ColumnUses, _ schema: KnownSchema)
        -> Bool
    {
        if column == 0 {
            let found = findings.accesses[access]
            if found.everyColumn, found.everyUses.isSuperset(of: uses) { return false }
            findings.accesses[access].everyColumn = true
            findings.accesses[access].everyUses.formUnion(uses)
            return true
        }
        let count = findings.columns.count
        let index = findings.column(symbol(ofKnown: column, schema), of: access)
        if findings.columns.count == count, findings.columns[index].uses.isSuperset(of: uses) {
            return false
        }
        findings.columns[index].uses.formUnion(uses)
        return true
    }
}
