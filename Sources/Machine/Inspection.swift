// The arena an inspector fills and the machine reads: accesses, columns, statements and their text, reused for every message.

import Synchronization

/// A run of bytes in an `Inspection`'s text.
public struct TextRef: BitwiseCopyable, Sendable, Hashable {
    public var offset: UInt32
    public var count: UInt32
    @inlinable public init(offset: UInt32, count: UInt32) {
        self.offset = offset
        self.count = count
    }
    /// No text: an unqualified schema, an object without a name.
    @inlinable public static var none: TextRef { TextRef(offset: 0, count: 0) }
    @inlinable public var isEmpty: Bool { count == 0 }
}

/// Where a statement uses a column. Joined for every use.
public struct ColumnUses: OptionSet, BitwiseCopyable, Sendable, Hashable {
    public let rawValue: UInt8
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// Goes to the client as it is: a bare column of the outermost target list or RETURNING, or of a sub-query's that ends there.
    @inlinable public static var output: ColumnUses { ColumnUses(rawValue: 1) }
    /// Part of an expression whose value may reach the client.
    @inlinable public static var computed: ColumnUses { ColumnUses(rawValue: 2) }
    /// Decides which rows or groups there are: WHERE, JOIN, ON, GROUP BY, ORDER BY, HAVING, WINDOW, DISTINCT, LIMIT.
    @inlinable public static var filter: ColumnUses { ColumnUses(rawValue: 4) }
    /// Assigned to.
    @inlinable public static var write: ColumnUses { ColumnUses(rawValue: 8) }
    /// Read, and its value stored somewhere (INSERT … SELECT, CREATE TABLE AS, SELECT INTO, UPDATE … FROM, a server file or program).
    @inlinable public static var stored: ColumnUses { ColumnUses(rawValue: 16) }
}

/// One column of one access. The name is as PostgreSQL would store it (folded, unquoted, cut at 63 bytes).
public struct ColumnUse: BitwiseCopyable, Sendable {
    public var name: TextRef
    public var uses: ColumnUses
    @inlinable public init(name: TextRef, uses: ColumnUses) {
        self.name = name
        self.uses = uses
    }
}

/// One thing a message does to one object.
public struct Access: BitwiseCopyable, Sendable {
    public var verb: Verb
    public var objectClass: ObjectClass
    /// Every column: `*`, a whole row, or columns that could not be told. Listed columns are then only a part.
    public var everyColumn: Bool
    /// How `everyColumn` is used; joined. Not empty without `everyColumn`: `*` or a whole row was used so, and the columns
    /// listed are all that the schema says there are.
    public var everyColumnUses: ColumnUses
    /// Which statement of the message, from 0.
    public var statement: UInt16
    /// How many accesses before this one that access stands which sets it going: a view whose query does it, a function
    /// whose body does. 0: the statement says it itself. What covers the opener covers it, what forbids or masks it still does.
    public var through: UInt16
    /// `*` or a whole row is used, whether or not the columns that it is are listed.
    public var usesEveryColumn: Bool { everyColumn || !everyColumnUses.isEmpty }
    /// Set going by an operator or a type that the statement names.
    public static let throughStatement = UInt16.max
    /// Schema, or namespace; empty for objects that have none. Never "whatever search_path says": the inspector resolves
    /// that, and gives one access for each schema it might be.
    public var schema: TextRef
    /// Table, function, parameter, path, command line; for `unknown` a short reason.
    public var name: TextRef
    public var firstColumn: UInt32
    public var columnCount: UInt32
    /// Where in the message it is written, for people: byte offset and length; 0, 0 when not tied to a place.
    public var source: TextRef

    @inlinable public init(
        verb: Verb, objectClass: ObjectClass = .table, statement: UInt16, schema: TextRef = .none, name: TextRef = .none,
        source: TextRef = .none
    ) {
        self.verb = verb
        self.objectClass = objectClass
        everyColumn = false
        everyColumnUses = []
        self.statement = statement
        through = 0
        self.schema = schema
        self.name = name
        firstColumn = 0
        columnCount = 0
        self.source = source
    }
}

/// How a statement chooses its rows.
public enum WhereShape: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    case none, tautology, range, keyed
    public var name: String { "\(self)" }
}

/// True, false, or not established.
public enum Ternary: UInt8, BitwiseCopyable, Sendable {
    case no = 0
    case yes = 1
    case unknown = 2
    @inlinable public init(_ known: Bool) { self = known ? .yes : .no }

    public static prefix func ! (value: Ternary) -> Ternary {
        switch value {
        case .no: .yes
        case .yes: .no
        case .unknown: .unknown
        }
    }
    public static func && (a: Ternary, b: Ternary) -> Ternary {
        a == .no || b == .no ? .no : a == .yes && b == .yes ? .yes : .unknown
    }
    public static func || (a: Ternary, b: Ternary) -> Ternary { !(!a && !b) }
}

/// What a statement does with the session's names: the PREPARE/EXECUTE and cursor families share one name space with the protocol's.
public enum NameEffect: UInt8, BitwiseCopyable, Sendable {
    case none
    /// PREPARE name: the statement's own accesses are those of what it prepares.
    case prepare
    /// EXECUTE name (also EXPLAIN EXECUTE, CREATE TABLE AS EXECUTE): does what the prepared statement does.
    case execute
    /// DEALLOCATE name; an empty name is ALL.
    case deallocate
    /// DECLARE name CURSOR.
    case declareCursor
    /// FETCH or MOVE name.
    case fetch
    /// CLOSE name; an empty name is ALL.
    case closeCursor
    /// DISCARD ALL (or DISCARD PLANS/TEMP, ROLLBACK … : anything after which names may be gone).
    case discard
}

/// What a statement does to the search path or the role of its session, when it succeeds. Schemas and roles stand in `names`.
public enum PathChange: UInt8, BitwiseCopyable, Sendable {
    case none
    /// The schemas listed, for the session.
    case listed
    /// The schemas listed, until the transaction ends.
    case listedLocally
    /// Perhaps the schemas listed, for the session or the transaction: `set_config` in a query that may not reach it.
    case possible
    /// What it was when the session began.
    case start
    case role
    case roleLocally
    /// The session's user, which also ends a role.
    case authorization
    /// Perhaps the role listed.
    case possibleRole
    /// The session's user again.
    case noRole
    /// The user that logged in, and no role.
    case noAuthorization
    /// Path and role as they were when the session began: DISCARD ALL.
    case everything
    /// Not known.
    case unknown
}

/// What a statement does to the transaction it is in, and so to settings made in it.
public enum TransactionStep: UInt8, BitwiseCopyable, Sendable {
    case none, begin, commit, rollback
    /// Their savepoint is `effectName`.
    case savepoint, release, rollbackTo
}

/// COPY's direction, for a statement that is one.
public enum CopyDirection: UInt8, BitwiseCopyable, Sendable {
    case none, toClient, fromClient, server
}

/// The wire format of a COPY.
public enum CopyFormat: UInt8, BitwiseCopyable, Sendable {
    case text, csv, binary
}

/// One statement of a message.
public struct Statement: BitwiseCopyable, Sendable {
    /// `select`, `insert`, … lower case: the first words as PostgreSQL's command tag has them; `unknown` where not understood.
    public var kind: TextRef = .none
    /// Byte range in the message, without the semicolon and the space around.
    public var text: TextRef = .none
    /// Stable over literals, spacing, comments and the length of IN-lists; nil where the statement was not understood.
    public var fingerprint: UInt64?
    /// nil where not established.
    public var whereShape: WhereShape?
    public var hasLimit: Ternary = .unknown
    /// The constant of LIMIT or FETCH FIRST, in rows.
    public var limit: Int64?
    /// The accesses of this statement lie together: `accesses[firstAccess ..< firstAccess + accessCount]`.
    public var firstAccess: UInt32 = 0
    public var accessCount: UInt32 = 0
    /// Every function it calls, pure or not, in `names`: `schema.name` when qualified, else `name`.
    public var firstFunction: UInt32 = 0
    public var functionCount: UInt32 = 0
    public var nameEffect: NameEffect = .none
    /// The name that `nameEffect` or `transactionStep` is about.
    public var effectName: TextRef = .none
    public var transactionStep: TransactionStep = .none
    public var pathChange: PathChange = .none
    /// What `pathChange` lists, in `names`. `$user` is the schema of the current role's name.
    public var firstPathName: UInt32 = 0
    public var pathNameCount: UInt32 = 0
    /// True when a result row may come back that is not output of plain columns only by virtue of its rows: i.e. it returns rows at all.
    public var returnsRows: Bool = false
    /// `*`, `t.*` or `(row).*` is written in it; `count(*)` is none.
    public var hasStar: Bool = false
    /// SET TRANSACTION or SESSION CHARACTERISTICS: no access of its own where it only says what BEGIN may say too.
    public var setsTransaction: Bool = false
    /// EXPLAIN that runs what it explains (`ANALYZE`).
    public var analyzes: Bool = false
    public var copy: CopyDirection = .none
    public var copyFormat: CopyFormat = .text
    /// COPY (query) TO: the byte range of the query in the message. COPY table TO: empty; the table and columns are its access.
    public var copyQuery: TextRef = .none
    /// COPY table TO/FROM with a column list: names in order, in `names`. Zero: the table's columns in order.
    public var firstCopyColumn: UInt32 = 0
    public var copyColumnCount: UInt32 = 0
    /// COPY options that change the bytes. `copyNull` and the others are ranges of arena text; empty is the format's default.
    public var copyDelimiter: UInt8 = 0
    public var copyQuote: UInt8 = 0
    public var copyEscape: UInt8 = 0
    public var copyHeader: Bool = false
    public var copyNull: TextRef = .none
    public var copyHasNull: Bool = false
    /// It names columns that no relation in sight has, by the schema: their accesses are of every relation that is read.
    public var hasUnknownColumns: Bool = false
    /// It may change what later text means: SET/RESET/DISCARD/set_config of a lexical or name-resolving setting, ROLLBACK, ALTER … SET.
    public var mayChangeLexicalState: Bool = false
    @inlinable public init() {}
}

/// Everything an inspector found in one message. One object is reused for every message of a session: `clear` keeps capacity,
/// so a warm inspection allocates nothing. Not thread-safe; a prepared statement keeps a `copy`.
public final class Inspection {
    public let text = ArenaBuffer<UInt8>(capacity: 1024)
    public let accesses = ArenaBuffer<Access>(capacity: 16)
    public let columns = ArenaBuffer<ColumnUse>(capacity: 64)
    public let names = ArenaBuffer<TextRef>(capacity: 32)
    public let statements = ArenaBuffer<Statement>(capacity: 4)

    /// Two inspections of one number, which is not 0, hold the same but for places in the message's text. 0 where nothing else is known to
    /// be the same. Every change makes it 0.
    public var origin: UInt64 = 0

    public init() {}

    @inlinable public func clear() {
        text.removeAll()
        accesses.removeAll()
        columns.removeAll()
        names.removeAll()
        statements.removeAll()
        origin = 0
    }

    /// Empties it; lists that have grown above so many bytes give their memory back.
    public func giveBack(above bytes: Int) {
        clear()
        text.giveBack(above: bytes)
        accesses.giveBack(above: bytes)
        columns.giveBack(above: bytes)
        names.giveBack(above: bytes)
        statements.giveBack(above: bytes)
    }

    /// Adds bytes to the arena's text.
    @inlinable public func intern(_ bytes: UnsafeRawBufferPointer) -> TextRef { text.append(bytes: bytes) }
    @inlinable public func intern(_ string: StaticString) -> TextRef {
        text.append(bytes: UnsafeRawBufferPointer(start: string.utf8Start, count: string.utf8CodeUnitCount))
    }
    public func intern(_ string: String) -> TextRef {
        var string = string
        return string.withUTF8 { text.append(bytes: UnsafeRawBufferPointer($0)) }
    }
    @inlinable public func appendTextByte(_ byte: UInt8) { text.append(byte) }

    /// Adds an access; its columns are added after it by `appendColumn`, before the next access is added.
    @inlinable public func append(_ access: Access) {
        origin = 0
        var access = access
        access.firstColumn = UInt32(columns.count)
        access.columnCount = 0
        accesses.append(access)
    }
    /// Adds an access whose columns already lie in `columns`.
    @inlinable public func append(placed access: Access) {
        origin = 0
        accesses.append(access)
    }
    /// Adds a column to the last access.
    @inlinable public func appendColumn(_ column: ColumnUse) {
        origin = 0
        columns.append(column)
        accesses.modify(accesses.count - 1) { $0.columnCount += 1 }
    }
    @inlinable public func append(placedColumn column: ColumnUse) {
        origin = 0
        columns.append(column)
    }
    @inlinable public func append(name: TextRef) {
        origin = 0
        names.append(name)
    }
    @inlinable public func append(_ statement: Statement) {
        origin = 0
        statements.append(statement)
    }
    @inlinable public func modifyStatement(_ index: Int, _ body: (inout Statement) -> Void) {
        origin = 0
        statements.modify(index, body)
    }
    @inlinable public func modifyAccess(_ index: Int, _ body: (inout Access) -> Void) {
        origin = 0
        accesses.modify(index, body)
    }

    @inlinable public func modifyColumn(_ index: Int, _ body: (inout ColumnUse) -> Void) {
        origin = 0
        columns.modify(index, body)
    }
    public func truncateAccesses(to count: Int) {
        origin = 0
        accesses.truncate(to: count)
    }
    public func truncateColumns(to count: Int) {
        origin = 0
        columns.truncate(to: count)
    }
    public func truncateNames(to count: Int) {
        origin = 0
        names.truncate(to: count)
    }
    public func truncateText(to count: Int) {
        origin = 0
        text.truncate(to: count)
    }

    /// The bytes of a text reference. Valid until the next change of this inspection. Empty for a reference out of bounds.
    @inlinable public func bytes(_ ref: TextRef) -> UnsafeRawBufferPointer {
        guard Int(ref.offset) + Int(ref.count) <= text.count else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(start: text.base + Int(ref.offset), count: Int(ref.count))
    }
    /// For people and tests, not for hot paths.
    public func string(_ ref: TextRef) -> String { String(decoding: bytes(ref), as: UTF8.self) }

    /// A number that no inspection has had.
    public static func newOrigin() -> UInt64 { lastOrigin.add(1, ordering: .relaxed).newValue }
    private static let lastOrigin = Atomic<UInt64>(0)

    /// An independent copy, for a prepared statement or a cache.
    public func copy() -> Inspection {
        let other = Inspection()
        other.append(contentsOf: self)
        other.origin = origin
        return other
    }

    /// Adds all of another inspection's statements after this one's.
    public func append(contentsOf other: Inspection) {
        for index in 0..<other.statements.count { append(statement: index, of: other) }
    }

    /// Adds one statement of another inspection, with its accesses, as a new last statement.
    public func append(statement index: Int, of other: Inspection) {
        let number = UInt16(truncatingIfNeeded: statements.count)
        var statement = other.statements[index]
        let first = accesses.count
        appendAccesses(ofStatement: index, of: other, as: number)
        statement.firstAccess = UInt32(first)
        statement.accessCount = UInt32(accesses.count - first)
        statement.kind = move(statement.kind, from: other)
        statement.effectName = move(statement.effectName, from: other)
        statement.copyNull = move(statement.copyNull, from: other)
        statement.firstFunction = moveNames(statement.firstFunction, statement.functionCount, from: other)
        statement.firstPathName = moveNames(statement.firstPathName, statement.pathNameCount, from: other)
        statement.firstCopyColumn = moveNames(statement.firstCopyColumn, statement.copyColumnCount, from: other)
        statements.append(statement)
        origin = 0
    }

    /// Adds the accesses of one statement of another inspection at the end, as accesses of statement `number`.
    public func appendAccesses(ofStatement index: Int, of other: Inspection, as number: UInt16) {
        origin = 0
        let statement = other.statements[index]
        let start = Int(statement.firstAccess)
        for i in start..<(start + Int(statement.accessCount)) {
            var access = other.accesses[i]
            let columnStart = Int(access.firstColumn)
            let placed = UInt32(columns.count)
            for c in columnStart..<(columnStart + Int(access.columnCount)) {
                var column = other.columns[c]
                column.name = move(column.name, from: other)
                columns.append(column)
            }
            access.firstColumn = placed
            access.statement = number
            access.schema = move(access.schema, from: other)
            access.name = move(access.name, from: other)
            accesses.append(access)
        }
    }

    private func move(_ ref: TextRef, from other: Inspection) -> TextRef {
        ref.isEmpty ? .none : text.append(bytes: other.bytes(ref))
    }

    private func moveNames(_ first: UInt32, _ count: UInt32, from other: Inspection) -> UInt32 {
        let placed = UInt32(names.count)
        for i in Int(first)..<Int(first) + Int(count) { names.append(move(other.names[i], from: other)) }
        return placed
    }
}
