// CREATE, ALTER, DROP: which object, of which class. Tables, indexes and views are read in ReadTable; here is the rest.

import Machine

extension SQLReader {
    /// False, with nothing read, when the statement is not one of these.
    func definitionStatement() throws(Misread) -> Bool {
        switch keyword {
        case .create: return try createStatement()
        case .alter: try alterStatement()
        case .drop: try dropStatement()
        case .comment: try commentStatement()
        case .security: try securityLabel()
        case .grant, .revoke: try privilegeStatement()
        case .import: try importStatement()
        case .reassign:
            kind = "reassign owned"
            advance()
            try expect(.owned)
            try expect(.by)
            try roles(.alter)
            try expect(.to)
            try roles(.alter)
        default: return false
        }
        return true
    }

    // MARK: Accesses

    /// A new object: an unqualified name is made in pg_temp, or in one of the search path's schemas.
    func createAccess(_ objectClass: ObjectClass, _ name: QualifiedName, temporary: Bool) throws(Misread) {
        if temporary || name.schema == known.pgTemp {
            if !symbols.flags(name.name).contains(.temporary) {
                symbols.setTemporary(name.name, true)
                temporaryHere.append(name.name)
            }
            _ = try access(.create, objectClass, schema: known.pgTemp, name: name.name, name.start, name.end)
        } else {
            try schemaAccess(.create, objectClass, name)
        }
    }

    /// An object that is no relation: its schema, or each of the search path.
    func schemaAccess(_ verb: Verb, _ objectClass: ObjectClass, _ name: QualifiedName) throws(Misread) {
        if !name.schema.isNone {
            _ = try access(verb, objectClass, schema: name.schema, name: name.name, name.start, name.end)
            return
        }
        if verb != .create, objectClass == .function,
            symbols.flags(name.name).contains(.pureFunction)
                || symbols.flags(name.name).contains(.otherFunction)
        {
            _ = try access(verb, objectClass, schema: known.pgCatalog, name: name.name, name.start, name.end)
        }
        lookedUpAlongPath()
        for index in 0..<searchPath.count {
            _ = try access(verb, objectClass, schema: searchPath[index], name: name.name, name.start, name.end)
        }
    }

    /// An object of any class, by the rules of its class.
    func objectAccess(_ verb: Verb, _ objectClass: ObjectClass, _ name: QualifiedName) throws(Misread) {
        switch objectClass {
        case .table, .view, .index, .sequence: _ = try accesses(verb, objectClass, name)
        case .function, .type: try schemaAccess(verb, objectClass, name)
        case .any, .schema, .trigger, .role, .database, .extension, .parameter, .file, .program, .channel:
            _ = try access(verb, objectClass, schema: name.schema, name: name.name, name.start, name.end)
        }
    }

    // MARK: Classes

    func ifExists() throws(Misread) {
        guard accept(.if) else { return }
        _ = accept(.not)
        try expect(.exists)
    }

    /// What is stored now and may act later, in statements of its own: read for its balance, not for what it says.
    func definitionBody(ofCode: Bool = false) throws(Misread) {
        while !atEnd, !atSchemaElement {
            if at(.openParen) {
                guard token.value > 0 else { throw .syntax }
                p = Int(token.value)
            } else if ofCode, at(.begin), peek(1).keyword == .atomic {
                return try atomicBody()
            } else if ofCode, at(.return) {
                advance()
                try returnedExpression()
                guard atEnd else { throw .atomicBody }
                return
            } else if at(.closeParen) {
                throw .syntax
            }
            advance()
        }
    }

    /// BEGIN ATOMIC statement; … END: the semicolons inside are not the statement's end. PostgreSQL resolves the body's
    /// names now, and nobody reads it later, so what it will do counts as done.
    private func atomicBody() throws(Misread) {
        let words = kind
        try expect(.begin)
        try expect(.atomic)
        while !accept(.end) {
            if accept(.semicolon) { continue }
            if accept(.return) {
                try returnedExpression()
            } else if try !queryOrModification() {
                throw .atomicBody
            }
            try expect(.semicolon)
        }
        guard atEnd else { throw .atomicBody }
        kind = words
        statement.returnsRows = false
        statement.hasLimit = .no
        statement.limit = nil
    }

    private func returnedExpression() throws(Misread) {
        openScope()
        use = .computed
        try expression()
        try closeScope()
        use = []
    }

    // MARK: CREATE

    func createStatement() throws(Misread) -> Bool {
        try expect(.create)
        if accept(.or) { try expect(.replace) }
        if accept(.global) || accept(.local) { guard at(.temp) || at(.temporary) else { throw .syntax } }
        let temporary = try temporaryWord()
        switch keyword {
        case .table:
            advance()
            try createTable(temporary: temporary)
        case .view, .recursive: try createView(temporary: temporary)
        case .materialized: try createMaterializedView()
        case .unique, .index: try createIndex()
        case .sequence:
            kind = "create sequence"
            advance()
            try ifExists()
            try createAccess(.sequence, try qualifiedName(), temporary: temporary)
            try definitionBody()
        case .schema: try createSchema()
        case .function, .procedure, .aggregate: try createCode("create function", .function)
        case .trusted, .procedural, .language: try createNamed("create language", .any)
        case .constraint, .trigger: try createTrigger()
        case .rule: try createRule()
        case .policy: try createPolicy()
        case .cast, .transform: try createUnnamed("create cast")
        case .operator: try createOperator()
        case .type: try createCode("create type", .type)
        case .domain: try createDomain()
        case .extension: try createNamed("create extension", .extension)
        case .role, .group: try createNamed("create role", .role)
        case .user:
            if peek(1).keyword == .mapping {
                try createUnnamed("create user mapping")
            } else {
                try createNamed("create role", .role)
            }
        case .database: try createNamed("create database", .database)
        case .event: try createEventTrigger()
        case .foreign:
            if peek(1).keyword == .table {
                advance()
                advance()
                try createTable(temporary: false)
                kind = "create foreign table"
                try expect(.server)
                _ = try columnId()
                if accept(.options) { try genericOptions() }
            } else {
                try createNamed("create foreign data wrapper", .any)
            }
        case .publication: try publication(.create)
        case .tablespace, .server, .subscription, .access: try createNamed("create", .any)
        case .text, .collation, .conversion, .default: try createCode("create", .any)
        case .statistics: try createStatistics()
        default: throw .unsupported
        }
        return true
    }

    func temporaryWord() throws(Misread) -> Bool {
        if accept(.temp) || accept(.temporary) { return true }
        _ = accept(.unlogged)
        return false
    }

    /// A function, type or the like with a schema: its head, then what only acts when it is used.
    private func createCode(_ words: StaticString, _ objectClass: ObjectClass) throws(Misread) {
        kind = words
        let hasParameters = at(.function) || at(.procedure)
        if at(.default) {
            advance()
            try expect(.conversion)
        } else {
            _ = try objectClassWords()
        }
        try ifExists()
        let name = try routineName()
        try schemaAccess(.create, objectClass, name)
        if hasParameters, at(.openParen) { try parameterDefaults() }
        try definitionBody(ofCode: objectClass == .function)
    }

    /// `(a int, b text DEFAULT now())`: the defaults are expressions, which PostgreSQL reads now.
    private func parameterDefaults() throws(Misread) {
        let close = Int(token.value)
        guard close > p else { throw .syntax }
        advance()
        openScope()
        use = .computed
        while p < close {
            if accept(.default) || accept(.equal) {
                try expression()
                guard at(.comma) || p == close else { throw .syntax }
            } else if at(.openParen) {
                guard token.value > 0 else { throw .syntax }
                p = Int(token.value) + 1
            } else {
                advance()
            }
        }
        try closeScope()
        use = []
        try expect(.closeParen)
    }

    /// A name that may be a function's: type_function_name or dotted.
    func routineName() throws(Misread) -> QualifiedName {
        var result = QualifiedName()
        result.start = token.start
        guard startsColumnId(token) || startsFunctionName(token) else { throw .syntax }
        result.name = try name()
        while accept(.dot) {
            result.schema = result.name
            result.name = try label()
        }
        result.end = tokens[p - 1].end
        return result
    }

    private func createNamed(_ words: StaticString, _ objectClass: ObjectClass) throws(Misread) {
        kind = words
        _ = try objectClassWords()
        try ifExists()
        let start = token.start
        let name = try label()
        _ = try access(.create, objectClass, schema: .none, name: name, start, tokens[p - 1].end)
        try definitionBody()
    }

    private func createUnnamed(_ words: StaticString) throws(Misread) {
        kind = words
        let written = token
        let name = try symbol(of: token)
        advance()
        _ = try access(
            .create, written.keyword == .user ? .any : .function, schema: .none, name: name, written.start, written.end)
        try definitionBody()
    }

    private func createOperator() throws(Misread) {
        kind = "create operator"
        let start = token.start
        advance()
        if accept(.class) || accept(.family) {
            try schemaAccess(.create, .function, try qualifiedName())
        } else {
            var schema = Symbol.none
            while token.isName {
                schema = try columnId()
                try expect(.dot)
            }
            guard token.kind == .mark, !at(.openParen) else { throw .syntax }
            var name = QualifiedName()
            name.schema = schema
            name.name = symbols.symbol(slice(token))
            name.start = start
            name.end = token.end
            advance()
            try schemaAccess(.create, .function, name)
        }
        try definitionBody()
    }

    /// CREATE DOMAIN name [AS] type constraints. They act when a value is made; what they call is known now.
    private func createDomain() throws(Misread) {
        kind = "create domain"
        _ = try objectClassWords()
        try schemaAccess(.create, .type, try routineName())
        _ = accept(.as)
        try typeName()
        try domainConstraints()
    }

    /// `value` in them is a name that is no column of anything.
    func domainConstraints() throws(Misread) {
        openScope()
        use = .filter
        try columnConstraints()
        try closeScope()
    }

    private func createSchema() throws(Misread) {
        kind = "create schema"
        try expect(.schema)
        try ifExists()
        let start = token.start
        var name = Symbol.none
        if !at(.authorization) { name = try columnId() }
        if accept(.authorization) {
            let role = try label()
            if name.isNone { name = role }
        }
        _ = try access(.create, .schema, schema: .none, name: name, start, tokens[p - 1].end)
        // Objects made along with it have names in the new schema, or, when they exist already, along the path.
        searchPath.append(name)
        insideSchema = true
        defer {
            searchPath.truncate(to: searchPath.count - 1)
            insideSchema = false
        }
        while !atEnd {
            if at(.grant) {
                try privilegeStatement()
                continue
            }
            guard at(.create) else { throw .syntax }
            switch peek(1).keyword {
            case .table, .view, .index, .unique, .or, .temp, .temporary, .unlogged, .recursive, .sequence, .trigger,
                .constraint, .local, .global:
                _ = try createStatement()
            default: throw .unsupported
            }
        }
        kind = "create schema"
    }

    /// In CREATE SCHEMA the next object's definition begins here.
    var atSchemaElement: Bool {
        guard insideSchema, tokens[p - 1].mark != .dot else { return false }
        return at(.create) || (at(.grant) && peek(1).keyword != .option)
    }

    /// Its conditions are read like a query's, because they may read other tables later.
    private func createPolicy() throws(Misread) {
        kind = "create policy"
        try expect(.policy)
        let start = token.start
        let name = try columnId()
        let end = tokens[p - 1].end
        try expect(.on)
        let table = try qualifiedName()
        _ = try access(.create, .any, schema: table.schema, name: name, start, end)
        try policyRest(try accesses(.alter, .table, table), table.name)
    }

    private func policyRest(_ range: (first: Int32, count: Int32), _ alias: Symbol) throws(Misread) {
        openScope()
        addTarget(range, alias: alias)
        use = .filter
        while !atEnd {
            if accept(.using) {
                try oneInParentheses()
            } else if accept(.with) {
                try expect(.check)
                try oneInParentheses()
            } else {
                guard token.isName || at(.comma) else { throw .syntax }
                advance()
            }
        }
        try closeScope()
    }
}
