// One token of SQL: what it is, where it stands, and what it says if it is a key word or a mark.

enum TokenKind: UInt8 {
    /// After the last token of the message.
    case end
    /// A plain identifier or key word.
    case word
    /// `"…"`.
    case quotedWord
    /// `U&"…"`.
    case unicodeWord
    /// `'…'` and `N'…'`, backslashes plain.
    case string
    /// `E'…'`, or a plain string where standard_conforming_strings is off.
    case escapeString
    /// `U&'…'`.
    case unicodeString
    case bitString, hexString, dollarString
    case integer, decimal
    /// `$1`.
    case parameter
    /// Punctuation or an operator.
    case mark
}

/// What a mark is. `otherOperator` is every operator that the grammar does not name.
enum Mark: UInt8 {
    case none
    case openParen, closeParen, openBracket, closeBracket, comma, semicolon, colon, dot
    case typecast, dotDot, colonEquals, equalsGreater
    case plus, minus, star, slash, percent, caret
    case less, greater, equal, lessEqual, greaterEqual, notEqual
    case otherOperator
}

struct Token: BitwiseCopyable {
    var kind: TokenKind
    var mark: Mark
    var keyword: Keyword
    /// Byte offsets in the message; `end` is behind the last byte.
    var start: UInt32
    var end: UInt32
    /// Of a plain word: the hash of its folded bytes; of a quoted one: of what is inside, 0 when it has doubled
    /// quotes. Of a Unicode string or word: its escape character (0: backslash).
    /// Of an opening parenthesis: the index of the token that closes it (0: none).
    var value: UInt32

    @inline(__always) var isString: Bool {
        switch kind {
        case .string, .escapeString, .unicodeString, .dollarString: true
        case .end, .word, .quotedWord, .unicodeWord, .bitString, .hexString, .integer, .decimal, .parameter, .mark: false
        }
    }

    /// A constant as the grammar writes it: a number, a string of any sort.
    @inline(__always) var isLiteral: Bool {
        switch kind {
        case .string, .escapeString, .unicodeString, .dollarString, .bitString, .hexString, .integer, .decimal: true
        case .end, .word, .quotedWord, .unicodeWord, .parameter, .mark: false
        }
    }

    @inline(__always) var isName: Bool { kind == .word || kind == .quotedWord || kind == .unicodeWord }
}
