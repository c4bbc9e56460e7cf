// Numbers as PostgreSQL 16 scans them, and the check of a message's encoding.

import Machine

extension SQLLexer {
    /// Integers, decimals, reals. Letters directly behind one are an error from 15 on. What only 16 and later know (`0x1F`,
    /// `0o17`, `0b11`, `1_000`) is such an error in 15, so it has one reading at most.
    mutating func number() throws(Misread) -> Token {
        let start = position
        var kind = TokenKind.integer
        if bytes[start] == 0x30, let base = IntegerBase(letter: byte(start + 1)) { return try integer(in: base) }
        skipDigits()
        if byte(position) == 0x2E, byte(position + 1) != 0x2E || position == start {
            kind = .decimal
            position += 1
            skipDigits()
        }
        if byte(position) | 0x20 == 0x65 {
            var exponent = position + 1
            if byte(exponent) == 0x2B || byte(exponent) == 0x2D { exponent += 1 }
            guard ByteClass.isDigit(byte(exponent)) else { throw .lexical }
            kind = .decimal
            position = exponent
            skipDigits()
        }
        if position < count, ByteClass.startsIdentifier(bytes[position]) { throw .lexical }
        return token(kind, start)
    }

    /// Digits, with single underscores between them.
    private mutating func skipDigits() {
        while true {
            if ByteClass.isDigit(byte(position)) {
                position += 1
            } else if byte(position) == 0x5F, ByteClass.isDigit(bytes[position - 1]), ByteClass.isDigit(byte(position + 1)) {
                position += 2
            } else {
                return
            }
        }
    }

    /// `0x`, `0o` or `0b`, then digits, each perhaps behind one underscore.
    private mutating func integer(in base: IntegerBase) throws(Misread) -> Token {
        let start = position
        position += 2
        while true {
            let digit = byte(position) == 0x5F ? position + 1 : position
            guard base.value(of: byte(digit)) != nil else { break }
            position = digit + 1
        }
        guard position > start + 2, !ByteClass.continuesIdentifier(byte(position)) else { throw .lexical }
        return token(.integer, start)
    }

    /// Refuses a NUL anywhere, bytes from 0x80 up where the encoding makes them unsafe, and invalid UTF-8.
    func checkEncoding() throws(Misread) {
        var high: UInt64 = 0
        var zero: UInt64 = 0
        var at = 0
        let raw = UnsafeRawPointer(bytes)
        while at + 8 <= count {
            let eight = raw.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            high |= eight
            zero |= (eight &- 0x0101_0101_0101_0101) & ~eight
            at += 8
        }
        while at < count {
            high |= UInt64(bytes[at])
            if bytes[at] == 0 { throw .encoding }
            at += 1
        }
        if zero & 0x8080_8080_8080_8080 != 0 { throw .encoding }
        guard high & 0x8080_8080_8080_8080 != 0 else { return }
        switch lexical.encoding {
        case .singleByte: return
        case .unsafe: throw .encoding
        case .utf8: try checkUTF8()
        }
    }

    /// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
    private func checkUTF8() throws(Misread) {
        var at = 0
        while at < count {
            let lead = bytes[at]
            if lead < 0x80 {
                at += 1
                continue
            }
            let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
            guard lead >= 0xC2, lead <= 0xF4, at + length <= count else { throw .encoding }
            for index in 1..<length where bytes[at + index] & 0xC0 != 0x80 { throw .encoding }
            let second = bytes[at + 1]
            switch lead {
            case 0xE0: if second < 0xA0 { throw .encoding }
            case 0xED: if second > 0x9F { throw .encoding }
            case 0xF0: if second < 0x90 { throw .encoding }
            case 0xF4: if second > 0x8F { throw .encoding }
            default: break
            }
            at += length
        }
    }
}

/// The bases of integers that a letter behind `0` tells.
enum IntegerBase: UInt8 {
    case binary = 2
    case octal = 8
    case hexadecimal = 16

    init?(letter: UInt8) {
        switch letter | 0x20 {
        case 0x62: self = .binary
        case 0x6F: self = .octal
        case 0x78: self = .hexadecimal
        default: return nil
        }
    }

    /// What a digit stands for; nil when it is none of this base.
    @inline(__always) func value(of digit: UInt8) -> UInt8? {
        guard ByteClass.isHex(digit) else { return nil }
        let value = digit <= 0x39 ? digit - 0x30 : (digit | 0x20) - 0x57
        return value < rawValue ? value : nil
    }
}
