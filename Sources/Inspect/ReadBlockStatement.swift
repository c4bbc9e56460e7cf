// PL/pgSQL statements that say what happens next: assignments, branches, loops, jumps, messages.

import Machine

extension BlockReader {
    /// Statements up to a word that ends a list of them.
    func statements() throws(Misread) {
        while !endsStatements() { try statement() }
    }

    private func endsStatements() -> Bool {
        if at(.end) || at(.else) || at(.when) { return true }
        guard at(word: "elsif") || at(word: "elseif") || at(word: "exception") else { return false }
        return !isAssigned()
    }

    /// Behind a word, these make it a variable that gets a value.
    private func isAssigned() -> Bool {
        switch peek(1).mark {
        case .colonEquals, .equal, .openBracket, .dot: true
        default: false
        }
    }

    private func statement() throws(Misread) {
        try reader.enter()
        defer { reader.leave() }
        if let label = try label() {
            try declare(label)
            if at(.declare) || at(.begin) {
                try block()
                return try expect(.semicolon)
            }
            guard try loop() else { throw .syntax }
            return
        }
        if token.kind == .parameter, isAssigned() { return try assignment() }
        guard token.isName else { throw .syntax }
        if isReserved(token) { return try reservedStatement() }
        if isAssigned() { return try assignment() }
        if try simpleStatement() { return }
        if try sqlStatement() { return }
        throw .syntax
    }

    private func reservedStatement() throws(Misread) {
        switch token.keyword {
        case .begin, .declare:
            try block()
            try expect(.semicolon)
        case .if: try ifStatement()
        case .case: try caseStatement()
        case .execute: try executeStatement()
        case .null:
            advance()
            try expect(.semicolon)
        default: guard try loop() else { throw .syntax }
        }
    }

    /// False, with nothing read, when it is none of these.
    private func simpleStatement() throws(Misread) -> Bool {
        if accept(word: "raise") {
            try raise()
        } else if accept(word: "return") {
            try returnStatement()
        } else if accept(word: "exit") || accept(.continue) {
            if token.isName, !at(.when) { _ = try identifier() }
            if accept(.when) { try expression(to: .semicolon) }
        } else if accept(word: "assert") {
            repeat { try expression(to: [.comma, .semicolon]) } while accept(.comma)
        } else if accept(word: "get") {
            try diagnostics()
        } else if at(.commit) || at(.rollback) {
            advance()
            if accept(.and) {
                _ = accept(.no)
                try expect(.chain)
            }
            // What SET LOCAL said before is over.
            reader.statement.mayChangeLexicalState = true
            if reader.pathBehindTransaction.count > 0 { reader.codeChangesPath = true }
        } else {
            return false
        }
        try expect(.semicolon)
        return true
    }

    /// `target := expression;`, the target with fields and elements.
    private func assignment() throws(Misread) {
        try target()
        while at(.openBracket) || at(.dot) {
            if accept(.dot) {
                guard token.isName else { throw .syntax }
                advance()
            } else {
                try element()
            }
        }
        guard accept(.colonEquals) || accept(.equal) else { throw .syntax }
        try expression(to: .semicolon, for: reader.resultUse)
        try expect(.semicolon)
    }

    /// `[a]`, `[a:b]`.
    private func element() throws(Misread) {
        let first = next
        var depth = 0
        repeat {
            if at(.openBracket) || at(.openParen) { depth += 1 }
            if at(.closeBracket) || at(.closeParen) { depth -= 1 }
            if atEnd || at(.semicolon) { throw .syntax }
            advance()
        } while depth > 0
        try sql(first..<next) { (reader) throws(Misread) in
            reader.use = .computed
            reader.openScope()
            try reader.subscripts()
            try reader.closeScope()
        }
    }

    // MARK: Branches

    private func ifStatement() throws(Misread) {
        repeat {
            advance()
            try expression(to: .then)
            try expect(.then)
            try statements()
        } while at(word: "elsif") || at(word: "elseif")
        if accept(.else) { try statements() }
        try expect(.end)
        try expect(.if)
        try expect(.semicolon)
    }

    private func caseStatement() throws(Misread) {
        try expect(.case)
        if !at(.when) { try expression(to: .when) }
        repeat {
            try expect(.when)
            try expression(to: .then)
            try expect(.then)
            try statements()
        } while at(.when)
        if accept(.else) { try statements() }
        try expect(.end)
        try expect(.case)
        try expect(.semicolon)
    }

    // MARK: Loops

    /// False, with nothing read, when here is no loop.
    private func loop() throws(Misread) -> Bool {
        if at(.for) {
            try forHead()
        } else if accept(word: "while") {
            try expression(to: .loop)
        } else if accept(word: "foreach") {
            try targets()
            if accept(word: "slice") {
                guard token.kind == .integer else { throw .syntax }
                advance()
            }
            try expect(.in)
            try expect(.array)
            try expression(to: .loop)
        } else if !at(word: "loop") {
            return false
        }
        try expect(word: "loop")
        try statements()
        try expect(.end)
        try expect(word: "loop")
        if token.isName { _ = try identifier() }
        try expect(.semicolon)
        return true
    }

    /// FOR target IN, up to LOOP: numbers, the rows of a query, of an EXECUTE or of a cursor.
    private func forHead() throws(Misread) {
        try expect(.for)
        let variable = token
        try targets()
        let isOneName = variable.isName && self[next - 1].start == variable.start
        try expect(.in)
        if accept(.execute) { return try executed(endingAt: .loop) }
        if token.isName, isCursor(try reader.symbol(of: token)), peek(1).mark == .openParen || isWord(peek(1), "loop") {
            advance()
            reader.codeUsesPortals = true
            guard isOneName else { throw .unsupported }
            // The record of its rows needs no declaration.
            try declare(try reader.symbol(of: variable))
            return try cursorArguments()
        }
        _ = accept(word: "reverse")
        let piece = try piece(to: [.range, .loop])
        // A query that gives rows.
        guard accept(.dotDot) else { return try statement(piece) }
        guard isOneName else { throw .unsupported }
        try declare(try reader.symbol(of: variable))
        try expression(piece, for: .computed)
        try expression(to: [.by, .loop])
        if accept(.by) { try expression(to: .loop) }
    }

    func targets() throws(Misread) {
        repeat { try target() } while accept(.comma)
    }

    // MARK: Jumps and messages

    /// RETURN [expression], RETURN NEXT [expression], RETURN QUERY query | EXECUTE …
    private func returnStatement() throws(Misread) {
        if at(.semicolon) { return }
        let isWordAlone = peek(1).mark != .dot
        if isWordAlone, accept(.next) {
            if !at(.semicolon) { try expression(to: .semicolon) }
        } else if isWordAlone, accept(word: "query") {
            if accept(.execute) { try executed(endingAt: .semicolon) } else { try statement(to: .semicolon) }
        } else {
            try expression(to: .semicolon)
        }
    }

    /// RAISE [level] ['format' [, value …] | condition | SQLSTATE 'code'] [USING option = value, …].
    private func raise() throws(Misread) {
        if at(.semicolon) { return }
        for level: StaticString in ["exception", "warning", "notice", "info", "log", "debug"] where accept(word: level) { break }
        if token.isString {
            advance()
            while accept(.comma) { try expression(to: [.comma, .semicolon, .using]) }
        } else if accept(word: "sqlstate") {
            guard token.isString else { throw .syntax }
            advance()
        } else if !at(.using), !at(.semicolon) {
            _ = try identifier()
        }
        guard accept(.using) else { return }
        repeat {
            guard token.kind == .word else { throw .syntax }
            advance()
            guard accept(.equal) || accept(.colonEquals) else { throw .syntax }
            try expression(to: [.comma, .semicolon])
        } while accept(.comma)
    }

    /// [CURRENT | STACKED] DIAGNOSTICS target = ITEM, …
    private func diagnostics() throws(Misread) {
        if !accept(.current) { _ = accept(word: "stacked") }
        try expect(word: "diagnostics")
        repeat {
            try target()
            guard accept(.equal) || accept(.colonEquals), token.kind == .word else { throw .syntax }
            advance()
        } while accept(.comma)
    }
}
