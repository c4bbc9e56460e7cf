// Bytes of a message to tokens, as scan.l of PostgreSQL 15 to 18 cuts them: the loop, space, comments and operators.

import Machine

/// Cuts one message into tokens, and gives each name its symbol. What PostgreSQL 15 to 18 would scan differently, or refuse,
/// is refused. Zeros behind the message end every loop, so none asks where the message ends.
struct SQLLexer {
    let bytes: UnsafePointer<UInt8>
    let count: Int
    let lexical: LexicalState
    let keywords: KeywordTable.Lookup
    private let text: PaddedText

    /// - Parameter text: must live, and stay as it is, as long as the lexer.
    init(_ text: PaddedText, lexical: LexicalState, keywords: KeywordTable.Lookup) {
        self.text = text
        bytes = UnsafePointer(text.base)
        count = text.count
        self.lexical = lexical
        self.keywords = keywords
    }

    /// Where the next token is written, and where there is no room for one.
    struct Output {
        var first: UnsafeMutablePointer<Token>
        var next: UnsafeMutablePointer<Token>
        var end: UnsafeMutablePointer<Token>
        /// Where what the next token is in a fingerprint is written.
        var print: UnsafeMutablePointer<UInt64>
        /// The innermost parenthesis still open, -1 for none; each holds the one around it until it is closed.
        var open: Int32 = -1
    }

    /// Fills `tokens`, ending with `endTokens` of kind `end`, and `prints` with what each of those before is in a fingerprint.
    func scan(into tokens: inout Pool<Token>, prints: inout Pool<UInt64>, naming symbols: inout SymbolTable) throws(Misread) {
        try checkEncoding(text)
        let (bytes, roles, marks) = (bytes, keywords.roles, keywords.marks)
        var output = Output(first: tokens.base, next: tokens.base, end: tokens.base, print: prints.base)
        try makeRoom(&output, &tokens, &prints)
        var at = 0
        while true {
            if bytes[at] == 0x20 { at &+= 1 }
            let first = bytes[at]
            let token: Token
            var print = Fingerprint.literal
            switch roles[Int(first)] {
            case .space:
                at &+= 1
                continue
            case .letter:
                if bytes[at &+ 1] == 0x27 || bytes[at &+ 1] == 0x26, let quoted = try prefixedQuote(at) {
                    token = quoted
                    if token.kind == .unicodeWord { print = Fingerprint.unknown }
                } else {
                    token = try word(at, &symbols, &print)
                    if token.keyword == .uescape, let end = try joinEscape(token, output) {
                        at = end
                        continue
                    }
                }
            case .digit: token = try integerOrNumber(at)
            case .quote: token = try string(at)
            case .doubleQuote: token = try quotedWord(at, &symbols, &print)
            case .dollar: token = try dollar(at)
            case .dot, .colon:
                token = try dotOrColon(at)
                if token.kind == .mark { print = Fingerprint.of(token.mark) }
            case .mark:
                token = mark(marks[Int(first)], at)
                print = Fingerprint.of(token.mark)
            case .openParen: (token, print) = (open(at, &output), Fingerprint.unknown)
            case .closeParen: (token, print) = (close(at, &output), Fingerprint.of(.closeParen))
            case .minus, .slash, .op:
                if let end = try behindComment(at) {
                    at = end
                    continue
                }
                token = ByteClass.isOperator(bytes[at &+ 1]) ? try operatorToken(at) : mark(marks[Int(first)], at)
                print = Fingerprint.of(token.mark)
            case .end: return end(output, &tokens, &prints)
            case .other: throw .lexical
            }
            if output.next == output.end { try makeRoom(&output, &tokens, &prints) }
            output.next.initialize(to: token)
            output.next += 1
            output.print.initialize(to: print)
            output.print += 1
            at = Int(token.end)
        }
    }

    /// Tokens of kind `end` behind the last: what the reader's longest look ahead needs.
    static let endTokens = 4

    @inline(never)
    private func makeRoom(_ output: inout Output, _ tokens: inout Pool<Token>, _ prints: inout Pool<UInt64>) throws(Misread) {
        let filled = output.next - output.first
        if filled >= InspectLimits.tokens { throw .tooManyTokens }
        let room = tokens.room(behind: filled)
        output.first = tokens.base
        output.next = room.start
        let printRoom = prints.room(behind: filled)
        output.print = printRoom.start
        output.end = min(room.end, tokens.base + InspectLimits.tokens, room.start + (printRoom.end - printRoom.start))
    }

    @inline(__always) private func open(_ at: Int, _ output: inout Output) -> Token {
        var token = mark(.openParen, at)
        token.value = UInt32(bitPattern: output.open)
        output.open = Int32(truncatingIfNeeded: output.next - output.first)
        return token
    }

    /// Tells the opening parenthesis which token closes it.
    @inline(__always) private func close(_ at: Int, _ output: inout Output) -> Token {
        if output.open >= 0 {
            let open = output.first + Int(output.open)
            output.open = Int32(bitPattern: open.pointee.value)
            open.pointee.value = UInt32(truncatingIfNeeded: output.next - output.first)
        }
        return mark(.closeParen, at)
    }

    private func end(_ output: Output, _ tokens: inout Pool<Token>, _ prints: inout Pool<UInt64>) {
        tokens.filled(to: output.next)
        prints.filled(to: output.print)
        var open = output.open
        while open >= 0 {
            let around = Int32(bitPattern: tokens[Int(open)].value)
            tokens[Int(open)].value = 0
            open = around
        }
        for _ in 0..<Self.endTokens { tokens.append(token(.end, count, count)) }
    }

    /// A string or identifier of `U&` takes its escape character from a UESCAPE behind it; the end of that, or nil when it is
    /// only a word.
    @inline(never) private func joinEscape(_ word: Token, _ output: Output) throws(Misread) -> Int? {
        guard output.next > output.first else { return nil }
        let last = output.next - 1
        guard last.pointee.kind == .unicodeString || last.pointee.kind == .unicodeWord else { return nil }
        let start = try behindSpace(Int(word.end))
        let escape: Token
        switch keywords.roles[Int(bytes[start])] {
        case .quote: escape = try string(start)
        case .letter: escape = try prefixedQuote(start) ?? word
        default: throw .lexical  // nothing else begins a string
        }
        guard escape.kind == .string, escape.end - escape.start == 3 else { throw .lexical }
        let character = bytes[Int(escape.start) + 1]
        if ByteClass.isHex(character) || ByteClass.isSpace(character) || character == 0x0B
            || character >= 0x80
        {
            throw .lexical
        }
        if character == 0x2B || character == 0x27 || character == 0x22 { throw .lexical }
        last.pointee.value = UInt32(character)
        return Int(escape.end)
    }

    @inline(__always) func token(_ kind: TokenKind, _ start: Int, _ end: Int) -> Token {
        Token(
            kind: kind, mark: .none, keyword: .none, start: UInt32(truncatingIfNeeded: start),
            end: UInt32(truncatingIfNeeded: end), value: 0)
    }

    @inline(__always) private func mark(_ mark: Mark, _ start: Int, _ length: Int = 1) -> Token {
        var token = token(.mark, start, start &+ length)
        token.mark = mark
        return token
    }

    // MARK: Space and comments

    private func behindSpace(_ start: Int) throws(Misread) -> Int {
        var at = start
        while true {
            if ByteClass.isSpace(bytes[at]) {
                at += 1
            } else if let end = try behindComment(at) {
                at = end
            } else {
                return at
            }
        }
    }

    /// The end of the comment that begins here, or nil.
    @inline(__always) private func behindComment(_ start: Int) throws(Misread) -> Int? {
        if bytes[start] == 0x2D, bytes[start + 1] == 0x2D { return behindLineComment(start) }
        if bytes[start] == 0x2F, bytes[start + 1] == 0x2A { return try behindBlockComment(start) }
        return nil
    }

    /// From `--` to the line's end, which stays.
    func behindLineComment(_ start: Int) -> Int {
        var at = start
        while !ByteClass.isNewline(bytes[at]), bytes[at] != 0 { at += 1 }
        return at
    }

    private func behindBlockComment(_ start: Int) throws(Misread) -> Int {
        var depth = 0
        var at = start
        while bytes[at] != 0 {
            if bytes[at] == 0x2F, bytes[at + 1] == 0x2A {
                depth += 1
                at += 2
            } else if bytes[at] == 0x2A, bytes[at + 1] == 0x2F {
                depth -= 1
                at += 2
                if depth == 0 { return at }
            } else {
                at += 1
            }
        }
        throw .lexical
    }

    // MARK: Marks and operators

    private func dotOrColon(_ start: Int) throws(Misread) -> Token {
        let next = bytes[start + 1]
        if bytes[start] == 0x2E {
            if ByteClass.isDigit(next) { return try number(start) }
            return next == 0x2E ? mark(.dotDot, start, 2) : mark(.dot, start)
        }
        if next == 0x3A { return mark(.typecast, start, 2) }
        return next == 0x3D ? mark(.colonEquals, start, 2) : mark(.colon, start)
    }

    /// An operator of more than one byte, unless a comment or a sign of the operand behind it makes it shorter.
    private func operatorToken(_ start: Int) throws(Misread) -> Token {
        var end = start
        var keepsSign = false
        while ByteClass.isOperator(bytes[end]) {
            if end > start, try behindComment(end) != nil { break }
            if end - start > InspectLimits.operatorBytes { throw .lexical }
            keepsSign = keepsSign || ByteClass.keepsTrailingSign(bytes[end])
            end += 1
        }
        if !keepsSign {
            while end - start > 1, bytes[end - 1] == 0x2B || bytes[end - 1] == 0x2D { end -= 1 }
        }
        let length = end - start
        if length > InspectLimits.operatorBytes { throw .lexical }
        if length == 1 { return mark(keywords.marks[Int(bytes[start])], start) }
        return mark(
            length == 2 ? Self.double(bytes[start], bytes[start + 1]) : .otherOperator, start, length)
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
