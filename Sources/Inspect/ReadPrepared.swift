// Names that outlive a statement: PREPARE and EXECUTE, cursors; and EXPLAIN, which holds another statement.

import Machine

extension SQLReader {
    func prepareStatement() throws(Misread) {
        try expect(.prepare)
        if accept(.transaction) {
            kind = "prepare transaction"
            statement.transactionStep = .commit
            statement.mayChangeLexicalState = true
            guard token.isString else { throw .syntax }
            let name = (try? stringSymbol(token)) ?? .none
            _ = try access(.transact, .any, schema: .none, name: name, token.start, token.end)
            return advance()
        }
        let name = try columnId()
        if accept(.openParen) {
            try commaSeparated { () throws(Misread) in try self.typeName() }
            try expect(.closeParen)
        }
        try expect(.as)
        guard try queryOrModification() else { throw .syntax }
        kind = "prepare"
        statement.returnsRows = false
        statement.nameEffect = .prepare
        effectName = name
    }

    /// EXECUTE name (arguments): the caller of the inspector adds what the prepared statement does.
    func executeStatement() throws(Misread) {
        kind = "execute"
        try expect(.execute)
        let name = try columnId()
        if accept(.openParen) {
            use = .computed
            try commaSeparated { () throws(Misread) in try self.expression() }
            try expect(.closeParen)
        }
        statement.returnsRows = true
        statement.nameEffect = .execute
        effectName = name
    }

    func deallocateStatement() throws(Misread) {
        kind = "deallocate"
        try expect(.deallocate)
        if at(.prepare), !(peek(1).kind == .end || peek(1).mark == .semicolon) { advance() }
        statement.nameEffect = .deallocate
        if !accept(.all) { effectName = try columnId() }
    }

    /// DECLARE name [BINARY] [INSENSITIVE | ASENSITIVE] [[NO] SCROLL] CURSOR [WITH | WITHOUT HOLD] FOR query.
    func declareCursor() throws(Misread) {
        try expect(.declare)
        let name = try columnId()
        while !at(.cursor) {
            if accept(.no) {
                try expect(.scroll)
            } else if !accept(.binary), !accept(.insensitive), !accept(.asensitive), !accept(.scroll) {
                throw .syntax
            }
        }
        try expect(.cursor)
        if accept(.with) || accept(.without) { try expect(.hold) }
        try expect(.for)
        use(try query(.outermost), for: .output)
        kind = "declare cursor"
        statement.nameEffect = .declareCursor
        effectName = name
        readsQueryLimit = true
        statement.hasLimit = queryLimit.has
        statement.limit = queryLimit.rows
    }

    /// FETCH or MOVE in any direction.
    func fetchStatement() throws(Misread) {
        kind = at(.fetch) ? "fetch" : "move"
        statement.returnsRows = at(.fetch)
        advance()
        let behind = peek(1)
        let nameOnly = behind.kind == .end || behind.mark == .semicolon
        if !nameOnly {
            switch keyword {
            case .next, .prior, .first, .last, .all: advance()
            case .absolute, .relative:
                advance()
                try signedInteger()
            case .forward, .backward:
                advance()
                if !accept(.all), token.kind == .integer || at(.plus) || at(.minus) { try signedInteger() }
            default:
                if token.kind == .integer || at(.plus) || at(.minus) { try signedInteger() }
            }
            if !accept(.from) { _ = accept(.in) }
        }
        statement.nameEffect = .fetch
        effectName = try columnId()
    }

    private func signedInteger() throws(Misread) {
        if !accept(.plus) { _ = accept(.minus) }
        guard token.kind == .integer else { throw .syntax }
        advance()
    }

    func closeStatement() throws(Misread) {
        kind = "close"
        try expect(.close)
        statement.nameEffect = .closeCursor
        if !accept(.all) { effectName = try columnId() }
    }

    // MARK: EXPLAIN

    /// Every spelling. With or without ANALYZE it counts as the statement inside.
    func explainStatement() throws(Misread) {
        try expect(.explain)
        if at(.openParen), !holdsQuery(p) {
            let first = p
            try optionList()
            statement.analyzes = asksToAnalyze(first..<p)
        } else {
            statement.analyzes = accept(.analyze) || accept(.analyse)
            _ = accept(.verbose)
        }
        let inner: Bool
        switch keyword {
        case .declare:
            try declareCursor()
            inner = true
        case .execute:
            try executeStatement()
            inner = true
        case .create: inner = try createStatement()
        case .refresh: inner = try maintenanceStatement()
        default: inner = try queryOrModification()
        }
        guard inner else { throw .syntax }
        kind = "explain"
        statement.returnsRows = true
    }

    /// Whether options name ANALYZE, in any spelling but one that is plainly off.
    private func asksToAnalyze(_ options: Range<Int>) -> Bool {
        options.contains { index in
            let name = tokens[index]
            let isNamed = name.keyword == .analyze || name.keyword == .analyse || isQuoted(name, "analyze") || isQuoted(name, "analyse")
            return isNamed && !isOff(tokens[index + 1])
        }
    }

    /// FALSE, OFF, or a string that says so, as PostgreSQL compares it.
    private func isOff(_ value: Token) -> Bool {
        if value.keyword == .false || value.keyword == .off { return true }
        guard value.kind == .string else { return false }
        let inside = slice(value).dropFirst().dropLast()
        func says(_ word: StaticString) -> Bool {
            let wanted = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
            return inside.count == wanted.count && zip(inside, wanted).allSatisfy { ByteClass.folded($0) == $1 }
        }
        return says("off") || says("false")
    }

    private func isQuoted(_ token: Token, _ name: StaticString) -> Bool {
        let text = slice(token)
        let wanted = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        return text.count == wanted.count + 2 && text.dropFirst().dropLast().elementsEqual(wanted)
    }

    /// `(name [value], …)`: options in parentheses, of EXPLAIN, VACUUM, WITH and others.
    func optionList() throws(Misread) {
        try expect(.openParen)
        if accept(.closeParen) { return }
        repeat {
            _ = try label()
            while accept(.dot) { _ = try label() }
            _ = accept(.equal)
            try optionValue()
        } while accept(.comma)
        try expect(.closeParen)
    }

    /// A word, a string, a number, a type, a list of names, or nothing.
    func optionValue() throws(Misread) {
        if at(.comma) || at(.closeParen) { return }
        if at(.plus) || at(.minus) { advance() }
        if token.isLiteral || token.mark == .star {
            return advance()
        }
        if at(.openParen) {
            advance()
            try commaSeparated { () throws(Misread) in
                guard self.token.isName || self.token.isLiteral else { throw Misread.syntax }
                self.advance()
            }
            return try expect(.closeParen)
        }
        if at(.operator), peek(1).mark == .openParen {
            return try namedOperator()
        }
        if token.kind == .mark {
            switch token.mark {
            case .otherOperator, .less, .greater, .equal, .lessEqual, .greaterEqual, .notEqual, .slash, .percent, .caret:
                return advance()
            case .none, .openParen, .closeParen, .openBracket, .closeBracket, .comma, .semicolon, .colon, .dot, .typecast,
                .dotDot,
                .colonEquals, .equalsGreater, .plus, .minus, .star:
                throw .syntax
            }
        }
        guard token.isName else { throw .syntax }
        advance()
        while accept(.dot) { _ = try label() }
        if at(.openParen) {
            advance()
            try commaSeparated { () throws(Misread) in
                guard self.token.isLiteral else { throw Misread.syntax }
                self.advance()
            }
            try expect(.closeParen)
        }
        while at(.openBracket) {
            advance()
            if token.kind == .integer { advance() }
            try expect(.closeBracket)
        }
        if token.isName, tokens[p - 1].isName { while token.isName { advance() } }
    }
}
