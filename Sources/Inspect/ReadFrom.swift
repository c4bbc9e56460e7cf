// FROM: tables, sub-queries, functions and joins become the sources of the query being read.

import Machine

extension SQLReader {
    /// from_list. References inside see only part of the level, so they stay open for enclosing queries too.
    func fromClause() throws(Misread) {
        let outer = use
        use = .filter
        let firstPending = pending.count
        try commaSeparated { () throws(Misread) in try self.tableReference() }
        markInsideFrom(since: firstPending)
        use = outer
    }

    /// table_ref with all joins that follow.
    func tableReference() throws(Misread) {
        try enter()
        let first = sources.count
        try tablePrimary()
        try joins(from: first)
        leave()
    }

    private func joins(from first: Int) throws(Misread) {
        while true {
            switch keyword {
            case .cross:
                advance()
                try expect(.join)
                try tablePrimary()
            case .natural:
                advance()
                _ = joinType()
                try expect(.join)
                let right = sources.count
                try tablePrimary()
                scopes[scopes.count - 1].mergesColumns = true
                if try joinKnownColumns(left: first, right: right) { continue }
                for index in first..<sources.count { try readEveryColumn(of: index) }
            case .join, .inner, .left, .right, .full:
                guard joinType(), accept(.join) else { throw .syntax }
                let right = sources.count
                try tablePrimary()
                if !at(.on), !at(.using) {
                    try enter()
                    try joins(from: right)
                    leave()
                }
                try joinCondition(from: first)
            default: return
            }
        }
    }

    /// [INNER | LEFT [OUTER] | RIGHT [OUTER] | FULL [OUTER]].
    private func joinType() -> Bool {
        if accept(.inner) { return true }
        if accept(.left) || accept(.right) || accept(.full) { _ = accept(.outer) }
        return true
    }

    private func joinCondition(from first: Int) throws(Misread) {
        if accept(.on) {
            try expression()
            return
        }
        try expect(.using)
        try expect(.openParen)
        scopes[scopes.count - 1].mergesColumns = true
        repeat {
            reference(.merged, name: try columnId())
        } while accept(.comma)
        try expect(.closeParen)
        if accept(.as) {
            var source = Source(kind: .join, alias: try columnId())
            source.qualifiedOnly = true
            source.firstCovered = Int32(first)
            source.lastCovered = Int32(sources.count)
            sources.append(source)
        }
    }

    /// NATURAL JOIN compares whatever columns the tables have in common.
    private func readEveryColumn(of index: Int) throws(Misread) {
        resolutionSteps += 1
        if resolutionSteps > InspectLimits.resolutionSteps { throw .tooManyNames }
        let source = sources[index]
        switch source.kind {
        case .relation:
            for target in Int(source.firstTarget)..<Int(source.firstTarget + source.targetCount) {
                let access = try selectAccess(ofTarget: target)
                useEveryColumn(of: access, targets[target].relation, .filter)
            }
        case .derived, .function: use(source.outputs, for: .filter)
        case .join, .phantom: return
        }
    }

    // MARK: One item

    private func tablePrimary() throws(Misread) {
        let lateral = accept(.lateral)
        if at(.openParen) {
            if holdsQuery(p) {
                let outputs = try subquery(use: [])
                scopes[scopes.count - 1].touchesTables = true
                return try addDerived(outputs)
            }
            guard !lateral else { throw .syntax }
            return try joinedTable()
        }
        if at(.rows), peek(1).keyword == .from { return try rowsFrom() }
        if at(.xmltable), peek(1).mark == .openParen { return try xmlTable() }
        if at(.jsonTable), peek(1).mark == .openParen { return try jsonTable() }
        if !lateral, try relationItem() { return }
        try functionItem()
    }

    /// `(a JOIN b …)`, perhaps with an alias that hides the names inside.
    private func joinedTable() throws(Misread) {
        try enter()
        let first = sources.count
        try expect(.openParen)
        try tablePrimary()
        try joins(from: first)
        try expect(.closeParen)
        leave()
        guard let alias = try optionalAlias() else { return }
        let names = aliasNames.count
        if at(.openParen) { try aliasColumns() }
        for index in first..<sources.count {
            sources[index].hidden = true
        }
        var source = Source(kind: .join, alias: alias)
        source.renamed = aliasNames.count > names
        source.firstCovered = Int32(first)
        source.lastCovered = Int32(sources.count)
        sources.append(source)
        if source.renamed { for index in first..<Int(source.lastCovered) { sources[index].renamed = true } }
    }

    /// A table by name; false when the name is a function's.
    private func relationItem() throws(Misread) -> Bool {
        if !at(.only) {
            var ahead = p
            guard startsColumnId(tokens[ahead]) else { return false }
            while tokens[ahead + 1].mark == .dot, tokens[ahead + 2].isName { ahead += 2 }
            if tokens[ahead + 1].mark == .openParen { return false }
        }
        let name = try relationExpression()
        let alias = try optionalAlias()
        let names = aliasNames.count
        if alias != nil, at(.openParen) { try aliasColumns() }
        if name.schema.isNone, let table = commonTable(named: name.name) {
            try addCommonTable(table, alias: alias ?? name.name, names: names)
        } else {
            try addRelation(name, alias: alias ?? name.name)
            scopes[scopes.count - 1].touchesTables = true
            if aliasNames.count > names { sources[sources.count - 1].renamed = true }
        }
        aliasNames.truncate(to: names)
        try tableSample()
        return true
    }

    /// relation_expr: [ONLY] name [*], ONLY (name).
    func relationExpression() throws(Misread) -> QualifiedName {
        if accept(.only) {
            if accept(.openParen) {
                let name = try qualifiedName()
                try expect(.closeParen)
                return name
            }
            return try qualifiedName()
        }
        let name = try qualifiedName()
        _ = accept(.star)
        return name
    }

    private func tableSample() throws(Misread) {
        guard accept(.tablesample) else { return }
        var name = QualifiedName()
        let written = token
        guard startsFunctionName(token) || startsColumnId(token) else { throw .syntax }
        name.name = try self.name()
        while accept(.dot) {
            name.schema = name.name
            name.name = try label()
        }
        // Sampling methods are functions; pg_catalog's two are harmless, every other is a call.
        let bytes = symbols.bytes(name.name)
        let known = bytes.elementsEqual("bernoulli".utf8) || bytes.elementsEqual("system".utf8)
        if !known || !(name.schema.isNone || name.schema == self.known.pgCatalog) {
            try functionAccess(schema: name.schema, name: name.name, written.start, tokens[p - 1].end)
        }
        try expect(.openParen)
        try commaSeparated { () throws(Misread) in try self.expression() }
        try expect(.closeParen)
        if accept(.repeatable) {
            try expect(.openParen)
            try expression()
            try expect(.closeParen)
        }
    }

    // MARK: Functions

    private func functionItem() throws(Misread) {
        let start = beginExpr()
        let named = token.isName && peek(1).mark == .openParen ? try symbol(of: token) : Symbol.none
        let outer = use
        use = [.computed, .filter]
        guard token.isName else { throw .syntax }
        _ = try functionExpression(start)
        use = outer
        let ordinality = at(.with) && peek(1).keyword == .ordinality
        if ordinality {
            advance()
            advance()
        }
        try functionAlias(named, ordinality: ordinality)
    }

    /// func_expr_windowless: a call, not any expression.
    private func functionExpression(_ start: ExprStart) throws(Misread) -> Expr {
        let before = p
        let expr = keyword == .none || !token.isName ? try nameOrCall(start) : try keywordCall(start)
        guard p > before, tokens[p - 1].mark == .closeParen || expr.form != .column else { throw .syntax }
        return expr
    }

    private func rowsFrom() throws(Misread) {
        advance()
        advance()
        try expect(.openParen)
        let outer = use
        use = [.computed, .filter]
        repeat {
            let start = beginExpr()
            _ = try functionExpression(start)
            if accept(.as) { try columnDefinitions() }
        } while accept(.comma)
        try expect(.closeParen)
        use = outer
        let ordinality = at(.with) && peek(1).keyword == .ordinality
        if ordinality {
            advance()
            advance()
        }
        try functionAlias(.none, ordinality: ordinality)
    }

    /// func_alias_clause: an alias, column names, or column definitions. Names it lists are certainly the function's.
    func functionAlias(_ function: Symbol, ordinality: Bool) throws(Misread) {
        scopes[scopes.count - 1].touchesTables = true
        let first = Int32(outputColumns.count)
        if at(.as), peek(1).mark == .openParen {
            advance()
            try columnDefinitions()
            sources.append(functionSource(.none, first))
            return
        }
        guard let alias = try optionalAlias() else {
            if !function.isNone {
                if symbols.flags(function).contains(.scalarSet) { appendOutput(function) }
                sources.append(functionSource(function, first))
            }
            return
        }
        if at(.openParen) {
            if startsColumnId(peek(1)), peek(2).mark == .comma || peek(2).mark == .closeParen {
                let names = aliasNames.count
                try aliasColumns()
                for index in names..<aliasNames.count { appendOutput(aliasNames[index]) }
                aliasNames.truncate(to: names)
            } else {
                try columnDefinitions()
            }
        } else if !function.isNone, symbols.flags(function).contains(.scalarSet), !ordinality {
            appendOutput(alias)
        }
        sources.append(functionSource(alias, first))
    }

    private func functionSource(_ alias: Symbol, _ first: Int32) -> Source {
        var source = Source(kind: .function, alias: alias)
        source.outputs = Outputs(first: first, count: Int32(outputColumns.count) - first)
        return source
    }

    private func appendOutput(_ name: Symbol) {
        outputColumns.append(OutputColumn(name: name, firstRef: 0, lastRef: 0, bare: false, star: false))
    }

    /// `(a int, b text COLLATE "C")`.
    private func columnDefinitions() throws(Misread) {
        try expect(.openParen)
        repeat {
            appendOutput(try columnId())
            try typeName()
            if accept(.collate) { try anyName() }
        } while accept(.comma)
        try expect(.closeParen)
    }

    // MARK: Sources

    /// [AS] name, when one is there.
    func optionalAlias() throws(Misread) -> Symbol? {
        if accept(.as) { return try columnId() }
        guard startsColumnId(token), !beginsClause(token) else { return nil }
        return try columnId()
    }

    /// Words that may be names but begin the next clause where an alias may stand.
    private func beginsClause(_ token: Token) -> Bool { token.keyword == .set }

    /// `(a, b)` behind an alias, appended to `aliasNames`.
    func aliasColumns() throws(Misread) {
        try expect(.openParen)
        repeat { aliasNames.append(try columnId()) } while accept(.comma)
        try expect(.closeParen)
    }

    func commonTable(named name: Symbol) -> Int? {
        guard mayStep(commonTables.count) else { return nil }
        var index = commonTables.count - 1
        while index >= 0 {
            if commonTables[index].name == name { return index }
            index -= 1
        }
        return nil
    }

    /// A WITH query as a source; the names of an alias' columns begin at `aliasNames[names]`.
    func addCommonTable(_ index: Int, alias: Symbol, names: Int) throws(Misread) {
        var table = commonTables[index]
        if !table.modifies { scopes[scopes.count - 1].touchesTables = true }
        if table.state == .ahead || table.state == .reading {
            commonTables[index].usedAhead = true
            table.outputs = Outputs(first: Int32(outputColumns.count), count: 1)
            outputColumns.append(OutputColumn(name: .none, firstRef: 0, lastRef: 0, bare: false, star: true))
        }
        var source = Source(kind: .derived, alias: alias)
        source.outputs = renamed(table.outputs, first: Int32(names), count: Int32(aliasNames.count - names))
        sources.append(source)
    }

    /// A sub-query with its alias, if it has one.
    private func addDerived(_ outputs: Outputs) throws(Misread) {
        var source = Source(kind: .derived, alias: .none)
        let names = aliasNames.count
        if let alias = try optionalAlias() {
            source.alias = alias
            if at(.openParen) { try aliasColumns() }
        }
        source.outputs = renamed(outputs, first: Int32(names), count: Int32(aliasNames.count - names))
        aliasNames.truncate(to: names)
        sources.append(source)
    }

    /// A table of FROM: its `select` access is there whether or not a column is read.
    func addRelation(_ name: QualifiedName, alias: Symbol) throws(Misread) {
        let range = try addTargets(name)
        for index in Int(range.first)..<Int(range.first + range.count) { _ = try selectAccess(ofTarget: index) }
        addTarget(range, alias: alias)
    }

    /// A table whose `select` access is made only when a column is read: what UPDATE, DELETE and MERGE change.
    func addTarget(_ range: (first: Int32, count: Int32), alias: Symbol) {
        var source = Source(kind: .relation, alias: alias)
        source.firstTarget = range.first
        source.targetCount = range.count
        sources.append(source)
    }
}
