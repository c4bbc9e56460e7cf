// Names and calls: column references, functions with all that may stand behind their parentheses, typed constants.

import Machine

extension SQLReader {
    /// A column reference, a function call, or a constant of a named type.
    func nameOrCall(_ start: ExprStart) throws(Misread) -> Expr {
        let written = token
        guard startsColumnId(token) || startsFunctionName(token) else { throw .syntax }
        let first = try name()
        if at(.openParen), startsFunctionName(written) { return try call(start, schema: .none, name: first, written) }
        if token.isString, startsFunctionName(written) {
            advance()
            castAccess(to: first, written)
            return finish(start, .constant)
        }
        guard at(.dot) else {
            guard startsColumnId(written) else { throw .syntax }
            reference(.plain, name: first)
            return finish(start, .column, name: first)
        }
        return try dottedName(start, first, written)
    }

    private func dottedName(_ start: ExprStart, _ first: Symbol, _ written: Token) throws(Misread) -> Expr {
        var schema = Symbol.none
        var qualifier = Symbol.none
        var last = first
        var parts = 1
        while accept(.dot) {
            if accept(.star) {
                guard parts <= 3 else { throw .syntax }
                reference(.qualifiedStar, name: .none, qualifier: last, schema: qualifier)
                return finish(start, .other)
            }
            schema = qualifier
            qualifier = last
            last = try label()
            parts += 1
            if parts > 4 { throw .syntax }
        }
        if at(.openParen) { return try call(start, schema: qualifier, name: last, written) }
        if token.isString {
            advance()
            if qualifier == known.pgCatalog { castAccess(to: last, written) }
            return finish(start, .constant)
        }
        reference(.qualified, name: last, qualifier: qualifier, schema: schema)
        return finish(start, .column, name: last)
    }

    // MARK: Calls

    /// From `(` to the end of OVER.
    private func call(_ start: ExprStart, schema: Symbol, name: Symbol, _ written: Token) throws(Misread) -> Expr {
        let end = tokens[p - 1].end
        if name == known.setConfig, schema.isNone || schema == known.pgCatalog {
            try configuredName(written.start, end)
            findings.function(schema: schema, name: name)
        } else {
            try functionAccess(schema: schema, name: name, written.start, end)
        }
        try arguments()
        if try behindCall() { return finish(start, .other, name: name) }
        if token.isString, schema.isNone {
            // `numeric(10, 2) '1.5'`: a constant of a type with modifiers.
            advance()
            return finish(start, .constant)
        }
        return finish(start, .other, name: name)
    }

    /// `([DISTINCT | ALL] a, VARIADIC b, c => d ORDER BY e)`; also `(*)` and `()`.
    private func arguments() throws(Misread) {
        let outer = use
        use = use.insideExpression
        defer { use = outer }
        try expect(.openParen)
        if accept(.star) { return try expect(.closeParen) }
        if accept(.closeParen) { return }
        if !accept(.distinct) { _ = accept(.all) }
        repeat {
            _ = accept(.variadic)
            if token.isName, peek(1).mark == .colonEquals || peek(1).mark == .equalsGreater {
                advance()
                advance()
            }
            try expression()
        } while accept(.comma)
        if at(.order) { try sortList() }
        try expect(.closeParen)
    }

    /// WITHIN GROUP, FILTER, OVER; true when there was one.
    func behindCall() throws(Misread) -> Bool {
        let before = p
        if at(.within), peek(1).keyword == .group {
            advance()
            advance()
            try expect(.openParen)
            try sortList()
            try expect(.closeParen)
        }
        let outer = use
        defer { use = outer }
        if at(.filter), peek(1).mark == .openParen {
            use = use.insideExpression.union(.filter)
            advance()
            advance()
            try expect(.where)
            try expression()
            try expect(.closeParen)
        }
        if at(.over), peek(1).mark == .openParen || startsColumnId(peek(1)) {
            use = outer.insideExpression.union(.filter)
            advance()
            if at(.openParen) { try windowSpecification() } else { _ = try columnId() }
        }
        return p > before
    }

    /// `([name] [PARTITION BY …] [ORDER BY …] [frame])`.
    func windowSpecification() throws(Misread) {
        try expect(.openParen)
        if !at(.partition), !at(.order), !at(.range), !at(.rows), !at(.groups), startsColumnId(token) { _ = try columnId() }
        if accept(.partition) {
            try expect(.by)
            try commaSeparated { () throws(Misread) in try self.expression() }
        }
        if at(.order) { try sortList() }
        if accept(.range) || accept(.rows) || accept(.groups) {
            if accept(.between) {
                try frameBound()
                try expect(.and)
                try frameBound()
            } else {
                try frameBound()
            }
            if accept(.exclude) {
                if accept(.current) {
                    try expect(.row)
                } else if accept(.no) {
                    try expect(.others)
                } else if !accept(.group), !accept(.ties) {
                    throw .syntax
                }
            }
        }
        try expect(.closeParen)
    }

    private func frameBound() throws(Misread) {
        if accept(.current) { return try expect(.row) }
        if at(.unbounded), peek(1).keyword == .preceding || peek(1).keyword == .following {
            advance()
            return advance()
        }
        try expression()
        guard accept(.preceding) || accept(.following) else { throw .syntax }
    }

    /// ORDER BY inside parentheses of a call or window: no output names.
    func sortList() throws(Misread) {
        try expect(.order)
        try expect(.by)
        repeat {
            try expression()
            try sortDirection()
        } while accept(.comma)
    }

    /// ASC, DESC, USING operator, NULLS FIRST or LAST.
    func sortDirection() throws(Misread) {
        if accept(.using) {
            if at(.operator) {
                try namedOperator()
            } else {
                guard token.kind == .mark, !at(.comma), !at(.closeParen), !atEnd else { throw .syntax }
                advance()
            }
        } else if !accept(.asc) {
            _ = accept(.desc)
        }
        if accept(.nulls) { guard accept(.first) || accept(.last) else { throw .syntax } }
    }

    // MARK: What a call may touch

    /// Pure functions of pg_catalog are part of the statement; every other is a `call` for each schema it may be in.
    func functionAccess(schema: Symbol, name: Symbol, _ start: UInt32, _ end: UInt32) throws(Misread) {
        findings.function(schema: schema, name: name)
        let flags = symbols.flags(name)
        if !schema.isNone {
            if schema == known.pgCatalog, flags.contains(.pureFunction) { return }
            _ = try access(.call, .function, schema: schema, name: name, start, end)
            return
        }
        if flags.contains(.pureFunction), !catalogIsBehind { return }
        if flags.contains(.otherFunction) {
            _ = try access(.call, .function, schema: known.pgCatalog, name: name, start, end)
            if !catalogIsBehind { return }
        }
        if flags.contains(.laterFunction) || flags.contains(.reservedPrefix) {
            _ = try access(.call, .function, schema: known.pgCatalog, name: name, start, end)
        }
        lookedUpAlongPath()
        for index in 0..<searchPath.count {
            _ = try access(.call, .function, schema: searchPath[index], name: name, start, end)
        }
    }

    /// `set_config('name', …)` sets that parameter, whatever else is allowed to be called; another first argument any.
    private func configuredName(_ start: UInt32, _ end: UInt32) throws(Misread) {
        statement.mayChangeLexicalState = true
        let argument = peek(1)
        guard argument.isString, peek(2).mark == .comma, let symbol = try? stringSymbol(argument), !symbol.isNone else {
            change(path: .unknown)
            opaqueness = .setting
            return
        }
        let parameter = foldedParameter(symbol)
        noteConfigured(parameter)
        try setAccess(parameter, start, end)
    }

    /// `set_config('search_path', 'a, b', …)` may be reached or not, so what was in force may stay.
    private func noteConfigured(_ parameter: Symbol) {
        let isPath = parameter == known.searchPath
        guard isPath || parameter == known.role || parameter == known.sessionAuthorization else { return }
        let value = peek(3)
        guard value.isString, peek(4).mark == .comma || peek(4).mark == .closeParen, let text = try? stringSymbol(value) else {
            return change(path: .unknown)
        }
        if isPath {
            change(path: text.isNone || listPath(inText: text) ? isPlainConfiguration(p - 1) : .unknown)
        } else if text.isNone {
            change(path: .unknown)
        } else {
            change(path: .possibleRole)
            listedPath.append(text)
        }
    }

    /// `SELECT [pg_catalog.]set_config('…', '…', true | false)` and nothing else is certain to be reached.
    private func isPlainConfiguration(_ name: Int) -> PathChange {
        let flag = name + 6
        guard flag + 2 < tokens.count, tokens[name + 5].mark == .comma, tokens[flag + 1].mark == .closeParen,
            tokens[flag + 2].kind == .end || tokens[flag + 2].mark == .semicolon,
            tokens[flag].keyword == .true || tokens[flag].keyword == .false
        else { return .possible }
        let first = name >= 2 && tokens[name - 1].mark == .dot ? name - 2 : name
        guard first > 0, tokens[first - 1].keyword == .select, first == 1 || tokens[first - 2].mark == .semicolon else { return .possible }
        return tokens[flag].keyword == .true ? .listedLocally : .listed
    }

    /// Parameter names are compared without case by the server.
    func foldedParameter(_ symbol: Symbol) -> Symbol {
        scratch.removeAll()
        for byte in symbols.bytes(symbol) { scratch.append(ByteClass.folded(byte)) }
        return symbols.symbol(UnsafeRawBufferPointer(start: scratch.base, count: scratch.count))
    }

    /// Constants and casts of the `reg…` types look names up: a call of the type's input function.
    func castAccess(to type: Symbol, _ written: Token) {
        guard symbols.flags(type).contains(.registryType) else { return }
        _ = findings.access(
            .call, .function, schema: known.pgCatalog, name: type, start: written.start, end: written.end)
    }
}
