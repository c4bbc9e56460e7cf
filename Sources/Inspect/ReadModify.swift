// INSERT, UPDATE, DELETE and MERGE, alone or in WITH.

import Machine

extension SQLReader {
    /// A modifying statement with its own WITH; the columns are RETURNING's.
    func modifyingStatement() throws(Misread) -> Outputs {
        try enter()
        let visible = commonTables.count
        if at(.with) { try withClause() }
        let outputs: Outputs
        switch keyword {
        case .insert: outputs = try insert()
        case .update: outputs = try update()
        case .delete: outputs = try delete()
        case .merge: outputs = try merge()
        default: throw .syntax
        }
        commonTables.truncate(to: visible)
        leave()
        return outputs
    }

    // MARK: INSERT

    private func insert() throws(Misread) -> Outputs {
        try expect(.insert)
        try expect(.into)
        let name = try qualifiedName()
        let range = try accesses(.insert, .table, name)
        noteSettings(name)
        let alias = accept(.as) ? try columnId() : name.name
        if at(.openParen), !holdsQuery(p) {
            try writtenColumns(range, verb: .insert)
        } else {
            try writeEvery(range, .insert)
        }
        try overriding()
        if accept(.default) {
            try expect(.values)
        } else {
            let outputs = try query(.outermost)
            use(outputs, for: .stored)
        }
        openScope()
        addTarget(range, alias: alias)
        if at(.on) { try onConflict(range) }
        return try returningAndClose(range)
    }

    private func overriding() throws(Misread) {
        guard accept(.overriding) else { return }
        guard accept(.user) || accept(.system) else { throw .syntax }
        try expect(.value)
    }

    /// `(a, b.field, c[1])`: each name is a column written.
    func writtenColumns(_ range: (first: Int32, count: Int32), verb: Verb) throws(Misread) {
        try expect(.openParen)
        if range.count == 1 {
            // One table, as most are: its access is looked for once.
            let target = targets[Int(range.first)]
            let found = try access(verb, .table, schema: target.schema, name: target.name, target.start, target.end)
            repeat {
                let column = findings.column(try columnId(), of: found)
                findings.columns[column].uses.formUnion(.write)
                try writtenPart()
            } while accept(.comma)
        } else {
            repeat { try writtenColumn(range, verb) } while accept(.comma)
        }
        try expect(.closeParen)
    }

    private func writtenColumn(_ range: (first: Int32, count: Int32), _ verb: Verb) throws(Misread) {
        let name = try columnId()
        for index in Int(range.first)..<Int(range.first + range.count) {
            let target = targets[index]
            let found = try access(verb, .table, schema: target.schema, name: target.name, target.start, target.end)
            let column = findings.column(name, of: found)
            findings.columns[column].uses.formUnion(.write)
        }
        try writtenPart()
    }

    /// `.field`, `[1]`: only a part of the column is written.
    @inline(__always) private func writtenPart() throws(Misread) {
        while true {
            if accept(.dot) { _ = try label() } else if at(.openBracket) { try subscripts() } else { return }
        }
    }

    func writeEvery(_ range: (first: Int32, count: Int32), _ verb: Verb) throws(Misread) {
        for index in Int(range.first)..<Int(range.first + range.count) {
            let target = targets[index]
            let found = try access(verb, .table, schema: target.schema, name: target.name, target.start, target.end)
            useEveryColumn(of: found, target.relation, .write)
        }
    }

    /// ON CONFLICT [(columns) [WHERE …] | ON CONSTRAINT name] DO NOTHING | DO UPDATE SET … [WHERE …].
    private func onConflict(_ range: (first: Int32, count: Int32)) throws(Misread) {
        try expect(.on)
        try expect(.conflict)
        use = .filter
        if accept(.on) {
            try expect(.constraint)
            _ = try columnId()
        } else if at(.openParen) {
            try expect(.openParen)
            repeat {
                try expression(Precedence.collate + 1)
                if accept(.collate) { try anyName() }
                if startsColumnId(token) { try anyName() }
            } while accept(.comma)
            try expect(.closeParen)
            if accept(.where) { try expression() }
        }
        try expect(.do)
        if accept(.nothing) { return }
        try expect(.update)
        try expect(.set)
        var excluded = Source(kind: .phantom, alias: known.excluded)
        excluded.qualifiedOnly = true
        excluded.firstTarget = range.first
        excluded.targetCount = range.count
        sources.append(excluded)
        _ = try accesses(.update, range)
        try setClauses(range)
        if accept(.where) {
            use = .filter
            try expression()
        }
    }

    private func accesses(_ verb: Verb, _ range: (first: Int32, count: Int32)) throws(Misread) -> Int32 {
        for index in Int(range.first)..<Int(range.first + range.count) {
            let target = targets[index]
            _ = try access(verb, .table, schema: target.schema, name: target.name, target.start, target.end)
        }
        return range.count
    }

    // MARK: UPDATE and DELETE

    private func update() throws(Misread) -> Outputs {
        try expect(.update)
        let name = try relationExpression()
        let range = try accesses(.update, .table, name)
        noteSettings(name)
        openScope()
        addTarget(range, alias: try optionalAlias() ?? name.name)
        try expect(.set)
        try setClauses(range)
        let source = sources.count
        if accept(.from) { try fromClause() }
        note(try whereOrCursor(of: source - 1))
        return try returningAndClose(range)
    }

    private func delete() throws(Misread) -> Outputs {
        try expect(.delete)
        try expect(.from)
        let name = try relationExpression()
        let range = try accesses(.delete, .table, name)
        openScope()
        addTarget(range, alias: try optionalAlias() ?? name.name)
        let source = sources.count
        if accept(.using) { try fromClause() }
        note(try whereOrCursor(of: source - 1))
        return try returningAndClose(range)
    }

    /// An update of pg_settings is set_config() with names that only its rows know.
    private func noteSettings(_ name: QualifiedName) {
        guard name.name == known.pgSettings else { return }
        statement.mayChangeLexicalState = true
        opaqueness = .setting
    }

    /// WHERE condition, or WHERE CURRENT OF cursor: that is one row.
    private func whereOrCursor(of source: Int) throws(Misread) -> WhereShape {
        guard accept(.where) else { return .none }
        use = .filter
        if at(.current), peek(1).keyword == .of {
            advance()
            advance()
            _ = try columnId()
            return .keyed
        }
        let condition = try expression()
        return mayChoose(condition, source) ? shape(of: condition) : .tautology
    }

    /// A condition on the other tables only is met by every row of the one that changes, or by none.
    private func mayChoose(_ condition: Expr, _ source: Int) -> Bool {
        if truth(of: condition) == .never { return true }
        for index in Int(condition.firstRef)..<Int(condition.lastRef) where !refs[index].mayBeVariable {
            switch refs[index].kind {
            case .plain, .merged, .star: return true
            case .qualified, .qualifiedStar: if refs[index].qualifier == sources[source].alias { return true }
            }
        }
        return false
    }

    /// `a = x, (b, c) = (…)`: what is read here is stored.
    private func setClauses(_ range: (first: Int32, count: Int32)) throws(Misread) {
        use = .stored
        repeat {
            if at(.openParen) {
                try writtenColumns(range, verb: .update)
            } else {
                try writtenColumn(range, .update)
            }
            try expect(.equal)
            try expressionOrDefault()
        } while accept(.comma)
        use = []
    }

    /// DEFAULT may stand for a value, also inside a row.
    private func expressionOrDefault() throws(Misread) {
        if accept(.default) { return }
        if at(.row), peek(1).mark == .openParen { advance() }
        if at(.openParen), !holdsQuery(p), let close = rowWithDefault() {
            try expect(.openParen)
            repeat { if !accept(.default) { try expression() } } while accept(.comma)
            guard p == close else { throw .syntax }
            return try expect(.closeParen)
        }
        try expression()
    }

    /// The closing parenthesis, when a row here has DEFAULT as an item.
    private func rowWithDefault() -> Int? {
        let close = Int(token.value)
        guard close > p else { return nil }
        for index in p..<close where tokens[index].keyword == .default { return close }
        return nil
    }

    /// RETURNING [WITH (OLD AS o, NEW AS n)] list, and the end of the statement's scope.
    func returningAndClose(_ range: (first: Int32, count: Int32)) throws(Misread) -> Outputs {
        var outputs = Outputs.none
        if accept(.returning) {
            statement.returnsRows = true
            var (old, new) = (known.old, known.new)
            if at(.with), peek(1).mark == .openParen {
                advance()
                advance()
                repeat {
                    let word = try name()
                    try expect(.as)
                    if word == known.old {
                        old = try columnId()
                    } else if word == known.new {
                        new = try columnId()
                    } else {
                        throw .syntax
                    }
                } while accept(.comma)
                try expect(.closeParen)
            }
            for alias in [old, new] { addPastRow(range, alias) }
            outputs = try targetList()
        }
        try closeScope()
        return outputs
    }

    /// `old` and `new` of PostgreSQL 18, unless a table goes by that name.
    private func addPastRow(_ range: (first: Int32, count: Int32), _ alias: Symbol) {
        addTarget(range, alias: alias)
        sources[sources.count - 1].qualifiedOnly = true
    }

    // MARK: MERGE

    private func merge() throws(Misread) -> Outputs {
        try expect(.merge)
        try expect(.into)
        let name = try relationExpression()
        let range = try addTargets(name)
        noteSettings(name)
        openScope()
        addTarget(range, alias: try optionalAlias() ?? name.name)
        try expect(.using)
        let pendingBefore = pending.count
        try tableReference()
        markInsideFrom(since: pendingBefore)
        try expect(.on)
        use = .filter
        // It has no WHERE: ON pairs rows, and WHEN NOT MATCHED BY SOURCE changes those that it does not hold for.
        try expression()
        note(.none)
        var changes = false
        repeat { changes = try mergeBranch(range) || changes } while at(.when)
        // With DO NOTHING alone it is only joined, and read.
        if !changes { for index in Int(range.first)..<Int(range.first + range.count) { _ = try selectAccess(ofTarget: index) } }
        let outer = isReturningOfMerge
        isReturningOfMerge = true
        defer { isReturningOfMerge = outer }
        return try returningAndClose(range)
    }

    /// WHEN [NOT] MATCHED … THEN …; whether it changes the table.
    private func mergeBranch(_ range: (first: Int32, count: Int32)) throws(Misread) -> Bool {
        try expect(.when)
        _ = accept(.not)
        try expect(.matched)
        if accept(.by) { guard accept(.source) || accept(.target) else { throw .syntax } }
        use = .filter
        if accept(.and) { try expression() }
        try expect(.then)
        switch keyword {
        case .update:
            advance()
            try expect(.set)
            _ = try accesses(.update, range)
            try setClauses(range)
        case .delete:
            advance()
            _ = try accesses(.delete, range)
        case .insert:
            advance()
            if at(.openParen) { try writtenColumns(range, verb: .insert) } else { try writeEvery(range, .insert) }
            try overriding()
            if accept(.default) {
                try expect(.values)
                return true
            }
            try expect(.values)
            use = .stored
            try expect(.openParen)
            repeat { try expressionOrDefault() } while accept(.comma)
            try expect(.closeParen)
        case .do:
            advance()
            try expect(.nothing)
            return false
        default: throw .syntax
        }
        return true
    }
}
