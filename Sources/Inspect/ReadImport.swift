// IMPORT FOREIGN SCHEMA: foreign tables made from what another server lists.

import Machine

extension SQLReader {
    /// IMPORT FOREIGN SCHEMA remote [LIMIT TO | EXCEPT (tables)] FROM SERVER server INTO local [OPTIONS (…)]: a `create` of
    /// each table that LIMIT TO names, or of the whole local schema where the other server says which they are.
    func importStatement() throws(Misread) {
        kind = "import foreign schema"
        try expect(.import)
        try expect(.foreign)
        try expect(.schema)
        _ = try columnId()
        let first = aliasNames.count
        var limited = false
        if accept(.limit) {
            try expect(.to)
            limited = true
            try importedTables()
        } else if accept(.except) {
            try importedTables()
        }
        try expect(.from)
        try expect(.server)
        _ = try columnId()
        try expect(.into)
        let start = token.start
        let schema = try columnId()
        let end = tokens[p - 1].end
        if limited {
            for index in first..<aliasNames.count {
                _ = try access(.create, .table, schema: schema, name: aliasNames[index], start, end)
            }
        } else {
            _ = try access(.create, .schema, schema: .none, name: schema, start, end)
        }
        aliasNames.truncate(to: first)
        if accept(.options) { try genericOptions() }
    }

    /// The names, left in `aliasNames`.
    private func importedTables() throws(Misread) {
        try expect(.openParen)
        repeat { aliasNames.append(try relationExpression().name) } while accept(.comma)
        try expect(.closeParen)
    }
}
