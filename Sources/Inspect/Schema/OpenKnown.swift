// What the accesses found set going besides, by the schema: views their queries, calls their bodies, writes their triggers.

import Machine

extension SQLReader {
    /// Adds what the statement's accesses, operators and types set going, and what that sets going in turn.
    func openKnown(tokens range: Range<Int>) throws(Misread) {
        guard let schema else { return }
        versions.removeAll()
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
                while versions.count < findings.accesses.count { versions.append((1, 0)) }
                // Each is opened again only when it was found to use more than when it was opened last.
                if versions[index].now != versions[index].opened {
                    versions[index].opened = versions[index].now
                    try open(index, schema)
                    changed = true
                }
                index += 1
            }
        }
    }

    /// Operators that are the schema's, and types that functions make values of, wherever they are named.
    func openWords(_ range: Range<Int>, _ schema: KnownSchema) throws(Misread) {
        for index in range {
            let token = tokens[index]
            if token.kind == .mark {
                let bytes = slice(token)
                let number = schema.operator(KnownSchema.Asked(bytes: bytes, hash: NameHash.wide(bytes)))
                if number >= 0 { try openCalls(schema.record.operators[Int(number)].opened, schema) }
            } else if token.isName {
                let number = schema.type(asked(try symbol(of: token)))
                if number >= 0 { try openCalls(schema.record.types[Int(number)].opened, schema) }
            }
        }
    }

    private func openCalls(_ opened: [OpenedRecord], _ schema: KnownSchema) throws(Misread) {
        for item in opened { try add(item, opener: Findings.statementItself, schema, uses: []) }
    }

    private func open(_ index: Int, _ schema: KnownSchema) throws(Misread) {
        let found = findings.accesses[index]
        switch (found.verb, found.objectClass) {
        case (.call, .function):
            let number = schema.routine(schema: asked(found.schema), name: asked(found.name))
            guard number >= 0 else { return }
            for item in schema.record.routines[Int(number)].opened {
                try add(item, opener: Int32(index), schema, uses: [])
            }
        case (.select, _), (.insert, _), (.update, _), (.delete, _), (.truncate, _), (.lock, _),
            (.maintain, _):
            let number = schema.relation(schema: asked(found.schema), name: asked(found.name))
            guard number >= 0, schema.opens(number, found.verb) else { return }
            let uses = usesByPosition(found, number, schema)
            for item in schema.record.relations[Int(number)].opened where item.when.contains(found.verb) {
                try add(item, opener: Int32(index), schema, uses: uses)
            }
        default: return
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

    /// One access that another sets going, with the columns that it uses.
    private func add(_ item: OpenedRecord, opener: Int32, _ schema: KnownSchema, uses: [ColumnUses]) throws(Misread) {
        if item.verb == .update, !item.columns.isEmpty, !writesAny(item, uses) { return }
        let source = opener >= 0 ? findings.accesses[Int(opener)] : nil
        let access = findings.access(
            item.verb ?? source?.verb ?? .unknown, item.objectClass, schema: symbol(ofKnown: item.schema, schema),
            name: symbol(ofKnown: item.name, schema), start: source?.start ?? 0, end: source?.end ?? 0, opener: opener)
        if findings.accesses.count > InspectLimits.accesses { throw .tooManyAccesses }
        while versions.count < findings.accesses.count { versions.append((1, 0)) }
        for column in item.columns {
            let added: ColumnUses
            if let position = column.position {
                if uses[Int(position)].isEmpty { continue }
                added = Self.passedOn(uses[Int(position)], as: column.uses, by: item.verb)
                if added.isEmpty { continue }
            } else {
                added = column.uses
            }
            if !mayStep(1) { throw .tooManyNames }
            if use(column.name, of: access, for: added, schema) { versions[access].now += 1 }
        }
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
