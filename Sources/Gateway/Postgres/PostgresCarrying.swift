// The client's prepared statements in transaction pooling: renamed, prepared again where the connection has not got them, forgotten.

import Decision
import Machine
import NIOCore

extension PostgresSession {
    // MARK: - Parse

    /// Sends a Parse in the session's own terms.
    /// - Parameter isOfSQL: SQL's own PREPARE made a statement of this name: then the backend is to refuse it.
    func carry(
        parse name: PostgresName, _ body: UnsafeRawBufferPointer, _ text: UnsafeRawBufferPointer, _ statement: PostgresStatement,
        isOfSQL: Bool
    ) {
        guard let carrier, let pooled, let nameEnd = PostgresCodec.firstNul(body, from: 0) else { return }
        let carried = PostgresCarried(batch: carrier.batch)
        let reason = PostgresPin.reason(gate.lastInspection, text: text)
        if carrier.pin == nil, reason == .sequence { forgetSequences() }
        // Planning may run what is called, before anything is executed.
        if reason == .function || reason == .unread { carrier.bind(reason) }
        var made: [UInt8] = []
        made.reserveCapacity(body.count + comment.count)
        made += text
        made += comment
        made += body[(nameEnd + 1 + text.count)...]
        if made.count > PostgresLimits.carriedStatement { carrier.bind(.long) }
        if name.isEmpty {
            carrier.unnamed = made
            carrier.unnamedNumber = carrier.nextUnnamed()
            carrier.unnamedBatch = carrier.batch
            pooled.unnamed = carrier.unnamedNumber
            (carried.unnamed, carried.unnamedBody) = (carrier.unnamedNumber, made)
            writeParse("", made)
        } else if isOfSQL || carrier.statement(name) != nil {
            carried.alias = duplicate(name, made, isOfSQL: isOfSQL)
        } else {
            let text = carrier.texts.text(made)
            makeRoom(for: text.name)
            // It may be there: a text is prepared anew, so that what is wrong with it now is said now.
            append(close: text.name)
            pooled.prepared.use(text.name)
            writeParse(text.name, made)
            carrier.fresh[name] = text
            (carried.text, carried.made) = (text, text.name)
            noteMaking()
        }
        statement.carried = carried
    }

    /// Has the backend say that the name is taken.
    private func duplicate(_ name: PostgresName, _ body: [UInt8], isOfSQL: Bool) -> (backend: String, client: String)? {
        if isOfSQL {
            writeParse(name.text, body)
            return nil
        }
        let taken = impossibleName.text + " again"
        append(close: taken)
        append(parse: taken, [0, 0, 0])
        pooled?.prepared.use(taken)
        writeParse(taken, [0, 0, 0])
        return (taken, name.text)
    }

    private func writeParse(_ name: String, _ body: [UInt8]) {
        toBackend.append { out in
            PostgresCodec.message(PostgresFrontend.parse.rawValue, to: &out) {
                PostgresCodec.text(name, to: &$0)
                $0.writeBytes(body)
            }
        }
    }

    private func append(parse name: String, _ body: [UInt8]) {
        writeParse(name, body)
        let kept = PostgresStatement()
        // Not the client's unnamed one, whose answers others wait for.
        kept.name = PostgresName(name)
        kept.carried = PostgresCarried(batch: carrier?.batch ?? 0, made: name)
        noteMaking()
        expectations.append(PostgresExpectation(.parse, isOurs: true, statement: kept))
    }

    private func append(close name: String, wasPrepared: Bool = false) {
        toBackend.append { PostgresCodec.close(UInt8(ascii: "S"), name, to: &$0) }
        let kept = PostgresStatement()
        kept.carried = PostgresCarried(closed: wasPrepared ? name : nil)
        expectations.append(PostgresExpectation(.close, isOurs: true, statement: kept))
    }

    // MARK: - What the connection has

    private func makeRoom(for name: String) {
        guard let carrier, let pooled, !pooled.prepared.contains(name) else { return }
        while pooled.prepared.count >= carrier.limit, let oldest = pooled.prepared.oldest {
            pooled.prepared.remove(oldest)
            // Where its Parse may be skipped together with the Close, it was perhaps never there.
            append(close: oldest, wasPrepared: !isBeingMade { $0.made == oldest })
        }
    }

    /// A Parse is sent that makes something on the connection.
    private func noteMaking() { carrier?.makesUntil = expectations.taken &+ UInt64(expectations.count) &+ 1 }

    /// Whether a Parse is still to be answered that makes what is meant on the connection: it may fail, or be skipped. Cost: constant
    /// where none is.
    private func isBeingMade(_ isMeant: (PostgresCarried) -> Bool) -> Bool {
        guard let carrier, carrier.makesUntil > expectations.taken else { return false }
        return expectations.contains { $0.kind == .parse && $0.statement?.carried.map(isMeant) == true }
    }

    /// Whether what a message needs is made by one before the last Sync: skipped there, it would be missing here. In the batch of the
    /// message itself both are skipped.
    private func isUnsure(_ isMeant: (PostgresCarried) -> Bool) -> Bool {
        let batch = carrier?.batch
        return isBeingMade { $0.batch != batch && isMeant($0) }
    }

    /// Prepares a text on the connection that has not got it.
    private func ensure(_ text: PostgresPreparedText) {
        guard let pooled else { return }
        if !pooled.prepared.contains(text.name) || isUnsure({ $0.made == text.name }) {
            makeRoom(for: text.name)
            append(close: text.name)
            append(parse: text.name, text.body)
        }
        pooled.prepared.use(text.name)
    }

    private func ensureUnnamed() {
        guard let carrier, let pooled else { return }
        let number = carrier.unnamedNumber
        guard pooled.unnamed != number || isUnsure({ $0.unnamed == number }) else { return }
        pooled.unnamed = number
        writeParse("", carrier.unnamed)
        let kept = PostgresStatement()
        kept.carried = PostgresCarried(batch: carrier.batch, unnamed: number)
        noteMaking()
        expectations.append(PostgresExpectation(.parse, isOurs: true, statement: kept))
    }

    /// The name on the backend of what a Bind or Describe names; nil for the client's own.
    private func backendName(_ name: PostgresName) -> String? {
        guard let carrier else { return nil }
        if name.isEmpty {
            guard carrier.unnamedNumber != 0 else {
                carrier.fails = true
                return impossibleName.text
            }
            ensureUnnamed()
            return nil
        }
        if let text = carrier.statement(name) {
            ensure(text)
            return text.name
        }
        // Only SQL's own PREPARE gives names that are not in the table.
        if isPreparedBySQL(name) { return nil }
        carrier.fails = true
        return impossibleName.text
    }

    // MARK: - Bind, Describe, Close

    /// Sends a Bind under the statement's name on this connection.
    /// - Returns: how the statement is called there, where the backend may say so.
    func carry(bind name: PostgresName, _ message: PostgresClientMessage) -> (backend: String, client: String)? {
        guard let portalEnd = PostgresCodec.firstNul(message.body, from: 0),
            let nameEnd = PostgresCodec.firstNul(message.body, from: portalEnd + 1), let backend = backendName(name)
        else {
            toBackend.pass(message.range)
            return nil
        }
        toBackend.append { out in
            PostgresCodec.message(PostgresFrontend.bind.rawValue, to: &out) {
                $0.writeBytes(UnsafeRawBufferPointer(rebasing: message.body[...portalEnd]))
                PostgresCodec.text(backend, to: &$0)
                $0.writeBytes(UnsafeRawBufferPointer(rebasing: message.body[(nameEnd + 1)...]))
            }
        }
        return (backend, name.text)
    }

    func carry(describe name: PostgresName, _ message: PostgresClientMessage) -> (backend: String, client: String)? {
        guard let backend = backendName(name) else {
            toBackend.pass(message.range)
            return nil
        }
        toBackend.append { PostgresCodec.describe(UInt8(ascii: "S"), backend, to: &$0) }
        return (backend, name.text)
    }

    /// The client's name is closed as it is: the backend has none of that name, and confirms in its place.
    func carry(close name: PostgresName, _ message: PostgresClientMessage, _ kept: PostgresStatement) {
        guard let carrier else { return }
        kept.carried = PostgresCarried(batch: carrier.batch)
        if name.isEmpty {
            carrier.unnamedNumber = 0
            carrier.unnamedBatch = carrier.batch
            pooled?.unnamed = 0
        } else {
            carrier.fresh[name] = .some(nil)
        }
        if name.text.hasPrefix(carrier.texts.prefix) {
            toBackend.append { PostgresCodec.close(UInt8(ascii: "S"), impossibleName.text, to: &$0) }
        } else {
            toBackend.pass(message.range)
        }
    }

    // MARK: - What runs

    /// A statement of SQL's own must not touch the names that the gateway gives: they would stand for another text than is judged.
    func carriedMisuse() -> Refusal? {
        guard let carrier else { return nil }
        let found = gate.lastInspection
        let isMisused = found.statements.buffer.contains { statement in
            statement.nameEffect != .none && found.bytes(statement.effectName).starts(with: carrier.texts.prefix.utf8)
        }
        return isMisused ? invalid("a prepared statement of the gateway's own") : nil
    }

    /// Whether a name is one that SQL's own PREPARE has given.
    func isPreparedBySQL(_ name: PostgresName) -> Bool {
        guard let carrier, carrier.pin != nil, !name.isEmpty, carrier.statement(name) == nil else { return false }
        return !gate.names.statement(name.text).isEmpty
    }

    /// A Query, Execute or FunctionCall is about to be sent: what it leaves on the connection, and what it does to names.
    func carry(running text: UnsafeRawBufferPointer?, _ statement: PostgresStatement?, isQuery: Bool) {
        guard let carrier, let pooled else { return }
        // What the backend will skip leaves nothing.
        if carrier.fails, !isQuery { return }
        let found = gate.lastInspection
        let reason = PostgresPin.reason(found, text: text)
        if carrier.pin == nil, reason == .sequence, isQuery { forgetSequences() }
        carrier.bind(reason)
        let carried = PostgresCarried(batch: carrier.batch)
        for done in found.statements.buffer { note(done, of: found, isQuery: isQuery, carrier, pooled, carried) }
        statement?.carried = carried
        if isQuery { carryQuery() }
    }

    /// A Query drops the unnamed statement, also one that fails, and is a batch of its own.
    func carryQuery() {
        guard let carrier else { return }
        carrier.unnamedNumber = 0
        pooled?.unnamed = 0
        carrier.endBatch()
    }

    private func note(
        _ done: Statement, of found: Inspection, isQuery: Bool, _ carrier: PostgresCarrier, _ pooled: PostgresPooled,
        _ carried: PostgresCarried
    ) {
        switch done.nameEffect {
        case .deallocate, .discard:
            let name = PostgresName(found.string(done.effectName))
            let kind = found.string(done.kind)
            if done.nameEffect == .deallocate, !name.isEmpty {
                carried.forgets.append(name)
                materialise(name, [0, 0, 0], isQuery: isQuery, carrier)
            } else if done.nameEffect == .deallocate || done.pathChange == .everything {
                // Wherever it fails, what is missing is prepared again.
                pooled.prepared.removeAll()
                carried.forgetsAll = true
                carried.discardsAll = kind == "discard" && found.statements.count == 1
            }
        case .prepare, .execute:
            let name = PostgresName(found.string(done.effectName))
            if let text = carrier.statement(name) { materialise(name, text.body, isQuery: isQuery, carrier) }
        case .none, .declareCursor, .fetch, .closeCursor: break
        }
        // The marks are settings too.
        if done.pathChange == .start || done.pathChange == .everything { pooled.markedFor = 0 }
    }

    /// Puts a statement that the client prepared by the protocol on the backend under the client's own name, for SQL that names it. That it
    /// may be there already is an error that nobody sees, since it ends at a Sync of its own; in the middle of a batch there can be none.
    private func materialise(_ name: PostgresName, _ body: [UInt8], isQuery: Bool, _ carrier: PostgresCarrier) {
        guard carrier.statement(name) != nil, !carrier.loose.contains(name), !isQuery || expectations.lastOwesReady else { return }
        carrier.loose.insert(name)
        writeParse(name.text, body)
        expectations.append(PostgresExpectation(.parse, isOurs: true))
        guard isQuery else { return }
        toBackend.append { PostgresCodec.empty(.sync, to: &$0) }
        expectations.append(PostgresExpectation(.sync, isOurs: true))
    }

    /// What `currval` and `lastval` tell must not be of whoever had the connection before. In the middle of a transaction it cannot be
    /// forgotten: there it may be this session's own.
    private func forgetSequences() {
        guard expectations.isEmpty, transaction == .idle else { return }
        pooled?.unnamed = 0
        toBackend.append { PostgresCodec.query("DISCARD SEQUENCES", to: &$0) }
        expectations.append(PostgresExpectation(.query, isOurs: true))
    }

    // MARK: - Answers

    /// A message was answered.
    func carrySettled(_ done: PostgresExpectation, _ statement: PostgresStatement, completed: Int) {
        guard let carrier, let carried = statement.carried else { return }
        switch done.kind {
        case .parse:
            if completed > 0, carried.unnamed != 0 { pooled?.unnamedThere = carried.unnamed }
            guard completed > 0, !done.isOurs else { return }
            if let text = carried.text { carrier.statements[statement.name] = text }
            if carried.unnamed != 0 { carrier.confirmed = (carried.unnamed, carried.unnamedBody) }
        case .close:
            guard completed > 0, !done.isOurs, !statement.exposure.runsCode else { return }
            carrier.statements[statement.name] = nil
            if statement.name.isEmpty {
                carrier.confirmed = (0, [])
                pooled?.unnamedThere = 0
            }
        case .query, .execute:
            guard completed > 0 else { return }
            if carried.forgetsAll {
                carrier.statements.removeAll()
                carrier.loose.removeAll()
            }
            for name in carried.forgets {
                carrier.statements[name] = nil
                carrier.loose.remove(name)
            }
            if carried.discardsAll { carrier.unbind() }
        case .bind, .describeStatement, .describePortal, .sync, .functionCall, .copyEnd: break
        }
    }

    /// A message failed, or was skipped because one before it had.
    func carryFailed(_ failed: PostgresExpectation, isSkipped: Bool = false) {
        // A Parse of the unnamed statement drops the one before it, whatever becomes of it.
        if !isSkipped, failed.kind == .parse, failed.statement?.name.isEmpty != false {
            pooled?.unnamedThere = 0
            if !failed.isOurs { carrier?.confirmed = (0, []) }
        }
        guard let carrier, let carried = failed.statement?.carried else { return }
        if let made = carried.made { pooled?.prepared.remove(made) }
        if let closed = carried.closed { pooled?.prepared.use(closed) }
        guard carried.unnamed != 0 else { return }
        // What the unnamed statement is now is not known, unless another was prepared behind it.
        if pooled?.unnamed == carried.unnamed { pooled?.unnamed = 0 }
        if !failed.isOurs, carrier.unnamedNumber == carried.unnamed { carrier.unnamedNumber = 0 }
    }

    /// An error that names a statement as only the backend does; nil for every other.
    func renamed(_ message: PostgresBackendMessage, _ first: PostgresExpectation) -> PostgresErrorFields? {
        guard carrier != nil, let alias = first.statement?.carried?.alias, var fields = PostgresErrorFields(payload: message.body),
            let text = fields.text(PostgresErrorFields.Code.message), text.contains(alias.backend)
        else { return nil }
        let shown = text.replacing(alias.backend, with: alias.client)
        fields.set(PostgresErrorFields.Code.message, Array(shown.utf8))
        return fields
    }
}
