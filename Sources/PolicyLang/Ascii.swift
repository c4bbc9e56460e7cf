// The ASCII bytes that the lexer and the line map look for, by name.

/// Bytes with a meaning in policy text, and the classes that names and numbers are made of.
enum Ascii {
    static let tab: UInt8 = 0x09
    static let newline: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let quote: UInt8 = 0x22
    static let hyphen: UInt8 = 0x2D
    static let dot: UInt8 = 0x2E
    static let slash: UInt8 = 0x2F
    static let colon: UInt8 = 0x3A
    static let backslash: UInt8 = 0x5C
    static let underscore: UInt8 = 0x5F

    static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    static func isLetter(_ byte: UInt8) -> Bool {
        let lowered = byte | 0x20
        return lowered >= 0x61 && lowered <= 0x7A
    }

    static func isNameStart(_ byte: UInt8) -> Bool { isLetter(byte) || byte == underscore }

    static func isNamePart(_ byte: UInt8) -> Bool { isNameStart(byte) || isDigit(byte) }

    /// The value of a hexadecimal digit, or nil.
    static func hexValue(_ byte: UInt8) -> UInt32? {
        if isDigit(byte) { return UInt32(byte - 0x30) }
        let lowered = byte | 0x20
        if lowered >= 0x61 && lowered <= 0x66 { return UInt32(lowered - 0x61 + 10) }
        return nil
    }
}
