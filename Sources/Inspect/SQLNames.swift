// Tokens to names and constants: quotes removed, escapes decoded, identifiers folded and cut as PostgreSQL does.

import Machine

extension SQLReader {
    /// The name a word token stands for.
    @inline(__always) func symbol(of token: Token) throws(Misread) -> Symbol {
        if token.kind == .word || token.kind == .quotedWord, token.value != 0 {
            return Symbol(id: Int32(bitPattern: token.value))
        }
        return try slowSymbol(of: token)
    }

    /// The bytes of a token as they are written.
    @inline(__always) func slice(_ token: Token) -> UnsafeRawBufferPointer {
        if token.isLiteral { lookAt(token) }
        return UnsafeRawBufferPointer(rebasing: message[Int(token.start)..<Int(token.end)])
    }

    /// What the statement does depends on the bytes of this constant: a text with another in its place is not of its shape. Past
    /// the bound the message has no shape.
    func lookAt(_ constant: Token) {
        if lookedAt.count <= InspectLimits.shapeConstants { lookedAt.append(constant.start) }
    }

    @inline(never) private func slowSymbol(of token: Token) throws(Misread) -> Symbol {
        if token.keyword != .none { return symbols.symbol(token.keyword) }
        if symbols.searchSteps > InspectLimits.resolutionSteps { throw .tooManyNames }
        scratch.removeAll()
        switch token.kind {
        case .word:
            for byte in slice(token) { scratch.append(ByteClass.folded(byte)) }
        case .quotedWord:
            undouble(from: Int(token.start) + 1, to: Int(token.end) - 1, quote: 0x22)
        case .unicodeWord:
            try decodeUnicode(from: Int(token.start) + 3, to: Int(token.end) - 1, quote: 0x22, escape: token.value)
        case .end, .string, .escapeString, .unicodeString, .bitString, .hexString, .dollarString, .integer, .decimal,
            .parameter, .mark:
            throw .syntax
        }
        if scratch.count == 0 { throw .lexical }
        cutIdentifier()
        return symbols.symbol(UnsafeRawBufferPointer(start: scratch.base, count: scratch.count))
    }

    private func undouble(from start: Int, to end: Int, quote: UInt8) {
        var at = start
        while at < end {
            scratch.append(message[at])
            at += message[at] == quote ? 2 : 1
        }
    }

    /// Cuts at 63 bytes, never inside a UTF-8 character.
    private func cutIdentifier() {
        guard scratch.count > InspectLimits.identifierBytes else { return }
        var end = InspectLimits.identifierBytes
        while end > 0, scratch[end] & 0xC0 == 0x80 { end -= 1 }
        scratch.truncate(to: end)
    }

    /// `\XXXX`, `\+XXXXXX` and the doubled escape, as in U&'' and U&"".
    private func decodeUnicode(from start: Int, to end: Int, quote: UInt8, escape: UInt32) throws(Misread) {
        let escapeByte = escape == 0 ? UInt8(0x5C) : UInt8(truncatingIfNeeded: escape)
        var at = start
        var highHalf: UInt32 = 0
        while at < end {
            let byte = message[at]
            guard byte == escapeByte else {
                if highHalf != 0 { throw .lexical }
                if byte == quote, at + 1 >= end || message[at + 1] != quote { throw .unsupported }
                scratch.append(byte)
                at += byte == quote ? 2 : 1
                continue
            }
            if at + 1 < end, message[at + 1] == escapeByte {
                if highHalf != 0 { throw .lexical }
                scratch.append(byte)
                at += 2
                continue
            }
            let long = at + 1 < end && message[at + 1] == 0x2B
            let digits = long ? 6 : 4
            let first = at + (long ? 2 : 1)
            guard first + digits <= end else { throw .lexical }
            var value: UInt32 = 0
            for index in first..<first + digits {
                guard ByteClass.isHex(message[index]) else { throw .lexical }
                let digit = message[index]
                value = value << 4 | UInt32(digit <= 0x39 ? digit - 0x30 : (digit | 0x20) - 0x57)
            }
            at = first + digits
            if highHalf != 0 {
                guard value & 0xFFFF_FC00 == 0xDC00 else { throw .lexical }
                value = 0x10000 + (highHalf & 0x3FF) << 10 + value & 0x3FF
                highHalf = 0
            } else if value & 0xFFFF_FC00 == 0xD800 {
                highHalf = value
                continue
            }
            try appendScalar(value)
        }
        if highHalf != 0 { throw .lexical }
    }

    private func appendScalar(_ value: UInt32) throws(Misread) {
        guard value != 0, let scalar = Unicode.Scalar(value) else { throw .lexical }
        if value >= 0x80, lexical.encoding != .utf8 { throw .encoding }
        for byte in UTF8.encode(scalar).unsafelyUnwrapped { scratch.append(byte) }
    }

    /// The bytes of a string constant as a symbol; throws where they are not certain.
    func stringSymbol(_ token: Token) throws(Misread) -> Symbol {
        lookAt(token)
        scratch.removeAll()
        var start = Int(token.start)
        switch token.kind {
        case .string:
            if message[start] != 0x27 { start += 1 }
            try plainPieces(from: start, to: Int(token.end))
        case .escapeString:
            if message[start] != 0x27 { start += 1 }
            try escapedPiece(from: start, to: Int(token.end))
        case .unicodeString:
            try decodeUnicode(from: start + 3, to: Int(token.end) - 1, quote: 0x27, escape: token.value)
        case .dollarString:
            var tag = start + 1
            while message[tag] != 0x24 { tag += 1 }
            let length = tag + 1 - start
            for at in start + length..<Int(token.end) - length { scratch.append(message[at]) }
        case .end, .word, .quotedWord, .unicodeWord, .bitString, .hexString, .integer, .decimal, .parameter, .mark:
            throw .syntax
        }
        return symbols.symbol(UnsafeRawBufferPointer(start: scratch.base, count: scratch.count))
    }

    /// One quoted piece; a string of several pieces is left undecoded.
    private func plainPieces(from start: Int, to end: Int) throws(Misread) {
        var at = start + 1
        while at < end - 1 {
            let byte = message[at]
            if byte == 0x27 {
                guard at + 1 < end - 1, message[at + 1] == 0x27 else { throw .unsupported }
                at += 1
            }
            scratch.append(byte)
            at += 1
        }
    }

    /// E'…' of one piece with the escapes that name one character; octal, hexadecimal and Unicode escapes are left undecoded.
    private func escapedPiece(from start: Int, to end: Int) throws(Misread) {
        var at = start + 1
        while at < end - 1 {
            var byte = message[at]
            if byte == 0x27 {
                guard at + 1 < end - 1, message[at + 1] == 0x27 else { throw .unsupported }
                at += 1
            } else if byte == 0x5C {
                at += 1
                guard at < end - 1 else { throw .unsupported }
                switch message[at] {
                case 0x62: byte = 0x08
                case 0x66: byte = 0x0C
                case 0x6E: byte = 0x0A
                case 0x72: byte = 0x0D
                case 0x74: byte = 0x09
                case 0x30...0x37, 0x78, 0x75, 0x55: throw .unsupported
                default: byte = message[at]
                }
            }
            scratch.append(byte)
            at += 1
        }
    }

    /// A non-negative integer constant that fits, or nil.
    func integerValue(_ token: Token) -> Int64? {
        guard token.kind == .integer else { return nil }
        var value: Int64 = 0
        let text = slice(token)
        let base = text.count > 2 && text[0] == 0x30 ? IntegerBase(letter: text[1]) : nil
        for at in (base == nil ? 0 : 2)..<text.count where text[at] != 0x5F {
            guard let digit = (base ?? .hexadecimal).value(of: text[at]) else { return nil }
            let (product, high) = value.multipliedReportingOverflow(by: Int64(base?.rawValue ?? 10))
            let (sum, over) = product.addingReportingOverflow(Int64(digit))
            if high || over { return nil }
            value = sum
        }
        return value
    }
}
