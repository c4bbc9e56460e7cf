// The queue of answers that a backend owes, each forwarded, swallowed, rewritten or used for masks.

import Decision
import Machine
import Mask

/// What is kept about a message until its answer: only for those that are refused, masked, or change names.
final class PostgresStatement {
    var plan: MaskPlan?
    var exposure = PostgresExposure()
    /// What a Describe told about the rows of the portal that is executed next.
    var rules: PostgresRules?
    /// The statement or portal that the message names.
    var name = PostgresName.unnamed
    var ticket: NameTicket?
    var isCut = false
    /// It does nothing but read, and is all of its message: where a limit cuts it short nothing else is untold.
    var onlyReads = false
    /// A limit may cut it short while it runs: nothing that a cancel could hit instead is sent behind it.
    var mayBeCut = false
    /// What it does is undone when the transaction that it leaves behind is made to fail.
    var isUndoable = false
    /// Its Sync waits for its answer: where a limit cuts that short, what the Sync would have committed must fail.
    var holdsSync = false
    /// It must fail so that the transaction does, for a reason that the client has been told already.
    var failsSilently = false
    private var rare: Rare?

    /// What few messages have: apart, it costs the others nothing.
    private final class Rare {
        var refusal: Refusal?
        var bound: [PreparedStatement] = []
        var copy: PostgresCopyPlan?
        var limits: StatementLimits?
        var watch: WatchTicket?
        var portals: [PostgresName] = []
        var cursors: [PostgresName] = []
        var earlier = PostgresFetched()
        var otherMessages: UInt64 = 0
        var reached: StatementLimits.Bound?
        var carried: PostgresCarried?
        var expectsRows: [Bool]?
    }
    private var made: Rare {
        if let rare { return rare }
        let made = Rare()
        rare = made
        return made
    }

    init(refusal: Refusal? = nil) {
        if let refusal { made.refusal = refusal }
    }

    /// The message was replaced by one that must fail; its error becomes this refusal.
    var refusal: Refusal? { rare?.refusal }
    var isRefusal: Bool { rare.map { $0.refusal != nil } ?? false }
    /// What a Bind binds.
    var bound: [PreparedStatement] { get { rare?.bound ?? [] } set { made.bound = newValue } }
    /// For COPY … TO STDOUT under masks.
    var copy: PostgresCopyPlan? { get { rare?.copy } set { made.copy = newValue } }
    /// How much may come of it.
    var limits: StatementLimits? { get { rare?.limits } set { made.limits = newValue } }
    /// What watches have to know when its answer is complete.
    var watch: WatchTicket? { get { rare?.watch } set { made.watch = newValue } }
    /// What comes of it is counted across messages.
    var isCounted: Bool { rare.map { $0.limits != nil || $0.watch != nil } ?? false }
    /// The portals or cursors whose rows are counted across messages; none where this message has all there will be.
    var portals: [PostgresName] { get { rare?.portals ?? [] } set { made.portals = newValue } }
    /// Cursors that this message makes: what others of their names have sent does not count.
    var cursors: [PostgresName] { get { rare?.cursors ?? [] } set { made.cursors = newValue } }
    /// What the results before this one of the same message have sent.
    var earlier: PostgresFetched { get { rare?.earlier ?? PostgresFetched() } set { made.earlier = newValue } }
    /// Messages of a COPY that carry no row.
    var otherMessages: UInt64 { get { rare?.otherMessages ?? 0 } set { made.otherMessages = newValue } }
    /// The limit that was reached; `isCut` says whether something of the answer was held back.
    var reached: StatementLimits.Bound? { get { rare?.reached } set { made.reached = newValue } }
    /// In transaction pooling: what it does to the names that the gateway gives.
    var carried: PostgresCarried? { get { rare?.carried } set { made.carried = newValue } }
    /// By statement of a Query, whether rows were expected of it; nil when they were of each.
    private var expectsRows: [Bool]? { rare?.expectsRows }

    func expectRows(of found: Inspection) {
        let isExpected = { (statement: Statement) in statement.returnsRows && !Self.executesChange(statement, of: found) }
        // Most messages have nothing to be kept.
        if !found.statements.buffer.allSatisfy(isExpected) { made.expectsRows = found.statements.buffer.map(isExpected) }
    }

    /// Every statement returns rows, and none is a COPY.
    static func onlyReturnsRows(_ found: Inspection) -> Bool {
        found.statements.buffer.allSatisfy { $0.returnsRows && $0.copy == .none && !executesChange($0, of: found) }
    }

    /// EXECUTE is said to return rows, whatever it executes; where that changes a table, most do not.
    private static func executesChange(_ statement: Statement, of found: Inspection) -> Bool {
        guard statement.nameEffect == .execute else { return false }
        let changes: VerbSet = [.insert, .update, .delete]
        let first = Int(statement.firstAccess)
        return (first..<first + Int(statement.accessCount)).contains { changes.contains(found.accesses[$0].verb) }
    }

    /// Rows of a statement that was not to send any come of something that was not read, as a rule DO ALSO SELECT.
    func isSurprise(after completed: UInt32) -> Bool {
        guard let expectsRows else { return false }
        return Int(completed) >= expectsRows.count || !expectsRows[Int(completed)]
    }
}

/// What a portal or cursor has sent so far.
struct PostgresFetched {
    var rows: UInt64 = 0
    var bytes: UInt64 = 0
    /// Watches that have held for it: each is told once.
    var sighted: Set<String> = []

    mutating func add(_ done: PostgresExpectation) {
        rows &+= done.rows
        bytes &+= done.bytes
    }
}

/// One answer that is owed.
struct PostgresExpectation {
    /// By the message that was sent.
    enum Kind: UInt8 {
        case query, parse, bind, describeStatement, describePortal, execute, close, sync, functionCall
        /// CopyDone or CopyFail sent before the backend was seen to ask for data. Has no answer of its own.
        case copyEnd
    }
    var kind: Kind
    /// The client did not ask: its answer is not forwarded.
    var isOurs = false
    /// An ErrorResponse has come; only ReadyForQuery is still owed.
    var hasFailed = false
    /// The backend was sent a message that must fail.
    let isRefused: Bool
    let isLimited: Bool
    let mayBeCut: Bool
    let holdsSync: Bool
    /// Statements of a Query that have completed.
    var completed: UInt32 = 0
    var rows: UInt64 = 0
    /// Payload bytes of rows.
    var bytes: UInt64 = 0
    /// In the recording; 0 when the message is not recorded.
    var sequence: UInt64 = 0
    /// Monotonic nanoseconds when it was sent.
    var started: UInt64 = 0
    var statement: PostgresStatement?

    init(_ kind: Kind, isOurs: Bool = false, sequence: UInt64 = 0, started: UInt64 = 0, statement: PostgresStatement? = nil) {
        self.kind = kind
        self.isOurs = isOurs
        self.sequence = sequence
        self.started = started
        self.statement = statement
        isRefused = statement?.isRefusal ?? false
        isLimited = statement?.isCounted ?? false
        mayBeCut = statement?.mayBeCut ?? false
        holdsSync = statement?.holdsSync ?? false
    }

    /// The statement or portal that the message names: the unnamed one where nothing is kept.
    var name: PostgresName { statement?.name ?? .unnamed }

    /// Whether the backend runs something for it that may take its time.
    var runs: Bool {
        switch kind {
        case .query, .execute, .functionCall: true
        case .parse, .bind, .describeStatement, .describePortal, .close, .sync, .copyEnd: false
        }
    }

    /// A Bind of the unnamed portal, which its name stands for as soon as it is sent. Where it fails the portal of before is still
    /// there behind a savepoint, and nobody knows any more what that was.
    var bindsUnnamed: Bool { kind == .bind && !isRefused && name.isEmpty }

    /// A Sync of the gateway's own, ahead of a message that waits for people: what fails before it has the client's own Sync waited for.
    var endsHeldBatch: Bool { kind == .sync && isOurs && statement != nil }

    /// Whether ReadyForQuery ends it.
    var owesReady: Bool {
        switch kind {
        case .query, .sync, .functionCall: true
        case .parse, .bind, .describeStatement, .describePortal, .execute, .close, .copyEnd: false
        }
    }
}
