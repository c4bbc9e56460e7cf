// The queue of answers that a backend owes, each forwarded, swallowed, rewritten or used for masks.

import Decision
import Machine
import Mask
import NIOCore

/// What is kept about a message until its answer: only for those that are refused, masked, or change names.
final class PostgresStatement {
    /// The message was replaced by one that must fail; its error becomes this refusal.
    var refusal: Refusal?
    var plan: MaskPlan?
    var exposure = PostgresExposure()
    var ticket: NameTicket?
    /// The statement or portal that the message names.
    var name = PostgresName.unnamed
    var bound: [PreparedStatement] = []
    /// What a Describe told about the rows of the portal that is executed next.
    var rules: PostgresRules?
    /// For COPY … TO STDOUT under masks.
    var copy: PostgresCopyPlan?
    /// By statement of the message, whether rows were expected of it; nil when they were of each.
    private var expectsRows: [Bool]?

    init() {}

    func expectRows(of found: Inspection) {
        let isExpected = { (statement: Statement) in statement.returnsRows && !Self.executesChange(statement, of: found) }
        // Most messages have nothing to be kept.
        if !found.statements.buffer.allSatisfy(isExpected) { expectsRows = found.statements.buffer.map(isExpected) }
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
    }

    /// Whether ReadyForQuery ends it.
    var owesReady: Bool {
        switch kind {
        case .query, .sync, .functionCall: true
        case .parse, .bind, .describeStatement, .describePortal, .execute, .close, .copyEnd: false
        }
    }
}

/// First in, first out, in the order of the messages that were sent to the backend.
struct PostgresExpectations {
    private var queue = CircularBuffer<PostgresExpectation>(initialCapacity: 16)

    var count: Int { queue.count }
    var isEmpty: Bool { queue.isEmpty }
    var first: PostgresExpectation? { queue.first }
    var last: PostgresExpectation? { queue.last }

    /// Nothing that is owed can begin or end a transaction. Few are looked at: a client that sends more at once is told less.
    var keepTransaction: Bool {
        queue.count <= 8
            && queue.allSatisfy {
                switch $0.kind {
                case .parse, .bind, .describeStatement, .describePortal, .close: true
                case .query, .execute, .sync, .functionCall, .copyEnd: false
                }
            }
    }

    mutating func append(_ expectation: PostgresExpectation) { queue.append(expectation) }

    /// Changes the answer that is owed first.
    @inline(__always)
    mutating func modifyFirst(_ change: (inout PostgresExpectation) -> Void) {
        guard !queue.isEmpty else { return }
        change(&queue[queue.startIndex])
    }

    mutating func modifyLast(_ change: (inout PostgresExpectation) -> Void) {
        guard !queue.isEmpty else { return }
        change(&queue[queue.index(before: queue.endIndex)])
    }

    /// The first answer has come. Ends of copies that nobody waited for any more go with it.
    @discardableResult
    mutating func removeFirst() -> PostgresExpectation? {
        let found = queue.popFirst()
        while queue.first?.kind == .copyEnd { queue.removeFirst() }
        return found
    }

    /// After an error in the extended protocol the backend skips everything up to the next Sync, a Query included
    /// (`ignore_till_sync` in postgres.c). `skipped` sees each in order. False when no Sync has been sent yet.
    mutating func skipToSync(_ skipped: (PostgresExpectation) -> Void) -> Bool {
        while let next = queue.first {
            if next.kind == .sync { return true }
            skipped(next)
            queue.removeFirst()
        }
        return false
    }

    /// The backend asks for copy data: it ignores every Sync until the data ends (`CopyGetData` in copyfromparse.c).
    /// Returns whether that end has been sent already; `isCut` tells that another message came first, which makes the copy fail.
    mutating func beginCopyIn() -> (ended: Bool, isCut: Bool) {
        let second = { (queue: CircularBuffer<PostgresExpectation>) in queue.index(after: queue.startIndex) }
        guard !queue.isEmpty else { return (false, false) }
        while queue.count > 1, queue[second(queue)].kind == .sync { queue.remove(at: second(queue)) }
        guard queue.count > 1 else { return (false, false) }
        if queue[second(queue)].kind == .copyEnd {
            queue.remove(at: second(queue))
            return (true, false)
        }
        return (false, true)
    }

    /// Whether the Sync up to which an error now would skip is one that the gateway added.
    var nextSyncIsOurs: Bool { queue.first { $0.kind == .sync }?.isOurs ?? false }

    /// Whether a message that is still to be answered, after the first, satisfies `condition`.
    func laterContains(_ condition: (PostgresExpectation) -> Bool) -> Bool { queue.dropFirst().contains(where: condition) }

    func contains(_ condition: (PostgresExpectation) -> Bool) -> Bool { queue.contains(where: condition) }

    mutating func removeAll(_ each: (PostgresExpectation) -> Void) {
        for expectation in queue { each(expectation) }
        queue.removeAll()
    }
}
