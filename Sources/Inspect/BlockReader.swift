// PL/pgSQL: a body's tokens, the pieces of SQL that are cut out of them, and the names that it declares.

import Machine

/// Reads one PL/pgSQL body (PostgreSQL manual, chapter 43) from the tokens that a reader of SQL holds, and has that read each
/// piece of SQL in it. Grammar is spread over extensions; every token is consumed by one of their productions. What it throws makes
/// the body unknown.
final class BlockReader {
    let reader: SQLReader
    /// Of the body; the reader's own tokens are those of one piece.
    private var tokens: Pool<Token>
    /// The next token.
    private(set) var next = 0
    /// Cursors and refcursors that are declared here.
    private var cursors = Pool<Symbol>(capacity: 8)

    /// Takes the tokens that the reader holds.
    init(_ reader: SQLReader) {
        self.reader = reader
        tokens = reader.tokens
        reader.tokens = Pool(capacity: 64)
    }

    /// Gives the memory back; nothing may be read after it.
    func free() {
        tokens.free()
        cursors.free()
    }

    // MARK: Tokens

    var token: Token { tokens[next] }
    func peek(_ ahead: Int) -> Token { tokens[min(next + ahead, tokens.count - 1)] }
    func at(_ keyword: Keyword) -> Bool { tokens[next].keyword == keyword }
    func at(_ mark: Mark) -> Bool { tokens[next].mark == mark }
    var atEnd: Bool { tokens[next].kind == .end }
    func advance() { if !atEnd { next += 1 } }
    func back(to earlier: Int) { next = min(next, earlier) }

    func accept(_ keyword: Keyword) -> Bool {
        guard at(keyword) else { return false }
        advance()
        return true
    }
    func accept(_ mark: Mark) -> Bool {
        guard at(mark) else { return false }
        advance()
        return true
    }
    func expect(_ keyword: Keyword) throws(Misread) { if !accept(keyword) { throw .syntax } }
    func expect(_ mark: Mark) throws(Misread) { if !accept(mark) { throw .syntax } }

    /// Whether a token is an unquoted word spelt so: PL/pgSQL has words that SQL does not know.
    func isWord(_ token: Token, _ word: StaticString) -> Bool {
        guard token.kind == .word, Int(token.end - token.start) == word.utf8CodeUnitCount else { return false }
        for index in 0..<word.utf8CodeUnitCount
        where ByteClass.folded(reader.message[Int(token.start) + index]) != word.utf8Start[index] { return false }
        return true
    }
    func at(word: StaticString) -> Bool { isWord(token, word) }
    func accept(word: StaticString) -> Bool {
        guard at(word: word) else { return false }
        advance()
        return true
    }
    func expect(word: StaticString) throws(Misread) { if !accept(word: word) { throw .syntax } }

    /// Passes an operator that the grammar of SQL does not name.
    func accept(operator text: StaticString) -> Bool {
        guard token.mark == .otherOperator, Int(token.end - token.start) == text.utf8CodeUnitCount else { return false }
        for index in 0..<text.utf8CodeUnitCount where reader.message[Int(token.start) + index] != text.utf8Start[index] { return false }
        advance()
        return true
    }

    /// A key word that PL/pgSQL reserves: no name of a variable.
    func isReserved(_ token: Token) -> Bool {
        switch token.keyword {
        case .all, .begin, .by, .case, .declare, .else, .end, .execute, .for, .from, .if, .in, .into, .not, .null, .or, .strict, .then,
            .to, .using, .when:
            return true
        default: return isWord(token, "foreach") || isWord(token, "loop") || isWord(token, "while")
        }
    }

    /// A word that PL/pgSQL takes for a name. `U&"…"` is one up to PostgreSQL 12 only.
    private func isIdentifier(_ token: Token) -> Bool { token.isName && token.kind != .unicodeWord && !isReserved(token) }

    /// Any word but a reserved one.
    func identifier() throws(Misread) -> Symbol {
        guard isIdentifier(token) else { throw .syntax }
        let symbol = try reader.symbol(of: token)
        advance()
        return symbol
    }

    // MARK: Names

    /// Remembers a variable, a cursor or a label: a qualifier of that name is no table's.
    func declare(_ name: Symbol) throws(Misread) {
        for index in 0..<reader.parameters.count where reader.parameters[index] == name { return }
        if reader.parameters.count >= InspectLimits.codeNames { throw .tooManyNames }
        reader.parameters.append(name)
    }
    func declare(cursor name: Symbol) throws(Misread) {
        try declare(name)
        if !isCursor(name) { cursors.append(name) }
    }
    func isCursor(_ name: Symbol) -> Bool {
        for index in 0..<cursors.count where cursors[index] == name { return true }
        return false
    }

    /// `a`, `a.b`, `a.b.c`, `$1`: a variable that gets a value. PL/pgSQL joins three names at most, as many as it does not reserve;
    /// what stands behind them is left. A cursor that is given another name could be any portal of the session.
    func target() throws(Misread) {
        if token.kind == .parameter { return advance() }
        if isCursor(try identifier()) { throw .unsupported }
        var names = 1
        while names < 3, at(.dot), isIdentifier(peek(1)) {
            advance()
            if isCursor(try identifier()) { throw .unsupported }
            names += 1
        }
    }

    // MARK: Pieces of SQL

    /// What ends a piece of SQL, outside of all parentheses.
    struct Stops: OptionSet {
        let rawValue: UInt16
        static let semicolon = Stops(rawValue: 1)
        static let comma = Stops(rawValue: 2)
        static let then = Stops(rawValue: 4)
        static let loop = Stops(rawValue: 8)
        static let range = Stops(rawValue: 16)
        static let by = Stops(rawValue: 32)
        static let using = Stops(rawValue: 64)
        static let into = Stops(rawValue: 128)
        static let when = Stops(rawValue: 256)
        static let close = Stops(rawValue: 512)
    }

    private func stop(_ token: Token) -> Stops {
        switch token.mark {
        case .semicolon: return .semicolon
        case .comma: return .comma
        case .dotDot: return .range
        case .closeParen: return .close
        default: break
        }
        switch token.keyword {
        case .then: return .then
        case .by: return .by
        case .using: return .using
        case .into: return .into
        case .when: return .when
        case .none: return isWord(token, "loop") ? .loop : []
        default: return []
        }
    }

    /// Passes the tokens before the first of `stops`, which is left: PL/pgSQL cuts its text there, whatever SQL would make of it.
    func piece(to stops: Stops) throws(Misread) -> Range<Int> {
        let first = next
        var depth = 0
        while true {
            let token = token
            if depth == 0, !stops.isDisjoint(with: stop(token)) { break }
            switch token.mark {
            case .openParen, .openBracket: depth += 1
            case .closeParen, .closeBracket: depth -= 1
            // Versions differ on a semicolon inside parentheses.
            case .semicolon: throw .syntax
            default: break
            }
            if depth < 0 || token.kind == .end { throw .syntax }
            next += 1
        }
        if next == first { throw .syntax }
        reader.codeSteps += next - first
        return first..<next
    }

    /// Reads a piece as an expression: what stands behind SELECT, with all that may follow.
    func expression(_ piece: Range<Int>, for uses: ColumnUses) throws(Misread) {
        try sql(piece, asQuery: true) { (reader) throws(Misread) in reader.use(try reader.query(.outermost), for: uses) }
    }
    func expression(to stops: Stops, for uses: ColumnUses = .computed) throws(Misread) {
        try expression(try piece(to: stops), for: uses)
    }

    /// Reads a piece as a statement of SQL, without the tokens of its INTO.
    func statement(_ piece: Range<Int>, without into: Range<Int>? = nil) throws(Misread) {
        for index in piece where tokens[index].keyword == .atomic { throw .atomicBody }
        try sql(piece, without: into) { (reader) throws(Misread) in try reader.statementHere() }
    }
    func statement(to stops: Stops) throws(Misread) { try statement(try piece(to: stops)) }

    /// Has a piece read by a production of SQL, which must take all of it.
    func sql(
        _ piece: Range<Int>, without into: Range<Int>? = nil, asQuery: Bool = false, _ production: (SQLReader) throws(Misread) -> Void
    ) throws(Misread) {
        take(piece, without: into, asQuery: asQuery)
        let reader = reader
        try reader.embedded { () throws(Misread) in try production(reader) }
        guard reader.token.kind == .end else { throw .syntax }
    }

    /// Makes a piece the tokens of the reader.
    private func take(_ piece: Range<Int>, without left: Range<Int>?, asQuery: Bool) {
        reader.tokens.removeAll()
        reader.codeSteps += piece.count
        if asQuery {
            let place = tokens[piece.lowerBound].start
            reader.tokens.append(Token(kind: .word, mark: .none, keyword: .select, start: place, end: place, value: 0))
        }
        for index in piece where left?.contains(index) != true {
            var token = tokens[index]
            if token.mark == .openParen {
                // The parenthesis that closes it, counted in the piece.
                let close = Int(token.value)
                let isInside = piece.contains(close) && left?.contains(close) != true
                let skipped = left.map { close >= $0.upperBound ? $0.count : 0 } ?? 0
                token.value = isInside ? UInt32(close - piece.lowerBound - skipped + (asQuery ? 1 : 0)) : 0
            }
            reader.tokens.append(token)
        }
        let end = piece.isEmpty ? 0 : tokens[piece.upperBound - 1].end
        for _ in 0..<SQLLexer.endTokens {
            reader.tokens.append(Token(kind: .end, mark: .none, keyword: .none, start: end, end: end, value: 0))
        }
        reader.p = 0
    }

    /// The tokens of the body.
    subscript(index: Int) -> Token { tokens[index] }
}
