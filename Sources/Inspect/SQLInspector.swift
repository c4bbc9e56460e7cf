// The door of the SQL inspector: a message in, an `Inspection` filled.

import Machine

/// Takes messages of one PostgreSQL session apart into accesses and facts. One per session, reused: once warm it allocates
/// nothing. Not thread-safe. Time is linear in the message; every bound is in `InspectLimits`.
///
/// Never laxer than the truth: what PostgreSQL 15 to 18 would do with the message is in the accesses, or an access `unknown`
/// is. It may be coarser: without a catalogue an unqualified column belongs to each table that could have it.
public final class SQLInspector {
    private let reader = SQLReader()
    private let searchPathNames: [String]

    /// Names of relations that this session created in `pg_temp`: an unqualified use of one may mean it, or the permanent
    /// one, so it gives accesses to both. Names as PostgreSQL stores them.
    public var temporaryTables: Set<String> = [] {
        didSet { prepareSymbols() }
    }

    /// - Parameter searchPath: the schemas that unqualified names may mean, in any order: each gives an access of its own.
    ///   Empty, or longer than `InspectLimits.searchPath`: statements with unqualified names are `unknown`.
    public init(searchPath: [String]) {
        searchPathNames = searchPath.count > InspectLimits.searchPath ? [] : searchPath
        prepareSymbols()
    }

    private func prepareSymbols() {
        reader.symbols.reset()
        reader.temporaryHere.removeAll()
        reader.known.make(in: &reader.symbols)
        reader.searchPath.removeAll()
        for schema in searchPathNames {
            let symbol = symbol(schema)
            reader.searchPath.append(symbol)
        }
        for name in temporaryTables {
            let symbol = symbol(name)
            reader.symbols.setTemporary(symbol, true)
        }
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
        if reader.symbols.count > InspectLimits.rememberedSymbols { prepareSymbols() }
        reader.beginMessage(message, lexical: lexical)
        do throws(Misread) {
            if message.count > InspectLimits.messageBytes { throw Misread.messageTooLong }
            var lexer = SQLLexer(message, lexical: lexical, keywords: reader.keywords)
            try lexer.scan(into: &reader.tokens)
        } catch {
            return reader.emitUnreadMessage(error, into: inspection)
        }
        reader.readStatements(into: inspection)
    }
}
