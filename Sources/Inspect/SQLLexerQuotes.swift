// Tokens between quotes or dollars: where they end. What is inside is decoded only where it is a name.

import Machine

extension SQLLexer {
    /// A string of any sort; `position` is at the quote. Strings go on in the next piece when only space with a
    /// newline is between.
    mutating func quotedString(start: Int, kind: TokenKind) throws(Misread) -> Token {
        repeat {
            position += 1
            try skipQuoted(escapes: kind == .escapeString, doubles: kind != .bitString && kind != .hexString)
        } while continuesInNextPiece()
        return token(kind, start)
    }

    /// From behind the opening quote to behind the closing one.
    private mutating func skipQuoted(escapes: Bool, doubles: Bool) throws(Misread) {
        while position < count {
            let byte = bytes[position]
            if byte == 0x27 {
                if doubles, self.byte(position + 1) == 0x27 {
                    position += 2
                    continue
                }
                position += 1
                return
            }
            if byte == 0x5C, escapes {
                guard position + 1 < count else { throw .lexical }
                position += 1
            }
            position += 1
        }
        throw .lexical
    }

    /// scan.l's `quotecontinue`: spaces and `--` comments, at least one newline, then a quote. Moves to that quote.
    private mutating func continuesInNextPiece() -> Bool {
        let end = position
        while position < count {
            let byte = bytes[position]
            if byte == 0x20 || byte == 0x09 || byte == 0x0C {
                position += 1
            } else if byte == 0x2D, self.byte(position + 1) == 0x2D {
                skipLineComment()
            } else {
                break
            }
        }
        guard position < count, ByteClass.isNewline(bytes[position]) else {
            position = end
            return false
        }
        while position < count {
            let byte = bytes[position]
            if ByteClass.isSpace(byte) {
                position += 1
            } else if byte == 0x2D, self.byte(position + 1) == 0x2D {
                skipLineComment()
                if position >= count { break }
            } else {
                break
            }
        }
        if position < count, bytes[position] == 0x27 { return true }
        position = end
        return false
    }

    /// `"…"`, not empty; `position` is at the quote. The hash of what is inside, or 0 when that has to be decoded.
    mutating func quotedIdentifier() throws(Misread) -> UInt32 {
        let start = position
        var doubled = false
        position += 1
        while position < count {
            let byte = bytes[position]
            if byte == 0x22 {
                if self.byte(position + 1) != 0x22 {
                    position += 1
                    if position - start == 2 { throw .lexical }
                    if doubled { return 0 }
                    return NameHash.of(UnsafeRawBufferPointer(start: bytes + start + 1, count: position - start - 2))
                }
                doubled = true
                position += 1
            } else if byte >= 0x80, lexical.encoding != .utf8 {
                throw .encoding
            }
            position += 1
        }
        throw .lexical
    }

    /// `$1`, `$$…$$`, `$tag$…$tag$`.
    mutating func dollar() throws(Misread) -> Token {
        let start = position
        if ByteClass.isDigit(byte(start + 1)) {
            position += 1
            while ByteClass.isDigit(byte(position)) { position += 1 }
            if position < count, ByteClass.startsIdentifier(bytes[position]) { throw .lexical }
            return token(.parameter, start)
        }
        var tagEnd = start + 1
        while tagEnd < count, bytes[tagEnd] != 0x24 {
            let byte = bytes[tagEnd]
            guard ByteClass.startsIdentifier(byte) || (tagEnd > start + 1 && ByteClass.isDigit(byte)) else { throw .lexical }
            tagEnd += 1
        }
        guard tagEnd < count else { throw .lexical }
        let length = tagEnd + 1 - start
        position = tagEnd + 1
        while position + length <= count {
            if bytes[position] == 0x24, matches(start, position, length) {
                position += length
                return token(.dollarString, start)
            }
            position += 1
        }
        throw .lexical
    }

    private func matches(_ left: Int, _ right: Int, _ length: Int) -> Bool {
        for index in 0..<length where bytes[left + index] != bytes[right + index] { return false }
        return true
    }
}
