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

    /// The mark of one byte.
    init?(_ byte: UInt8) {
        guard byte < 0x80, let mark = Self.single[Int(byte)] else { return nil }
        self = mark
    }

    /// The mark of two bytes.
    init?(_ first: UInt8, _ second: UInt8) {
        switch (first, second) {
        case (UInt8(ascii: "-"), UInt8(ascii: ">")): self = .arrow
        case (UInt8(ascii: "="), UInt8(ascii: "=")): self = .equal
        case (UInt8(ascii: "!"), UInt8(ascii: "=")): self = .notEqual
        case (UInt8(ascii: "<"), UInt8(ascii: "=")): self = .lessOrEqual
        case (UInt8(ascii: ">"), UInt8(ascii: "=")): self = .greaterOrEqual
        default: return nil
        }
    }

    /// By byte.
    private static let single: [Mark?] = (0..<0x80).map { Mark(rawValue: String(UnicodeScalar(UInt8($0)))) }
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
struct Token: Hashable {
    var kind: TokenKind
    var start: Int
    var end: Int
    var text: String
    /// No other token stands before it on its line.
    var startsLine: Bool
    /// Bytes just before it were refused and reported, so a complaint about this place would be the second one.
    var followsFault: Bool
}
