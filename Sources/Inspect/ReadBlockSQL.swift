// SQL inside PL/pgSQL: statements with INTO, EXECUTE of a text, cursors.

import Machine

extension BlockReader {
    /// False, with nothing read, when the words here begin no statement of SQL.
    func sqlStatement() throws(Misread) -> Bool {
        if accept(word: "perform") {
            try expression(to: .semicolon)
        } else if accept(word: "open") {
            try open()
        } else if at(.fetch) || at(.move) {
            try fetch()
        } else if accept(.close) {
            try portal()
        } else if at(.call) || at(.do) {
            try callOrDo()
        } else {
            guard token.kind == .word else { return false }
            try statementWithInto()
        }
        try expect(.semicolon)
        return true
    }

    /// CALL may change the variables that it is given.
    private func callOrDo() throws(Misread) {
        let piece = try piece(to: .semicolon)
        for index in piece where self[index].isName {
            if isCursor(try reader.symbol(of: self[index])) { throw .unsupported }
        }
        try statement(piece)
    }

    /// A statement of SQL; `INTO [STRICT] variable, …` may stand anywhere in it.
    private func statementWithInto() throws(Misread) {
        let imports = at(.import)
        let first = next
        var into: Range<Int>?
        var depth = 0
        while depth > 0 || !at(.semicolon) {
            switch token.mark {
            case .openParen, .openBracket: depth += 1
            case .closeParen, .closeBracket: depth -= 1
            case .semicolon: throw .syntax
            default: break
            }
            if atEnd || depth < 0 { throw .syntax }
            if at(.into), next > first, !imports, try !namesTable(next) {
                guard into == nil else { throw .syntax }
                into = try intoVariables()
            } else {
                advance()
            }
        }
        try statement(first..<next, without: into)
    }

    /// `INTO [STRICT] variable, …`, which PL/pgSQL cuts out of the statement: what stands before it then stands before what is behind.
    private func intoVariables() throws(Misread) -> Range<Int> {
        let start = next
        advance()
        _ = accept(.strict)
        try targets()
        let before = self[start - 1]
        switch token.mark {
        // A fourth name, an element, arguments: of what is before INTO, not of the variable they are written behind.
        case .dot, .dotDot, .openBracket: throw .unsupported
        case .openParen: if before.keyword != .select { throw .unsupported }
        default: break
        }
        // Two strings that could become one.
        if before.isString, token.isString { throw .unsupported }
        return start..<next
    }

    /// INTO of INSERT and MERGE. Behind a dot such a word is a column's name; whether PL/pgSQL joins it with what is before the dot,
    /// and so does not see the word, depends on how many names there are and on what they are of.
    private func namesTable(_ into: Int) throws(Misread) -> Bool {
        let before = self[into - 1]
        guard before.keyword == .insert || before.keyword == .merge else { return false }
        if into >= 2, self[into - 2].mark == .dot { throw .unsupported }
        return true
    }

    // MARK: EXECUTE

    /// EXECUTE text [INTO variable, …] [USING value, …]; the two in any order.
    func executeStatement() throws(Misread) {
        try expect(.execute)
        try text(try piece(to: [.into, .using, .semicolon]))
        while !at(.semicolon) {
            if accept(.into) {
                _ = accept(.strict)
                try targets()
            } else {
                try expect(.using)
                repeat { try expression(to: [.comma, .into, .semicolon], for: reader.resultUse) } while accept(.comma)
            }
        }
        try expect(.semicolon)
    }

    /// The text behind EXECUTE elsewhere, with its USING.
    func executed(endingAt end: Stops) throws(Misread) {
        try text(try piece(to: end.union(.using)))
        guard accept(.using) else { return }
        repeat { try expression(to: end.union(.comma), for: reader.resultUse) } while accept(.comma)
    }

    /// A constant is read as what it says. What another text will be is not known, only what it is made of.
    private func text(_ piece: Range<Int>) throws(Misread) {
        var inside = piece
        while inside.count > 2, self[inside.lowerBound].mark == .openParen, Int(self[inside.lowerBound].value) == inside.upperBound - 1 {
            inside = inside.lowerBound + 1..<inside.upperBound - 1
        }
        if inside.count == 1, self[inside.lowerBound].isString { return try reader.executedText(self[inside.lowerBound]) }
        try expression(piece, for: .computed)
        if reader.opaqueness == nil { reader.opaqueness = .dynamicText }
    }

    // MARK: Cursors

    /// The name of a cursor that is declared here; another could stand for any portal of the session.
    private func portal() throws(Misread) {
        guard isCursor(try identifier()) else { throw .unsupported }
        reader.codeUsesPortals = true
    }

    /// OPEN cursor [(values)], OPEN cursor [[NO] SCROLL] FOR query | EXECUTE …
    private func open() throws(Misread) {
        try portal()
        if at(.semicolon) || at(.openParen) { return try cursorArguments() }
        if accept(.no) { try expect(.scroll) } else { _ = accept(.scroll) }
        try expect(.for)
        if accept(.execute) { try executed(endingAt: .semicolon) } else { try statement(to: .semicolon) }
    }

    /// `(value, name := value, …)`, or nothing.
    func cursorArguments() throws(Misread) {
        guard accept(.openParen) else { return }
        repeat {
            if token.isName, peek(1).mark == .colonEquals || peek(1).mark == .equalsGreater {
                advance()
                advance()
            }
            try expression(to: [.comma, .close])
        } while accept(.comma)
        try expect(.closeParen)
    }

    /// FETCH [direction FROM | IN] cursor INTO variable, … and MOVE [direction FROM | IN] cursor.
    private func fetch() throws(Misread) {
        let moves = at(.move)
        advance()
        let first = next
        while !at(.from), !at(.in), !at(.into), !at(.semicolon) {
            if atEnd { throw .syntax }
            advance()
        }
        if at(.from) || at(.in) {
            try direction(first..<next)
            advance()
        } else {
            guard next == first + 1 else { throw .syntax }
            back(to: first)
        }
        try portal()
        if moves { return }
        try expect(.into)
        try targets()
    }

    private func direction(_ words: Range<Int>) throws(Misread) {
        guard var first = words.first else { return }
        switch self[first].keyword {
        case .next, .prior, .first, .last, .all: first += 1
        case .absolute, .relative, .forward, .backward:
            first += 1
            if first < words.upperBound, self[first].keyword == .all { first += 1 }
        default: break
        }
        if first < words.upperBound { try expression(first..<words.upperBound, for: .computed) }
    }
}
