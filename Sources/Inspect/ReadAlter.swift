// ALTER of every class of object, with the commands of ALTER TABLE.

import Machine

extension SQLReader {
    // MARK: ALTER

    func alterStatement() throws(Misread) {
        kind = "alter"
        try expect(.alter)
        if at(.system) { return try alterSystem() }
        if at(.default) { return try alterDefaultPrivileges() }
        if at(.publication) { return try publication(.alter) }
        if namelessClass() { return try namelessObject(.alter, "alter") }
        let written = keyword
        let objectClass = try objectClassWords()
        switch objectClass {
        case .table, .view, .index, .sequence: try alterRelation(objectClass, written)
        case .role, .database: try alterWithSettings(objectClass)
        case .function, .type:
            kind = objectClass == .function ? "alter function" : "alter type"
            try schemaAccess(.alter, objectClass, try routineName())
            if written == .domain, try domainCommand() { return }
            try alterBody()
        case .trigger, .schema, .extension, .any, .parameter, .file, .program, .channel:
            kind = "alter"
            try alterOther(objectClass, written)
        }
    }

    /// What ALTER DOMAIN adds: a constraint, which is checked on every row there is, or a default.
    private func domainCommand() throws(Misread) -> Bool {
        if accept(.set, .default) {
            openScope()
            use = .filter
            try expression()
            try closeScope()
        } else if accept(.add) {
            try domainConstraints()
        } else {
            return false
        }
        return true
    }

    /// SET in what follows may set a parameter for later calls or sessions.
    private func alterBody() throws(Misread) {
        while !atEnd {
            if at(.set), peek(1).keyword != .schema, peek(1).mark != .openParen, startsColumnId(peek(1)),
                peek(2).keyword == .to || peek(2).mark == .equal || peek(2).keyword == .from
            {
                advance()
                try laterSetting(resets: false)
                continue
            }
            if at(.openParen) {
                guard token.value > 0 else { throw .syntax }
                p = Int(token.value)
            } else if at(.closeParen) {
                throw .syntax
            }
            advance()
        }
    }

    private func alterOther(_ objectClass: ObjectClass, _ written: Keyword) throws(Misread) {
        try ifExists()
        let start = token.start
        let name = try routineName()
        if written == .policy || written == .rule || written == .trigger {
            try expect(.on)
            let table = try qualifiedName()
            let range = try accesses(.alter, .table, table)
            _ = try access(.alter, objectClass, schema: table.schema, name: name.name, start, name.end)
            if written == .policy {
                openScope()
                addTarget(range, alias: table.name)
                use = .filter
                while !atEnd {
                    if accept(.using) || accept(.check) {
                        try oneInParentheses()
                    } else {
                        guard token.isName || at(.comma) else { throw .syntax }
                        advance()
                    }
                }
                return try closeScope()
            }
        } else {
            _ = try access(.alter, objectClass, schema: name.schema, name: name.name, start, name.end)
        }
        try definitionBody()
    }

    private func alterSystem() throws(Misread) {
        kind = "alter system"
        let start = token.start
        advance()
        _ = try access(.alter, .database, schema: .none, name: symbols.symbol("system"), start, tokens[p - 1].end)
        if accept(.set) { return try laterSetting(resets: false) }
        try expect(.reset)
        try laterSetting(resets: true)
    }

    /// A setting for later sessions or calls: the path of this message stays.
    private func laterSetting(resets: Bool) throws(Misread) {
        if resets { try resetRest() } else { try setRest() }
    }

    private func alterDefaultPrivileges() throws(Misread) {
        kind = "alter default privileges"
        let start = token.start
        advance()
        try expect(.privileges)
        var verb: Verb?
        while !atEnd {
            if verb == nil, at(.grant) { verb = .grant }
            if verb == nil, at(.revoke) { verb = .revoke }
            guard token.isName || at(.comma) else { throw .syntax }
            advance()
        }
        guard let verb else { throw .syntax }
        _ = try access(verb, .any, schema: .none, name: .none, start, tokens[p - 1].end)
    }

    /// ALTER ROLE name …, ALTER ROLE | DATABASE name [IN DATABASE d] SET …: also a `set` of the parameter.
    private func alterWithSettings(_ objectClass: ObjectClass) throws(Misread) {
        kind = objectClass == .role ? "alter role" : "alter database"
        let start = token.start
        let name = try label()
        _ = try access(.alter, objectClass, schema: .none, name: name, start, tokens[p - 1].end)
        if accept(.in) {
            try expect(.database)
            _ = try columnId()
        }
        statement.mayChangeLexicalState = true
        if at(.set), peek(1).keyword != .tablespace {
            advance()
            return try laterSetting(resets: false)
        }
        if accept(.reset) { return try laterSetting(resets: true) }
        try definitionBody()
    }

    // MARK: ALTER TABLE and its kin

    private func alterRelation(_ objectClass: ObjectClass, _ written: Keyword) throws(Misread) {
        kind = "alter table"
        switch objectClass {
        case .view: kind = "alter view"
        case .index: kind = "alter index"
        case .sequence: kind = "alter sequence"
        default: break  // a table, or a foreign one
        }
        if at(.all), peek(1).keyword == .in { return try moveAll() }
        try ifExists()
        let name = try relationExpression()
        let range = try accesses(.alter, objectClass, name)
        openScope()
        addTarget(range, alias: name.name)
        use = [.filter, .stored]
        repeat { try alterCommand(name, objectClass) } while accept(.comma)
        try closeScope()
    }

    /// ALL IN TABLESPACE name [OWNED BY role, …] SET TABLESPACE name [NOWAIT].
    private func moveAll() throws(Misread) {
        advance()
        try expect(.in)
        try expect(.tablespace)
        _ = try columnId()
        if accept(.owned) {
            try expect(.by)
            try commaSeparated { () throws(Misread) in _ = try self.label() }
        }
        try expect(.set)
        try expect(.tablespace)
        _ = try columnId()
        _ = accept(.nowait)
        opaqueness = .manyTables
    }

    private func alterCommand(_ table: QualifiedName, _ objectClass: ObjectClass) throws(Misread) {
        switch keyword {
        case .add:
            advance()
            switch keyword {
            case .constraint, .check, .unique, .primary, .foreign: return try tableConstraint()
            case .exclude where peek(1).keyword == .using || peek(1).mark == .openParen: return try tableConstraint()
            case .not where peek(1).keyword == .null: return try tableConstraint()
            default: break  // a column
            }
            _ = accept(.column)
            try ifExists()
            try columnDefinition()
        case .alter:
            advance()
            if at(.constraint) { return try plainCommand() }
            _ = accept(.column)
            if token.kind == .integer { advance() } else { _ = try columnId() }
            try alterColumn()
        case .attach:
            advance()
            try expect(.partition)
            _ = try accesses(.alter, .table, try qualifiedName())
            try partitionBounds()
        case .detach:
            advance()
            try expect(.partition)
            _ = try accesses(.alter, .table, try qualifiedName())
            if !accept(.concurrently) { _ = accept(.finalize) }
        case .inherit:
            advance()
            _ = try accesses(.alter, .table, try qualifiedName())
        case .no where peek(1).keyword == .inherit:
            advance()
            advance()
            _ = try accesses(.alter, .table, try qualifiedName())
        case .rename: try renameCommand(table, objectClass)
        case .set where peek(1).keyword == .schema:
            advance()
            advance()
            var moved = table
            moved.schema = try columnId()
            try createAccess(objectClass, moved, temporary: false)
        case .drop, .validate, .enable, .disable, .cluster, .set, .reset, .of, .not, .owner, .replica, .force, .no, .options,
            .increment, .minvalue, .maxvalue, .start, .restart, .cache, .cycle, .owned, .as, .sequence, .depends:
            try plainCommand()
        default: throw .syntax
        }
    }

    /// RENAME [COLUMN | CONSTRAINT] a TO b; a renamed table is a new name.
    private func renameCommand(_ table: QualifiedName, _ objectClass: ObjectClass) throws(Misread) {
        try expect(.rename)
        if accept(.to) {
            var name = QualifiedName()
            name.schema = table.schema
            name.start = token.start
            name.name = try columnId()
            name.end = tokens[p - 1].end
            // What may be a temporary table stays one under its new name.
            if table.schema.isNone, symbols.flags(table.name).contains(.temporary) {
                try createAccess(objectClass, name, temporary: true)
            }
            return try createAccess(objectClass, name, temporary: false)
        }
        if !accept(.constraint) { _ = accept(.column) }
        _ = try columnId()
        try expect(.to)
        _ = try columnId()
        if !accept(.cascade) { _ = accept(.restrict) }
    }

    private func alterColumn() throws(Misread) {
        if accept(.set, .default) {
            try expression()
            return
        }
        if accept(.set, .expression) {
            try expect(.as)
            return try oneInParentheses()
        }
        if at(.add), peek(1).keyword == .generated {
            advance()
            return try generated()
        }
        let data = at(.set) && peek(1).keyword == .data
        if data {
            advance()
            advance()
        }
        if data || at(.type) {
            try expect(.type)
            try typeName()
            if accept(.collate) { try anyName() }
            if accept(.using) { try expression() }
            return
        }
        if accept(.add) { return try generated() }
        try plainCommand()
    }

    /// OPTIONS (… 'value') of foreign objects.
    func genericOptions() throws(Misread) {
        try expect(.openParen)
        repeat {
            let next = peek(1)
            if at(.add) || at(.set), next.isName { advance() }
            let drops = at(.drop) && next.isName
            if drops { advance() }
            _ = try label()
            if drops { continue }
            guard token.isString else { throw .syntax }
            advance()
        } while accept(.comma)
        try expect(.closeParen)
    }

    /// A command of words, names, numbers and option lists: nothing in it is evaluated.
    private func plainCommand() throws(Misread) {
        while !atEnd, !at(.comma) {
            if at(.openParen), tokens[p - 1].keyword == .options {
                try genericOptions()
            } else if at(.openParen) {
                try optionList()
            } else {
                guard token.isName || token.isLiteral || at(.dot) || at(.minus) || at(.plus) || at(.equal) else { throw .syntax }
                advance()
            }
        }
    }
}
