// Strings between quotes or dollars: where they end. What is inside is decoded only where it is a name.

import Machine

extension SQLLexer {
    /// What a string without a prefix is.
    @inline(__always) var plainKind: TokenKind {
        lexical.standardConformingStrings ? .string : .escapeString
    }

    /// `'…'`.
    @inline(__always) func string(_ start: Int) throws(Misread) -> Token {
        try quotedString(start, quote: start, kind: plainKind)
    }

    /// A string of any sort whose first quote is at `quote`. Strings go on in the next piece when only space with a newline
    /// is between.
    func quotedString(_ start: Int, quote: Int, kind: TokenKind) throws(Misread) -> Token {
        var end = quote
        while true {
            switch kind {
            case .escapeString: end = try behindEscaped(end)
            case .bitString, .hexString: end = try behindQuoted(end, doubles: false)
            default: end = try behindQuoted(end, doubles: true)
            }
            guard let next = nextPiece(behind: end) else { return token(kind, start, end) }
            end = next
        }
    }

    /// From the opening quote to behind the closing one.
    @inline(__always) private func behindQuoted(_ quote: Int, doubles: Bool) throws(Misread) -> Int {
        var at = quote &+ 1
        while true {
            let eight = EightBytes.load(bytes + at)
            let stop = EightBytes.equal(eight, 0x27) | EightBytes.zero(eight)
            if stop == 0 {
                at &+= 8
                continue
            }
            at &+= EightBytes.before(stop)
            if bytes[at] == 0 { throw .lexical }
            guard doubles, bytes[at + 1] == 0x27 else { return at + 1 }
            at += 2
        }
    }

    /// The same where a backslash escapes what is behind it.
    private func behindEscaped(_ quote: Int) throws(Misread) -> Int {
        var at = quote &+ 1
        while bytes[at] != 0 {
            if bytes[at] == 0x27 {
                guard bytes[at + 1] == 0x27 else { return at + 1 }
                at += 1
            } else if bytes[at] == 0x5C {
                guard bytes[at + 1] != 0 else { throw .lexical }
                at += 1
            }
            at += 1
        }
        throw .lexical
    }

    /// scan.l's `quotecontinue`: spaces and `--` comments, at least one newline, then a quote. Where that quote is, or nil.
    @inline(__always) private func nextPiece(behind end: Int) -> Int? {
        switch keywords.roles[Int(bytes[end])] {
        case .space, .minus: return nextPieceBehindSpace(end)
        default: return nil  // the next token begins at once
        }
    }

    private func nextPieceBehindSpace(_ end: Int) -> Int? {
        var at = end
        while true {
            if bytes[at] == 0x20 || bytes[at] == 0x09 || bytes[at] == 0x0C {
                at += 1
            } else if bytes[at] == 0x2D, bytes[at + 1] == 0x2D {
                at = behindLineComment(at)
            } else {
                break
            }
        }
        guard ByteClass.isNewline(bytes[at]) else { return nil }
        while true {
            if ByteClass.isSpace(bytes[at]) {
                at += 1
            } else if bytes[at] == 0x2D, bytes[at + 1] == 0x2D {
                at = behindLineComment(at)
            } else {
                return bytes[at] == 0x27 ? at : nil
            }
        }
    }

    /// `$1`, `$$…$$`, `$tag$…$tag$`.
    func dollar(_ start: Int) throws(Misread) -> Token {
        if ByteClass.isDigit(bytes[start + 1]) {
            var end = start + 2
            while ByteClass.isDigit(bytes[end]) { end += 1 }
            if ByteClass.startsIdentifier(bytes[end]) { throw .lexical }
            return token(.parameter, start, end)
        }
        var tagEnd = start + 1
        while bytes[tagEnd] != 0x24 {
            let byte = bytes[tagEnd]
            guard ByteClass.startsIdentifier(byte) || (tagEnd > start + 1 && ByteClass.isDigit(byte))
            else { throw .lexical }
            tagEnd += 1
        }
        let length = tagEnd + 1 - start
        var at = tagEnd + 1
        while at + length <= count {
            if bytes[at] == 0x24, matches(start, at, length) {
                return token(.dollarString, start, at + length)
            }
            at += 1
        }
        throw .lexical
    }

    private func matches(_ left: Int, _ right: Int, _ length: Int) -> Bool {
        for index in 0..<length where bytes[left + index] != bytes[right + index] { return false }
        return true
    }
}
