// Name resolution where a schema is known: `*` is its columns, and a name belongs to the tables that have it.

import Machine

extension SQLReader {
    /// Whether a source has a column of some name.
    enum Holding: UInt8 {
        case has, lacks, may
    }

    // MARK: Relations

    @inline(__always) func asked(_ symbol: Symbol) -> KnownSchema.Asked {
        KnownSchema.Asked(bytes: symbols.bytes(symbol), hash: symbols.hash(symbol))
    }

    /// The number of a relation that the schema has, and that this session did not change; else -1.
    func knownRelation(schema name: Symbol, _ relation: Symbol) -> Int32 {
        guard let schema, !changes.mayHave(relation), name != known.pgTemp else { return -1 }
        return schema.relation(schema: asked(name), name: asked(relation))
    }

    /// Of the schemas that a name may be in, only the first that has it; all of them where none has.
    func keepKnownTarget(since first: Int) {
        for index in first..<targets.count where targets[index].relation >= 0 {
            targets[first] = targets[index]
            return targets.truncate(to: first + 1)
        }
    }

    /// The symbol of a name of the schema.
    func symbol(ofKnown name: UInt32, _ schema: KnownSchema) -> Symbol {
        symbols.symbol(schema.bytes(name))
    }

    /// PostgreSQL's own columns of every table; a view has none of them, where naming one is no harm.
    private func isSystemColumn(_ name: Symbol) -> Bool {
        name == known.tableoid || name == known.ctid || name == known.xmin || name == known.xmax
            || name == known.cmin
            || name == known.cmax
    }

    private func holding(_ name: Symbol, _ target: Target) -> Holding {
        guard target.relation >= 0, let schema else { return .may }
        if schema.column(asked(name), of: target.relation) >= 0 || isSystemColumn(name) { return .has }
        return schema.record.relations[Int(target.relation)].isComplete ? .lacks : .may
    }

    // MARK: Unqualified names

    private func holding(_ name: Symbol, _ source: Source) -> Holding {
        switch source.kind {
        case .relation:
            if source.renamed { return .may }
            var all: Holding?
            for target in Int(source.firstTarget)..<Int(source.firstTarget + source.targetCount) {
                let this = holding(name, targets[target])
                if this == .may || (all != nil && all != this) { return .may }
                all = this
            }
            return all ?? .may
        case .derived, .function:
            var holding = source.outputs.count == 0 && source.kind == .function ? Holding.may : .lacks
            resolutionSteps += Int(source.outputs.count)
            for column in source.outputs.range {
                if outputColumns[column].name == name { return .has }
                if outputColumns[column].star || outputColumns[column].name.isNone { holding = .may }
            }
            return holding
        case .join: return source.renamed ? .may : .lacks
        case .phantom: return .may
        }
    }

    /// An unqualified name, with a schema. True when the search ends at this level.
    func resolveKnownPlain(_ ref: Int, in scope: Scope) throws(Misread) -> Bool {
        let name = refs[ref].name
        var certain = false
        for index in Int(scope.firstSource)..<sources.count where !sources[index].qualifiedOnly {
            if holding(name, sources[index]) == .has { certain = true }
        }
        let ends = certain && !refs[ref].insideFrom
        for index in Int(scope.firstSource)..<sources.count {
            let source = sources[index]
            if source.alias == name, !ends { try linkEvery(ref, source: index, whole: true) }
            if source.qualifiedOnly { continue }
            switch holding(name, source) {
            case .has: try linkColumn(ref, name: name, source: index, certainMiss: false)
            case .may:
                // It would be ambiguous, were it there too; but for the columns that a join merges.
                if ends, !scope.mergesColumns { continue }
                refs[ref].matched = true
                try linkColumn(ref, name: name, source: index, certainMiss: false)
            case .lacks: continue
            }
        }
        if certain { refs[ref].matched = true }
        return ends
    }

    /// Behind an alias or table: links a relation's column. A name that it lacks is none, or a function of its row.
    func linkKnownColumn(_ ref: Int, name: Symbol, source index: Int) throws(Misread) {
        let source = sources[index]
        for number in Int(source.firstTarget)..<Int(source.firstTarget + source.targetCount) {
            let target = targets[number]
            if holding(name, target) == .lacks {
                if refs[ref].kind == .plain || refs[ref].kind == .merged { continue }
                statement.hasUnknownColumns = true
                if schema?.hasRoutine(named: asked(name)) == true {
                    try functionAccess(schema: .none, name: name, target.start, target.end)
                    try linkEveryColumn(ref, target: number, whole: true)
                }
            }
            link(
                ref, .column, findings.column(name, of: try selectAccess(ofTarget: number)), whole: false)
        }
    }

    /// A name that no source in sight has: PostgreSQL refuses it. Should it not, the schema is behind the database, and the
    /// name is a column of a table that was read.
    func keepUnknownColumn(_ ref: Int) throws(Misread) {
        guard refs[ref].firstLink < 0, !refs[ref].matched, !isParameter(refs[ref].name),
            targets.count > 0
        else { return }
        statement.hasUnknownColumns = true
        if !mayStep(targets.count) { throw .tooManyNames }
        for index in 0..<targets.count {
            link(
                ref, .column, findings.column(refs[ref].name, of: try selectAccess(ofTarget: index)),
                whole: false)
        }
    }

    /// Of the SQL function whose body is read.
    private func isParameter(_ name: Symbol) -> Bool {
        for index in 0..<parameters.count where parameters[index] == name { return true }
        return false
    }

    /// In PL/pgSQL a name may be a variable's even where a table has a column so called: `plpgsql.variable_conflict` says which it is.
    func mayBeVariable(_ ref: Ref) -> Bool {
        switch ref.kind {
        case .plain: isParameter(ref.name) || ref.name == known.found || ref.name == known.sqlState || ref.name == known.sqlError
        case .qualified, .qualifiedStar: isParameter(ref.qualifier) || isParameter(ref.schema) || ref.qualifier == known.inlineBlock
        case .merged, .star: false
        }
    }

    /// `routine.parameter`; in PL/pgSQL also `record.field`, `record.*` and `label.variable`.
    func isParameterOfRoutine(_ ref: Int) -> Bool {
        if codeDepth > 0, isParameter(refs[ref].qualifier) || isParameter(refs[ref].schema) { return true }
        return refs[ref].kind == .qualified && !bodyOwner.isNone && refs[ref].qualifier == bodyOwner
            && isParameter(refs[ref].name)
    }

    // MARK: Every column

    /// `*` or a whole row of one table: its columns where the schema lists them.
    func linkEveryColumn(_ ref: Int, target number: Int, whole: Bool) throws(Misread) {
        let access = try selectAccess(ofTarget: number)
        guard let listed = listedColumns(of: targets[number].relation), let schema else {
            return link(ref, .every, access, whole: whole)
        }
        // The star itself, for what only asks whether there was one.
        link(ref, .star, access, whole: whole)
        for column in listed {
            link(ref, .column, findings.column(symbol(ofKnown: column, schema), of: access), whole: whole)
        }
    }

    /// All columns of an access on a known relation, used so.
    func useEveryColumn(of access: Int, _ relation: Int32, _ uses: ColumnUses) {
        findings.accesses[access].everyUses.formUnion(uses)
        guard let listed = listedColumns(of: relation), let schema else {
            findings.accesses[access].everyColumn = true
            return
        }
        for column in listed {
            let index = findings.column(symbol(ofKnown: column, schema), of: access)
            findings.columns[index].uses.formUnion(uses)
        }
    }

    /// The columns of a query whose FROM is resolved, with those that its stars are in their places.
    func expandedStars(_ outputs: Outputs) -> Outputs {
        guard hasStar(outputs) else { return outputs }
        let held = heldOutputs.count
        defer { heldOutputs.truncate(to: held) }
        for index in outputs.range {
            let output = outputColumns[index]
            let (before, beforeRefs) = (heldOutputs.count, refs.count)
            if !output.star || !holdStar(output) {
                heldOutputs.truncate(to: before)
                refs.truncate(to: beforeRefs)
                // The same column, which stays what the query has used it for.
                var same = OutputColumn(
                    name: output.name, firstRef: 0, lastRef: 0, bare: true, star: output.star)
                same.same = Int32(index)
                heldOutputs.append(same)
            }
        }
        let expanded = Outputs(
            first: Int32(outputColumns.count), count: Int32(heldOutputs.count - held))
        for index in held..<heldOutputs.count { outputColumns.append(heldOutputs[index]) }
        return expanded
    }

    /// Holds a column for each that a star was resolved to; false where they are not all known, or a join merged some.
    private func holdStar(_ output: OutputColumn) -> Bool {
        guard output.same < 0, output.lastRef - output.firstRef == 1, !refs[Int(output.firstRef)].merges
        else { return false }
        let first = heldOutputs.count
        var next = refs[Int(output.firstRef)].firstLink
        while next >= 0 {
            var link = links[Int(next)]
            next = link.next
            let name: Symbol
            switch link.kind {
            case .star: continue
            case .every: return false
            case .column: name = findings.columns[Int(link.index)].name
            case .output:
                name = outputColumns[Int(link.index)].name
                if name.isNone || outputColumns[Int(link.index)].star { return false }
            }
            expandedColumns += 1
            if expandedColumns > InspectLimits.expandedColumns { return false }
            var ref = Ref(kind: .plain, name: name, qualifier: .none, schema: .none, uses: [])
            ref.matched = true
            ref.firstLink = Int32(links.count)
            link.next = -1
            links.append(link)
            heldOutputs.append(
                OutputColumn(
                    name: name, firstRef: Int32(refs.count), lastRef: Int32(refs.count) + 1, bare: true,
                    star: false))
            refs.append(ref)
        }
        // Links are kept last first.
        var (low, high) = (first, heldOutputs.count - 1)
        while low < high {
            let held = heldOutputs[low]
            heldOutputs[low] = heldOutputs[high]
            heldOutputs[high] = held
            low += 1
            high -= 1
        }
        return true
    }

    /// The columns that `*` of a relation is; nil where that is not known, or this message has had too many of them.
    private func listedColumns(of relation: Int32) -> ArraySlice<UInt32>? {
        guard relation >= 0, let schema, schema.record.relations[Int(relation)].isComplete else {
            return nil
        }
        let columns = schema.columns(of: relation)
        expandedColumns += columns.count
        return expandedColumns <= InspectLimits.expandedColumns ? columns : nil
    }

    // MARK: Joins

    /// The columns that NATURAL JOIN compares: those that tables on both sides have.
    /// - Returns: false, with nothing done, where some source's columns are not known.
    func joinKnownColumns(left first: Int, right: Int) throws(Misread) -> Bool {
        guard let schema else { return false }
        for index in first..<sources.count {
            let source = sources[index]
            guard source.kind == .relation, !source.renamed, source.targetCount == 1 else { return false }
            let relation = targets[Int(source.firstTarget)].relation
            guard relation >= 0, schema.record.relations[Int(relation)].isComplete else { return false }
        }
        for index in right..<sources.count {
            let relation = targets[Int(sources[index].firstTarget)].relation
            for column in schema.columns(of: relation) {
                let name = symbol(ofKnown: column, schema)
                if !mayStep(right - first) { throw .tooManyNames }
                for other in first..<right where holding(name, sources[other]) == .has {
                    for side in [other, index] {
                        let access = try selectAccess(ofTarget: Int(sources[side].firstTarget))
                        let found = findings.column(name, of: access)
                        findings.columns[found].uses.formUnion(.filter)
                    }
                }
            }
        }
        return true
    }
}
