// A session whose backend connection is lent by a pool: how it goes back, and in transaction pooling how the next one comes.

import Logging
import NIOCore
import Transport

/// Where a session's connection comes from.
final class PostgresLoan {
    let shelf: PostgresPoolShelf
    let borrower: PostgresBorrower
    let place: PostgresBackendPlace
    /// The session has asked for a connection and has none yet.
    fileprivate var isAsking = false
    /// Monotonic nanoseconds when it began to ask.
    fileprivate var since: UInt64 = 0
    fileprivate var retry: LoopTimer?

    init(shelf: PostgresPoolShelf, borrower: PostgresBorrower, place: PostgresBackendPlace) {
        self.shelf = shelf
        self.borrower = borrower
        self.place = place
    }

    /// The session is over.
    func forget() {
        retry?.cancel()
        shelf.forget(borrower)
    }
}

extension PostgresSession {
    /// Nothing is owed and nothing is half said, so that queries of the gateway's own can follow on the backend's connection.
    var isResettable: Bool {
        expectations.isEmpty && transaction != .failed && !isSkipping && !isCopyingIn && !isCancelling && !isCancelInDoubt
            && clientRemainder == 0 && backendRemainder == 0 && waitsForCatalogue == nil && !isFatalSent && sparedSyncs == 0
    }
}

extension PostgresPair {
    /// What the client is told of its backend's process: in transaction pooling a number of its session's own, beyond those that systems
    /// give to processes.
    var shownProcess: UInt32 {
        guard let loan, session.carrier != nil else { return greeting.process }
        return 0x4000_0000 | UInt32(truncatingIfNeeded: loan.borrower.number) & 0x3FFF_FFFF
    }

    /// At the end of a session its connection is reset and kept, where its state is known; false where it is to be closed.
    func givesBackAtEnd() -> Bool {
        guard let loan, session.leavesClean else { return false }
        guard let backend else { return true }
        guard isBackendOpen, backend.connection.input.readableBytes == 0 else { return false }
        self.backend = nil
        isBackendOpen = false
        loan.shelf.reset(backend, inTransaction: session.transaction != .idle)
        return true
    }

    // MARK: - Transaction pooling

    /// Gives the connection back where nothing binds the session to it; asks for one where a message waits.
    func lendBetweenTransactions() {
        guard let carrier = session.carrier, let loan, !isOver else { return }
        if carrier.hasNewPin { tellPin(carrier) }
        if let backend, session.isGivable, backend.connection.input.readableBytes == 0 {
            giveBack(backend, carrier, loan)
        } else if carrier.wantsBackend, backend == nil, !loan.isAsking {
            loan.since = PostgresClock.now().steady
            ask(loan)
        }
    }

    private func giveBack(_ backend: PostgresBackendHandler, _ carrier: PostgresCarrier, _ loan: PostgresLoan) {
        flush()
        // To send may have been the end.
        guard !isOver, isBackendOpen else { return }
        if carrier.settingsChanged {
            loan.borrower.tracked = PostgresTracked.names.compactMap { name in
                backend.pooled?.greeting.value(name).map { .init(name: name, value: $0) }
            }
        }
        self.backend = nil
        isBackendOpen = false
        session.detach()
        loan.shelf.giveBack(backend)
    }

    private func ask(_ loan: PostgresLoan) {
        loan.isAsking = true
        loan.borrower.done = { [self] result in
            loan.isAsking = false
            switch result {
            case .success(let handler): attach(handler, loan)
            case .failure(let fault): refused(fault, loan)
            }
        }
        loan.shelf.borrow(loan.borrower)
    }

    /// A server that is being started again, or another that takes its place, is waited for as long as for a free connection.
    private func refused(_ fault: PostgresFault, _ loan: PostgresLoan) {
        guard !isOver else { return }
        let waited = PostgresClock.now().steady &- loan.since
        let isLost = fault.kind == .connectionFailure || fault.kind == .cannotConnectNow || fault.kind == .tooManyConnections
        if isLost, waited < UInt64(loan.shelf.settings.waitSeconds) * 1_000_000_000 {
            loan.isAsking = true
            loan.retry = client.connection.loop.schedule(in: .milliseconds(PostgresLimits.poolRetryMilliseconds)) { [self] in
                if !isOver { ask(loan) }
            }
            return
        }
        // People may still say something: a pool that is busy now does not take that from them.
        if fault.kind == .tooManyConnections, session.putOffHold(at: PostgresClock.now()) {
            after()
            return reconsiderHold(in: .seconds(1))
        }
        end(fault)
    }

    private func end(_ fault: PostgresFault) {
        session.stop(fault, at: PostgresClock.now())
        after()
        flush()
    }

    private func attach(_ handler: PostgresBackendHandler, _ loan: PostgresLoan) {
        guard !isOver, let pooled = handler.pooled else { return loan.shelf.giveBack(handler) }
        let next = loan.place.servers[pooled.server]
        let isSameServer = next.catalogue === server.catalogue
        // How text is read was told at the login.
        if !isSameServer, greeting.value("server_encoding") != pooled.greeting.value("server_encoding") {
            loan.shelf.giveBack(handler)
            let text = "the database has moved to a server with another encoding: connect again"
            return end(PostgresFault(.adminShutdown, text))
        }
        backend = handler
        isBackendOpen = true
        isBackendReading = true
        greeting = pooled.greeting
        server = next
        session.attach(pooled, next.catalogue.current, isSameServer: isSameServer)
        handler.begin(self)
        clientRead()
        flush()
    }

    private func tellPin(_ carrier: PostgresCarrier) {
        carrier.hasNewPin = false
        guard let pin = carrier.pin else { return }
        client.service.surroundings.metrics.poolPinned()
        client.logger.info(
            "session keeps its connection until it ends",
            metadata: ["session": "\(session.recording.id)", "reason": "\(pin.rawValue)", "backend_pid": "\(greeting.process)"])
    }
}
