// Publications and extended statistics: definitions that name tables and read their columns.

import Machine

extension SQLReader {
    /// CREATE or ALTER PUBLICATION: what is published leaves the database, so its tables count as read and stored.
    func publication(_ verb: Verb) throws(Misread) {
        kind = verb == .create ? "create publication" : "alter publication"
        try expect(.publication)
        let start = token.start
        let name = try columnId()
        _ = try access(verb, .any, schema: .none, name: name, start, tokens[p - 1].end)
        if accept(.for) || accept(.add) || accept(.drop) {
            try publishedObjects()
        } else if at(.set), peek(1).mark != .openParen {
            advance()
            try publishedObjects()
        } else if accept(.set) {
            return try optionList()
        } else if accept(.rename) || accept(.owner) {
            try expect(.to)
            _ = try label()
        }
        if accept(.with) { try optionList() }
    }

    /// ALL TABLES, TABLES IN SCHEMA x, TABLE a [(columns)] [WHERE (…)], b, …
    private func publishedObjects() throws(Misread) {
        if accept(.all) {
            while token.isName || at(.comma), !at(.with) { advance() }
            return
        }
        var schemas = false
        repeat {
            if accept(.tables) {
                try expect(.in)
                try expect(.schema)
                schemas = true
            } else if accept(.table) {
                schemas = false
            }
            if schemas {
                let written = token
                let name = at(.currentSchema) ? try label() : try columnId()
                _ = try access(.select, .schema, schema: .none, name: name, written.start, written.end)
            } else {
                try publishedTable()
            }
        } while accept(.comma)
    }

    private func publishedTable() throws(Misread) {
        let table = try relationExpression()
        let range = try accesses(.select, .table, table)
        for index in Int(range.first)..<Int(range.first + range.count) {
            let access = try selectAccess(ofTarget: index)
            findings.accesses[access].everyColumn = true
            findings.accesses[access].everyUses.formUnion(.stored)
        }
        if at(.openParen) { try nameListInParentheses() }
        guard accept(.where) else { return }
        openScope()
        addTarget(range, alias: table.name)
        use = .filter
        try oneInParentheses()
        try closeScope()
    }

    /// CREATE STATISTICS [name] [(kinds)] ON expressions FROM tables.
    func createStatistics() throws(Misread) {
        kind = "create statistics"
        try expect(.statistics)
        try ifExists()
        if !at(.openParen), !at(.on) {
            try schemaAccess(.create, .any, try qualifiedName())
        }
        if at(.openParen) { try nameListInParentheses() }
        try expect(.on)
        openScope()
        use = .filter
        try commaSeparated { () throws(Misread) in try self.expression() }
        try expect(.from)
        try fromClause()
        for index in Int(scopes[scopes.count - 1].firstTarget)..<targets.count {
            let target = targets[index]
            _ = try access(.alter, .table, schema: target.schema, name: target.name, target.start, target.end)
        }
        try closeScope()
    }
}
