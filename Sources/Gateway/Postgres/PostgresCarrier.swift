// What a session in transaction pooling carries from one backend connection to the next.

import NIOCore

/// Whether it has a connection now is the session's `pooled`. Lives on its session's loop.
final class PostgresCarrier {
    let texts: PostgresPreparedTexts
    /// Statements kept prepared on one connection.
    let limit: Int
    /// A message of the client's waits for a connection.
    var wantsBackend = false
    /// A transaction is over, or nothing was sent yet that would need one: the connection can go back, unless the session is bound to it.
    private(set) var isBetween = true
    /// As far as that was known last: how many answers had been taken.
    private var restsBehind: UInt64 = 0
    /// Why the connection is kept until the session ends.
    private(set) var pin: PostgresPin?
    /// For the log and the counter.
    var hasNewPin = false
    /// A tracked setting has changed since the connection was lent.
    var settingsChanged = true

    /// What the client's names stand for, as the backend confirmed.
    var statements: [PostgresName: PostgresPreparedText] = [:]
    /// The same for what was sent since the last Sync: nil where it was closed. Had it failed, everything to the next Sync would be
    /// skipped.
    var fresh: [PostgresName: PostgresPreparedText?] = [:]
    /// Counts Syncs and Queries.
    var batch: UInt32 = 0
    /// A Bind since the last Sync names nothing, so that what follows is skipped.
    var fails = false
    /// A message names a statement that was prepared or closed before the last Sync and not confirmed yet: it waits for that.
    var heldName: PostgresName?
    /// The client's unnamed statement: a Parse's body behind the name; its number is 0 where there is none.
    var unnamed: [UInt8] = []
    var unnamedNumber: UInt64 = 0
    /// The one that the backend has confirmed last: what was to replace it may be skipped.
    var confirmed: (number: UInt64, body: [UInt8]) = (0, [])
    /// The batch in which it was prepared or closed last: within that it is known, whatever is outstanding.
    var unnamedBatch: UInt32?
    private var unnamedCount: UInt64 = 0
    /// Of the session, in all of the gateway.
    private let number: UInt64
    /// Up to where in the row of answers a Parse may be that makes something on the connection.
    var makesUntil: UInt64 = 0
    /// Names put on the connection for SQL's own DEALLOCATE that are not known to be gone.
    var loose: Set<PostgresName> = []

    init(texts: PostgresPreparedTexts, limit: Int, number: UInt64) {
        self.texts = texts
        self.limit = limit
        self.number = number
    }

    /// Nothing is owed, and the backend says whether a transaction is open.
    func rest(_ state: PostgresTransactionState, behind taken: UInt64) {
        (isBetween, restsBehind) = (state == .idle, taken)
    }

    /// A connection is lent, for a message that waits for one.
    func begin(behind taken: UInt64) { (isBetween, restsBehind) = (false, taken) }

    /// Nothing was sent since nothing was owed last, as far as it can be told by its answer.
    func hasSentNothing(_ expectations: borrowing PostgresExpectations) -> Bool {
        expectations.isEmpty && expectations.taken == restsBehind
    }

    func bind(_ reason: PostgresPin?) {
        guard let reason, pin == nil else { return }
        pin = reason
        hasNewPin = true
    }

    /// Everything that bound the session is undone.
    func unbind() { pin = nil }

    func statement(_ name: PostgresName) -> PostgresPreparedText? {
        if let known = fresh[name] { return known }
        return statements[name]
    }

    /// A number for an unnamed statement that no other of any session has.
    func nextUnnamed() -> UInt64 {
        unnamedCount += 1
        return number << 32 | unnamedCount & 0xFFFF_FFFF
    }

    /// What was sent behind a failure was skipped: the unnamed statement is the one from before.
    func restoreUnnamed(_ pooled: PostgresPooled?) {
        (unnamedNumber, unnamed) = confirmed
        // In a failed transaction it could not be prepared again.
        if let pooled { pooled.unnamed = pooled.unnamedThere }
    }

    func endBatch() {
        batch &+= 1
        fails = false
        if !fresh.isEmpty { fresh.removeAll(keepingCapacity: true) }
    }
}

/// What is kept of a message, besides what every session keeps. An object, so that it costs the others a word.
final class PostgresCarried {
    /// Which batch it was sent in; its names are settled for the others behind it.
    let batch: UInt32
    /// What a Parse prepares.
    var text: PostgresPreparedText?
    /// A statement of the gateway's own that this message makes on the backend, or closes there.
    var made: String?
    let closed: String?
    /// A Parse of the unnamed statement makes it the one of this number.
    var unnamed: UInt64
    var unnamedBody: [UInt8] = []
    /// What DEALLOCATE or DISCARD make the client's names lose.
    var forgets: [PostgresName] = []
    var forgetsAll = false
    /// DISCARD ALL, and nothing else.
    var discardsAll = false
    /// How a statement is called in errors, and how the client calls it.
    var alias: (backend: String, client: String)?

    init(
        batch: UInt32 = 0, made: String? = nil, closed: String? = nil, unnamed: UInt64 = 0,
        alias: (backend: String, client: String)? = nil
    ) {
        self.batch = batch
        self.made = made
        self.closed = closed
        self.unnamed = unnamed
        self.alias = alias
    }
}

extension PostgresSession {
    /// The session's connection can be given to another now.
    var isGivable: Bool {
        guard let carrier, pooled != nil, carrier.pin == nil, carrier.loose.isEmpty else { return false }
        guard carrier.hasSentNothing(expectations), hold == nil ? carrier.isBetween : isHeldForPeople else { return false }
        return end == nil && isResettable && transaction == .idle && !wantsCancel
    }

    /// A connection is lent.
    func attach(_ pooled: PostgresPooled, _ catalogue: PostgresCatalogue?, isSameServer: Bool) {
        self.pooled = pooled
        carrier?.wantsBackend = false
        carrier?.begin(behind: expectations.taken)
        carrier?.settingsChanged = false
        if !isSameServer {
            // Numbers of relations mean something else on another server.
            missingTables.removeAll()
            hiddenTables.removeAll()
            masking = nil
            self.catalogue = catalogue
        }
    }

    /// The connection goes back.
    func detach() { pooled = nil }

    /// Whether the client waits for the pool.
    var isHeldForPool: Bool {
        guard let carrier else { return false }
        if carrier.wantsBackend { return true }
        guard let name = carrier.heldName else { return false }
        return isUnsettled(name, carrier)
    }

    enum Demand {
        case take, drop, wait
    }

    /// What to do with a message where there is no connection.
    func demand(_ type: PostgresFrontend, isWhole: Bool) -> Demand {
        switch type {
        case .terminate, .password: return .take
        // Without anything under way the backend ignores them.
        case .flush, .copyData, .copyDone, .copyFail: return .drop
        case .query, .parse, .bind, .describe, .execute, .close, .functionCall, .sync:
            // A message that arrives slowly keeps no connection from others.
            if isWhole { carrier?.wantsBackend = true }
            return .wait
        }
    }

    // MARK: - Names that are not settled

    /// Whether a message must wait until a name's change before the last Sync has been confirmed.
    func waitsForName(_ type: PostgresFrontend, _ body: UnsafeRawBufferPointer) -> Bool {
        guard let carrier else { return false }
        carrier.heldName = nil
        if expectations.isEmpty { return false }
        var reader = PostgresReader(body)
        let name: PostgresName?
        switch type {
        case .parse: name = reader.name()
        case .bind:
            _ = reader.text()
            name = reader.name()
        case .describe, .close: name = reader.byte() == UInt8(ascii: "S") ? reader.name() : nil
        case .query: return false
        case .execute, .functionCall, .sync, .flush, .copyData, .copyDone, .copyFail, .password, .terminate: return false
        }
        guard let name, isUnsettled(name, carrier), !name.isEmpty || type != .parse && type != .close else { return false }
        carrier.heldName = name
        return true
    }

    /// Something that is to be answered still may make the client's unnamed statement another, or, skipped, leave it as it is.
    var isUnnamedUnsettled: Bool {
        expectations.contains { expectation in
            guard !expectation.isOurs else { return false }
            switch expectation.kind {
            case .query: return true
            case .parse: return expectation.statement?.name.isEmpty != false
            case .close: return expectation.statement.map { $0.name.isEmpty && !$0.exposure.runsCode } ?? false
            case .bind, .describeStatement, .describePortal, .execute, .sync, .functionCall, .copyEnd: return false
            }
        }
    }

    private func isUnsettled(_ name: PostgresName, _ carrier: PostgresCarrier) -> Bool {
        if name.isEmpty { return carrier.unnamedBatch != carrier.batch && isUnnamedUnsettled }
        return isNameUnsettled(name, carrier)
    }

    private func isNameUnsettled(_ name: PostgresName, _ carrier: PostgresCarrier) -> Bool {
        expectations.contains { expectation in
            guard !expectation.isOurs, let statement = expectation.statement, let carried = statement.carried,
                carried.batch != carrier.batch
            else { return false }
            switch expectation.kind {
            case .parse, .close: return statement.name == name
            case .query, .execute: return carried.forgetsAll || carried.forgets.contains(name)
            case .bind, .describeStatement, .describePortal, .sync, .functionCall, .copyEnd: return false
            }
        }
    }
}
