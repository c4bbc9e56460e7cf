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

/// What a mark is, operators last. `otherOperator` is every operator that the grammar does not name.
enum Mark: UInt8 {
    case none
    case openParen, closeParen, openBracket, closeBracket, comma, semicolon, colon, dot
    case typecast, dotDot, colonEquals, equalsGreater
    case plus, minus, star, slash, percent, caret
    case less, greater, equal, lessEqual, greaterEqual, notEqual
    case otherOperator

    /// Behind a name or constant, these make more of it: a call, a field, a cast, an element.
    @inline(__always) var extendsOperand: Bool {
        self == .openParen || self == .dot || self == .typecast || self == .openBracket
    }

    /// An operator of two operands.
    @inline(__always) var isInfix: Bool { rawValue >= Mark.plus.rawValue }

    /// In a fingerprint it is itself, whatever is around it.
    @inline(__always) var isPlain: Bool { self != .openParen && self != .plus && self != .minus && self != .otherOperator }

    /// The mark that a byte is alone; an operator that the grammar does not name where it is none.
    init(byte: UInt8) {
        switch byte {
        case 0x28: self = .openParen
        case 0x29: self = .closeParen
        case 0x2C: self = .comma
        case 0x3B: self = .semicolon
        case 0x5B: self = .openBracket
        case 0x5D: self = .closeBracket
        case 0x2E: self = .dot
        case 0x3A: self = .colon
        case 0x2B: self = .plus
        case 0x2D: self = .minus
        case 0x2A: self = .star
        case 0x2F: self = .slash
        case 0x25: self = .percent
        case 0x5E: self = .caret
        case 0x3C: self = .less
        case 0x3E: self = .greater
        case 0x3D: self = .equal
        default: self = .otherOperator
        }
    }
}

struct Token: BitwiseCopyable {
    var kind: TokenKind
    var mark: Mark
    var keyword: Keyword
    /// Byte offsets in the message; `end` is behind the last byte.
    var start: UInt32
    var end: UInt32
    /// Of a plain or quoted word that is no key word: its symbol, 0 where it has to be decoded first (doubled quotes, more
    /// bytes than count). Of a Unicode string or word: its escape character (0: backslash).
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
