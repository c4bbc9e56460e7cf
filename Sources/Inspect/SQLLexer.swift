// Bytes of a message to tokens, as scan.l of PostgreSQL 15 to 18 cuts them: the loop, words and operators.

import Machine

/// Cuts one message into tokens. What PostgreSQL 15 to 18 would scan differently, or refuse, is refused.
struct SQLLexer {
    let bytes: UnsafePointer<UInt8>
    let count: Int
    let lexical: LexicalState
    var position = 0
    private let keywords: KeywordTable.Lookup
    /// The innermost parenthesis still open, -1 for none; each holds the one around it until it is closed.
    private var openParenthesis: Int32 = -1

    init(_ message: UnsafeRawBufferPointer, lexical: LexicalState, keywords: KeywordTable.Lookup) {
        bytes =
            message.count > 0
            ? message.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
            : UnsafePointer(Self.nothing)
        count = message.count
        self.lexical = lexical
        self.keywords = keywords
    }
    nonisolated(unsafe) private static let nothing = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)

    /// The byte at an offset, or 0 behind the end: a message with a NUL is refused before.
    @inline(__always) func byte(_ offset: Int) -> UInt8 { offset < count ? bytes[offset] : 0 }

    /// Fills `tokens`, ending with one of kind `end`.
    mutating func scan(into tokens: inout Pool<Token>) throws(Misread) {
        tokens.removeAll()
        try checkEncoding()
        openParenthesis = -1
        while true {
            try skipSpace()
            if position >= count { break }
            if tokens.count >= InspectLimits.tokens { throw .tooManyTokens }
            let token = try next()
            if token.keyword == .uescape, try joinEscape(&tokens) { continue }
            if token.mark == .closeParen, openParenthesis >= 0 {
                let open = Int(openParenthesis)
                openParenthesis = Int32(bitPattern: tokens[open].value)
                tokens[open].value = UInt32(tokens.count)
            }
            tokens.append(token)
            if token.mark == .openParen {
                tokens[tokens.count - 1].value = UInt32(bitPattern: openParenthesis)
                openParenthesis = Int32(tokens.count - 1)
            }
        }
        while openParenthesis >= 0 {
            let open = Int(openParenthesis)
            openParenthesis = Int32(bitPattern: tokens[open].value)
            tokens[open].value = 0
        }
        tokens.append(
            Token(kind: .end, mark: .none, keyword: .none, start: UInt32(count), end: UInt32(count), value: 0))
    }

    private mutating func next() throws(Misread) -> Token {
        let start = position
        let first = bytes[start]
        if ByteClass.startsIdentifier(first) { return try word(first) }
        if ByteClass.isDigit(first) { return try number() }
        switch first {
        case 0x27: return try quotedString(start: start, kind: lexical.standardConformingStrings ? .string : .escapeString)
        case 0x22:
            let hash = try quotedIdentifier()
            var word = token(.quotedWord, start)
            word.value = hash
            return word
        case 0x24: return try dollar()
        case 0x28: return mark(.openParen)
        case 0x29: return mark(.closeParen)
        case 0x2C: return mark(.comma)
        case 0x3B: return mark(.semicolon)
        case 0x5B: return mark(.openBracket)
        case 0x5D: return mark(.closeBracket)
        case 0x2E:
            if ByteClass.isDigit(byte(start + 1)) { return try number() }
            return byte(start + 1) == 0x2E ? mark(.dotDot, 2) : mark(.dot)
        case 0x3A:
            if byte(start + 1) == 0x3A { return mark(.typecast, 2) }
            return byte(start + 1) == 0x3D ? mark(.colonEquals, 2) : mark(.colon)
        default:
            guard ByteClass.isOperator(first) else { throw .lexical }
            return try operatorToken()
        }
    }

    /// A string or identifier of `U&` takes its escape character from a UESCAPE behind it; true when one was read.
    private mutating func joinEscape(_ tokens: inout Pool<Token>) throws(Misread) -> Bool {
        guard tokens.count > 0 else { return false }
        let last = tokens[tokens.count - 1]
        guard last.kind == .unicodeString || last.kind == .unicodeWord else { return false }
        try skipSpace()
        guard position < count else { throw .lexical }
        let escape = try next()
        guard escape.kind == .string, escape.end - escape.start == 3 else { throw .lexical }
        let character = bytes[Int(escape.start) + 1]
        if ByteClass.isHex(character) || ByteClass.isSpace(character) || character == 0x0B || character >= 0x80 {
            throw .lexical
        }
        if character == 0x2B || character == 0x27 || character == 0x22 { throw .lexical }
        tokens[tokens.count - 1].value = UInt32(character)
        return true
    }

    @inline(__always) func token(_ kind: TokenKind, _ start: Int) -> Token {
        Token(kind: kind, mark: .none, keyword: .none, start: UInt32(start), end: UInt32(position), value: 0)
    }

    @inline(__always) private mutating func mark(_ mark: Mark, _ length: Int = 1) -> Token {
        let start = position
        position += length
        return Token(kind: .mark, mark: mark, keyword: .none, start: UInt32(start), end: UInt32(position), value: 0)
    }

    // MARK: Space and comments

    private mutating func skipSpace() throws(Misread) {
        while position < count {
            let byte = bytes[position]
            if ByteClass.isSpace(byte) {
                position += 1
            } else if byte == 0x2D, self.byte(position + 1) == 0x2D {
                skipLineComment()
            } else if byte == 0x2F, self.byte(position + 1) == 0x2A {
                try skipBlockComment()
            } else {
                return
            }
        }
    }

    /// From `--` to the line's end, which stays.
    mutating func skipLineComment() {
        while position < count, !ByteClass.isNewline(bytes[position]) { position += 1 }
    }

    private mutating func skipBlockComment() throws(Misread) {
        var depth = 0
        while position < count {
            if bytes[position] == 0x2F, byte(position + 1) == 0x2A {
                depth += 1
                position += 2
            } else if bytes[position] == 0x2A, byte(position + 1) == 0x2F {
                depth -= 1
                position += 2
                if depth == 0 { return }
            } else {
                position += 1
            }
        }
        throw .lexical
    }

    // MARK: Words

    private mutating func word(_ first: UInt8) throws(Misread) -> Token {
        let start = position
        if byte(start + 1) == 0x27 || byte(start + 1) == 0x26, let quoted = try prefixedQuote(first) { return quoted }
        var beyondASCII = first
        var at = start + 1
        let inside = keywords.bytes
        while at < count {
            let byte = bytes[at]
            if inside[Int(byte)] == 0 { break }
            beyondASCII |= byte
            at += 1
        }
        position = at
        if beyondASCII >= 0x80, lexical.encoding != .utf8 { throw .encoding }
        let text = UnsafeRawBufferPointer(start: bytes + start, count: at - start)
        let hash = NameHash.short(NameHash.wide(text, folding: true))
        return Token(
            kind: .word, mark: .none, keyword: keywords.keyword(text, hash: hash), start: UInt32(start), end: UInt32(at),
            value: hash)
    }

    /// `E'`, `B'`, `X'`, `N'`, `U&'`, `U&"`: nil when the letter only begins a word.
    private mutating func prefixedQuote(_ first: UInt8) throws(Misread) -> Token? {
        let start = position
        if byte(start + 1) == 0x27 {
            switch first | 0x20 {
            case 0x65:
                position += 1
                return try quotedString(start: start, kind: .escapeString)
            case 0x62, 0x78:
                position += 1
                return try quotedString(start: start, kind: first | 0x20 == 0x62 ? .bitString : .hexString)
            case 0x6E:
                position += 1
                return try quotedString(
                    start: start, kind: lexical.standardConformingStrings ? .string : .escapeString)
            default: return nil
            }
        }
        guard first | 0x20 == 0x75 else { return nil }
        if byte(start + 2) == 0x27 {
            guard lexical.standardConformingStrings else { throw .lexical }
            position += 2
            return try quotedString(start: start, kind: .unicodeString)
        }
        if byte(start + 2) == 0x22 {
            position += 2
            _ = try quotedIdentifier()
            return token(.unicodeWord, start)
        }
        return nil
    }

    // MARK: Operators

    private mutating func operatorToken() throws(Misread) -> Token {
        let start = position
        var end = start
        var keepsSign = false
        while end < count, ByteClass.isOperator(bytes[end]) {
            if end > start {
                let pair = (bytes[end], byte(end + 1))
                if pair == (0x2F, 0x2A) || pair == (0x2D, 0x2D) { break }
            }
            if end - start > InspectLimits.operatorBytes { throw .lexical }
            end += 1
        }
        for at in start..<end where ByteClass.keepsTrailingSign(bytes[at]) { keepsSign = true }
        if !keepsSign {
            while end - start > 1, bytes[end - 1] == 0x2B || bytes[end - 1] == 0x2D { end -= 1 }
        }
        let length = end - start
        if length > InspectLimits.operatorBytes { throw .lexical }
        if length == 1 { return mark(Self.single(bytes[start])) }
        if length == 2 { return mark(Self.double(bytes[start], bytes[start + 1]), 2) }
        return mark(.otherOperator, length)
    }

    private static func single(_ byte: UInt8) -> Mark {
        switch byte {
        case 0x2B: .plus
        case 0x2D: .minus
        case 0x2A: .star
        case 0x2F: .slash
        case 0x25: .percent
        case 0x5E: .caret
        case 0x3C: .less
        case 0x3E: .greater
        case 0x3D: .equal
        default: .otherOperator
        }
    }

    private static func double(_ first: UInt8, _ second: UInt8) -> Mark {
        switch (first, second) {
        case (0x3D, 0x3E): .equalsGreater
        case (0x3E, 0x3D): .greaterEqual
        case (0x3C, 0x3D): .lessEqual
        case (0x3C, 0x3E), (0x21, 0x3D): .notEqual
        default: .otherOperator
        }
    }
}
