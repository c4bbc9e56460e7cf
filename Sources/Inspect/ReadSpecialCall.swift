// Functions that the grammar spells in their own way: CAST, EXTRACT, SUBSTRING, COALESCE, CURRENT_DATE and their kin.

import Machine

extension SQLReader {
    /// CURRENT_DATE and others that take no argument list, or only a precision.
    func valueFunction(_ start: ExprStart) throws(Misread) -> Expr? {
        switch keyword {
        case .currentDate, .currentRole, .currentUser, .sessionUser, .user, .currentCatalog:
            advance()
        case .systemUser where peek(1).mark != .dot && peek(1).mark != .openParen:
            let name = try name()
            grammarCall("system_user")
            reference(.plain, name: name)
            return finish(start, .other)
        case .currentSchema where peek(1).mark != .openParen && peek(1).mark != .dot:
            advance()
        case .currentTime, .currentTimestamp, .localtime, .localtimestamp:
            advance()
            if accept(.openParen) {
                guard token.kind == .integer else { throw .syntax }
                advance()
                try expect(.closeParen)
            }
        default: return nil
        }
        return finish(start, .constant)
    }

    /// Syntax that calls a pure function of pg_catalog nobody wrote the name of: `trim(…)` calls `btrim`.
    func grammarCall(_ name: StaticString) { findings.function(schema: .none, name: symbols.symbol(name)) }

    /// A call with a grammar of its own, when one is here.
    func specialCall(_ start: ExprStart) throws(Misread) -> Expr? {
        if at(.collation), peek(1).keyword == .for {
            advance()
            advance()
            grammarCall("pg_collation_for")
            try oneInParentheses()
            return finish(start, .other)
        }
        guard peek(1).mark == .openParen else { return nil }
        switch keyword {
        case .overlay, .position, .substring, .normalize, .extract, .xmlexists:
            findings.function(schema: .none, name: try symbol(of: token))
        default: break  // not a function of pg_catalog by that name
        }
        let outer = use
        use = use.insideExpression
        defer { use = outer }
        switch keyword {
        case .coalesce, .greatest, .least, .nullif, .grouping, .xmlconcat:
            advance()
            try expect(.openParen)
            try commaSeparated { () throws(Misread) in try self.expression() }
            try expect(.closeParen)
        case .cast, .treat: return try castCall(start)
        case .extract, .normalize, .position: try keywordArguments()
        case .overlay:
            advance()
            try overlayArguments()
        case .substring:
            advance()
            try substringArguments()
        case .trim:
            advance()
            try trimArguments()
        case .mergeAction:
            // Grammar from 17 on, and only in MERGE; before it is a name like any other.
            if isReturningOfMerge {
                findings.function(schema: .none, name: try symbol(of: token))
            } else {
                try functionAccess(schema: .none, name: try symbol(of: token), token.start, token.end)
            }
            advance()
            try expect(.openParen)
            try expect(.closeParen)
        case .xmlelement, .xmlexists, .xmlforest, .xmlparse, .xmlpi, .xmlroot, .xmlserialize:
            try xmlCall()
        case .jsonObject, .jsonArray, .jsonObjectagg, .jsonArrayagg, .jsonExists, .jsonQuery, .jsonValue, .jsonScalar,
            .jsonSerialize, .json:
            try jsonCall()
            _ = try behindCall()
        default: return nil
        }
        return finish(start, .other)
    }

    /// CAST(a AS type), TREAT(a AS type). TREAT calls the function of pg_catalog that is named as the type's last part (`gram.y`):
    /// `treat('/etc/passwd' as pg_read_file)` reads the file.
    private func castCall(_ start: ExprStart) throws(Misread) -> Expr {
        let isTreat = at(.treat)
        advance()
        try expect(.openParen)
        let inner = try expression()
        try expect(.as)
        let written = token
        let first = p
        let type = try typeName(cast: true)
        if isTreat, type.isNone { findings.function(schema: .none, name: symbols.symbol(internalName(ofType: first..<p))) }
        if isTreat, !type.isNone { try functionAccess(schema: known.pgCatalog, name: type, written.start, tokens[p - 1].end) }
        try expect(.closeParen)
        return finish(start, inner.form == .constant ? .constant : .other)
    }

    /// The name in pg_catalog of a type that is written in key words.
    private func internalName(ofType words: Range<Int>) -> StaticString {
        let hasZone = words.contains { tokens[$0].keyword == .with }
        let varies = words.contains { tokens[$0].keyword == .varying }
        switch tokens[words.lowerBound].keyword {
        case .int, .integer: return "int4"
        case .smallint: return "int2"
        case .bigint: return "int8"
        case .real: return "float4"
        case .float, .double: return "float8"
        case .decimal, .dec, .numeric: return "numeric"
        case .boolean: return "bool"
        case .bit: return varies ? "varbit" : "bit"
        case .varchar: return "varchar"
        case .character, .char, .nchar, .national: return varies ? "varchar" : "bpchar"
        case .timestamp: return hasZone ? "timestamptz" : "timestamp"
        case .time: return hasZone ? "timetz" : "time"
        case .interval: return "interval"
        default: return "json"
        }
    }

    /// EXTRACT(field FROM a), NORMALIZE(a, form), POSITION(a IN b).
    private func keywordArguments() throws(Misread) {
        let word = keyword
        advance()
        try expect(.openParen)
        if word == .extract {
            if token.isString { advance() } else { _ = try label() }
            try expect(.from)
            try expression()
        } else if word == .position {
            try expression(Precedence.comparison, restricted: true)
            try expect(.in)
            try expression(Precedence.comparison, restricted: true)
        } else {
            try expression()
            if accept(.comma) {
                guard accept(.nfc) || accept(.nfd) || accept(.nfkc) || accept(.nfkd) else { throw .syntax }
            }
        }
        try expect(.closeParen)
    }

    /// A key word in FROM that can only be a call.
    func keywordCall(_ start: ExprStart) throws(Misread) -> Expr {
        if let value = try valueFunction(start) { return value }
        if let call = try specialCall(start) { return call }
        guard startsFunctionName(token) || startsColumnId(token) else { throw .syntax }
        return try nameOrCall(start)
    }

    func oneInParentheses() throws(Misread) {
        try expect(.openParen)
        try expression()
        try expect(.closeParen)
    }

    /// `(a PLACING b FROM c [FOR d])` or an ordinary list.
    private func overlayArguments() throws(Misread) {
        try expect(.openParen)
        if accept(.closeParen) { return }
        try argument()
        if accept(.placing) {
            try expression()
            try expect(.from)
            try expression()
            if accept(.for) { try expression() }
        } else {
            while accept(.comma) { try argument() }
        }
        try expect(.closeParen)
    }

    /// `(a FROM b FOR c)` in either order, `(a SIMILAR b ESCAPE c)`, or an ordinary list.
    private func substringArguments() throws(Misread) {
        try expect(.openParen)
        if accept(.closeParen) { return }
        try expressionBeforeSimilar()
        if accept(.similar) {
            try expression()
            try expect(.escape)
            try expression()
        } else if at(.from) || at(.for) {
            let first = keyword
            advance()
            try expression()
            if first == .from ? accept(.for) : accept(.from) { try expression() }
        } else {
            while accept(.comma) { try argument() }
        }
        try expect(.closeParen)
    }

    /// In SUBSTRING the first SIMILAR belongs to the call when no TO follows.
    private func expressionBeforeSimilar() throws(Misread) {
        if token.isName, peek(1).mark == .colonEquals || peek(1).mark == .equalsGreater { return try argument() }
        try expression()
    }

    /// An expression, perhaps behind `name =>`.
    private func argument() throws(Misread) {
        if token.isName, peek(1).mark == .colonEquals || peek(1).mark == .equalsGreater {
            advance()
            advance()
        }
        try expression()
    }

    /// `([BOTH | LEADING | TRAILING] [a] [FROM] list)`.
    private func trimArguments() throws(Misread) {
        try expect(.openParen)
        if accept(.leading) {
            grammarCall("ltrim")
        } else if accept(.trailing) {
            grammarCall("rtrim")
        } else {
            _ = accept(.both)
            grammarCall("btrim")
        }
        if !accept(.from) {
            try expression()
            if accept(.from) { try commaSeparated { () throws(Misread) in try self.expression() } }
        } else {
            try expression()
        }
        while accept(.comma) { try expression() }
        try expect(.closeParen)
    }
}
