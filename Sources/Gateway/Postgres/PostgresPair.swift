// Two connections and the session between them: feeds the machine, writes what it says, reads only what can be dealt with.

import Decision
import Inspect
import Logging
import Machine
import NIOCore
import Recording
import Transport

/// A client's connection joined with its backend's. Both live on one loop, and so does this.
final class PostgresPair {
    let session: PostgresSession
    let client: PostgresHandler
    /// nil while the session has none: it is over, or the connection is a pool's and was given back.
    var backend: PostgresBackendHandler?
    var server: PostgresServer
    /// Of the backend that the session has, or had last.
    var greeting: PostgresBackendGreeting
    /// Where the backend comes from, when it is lent.
    let loan: PostgresLoan?
    private let shown: [PostgresStartup.Setting]?
    let service: PostgresService
    private let caller: Caller
    /// What the gate was made of.
    private let program: RecordedProgram
    private var registration: UInt64 = 0
    private var number: UInt64 = 0
    private var key: UInt32 = 0
    var clock = PostgresPairClock()
    private var isClientReading = true
    var isBackendReading = true
    var isClientOpen = true
    var isBackendOpen = true
    private(set) var isOver = false
    /// Said when the session is outside a transaction and nothing runs.
    private var endsWhenIdle: PostgresFault?
    /// Said as soon as nothing runs; nothing new is taken until then.
    private var endsWhenQuiet: PostgresFault?
    private var expiry: LoopTimer?
    /// What the backend is at, and when that has lasted too long.
    private var timed: PostgresStatement?
    private var runtime: LoopTimer?
    private var ending: LoopTimer?
    /// For the message that waits for people.
    var holdTimer: LoopTimer?
    /// How the request that was settled last ended.
    var lastStep: RecordedApproval.Step?
    /// Who has answered a request that could not be decided again yet, and waits to be told what came of it.
    var owedReplies: [(id: String, done: @Sendable (ApprovalReply) -> Void)] = []

    init(
        _ entrance: PostgresEntrance, _ server: PostgresServer, _ backend: PostgresBackendHandler, _ greeting: PostgresBackendGreeting,
        _ loan: PostgresLoan? = nil
    ) throws {
        client = entrance.client
        service = entrance.client.service
        self.backend = backend
        self.greeting = greeting
        self.server = server
        self.loan = loan
        caller = entrance.caller
        program = entrance.judge.program
        let metrics = service.surroundings.metrics
        var lexical = LexicalState()
        for parameter in greeting.parameters {
            if parameter.name == "client_encoding" { lexical.encoding = ClientEncoding(name: parameter.value) }
            if parameter.name == "server_encoding" { lexical.noteServerEncoding(parameter.value) }
            if parameter.name == "standard_conforming_strings" { lexical.standardConformingStrings = parameter.value == "on" }
        }
        let impossible = try PostgresScram.freshNonce()
        session = PostgresSession(
            gate: entrance.judge.gate, recording: entrance.recording,
            observer: PostgresObserver(
                decided: { metrics.decided($0) }, searchesFailed: { metrics.searchesFailed($0) }, observed: { metrics.ruleObserved() },
                told: service.teller(entrance.caller, server.dial.resource.name, session: entrance.recording.id),
                watched: { metrics.watchHeld() }),
            impossibleName: "postern \(impossible)", lexical: lexical, floor: server.catalogue.floor)
        session.comment = entrance.comment
        session.pooled = backend.pooled
        if let loan, loan.shelf.settings.mode == .transaction {
            session.carrier = PostgresCarrier(
                texts: loan.shelf.texts, limit: loan.shelf.settings.preparedStatements, number: loan.borrower.number)
        }
        shown = entrance.shown
        session.catalogue = server.catalogue.current
    }

    // MARK: - Beginning

    /// The client is told that it is in, with the backend's own settings and process id, and a key of the gateway's own.
    func start() {
        let loop = client.connection.loop
        let bound = LoopBound(self, on: loop)
        do {
            (key, registration) = try service.cancels.register(process: shownProcess) {
                loop.execute { bound.value.cancel() }
            }
        } catch {
            session.stop(PostgresFault(.internalError, "this session cannot be begun", reason: "\(error)"), at: PostgresClock.now())
            return after()
        }
        let entered = service.enter(
            PostgresSessionControl(
                adopt: { policy, program in loop.execute { bound.value.adopt(policy, program) } },
                drain: { loop.execute { bound.value.drain() } },
                end: { loop.execute { bound.value.stop() } }), judgedBy: program)
        number = entered.number
        // A policy that was loaded while the backend was logged in to.
        if let newer = entered.newer { adopt(newer.policy, newer.program) }
        // One that does not know this caller any more has ended the session, before it was told that it is in.
        if isOver { return }
        scheduleExpiry(on: loop)
        var out = ByteBuffer()
        PostgresCodec.authentication(0, to: &out)
        for parameter in greeting.parameters {
            let told = shown.map { PostgresIdentityMark.shown(parameter, $0) } ?? parameter
            PostgresCodec.parameterStatus(told.name, told.value, to: &out)
        }
        PostgresCodec.backendKeyData(process: shownProcess, key: key, to: &out)
        PostgresCodec.readyForQuery(.idle, to: &out)
        client.connection.write(out)
        client.logger.info(
            "session begins",
            metadata: [
                "session": "\(session.recording.id)", "resource": "\(server.dial.resource.name)", "backend_pid": "\(greeting.process)",
            ])
        backend?.begin(self)
        client.connection.setReading(true)
        if let backend, backend.connection.input.readableBytes > 0 { backendRead() }
        clientRead()
        flush()
    }

    /// A session whose token says a time further away ends after a year nevertheless, in seconds.
    private static let longestSession: Int64 = 365 * 86_400

    /// A token that ends, ends its session: at the next place where nothing runs.
    private func scheduleExpiry(on loop: SocketLoop) {
        guard let expires = caller.claims.expires else { return }
        let left = min(max(expires - PostgresClock.now().moment.seconds, 0), Self.longestSession)
        expiry = loop.schedule(in: .seconds(left)) { [self] in
            endWhenQuiet(PostgresFault(.adminShutdown, "the token of this session has expired: connect again with a new one"))
        }
    }

    // MARK: - Events

    func clientRead() {
        guard !isOver else { return client.connection.input.clear() }
        session.client(&client.connection.input, at: clock.now())
        after()
    }

    func backendRead() {
        guard let backend else { return }
        // Nobody takes it any more, but a backend that cannot send does not see that it was cancelled either.
        if isOver, session.end != .terminated { return backend.connection.input.clear() }
        session.backend(&backend.connection.input, at: clock.now())
        after()
        if !isOver, client.connection.input.readableBytes > 0, !session.isClientHeld { clientRead() }
    }

    func clientClosed() {
        guard isClientOpen else { return }
        isClientOpen = false
        guard !isOver else { return }
        session.clientLost(at: PostgresClock.now())
        after()
        flush()
    }

    func backendClosed() {
        isBackendOpen = false
        ending?.cancel()
        runtime?.cancel()
        session.backendLost(at: PostgresClock.now())
        after()
        flush()
        if isOver { finish("ended") }
    }

    /// Writes what the machine has made, asks for what it wishes, ends what is over.
    func after() {
        session.toBackend.drain { backend?.connection.write($0) }
        session.toClient.drain { client.connection.write($0) }
        if let wish = session.catalogueWish { loadCatalogue(of: wish) }
        if !session.approvalNews.isEmpty { passOnApprovals() }
        if session.wantsCancel { cancelAtLimit() }
        if session.limitsRuntime { watchRuntime() }
        if let end = session.end {
            over(end)
        } else if let fault = endsWhenQuiet ?? endsWhenIdle, endsWhenQuiet == nil ? session.isIdle : session.isQuiet {
            session.stop(fault, at: PostgresClock.now())
            after()
        } else if session.carrier != nil {
            lendBetweenTransactions()
        }
        updateReading()
    }

    func flush() {
        backend?.connection.flush()
        client.connection.flush()
        updateReading()
    }

    /// Each side is read only while the other can take what comes of it, and while the machine does not wait.
    func updateReading() {
        // While a message waits for people the client is read on for a while: only so is it seen to go away.
        let isHeld = session.isHeldForPeople
            ? client.connection.input.readableBytes > PostgresLimits.heldBytes : session.isClientHeld
        let readsClient = isClientOpen && !isOver && !isHeld && backend?.connection.isWritable != false
        if readsClient != isClientReading {
            isClientReading = readsClient
            client.connection.setReading(readsClient)
        }
        let readsBackend = isBackendOpen && !session.isBackendHeld && (!isClientOpen || client.connection.isWritable)
        if readsBackend != isBackendReading {
            isBackendReading = readsBackend
            backend?.connection.setReading(readsBackend)
        }
    }

    private func loadCatalogue(of oldest: UInt64) {
        session.catalogueWish = nil
        let loop = client.connection.loop
        let bound = LoopBound(self, on: loop)
        server.catalogue.catalogue(of: oldest, on: loop) { catalogue in
            // Also when the session is over: what was sent before its end still runs, and its answers wait for this.
            let pair = bound.value
            pair.session.catalogueLoaded(catalogue)
            pair.backendRead()
            if !pair.isOver { pair.clientRead() }
            pair.flush()
        }
    }

    // MARK: - Cancelling

    /// A client asked with the right key. Only what runs now is cancelled, and nothing new is sent until the backend has been signalled.
    private func cancel() {
        // What was sent before a message that waits may still run. While that is cancelled nothing new is taken.
        if session.hold == nil || session.expectations.runningCount > 0 { cancelRunning() }
        withdrawHold("canceling statement due to user request")
    }

    private func cancelRunning() {
        guard !isOver, session.hasOutstandingStatement, !session.isCancelling else { return }
        session.isCancelling = true
        updateReading()
        sendCancel()
    }

    /// What runs has reached a limit. A cancel that is under way for something else may hit what ran before: then another follows.
    private func cancelAtLimit() {
        guard !session.isCancelling else { return }
        session.wantsCancel = false
        cancelRunning()
        if let running = session.expectations.running?.statement { giveUp(on: running) }
    }

    /// One timer, for what the backend is at now.
    private func watchRuntime() {
        let running = session.expectations.running?.statement
        guard running !== timed else { return }
        runtime?.cancel()
        (timed, runtime) = (nil, nil)
        guard let running, let seconds = running.limits?.runtime?.amount, !isOver || session.end == .terminated else { return }
        timed = running
        runtime = client.connection.loop.schedule(in: .seconds(Int64(clamping: seconds))) { [self] in
            if isOver { return closeBackend(running: true) }
            session.runtimeIsOver(running)
            after()
            flush()
        }
    }

    /// A cancel may not come through, and a statement may not heed it: then the session ends, and the client waits no longer.
    private func giveUp(on running: PostgresStatement) {
        guard !isOver, running.reached != nil else { return }
        runtime?.cancel()
        timed = running
        runtime = client.connection.loop.schedule(in: .seconds(PostgresLimits.cancelSeconds)) { [self] in
            session.cancelWasInVain(running)
            after()
            flush()
        }
    }

    private func sendCancel() {
        PostgresCancelSender.send(server.dial, process: greeting.process, key: greeting.key, on: client.connection.loop) { [self] isSettled in
            session.isCancelling = false
            if !isSettled { session.isCancelInDoubt = true }
            guard !isOver else { return backend?.close() ?? () }
            clientRead()
            flush()
        }
    }

    // MARK: - Policy, drain, end

    private func adopt(_ policy: VerifiedProgram, _ program: RecordedProgram) {
        guard !isOver else { return }
        do {
            try session.recording.adopt(program)
        } catch {
            session.stop(PostgresFault(.internalError, "this session cannot be recorded any more", reason: "\(error)"), at: PostgresClock.now())
            after()
            return flush()
        }
        switch session.gate.adopt(policy, at: PostgresClock.now().moment) {
        case .adopted: reconsiderHold()
        case .renamed:
            endWhenQuiet(PostgresFault(.adminShutdown, "the policy has changed what names mean on this resource: connect again"))
        case .unknown: revoke("the policy has changed: this identity or resource is not in it any more")
        case .powerless: revoke("the policy has changed: it lets this identity do nothing on this resource any more")
        case .deaf(let channel): revoke("the policy has changed: it does not let this session listen on \"\(channel)\" any more")
        }
    }

    /// Whoever is not let in any more receives nothing more: what runs is cancelled, and not even its next row is sent.
    private func revoke(_ reason: String) {
        // It ends already, and not later for being told so again.
        guard session.endsBehindMessage == nil else { return }
        let fault = PostgresFault(.adminShutdown, reason)
        session.stopAtOnce(fault, at: PostgresClock.now())
        after()
        flush()
        guard !isOver else { return }
        // The rest of a message may never come, or not be taken.
        expiry?.cancel()
        expiry = client.connection.loop.schedule(in: .seconds(PostgresLimits.farewellSeconds)) { [self] in
            session.stop(fault, at: PostgresClock.now())
            after()
            flush()
        }
    }

    static let shutdown = "the gateway is shutting down"
    var isDraining: Bool { endsWhenIdle != nil }

    private func drain() {
        guard !isOver else { return }
        endsWhenIdle = PostgresFault(.adminShutdown, "the gateway is shutting down")
        withdrawHold(Self.shutdown)
        after()
        flush()
    }

    private func stop() {
        guard !isOver else { return }
        session.stop(PostgresFault(.adminShutdown, "the gateway is shutting down"), at: PostgresClock.now())
        after()
        flush()
    }

    private func endWhenQuiet(_ fault: PostgresFault) {
        guard !isOver else { return }
        endsWhenQuiet = fault
        session.stopWhenQuiet(fault, at: PostgresClock.now())
        after()
        flush()
    }

    private func over(_ end: PostgresEnd) {
        guard !isOver else { return }
        isOver = true
        expiry?.cancel()
        holdTimer?.cancel()
        if !session.approvalNews.isEmpty { passOnApprovals() }
        // What was sent before Terminate runs on, and no longer than it may.
        if end != .terminated {
            runtime?.cancel()
            (timed, runtime) = (nil, nil)
        }
        service.cancels.forget(process: shownProcess, session: registration)
        service.leave(number)
        loan?.forget()
        flush()
        switch end {
        case .terminated where givesBackAtEnd():
            closeClient()
            finish("terminated")
        case .terminated:
            // What was sent before Terminate still runs; the backend closes when it is done, or is made to after a while.
            closeClient()
            ending = client.connection.loop.schedule(in: .seconds(PostgresLimits.terminatedSeconds)) { [self] in closeBackend(running: true) }
            if !isBackendOpen { finish("terminated") }
        case .clientLost:
            closeBackend()
            finish("the client's connection was lost")
        case .backendGone:
            closeClient()
            finish("the backend's connection ended")
        case .fault(let fault):
            client.logger.notice("session ended", metadata: ["reason": "\(fault)", "session": "\(session.recording.id)"])
            closeClient()
            closeBackend()
            finish(fault.kind.rawValue)
        }
    }

    /// What still runs is cancelled first: nobody waits for it any more.
    private func closeBackend(running: Bool = false) {
        guard isBackendOpen else { return }
        if running || session.endedWhileRunning { sendCancel() } else { backend?.close() }
    }

    private func closeClient() {
        isClientOpen = false
        client.connection.input.clear()
        client.closeWhenWritten()
    }

    private var isFinished = false
    private func finish(_ reason: String) {
        guard !isFinished else { return }
        isFinished = true
        session.recording.end(at: PostgresClock.now().wall, reason: reason)
    }
}
