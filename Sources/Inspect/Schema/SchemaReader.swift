// Schema files: PostgreSQL's own DDL, as `pg_dump --schema-only` writes it, to what is known of the database.

import Machine

/// Something about a schema file that its author should know.
public struct SchemaDiagnostic: Sendable, Hashable {
    /// From 1.
    public var line: Int
    public var isError: Bool
    /// One lower-case sentence.
    public var message: String
    /// What to do about it.
    public var help: String
}

/// What a schema file says.
public struct SchemaText: Sendable {
    /// Describes no resource yet.
    public var record: SchemaRecord
    /// What the record's numbers stand for.
    public var symbols: [String]
    /// In the order of the file.
    public var diagnostics: [SchemaDiagnostic]

    public var hasErrors: Bool { diagnostics.contains(where: \.isError) }

    /// Reads a schema file.
    ///
    /// - Parameters:
    ///   - bytes: the whole file. Time is linear in it, but for views inside views, which are read once for each level.
    ///   - searchPath: where unqualified names are, until the file sets another path.
    public static func read(_ bytes: [UInt8], searchPath: [String]) -> SchemaText {
        SchemaReader(searchPath: searchPath).read(bytes)
    }
}

/// Reads one schema file. Statements are read twice: first by the grammar of the inspector, which must know all of each, then
/// for what they define.
final class SchemaReader {
    let reader = SQLReader()
    var draft = SchemaDraft()
    private var diagnostics: [SchemaDiagnostic] = []
    /// The path of the file's statements, and of bodies that are text.
    private(set) var path: [String]
    let callersPath: [String]
    /// What is read when all tables are known, in the order of the file.
    var later: [LaterStatement] = []
    /// What writes set going by triggers, by table.
    var triggers: [(table: SchemaKey, opened: [SchemaDraft.Opened])] = []
    /// The file, while it is read.
    var text = UnsafeRawBufferPointer(start: nil, count: 0)
    /// Of the statement being read.
    var line = 1

    init(searchPath: [String]) {
        path = searchPath
        callersPath = searchPath
    }

    func read(_ bytes: [UInt8]) -> SchemaText {
        if bytes.count > InspectLimits.schemaBytes {
            complain(
                line: 1, "the file is longer than \(InspectLimits.schemaBytes) bytes",
                help: "dump only the schemas that the policy is about")
        } else {
            bytes.withUnsafeBytes { text in
                self.text = text
                readAll()
                readLater()
                self.text = UnsafeRawBufferPointer(start: nil, count: 0)
            }
        }
        draft.finish()
        checkSizes()
        let (record, symbols) = draft.record()
        return SchemaText(
            record: record, symbols: symbols, diagnostics: diagnostics.sorted { $0.line < $1.line })
    }

    // MARK: Diagnostics

    func complain(line: Int, _ message: String, help: String) {
        note(SchemaDiagnostic(line: line, isError: true, message: message, help: help))
    }
    func warn(line: Int, _ message: String, help: String) {
        note(SchemaDiagnostic(line: line, isError: false, message: message, help: help))
    }
    private func note(_ diagnostic: SchemaDiagnostic) {
        if diagnostics.count < InspectLimits.schemaDiagnostics { diagnostics.append(diagnostic) }
    }

    private func checkSizes() {
        for (key, relation) in draft.relations where relation.columns.count > ProgramLimits.columns {
            complain(
                line: relation.line,
                "\(key.schema).\(key.name) has more than \(ProgramLimits.columns) columns",
                help: "PostgreSQL has at most 1600 columns in a table")
            draft.relations[key]?.columns.removeAll()
            draft.relations[key]?.isComplete = false
        }
        guard
            draft.relations.count > ProgramLimits.relations
                || draft.routines.count > ProgramLimits.relations
        else { return }
        complain(
            line: 1, "the file holds more than \(ProgramLimits.relations) relations or routines",
            help: "dump only the schemas that the policy is about")
        draft = SchemaDraft()
    }

    // MARK: Statements

    private func readAll() {
        var splitter = SchemaSplitter(text)
        while let statement = splitter.next() {
            line = statement.line
            do throws(Misread) {
                try begin(UnsafeRawBufferPointer(rebasing: text[statement.bytes]), path: path)
                try reader.statementHere()
                guard reader.atEnd else { throw Misread.syntax }
                try checkUnderstood()
                try define(statement)
                switch reader.pathChange {
                case .listed, .listedLocally: path = (0..<reader.listedPath.count).map { string(reader.listedPath[$0]) }
                case .none, .possible, .role, .roleLocally, .possibleRole, .noRole, .authorization, .noAuthorization, .start, .everything,
                    .unknown:
                    break
                }
            } catch {
                notUnderstood(error, statement)
            }
        }
    }

    /// Makes the reader's message this text, with its tokens, and unqualified names along `path`.
    func begin(_ bytes: UnsafeRawBufferPointer, path: [String]) throws(Misread) {
        if reader.symbols.count > InspectLimits.rememberedSymbols || reader.known.pgCatalog.isNone {
            reader.symbols.reset()
            reader.known.make(in: &reader.symbols)
            reader.pathChanged = false
        }
        let tooLong = bytes.count > InspectLimits.messageBytes
        reader.padded.copy(tooLong ? UnsafeRawBufferPointer(rebasing: bytes[..<0]) : bytes)
        reader.beginMessage(lexical: LexicalState())
        reader.searchPath.removeAll()
        for schema in path.prefix(InspectLimits.searchPath) { reader.searchPath.append(symbol(schema)) }
        reader.catalogIsBehind = path.dropFirst().contains("pg_catalog")
        (reader.pathIsOpen, reader.pathFollowsRole) = (false, false)
        reader.clearStatement()
        reader.parameters.removeAll()
        reader.bodyOwner = .none
        if tooLong { throw .messageTooLong }
        let lexer = SQLLexer(reader.padded, lexical: LexicalState(), keywords: reader.keywords)
        try lexer.scan(into: &reader.tokens, prints: &reader.prints, naming: &reader.symbols)
        reader.p = 0
    }

    /// Throws where the statement just read is past a bound, or names something that is looked up nowhere.
    func checkUnderstood() throws(Misread) {
        if let overflow = reader.overflow { throw overflow }
        if let opaqueness = reader.opaqueness { throw opaqueness }
    }

    func symbol(_ name: String) -> Symbol {
        var name = name
        return name.withUTF8 { reader.symbols.symbol(UnsafeRawBufferPointer($0)) }
    }
    func string(_ symbol: Symbol) -> String {
        String(decoding: reader.symbols.bytes(symbol), as: UTF8.self)
    }

    /// Where a statement is that cannot be understood, it matters whether it may define what rules rely on.
    private func notUnderstood(_ failure: Misread, _ statement: SchemaStatement) {
        let isHarmless: Bool
        switch reader.tokens.count > 0 ? reader.tokens[0].keyword : .none {
        case .comment, .grant, .revoke, .security, .set, .reset, .begin, .commit, .start, .end, .analyze, .vacuum:
            isHarmless = true
        case .select: isHarmless = true
        default: isHarmless = false
        }
        let message = "this statement is not understood (\(failure.reason))"
        if isHarmless {
            warn(
                line: statement.line, message,
                help: "it defines nothing that is checked, and is passed over")
        } else {
            complain(
                line: statement.line, message,
                help:
                    "write the file with `postern schema pull`, or leave the statement out if nothing in the policy relies on it"
            )
        }
    }

    // MARK: Names

    /// Where a new object of this name is made; nil, with a complaint, where that is not known.
    func key(_ name: SQLReader.QualifiedName) -> SchemaKey? {
        if !name.schema.isNone {
            return SchemaKey(schema: string(name.schema), name: string(name.name))
        }
        guard let schema = path.first(where: { $0 != "pg_catalog" }) else {
            complain(
                line: line, "\(string(name.name)) is made in no schema, as the search path is empty here",
                help: "write the name with its schema")
            return nil
        }
        return SchemaKey(schema: schema, name: string(name.name))
    }

    /// The relation that a name means: along the path, as PostgreSQL looks for it.
    func existing(_ name: SQLReader.QualifiedName) -> SchemaKey? {
        if !name.schema.isNone {
            return SchemaKey(schema: string(name.schema), name: string(name.name))
        }
        let last = string(name.name)
        for schema in path {
            let key = SchemaKey(schema: schema, name: last)
            if draft.relations[key] != nil || isLater(key) { return key }
        }
        return path.first.map { SchemaKey(schema: $0, name: last) }
    }
}
