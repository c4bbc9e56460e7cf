// The lexer: bytes in, tokens, comments and diagnostics out. It never stops at a mistake.

/// Everything the lexer made of a file.
struct LexedFile {
    /// The last one is always `.end`.
    var tokens: [Token]
    var comments: [SourceComment]
    var diagnostics: [Diagnostic]
    /// Nothing was refused at first sight, and nothing was left out for being too much.
    var isClean: Bool
}

/// Reads a file once from front to back; every step moves forward by at least one byte.
struct Lexer {
    let source: SourceFile
    let bytes: [UInt8]
    var position = 0
    var tokens: [Token] = []
    var comments: [SourceComment] = []
    private(set) var diagnostics: [Diagnostic] = []
    private let hygiene: TextHygiene
    private var nextRefused = 0
    private var startsLine = true
    var followsFault = false

    private init(_ source: SourceFile) {
        self.source = source
        bytes = source.bytes
        hygiene = TextHygiene(source, in: 0..<bytes.count)
    }

    /// From the start of a line on. Whoever asks for that takes the first look at the bytes.
    init(_ source: SourceFile, from start: Int) {
        self.source = source
        bytes = source.bytes
        hygiene = TextHygiene(source, in: start..<start)
        position = start
    }

    /// Reads the whole file. Cost is linear in its bytes.
    static func lex(_ source: SourceFile) -> LexedFile {
        guard source.bytes.count <= LanguageLimits.fileBytes else {
            let span = SourceSpan(file: source.index, start: 0, end: 0)
            return LexedFile(
                tokens: [Token(kind: .end, start: 0, end: 0, text: "", startsLine: true, followsFault: true)],
                comments: [], diagnostics: [Wording.fileTooLarge(span)], isClean: false)
        }
        var lexer = Lexer(source)
        lexer.run()
        return LexedFile(
            tokens: lexer.tokens, comments: lexer.comments,
            diagnostics: lexer.hygiene.diagnostics + lexer.diagnostics,
            isClean: lexer.hygiene.refused.isEmpty && lexer.tokens.count <= LanguageLimits.tokens)
    }

    private mutating func run() {
        while position < bytes.count {
            step()
            if tokens.count > LanguageLimits.tokens, let last = tokens.popLast() {
                report(Wording.tooManyTokens(span(from: last.start, to: last.end)))
                followsFault = true
                break
            }
        }
        add(.end, from: position, to: position)
    }

    /// Whether a line begins here, and nothing that stands before it tells upon what follows.
    var isAtLineStart: Bool {
        startsLine && !followsFault && (position == 0 || bytes[position - 1] == Ascii.newline)
    }

    mutating func step() {
        if skipRefused() { return }
        let byte = bytes[position]
        switch byte {
        case Ascii.newline:
            startsLine = true
            position += 1
        case Ascii.space, Ascii.tab, Ascii.carriageReturn:
            position += 1
        case Ascii.quote:
            lexString(delimiter: Ascii.quote)
        case Ascii.slash where peek(1) == Ascii.slash:
            lexComment(prefixLength: 2)
        case Ascii.hyphen where peek(1).map(Ascii.isDigit) == true:
            lexNumber()
        case _ where Ascii.isNameStart(byte):
            lexWord()
        case _ where Ascii.isDigit(byte):
            lexNumber()
        case _ where byte >= 0x80:
            lexForeign()
        default:
            if !lexMark() { lexStray() }
        }
    }

    /// Steps over bytes that the first look refused.
    private mutating func skipRefused() -> Bool {
        let refused = hygiene.refused
        while nextRefused < refused.count, refused[nextRefused].upperBound <= position { nextRefused += 1 }
        guard nextRefused < refused.count, refused[nextRefused].contains(position) else { return false }
        position = refused[nextRefused].upperBound
        // A byte order mark at the start leaves nothing in doubt, so it must not silence what comes after it.
        if position != 3 || !SourceText.isByteOrderMark(bytes, at: 0) { followsFault = true }
        return true
    }

    func peek(_ distance: Int) -> UInt8? {
        position + distance < bytes.count ? bytes[position + distance] : nil
    }

    func span(from start: Int, to end: Int) -> SourceSpan {
        SourceSpan(file: source.index, start: start, end: min(end, bytes.count))
    }

    /// Keeps a diagnostic, unless there are more than will be shown already.
    mutating func report(_ diagnostic: Diagnostic) {
        if diagnostics.count <= LanguageLimits.diagnostics { diagnostics.append(diagnostic) }
    }

    mutating func add(_ kind: TokenKind, from start: Int, to end: Int, text: String = "") {
        tokens.append(
            Token(
                kind: kind, start: start, end: end, text: text, startsLine: startsLine, followsFault: followsFault))
        startsLine = false
        followsFault = false
    }

    func text(_ start: Int, _ end: Int) -> String { String(decoding: bytes[start..<end], as: UTF8.self) }

    // MARK: words and comments

    private mutating func lexWord() {
        let start = position
        while position < bytes.count, Ascii.isNamePart(bytes[position]) { position += 1 }
        if position - start > LanguageLimits.nameBytes {
            report(Wording.nameTooLong(span(from: start, to: position)))
        }
        add(.word, from: start, to: position, text: text(start, position))
    }

    mutating func lexComment(prefixLength: Int) {
        let start = position
        while position < bytes.count, bytes[position] != Ascii.newline { position += 1 }
        var end = position
        if end > start, bytes[end - 1] == Ascii.carriageReturn { end -= 1 }
        let isDoc = end - start >= 3 && bytes[start + 2] == Ascii.slash
            && !(end - start >= 4 && bytes[start + 3] == Ascii.slash)
        comments.append(SourceComment(span: span(from: start, to: end), isDoc: prefixLength == 2 && isDoc))
    }

    /// A run of characters beyond ASCII outside strings and comments: names are ASCII, so that no two look alike.
    private mutating func lexForeign() {
        let start = position
        while position < bytes.count, bytes[position] >= 0x80 || Ascii.isNamePart(bytes[position]) { position += 1 }
        report(Wording.foreignCharacters(span(from: start, to: position), text: text(start, position)))
        followsFault = true
    }

    // MARK: marks

    private mutating func lexMark() -> Bool {
        if bytes[position] == UInt8(ascii: "="), peek(1) == UInt8(ascii: ">") {
            position += 2
            let whole = span(from: position - 2, to: position)
            report(Wording.foreignOperator(whole, text: "=>", word: Mark.arrow.rawValue))
            add(.mark(.arrow), from: position - 2, to: position)
            return true
        }
        // Bytes and not strings: a third of a policy's tokens are marks.
        if let second = peek(1), second == UInt8(ascii: "=") || second == UInt8(ascii: ">"),
            let mark = Mark(bytes[position], second)
        {
            position += 2
            add(.mark(mark), from: position - 2, to: position)
            return true
        }
        guard let mark = Mark(bytes[position]) else { return false }
        position += 1
        add(.mark(mark), from: position - 1, to: position)
        return true
    }

    /// A mark of other languages: reported, and read as what it says there, so that it costs one diagnostic.
    private mutating func lexStray() {
        let start = position
        switch (bytes[position], peek(1)) {
        case (UInt8(ascii: "&"), UInt8(ascii: "&")): word("and", instead: 2)
        case (UInt8(ascii: "|"), UInt8(ascii: "|")): word("or", instead: 2)
        case (UInt8(ascii: "!"), _): word("not", instead: 1)
        case (UInt8(ascii: "'"), _): lexString(delimiter: UInt8(ascii: "'"))
        case (UInt8(ascii: ";"), _):
            position += 1
            report(Wording.semicolon(span(from: start, to: position)))
        case (UInt8(ascii: "#"), _):
            report(Wording.hashComment(span(from: start, to: start + 1)))
            lexComment(prefixLength: 1)
        case (Ascii.slash, UInt8(ascii: "*")): lexBlockComment()
        default:
            position += 1
            while position < bytes.count, isStray(bytes[position]) { position += 1 }
            report(Wording.strayCharacter(span(from: start, to: position), text: text(start, position)))
            followsFault = true
        }
    }

    private func isStray(_ byte: UInt8) -> Bool {
        "@$%^~`\\?*+|&".utf8.contains(byte)
    }

    private mutating func word(_ word: String, instead length: Int) {
        let start = position
        position += length
        report(Wording.foreignOperator(span(from: start, to: position), text: text(start, position), word: word))
        add(.word, from: start, to: position, text: word)
    }

    private mutating func lexBlockComment() {
        let start = position
        position += 2
        while position < bytes.count, !(bytes[position] == UInt8(ascii: "*") && peek(1) == Ascii.slash) {
            if bytes[position] == Ascii.newline { startsLine = true }
            position += 1
        }
        position = min(position + 2, bytes.count)
        report(Wording.blockComment(span(from: start, to: start + 2)))
        followsFault = true
    }
}
