// PL/pgSQL blocks: labels, declarations, statements, exception handlers.

import Machine

extension BlockReader {
    /// pl_function: options, one block, and nothing behind it.
    func read() throws(Misread) {
        while accept(operator: "#") {
            guard accept(word: "option") || accept(word: "print_strict_params") || accept(word: "variable_conflict"), token.kind == .word
            else { throw .syntax }
            advance()
        }
        if let label = try label() { try declare(label) }
        try block()
        _ = accept(.semicolon)
        guard atEnd else { throw .syntax }
    }

    /// `<<name>>`.
    func label() throws(Misread) -> Symbol? {
        guard accept(operator: "<<") else { return nil }
        let name = try identifier()
        guard accept(operator: ">>") else { throw .syntax }
        return name
    }

    /// [DECLARE …] BEGIN … [EXCEPTION …] END [label].
    func block() throws(Misread) {
        try reader.enter()
        if accept(.declare) { try declarations() }
        try expect(.begin)
        try statements()
        if accept(word: "exception") {
            repeat {
                try expect(.when)
                repeat {
                    if accept(word: "sqlstate") {
                        guard token.isString else { throw .syntax }
                        advance()
                    } else {
                        _ = try identifier()
                    }
                } while accept(.or)
                try expect(.then)
                try statements()
            } while at(.when)
        }
        try expect(.end)
        if token.isName { _ = try identifier() }
        reader.leave()
    }

    // MARK: Declarations

    private func declarations() throws(Misread) {
        while !at(.begin) {
            if accept(.declare) { continue }
            try declaration()
        }
    }

    private func declaration() throws(Misread) {
        // INTO behind these words would be a variable's, were they variables.
        if at(.insert) || at(.merge) || at(.import) { throw .unsupported }
        let name = try identifier()
        if at(word: "alias"), peek(1).keyword == .for { return try alias(name) }
        if at(.cursor) || at(.scroll) || (at(.no) && peek(1).keyword == .scroll) { return try cursor(name) }
        _ = accept(word: "constant")
        let isCursor = try variableType()
        if isCursor { try declare(cursor: name) } else { try declare(name) }
        if accept(.collate) {
            _ = try identifier()
            while accept(.dot) { _ = try identifier() }
        }
        if accept(.not) { try expect(.null) }
        if accept(.semicolon) { return }
        guard !isCursor, accept(.colonEquals) || accept(.equal) || accept(.default) else { throw .syntax }
        try expression(to: .semicolon, for: reader.resultUse)
        try expect(.semicolon)
    }

    /// `name ALIAS FOR variable;`.
    private func alias(_ name: Symbol) throws(Misread) {
        advance()
        try expect(.for)
        if token.kind == .parameter { advance() } else { try target() }
        try expect(.semicolon)
        try declare(name)
    }

    /// `name [[NO] SCROLL] CURSOR [(name type, …)] FOR | IS query;`: what it reads counts whether or not it is opened.
    private func cursor(_ name: Symbol) throws(Misread) {
        if accept(.no) { try expect(.scroll) } else { _ = accept(.scroll) }
        try expect(.cursor)
        if accept(.openParen) {
            repeat {
                try declare(try identifier())
                try type(try piece(to: [.comma, .close]))
            } while accept(.comma)
            try expect(.closeParen)
        }
        guard accept(.for) || accept(.is) else { throw .syntax }
        try statement(to: .semicolon)
        try expect(.semicolon)
        try declare(cursor: name)
    }

    /// The type of a variable; true for a refcursor.
    private func variableType() throws(Misread) -> Bool {
        let first = next
        while !at(.collate), !at(.not), !at(.equal), !at(.colonEquals), !at(.default), !at(.semicolon) {
            if atEnd { throw .syntax }
            advance()
        }
        let piece = first..<next
        if piece.isEmpty { throw .syntax }
        try type(piece)
        return isWord(self[piece.upperBound - 1], "refcursor")
    }

    /// A type of SQL, or `name%TYPE`, `name%ROWTYPE`, also of arrays of them.
    private func type(_ piece: Range<Int>) throws(Misread) {
        guard let percent = piece.first(where: { self[$0].mark == .percent }) else { return try typeName(piece) }
        for index in piece.lowerBound..<percent {
            let token = self[index]
            let isPart = (index - piece.lowerBound) % 2 == 0 ? token.isName : token.mark == .dot
            if !isPart { throw .syntax }
        }
        guard percent > piece.lowerBound, self[percent - 1].isName, percent + 1 < piece.upperBound,
            isWord(self[percent + 1], "type") || isWord(self[percent + 1], "rowtype")
        else { throw .syntax }
        for index in percent + 2..<piece.upperBound {
            let token = self[index]
            guard token.keyword == .array || token.mark == .openBracket || token.mark == .closeBracket || token.kind == .integer else {
                throw .syntax
            }
        }
    }

    private func typeName(_ piece: Range<Int>) throws(Misread) {
        try sql(piece) { (reader) throws(Misread) in try reader.typeName(cast: true) }
    }
}
