// From references to tables: which columns of which sources a name may mean, and how uses travel through nested queries.

import Machine

extension SQLReader {
    // MARK: Scopes

    func openScope() {
        scopes.append(
            Scope(
                firstSource: Int32(sources.count), firstPending: Int32(pending.count), firstTarget: Int32(targets.count)))
    }

    /// Resolves what can be resolved here; what may belong to an enclosing query stays pending for it.
    func closeScope() throws(Misread) {
        let scope = scopes[scopes.count - 1]
        let outermost = scopes.count == 1
        let only = onlyTable(of: scope)
        let variables = pendingVariables > 0 ? variables(since: scope.firstPending) : 0
        var last = (qualifier: Symbol.none, access: -1)
        var kept = Int(scope.firstPending)
        var steps = 0
        for index in Int(scope.firstPending)..<pending.count {
            let ref = Int(pending[index])
            let found = refs[ref]
            var access = -1
            if found.kind == .plain {
                // Of the only table, and perhaps of a table of an enclosing query: what `resolvePlain` finds, found at once.
                if found.name != only.alias { access = only.access }
            } else if found.kind == .qualified {
                // What `resolveQualified` finds; names in a row are often behind the same qualifier.
                if found.qualifier != last.qualifier { last = (found.qualifier, onlyTable(named: found.qualifier, of: scope)) }
                if !symbols.flags(found.name).contains(.rowFunction) { access = last.access }
            }
            if access >= 0 {
                resolutionSteps &+= 1 &+ sources.count &- Int(scope.firstSource) &+ targets.count &- Int(scope.firstTarget)
                if resolutionSteps > InspectLimits.resolutionSteps { throw .tooManyNames }
                linkColumn(ref, name: found.name, of: access)
                refs[ref].matched = found.matched || found.kind == .qualified
                if !outermost, found.kind == .plain || found.insideFrom {
                    pending[kept] = Int32(truncatingIfNeeded: ref)
                    kept &+= 1
                }
                refs[ref].insideFrom = false
                continue
            }
            if steps == 0 { steps = stepsToResolve(in: scope) }
            resolutionSteps += steps
            if resolutionSteps > InspectLimits.resolutionSteps { throw .tooManyNames }
            if try !resolve(ref, in: scope) {
                if outermost {
                    if refs[ref].kind != .plain, !refs[ref].matched, !isParameterOfRoutine(ref) { try readEverything() }
                    if schema != nil, refs[ref].kind == .plain { try keepUnknownColumn(ref) }
                } else {
                    pending[kept] = Int32(ref)
                    kept += 1
                }
            }
            refs[ref].insideFrom = false
        }
        pending.truncate(to: kept)
        if variables > 0 { pendingVariables += self.variables(since: scope.firstPending) - variables }
        sources.truncate(to: Int(scope.firstSource))
        scopes.truncate(to: scopes.count - 1)
        if let overflow { throw overflow }
    }

    /// The access of the one table that a scope without anything else in FROM reads, and its alias; -1 for every other scope.
    private func onlyTable(of scope: Scope) -> (access: Int, alias: Symbol) {
        // With a schema a table may be known not to have the column: `resolvePlain` asks.
        guard schema == nil, sources.count - Int(scope.firstSource) == 1 else { return (-1, .none) }
        let source = sources[sources.count - 1]
        guard source.kind == .relation, source.targetCount == 1, !source.renamed, !source.qualifiedOnly else { return (-1, .none) }
        return (Int(targets[Int(source.firstTarget)].access), source.alias)
    }

    /// The access of the one table that a qualifier means in a scope; -1 where it means something else, or more.
    private func onlyTable(named qualifier: Symbol, of scope: Scope) -> Int {
        if schema != nil { return -1 }
        var access = -1
        for index in Int(scope.firstSource)..<sources.count where sources[index].alias == qualifier {
            let source = sources[index]
            guard access < 0, source.kind == .relation, source.targetCount == 1, !source.renamed, !source.hidden else { return -1 }
            access = Int(targets[Int(source.firstTarget)].access)
            if access < 0 { return -1 }
        }
        return access
    }

    /// How many pending references may be variables.
    private func variables(since first: Int32) -> Int32 {
        var found: Int32 = 0
        for index in Int(first)..<pending.count where refs[Int(pending[index])].mayBeVariable { found += 1 }
        return found
    }

    /// Marks references read since `first` as read inside FROM, where not every source of the level is visible.
    func markInsideFrom(since first: Int) {
        for index in first..<pending.count { refs[Int(pending[index])].insideFrom = true }
    }

    // MARK: References

    @inline(__always) func reference(_ kind: RefKind, name: Symbol, qualifier: Symbol = .none, schema: Symbol = .none) {
        if kind == .star || kind == .qualifiedStar { statement.hasStar = true }
        pending.append(Int32(truncatingIfNeeded: refs.count))
        refs.append(Ref(kind: kind, name: name, qualifier: qualifier, schema: schema, uses: use))
        if codeDepth > 0 { noteVariable() }
    }

    /// Whether the reference just made may be a variable.
    @inline(never) private func noteVariable() {
        guard mayBeVariable(refs[refs.count - 1]) else { return }
        refs[refs.count - 1].mayBeVariable = true
        pendingVariables += 1
    }

    /// What looking for one name costs: the sources of the level, each as many targets as the search path is long.
    private func stepsToResolve(in scope: Scope) -> Int {
        var steps = 1
        for index in Int(scope.firstSource)..<sources.count { steps += 1 + Int(sources[index].targetCount) }
        return steps
    }

    /// True when the search for a reference ends at this level.
    private func resolve(_ ref: Int, in scope: Scope) throws(Misread) -> Bool {
        switch refs[ref].kind {
        case .plain: return try resolvePlain(ref, in: scope)
        case .qualified: return try resolveQualified(ref, in: scope)
        case .merged:
            for index in Int(scope.firstSource)..<sources.count where !sources[index].qualifiedOnly {
                try linkColumn(ref, name: refs[ref].name, source: index, certainMiss: false)
            }
            if schema != nil { try keepUnknownColumn(ref) }
            return true
        case .star:
            refs[ref].merges = scope.mergesColumns
            for index in Int(scope.firstSource)..<sources.count where !sources[index].qualifiedOnly {
                try linkEvery(ref, source: index, whole: false)
            }
            return true
        case .qualifiedStar: return try resolveQualified(ref, in: scope)
        }
    }

    /// An unqualified name: a source that certainly has it ends the search; else it may be any table's, here or outside,
    /// or the whole row of a source so called.
    private func resolvePlain(_ ref: Int, in scope: Scope) throws(Misread) -> Bool {
        if schema != nil { return try resolveKnownPlain(ref, in: scope) }
        let name = refs[ref].name
        var certain = false
        for index in Int(scope.firstSource)..<sources.count {
            if sources[index].kind == .relation { continue }
            let source = sources[index]
            if scope.mergesColumns || source.qualifiedOnly || source.kind == .join || source.kind == .phantom { continue }
            resolutionSteps += Int(source.outputs.count)
            for column in source.outputs.range where outputColumns[column].name == name {
                link(ref, .output, column, whole: false)
                certain = true
            }
        }
        if certain {
            refs[ref].matched = true
            if !refs[ref].insideFrom { return true }
        }
        for index in Int(scope.firstSource)..<sources.count {
            if sources[index].alias == name { try linkEvery(ref, source: index, whole: true) }
            if sources[index].qualifiedOnly || certain { continue }
            try linkColumn(ref, name: name, source: index, certainMiss: false)
        }
        return false
    }

    private func resolveQualified(_ ref: Int, in scope: Scope) throws(Misread) -> Bool {
        let qualifier = refs[ref].qualifier
        var ended = false
        for index in Int(scope.firstSource)..<sources.count where sources[index].alias == qualifier {
            refs[ref].matched = true
            if refs[ref].kind == .qualifiedStar {
                try linkEvery(ref, source: index, whole: false)
            } else {
                try linkColumn(ref, name: refs[ref].name, source: index, certainMiss: true)
                if symbols.flags(refs[ref].name).contains(.rowFunction) { try linkEvery(ref, source: index, whole: true) }
            }
            if !sources[index].hidden { ended = true }
        }
        return ended && !refs[ref].insideFrom
    }

    /// Links a reference to the column `name` of a source. `certainMiss`: a derived source without that name has it in no
    /// other way than as a function of its row.
    func linkColumn(_ ref: Int, name: Symbol, source index: Int, certainMiss: Bool) throws(Misread) {
        if sources[index].kind == .relation, !sources[index].renamed {
            if schema != nil { return try linkKnownColumn(ref, name: name, source: index) }
            let first = Int(sources[index].firstTarget)
            for target in first..<first &+ Int(sources[index].targetCount) {
                linkColumn(ref, name: name, of: try selectAccess(ofTarget: target))
            }
            return
        }
        let source = sources[index]
        switch source.kind {
        case .relation: try linkEvery(ref, source: index, whole: false)
        case .derived, .function:
            var found = false
            resolutionSteps += Int(source.outputs.count)
            for column in source.outputs.range where outputColumns[column].name == name {
                link(ref, .output, column, whole: false)
                found = true
            }
            if found { return }
            for column in source.outputs.range {
                resolutionSteps += 1
                let output = outputColumns[column]
                if output.star || output.name.isNone {
                    link(ref, .output, column, whole: !output.star)
                } else if certainMiss {
                    link(ref, .output, column, whole: true)
                }
            }
        case .join:
            guard certainMiss || source.renamed else { return }
            for covered in Int(source.firstCovered)..<Int(source.lastCovered) {
                if source.renamed {
                    try linkEvery(ref, source: covered, whole: false)
                } else {
                    try linkColumn(ref, name: name, source: covered, certainMiss: false)
                }
            }
        case .phantom:
            for target in Int(source.firstTarget)..<Int(source.firstTarget + source.targetCount) {
                guard let made = notGiven(name, ofTarget: target) else { continue }
                link(ref, .column, findings.column(made, of: try selectAccess(ofTarget: target)), whole: false)
            }
        }
    }

    /// A column of `excluded` that INSERT gives no value for: it holds what a default or a trigger made, which is read. `none`
    /// asks for any column; nil where the value is the statement's own.
    private func notGiven(_ name: Symbol, ofTarget index: Int) -> Symbol? {
        let target = targets[index]
        let insert = findings.access(.insert, .table, schema: target.schema, name: target.name, start: target.start, end: target.end)
        if findings.accesses[insert].everyColumn { return nil }
        return name.isNone || !findings.has(column: name, of: insert) ? name : nil
    }

    /// Links a reference to a column of a table whose access is there.
    @inline(__always) private func linkColumn(_ ref: Int, name: Symbol, of access: Int) {
        let column = findings.column(name, of: access)
        let (next, uses) = (refs[ref].firstLink, refs[ref].uses)
        refs[ref].firstLink = Int32(truncatingIfNeeded: links.count)
        links.append(Link(kind: .column, whole: false, index: Int32(truncatingIfNeeded: column), next: next))
        findings.columns[column].uses.formUnion(uses)
    }

    /// Links a reference to every column of a source.
    func linkEvery(_ ref: Int, source index: Int, whole: Bool) throws(Misread) {
        let source = sources[index]
        refs[ref].matched = true
        switch source.kind {
        case .relation:
            for target in Int(source.firstTarget)..<Int(source.firstTarget + source.targetCount) {
                try linkEveryColumn(ref, target: target, whole: whole)
            }
        case .derived, .function:
            for column in source.outputs.range {
                resolutionSteps += 1
                link(ref, .output, column, whole: whole)
            }
        case .join:
            for covered in Int(source.firstCovered)..<Int(source.lastCovered) {
                try linkEvery(ref, source: covered, whole: whole)
            }
        case .phantom:
            for target in Int(source.firstTarget)..<Int(source.firstTarget + source.targetCount)
            where notGiven(.none, ofTarget: target) != nil {
                link(ref, .every, try selectAccess(ofTarget: target), whole: whole)
            }
        }
        if resolutionSteps > InspectLimits.resolutionSteps { throw .tooManyNames }
    }

    func link(_ ref: Int, _ kind: LinkKind, _ index: Int, whole: Bool) {
        links.append(Link(kind: kind, whole: whole, index: Int32(index), next: refs[ref].firstLink))
        refs[ref].firstLink = Int32(links.count - 1)
        if kind == .every { findings.accesses[index].everyColumn = true }
        apply(refs[ref].uses, to: links[links.count - 1], depth: 0)
    }

    // MARK: Bounds

    /// Counts steps whose number is not linear in the message; false, with the statement unknown, when there were too many.
    func mayStep(_ steps: Int) -> Bool {
        resolutionSteps += steps
        if resolutionSteps > InspectLimits.resolutionSteps { overflow = .tooManyNames }
        return overflow == nil
    }

    // MARK: Uses

    /// Adds uses to a reference, and to all that it was resolved to.
    func addUses(_ uses: ColumnUses, toRef ref: Int, depth: Int = 0) {
        if refs[ref].uses.isSuperset(of: uses) { return }
        refs[ref].uses.formUnion(uses)
        var next = refs[ref].firstLink
        while next >= 0 {
            let link = links[Int(next)]
            apply(refs[ref].uses, to: link, depth: depth + 1)
            next = link.next
        }
    }

    private func apply(_ uses: ColumnUses, to link: Link, depth: Int) {
        let uses = link.whole ? uses.insideExpression : uses
        switch link.kind {
        case .column: findings.columns[Int(link.index)].uses.formUnion(uses)
        case .every, .star: findings.accesses[Int(link.index)].everyUses.formUnion(uses)
        case .output: use(output: Int(link.index), for: uses, depth: depth)
        }
    }

    /// Says what one column that a query gives is used for, and so what feeds it.
    func use(output index: Int, for uses: ColumnUses, depth: Int = 0) {
        if outputColumns[index].uses.isSuperset(of: uses) { return }
        guard depth < InspectLimits.propagationDepth else {
            overflow = .tooDeep
            return
        }
        outputColumns[index].uses.formUnion(uses)
        let column = outputColumns[index]
        // A constant, whose column is nobody's.
        if column.firstRef == column.lastRef, column.same < 0, column.other < 0 { return }
        let inside = column.bare ? column.uses : column.uses.insideExpression
        for ref in Int(column.firstRef)..<Int(column.lastRef) {
            resolutionSteps += 1
            addUses(inside, toRef: ref, depth: depth + 1)
        }
        if resolutionSteps > InspectLimits.resolutionSteps { overflow = .tooManyNames }
        let combined = column.other >= 0 && column.uses.contains(.output) ? column.uses.union(.computed) : column.uses
        if column.same >= 0 { use(output: Int(column.same), for: combined, depth: depth + 1) }
        if column.other >= 0 { use(output: Int(column.other), for: combined, depth: depth + 1) }
    }

    /// Says what all columns of a query are used for.
    func use(_ outputs: Outputs, for uses: ColumnUses) {
        if uses.isEmpty || !mayStep(Int(outputs.count)) { return }
        for index in outputs.range where !useColumn(output: index, for: uses) { use(output: index, for: uses) }
    }

    /// What `use(output:)` does to a column that is one reference to one column of a table, as most are; false for another.
    @inline(__always) private func useColumn(output index: Int, for uses: ColumnUses) -> Bool {
        let column = outputColumns[index]
        guard column.bare, column.lastRef &- column.firstRef == 1, column.same < 0, column.other < 0 else { return false }
        let ref = refs[Int(column.firstRef)]
        guard ref.firstLink >= 0 else { return false }
        let link = links[Int(ref.firstLink)]
        guard link.next < 0, link.kind == .column, !link.whole else { return false }
        outputColumns[index].uses.formUnion(uses)
        refs[Int(column.firstRef)].uses.formUnion(uses)
        findings.columns[Int(link.index)].uses.formUnion(ref.uses.union(uses))
        resolutionSteps &+= 1
        return true
    }

    // MARK: Targets

    /// A qualified name that belongs to no source: PostgreSQL refuses the statement. Should it not, then what the name is
    /// must be a column of a table that was seen, so every column of each is used in every way.
    private func readEverything() throws(Misread) {
        if !mayStep(targets.count) { throw .tooManyNames }
        for index in 0..<targets.count {
            let access = try selectAccess(ofTarget: index)
            findings.accesses[access].everyColumn = true
            findings.accesses[access].everyUses = .every
        }
    }

    /// The `select` access of a table, made when the first thing is read from it.
    @inline(__always) func selectAccess(ofTarget index: Int) throws(Misread) -> Int {
        let access = targets[index].access
        return access >= 0 ? Int(access) : try newSelectAccess(ofTarget: index)
    }

    @inline(never) private func newSelectAccess(ofTarget index: Int) throws(Misread) -> Int {
        let target = targets[index]
        let access = try access(.select, .table, schema: target.schema, name: target.name, target.start, target.end)
        targets[index].access = Int32(access)
        return access
    }

    /// An access of this statement, bounded in number.
    func access(
        _ verb: Verb, _ objectClass: ObjectClass, schema: Symbol, name: Symbol, _ start: UInt32, _ end: UInt32
    ) throws(Misread) -> Int {
        if findings.accesses.count >= InspectLimits.accesses { throw .tooManyAccesses }
        return findings.access(verb, objectClass, schema: schema, name: name, start: start, end: end)
    }

    /// The schemas a relation's name may mean, added as targets; returns the first and how many.
    func addTargets(_ name: QualifiedName) throws(Misread) -> (first: Int32, count: Int32) {
        let first = Int32(targets.count)
        if !name.schema.isNone {
            addTarget(name.schema, name)
            return (first, 1)
        }
        try forEachSchema(name) { addTarget($0, name) }
        if pathIsSettled { keepKnownTarget(since: Int(first)) }
        return (first, Int32(targets.count) - first)
    }

    private func addTarget(_ schema: Symbol, _ name: QualifiedName) {
        targets.append(
            Target(
                schema: schema, name: name.name, access: -1, start: name.start, end: name.end,
                relation: self.schema == nil ? -1 : knownRelation(schema: schema, name.name)))
    }

    /// PostgreSQL looks in pg_temp, pg_catalog, then along the search path.
    func forEachSchema(_ name: QualifiedName, _ body: (Symbol) -> Void) throws(Misread) {
        let flags = symbols.flags(name.name)
        if flags.contains(.temporary) { body(known.pgTemp) }
        if flags.contains(.relation) || flags.contains(.laterRelation) { body(known.pgCatalog) }
        if flags.contains(.relation), !flags.contains(.temporary), !catalogIsBehind { return }
        lookedUpAlongPath()
        for index in 0..<searchPath.count { body(searchPath[index]) }
    }

    /// One access for each schema a relation's name may mean.
    func accesses(_ verb: Verb, _ objectClass: ObjectClass, _ name: QualifiedName) throws(Misread) -> (
        first: Int32, count: Int32
    ) {
        let range = try addTargets(name)
        for index in Int(range.first)..<Int(range.first + range.count) {
            let target = targets[index]
            _ = try access(verb, objectClass, schema: target.schema, name: target.name, target.start, target.end)
        }
        return range
    }
}
