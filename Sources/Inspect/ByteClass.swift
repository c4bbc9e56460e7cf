// What a byte may begin or continue, as PostgreSQL's scanner groups them.

enum ByteClass {
    @inline(__always) static func folded(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }

    /// `[ \t\n\r\f]`: vertical tab became space only in PostgreSQL 16, so it is no space here.
    @inline(__always) static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (byte >= 0x09 && byte <= 0x0D && byte != 0x0B)
    }
    @inline(__always) static func isNewline(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
    @inline(__always) static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
    @inline(__always) static func isHex(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20) &- 0x61 < 6
    }
    @inline(__always) static func startsIdentifier(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || byte == 0x5F || byte >= 0x80
    }
    @inline(__always) static func continuesIdentifier(_ byte: UInt8) -> Bool {
        startsIdentifier(byte) || isDigit(byte) || byte == 0x24
    }

    /// `~!@#^&|` `` ` `` `?+-*/%<>=`.
    @inline(__always) static func isOperator(_ byte: UInt8) -> Bool {
        byte < 0x80 && (byte < 64 ? operatorsLow : operatorsHigh) & (1 << UInt64(byte & 63)) != 0
    }
    /// Operators that keep a trailing `+` or `-` when they contain one of these.
    @inline(__always) static func keepsTrailingSign(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x7E, 0x21, 0x40, 0x23, 0x5E, 0x26, 0x7C, 0x60, 0x3F, 0x25: true
        default: false
        }
    }
    private static let operatorsLow: UInt64 =
        1 << 0x21 | 1 << 0x23 | 1 << 0x25 | 1 << 0x26 | 1 << 0x2A | 1 << 0x2B | 1 << 0x2D | 1 << 0x2F
        | 1 << 0x3C | 1 << 0x3D
        | 1 << 0x3E | 1 << 0x3F
    private static let operatorsHigh: UInt64 =
        1 << (0x40 - 64) | 1 << (0x5E - 64) | 1 << (0x60 - 64) | 1 << (0x7C - 64) | 1 << (0x7E - 64)
}

/// What a token that begins with a byte may be.
enum ByteRole: UInt8 {
    /// Zero, which no message holds: its end.
    case end
    case space
    /// A word, or the prefix of a string.
    case letter
    case digit
    /// `'`
    case quote
    /// `"`
    case doubleQuote
    case dollar, dot, colon, openParen, closeParen
    /// Alone whatever stands behind it: `,`, `;`, `[`, `]`.
    case mark
    /// `-` and `/`: an operator, or a comment.
    case minus, slash
    case op
    case other

    init(_ byte: UInt8) {
        switch byte {
        case 0: self = .end
        case 0x27: self = .quote
        case 0x22: self = .doubleQuote
        case 0x24: self = .dollar
        case 0x2E: self = .dot
        case 0x3A: self = .colon
        case 0x28: self = .openParen
        case 0x29: self = .closeParen
        case 0x2C, 0x3B, 0x5B, 0x5D: self = .mark
        case 0x2D: self = .minus
        case 0x2F: self = .slash
        default:
            if ByteClass.isSpace(byte) {
                self = .space
            } else if ByteClass.startsIdentifier(byte) {
                self = .letter
            } else if ByteClass.isDigit(byte) {
                self = .digit
            } else {
                self = ByteClass.isOperator(byte) ? .op : .other
            }
        }
    }
}
