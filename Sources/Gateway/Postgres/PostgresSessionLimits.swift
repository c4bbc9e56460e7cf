// Limits of policy on what comes back: rows, bytes and time of one result, also of one that is fetched piece by piece.

import Decision
import Inspect
import Machine
import NIOCore
import Recording

extension PostgresSession {
    // MARK: - Before it is sent

    /// The rows of a portal count across its Executes, those of a cursor that it fetches from across its FETCHes.
    func limitPortal(_ portal: PostgresName, of statement: PostgresStatement) {
        limitCursor(of: statement)
        if statement.portals.isEmpty { statement.portals = [portal] }
    }

    /// The rows of a cursor count across its FETCHes; a new cursor begins at none.
    func limitCursor(of statement: PostgresStatement) {
        let found = gate.lastInspection
        statement.onlyReads = Self.onlyReads(found)
        for made in found.statements.buffer {
            // A header, and what ends the binary format, are no rows.
            if made.copy == .toClient, made.copyHeader || made.copyFormat == .binary { statement.otherMessages = 1 }
            let name = PostgresName(found.string(made.effectName))
            switch made.nameEffect {
            case .declareCursor: statement.cursors.append(name)
            // Rows of a message with several statements are not told apart: they count for each of its cursors.
            case .fetch: statement.portals.append(name)
            case .none, .prepare, .execute, .deallocate, .closeCursor, .discard: break
            }
        }
    }

    private static func onlyReads(_ found: Inspection) -> Bool {
        found.statements.count == 1 && found.accesses.buffer.allSatisfy { $0.verb == .select }
    }

    // MARK: - While it comes

    /// Whether a row of so many bytes is one too many. The first that is has what runs cancelled.
    func isOverLimit(_ bytes: Int) -> Bool {
        guard let first = expectations.first, let statement = first.statement, let limits = statement.limits else { return false }
        if statement.isCut { return true }
        let before = fetchedBefore(statement)
        let (sentRows, sentBytes) = (first.rows &- statement.earlier.rows, first.bytes &- statement.earlier.bytes)
        if let rows = limits.rows, before.rows &+ sentRows >= rows.amount &+ statement.otherMessages { return cut(statement, at: rows) }
        if let most = limits.bytes, before.bytes &+ sentBytes &+ UInt64(bytes) > most.amount { return cut(statement, at: most) }
        return false
    }

    /// What the portals of a message had sent when it came to be answered.
    func fetchedBefore(_ statement: PostgresStatement) -> PostgresFetched {
        var most = PostgresFetched()
        for portal in statement.portals where !statement.cursors.contains(portal) {
            guard let before = fetched[portal] else { continue }
            most.rows = max(most.rows, before.rows)
            most.bytes = max(most.bytes, before.bytes)
        }
        return most
    }

    private func cut(_ statement: PostgresStatement, at bound: StatementLimits.Bound) -> Bool {
        if statement.reached == nil { statement.reached = bound }
        statement.isCut = true
        wantsCancel = isCancelSafe
        observer.decided(.limited)
        return true
    }

    /// What the backend is at has run for as long as it may. Where a cancel could hit another statement the session ends.
    func runtimeIsOver(_ statement: PostgresStatement) {
        guard statement.reached == nil, let runtime = statement.limits?.runtime, expectations.running?.statement === statement else { return }
        statement.reached = runtime
        observer.decided(.limited)
        wantsCancel = isCancelSafe
        if !wantsCancel { fail(PostgresFault(.policyLimit, "\(PostgresRefusal.words(of: runtime)), and others were sent behind it")) }
    }

    /// What was to be cancelled for its time runs on.
    func cancelWasInVain(_ statement: PostgresStatement) {
        guard let reached = statement.reached, expectations.running?.statement === statement else { return }
        fail(PostgresFault(.policyLimit, "\(PostgresRefusal.words(of: reached)), and the statement could not be cancelled"))
    }

    /// A cancel that comes late must not hit another statement that has been sent already.
    private var isCancelSafe: Bool { expectations.runningCount <= 1 }

    // MARK: - When it ends

    /// What a portal has sent is known when it is suspended or done.
    /// - Parameter failed: what the message made is not there, what it has shown has been shown.
    func noteFetched(_ done: PostgresExpectation, failed: Bool = false) {
        guard let statement = done.statement else { return }
        if !failed { for cursor in statement.cursors { fetched[cursor] = nil } }
        for portal in statement.portals { fetched[portal, default: PostgresFetched()].add(done) }
        guard fetched.count > SessionNames.limit else { return }
        fail(PostgresFault(.policyLimit, "this session has fetched from too many cursors whose rows are limited"))
    }

    /// The result of a FunctionCall is one value, and the function has done what it does.
    func isFunctionResultTooLarge(_ bytes: Int) -> Bool {
        guard expectations.firstIsLimited, isOverLimit(bytes), let reached = expectations.firstStatement?.reached else { return false }
        wantsCancel = false
        fail(PostgresFault(.policyLimit, "\(PostgresRefusal.words(of: reached)); the function was carried out, but its result is withheld"))
        return true
    }

    /// The backend was done before the cancel reached it, and rows were held back: the client is told that it failed, where that leaves
    /// nothing untold. Elsewhere the session ends: what was carried out could not be said otherwise.
    /// - Returns: whether that is what happened.
    func endsAtLimit() -> Bool {
        guard let first = expectations.first, let statement = first.statement else { return false }
        guard statement.isCut, let reached = statement.reached else {
            if statement.portals.isEmpty { statement.earlier = PostgresFetched(rows: first.rows, bytes: first.bytes) }
            return false
        }
        wantsCancel = false
        let isLast = first.kind == .query || expectations.secondKind == nil || expectations.secondKind == .sync
        // What was executed before it since the last Sync is committed with that: the error would say that it was not.
        let isAlone = isLast && (transaction != .idle || !hasExecuted)
        guard statement.onlyReads, isAlone else {
            fail(
                PostgresFault(
                    .policyLimit, "\(PostgresRefusal.words(of: reached)); the statement was carried out, but its answer was cut short"))
            return true
        }
        toClient.append { PostgresRefusal.write(reached: reached, to: &$0) }
        failsAtReady = true
        recording.outcome(
            first.sequence, nanoseconds: now.steady &- first.started, rows: first.rows, bytes: first.bytes, completed: 0,
            sqlstate: SQLState(PostgresRefusal.limitState))
        noteWatch(first)
        noteFetched(first)
        if first.kind == .query {
            expectations.modifyFirst {
                $0.hasFailed = true
                $0.completed &+= 1
            }
        } else {
            expectations.removeFirst()
            settleNames(first, completed: 1)
            isSkipping = expectations.isEmpty
        }
        return true
    }

    /// The client believes that its transaction has failed: the backend's is made to.
    /// - Returns: whether the ReadyForQuery that has come is held back, since another will.
    func failsTransaction(_ state: PostgresTransactionState) -> Bool {
        failsAtReady = false
        guard state == .inTransaction else { return false }
        guard expectations.isEmpty else {
            fail(PostgresFault(.policyLimit, "a limit of policy cut an answer short, and what was sent after it runs in the same transaction"))
            return true
        }
        let statement = PostgresStatement(refusal: invalid("a transaction in which a limit was reached"))
        statement.failsSilently = true
        toBackend.append { PostgresCodec.query("!", to: &$0) }
        expectations.append(PostgresExpectation(.query, started: now.steady, statement: statement))
        return true
    }
}

extension PostgresRefusal {
    static func words(of reached: StatementLimits.Bound) -> String { "the limit of rule \(reached.rule.name) is reached" }

    /// The ErrorResponse of a result that a limit cut short.
    static func write(reached: StatementLimits.Bound, to out: inout ByteBuffer) {
        write(
            "ERROR", limitState, words(of: reached),
            detail: "rule \(reached.rule.name) at \(reached.rule.path):\(reached.rule.line) allows \(reached.amount) \(reached.kind.rawValue)",
            hint: "ask for less at once, as with LIMIT or a narrower WHERE", to: &out)
    }
}
