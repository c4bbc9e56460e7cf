// Typename, and constants written with a type before them.

import Machine

extension SQLReader {
    /// Typename: [SETOF] a type, its modifiers and array bounds. A cast to a `reg…` type is a call.
    /// - Returns: the last part of the name, where it is not one of the grammar's own types.
    @discardableResult
    func typeName(cast: Bool = false) throws(Misread) -> Symbol {
        _ = accept(.setof)
        let written = token
        var builtIn = false
        var last = Symbol.none
        if keyword != .none { builtIn = try builtInType() }
        if !builtIn {
            let type = try genericType()
            last = type.name
            if cast, type.mayBeCatalog { castAccess(to: last, written) }
        }
        if accept(.array) {
            if at(.openBracket) { try arrayBound() }
        } else {
            while at(.openBracket) { try arrayBound() }
        }
        return last
    }

    private func arrayBound() throws(Misread) {
        try expect(.openBracket)
        if token.kind == .integer { advance() }
        try expect(.closeBracket)
    }

    /// A type by name, with modifiers: its last part, and whether it is unqualified or pg_catalog's.
    private func genericType() throws(Misread) -> (name: Symbol, mayBeCatalog: Bool) {
        guard startsFunctionName(token) else { throw .syntax }
        var type = try name()
        var schema = Symbol.none
        while accept(.dot) {
            schema = type
            type = try label()
        }
        if at(.openParen) { try modifiers() }
        return (type, schema.isNone || schema == known.pgCatalog)
    }

    /// `(10, 2)`: expressions in the grammar.
    private func modifiers() throws(Misread) {
        try expect(.openParen)
        try commaSeparated { () throws(Misread) in try self.expression() }
        try expect(.closeParen)
    }

    /// Types that are key words; false, with nothing read, when here is none.
    private func builtInType() throws(Misread) -> Bool {
        switch keyword {
        case .int, .integer, .smallint, .bigint, .real, .boolean, .json: advance()
        case .float, .decimal, .dec, .numeric:
            advance()
            if at(.openParen) { try modifiers() }
        case .double:
            guard peek(1).keyword == .precision else { return false }
            advance()
            advance()
        case .bit:
            advance()
            _ = accept(.varying)
            if at(.openParen) { try modifiers() }
        case .character, .char, .nchar:
            advance()
            _ = accept(.varying)
            if at(.openParen) { try modifiers() }
        case .national:
            advance()
            guard accept(.character) || accept(.char) else { throw .syntax }
            _ = accept(.varying)
            if at(.openParen) { try modifiers() }
        case .varchar:
            advance()
            if at(.openParen) { try modifiers() }
        case .timestamp, .time:
            advance()
            if at(.openParen) { try modifiers() }
            try timeZoneWords()
        case .interval:
            advance()
            if at(.openParen) { try modifiers() } else { try intervalFields() }
        default: return false
        }
        return true
    }

    /// WITH TIME ZONE, WITHOUT TIME ZONE.
    private func timeZoneWords() throws(Misread) {
        guard at(.with) || at(.without), peek(1).keyword == .time else { return }
        advance()
        advance()
        try expect(.zone)
    }

    /// YEAR, DAY TO SECOND(3), …
    func intervalFields() throws(Misread) {
        guard acceptIntervalField() else { return }
        if tokens[p - 1].keyword == .second, at(.openParen) { return try modifiers() }
        guard accept(.to) else { return }
        guard acceptIntervalField() else { throw .syntax }
        if tokens[p - 1].keyword == .second, at(.openParen) { try modifiers() }
    }

    private func acceptIntervalField() -> Bool {
        accept(.year) || accept(.month) || accept(.day) || accept(.hour) || accept(.minute) || accept(.second)
    }

    // MARK: Constants

    /// `timestamp '…'`, `double precision '1'`: nil, with nothing read, when no string follows the type.
    func typedConstant(_ start: ExprStart) throws(Misread) -> Expr? {
        switch keyword {
        case .int, .integer, .smallint, .bigint, .real, .boolean, .json, .float, .decimal, .dec, .numeric, .double, .bit,
            .character, .char, .nchar, .national, .varchar, .timestamp, .time:
            // Looked for, not tried: trying would read what is inside the parentheses twice at every depth.
            guard stringFollowsType(), try builtInType(), token.isString else { return nil }
            advance()
            return finish(start, .constant)
        default: return nil  // the other key words begin no such type
        }
    }

    /// A string is behind the words of a type here, and behind its parentheses when it has some.
    private func stringFollowsType() -> Bool {
        var at = p + 1
        switch tokens[at].keyword {
        case .precision, .varying: at += 1
        case .character, .char: at += tokens[at + 1].keyword == .varying ? 2 : 1
        default: break  // a type of one word
        }
        if tokens[at].mark == .openParen {
            guard tokens[at].value > 0 else { return false }
            at = Int(tokens[at].value) + 1
        }
        if tokens[at].keyword == .with || tokens[at].keyword == .without, tokens[at + 1].keyword == .time { at += 3 }
        return at < tokens.count && tokens[at].isString
    }

    /// INTERVAL '1' DAY, INTERVAL(3) '1'.
    func intervalConstant(_ start: ExprStart) throws(Misread) -> Expr? {
        let before = p
        advance()
        if at(.openParen) { try modifiers() }
        guard token.isString else {
            p = before
            return nil
        }
        advance()
        try intervalFields()
        return finish(start, .constant)
    }
}
