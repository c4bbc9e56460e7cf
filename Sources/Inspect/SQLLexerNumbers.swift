// Numbers as PostgreSQL 16 scans them, and the check of a message's encoding.

import Machine

extension SQLLexer {
    /// Digits and nothing behind them that could belong to a number, which is most; else any number.
    @inline(__always) func integerOrNumber(_ start: Int) throws(Misread) -> Token {
        var end = start &+ 1
        while ByteClass.isDigit(bytes[end]) { end &+= 1 }
        switch keywords.roles[Int(bytes[end])] {
        case .dot, .letter: return try number(start)
        default: return token(.integer, start, end)  // everything else is another token
        }
    }

    /// Integers, decimals, reals. Letters directly behind one are an error from 15 on. What only 16 and later know (`0x1F`,
    /// `0o17`, `0b11`, `1_000`) is such an error in 15, so it has one reading at most.
    func number(_ start: Int) throws(Misread) -> Token {
        var kind = TokenKind.integer
        if bytes[start] == 0x30, let base = IntegerBase(letter: bytes[start + 1]) {
            return try integer(start, in: base)
        }
        var end = behindDigits(start)
        if bytes[end] == 0x2E, bytes[end + 1] != 0x2E || end == start {
            kind = .decimal
            end = behindDigits(end + 1)
        }
        if bytes[end] | 0x20 == 0x65 {
            var exponent = end + 1
            if bytes[exponent] == 0x2B || bytes[exponent] == 0x2D { exponent += 1 }
            guard ByteClass.isDigit(bytes[exponent]) else { throw .lexical }
            kind = .decimal
            end = behindDigits(exponent)
        }
        if ByteClass.startsIdentifier(bytes[end]) { throw .lexical }
        return token(kind, start, end)
    }

    /// Digits, with single underscores between them.
    private func behindDigits(_ start: Int) -> Int {
        var at = start
        while true {
            if ByteClass.isDigit(bytes[at]) {
                at += 1
            } else if bytes[at] == 0x5F, at > 0, ByteClass.isDigit(bytes[at - 1]),
                ByteClass.isDigit(bytes[at + 1])
            {
                at += 2
            } else {
                return at
            }
        }
    }

    /// `0x`, `0o` or `0b`, then digits, each perhaps behind one underscore.
    private func integer(_ start: Int, in base: IntegerBase) throws(Misread) -> Token {
        var end = start + 2
        while true {
            let digit = bytes[end] == 0x5F ? end + 1 : end
            guard base.value(of: bytes[digit]) != nil else { break }
            end = digit + 1
        }
        guard end > start + 2, !ByteClass.continuesIdentifier(bytes[end]) else { throw .lexical }
        return token(.integer, start, end)
    }

    /// Refuses a NUL anywhere, bytes from 0x80 up where the encoding makes them unsafe, and invalid UTF-8.
    @inline(__always) func checkEncoding(_ text: PaddedText) throws(Misread) {
        if text.hasZero { throw .encoding }
        guard text.hasHigh else { return }
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
