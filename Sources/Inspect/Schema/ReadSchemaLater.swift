// Queries and bodies of a schema file, read by the inspector itself when all tables are known.

import Machine

extension SchemaReader {
    func readLater() {
        readViews()
        draft.settleInstead()
        for (table, opened) in triggers { draft.add(opened, to: table) }
        know()
        for item in later {
            line = item.statement.line
            switch item.kind {
            case .view: continue
            case .routine(let key): readRoutine(key, item)
            case .rule(let table): attempt(item) { () throws(Misread) in try self.readRule(table) }
            case .policy(let table): attempt(item) { () throws(Misread) in try self.readPolicy(table) }
            }
        }
        reader.schema = nil
    }

    /// What has been found so far is what the reader knows from here on.
    private func know() {
        let (record, symbols) = draft.record()
        reader.schema = KnownSchema(record, symbols: symbols)
        reader.pathIsSettled = true
        reader.changes.removeAll()
    }

    private func attempt(_ item: LaterStatement, _ read: () throws(Misread) -> Void) {
        do throws(Misread) {
            try begin(UnsafeRawBufferPointer(rebasing: text[item.statement.bytes]), path: item.path)
            try read()
        } catch {
            complain(
                line: item.statement.line, "what this does is not understood (\(error.reason))",
                help:
                    "write the file with `postern schema pull`, or leave the statement out if nothing in the policy relies on it"
            )
        }
    }

    // MARK: Views

    /// Views in the order of what they read, whatever the order of the file: each round those whose tables and views are known.
    private func readViews() {
        var waiting = later.filter { if case .view = $0.kind { true } else { false } }
        var isLastRound = false
        while !waiting.isEmpty {
            know()
            let names = Set(
                waiting.compactMap { item -> SchemaKey? in
                    if case .view(let key, _) = item.kind { key } else { nil }
                })
            var left: [LaterStatement] = []
            for item in waiting {
                guard case .view(let key, let materialized) = item.kind else { continue }
                line = item.statement.line
                var postponed = false
                attempt(item) { () throws(Misread) in
                    postponed = try !self.readView(
                        key, materialized, unlessOn: isLastRound ? [] : names.subtracting([key]))
                }
                if postponed { left.append(item) }
            }
            isLastRound = left.count == waiting.count
            waiting = left
        }
    }

    /// False where the view reads one that is not known yet.
    private func readView(_ key: SchemaKey, _ materialized: Bool, unlessOn waiting: Set<SchemaKey>)
        throws(Misread) -> Bool
    {
        let aliases = try skipToQuery()
        reader.clearStatement()
        let outputs = try reader.query(.outermost)
        try checkUnderstood()
        for index in 0..<reader.targets.count {
            let target = reader.targets[index]
            if waiting.contains(SchemaKey(schema: string(target.schema), name: string(target.name))) {
                return false
            }
        }
        let lineage = ViewLineage(reader, outputs)
        var relation = SchemaDraft.Relation(kind: materialized ? .materialized : .view, line: line)
        for (index, name) in lineage.names.enumerated() {
            let name = index < aliases.count ? aliases[index] : name.map(string)
            relation.columns.append(SchemaDraft.Column(name: name ?? "?\(index)?", type: nil))
            if name == nil { relation.isComplete = false }
        }
        if !lineage.isComplete { relation.isComplete = false }
        // Two columns of one name cannot be told apart by it.
        var seen: Set<String> = []
        if !relation.columns.allSatisfy({ seen.insert($0.name).inserted }) {
            relation.columns = []
            relation.isComplete = false
        }
        relation.opened = opened(
            by: lineage, positions: relation.columns.count, materialized: materialized)
        draft.relations[key] = relation
        return true
    }

    /// Passes `CREATE … VIEW name [(columns)] … AS`.
    /// - Returns: the columns that are listed.
    private func skipToQuery() throws(Misread) -> [String] {
        while !reader.at(.view), !reader.atEnd { reader.advance() }
        try reader.expect(.view)
        try reader.ifExists()
        _ = try reader.qualifiedName()
        var aliases: [String] = []
        if reader.accept(.openParen) {
            repeat { aliases.append(string(try reader.columnId())) } while reader.accept(.comma)
            try reader.expect(.closeParen)
        }
        while !reader.at(.as), !reader.atEnd {
            if reader.at(.openParen), reader.token.value > 0 { reader.p = Int(reader.token.value) }
            reader.advance()
        }
        try reader.expect(.as)
        return aliases
    }

    /// Reading a view reads what its query does; writing to it writes to the one table whose columns it passes on.
    private func opened(by lineage: ViewLineage, positions: Int, materialized: Bool) -> [SchemaDraft
        .Opened]
    {
        var opened: [SchemaDraft.Opened] = []
        var passing: [SchemaDraft.Opened] = []
        for access in lineage.accesses {
            let key = SchemaKey(schema: string(access.schema), name: string(access.name))
            var item = SchemaDraft.Opened(
                when: SchemaDraft.reads, verb: access.verb, objectClass: access.objectClass, key: key)
            for column in access.columns where column.position.map({ $0 < positions }) ?? true {
                item.columns.append(
                    SchemaDraft.OpenedColumn(
                        name: string(column.name), position: column.position, uses: column.uses))
            }
            if positions == 0, access.isFed {
                // Its columns are not known: any of them may show any of these.
                item.columns.append(SchemaDraft.OpenedColumn(name: "", position: nil, uses: .every))
            }
            opened.append(item)
            guard access.verb == .select, !materialized else { continue }
            opened.append(SchemaDraft.Opened(when: [.lock], verb: .lock, objectClass: .table, key: key))
            let bare = item.columns.filter { $0.position != nil && $0.uses == .output }
            if !bare.isEmpty {
                let written = bare.map {
                    SchemaDraft.OpenedColumn(name: $0.name, position: $0.position, uses: .write)
                }
                passing.append(
                    SchemaDraft.Opened(
                        when: [.update], verb: .update, objectClass: .table, key: key, columns: written))
            }
        }
        let reads = lineage.accesses.filter { $0.verb == .select }
        if passing.isEmpty, !materialized, reads.count == 1 {
            let key = SchemaKey(schema: string(reads[0].schema), name: string(reads[0].name))
            passing = [SchemaDraft.Opened(when: [.update], verb: .update, objectClass: .table, key: key)]
        }
        // A view over several tables cannot be written to, but by a trigger.
        guard passing.count == 1 else { return opened }
        for verb in [Verb.insert, .update, .delete] {
            var item = passing[0]
            (item.when, item.verb) = (VerbSet(verb), verb)
            if verb == .delete { item.columns = [] }
            opened.append(item)
        }
        return opened
    }

    // MARK: Rules and policies

    private func readPolicy(_ table: SchemaKey) throws(Misread) {
        try reader.statementHere()
        guard reader.atEnd else { throw .syntax }
        try checkUnderstood()
        // Columns of its own table: PostgreSQL filters by them for everybody, and asks nobody for the right to.
        let found = foundHere(when: [.select, .insert, .update, .delete], as: .filter)
        draft.add(found.filter { $0.verb != .select || $0.key != table }, to: table)
    }

    private func readRule(_ table: SchemaKey) throws(Misread) {
        guard let event = tokens(.on).first, let verb = Self.verb(of: reader.tokens[event + 1].keyword) else { return }
        try reader.statementHere()
        guard reader.atEnd else { throw .syntax }
        try checkUnderstood()
        // `old` and `new` are the statement's own rows.
        let found = foundHere(when: VerbSet(verb), as: .computed)
        draft.add(found.filter { $0.verb != .select || $0.key != table }, to: table)
    }

    /// The accesses of the statement just read, as something else sets them going. What it gives to nobody known is used so.
    func foundHere(when: VerbSet, as output: ColumnUses) -> [SchemaDraft.Opened] {
        (0..<reader.findings.accesses.count).compactMap { index in
            let found = reader.findings.accesses[index]
            switch found.verb {
            case .create, .alter, .comment, .set, .drop: return nil
            case .call: if reader.symbols.flags(found.name).contains(.registryType) { return nil }
            default: break
            }
            var item = SchemaDraft.Opened(
                when: when, verb: found.verb, objectClass: found.objectClass,
                key: SchemaKey(schema: string(found.schema), name: string(found.name)))
            func inside(_ uses: ColumnUses) -> ColumnUses {
                if uses.isEmpty { return .filter }
                return uses.contains(.output) ? uses.subtracting(.output).union(output) : uses
            }
            if found.everyColumn {
                item.columns.append(.init(name: "", position: nil, uses: inside(found.everyUses)))
            }
            var next = found.firstColumn
            while next >= 0 {
                let column = reader.findings.columns[Int(next)]
                item.columns.append(
                    .init(name: string(column.name), position: nil, uses: inside(column.uses)))
                next = column.next
            }
            return item
        }
    }
}
