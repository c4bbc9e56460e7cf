// One event loop's share of a pool: connections that nobody uses now, and those of its clients who wait for one.

import Transport

/// Somebody who needs a connection. Lives on its client's loop.
final class PostgresBorrower {
    let key: PostgresPoolKey
    let startup: [PostgresStartup.Setting]
    /// The subject, as `Caller.userBytes` writes it.
    let user: [UInt8]
    /// A number of its session's own.
    let number: UInt64
    /// `postern.*` settings.
    let marks: [PostgresStartup.Setting]
    /// Settings that the connection is to have, as the backend spells and tells them.
    var tracked: [PostgresStartup.Setting]
    /// Called once for each time that it asks. A connection comes with its `pooled` set.
    var done: ((Result<PostgresBackendHandler, PostgresFault>) -> Void)?
    fileprivate var wait: UInt64 = 0
    fileprivate var timer: LoopTimer?
    fileprivate var tries = 0

    init(
        key: PostgresPoolKey, startup: [PostgresStartup.Setting], user: [UInt8], number: UInt64, marks: [PostgresStartup.Setting],
        tracked: [PostgresStartup.Setting]
    ) {
        self.key = key
        self.startup = startup
        self.user = user
        self.number = number
        self.marks = marks
        self.tracked = tracked
    }

    fileprivate func end(_ result: Result<PostgresBackendHandler, PostgresFault>) {
        timer?.cancel()
        let call = done
        done = nil
        call?(result)
    }
    /// It has what it asked for, or has left.
    fileprivate var isOver: Bool { done == nil }
}

/// Everything here happens on one loop.
final class PostgresPoolShelf {
    private let pool: PostgresPool
    private let place: PostgresBackendPlace
    private let loop: SocketLoop
    private let metrics: GatewayMetrics
    private let note: @Sendable (String) -> Void
    let idleCount = PostgresIdleCount()
    /// By key; the one used last is last.
    private var idle: [PostgresPoolKey: [PostgresBackendHandler]] = [:]
    /// In the order in which they came.
    private var waiting: [PostgresBorrower] = []
    private var sweep: LoopTimer?
    /// Texts that sessions of this loop have prepared.
    let texts: PostgresPreparedTexts

    init(
        _ pool: PostgresPool, _ place: PostgresBackendPlace, on loop: SocketLoop, _ metrics: GatewayMetrics,
        note: @escaping @Sendable (String) -> Void
    ) {
        self.pool = pool
        self.place = place
        self.loop = loop
        self.metrics = metrics
        self.note = note
        texts = PostgresPreparedTexts(nonce: pool.nonce)
    }

    var settings: GatewayConfiguration.Pool { pool.settings }

    // MARK: - Borrowing

    /// Lends an idle connection, opens one, or waits. May call back before it returns.
    func borrow(_ borrower: PostgresBorrower) {
        borrower.tries = 0
        find(for: borrower)
    }

    private func find(for borrower: PostgresBorrower) {
        guard !borrower.isOver else { return }
        if pool.isClosed { return borrower.end(.failure(PostgresFault(.adminShutdown, "the gateway is shutting down"))) }
        borrower.tries += 1
        guard borrower.tries <= PostgresLimits.poolTries else {
            return borrower.end(.failure(.backend("pooled connections fail one after the other")))
        }
        if let handler = takeIdle(for: borrower) { return lend(handler, to: borrower) }
        let (bound, loop) = (LoopBound(self, on: loop), loop)
        let claim = pool.claim(at: PostgresClock.now().steady) { number in loop.execute { bound.value.granted(number) } }
        switch claim {
        case .granted: open(for: borrower)
        case .waits(let number): wait(borrower, number)
        }
    }

    private func wait(_ borrower: PostgresBorrower, _ number: UInt64) {
        borrower.wait = number
        waiting.append(borrower)
        metrics.poolWaited()
        borrower.timer = loop.schedule(in: .seconds(Int64(settings.waitSeconds))) { [self] in
            leave(borrower)
            metrics.poolRefused()
            let seconds = settings.waitSeconds
            borrower.end(
                .failure(
                    PostgresFault(
                        .tooManyConnections,
                        "every connection to this database has been in use for \(seconds) seconds: try again in \(seconds) seconds",
                        reason: "no pooled connection became free within \(seconds) s (size \(settings.size))")))
        }
        // An idle connection of somebody else's gives its place.
        if idleCount.count > 0 { closeOldest() } else { pool.makeRoom(besides: loop) }
    }

    /// The borrower needs nothing any more, also while it waits.
    func forget(_ borrower: PostgresBorrower) {
        borrower.done = nil
        borrower.timer?.cancel()
        leave(borrower)
    }

    private func leave(_ borrower: PostgresBorrower) {
        guard let index = waiting.firstIndex(where: { $0 === borrower }) else { return }
        waiting.remove(at: index)
        pool.leave(borrower.wait)
    }

    /// A place has become free for somebody who waits here, or waited.
    private func granted(_ number: UInt64) {
        guard let index = waiting.firstIndex(where: { $0.wait == number }) else { return pool.release() }
        let borrower = waiting.remove(at: index)
        borrower.timer?.cancel()
        open(for: borrower)
    }

    /// Opens a connection in a place that was granted.
    private func open(for borrower: PostgresBorrower) {
        PostgresConnector.connect(
            place, borrower.startup, on: loop, isWanted: { true },
            note: { [note] in note("a server of \(self.place.resource.name) is passed over: \($0)") }
        ) { [self] result in
            switch result {
            case .failure(let fault):
                pool.release()
                borrower.end(.failure(fault))
            case .success(let found):
                let now = PostgresClock.now().steady
                let pooled = PostgresPooled(key: borrower.key, server: found.server, greeting: found.greeting, born: now)
                found.handler.join(self, pooled)
                lend(found.handler, to: borrower)
            }
        }
    }

    /// Makes a connection the borrower's: what another subject left is discarded, settings are put right.
    private func lend(_ handler: PostgresBackendHandler, to borrower: PostgresBorrower) {
        guard let pooled = handler.pooled, !borrower.isOver else { return giveBack(handler) }
        if let last = pooled.lastUser, last != borrower.user {
            return handler.run(resetting(inTransaction: false)) { [self] failure in
                guard failure == nil else { return again(borrower, without: handler) }
                pooled.wasReset()
                lend(handler, to: borrower)
            }
        }
        let adjustments = pooled.adjustments(for: borrower)
        if !adjustments.isEmpty {
            pooled.lastUser = borrower.user
            return handler.run(adjustments) { [self] failure in
                guard failure == nil else { return again(borrower, without: handler) }
                pooled.wasQueried()
                pooled.markedFor = borrower.number
                // PostgreSQL may have understood a value otherwise than it was written.
                borrower.tracked = borrower.tracked.map { .init(name: $0.name, value: pooled.greeting.value($0.name) ?? $0.value) }
                lend(handler, to: borrower)
            }
        }
        pooled.lastUser = borrower.user
        borrower.end(.success(handler))
    }

    private func again(_ borrower: PostgresBorrower, without handler: PostgresBackendHandler) {
        metrics.poolDiscarded()
        handler.close()
        find(for: borrower)
    }

    /// An idle connection that is of use, the one used last first, of the same subject's before others'.
    private func takeIdle(for borrower: PostgresBorrower) -> PostgresBackendHandler? {
        let now = PostgresClock.now().steady
        while let handlers = idle[borrower.key], !handlers.isEmpty {
            let index = handlers.lastIndex { $0.pooled?.lastUser == nil || $0.pooled?.lastUser == borrower.user } ?? handlers.count - 1
            let handler = handlers[index]
            remove(handler)
            if isOfUse(handler, at: now) { return handler }
            metrics.poolDiscarded()
            handler.close()
        }
        return nil
    }

    /// What the loop does not know yet of a connection is asked for where it has been idle for longer than a batch takes.
    private static let freshNanoseconds: UInt64 = 1_000_000

    private func isOfUse(_ handler: PostgresBackendHandler, at now: UInt64) -> Bool {
        guard let pooled = handler.pooled, handler.connection.isOpen, !isOld(pooled, at: now) else { return false }
        if now &- pooled.idleSince > Self.freshNanoseconds, handler.connection.hasNews { return false }
        return PostgresServerChoice(place.resource).accepts(pooled.greeting)
    }

    private func isOld(_ pooled: PostgresPooled, at now: UInt64) -> Bool {
        now &- pooled.born > UInt64(settings.lifetimeSeconds) * 1_000_000_000
    }

    // MARK: - Giving back

    /// A session is over: whatever it has left is discarded before anybody else has the connection.
    func reset(_ handler: PostgresBackendHandler, inTransaction: Bool) {
        handler.run(resetting(inTransaction: inTransaction)) { [self] failure in
            guard failure == nil, let pooled = handler.pooled else {
                metrics.poolDiscarded()
                return handler.close()
            }
            pooled.wasReset()
            giveBack(handler)
        }
    }

    private func resetting(inTransaction: Bool) -> [String] {
        var queries = inTransaction ? ["ROLLBACK"] : []
        queries.append(settings.reset)
        // Names that the gateway gave are of no use to a connection that is not known to have them, nor is their memory.
        if settings.reset.uppercased() != "DISCARD ALL" { queries.append("DEALLOCATE ALL") }
        return queries
    }

    /// A connection without any state of a session's: lent to who waits, or kept.
    func giveBack(_ handler: PostgresBackendHandler) {
        guard let pooled = handler.pooled, handler.connection.isOpen else { return handler.close() }
        let now = PostgresClock.now().steady
        if pool.isClosed || isOld(pooled, at: now) { return handler.farewell() }
        if pool.waitingCount > 0 {
            let next = waiting.first { $0.key == pooled.key }
            if let next, !isOvertaken(next, at: now) {
                leave(next)
                next.timer?.cancel()
                return lend(handler, to: next)
            }
            // The place of this connection goes to who has waited longest.
            return handler.farewell()
        }
        pooled.idleSince = now
        handler.rest()
        idle[pooled.key, default: []].append(handler)
        idleCount.set(idleCount.count + 1)
        // Who began to wait in this moment may not have seen it.
        if pool.waitingCount > 0 { closeOldest() }
        arrangeSweep()
    }

    /// Somebody who cannot take this connection as it is has waited before `next`, and for too long.
    private func isOvertaken(_ next: PostgresBorrower, at now: UInt64) -> Bool {
        guard let longest = pool.longestWait, longest.number != next.wait else { return false }
        if waiting.contains(where: { $0.wait == longest.number && $0.key == next.key }) { return false }
        return now &- longest.since > PostgresLimits.poolPatienceMilliseconds * 1_000_000
    }

    /// A connection of this pool is closed, by whomever.
    func closed(_ handler: PostgresBackendHandler) {
        remove(handler)
        pool.release()
    }

    private func remove(_ handler: PostgresBackendHandler) {
        guard let key = handler.pooled?.key, let index = idle[key]?.firstIndex(where: { $0 === handler }) else { return }
        idle[key]?.remove(at: index)
        if idle[key]?.isEmpty == true { idle[key] = nil }
        idleCount.set(idleCount.count - 1)
    }

    // MARK: - Closing

    /// The connection that has been idle longest.
    func closeOldest() {
        let oldest = idle.values.compactMap(\.first).min { ($0.pooled?.idleSince ?? 0) < ($1.pooled?.idleSince ?? 0) }
        oldest?.farewell()
    }

    func closeAll() {
        for handler in idle.values.flatMap({ $0 }) { handler.farewell() }
        for borrower in waiting {
            leave(borrower)
            borrower.end(.failure(PostgresFault(.adminShutdown, "the gateway is shutting down")))
        }
    }

    private func arrangeSweep() {
        guard sweep == nil else { return }
        let seconds = min(30, max(1, min(settings.idleSeconds, settings.lifetimeSeconds) / 2))
        sweep = loop.schedule(in: .seconds(Int64(seconds))) { [self] in
            sweep = nil
            closeIdle()
            if idleCount.count > 0 { arrangeSweep() }
        }
    }

    /// Closes what is too old, and what has been idle for too long but for `min_idle` of the pool.
    private func closeIdle() {
        let now = PostgresClock.now().steady
        var spare = pool.idleCount - settings.minIdle
        let longest = UInt64(settings.idleSeconds) * 1_000_000_000
        for handler in idle.values.flatMap({ $0 }) {
            guard let pooled = handler.pooled else { continue }
            let isUnused = now &- pooled.idleSince > longest
            guard isOld(pooled, at: now) || (isUnused && spare > 0) else { continue }
            spare -= 1
            handler.farewell()
        }
    }
}
