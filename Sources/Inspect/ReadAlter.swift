// ALTER and DROP, COMMENT, SECURITY LABEL, GRANT and REVOKE.

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
            try alterBody()
        case .trigger, .schema, .extension, .any, .parameter, .file, .program, .channel:
            kind = "alter"
            try alterOther(objectClass, written)
        }
    }

    /// SET in what follows may set a parameter for later calls or sessions.
    private func alterBody() throws(Misread) {
        while !atEnd {
            if at(.set), peek(1).keyword != .schema, peek(1).mark != .openParen, startsColumnId(peek(1)),
                peek(2).keyword == .to || peek(2).mark == .equal || peek(2).keyword == .from
            {
                advance()
                try setRest()
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
        if accept(.set) { return try setRest() }
        try expect(.reset)
        try resetRest()
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
            return try setRest()
        }
        if accept(.reset) { return try resetRest() }
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
        if at(.all) { throw .unsupported }
        try ifExists()
        let name = try relationExpression()
        let range = try accesses(.alter, objectClass, name)
        openScope()
        addTarget(range, alias: name.name)
        use = [.filter, .stored]
        repeat { try alterCommand(name) } while accept(.comma)
        try closeScope()
    }

    private func alterCommand(_ table: QualifiedName) throws(Misread) {
        switch keyword {
        case .add:
            advance()
            switch keyword {
            case .constraint, .check, .unique, .primary, .foreign: return try tableConstraint()
            case .exclude where peek(1).keyword == .using || peek(1).mark == .openParen: return try tableConstraint()
            case .not where peek(1).keyword == .null: return try tableConstraint()
            default: break  // a column
            }
            if at(.value) || at(.generated) { return try plainCommand() }
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
        case .rename: try renameCommand(table)
        case .drop, .validate, .enable, .disable, .cluster, .set, .reset, .of, .not, .owner, .replica, .force, .no, .options,
            .increment, .minvalue, .maxvalue, .start, .restart, .cache, .cycle, .owned, .as, .sequence, .depends:
            try plainCommand()
        default: throw .syntax
        }
    }

    /// RENAME [COLUMN | CONSTRAINT] a TO b; a renamed table is a new name.
    private func renameCommand(_ table: QualifiedName) throws(Misread) {
        try expect(.rename)
        if accept(.to) {
            var name = QualifiedName()
            name.schema = table.schema
            name.start = token.start
            name.name = try columnId()
            name.end = tokens[p - 1].end
            return try schemaAccess(.create, .table, name)
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
        let data = at(.set) && peek(1).keyword == .data
        if data { advance(); advance() }
        if data || at(.type) {
            try expect(.type)
            try typeName()
            if accept(.collate) { try anyName() }
            if accept(.using) { try expression() }
            return
        }
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
                guard token.isName || token.isLiteral || at(.dot) || at(.minus) || at(.equal) else { throw .syntax }
                advance()
            }
        }
    }

    // MARK: DROP

    func dropStatement() throws(Misread) {
        kind = "drop"
        try expect(.drop)
        if at(.owned) {
            kind = "drop owned"
            advance()
            try expect(.by)
            try roles(.drop)
            return try dropBehaviour()
        }
        let written = keyword
        if namelessClass() { return try namelessObject(.drop, "drop") }
        let objectClass = try objectClassWords()
        switch objectClass {
        case .table: kind = "drop table"
        case .view: kind = "drop view"
        case .index: kind = "drop index"
        case .sequence: kind = "drop sequence"
        case .schema: kind = "drop schema"
        case .function: kind = "drop function"
        case .trigger: kind = "drop trigger"
        case .type: kind = "drop type"
        case .role: kind = "drop role"
        case .database: kind = "drop database"
        case .extension: kind = "drop extension"
        case .any, .parameter, .file, .program, .channel: kind = "drop"
        }
        _ = accept(.concurrently)
        try ifExists()
        repeat {
            let name = objectClass == .role ? try roleName() : try routineName()
            if written == .policy || written == .rule || written == .trigger {
                try expect(.on)
                let table = try qualifiedName()
                _ = try accesses(.alter, .table, table)
                _ = try access(.drop, objectClass, schema: table.schema, name: name.name, name.start, name.end)
            } else {
                try objectAccess(.drop, objectClass, name)
            }
            if at(.openParen) {
                guard objectClass == .function || objectClass == .database else { throw .syntax }
                p = Int(token.value)
                try expect(.closeParen)
            }
        } while accept(.comma)
        if accept(.with) { try optionList() }
        try dropBehaviour()
    }

    /// Operators, casts, transforms, large objects and user mappings are told by more than a name.
    private func namelessClass() -> Bool {
        switch keyword {
        case .cast, .transform, .operator, .large: true
        case .user: peek(1).keyword == .mapping
        default: false
        }
    }

    /// One access to the class of them; the words behind say which, and do nothing now.
    private func namelessObject(_ verb: Verb, _ words: StaticString) throws(Misread) {
        kind = words
        let written = token
        let objectClass: ObjectClass = at(.large) || at(.user) ? .any : .function
        let name = try symbol(of: token)
        advance()
        _ = try access(verb, objectClass, schema: .none, name: name, written.start, written.end)
        while !atEnd {
            if at(.openParen) {
                guard token.value > 0 else { throw .syntax }
                p = Int(token.value)
            } else if at(.closeParen) {
                throw .syntax
            }
            advance()
        }
    }

    private func roleName() throws(Misread) -> QualifiedName {
        var name = QualifiedName()
        name.start = token.start
        name.name = try label()
        name.end = tokens[p - 1].end
        return name
    }

    func roles(_ verb: Verb) throws(Misread) {
        try commaSeparated { () throws(Misread) in
            let name = try self.roleName()
            _ = try self.access(verb, .role, schema: .none, name: name.name, name.start, name.end)
        }
    }

    // MARK: COMMENT and SECURITY LABEL

    func commentStatement() throws(Misread) {
        kind = "comment"
        try expect(.comment)
        try expect(.on)
        try described()
    }

    func securityLabel() throws(Misread) {
        kind = "security label"
        try expect(.security)
        try expect(.label)
        if accept(.for) {
            guard token.isName || token.isString else { throw .syntax }
            advance()
        }
        try expect(.on)
        try described()
    }

    /// An object and the text about it.
    private func described() throws(Misread) {
        let written = keyword
        if namelessClass() { return try namelessObject(.comment, "comment") }
        let objectClass = try objectClassWords()
        var name = try routineName()
        if written == .column {
            // table.column: the last part is the column.
            let column = name.name
            name = QualifiedName(schema: .none, name: name.schema, parts: 1, start: name.start, end: name.end)
            name = try columnOwner(name, column)
        } else if at(.on) {
            advance()
            _ = accept(.domain)
            _ = try accesses(.comment, .table, try qualifiedName())
        } else {
            try objectAccess(.comment, objectClass, name)
        }
        if at(.openParen) {
            guard token.value > 0 else { throw .syntax }
            p = Int(token.value) + 1
        }
        try expect(.is)
        guard token.isString || at(.null) else { throw .syntax }
        advance()
    }

    /// The table of `[schema.]table.column`, read again from its tokens.
    private func columnOwner(_ name: QualifiedName, _ column: Symbol) throws(Misread) -> QualifiedName {
        var owner = name
        // tokens: … [schema .] table . column
        if p >= 5, tokens[p - 4].mark == .dot, tokens[p - 5].isName { owner.schema = try symbol(of: tokens[p - 5]) }
        if name.name.isNone { throw .syntax }
        let range = try accesses(.comment, .table, owner)
        for index in Int(range.first)..<Int(range.first + range.count) {
            let target = targets[index]
            let found = try access(.comment, .table, schema: target.schema, name: target.name, target.start, target.end)
            _ = findings.column(column, of: found)
        }
        return owner
    }

    // MARK: GRANT and REVOKE

    /// GRANT privileges ON objects TO roles, GRANT roles TO roles, and REVOKE.
    func privilegeStatement() throws(Misread) {
        let verb: Verb = at(.grant) ? .grant : .revoke
        kind = verb == .grant ? "grant" : "revoke"
        advance()
        if verb == .revoke, at(.grant) || at(.admin) || at(.inherit) || at(.set), peek(1).keyword == .option {
            advance()
            advance()
            try expect(.for)
        }
        let first = p
        // The privileges, or the roles granted: words, commas, column lists.
        while !atEnd, !at(.on), !at(.to), !at(.from) {
            if at(.openParen) {
                try nameListInParentheses()
                continue
            }
            guard token.isName || at(.comma) else { throw .syntax }
            advance()
        }
        if accept(.on) {
            try grantedObjects(verb)
        } else {
            for index in first..<p where tokens[index].isName {
                let name = try symbol(of: tokens[index])
                _ = try access(verb, .role, schema: .none, name: name, tokens[index].start, tokens[index].end)
            }
        }
        guard accept(verb == .grant ? .to : .from) else { throw .syntax }
        while !atEnd {
            guard token.isName || at(.comma) else { throw .syntax }
            advance()
        }
    }

    private func grantedObjects(_ verb: Verb) throws(Misread) {
        if at(.all) {
            let start = token.start
            advance()
            _ = try label()
            try expect(.in)
            try expect(.schema)
            try commaSeparated { () throws(Misread) in
                let name = try self.columnId()
                _ = try self.access(verb, .schema, schema: .none, name: name, start, self.tokens[self.p - 1].end)
            }
            return
        }
        if at(.large) {
            let written = token
            advance()
            _ = try access(verb, .any, schema: .none, name: try symbol(of: written), written.start, written.end)
            try expect(.object)
            return try commaSeparated { () throws(Misread) in
                guard self.token.kind == .integer || self.token.kind == .decimal else { throw Misread.syntax }
                self.advance()
            }
        }
        var objectClass = ObjectClass.table
        if at(.parameter), startsColumnId(peek(1)) {
            advance()
            return try commaSeparated { () throws(Misread) in
                let start = self.token.start
                let name = try self.parameterName()
                _ = try self.access(verb, .parameter, schema: .none, name: name, start, self.tokens[self.p - 1].end)
            }
        }
        switch keyword {
        case .table, .sequence, .function, .procedure, .routine, .database, .domain, .foreign, .language, .schema,
            .tablespace, .type:
            if at(.foreign), peek(1).keyword == .server {
                advance()
                advance()
                objectClass = .any
            } else if peek(1).isName {
                objectClass = try objectClassWords()
            }
        default: break  // a table without the word
        }
        repeat {
            let name = try routineName()
            try objectAccess(verb, objectClass, name)
            if at(.openParen) {
                guard token.value > 0 else { throw .syntax }
                p = Int(token.value) + 1
            }
        } while accept(.comma)
    }
}
