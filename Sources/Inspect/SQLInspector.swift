// The door of the SQL inspector: a message in, an `Inspection` filled.

import Machine

/// Takes messages of PostgreSQL sessions apart into accesses and facts, one after the other and reused: once warm it allocates
/// nothing but for code in strings. A text that came twice is answered from memory, byte for byte the same text under the same state
/// and names; and so is one that differs from such a text only in constants which do not matter to what it does. Not thread-safe. Time is
/// linear in the message; every bound is in `InspectLimits`.
///
/// Never laxer than the truth: what PostgreSQL 15 to 18 would do with the message is in the accesses, or an access `unknown`
/// is. It may be coarser: without a schema an unqualified column belongs to each table that could have it.
///
/// Where PostgreSQL's road is not certain:
/// - Functions of pg_catalog win over a user's of the same name (a user's with a better matching signature might be chosen;
///   making one is a `create function` of its own). Names that only 16 to 18 have, and unknown `pg_…`, give both accesses.
/// - Casts, operators, defaults, triggers, views and domain checks run what was defined before: defining is the access, not
///   using, unless a schema says what they set going; only casts to `reg…` types and operators of another schema by `OPERATOR(…)` are a `call`.
/// - `alias.name` is a column, and every column where a pg_catalog function takes a row under that name.
/// - DELETE has no columns; what its WHERE and RETURNING read is a `select`. FOR UPDATE and FOR SHARE are a `lock`.
/// - MERGE has no WHERE, whatever its ON says.
/// - A condition without columns, or one that is the same for every row inside a larger one, makes WHERE a tautology.
/// - SHOW has no access. DISCARD sets `discard`, with ALL also `all`, `search_path`, `role` and `session_authorization`.
/// - Code that runs later (functions, triggers, policies' parents) is `create` and, for a table's, `alter` of the table. What a
///   rule's commands or a body behind BEGIN ATOMIC do counts as done: PostgreSQL resolves their names now, and nobody reads them later.
/// - DO is what the statements and expressions of its PL/pgSQL do, whether or not they are reached; a variable's name counts as a
///   column too where a table in sight may have it, as `plpgsql.variable_conflict` decides. A text that is executed must be constant.
/// - `excluded.a` is the statement's own value, unless INSERT gives none for it.
public final class SQLInspector {
    /// Seen by tests, which ask how much it did.
    let reader = SQLReader()
    private var cache = InspectionCache()
    private var shapes = ShapeCache()
    private var order = MemoryOrder()
    /// The message that was taken up is in its encoding.
    private var hasShape = false
    private let remembers: Bool

    /// Where unqualified names are looked up from the next message on.
    public var path: NamePath {
        didSet { if path != oldValue { follow() } }
    }
    /// Another number whenever names mean something else than before, and the same again when they mean what they did.
    public private(set) var namesNumber = 0
    private var numbers: [NamePath: Int] = [:]
    private var lastNumber = 0

    /// Names of relations that this session created in `pg_temp`: an unqualified use of one may mean it, or the permanent
    /// one, so it gives accesses to both. Names as PostgreSQL stores them.
    public var temporaryTables: Set<String> = [] {
        didSet { forgetNames() }
    }

    /// Names of objects that this session created, altered or dropped, and whether that may have been any: what the schema
    /// says of their columns is not believed.
    private var changedNames: Set<String> = []
    private var changedEverything = false

    /// - Parameters:
    ///   - searchPath: the schemas that unqualified names may mean, in any order: each gives an access of its own.
    ///     Empty, or longer than `InspectLimits.searchPath`: statements with unqualified names are `unknown`.
    ///   - schema: what is known of the database; without it, columns and views are what their names say.
    ///   - remembers: false reads every text anew, to measure reading or to compare with it.
    public init(searchPath: [String], schema: KnownSchema? = nil, remembers: Bool = true) {
        self.remembers = remembers
        reader.schema = schema
        path = NamePath(searchPath.count > InspectLimits.searchPath ? [] : searchPath)
        prepareSymbols()
    }

    deinit {
        cache.free()
        shapes.free()
    }

    /// Whether something that a schema describes may be another after a message which does this.
    public static func changesSchema(_ inspection: Inspection) -> Bool {
        inspection.accesses.buffer.contains { access in
            let isTemporary = inspection.bytes(access.schema).elementsEqual("pg_temp".utf8)
            return SchemaChanges.effect(access.verb, access.objectClass, isTemporary: isTemporary) != .nothing
        }
    }

    /// Says that a message which does this was sent: what it made of the database is not the schema's any more.
    public func noteChanges(of inspection: Inspection) {
        guard reader.schema != nil else { return }
        var changed = false
        for access in inspection.accesses.buffer {
            let isTemporary = inspection.bytes(access.schema).elementsEqual("pg_temp".utf8)
            switch SchemaChanges.effect(access.verb, access.objectClass, isTemporary: isTemporary) {
            case .nothing: continue
            case .everything:
                if !changedEverything { changed = true }
                changedEverything = true
            case .name: if changedNames.insert(inspection.string(access.name)).inserted { changed = true }
            }
        }
        if changed { forgetNames() }
    }

    /// Bytes taken by texts and shapes that are answered from memory; at most `InspectLimits.cachedBytes` and `.shapeBytes`.
    package var rememberedBytes: Int { cache.bytes + shapes.bytes }
    /// Messages that were not read because only constants differed from one that was.
    package var answersByShape: Int { shapes.answers }

    /// Temporary tables have come or gone: nothing means what it did.
    private func forgetNames() {
        numbers.removeAll()
        cache.removeAll()
        shapes.removeAll()
        prepareSymbols()
        number()
    }

    private func follow() {
        placePath()
        number()
    }

    private func number() {
        if let known = numbers[path] { return namesNumber = known }
        if numbers.count == InspectLimits.rememberedPaths { numbers.removeAll() }
        lastNumber += 1
        namesNumber = lastNumber
        numbers[path] = namesNumber
    }

    private func prepareSymbols() {
        reader.symbols.reset()
        reader.temporaryHere.removeAll()
        reader.known.make(in: &reader.symbols)
        placePath()
        for name in temporaryTables {
            let symbol = symbol(name)
            reader.symbols.setTemporary(symbol, true)
        }
        reader.changes.removeAll()
        if changedNames.count > InspectLimits.changedNames { changedEverything = true }
        if !changedEverything { for name in changedNames { reader.changes.add(.name, symbol(name)) } }
        reader.changes.keep(everything: changedEverything)
    }

    private func placePath() {
        reader.searchPath.removeAll()
        reader.pathBehindTransaction.removeAll()
        reader.pathChanged = false
        reader.pathIsOpen = !path.isComplete
        reader.pathFollowsRole = path.followsRole
        for schema in path.schemas {
            let symbol = symbol(schema)
            reader.searchPath.append(symbol)
        }
        for schema in path.behindTransaction {
            let symbol = symbol(schema)
            reader.pathBehindTransaction.append(symbol)
        }
        reader.catalogIsBehind = path.schemas.dropFirst().contains("pg_catalog")
    }

    private func symbol(_ name: String) -> Symbol {
        var name = name
        return name.withUTF8 { reader.symbols.symbol(UnsafeRawBufferPointer($0)) }
    }

    /// Fills `inspection` with what `message` would do: one statement for each between semicolons, none for an empty one.
    ///
    /// - Parameters:
    ///   - message: the SQL text without the terminating NUL. It is read only during the call.
    ///   - lexical: the session's state when the message begins; the whole message is read under it, as PostgreSQL does.
    ///   - inspection: cleared first. Where a statement is not understood, it holds an access `unknown` besides what was found.
    public func inspect(_ message: UnsafeRawBufferPointer, lexical: LexicalState, into inspection: Inspection) {
        inspection.clear()
        guard remembers, let key = cache.key(message, lexical, names: namesNumber) else {
            takeUp(message)
            return read(lexical: lexical, bytes: message.count, into: inspection)
        }
        let textFirst = order.isTextFirst()
        if textFirst, cache.find(message, lexical, names: namesNumber, key: key, into: inspection) { return order.noteTextFound() }
        takeUp(message)
        let shape = shapes.key(reader.padded, lexical, names: namesNumber)
        if findShape(lexical: lexical, key: shape, into: inspection) {
            guard textFirst else { return }
            order.noteShapeFound()
        } else {
            if !textFirst, cache.find(message, lexical, names: namesNumber, key: key, into: inspection) { return }
            read(lexical: lexical, bytes: reader.padded.count, into: inspection)
            if hasShape { shapes.note(reader, names: namesNumber, key: shape, inspection) }
        }
        // What names of earlier messages have made of it is not kept.
        if !reader.symbols.isCrowded { cache.note(message, lexical, names: namesNumber, key: key, inspection) }
    }

    /// A message that is too long is not read.
    @inline(__always) private func takeUp(_ message: UnsafeRawBufferPointer) {
        reader.padded.copy(message.count > InspectLimits.messageBytes ? UnsafeRawBufferPointer(rebasing: message[..<0]) : message)
    }

    /// Answers the message that was taken up by its shape; false where that is not known.
    @inline(__always) private func findShape(lexical: LexicalState, key: UInt64, into inspection: Inspection) -> Bool {
        let lexer = SQLLexer(reader.padded, lexical: lexical, keywords: reader.keywords)
        // A text that is not in its encoding has no shape, whatever its constants hold.
        hasShape = (try? lexer.checkEncoding(reader.padded)) != nil
        return hasShape && shapes.find(reader.padded, lexer, names: namesNumber, key: key, into: inspection)
    }

    /// Reads the message that was taken up, of so many bytes. Where names of earlier messages were in its way, once more without them.
    private func read(lexical: LexicalState, bytes: Int, into inspection: Inspection) {
        if reader.symbols.count > InspectLimits.rememberedSymbols { prepareSymbols() }
        readOnce(lexical: lexical, bytes: bytes, into: inspection)
        guard reader.symbols.isCrowded else { return }
        inspection.clear()
        prepareSymbols()
        readOnce(lexical: lexical, bytes: bytes, into: inspection)
    }

    private func readOnce(lexical: LexicalState, bytes: Int, into inspection: Inspection) {
        reader.beginMessage(lexical: lexical)
        do throws(Misread) {
            if bytes > InspectLimits.messageBytes { throw Misread.messageTooLong }
            let lexer = SQLLexer(reader.padded, lexical: lexical, keywords: reader.keywords)
            try lexer.scan(into: &reader.tokens, prints: &reader.prints, naming: &reader.symbols)
        } catch {
            return reader.emitUnreadMessage(error, bytes: bytes, into: inspection)
        }
        reader.readStatements(into: inspection)
    }
}
