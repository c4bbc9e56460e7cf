// Errors, notices, notifications and settings from the backend: they may carry values, and they change the session's state.

import Decision
import Inspect
import Mask
import NIOCore
import Recording

extension PostgresSession {
    // MARK: - Errors

    func errorResponse(_ message: PostgresBackendMessage) {
        guard let fields = PostgresErrorFields(payload: message.body) else { return fail(.backend("a malformed ErrorResponse")) }
        if fields.isFatal {
            sendScrubbed(.errorResponse, message)
            isFatalSent = true
            return
        }
        queryRules = nil
        copyOut = nil
        // A Bind that people agreed to may be what failed: behind a savepoint its name would mean an older portal again.
        agreements.removeAll()
        guard let first = expectations.first else { return sendScrubbed(.errorResponse, message) }
        isCopyingIn = false
        if first.statement?.failsSilently == true || (failsAtReady && first.kind == .sync) {
            // Told already.
        } else if let reached = first.statement?.reached {
            toClient.append { PostgresRefusal.write(reached: reached, to: &$0) }
        } else if let refusal = first.statement?.refusal {
            toClient.append { PostgresRefusal.write(refusal, to: &$0) }
        } else if first.kind == .sync, let cancelledFor, fields.text(PostgresErrorFields.Code.sqlstate) == PostgresRefusal.withdrawnState {
            // The cancel came late; the backend has taken back what was executed.
            toClient.append { PostgresRefusal.write(reached: cancelledFor, to: &$0) }
        } else if let fields = renamed(message, first) {
            toClient.append { fields.write(.errorResponse, to: &$0) }
        } else if let failure = failureBefore(first, fields) {
            sendScrubbed(failure)
        } else if !isInvisible(first) {
            sendScrubbed(.errorResponse, message)
        } else if first.kind == .describeStatement {
            first.statement?.copy?.failure = fields
        }
        if first.isLimited {
            wantsCancel = false
            noteWatch(first)
            noteFetched(first, failed: true)
        }
        noteFailure(of: first, fields)
        if carrier != nil { carryFailed(first) }
        var isUnbound = first.bindsUnnamed
        if first.owesReady {
            expectations.modifyFirst { $0.hasFailed = true }
            if first.endsHeldBatch { isSkipping = true }
        } else {
            expectations.removeFirst()
            var isCause = first.isOurs
            let found = expectations.skipToSync { skipped in
                if carrier != nil { carryFailed(skipped, isSkipped: true) }
                isUnbound = isUnbound || skipped.bindsUnnamed
                if isCause, skipped.kind == .describeStatement { skipped.statement?.copy?.failure = fields }
                // The error of a Describe that the gateway added is the Execute's.
                if isCause, skipped.kind == .execute { noteFailure(of: skipped, fields) } else { settle(unanswered: skipped) }
                isCause = false
            }
            // The client has not sent its Sync.
            isSkipping = !found || expectations.first?.endsHeldBatch == true
            if isUnbound, !expectations.contains({ $0.bindsUnnamed }) { gate.names.forgetPortal("") }
            if let carrier, !isUnnamedUnsettled { carrier.restoreUnnamed(pooled) }
            // What text waited for was skipped as well; it is read again, to be dropped up to Sync.
            if isSkipping { isWaitingForText = false }
        }
    }

    /// An error of a Describe that the gateway added before a COPY: the COPY itself will fail with the same.
    private func isInvisible(_ first: PostgresExpectation) -> Bool {
        first.isOurs && expectations.nextSyncIsOurs
    }

    /// Why the transaction of a COPY had failed before it: what describing it came to.
    private func failureBefore(_ first: PostgresExpectation, _ fields: PostgresErrorFields) -> PostgresErrorFields? {
        guard first.kind == .query, !first.isOurs, fields.text(PostgresErrorFields.Code.sqlstate) == "25P02" else { return nil }
        return first.statement?.copy?.failure
    }

    private func noteFailure(of first: PostgresExpectation, _ fields: PostgresErrorFields) {
        gate.names.noteFailure()
        if let statement = first.statement, let ticket = statement.ticket, first.kind != .query {
            gate.names.settle(ticket, completed: 0)
        }
        guard first.sequence != 0 else { return }
        let state = fields[PostgresErrorFields.Code.sqlstate].flatMap { code in code.withUnsafeBytes { SQLState($0) } }
        let isLimit = first.statement?.reached != nil
        let refused = isLimit ? PostgresRefusal.limitState : first.statement?.refusal.map { PostgresRefusal.state($0) }
        recording.outcome(
            first.sequence, nanoseconds: now.steady &- first.started, rows: first.rows, bytes: first.bytes, completed: first.completed,
            sqlstate: refused.map { SQLState($0) } ?? state, isStopped: isLimit)
    }

    /// A message that the backend skipped: it did not happen.
    private func settle(unanswered skipped: PostgresExpectation) {
        if let ticket = skipped.statement?.ticket { gate.names.settle(ticket, completed: 0) }
        guard skipped.sequence != 0 else { return }
        // sqlstate 25P02 is PostgreSQL's own for "commands ignored".
        recording.outcome(
            skipped.sequence, nanoseconds: now.steady &- skipped.started, rows: 0, bytes: 0, completed: 0, sqlstate: SQLState("25P02"))
    }

    // MARK: - What may carry values

    /// The masks that hold for what comes now: the statement's, else those that this session had last.
    private var maskingNow: PostgresMasking? { expectations.firstStatement?.plan.map { masking(for: $0) } ?? masking }
    private var exposureNow: PostgresExposure { expectations.firstStatement?.exposure ?? PostgresExposure() }

    /// Sends an error or notice without what may quote masked data.
    private func sendScrubbed(_ type: PostgresBackend, _ message: PostgresBackendMessage) {
        sendScrubbed(type, message.body) { toClient.pass(message.range) }
    }

    /// The same for an error that came earlier. Where it points to is in another text than the client's.
    private func sendScrubbed(_ fields: PostgresErrorFields) {
        var told = fields
        told.remove(PostgresErrorFields.Code.position)
        var written = ByteBuffer()
        told.write(.errorResponse, to: &written)
        written.withUnsafeReadableBytes { bytes in
            let body = UnsafeRawBufferPointer(rebasing: bytes[PostgresCodec.headerLength...])
            sendScrubbed(.errorResponse, body) { toClient.append { told.write(.errorResponse, to: &$0) } }
        }
    }

    private func sendScrubbed(_ type: PostgresBackend, _ body: UnsafeRawBufferPointer, unchanged: () -> Void) {
        guard let masking = maskingNow else { return unchanged() }
        let exposure = exposureNow
        maskedRow.removeAll(keepingAtMost: 256 * 1024)
        do {
            if exposure.runsCode {
                // RAISE can put any value under any SQLSTATE.
                guard var fields = PostgresErrorFields(payload: body) else { throw MaskError.malformedFields(offset: 0) }
                fields.set(PostgresErrorFields.Code.message, Array("\(TextScrubber.withheldMessage)".utf8))
                for code in [
                    PostgresErrorFields.Code.detail, PostgresErrorFields.Code.hint, PostgresErrorFields.Code.whereField,
                    PostgresErrorFields.Code.internalQuery,
                ] { fields.remove(code) }
                return toClient.append { fields.write(type, to: &$0) }
            }
            let outcome = try TextScrubber(masking.masker).scrub(
                fields: body, droppingDetail: exposure.touchesMasked || exposure.readsMasked, into: maskedRow)
            switch outcome {
            case .unchanged: unchanged()
            case .rewritten:
                toClient.append { out in PostgresCodec.message(type.rawValue, to: &out) { _ = $0.writeBytes(maskedRow.bytes) } }
            }
        } catch {
            fail(.backend("a malformed error or notice"))
        }
    }

    /// Free text with the plan's value masks applied.
    private func scanned(_ text: some Collection<UInt8>, _ masking: PostgresMasking) -> [UInt8] {
        maskedRow.removeAll(keepingAtMost: 256 * 1024)
        let bytes = Array(text)
        switch bytes.withUnsafeBytes({ TextScrubber(masking.masker).scrub($0, into: maskedRow) }) {
        case .unchanged: return bytes
        case .rewritten: return Array(maskedRow.bytes)
        }
    }

    func notice(_ type: PostgresBackend, _ message: PostgresBackendMessage) {
        guard let masking = maskingNow else { return toClient.pass(message.range) }
        if type == .noticeResponse { return sendScrubbed(type, message) }
        var reader = PostgresReader(message.body)
        guard let process = reader.uint32(), let channel = reader.text(), let payload = reader.text(), reader.isAtEnd else {
            return fail(.backend("a malformed NotificationResponse"))
        }
        guard masking.plan.scansValues else { return toClient.pass(message.range) }
        let (shownChannel, shown) = (scanned(channel, masking), scanned(payload, masking))
        toClient.append {
            PostgresCodec.message(PostgresBackend.notificationResponse.rawValue, to: &$0) {
                $0.writeInteger(process)
                $0.writeBytes(shownChannel)
                $0.writeInteger(UInt8(0))
                $0.writeBytes(shown)
                $0.writeInteger(UInt8(0))
            }
        }
    }

    // MARK: - Settings

    func parameterStatus(_ message: PostgresBackendMessage) {
        var reader = PostgresReader(message.body)
        guard let name = reader.string(), let value = reader.string(), reader.isAtEnd else {
            return fail(.backend("a malformed ParameterStatus"))
        }
        pooled?.greeting.note(name, value)
        carrier?.settingsChanged = true
        var state = lexical
        switch name {
        case "client_encoding": state.encoding = ClientEncoding(name: value)
        case "standard_conforming_strings": state.standardConformingStrings = value == "on"
        case "application_name":
            // A setting that any statement can put a value into.
            if let statement = expectations.firstStatement, statement.exposure.readsMasked || statement.exposure.runsCode { return }
            if let masking, masking.plan.scansValues {
                let shown = String(decoding: scanned(value.utf8, masking), as: UTF8.self)
                return toClient.append { PostgresCodec.parameterStatus(name, shown, to: &$0) }
            }
        default: break
        }
        if state != lexical {
            lexical = state
            hasSetLexicalState = true
            // Text that was sent before this was known was judged as it was not read.
            if expectations.laterContains({ ($0.kind == .query || $0.kind == .parse) && !$0.isRefused }) {
                return fail(
                    PostgresFault(
                        .protocolViolation, "text was sent before it was known how it would be read: wait for ReadyForQuery after such a SET"))
            }
        }
        toClient.pass(message.range)
    }
}
