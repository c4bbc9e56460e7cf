// The parser: tokens in, a tree and diagnostics out, always.

/// Thrown after a diagnostic was made: the construct is given up, and its surroundings recover.
struct Reported: Error {}

/// Reads policy files. It never fails: after a mistake it goes on with the next clause or declaration.
public struct Parser {
    let source: SourceFile
    let tokens: [Token]
    let comments: [SourceComment]
    var index = 0
    private let lexicalDiagnostics: [Diagnostic]
    private var diagnostics: [Diagnostic] = []
    /// Grows with every mistake, also where it is left unsaid.
    var mistakes = 0
    var extents: [DeclarationExtent] = []
    /// What an earlier text of the file has left.
    var reuse: TreeReuse?
    var layout: Layout
    /// The words that begin a clause in the block that is being read.
    var clauseWords: Set<String> = []
    /// Those of the block before, as one block of a file is mostly like the last.
    var lastWords: [String] = []
    var lastWordSet: Set<String> = []
    /// Whether a clause of that block may be a string with what follows it.
    var clausesMayBeStrings = false
    /// The column of the declaration that is being read.
    var declarationColumn = 1
    /// Braces inside the clause that is being read.
    var inlineDepth = 0
    /// `(` and `not` inside each other in the condition that is being read.
    var conditionDepth = 0
    /// An `on` clause has been read in this block, so a further `on` stands between verb and object.
    var hasOnClause = false

    private init(_ source: SourceFile, _ lexed: LexedFile) {
        self.source = source
        tokens = lexed.tokens
        comments = lexed.comments
        lexicalDiagnostics = lexed.diagnostics
        layout = Layout(tokenCount: lexed.tokens.count)
    }

    /// Parses one file. Cost is linear in its bytes.
    public static func parse(_ file: SourceFile) -> ParsedFile { parse(file, Lexer.lex(file), nil) }

    /// Parses a file of which an earlier text was parsed: the same as parsing it alone. What stands in both is not read again.
    public static func parse(_ file: SourceFile, after earlier: ParsedFile) -> ParsedFile {
        guard let (lexed, tokens) = Lexer.lex(file, after: earlier) else { return parse(file) }
        return parse(file, lexed, TreeReuse(tokens))
    }

    private static func parse(_ file: SourceFile, _ lexed: LexedFile, _ reuse: TreeReuse?) -> ParsedFile {
        var parser = Parser(file, lexed)
        parser.reuse = reuse
        let tree = parser.parseTree()
        parser.takeKnownInsertions()
        return ParsedFile(
            source: file, tree: tree, diagnostics: parser.sortedDiagnostics(), comments: parser.comments,
            tokens: parser.tokens, layout: parser.layout, extents: parser.extents, lexicalDiagnostics: lexed.diagnostics,
            isClean: lexed.isClean)
    }

    /// Parses text, for tests and tools.
    public static func parse(text: String, path: String = "policy.postern") -> ParsedFile {
        parse(SourceFile(path: path, text: text))
    }

    private func sortedDiagnostics() -> [Diagnostic] {
        // `sort` is not promised to be stable, so equal places keep their order by number.
        let ordered = (lexicalDiagnostics + diagnostics).enumerated().sorted {
            ($0.element.span.start, $0.offset) < ($1.element.span.start, $1.offset)
        }
        var kept = ordered.prefix(LanguageLimits.diagnostics).map(\.element)
        if ordered.count > kept.count, let last = kept.last {
            kept.append(Wording.tooManyDiagnostics(last.span.tail))
        }
        return kept
    }

    // MARK: looking

    var current: Token { tokens[index] }

    func token(after distance: Int) -> Token { tokens[min(index + distance, tokens.count - 1)] }

    var isAtEnd: Bool { current.kind == .end }

    func at(_ mark: Mark) -> Bool { current.kind == .mark(mark) }

    func at(word: String) -> Bool { current.kind == .word && current.text == word }

    var isAtWord: Bool { current.kind == .word }

    func span(of token: Token) -> SourceSpan { SourceSpan(file: source.index, start: token.start, end: token.end) }

    var currentSpan: SourceSpan { span(of: current) }

    var previousSpan: SourceSpan {
        index > 0 ? span(of: tokens[index - 1]) : SourceSpan(file: source.index, start: 0, end: 0)
    }

    /// From the token at `start` to the one just read.
    func span(from start: Int) -> SourceSpan {
        let first = span(of: tokens[start])
        return index > start ? first.joined(with: previousSpan) : first
    }

    func isInFirstColumn(_ token: Token) -> Bool {
        token.startsLine && source.location(of: token.start).column == 1
    }

    /// Whether a declaration begins at the token at `position`, judged by its first two words.
    func looksLikeDeclaration(at position: Int) -> Bool {
        let token = tokens[position]
        guard token.kind == .word, token.startsLine, Vocabulary.declarationSet.contains(token.text) else { return false }
        let next = tokens[min(position + 1, tokens.count - 1)]
        return token.text == "test" ? next.kind == .string : next.kind == .word
    }

    /// Whether the list or condition that is being read cannot go on here: a clause word begins its line, or a
    /// declaration begins in the first column.
    var isAtBoundary: Bool {
        guard current.kind == .word, current.startsLine else { return false }
        if clauseWords.contains(current.text) { return true }
        return isInFirstColumn(current) && looksLikeDeclaration(at: index)
    }

    // MARK: reading

    mutating func advance() {
        if index < tokens.count - 1 { index += 1 }
    }

    mutating func mark(_ role: TokenRole) { layout.roles[index].formUnion(role) }

    mutating func take(_ mark: Mark) -> Bool {
        guard at(mark) else { return false }
        advance()
        return true
    }

    mutating func take(word: String) -> Bool {
        guard at(word: word) else { return false }
        advance()
        return true
    }

    mutating func expect(_ mark: Mark, _ place: String) throws(Reported) {
        if !take(mark) { throw fail(expected: "`\(mark.rawValue)` \(place)") }
    }

    mutating func expect(word: String, _ place: String) throws(Reported) {
        if !take(word: word) { throw fail(expected: "`\(word)` \(place)") }
    }

    /// Reads a word as a name.
    mutating func name(_ what: String, help: String? = nil) throws(Reported) -> Name {
        guard isAtWord, !isAtBoundary else { throw fail(expected: what, help: help) }
        let name = Name(current.text, span: currentSpan)
        advance()
        return name
    }

    /// Reads the name of a declaration, which must not be a word that lists and conditions read otherwise.
    mutating func declaredName(_ what: String) throws(Reported) -> Name {
        let name = try name(what)
        if Vocabulary.reservedNames.contains(name.text) {
            report(Wording.reservedName(name.span, word: name.text))
        }
        return name
    }

    mutating func qualifiedName(_ what: String) throws(Reported) -> QualifiedName {
        let first = try name(what)
        guard at(.dot) else { return QualifiedName(qualifier: nil, name: first) }
        advance()
        return QualifiedName(qualifier: first, name: try name("a name after `.`"))
    }

    mutating func string(_ what: String) throws(Reported) -> StringLiteral {
        guard case .string = current.kind else { throw fail(expected: what) }
        let literal = StringLiteral(value: current.text, span: currentSpan)
        advance()
        return literal
    }

    mutating func integer(_ what: String, help: String? = nil) throws(Reported) -> IntegerLiteral {
        guard case .integer(let value) = current.kind else { throw fail(expected: what, help: help) }
        let literal = IntegerLiteral(value: value, span: currentSpan)
        advance()
        return literal
    }

    /// Reads one or more items with commas between them. A comma with nothing after it is reported and left out.
    mutating func list<Item>(
        _ item: (inout Parser) throws(Reported) -> Item
    ) throws(Reported) -> [Item] {
        var items = [try item(&self)]
        while at(.comma) {
            advance()
            if reportTrailingComma() { break }
            mark(.item)
            items.append(try item(&self))
        }
        return items
    }

    /// After a comma: whether the list ends here although it should go on.
    mutating func reportTrailingComma() -> Bool {
        guard at(.closeBrace) || at(.closeParen) || isAtBoundary || isAtEnd else { return false }
        report(Wording.trailingComma(previousSpan))
        return true
    }

    // MARK: reporting

    /// Keeps a diagnostic, unless there are more than will be shown already.
    mutating func report(_ diagnostic: Diagnostic) {
        mistakes += 1
        if diagnostics.count <= LanguageLimits.diagnostics { diagnostics.append(diagnostic) }
    }

    /// Reports that something else was expected here, unless the place is already known to be broken.
    mutating func fail(expected: String, help: String? = nil) -> Reported {
        mistakes += 1
        if !current.followsFault {
            report(Wording.expected(expected, found: foundText, span: complaintSpan, help: help))
        }
        return Reported()
    }

    mutating func fail(_ diagnostic: Diagnostic) -> Reported {
        mistakes += 1
        if !current.followsFault { report(diagnostic) }
        return Reported()
    }

    /// Where something is missing: at the token found in its place, or, when that stands on another line, right
    /// after the last one read.
    var complaintSpan: SourceSpan {
        (current.startsLine || isAtEnd) && index > 0 ? previousSpan.tail : currentSpan
    }

    /// What stands here instead of something expected, as a diagnostic says it.
    var foundText: String {
        if isAtEnd { return "the end of the file" }
        return current.startsLine && index > 0 ? "the end of the line" : currentText
    }

    /// The token here, as a diagnostic says it.
    var currentText: String {
        switch current.kind {
        case .string: return "a string"
        case .end: return "the end of the file"
        case .word, .integer, .duration, .size, .moment, .mark: return "`\(source.text(in: currentSpan))`"
        }
    }
}
