// The words, values and marks that policy text is made of.

/// The marks.
enum Mark: String, Hashable, CaseIterable {
    case openBrace = "{"
    case closeBrace = "}"
    case openParen = "("
    case closeParen = ")"
    case openBracket = "["
    case closeBracket = "]"
    case comma = ","
    case colon = ":"
    case dot = "."
    case assign = "="
    case arrow = "->"
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
}

/// What a token is; literals carry their value.
enum TokenKind: Hashable {
    case word
    case string
    case integer(Int64)
    /// Seconds.
    case duration(Int64)
    /// Bytes.
    case size(Int64)
    /// Seconds since 1970 in UTC, and whether only a day was written.
    case moment(Int64, isDay: Bool)
    case mark(Mark)
    case end
}

/// One token. Its text is the word itself, or a string's value with escapes read; empty for the others.
struct Token {
    var kind: TokenKind
    var start: Int
    var end: Int
    var text: String
    /// No other token stands before it on its line.
    var startsLine: Bool
    /// Bytes just before it were refused and reported, so a complaint about this place would be the second one.
    var followsFault: Bool
}
