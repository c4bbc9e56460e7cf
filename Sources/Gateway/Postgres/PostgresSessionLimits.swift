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
        guard statement.mayBeCut, statement.limits?.rows != nil || statement.limits?.bytes != nil else { return }
        let isAlone = batchExecutes == 0
        // The transaction that it runs in is the one that was open at the last ReadyForQuery.
        let isInTransaction = transaction == .inTransaction && isAlone && expectations.keepTransaction
        statement.holdsSync = !(isAlone && statement.onlyReads) && !(isInTransaction && statement.isUndoable)
    }

    /// The rows of a cursor count across its FETCHes; a new cursor begins at none.
    func limitCursor(of statement: PostgresStatement) {
        let found = gate.lastInspection
        statement.onlyReads = Self.onlyReads(found)
        if let limits = statement.limits {
            statement.mayBeCut = limits.runtime != nil || found.statements.buffer.contains { $0.returnsRows || $0.copy == .toClient }
            statement.isUndoable = statement.onlyReads || Self.isUndoable(found)
        }
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

    /// Whether nothing in it ends a transaction, as far as that can be seen: procedures may.
    private static func isUndoable(_ found: Inspection) -> Bool {
        for statement in found.statements.buffer {
            switch statement.transactionStep {
            case .commit, .rollback: return false
            case .none, .begin, .savepoint, .release, .rollbackTo: break
            }
            let kind = found.bytes(statement.kind)
            if kind.elementsEqual("call".utf8) || kind.elementsEqual("do".utf8) { return false }
        }
        return found.accesses.buffer.allSatisfy { $0.verb != .unknown }
    }

    // MARK: - Waiting behind it

    /// Whether a message waits behind one that a limit may cut short: a cancel that comes late could hit it instead, and where an answer
    /// was cut short what follows belongs to a transaction that has failed.
    func waitsBehindLimit(_ type: PostgresFrontend) -> Bool {
        switch type {
        case .query, .parse, .bind, .describe, .execute, .close, .functionCall: break
        case .sync: if !expectations.lastHoldsSync { return false }
        case .flush, .copyData, .copyDone, .copyFail, .terminate, .password: return false
        }
        guard isHeldBehindLimit else { return false }
        if !isBehindLimit, !expectations.lastOwesReady { toBackend.append { PostgresCodec.empty(.flush, to: &$0) } }
        isBehindLimit = true
        return true
    }

    /// What a client sends into a copy is never held: the backend waits for it.
    var isHeldBehindLimit: Bool { failsAtReady || (expectations.cuttable != 0 && !isCopyingIn) }

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
        if wantsCancel { cancelledFor = bound }
        observer.decided(.limited)
        return true
    }

    /// What the backend is at has run for as long as it may. Where a cancel could hit another statement the session ends.
    func runtimeIsOver(_ statement: PostgresStatement) {
        guard statement.reached == nil, let runtime = statement.limits?.runtime, expectations.running?.statement === statement else { return }
        statement.reached = runtime
        observer.decided(.limited)
        // A backend that waits for copy data heeds no cancel before more of it comes.
        if isCopyingIn, !isMidMessage {
            toBackend.append { out in
                PostgresCodec.message(PostgresFrontend.copyFail.rawValue, to: &out) { PostgresCodec.text("canceled", to: &$0) }
            }
            isCopyingIn = false
            return
        }
        wantsCancel = isCancelSafe
        if wantsCancel { cancelledFor = runtime }
        if !wantsCancel { fail(PostgresFault(.policyLimit, "\(PostgresRefusal.words(of: runtime)), and others were sent behind it")) }
    }

    /// What was to be cancelled for its time runs on.
    func cancelWasInVain(_ statement: PostgresStatement) {
        guard let reached = statement.reached, expectations.running?.statement === statement else { return }
        fail(PostgresFault(.policyLimit, "\(PostgresRefusal.words(of: reached)), and the statement could not be cancelled"))
    }

    /// A cancel that comes late must not hit another statement that has been sent already. Nothing is sent behind what may be cut short;
    /// but a rule of the database can make rows come of a statement that was to send none.
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

    /// What still comes of a Query that was cut short is held back until its end tells what became of it.
    func isHeldBackAtLimit(_ type: PostgresBackend) -> Bool {
        guard let first = expectations.first, first.kind == .query, !first.hasFailed, let statement = first.statement, statement.isCut,
            let reached = statement.reached
        else { return false }
        switch type {
        case .rowDescription, .emptyQueryResponse, .copyOutResponse, .copyDone: return true
        case .copyInResponse:
            endAtLimit(first, reached, "what came before in the same message may have been carried out")
            return true
        case .authentication, .backendKeyData, .bindComplete, .closeComplete, .commandComplete, .copyBothResponse, .copyData, .dataRow,
            .errorResponse, .functionCallResponse, .negotiateProtocolVersion, .noData, .noticeResponse, .notificationResponse,
            .parameterDescription, .parameterStatus, .parseComplete, .portalSuspended, .readyForQuery:
            return false
        }
    }

    /// A Query that was cut short is over, and the cancel came too late: the client is told that it failed, where it did nothing but read,
    /// or where all that it did is undone with the transaction that is still open. Elsewhere the session ends: what was carried out could
    /// not be said otherwise.
    /// - Returns: whether the session goes on.
    func queryMayEnd(_ first: PostgresExpectation, in state: PostgresTransactionState) -> Bool {
        guard first.kind == .query, let statement = first.statement, statement.isCut, let reached = statement.reached else { return true }
        wantsCancel = false
        guard statement.onlyReads || (statement.isUndoable && state == .inTransaction) else {
            endAtLimit(first, reached, "the statement was carried out, but its answer was cut short")
            return false
        }
        tell(reached)
        return true
    }

    private func tell(_ reached: StatementLimits.Bound) {
        toClient.append { PostgresRefusal.write(reached: reached, to: &$0) }
        failsAtReady = true
    }

    /// Nothing but the session's end says truthfully what happened.
    private func endAtLimit(_ first: PostgresExpectation, _ reached: StatementLimits.Bound, _ what: String) {
        wantsCancel = false
        settleCut(first)
        expectations.removeFirst()
        fail(PostgresFault(.policyLimit, "\(PostgresRefusal.words(of: reached)); \(what)"))
    }

    private func settleCut(_ first: PostgresExpectation) {
        noteWatch(first)
        noteFetched(first)
        guard first.sequence != 0 else { return }
        recording.outcome(
            first.sequence, nanoseconds: now.steady &- first.started, rows: first.rows, bytes: first.bytes, completed: first.completed,
            sqlstate: SQLState(PostgresRefusal.limitState), isStopped: true)
    }

    /// The answer to an Execute is over, or one result of a Query. Where rows were held back the client is told that it failed, and the
    /// backend is made to fail in the same place, so that both sides believe the same of the transaction.
    /// - Returns: whether rows were held back.
    func endsAtLimit() -> Bool {
        guard let first = expectations.first, let statement = first.statement else { return false }
        guard statement.isCut, let reached = statement.reached else {
            if statement.portals.isEmpty { statement.earlier = PostgresFetched(rows: first.rows, bytes: first.bytes) }
            return false
        }
        guard first.kind == .execute else {
            expectations.modifyFirst { $0.completed &+= 1 }
            return true
        }
        wantsCancel = false
        // Behind its Sync nobody can make it fail any more. What was executed before it since the last Sync is committed with that.
        let isSynced = expectations.secondKind == .sync
        let isUndone = statement.isUndoable && (expectations.secondKind == nil || (isSynced && transaction == .inTransaction && !hasExecuted))
        let isHarmless = isSynced && statement.onlyReads && !hasExecuted
        guard isUndone || isHarmless else {
            endAtLimit(first, reached, "the statement was carried out, but its answer was cut short")
            return true
        }
        guard isSynced || !isMidMessage else {
            endAtLimit(first, reached, "the statement was carried out, but its answer was cut short")
            return true
        }
        expectations.removeFirst()
        settleCut(first)
        settleNames(first, completed: 1)
        if isSynced {
            tell(reached)
        } else {
            toClient.append { PostgresRefusal.write(reached: reached, to: &$0) }
            failSilently()
            isSkipping = true
        }
        return true
    }

    /// Makes the backend fail where it is: nobody is told of that error. What names stand for stays as it is.
    private func failSilently() {
        let statement = PostgresStatement(refusal: invalid("a transaction in which a limit was reached"))
        statement.failsSilently = true
        toBackend.append { PostgresCodec.execute(portal: impossibleName.text, to: &$0) }
        expectations.append(PostgresExpectation(.execute, started: now.steady, statement: statement))
    }

    /// The client believes that its transaction has failed: the backend's is made to.
    /// - Returns: whether the ReadyForQuery that has come is held back, since another will.
    func failsTransaction(_ state: PostgresTransactionState) -> Bool {
        failsAtReady = false
        guard state == .inTransaction else { return false }
        guard expectations.isEmpty, !isMidMessage else {
            fail(PostgresFault(.policyLimit, "a limit of policy cut an answer short, and what was sent after it runs in the same transaction"))
            return true
        }
        failSilently()
        toBackend.append { PostgresCodec.empty(.sync, to: &$0) }
        expectations.append(PostgresExpectation(.sync))
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
