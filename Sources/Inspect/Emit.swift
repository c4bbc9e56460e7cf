// From what the reader found to the `Inspection`: accesses, columns, functions and the statement's facts.

import Machine

extension SQLReader {
    /// A message that is not even tokens: one statement, unknown.
    func emitUnreadMessage(_ failure: Misread, bytes: Int, into inspection: Inspection) {
        clearStatement()
        statement.text = TextRef(offset: 0, count: UInt32(truncatingIfNeeded: bytes))
        emitStatement(failure, into: inspection)
    }

    /// The statement whose tokens these are.
    func emit(tokens range: Range<Int>, failure: Misread?, into inspection: Inspection) {
        let start = tokens[range.lowerBound].start
        let end = range.isEmpty ? start : tokens[range.upperBound - 1].end
        statement.text = TextRef(offset: start, count: end - start)
        if failure == nil || failure == .searchPath {
            statement.fingerprint = fingerprint(range)
            let elsewhere = statement.nameEffect == .execute || statement.nameEffect == .fetch
            // EXECUTE and FETCH do what another statement said.
            statement.whereShape = elsewhere ? nil : weakestShape ?? WhereShape.none
            if elsewhere { readsQueryLimit = true }
            if statement.hasLimit == .unknown, statement.limit == nil, kindHasNoLimit { statement.hasLimit = .no }
        }
        emitStatement(failure, into: inspection)
    }

    /// Only queries have LIMIT; `hasLimit` starts as unknown and is settled by the reader of queries.
    private var kindHasNoLimit: Bool { !readsQueryLimit }

    private func emitStatement(_ failure: Misread?, into inspection: Inspection) {
        let number = UInt16(truncatingIfNeeded: inspection.statements.count)
        statement.firstAccess = UInt32(inspection.accesses.count)
        for index in 0..<findings.accesses.count { emitAccess(index, number, into: inspection) }
        if let failure {
            // Only what names mean is not known: all else was read.
            if failure != .searchPath {
                statement.mayChangeLexicalState = true
                // What is not read may set the path.
                if failure != .manyTables { pathChange = .unknown }
                statement.returnsRows = true
                statement.hasLimit = .unknown
                statement.limit = nil
            }
            inspection.append(
                Access(
                    verb: .unknown, objectClass: .any, statement: number, name: inspection.intern(failure.reason),
                    source: statement.text))
            if !failure.keepsKind { kind = "unknown" }
        }
        statement.accessCount = UInt32(inspection.accesses.count) - statement.firstAccess
        statement.kind = inspection.intern(kind)
        statement.firstFunction = UInt32(inspection.names.count)
        for index in 0..<findings.functions.count { emitFunction(findings.functions[index], into: inspection) }
        statement.functionCount = UInt32(inspection.names.count) - statement.firstFunction
        statement.effectName = text(effectName, in: inspection)
        statement.pathChange = pathChange
        statement.firstPathName = UInt32(inspection.names.count)
        for index in 0..<listedPath.count { inspection.append(name: text(listedPath[index], in: inspection)) }
        statement.pathNameCount = UInt32(listedPath.count)
        statement.copyNull = text(copyNull, in: inspection)
        statement.firstCopyColumn = UInt32(inspection.names.count)
        for index in 0..<copyColumns.count { inspection.append(name: text(copyColumns[index], in: inspection)) }
        statement.copyColumnCount = UInt32(copyColumns.count)
        inspection.append(statement)
    }

    private func emitAccess(_ index: Int, _ number: UInt16, into inspection: Inspection) {
        let found = findings.accesses[index]
        var access = Access(
            verb: found.verb, objectClass: found.objectClass, statement: number, schema: text(found.schema, in: inspection),
            name: text(found.name, in: inspection),
            source: TextRef(offset: found.start, count: found.end > found.start ? found.end - found.start : 0))
        access.everyColumn = found.everyColumn
        if found.opener != Findings.none {
            access.through = found.opener < 0 ? Access.throughStatement : UInt16(truncatingIfNeeded: index - Int(found.opener))
        }
        access.everyColumnUses = found.everyColumn && found.everyUses.isEmpty ? .filter : found.everyUses
        access.firstColumn = UInt32(truncatingIfNeeded: inspection.columns.count)
        var next = found.firstColumn
        while next >= 0 {
            let column = findings.columns[Int(next)]
            // Read, and then not used by the query around: whether it is read may still show in the rows.
            let uses = column.uses.isEmpty ? .filter : column.uses
            inspection.append(
                placedColumn: ColumnUse(name: text(column.name, in: inspection), uses: uses))
            next = column.next
        }
        access.columnCount = UInt32(truncatingIfNeeded: inspection.columns.count) - access.firstColumn
        inspection.append(placed: access)
    }

    private func emitFunction(_ found: Findings.FoundFunction, into inspection: Inspection) {
        guard !found.schema.isNone else { return inspection.append(name: text(found.name, in: inspection)) }
        scratch.removeAll()
        for byte in symbols.bytes(found.schema) { scratch.append(byte) }
        scratch.append(0x2E)
        for byte in symbols.bytes(found.name) { scratch.append(byte) }
        inspection.append(name: inspection.intern(UnsafeRawBufferPointer(start: scratch.base, count: scratch.count)))
    }

    /// A symbol's bytes in the inspection's text, placed there once for each message.
    @inline(__always) private func text(_ symbol: Symbol, in inspection: Inspection) -> TextRef {
        symbol.isNone ? .none : symbols.place(symbol, in: inspection.text, message: messageNumber)
    }
}
