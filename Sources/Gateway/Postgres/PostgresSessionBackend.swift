// The backend's messages: each is matched with what is owed, then forwarded, swallowed, rewritten or masked.

import Decision
import Mask
import NIOCore
import Recording

extension PostgresSession {
    /// Walks the messages in `bytes`; returns how many bytes were dealt with.
    func walkBackend(_ bytes: UnsafeRawBufferPointer) -> Int {
        var at = 0
        while !isFatalSent, !isBackendHeld {
            if backendRemainder > 0 {
                let count = min(backendRemainder, bytes.count - at)
                if count == 0 { break }
                passRemainder(bytes, at..<at + count)
                backendRemainder -= count
                at += count
                if backendRemainder == 0, let endsBehindMessage { fail(endsBehindMessage) }
                continue
            }
            guard case .header(let byte, let total) = PostgresCodec.frame(bytes, at: at) else {
                if bytes.count - at >= PostgresCodec.headerLength { fail(.backend("a message of impossible length")) }
                break
            }
            guard let type = PostgresBackend(rawValue: byte), total - 1 <= type.lengthLimit else {
                fail(.backend("message type \(byte) of \(total - 1) bytes"))
                break
            }
            let taken = takeBackend(type, bytes, at, total)
            if taken == 0 { break }
            at += taken
            backendPosition &+= UInt64(taken)
        }
        return at
    }

    private func passRemainder(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        switch backendRemainderMode {
        case .pass: toClient.pass(range)
        case .drop: break
        case .maskCopy: maskCopy(UnsafeRawBufferPointer(rebasing: bytes[range]))
        }
    }

    /// Deals with the message at `at`; returns how many of its bytes, 0 when it has to wait.
    @inline(__always)
    private func takeBackend(_ type: PostgresBackend, _ bytes: UnsafeRawBufferPointer, _ at: Int, _ total: Int) -> Int {
        let available = bytes.count - at
        if type == .dataRow {
            guard isOwed(.query, .execute) else { return 0 }
            if expectations.firstIsLimited, isOverLimit(total) { return drop(at, total, available) }
            guard let rules = rowRules() else {
                expectations.modifyFirst {
                    $0.rows &+= 1
                    $0.bytes &+= UInt64(total)
                }
                return stream(.pass, at, total, available)
            }
            guard total <= PostgresLimits.maskedRow else {
                fail(PostgresFault(.limitExceeded, "a row of \(total) bytes is longer than what is masked"))
                return 0
            }
            guard available >= total else { return 0 }
            maskRow(UnsafeRawBufferPointer(rebasing: bytes[at + PostgresCodec.headerLength..<at + total]), at..<at + total, rules)
            return total
        }
        if type == .copyData {
            guard isOwed(.query, .execute) else { return 0 }
            if expectations.firstIsLimited, isOverLimit(total) { return drop(at, total, available) }
            expectations.modifyFirst {
                $0.rows &+= 1
                $0.bytes &+= UInt64(total)
            }
            guard copyOut != nil else { return stream(.pass, at, total, available) }
            let count = min(total, available)
            maskCopy(UnsafeRawBufferPointer(rebasing: bytes[at + PostgresCodec.headerLength..<at + count]))
            backendRemainder = total - count
            backendRemainderMode = .maskCopy
            return count
        }
        guard available >= total else { return 0 }
        let message = PostgresBackendMessage(
            range: at..<at + total, body: UnsafeRawBufferPointer(rebasing: bytes[at + PostgresCodec.headerLength..<at + total]))
        handle(type, message)
        return isBackendHeld ? 0 : total
    }

    private func stream(_ mode: PostgresRemainder, _ at: Int, _ total: Int, _ available: Int) -> Int {
        let count = min(total, available)
        toClient.pass(at..<at + count)
        backendRemainder = total - count
        backendRemainderMode = mode
        return count
    }

    private func drop(_ at: Int, _ total: Int, _ available: Int) -> Int {
        let count = min(total, available)
        backendRemainder = total - count
        backendRemainderMode = .drop
        return count
    }

    /// Whether the answer owed first is of these kinds; if not, the backend is out of order and the session over.
    @inline(__always)
    private func isOwed(_ kind: PostgresExpectation.Kind, _ other: PostgresExpectation.Kind? = nil) -> Bool {
        switch expectations.owes(kind, other ?? kind) {
        case .yes: return true
        case .no: fail(.backend("an answer that is not owed"))
        // Nothing is certain any more.
        case .refused: fail(.backend("a message that had to fail did not"))
        }
        return false
    }

    private func handle(_ type: PostgresBackend, _ message: PostgresBackendMessage) {
        if expectations.firstIsLimited, isHeldBackAtLimit(type) { return }
        switch type {
        case .commandComplete: commandComplete(message)
        case .readyForQuery: readyForQuery(message)
        case .rowDescription: rowDescription(message)
        case .parseComplete:
            guard isOwed(.parse) else { return }
            answered(message, completed: 1)
        case .bindComplete:
            guard isOwed(.bind) else { return }
            if !fetched.isEmpty { fetched[expectations.firstStatement?.name ?? .unnamed] = nil }
            answered(message, completed: 1)
        case .closeComplete:
            guard isOwed(.close) else { return }
            answered(message, completed: 1)
        case .portalSuspended:
            guard isOwed(.execute) else { return }
            if expectations.firstIsLimited, endsAtLimit() { return }
            answered(message, completed: 0)
        case .emptyQueryResponse: emptyQuery(message)
        case .noData:
            guard isOwed(.describeStatement, .describePortal) else { return }
            answered(message, completed: 0)
        case .parameterDescription:
            guard isOwed(.describeStatement) else { return }
            if !expectations.firstIsOurs { toClient.pass(message.range) }
        case .errorResponse: errorResponse(message)
        case .noticeResponse, .notificationResponse: notice(type, message)
        case .parameterStatus: parameterStatus(message)
        case .copyInResponse: copyIn(message)
        case .copyOutResponse: copyOutBegins(message)
        case .copyDone: copyDone(message)
        case .functionCallResponse:
            guard isOwed(.functionCall), !isFunctionResultTooLarge(message.range.count) else { return }
            sparedSyncs = 0
            functionResult(message)
        case .copyBothResponse, .authentication, .backendKeyData, .negotiateProtocolVersion, .dataRow, .copyData:
            fail(.backend("message \(UnicodeScalar(type.rawValue)) in the middle of a session"))
        }
    }

    // MARK: - Completion

    private func commandComplete(_ message: PostgresBackendMessage) {
        guard isOwed(.query, .execute) else { return }
        noteTag(message.body)
        sparedSyncs = 0
        queryRules = nil
        copyOut = nil
        if expectations.firstIsLimited, endsAtLimit() { return }
        if expectations.firstKind == .query {
            expectations.modifyFirst { $0.completed &+= 1 }
            if !expectations.firstIsOurs { toClient.pass(message.range) }
        } else {
            answered(message, completed: 1)
        }
    }

    private func emptyQuery(_ message: PostgresBackendMessage) {
        guard isOwed(.query, .execute) else { return }
        sparedSyncs = 0
        if expectations.firstKind == .query { toClient.pass(message.range) } else { answered(message, completed: 0) }
    }

    /// The answer owed first is complete with this message.
    private func answered(_ message: PostgresBackendMessage, completed: UInt32) {
        guard let done = expectations.removeFirst() else { return }
        if done.isLimited {
            noteWatch(done)
            noteFetched(done)
        }
        if done.kind == .execute { hasExecuted = true }
        if !done.isOurs { toClient.pass(message.range) }
        settleNames(done, completed: Int(completed))
        guard done.sequence != 0 else { return }
        let nanoseconds = now.steady &- done.started
        if done.kind == .parse || done.kind == .bind, completed == 1 { return recording.completed(done.sequence, nanoseconds: nanoseconds) }
        recording.outcome(
            done.sequence, nanoseconds: nanoseconds, rows: done.rows, bytes: done.bytes, completed: done.completed &+ completed)
    }

    /// A Sync was sent into a copy that had failed before the backend read it: this is the answer to it, and none that is owed.
    private func answersSparedSync(_ message: PostgresBackendMessage) -> Bool {
        guard sparedSyncs > 0, message.body.count == 1, let state = PostgresTransactionState(rawValue: message.body[0]) else { return false }
        // Every Query and FunctionCall is answered by something else first.
        if let first = expectations.first, first.owesReady, first.kind == .sync || first.hasFailed || first.completed > 0 { return false }
        sparedSyncs -= 1
        isSkipping = false
        transaction = state
        toClient.pass(message.range)
        return true
    }

    private func readyForQuery(_ message: PostgresBackendMessage) {
        if answersSparedSync(message) { return }
        guard let first = expectations.first, first.owesReady, message.body.count == 1,
            let state = PostgresTransactionState(rawValue: message.body[0])
        else { return fail(.backend("a ReadyForQuery that is not owed")) }
        if first.isRefused, !first.hasFailed { return fail(.backend("a message that had to fail did not")) }
        transaction = state
        hasExecuted = false
        tellFailedSearches()
        queryRules = nil
        copyOut = nil
        isCopyingIn = false
        if state != .inTransaction, isCatalogueChanging {
            isCatalogueChanging = false
            floor.raise(to: now.steady)
            missingTables.removeAll()
            hiddenTables.removeAll()
        }
        expectations.removeFirst()
        if state == .idle, expectations.isEmpty { made.settle(at: now.steady) }
        if first.isLimited, !first.hasFailed {
            guard queryMayEnd(first, in: state) else { return }
            noteWatch(first)
            noteFetched(first)
        }
        if expectations.isEmpty, !isCancelling { cancelledFor = nil }
        if expectations.isEmpty, state == .idle { hasSetLexicalState = false }
        if expectations.isEmpty { carrier?.rest(state, behind: expectations.taken) }
        if first.kind == .query {
            pooled?.unnamedThere = 0
            if !first.isOurs { carrier?.confirmed = (0, []) }
        }
        if expectations.isEmpty || expectations.taken > unsureFrom {
            isLexicalStateUnsure = false
            // Text that waited is read again: a client that is held is not walked, so nothing else would say so.
            isWaitingForText = false
        }
        let wasCut = first.isLimited && !first.hasFailed && first.statement?.isCut == true
        let isHeldBack = failsAtReady && failsTransaction(state)
        if !first.isOurs, !isHeldBack { toClient.pass(message.range) }
        guard first.sequence != 0 else { return }
        settleNames(first, completed: Int(first.completed))
        guard !first.hasFailed else { return }
        recording.outcome(
            first.sequence, nanoseconds: now.steady &- first.started, rows: first.rows, bytes: first.bytes, completed: first.completed,
            sqlstate: wasCut ? SQLState(PostgresRefusal.limitState) : nil, isStopped: wasCut)
    }

    /// Puts into force what the message has done to names. Where a later message that is still to be answered is about the same name, the
    /// name goes on standing for everything it may be: confirming the earlier one would forget the later.
    func settleNames(_ done: PostgresExpectation, completed: Int) {
        guard let statement = done.statement else { return }
        if carrier != nil { carrySettled(done, statement, completed: completed) }
        switch done.kind {
        case .parse:
            guard let ticket = statement.ticket else { return }
            if completed > 0, expectations.contains({ $0.kind == .parse && $0.name == statement.name }) { return }
            gate.names.settle(ticket, completed: completed)
        case .query, .execute:
            guard let ticket = statement.ticket else { return }
            if completed > 0, expectations.contains({ Self.contests($0, ticket) }) { return gate.names.abandon(ticket) }
            gate.names.settle(ticket, completed: completed)
        case .bind:
            // One of the unnamed portal counts too, though nothing is kept of it: what is executed next is that.
            guard completed > 0, !expectations.contains({ $0.kind == .bind && $0.name == statement.name }) else { return }
            gate.names.confirmBind(portal: statement.name.text, to: statement.bound)
        case .close:
            guard completed > 0 else { return }
            let isPortal = statement.exposure.runsCode
            let maker: PostgresExpectation.Kind = isPortal ? .bind : .parse
            let isGivenAgain = expectations.contains {
                $0.kind == maker && $0.name == statement.name
                    || $0.statement?.ticket?.gives(statement.name.text, isPortal: isPortal) == true
            }
            if isGivenAgain { return }
            if isPortal { gate.names.forgetPortal(statement.name.text) } else { gate.names.forgetStatement(statement.name.text) }
        case .describeStatement, .describePortal, .sync, .functionCall, .copyEnd: return
        }
    }

    /// Whether carrying out the ticket now could forget what a later message makes of a name.
    private static func contests(_ later: PostgresExpectation, _ ticket: NameTicket) -> Bool {
        guard let statement = later.statement else { return later.kind == .parse || later.kind == .bind }
        if ticket.followsPath { return later.kind == .parse || later.kind == .bind || statement.ticket != nil }
        switch later.kind {
        case .parse: return ticket.forgets(statement.name.text, isPortal: false)
        case .bind: return ticket.forgets(statement.name.text, isPortal: true)
        default: return statement.ticket.map { ticket.isContested(by: $0) } ?? false
        }
    }

    /// A command tag that tells of changed relations makes the catalogue old once the transaction is over.
    private func noteTag(_ tag: UnsafeRawBufferPointer) {
        guard let first = tag.first else { return }
        // CREATE, ALTER, DROP, COMMENT are the tags of DDL; IMPORT FOREIGN SCHEMA and REFRESH change relations too.
        switch first {
        case UInt8(ascii: "C"):
            if tag.count > 2, tag[1] == UInt8(ascii: "R") { isCatalogueChanging = true }
        case UInt8(ascii: "A"), UInt8(ascii: "I"):
            if tag.count > 2, tag[1] == UInt8(ascii: "L") || tag[1] == UInt8(ascii: "M") { isCatalogueChanging = true }
        case UInt8(ascii: "D"):
            if tag.count > 2, tag[1] == UInt8(ascii: "R") || tag[1] == UInt8(ascii: "O") { isCatalogueChanging = true }
        case UInt8(ascii: "S"):
            // SELECT INTO says SELECT: told apart by the inspection, and an unknown OID reloads anyway.
            break
        default: break
        }
    }

    // MARK: - Copies

    private func copyIn(_ message: PostgresBackendMessage) {
        guard isOwed(.query, .execute) else { return }
        toClient.pass(message.range)
        let copy = expectations.beginCopyIn()
        isCopyingIn = !copy.ended && !copy.isCut
        sparedSyncs = copy.spared
        // The backend reads over that Sync: what was executed before it waits for another.
        if copy.spared > 0 { batchExecutes &+= 1 }
    }

    private func copyOutBegins(_ message: PostgresBackendMessage) {
        guard isOwed(.query, .execute), let first = expectations.first else { return }
        if let statement = first.statement, let plan = statement.plan {
            var reader = PostgresReader(message.body)
            guard reader.byte() != nil, let columns = reader.int16(), columns >= 0, columns <= PostgresLimits.columns,
                let copy = statement.copy
            else { return fail(.backend("a COPY whose columns are not known where masks apply")) }
            do {
                copyOut = try PostgresCopyOut(masking(for: plan).masker, plan: copy, columns: columns)
            } catch {
                return fail(PostgresFault(.internalError, "this COPY cannot be masked", reason: "\(error)"))
            }
        }
        toClient.pass(message.range)
    }

    private func copyDone(_ message: PostgresBackendMessage) {
        guard isOwed(.query, .execute) else { return }
        do {
            try copyOut?.finish()
        } catch {
            return fail(PostgresFault(.internalError, "this COPY cannot be masked", reason: "\(error)"))
        }
        copyOut = nil
        toClient.pass(message.range)
    }

    private func maskCopy(_ piece: UnsafeRawBufferPointer) {
        guard !piece.isEmpty else { return }
        do {
            try copyOut?.mask(piece, to: &toClient)
        } catch {
            fail(PostgresFault(.internalError, "this COPY cannot be masked", reason: "\(error)"))
        }
    }
}

/// One whole message of a backend within the bytes that are being walked.
struct PostgresBackendMessage {
    var range: Range<Int>
    var body: UnsafeRawBufferPointer
}
