// The SQL/XML and SQL/JSON forms: constructors, tests, and their tables in FROM.

import Machine

extension SQLReader {
    // MARK: XML

    func xmlCall() throws(Misread) {
        let kind = keyword
        advance()
        try expect(.openParen)
        switch kind {
        case .xmlelement:
            try expect(.name)
            _ = try label()
            if accept(.comma) {
                if at(.xmlattributes) {
                    advance()
                    try labelledList()
                    if accept(.comma) { try commaSeparated { () throws(Misread) in try self.expression() } }
                } else {
                    try commaSeparated { () throws(Misread) in try self.expression() }
                }
            }
        case .xmlexists:
            try primaryExpression()
            try passing()
        case .xmlforest:
            p -= 1
            try labelledList()
            return
        case .xmlparse:
            guard accept(.document) || accept(.content) else { throw .syntax }
            try expression()
            if accept(.preserve) || accept(.strip) { try expect(.whitespace) }
        case .xmlpi:
            try expect(.name)
            _ = try label()
            if accept(.comma) { try expression() }
        case .xmlroot:
            try expression()
            try expect(.comma)
            try expect(.version)
            if accept(.no) { try expect(.value) } else { try expression() }
            if accept(.comma) {
                try expect(.standalone)
                if accept(.no) { _ = accept(.value) } else { try expect(.yes) }
            }
        case .xmlserialize:
            guard accept(.document) || accept(.content) else { throw .syntax }
            try expression()
            try expect(.as)
            try typeName()
            if accept(.no) { try expect(.indent) } else { _ = accept(.indent) }
        default: throw .syntax
        }
        try expect(.closeParen)
    }

    private func primaryExpression() throws(Misread) { _ = try primary() }

    /// `(a AS x, b)`.
    private func labelledList() throws(Misread) {
        try expect(.openParen)
        repeat {
            try expression()
            if accept(.as) { _ = try label() }
        } while accept(.comma)
        try expect(.closeParen)
    }

    /// PASSING [BY REF | BY VALUE] a [BY REF | BY VALUE].
    private func passing() throws(Misread) {
        try expect(.passing)
        if accept(.by) { guard accept(.ref) || accept(.value) else { throw .syntax } }
        try primaryExpression()
        if accept(.by) { guard accept(.ref) || accept(.value) else { throw .syntax } }
    }

    /// XMLTABLE([XMLNAMESPACES(…),] row PASSING doc COLUMNS name type [PATH p] [DEFAULT d] [NOT NULL], … | name FOR
    /// ORDINALITY).
    func xmlTable() throws(Misread) {
        let outer = use
        use = [.computed, .filter]
        advance()
        try expect(.openParen)
        if at(.xmlnamespaces) {
            advance()
            try expect(.openParen)
            repeat {
                let isDefault = accept(.default)
                try expression(Precedence.comparison, restricted: true)
                if !isDefault {
                    try expect(.as)
                    _ = try label()
                }
            } while accept(.comma)
            try expect(.closeParen)
            try expect(.comma)
        }
        try primaryExpression()
        try passing()
        try expect(.columns)
        repeat {
            _ = try columnId()
            if accept(.for) {
                try expect(.ordinality)
                continue
            }
            try typeName()
            while !at(.comma), !at(.closeParen) {
                if accept(.not) {
                    try expect(.null)
                } else if accept(.null) {
                    continue
                } else {
                    guard accept(.default) || accept(.path) else { throw .syntax }
                    try expression(Precedence.comparison, restricted: true)
                }
            }
        } while accept(.comma)
        try expect(.closeParen)
        use = outer
        try functionAlias(.none, ordinality: false)
    }

    // MARK: JSON

    /// [WITH | WITHOUT] UNIQUE [KEYS].
    func jsonUniqueness() throws(Misread) {
        guard at(.with) || at(.without), peek(1).keyword == .unique else { return }
        advance()
        advance()
        _ = accept(.keys)
    }

    /// FORMAT JSON [ENCODING name].
    private func jsonFormat() throws(Misread) {
        guard at(.format), peek(1).keyword == .json else { return }
        advance()
        advance()
        if accept(.encoding) { _ = try columnId() }
        jsonGrammar = true
    }

    private func jsonReturning() throws(Misread) {
        guard accept(.returning) else { return }
        jsonGrammar = true
        try typeName()
        try jsonFormat()
    }

    private func jsonNulls() throws(Misread) {
        guard at(.null) || at(.absent), peek(1).keyword == .on else { return }
        jsonGrammar = true
        advance()
        advance()
        try expect(.null)
    }

    /// JSON_OBJECT, JSON_ARRAY and the others. Where they are not yet the grammar's, an ordinary list makes them a call of a
    /// function that somebody made; what only the grammar can read is no such call.
    func jsonCall() throws(Misread) {
        let outer = jsonGrammar
        defer { jsonGrammar = outer }
        jsonGrammar = false
        let written = token
        let name = try symbol(of: token)
        findings.function(schema: .none, name: name)
        try jsonCallBody()
        guard !jsonGrammar, !symbols.flags(name).contains(.pureFunction) else { return }
        lookedUpAlongPath()
        for index in 0..<searchPath.count {
            _ = try access(.call, .function, schema: searchPath[index], name: name, written.start, written.end)
        }
    }

    private func jsonCallBody() throws(Misread) {
        let kind = keyword
        advance()
        if kind == .jsonArray, startsQuery(peek(1)) {
            jsonGrammar = true
            try expect(.openParen)
            use(try query(.inner), for: use.insideExpression)
            try jsonFormat()
            try jsonNulls()
            try jsonReturning()
            return try expect(.closeParen)
        }
        try expect(.openParen)
        if accept(.closeParen) { return }
        if at(.returning) {
            try jsonReturning()
            return try expect(.closeParen)
        }
        switch kind {
        case .jsonExists, .jsonQuery, .jsonValue:
            try jsonPathCall()
        default:
            repeat {
                try expression()
                try jsonFormat()
                let pair = accept(.colon) || accept(.value)
                if pair || accept(.equalsGreater) || accept(.colonEquals) {
                    try jsonPairValue()
                    if pair { jsonGrammar = true }
                }
            } while accept(.comma)
            if at(.order) { try sortList() }
            try jsonNulls()
            try jsonUniqueness()
            try jsonReturning()
        }
        try expect(.closeParen)
    }

    private func jsonPairValue() throws(Misread) {
        try expression()
        try jsonFormat()
    }

    /// `(context, path [PASSING v AS n, …] [RETURNING type] [wrapper] [quotes] [behaviour ON EMPTY | ERROR]…)`.
    private func jsonPathCall() throws(Misread) {
        try expression()
        try jsonFormat()
        while accept(.comma) { try expression() }
        try jsonPassing()
        try jsonReturning()
        try jsonBehaviour()
    }

    private func jsonPassing() throws(Misread) {
        guard accept(.passing) else { return }
        jsonGrammar = true
        repeat {
            try expression()
            try jsonFormat()
            try expect(.as)
            _ = try label()
        } while accept(.comma)
    }

    /// Wrappers, quotes, and what happens ON EMPTY and ON ERROR.
    private func jsonBehaviour() throws(Misread) {
        while !at(.closeParen), !at(.comma) {
            jsonGrammar = true
            if accept(.with) || accept(.without) {
                if !accept(.conditional) { _ = accept(.unconditional) }
                _ = accept(.array)
                try expect(.wrapper)
            } else if accept(.keep) || accept(.omit) {
                try expect(.quotes)
                if accept(.on) {
                    try expect(.scalar)
                    try expect(.string)
                }
            } else {
                if accept(.default) {
                    try expression()
                } else if accept(.empty) {
                    if !accept(.array) { _ = accept(.object) }
                } else if !accept(.error), !accept(.null), !accept(.true), !accept(.false), !accept(.unknown) {
                    throw .syntax
                }
                try expect(.on)
                guard accept(.empty) || accept(.error) else { throw .syntax }
            }
        }
    }

    /// JSON_TABLE(context, path [AS name] [PASSING …] COLUMNS (…) [behaviour]).
    func jsonTable() throws(Misread) {
        let outer = use
        use = [.computed, .filter]
        findings.function(schema: .none, name: try name())
        try expect(.openParen)
        try expression()
        try jsonFormat()
        try expect(.comma)
        try expression()
        if accept(.as) { _ = try columnId() }
        try jsonPassing()
        try expect(.columns)
        try jsonColumns()
        try jsonBehaviour()
        try expect(.closeParen)
        use = outer
        try functionAlias(.none, ordinality: false)
    }

    private func jsonColumns() throws(Misread) {
        try enter()
        try expect(.openParen)
        repeat {
            if at(.nested), peek(1).keyword == .path || peek(1).isString {
                advance()
                _ = accept(.path)
                guard token.isString else { throw .syntax }
                advance()
                if accept(.as) { _ = try columnId() }
                try expect(.columns)
                try jsonColumns()
                continue
            }
            _ = try columnId()
            if accept(.for) {
                try expect(.ordinality)
                continue
            }
            try typeName()
            try jsonFormat()
            _ = accept(.exists)
            if accept(.path) {
                guard token.isString else { throw .syntax }
                advance()
            }
            try jsonBehaviour()
        } while accept(.comma)
        try expect(.closeParen)
        leave()
    }
}
