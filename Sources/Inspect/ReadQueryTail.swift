// What stands behind a query's body: ORDER BY, LIMIT, OFFSET, FETCH, FOR UPDATE; and WITH before it.

import Machine

extension SQLReader {
    func queryTail(_ body: QueryBody, firstTarget: Int) throws(Misread) {
        use = .filter
        var limit = body.limit
        while true {
            switch keyword {
            case .order: try orderBy(body)
            case .limit:
                advance()
                limit = try limitCount()
            case .offset:
                advance()
                try expression()
                if !accept(.row) { _ = accept(.rows) }
            case .fetch: limit = try fetchFirst()
            case .for:
                if try !lockingClause(firstTarget) {
                    queryLimit = limit
                    return
                }
            default:
                queryLimit = limit
                return
            }
        }
    }

    /// ORDER BY of a query: an output column's name or number comes first, as in PostgreSQL.
    private func orderBy(_ body: QueryBody) throws(Misread) {
        try expect(.order)
        try expect(.by)
        repeat {
            let (firstRef, firstPending) = (refs.count, pending.count)
            let item = try expression()
            if item.form == .constant {
                use(body.outputs, for: .filter)
            } else if item.form == .column, refs.count == firstRef + 1, refs[firstRef].kind == .plain {
                let found = usedByName(item.name, body.outputs)
                if !found, !body.scopeIsOpen { use(body.outputs, for: .filter) }
                if found || !body.scopeIsOpen {
                    if refs[firstRef].mayBeVariable { pendingVariables -= 1 }
                    refs.truncate(to: firstRef)
                    pending.truncate(to: firstPending)
                }
            }
            try sortDirection()
        } while accept(.comma)
    }

    /// Behind LIMIT. A parameter may be NULL, which is no limit, so it is not known.
    private func limitCount() throws(Misread) -> (has: Ternary, rows: Int64?) {
        if accept(.all) { return (.no, nil) }
        if at(.null) {
            try expression()
            return (.no, nil)
        }
        let first = token
        let item = try expression()
        if item.lastToken - item.firstToken == 1, let rows = integerValue(first) { return (.yes, rows) }
        return (.unknown, nil)
    }

    /// FETCH FIRST [n] ROWS ONLY | WITH TIES. Ties may be any number of rows.
    private func fetchFirst() throws(Misread) -> (has: Ternary, rows: Int64?) {
        try expect(.fetch)
        guard accept(.first) || accept(.next) else { throw .syntax }
        var limit: (has: Ternary, rows: Int64?) = (.yes, 1)
        if !at(.row), !at(.rows) {
            let first = token
            let item = try operators(primaryOrSigned(), beginExpr(), Precedence.collate + 2)
            limit =
                item.lastToken - item.firstToken == 1 && integerValue(first) != nil
                ? (.yes, integerValue(first)) : (.unknown, nil)
        }
        guard accept(.row) || accept(.rows) else { throw .syntax }
        if accept(.only) { return limit }
        try expect(.with)
        try expect(.ties)
        return (.unknown, nil)
    }

    private func primaryOrSigned() throws(Misread) -> Expr {
        if at(.plus) || at(.minus) {
            let start = beginExpr()
            advance()
            _ = try primary()
            return finish(start, .constant)
        }
        return try primary()
    }

    /// FOR UPDATE and its kin lock rows: a `lock` of the tables named, or of every table the query reads. FOR READ
    /// ONLY does nothing.
    private func lockingClause(_ firstTarget: Int) throws(Misread) -> Bool {
        let start = token.start
        switch peek(1).keyword {
        case .read:
            advance()
            advance()
            try expect(.only)
            return true
        case .update, .share:
            advance()
            advance()
        case .no:
            advance()
            advance()
            try expect(.key)
            try expect(.update)
        case .key:
            advance()
            advance()
            try expect(.share)
        default: return false
        }
        if accept(.of) {
            try commaSeparated { () throws(Misread) in
                let name = try self.qualifiedName()
                guard self.mayStep(self.targets.count - firstTarget) else { throw Misread.tooManyNames }
                var found = false
                for target in firstTarget..<self.targets.count where self.targets[target].name == name.name {
                    try self.lock(target, start)
                    found = true
                }
                // An alias: its table is not looked for, every table of the query stands for it.
                if !found { for target in firstTarget..<self.targets.count { try self.lock(target, start) } }
            }
        } else {
            guard mayStep(targets.count - firstTarget) else { throw .tooManyNames }
            for target in firstTarget..<targets.count { try lock(target, start) }
        }
        if accept(.nowait) { return true }
        if accept(.skip) { try expect(.locked) }
        return true
    }

    private func lock(_ index: Int, _ start: UInt32) throws(Misread) {
        let target = targets[index]
        _ = try access(.lock, .table, schema: target.schema, name: target.name, start, tokens[p - 1].end)
    }

    // MARK: WITH

    /// WITH [RECURSIVE] name [(columns)] AS [[NOT] MATERIALIZED] (statement) [SEARCH …] [CYCLE …], …
    func withClause() throws(Misread) {
        try expect(.with)
        let recursive = accept(.recursive)
        let first = commonTables.count
        if recursive { try announceCommonTables() }
        var index = first
        repeat {
            let name = try columnId()
            let alias = Int32(aliasNames.count)
            if accept(.openParen) {
                repeat { aliasNames.append(try columnId()) } while accept(.comma)
                try expect(.closeParen)
            }
            let aliases = Int32(aliasNames.count) - alias
            try expect(.as)
            if accept(.not) { try expect(.materialized) } else { _ = accept(.materialized) }
            var table = CommonTable(
                name: name, state: .reading, modifies: false, outputs: .none, firstAlias: alias, aliasCount: aliases)
            if recursive {
                table.usedAhead = commonTables[index].usedAhead
                commonTables[index] = table
            }
            try expect(.openParen)
            table.outputs = try commonTableBody(recursive ? index : -1, &table)
            try expect(.closeParen)
            if !(recursive && commonTables[index].state == .partial) {
                table.outputs = renamed(table.outputs, first: alias, count: aliases)
            }
            if recursive { try searchOrCycle(&table) } else if at(.search) || at(.cycle) { throw .syntax }
            table.state = .done
            if recursive {
                if commonTables[index].usedAhead { use(table.outputs, for: .every) }
                commonTables[index] = table
            } else {
                commonTables.append(table)
            }
            index += 1
        } while accept(.comma)
    }

    /// Names of all queries of WITH RECURSIVE, which see each other. One that is used before it is read is a forward reference.
    private func announceCommonTables() throws(Misread) {
        let before = p
        repeat {
            let name = try columnId()
            commonTables.append(CommonTable(name: name, state: .ahead, modifies: false, outputs: .none))
            if at(.openParen) { try skipParentheses() }
            try expect(.as)
            if accept(.not) { try expect(.materialized) } else { _ = accept(.materialized) }
            try skipParentheses()
            p = pastSearchAndCycle(p)
        } while accept(.comma)
        p = before
    }

    /// Only to look ahead: what is skipped here is read later.
    private func skipParentheses() throws(Misread) {
        guard at(.openParen), token.value > 0 else { throw .syntax }
        p = Int(token.value) + 1
    }

    private func commonTableBody(_ index: Int, _ table: inout CommonTable) throws(Misread) -> Outputs {
        let outer = use
        defer { use = outer }
        let at = skippedWith()
        switch tokens[at].keyword {
        case .insert, .update, .delete, .merge:
            table.modifies = true
            if index >= 0 { commonTables[index].modifies = true }
            return try modifyingStatement()
        default: return try query(.inner, recursive: index)
        }
    }

    /// The token behind a WITH clause that begins here, to tell a query from a modifying statement.
    func skippedWith() -> Int {
        guard at(.with) else { return p }
        var index = p
        while index < lastToken, tokens[index].mark != .semicolon {
            if tokens[index].mark == .openParen {
                guard tokens[index].value > 0 else { return index }
                index = pastSearchAndCycle(Int(tokens[index].value) + 1)
                switch tokens[index].keyword {
                case .select, .values, .table, .insert, .update, .delete, .merge: return index
                default: continue
                }
            }
            if tokens[index].mark == .closeParen { return index }
            index += 1
        }
        return index
    }

    /// The token behind SEARCH and CYCLE clauses that begin at a token, to look ahead; that token where there are none.
    private func pastSearchAndCycle(_ first: Int) -> Int {
        var index = first
        let last = lastToken
        func skipNames() {
            index += 1
            while index + 2 < last, tokens[index].mark == .comma { index += 2 }
        }
        if tokens[index].keyword == .search, index + 4 < last {
            index += 4
            skipNames()
            index += 2
        }
        if index < last, tokens[index].keyword == .cycle {
            index += 1
            skipNames()
            while index < last, tokens[index].keyword != .using, tokens[index].mark != .semicolon { index += 1 }
            index += 2
        }
        return min(index, last)
    }

    /// SEARCH DEPTH | BREADTH FIRST BY … SET …; CYCLE … SET … [TO … DEFAULT …] USING …. They add columns.
    private func searchOrCycle(_ table: inout CommonTable) throws(Misread) {
        use = .filter
        if accept(.search) {
            guard accept(.depth) || accept(.breadth) else { throw .syntax }
            try expect(.first)
            try expect(.by)
            try commaSeparated { () throws(Misread) in _ = try self.columnId() }
            try expect(.set)
            try addColumn(try columnId(), to: &table)
        }
        if accept(.cycle) {
            try commaSeparated { () throws(Misread) in _ = try self.columnId() }
            try expect(.set)
            try addColumn(try columnId(), to: &table)
            if accept(.to) {
                try expression(Precedence.comparison)
                try expect(.default)
                try expression(Precedence.comparison)
            }
            try expect(.using)
            try addColumn(try columnId(), to: &table)
        }
    }

    /// One more column, made from all the others; the list is copied so that it lies together.
    private func addColumn(_ name: Symbol, to table: inout CommonTable) throws(Misread) {
        use(table.outputs, for: .filter)
        let copied = renamed(table.outputs, first: 0, count: 0, always: true)
        outputColumns.append(OutputColumn(name: name, firstRef: 0, lastRef: 0, bare: false, star: false))
        table.outputs = Outputs(first: copied.first, count: copied.count + 1)
    }
}
