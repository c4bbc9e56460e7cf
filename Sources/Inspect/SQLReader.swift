// The reader of statements: its memory, its place in the tokens, and the small steps every production uses.

import Machine

/// Reads the tokens of one message and collects what each statement does. Reused; not thread-safe.
/// Grammar is spread over extensions, one file for each part; every token is consumed by one of their productions.
final class SQLReader {
    /// In RETURNING of MERGE, where `merge_action()` is grammar.
    var isReturningOfMerge = false
    // The message: a copy, and its bytes there.
    var padded = PaddedText()
    var message = UnsafeRawBufferPointer(start: nil, count: 0)
    var lexical = LexicalState()
    /// Counts messages, so that a symbol's place in the inspection's text is known to be of this one.
    var messageNumber: UInt32 = 0
    /// Names that this message creates in pg_temp, forgotten at its end.
    var temporaryHere = Pool<Symbol>(capacity: 8)
    var tokens = Pool<Token>(capacity: 256)
    /// What each token is in a fingerprint.
    var prints = Pool<UInt64>(capacity: 256)
    /// Where the constants of this message start whose bytes were looked at.
    var lookedAt = Pool<UInt32>(capacity: 16)
    /// The next token, in `tokens`. The first token of kind `end` is never passed; what may be looked at behind it is `end` too.
    var cursor: UnsafePointer<Token>

    // Names.
    var symbols = SymbolTable()
    var known = KnownSymbols()
    var scratch = Pool<UInt8>(capacity: 256)
    var searchPath = Pool<Symbol>(capacity: 8)
    /// The path lists pg_catalog behind another schema, whose names then come first.
    var catalogIsBehind = false
    /// Names may be looked up in schemas that `searchPath` lacks.
    var pathIsOpen = false
    var pathFollowsRole = true
    /// Of the session, when the message begins.
    var sessionPath = SearchedPath()
    /// Schemas that may come into force when the transaction ends.
    var pathBehindTransaction = Pool<Symbol>(capacity: 8)
    /// A statement of this message has changed the path.
    var pathChanged = false
    /// What the statement being read does to the path, and the schemas or the role it lists.
    var pathChange = PathChange.none
    var listedPath = Pool<Symbol>(capacity: 8)
    let keywords = KeywordTable.lookup

    // What the statement does.
    var findings = Findings()
    var statement = Statement()
    var kind: StaticString = "unknown"
    var effectName = Symbol.none
    var copyNull = Symbol.none
    var copyColumns = Pool<Symbol>(capacity: 16)
    /// The JSON call being read has words that only the grammar of 16 and later knows.
    var jsonGrammar = false
    /// The objects of a CREATE SCHEMA are read.
    var insideSchema = false
    /// The outermost query has INTO.
    var selectsInto = false
    /// `statement.hasLimit` was settled by a query; other statements have no LIMIT.
    var readsQueryLimit = false
    /// LIMIT of the query read last, so of the outermost when it is done.
    var queryLimit: (has: Ternary, rows: Int64?) = (.no, nil)
    /// The weakest WHERE of the parts that touch tables; nil before the first.
    var weakestShape: WhereShape?

    // Name resolution.
    var scopes = Pool<Scope>(capacity: 16)
    var sources = Pool<Source>(capacity: 32)
    var targets = Pool<Target>(capacity: 32)
    var refs = Pool<Ref>(capacity: 64)
    var pending = Pool<Int32>(capacity: 64)
    /// How many of the pending ones may be variables of the code around.
    var pendingVariables: Int32 = 0
    var links = Pool<Link>(capacity: 64)
    var outputColumns = Pool<OutputColumn>(capacity: 32)
    var heldOutputs = Pool<OutputColumn>(capacity: 32)
    var commonTables = Pool<CommonTable>(capacity: 8)
    var aliasNames = Pool<Symbol>(capacity: 16)

    // What is known of the database.
    var schema: KnownSchema?
    /// Names that this session gave another meaning than the schema's.
    var changes = SchemaChanges()
    /// All relations are known, so that an unqualified name is the first of its path: in a schema file, where names are
    /// resolved once and for ever.
    var pathIsSettled = false
    /// Columns that stars of this message stood for so far.
    var expandedColumns = 0
    /// For each access how often it was found to use more, and how often when it was opened last.
    var versions = Pool<(now: UInt32, opened: UInt32)>(capacity: 16)
    /// Of the SQL function whose body is being read.
    var parameters = Pool<Symbol>(capacity: 8)
    /// The function's own name, which may stand before a parameter's.
    var bodyOwner = Symbol.none

    // Code inside a string: the body of DO, the text of EXECUTE in it.
    /// How many such texts are open.
    var codeDepth = 0
    /// What the rows of a query that is a statement of its own are used for.
    var resultUse: ColumnUses = .output
    /// Schemas that the code being read sets the search path to.
    var codePath = Pool<Symbol>(capacity: 8)
    var codeListsPath = false
    /// It changes the search path in a way that is not followed; it opens or closes portals.
    var codeChangesPath = false
    var codeUsesPortals = false
    /// Tokens of such texts that were cut, looked at or handed on, for one message.
    var codeSteps = 0

    // Context and bounds.
    /// What a column read here is used for; empty where that is decided when the query's use is known.
    var use: ColumnUses = []
    /// Conditions found to be the same for every row, in this query so far.
    var constantConditions: Int32 = 0
    var nesting = 0
    var resolutionSteps = 0
    var overflow: Misread?
    /// Why what the statement does is not known, though it is read to its end.
    var opaqueness: Misread?

    init() { cursor = UnsafePointer(tokens.base) }

    deinit {
        padded.free()
        tokens.free()
        prints.free()
        lookedAt.free()
        symbols.free()
        scratch.free()
        searchPath.free()
        sessionPath.schemas.free()
        pathBehindTransaction.free()
        listedPath.free()
        codePath.free()
        findings.free()
        copyColumns.free()
        scopes.free()
        sources.free()
        targets.free()
        refs.free()
        pending.free()
        links.free()
        outputColumns.free()
        heldOutputs.free()
        commonTables.free()
        temporaryHere.free()
        aliasNames.free()
        changes.free()
        parameters.free()
        versions.free()
    }

    /// Forgets the last statement; `p` stays.
    func clearStatement() {
        findings.clear()
        statement = Statement()
        kind = "unknown"
        weakestShape = nil
        queryLimit = (.no, nil)
        pathChange = .none
        listedPath.removeAll()
        forgetQuery()
        nesting = 0
        overflow = nil
        opaqueness = nil
    }

    /// Forgets the query that was read last; what it was found to do stays.
    func forgetQuery() {
        effectName = .none
        copyNull = .none
        copyColumns.removeAll()
        selectsInto = false
        insideSchema = false
        readsQueryLimit = false
        scopes.removeAll()
        sources.removeAll()
        targets.removeAll()
        refs.removeAll()
        pending.removeAll()
        pendingVariables = 0
        links.removeAll()
        outputColumns.removeAll()
        heldOutputs.removeAll()
        commonTables.removeAll()
        aliasNames.removeAll()
        use = []
        constantConditions = 0
    }

    // MARK: Tokens

    /// The number of the next token. A number behind the last token is the first of kind `end`: a look ahead that went astray in
    /// a damaged statement ends it, not the process.
    @inline(__always) var p: Int {
        // Never before the first token, so the distance is divided without a sign.
        get { Int(bitPattern: (UInt(bitPattern: cursor) &- UInt(bitPattern: tokens.base)) / UInt(MemoryLayout<Token>.stride)) }
        set { cursor = UnsafePointer(tokens.base) + max(0, min(newValue, lastToken)) }
    }
    /// The number of the first token of kind `end`.
    @inline(__always) var lastToken: Int { tokens.count - SQLLexer.endTokens }

    @inline(__always) var token: Token { cursor.pointee }
    /// The token behind the next, or one further: no more than `SQLLexer.endTokens` allow.
    @inline(__always) func peek(_ ahead: Int) -> Token { cursor[ahead] }
    @inline(__always) var keyword: Keyword { cursor.pointee.keyword }
    @inline(__always) func at(_ keyword: Keyword) -> Bool { cursor.pointee.keyword == keyword }
    @inline(__always) func at(_ mark: Mark) -> Bool { cursor.pointee.mark == mark }
    /// At the end of the statement.
    @inline(__always) var atEnd: Bool {
        cursor.pointee.kind == .end || cursor.pointee.mark == .semicolon
    }

    @inline(__always) func advance() { if cursor.pointee.kind != .end { cursor += 1 } }

    /// Passes a key word, which is not `none`, so the token is not of kind `end`.
    @inline(__always) func accept(_ keyword: Keyword) -> Bool {
        guard cursor.pointee.keyword == keyword else { return false }
        cursor += 1
        return true
    }
    /// Passes a mark, which is not `none`, so the token is not of kind `end`.
    @inline(__always) func accept(_ mark: Mark) -> Bool {
        guard cursor.pointee.mark == mark else { return false }
        cursor += 1
        return true
    }
    @inline(__always) func expect(_ keyword: Keyword) throws(Misread) {
        guard accept(keyword) else { throw .syntax }
    }
    @inline(__always) func expect(_ mark: Mark) throws(Misread) {
        guard accept(mark) else { throw .syntax }
    }
    /// Both words, or neither.
    @inline(__always) func accept(_ first: Keyword, _ second: Keyword) -> Bool {
        guard at(first), peek(1).keyword == second else { return false }
        cursor += 2
        return true
    }
    /// Whether the token is a plain word spelt so, whatever its category.
    func atWord(_ word: StaticString) -> Bool {
        guard token.kind == .word, Int(token.end - token.start) == word.utf8CodeUnitCount else { return false }
        for index in 0..<word.utf8CodeUnitCount
        where ByteClass.folded(message[Int(token.start) + index]) != word.utf8Start[index] { return false }
        return true
    }
    func acceptWord(_ word: StaticString) -> Bool {
        guard atWord(word) else { return false }
        advance()
        return true
    }

    @inline(__always) func enter() throws(Misread) {
        nesting += 1
        if nesting > InspectLimits.nesting { throw .tooDeep }
    }
    @inline(__always) func leave() { nesting -= 1 }

    /// Reads `item` once, then again behind each comma.
    @inline(__always) func commaSeparated(_ item: () throws(Misread) -> Void) throws(Misread) {
        repeat { try item() } while accept(.comma)
    }

    // MARK: Names

    /// A ColId: a name of a table, column or alias.
    func columnId() throws(Misread) -> Symbol {
        guard startsColumnId(token) else { throw .syntax }
        return try name()
    }
    @inline(__always) func startsColumnId(_ token: Token) -> Bool {
        switch token.kind {
        case .quotedWord, .unicodeWord: return true
        case .word:
            if token.keyword == .none { return true }
            let category = keywords.categories[Int(token.keyword.rawValue)]
            return category == .unreserved || category == .columnName
        case .end, .string, .escapeString, .unicodeString, .bitString, .hexString, .dollarString, .integer, .decimal,
            .parameter, .mark:
            return false
        }
    }
    /// A type_function_name.
    func startsFunctionName(_ token: Token) -> Bool {
        guard token.kind == .word, token.keyword != .none else { return token.isName }
        let category = keywords.categories[Int(token.keyword.rawValue)]
        return category == .unreserved || category == .typeOrFunction
    }
    /// A ColLabel: any word.
    func label() throws(Misread) -> Symbol {
        guard token.isName else { throw .syntax }
        return try name()
    }
    /// A BareColLabel: an alias without AS.
    func startsBareLabel(_ token: Token) -> Bool {
        guard token.kind == .word else { return token.isName }
        return token.keyword == .none || !keywords.needsAs[Int(token.keyword.rawValue)]
    }

    /// The symbol of the word here, which is passed.
    func name() throws(Misread) -> Symbol {
        let symbol = try symbol(of: token)
        advance()
        return symbol
    }

    /// A name with up to three parts; the last two count.
    struct QualifiedName {
        var schema = Symbol.none
        var name = Symbol.none
        var parts = 1
        var start: UInt32 = 0
        var end: UInt32 = 0
    }

    /// qualified_name: a ColId and labels behind dots.
    func qualifiedName() throws(Misread) -> QualifiedName {
        var result = QualifiedName()
        result.start = token.start
        result.name = try columnId()
        while accept(.dot) {
            result.parts += 1
            if result.parts > 3 { throw .syntax }
            result.schema = result.name
            result.name = try label()
        }
        result.end = tokens[p - 1].end
        return result
    }

    /// any_name in parentheses, separated by commas; what they name has no access of its own.
    func nameListInParentheses() throws(Misread) {
        try expect(.openParen)
        try commaSeparated { () throws(Misread) in _ = try columnId() }
        try expect(.closeParen)
    }
}

/// Symbols the reader compares with, made once for each life of the symbol table.
struct KnownSymbols {
    var pgCatalog = Symbol.none
    var pgTemp = Symbol.none
    var excluded = Symbol.none
    var old = Symbol.none
    var new = Symbol.none
    var setConfig = Symbol.none
    var pgSettings = Symbol.none
    var searchPath = Symbol.none
    /// `$user` in a path: the schema of the current role's name.
    var ownSchema = Symbol.none
    var role = Symbol.none
    var sessionAuthorization = Symbol.none
    // PostgreSQL's columns of every table.
    var tableoid = Symbol.none
    var ctid = Symbol.none
    var xmin = Symbol.none
    var xmax = Symbol.none
    var cmin = Symbol.none
    var cmax = Symbol.none
    // Variables that every PL/pgSQL block has, or a handler in it, and the name of what is around the block of DO.
    var found = Symbol.none
    var sqlState = Symbol.none
    var sqlError = Symbol.none
    var inlineBlock = Symbol.none

    mutating func make(in table: inout SymbolTable) {
        pgCatalog = table.symbol("pg_catalog")
        pgTemp = table.symbol("pg_temp")
        excluded = table.symbol("excluded")
        old = table.symbol("old")
        new = table.symbol("new")
        setConfig = table.symbol("set_config")
        pgSettings = table.symbol("pg_settings")
        searchPath = table.symbol("search_path")
        ownSchema = table.symbol("$user")
        role = table.symbol("role")
        sessionAuthorization = table.symbol("session_authorization")
        tableoid = table.symbol("tableoid")
        ctid = table.symbol("ctid")
        xmin = table.symbol("xmin")
        xmax = table.symbol("xmax")
        cmin = table.symbol("cmin")
        cmax = table.symbol("cmax")
        found = table.symbol("found")
        sqlState = table.symbol("sqlstate")
        sqlError = table.symbol("sqlerrm")
        inlineBlock = table.symbol("inline_code_block")
    }
}
