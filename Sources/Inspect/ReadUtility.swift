// Statements that act on whole objects and are not definitions: COPY's neighbours TRUNCATE, LOCK, VACUUM, CALL, EXPLAIN.

import Machine

extension SQLReader {
    /// False, with nothing read, when the statement is not one of these.
    func utilityStatement() throws(Misread) -> Bool {
        switch keyword {
        case .copy: try copyStatement()
        case .explain: try explainStatement()
        case .truncate: try truncateStatement()
        case .lock: try lockStatement()
        case .call: try callStatement()
        case .do: try doStatement()
        case .load:
            kind = "load"
            advance()
            guard token.isString else { throw .syntax }
            _ = try access(.run, .program, schema: .none, name: try stringSymbol(token), token.start, token.end)
            advance()
        case .vacuum, .analyze, .analyse, .cluster, .reindex, .refresh, .checkpoint: return try maintenanceStatement()
        default: return false
        }
        return true
    }

    /// TRUNCATE [TABLE] [ONLY] name [*], … [RESTART | CONTINUE IDENTITY] [CASCADE | RESTRICT].
    private func truncateStatement() throws(Misread) {
        kind = "truncate"
        try expect(.truncate)
        _ = accept(.table)
        try commaSeparated { () throws(Misread) in
            _ = try self.accesses(.truncate, .table, try self.relationExpression())
        }
        if accept(.restart) || accept(.continue) { try expect(.identity) }
        try dropBehaviour()
    }

    func dropBehaviour() throws(Misread) { if !accept(.cascade) { _ = accept(.restrict) } }

    /// LOCK [TABLE] [ONLY] name [*], … [IN mode MODE] [NOWAIT].
    private func lockStatement() throws(Misread) {
        kind = "lock"
        try expect(.lock)
        _ = accept(.table)
        try commaSeparated { () throws(Misread) in
            _ = try self.accesses(.lock, .table, try self.relationExpression())
        }
        if accept(.in) {
            while accept(.access) || accept(.row) || accept(.share) || accept(.update) || accept(.exclusive) {}
            try expect(.mode)
        }
        _ = accept(.nowait)
    }

    /// CALL name(arguments): always a call, whatever the name.
    private func callStatement() throws(Misread) {
        kind = "call"
        statement.returnsRows = true
        try expect(.call)
        let start = beginExpr()
        let written = token
        guard startsColumnId(token) || startsFunctionName(token) else { throw .syntax }
        var name = QualifiedName()
        var ahead = p
        name.name = try symbol(of: tokens[ahead])
        while tokens[ahead + 1].mark == .dot, tokens[ahead + 2].isName {
            ahead += 2
            name.schema = name.name
            name.name = try symbol(of: tokens[ahead])
        }
        guard tokens[ahead + 1].mark == .openParen else { throw .syntax }
        let end = tokens[ahead].end
        if !name.schema.isNone {
            _ = try access(.call, .function, schema: name.schema, name: name.name, written.start, end)
        } else {
            lookedUpAlongPath()
            for index in 0..<searchPath.count {
                _ = try access(.call, .function, schema: searchPath[index], name: name.name, written.start, end)
            }
        }
        use = [.computed]
        _ = try nameOrCall(start)
    }

    // MARK: Maintenance

    /// VACUUM, ANALYZE, CLUSTER, REINDEX, REFRESH, CHECKPOINT: `maintain` of the table, or of the database.
    func maintenanceStatement() throws(Misread) -> Bool {
        let written = token
        switch keyword {
        case .vacuum, .analyze, .analyse:
            kind = at(.vacuum) ? "vacuum" : "analyze"
            advance()
            if at(.openParen) {
                try optionList()
            } else {
                while accept(.full) || accept(.freeze) || accept(.verbose) || accept(.analyze) || accept(.analyse) {}
            }
            if atEnd { return try maintainDatabase(written) }
            try commaSeparated { () throws(Misread) in
                _ = try self.accesses(.maintain, .table, try self.relationExpression())
                if self.at(.openParen) { try self.nameListInParentheses() }
            }
        case .cluster:
            kind = "cluster"
            advance()
            if at(.openParen) { try optionList() } else { _ = accept(.verbose) }
            if atEnd { return try maintainDatabase(written) }
            let name = try qualifiedName()
            if accept(.on) {
                _ = try accesses(.maintain, .table, try qualifiedName())
            } else {
                _ = try accesses(.maintain, .table, name)
                if accept(.using) { _ = try columnId() }
            }
        case .reindex: try reindex(written)
        case .refresh:
            kind = "refresh materialized view"
            advance()
            try expect(.materialized)
            try expect(.view)
            _ = accept(.concurrently)
            _ = try accesses(.maintain, .table, try qualifiedName())
            if accept(.with) {
                _ = accept(.no)
                try expect(.data)
            }
        case .checkpoint:
            kind = "checkpoint"
            advance()
            if at(.openParen) { try optionList() }
            return try maintainDatabase(written)
        default: return false
        }
        return true
    }

    private func maintainDatabase(_ written: Token) throws(Misread) -> Bool {
        _ = try access(.maintain, .database, schema: .none, name: .none, written.start, written.end)
        return true
    }

    /// REINDEX [(options)] INDEX | TABLE | SCHEMA | SYSTEM | DATABASE [CONCURRENTLY] [name].
    private func reindex(_ written: Token) throws(Misread) {
        kind = "reindex"
        advance()
        if at(.openParen) { try optionList() }
        let what = keyword
        advance()
        _ = accept(.concurrently)
        switch what {
        case .table: _ = try accesses(.maintain, .table, try qualifiedName())
        case .index: _ = try accesses(.maintain, .index, try qualifiedName())
        case .schema:
            let name = try columnId()
            _ = try access(.maintain, .schema, schema: .none, name: name, written.start, tokens[p - 1].end)
        case .system, .database:
            let name = atEnd ? Symbol.none : try columnId()
            _ = try access(.maintain, .database, schema: .none, name: name, written.start, tokens[p - 1].end)
        default: throw .syntax
        }
    }
}
