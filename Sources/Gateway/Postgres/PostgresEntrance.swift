// From a proven caller to a session: the gate, the start-up settings judged, the recording begun, the backend logged in to.

import Decision
import Inspect
import Machine
import NIOCore
import Recording
import Transport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What leads one proven caller to its backend. Lives on the connection's loop.
final class PostgresEntrance {
    let client: PostgresHandler
    let caller: Caller
    let place: PostgresBackendPlace
    let judge: PostgresJudge
    let recording: SessionRecording
    /// What the backend's connection is opened with, and what is put right on one that others have had.
    private let settings: [PostgresStartup.Setting]
    private let tracked: [PostgresStartup.Setting]
    private let marks: [PostgresStartup.Setting]
    /// What the client asked for itself, where the backend is told something else.
    let shown: [PostgresStartup.Setting]?
    /// What is put behind every statement; empty for nothing.
    let comment: [UInt8]

    init(
        _ client: PostgresHandler, _ caller: Caller, _ startup: PostgresStartup, _ place: PostgresBackendPlace
    ) throws(PostgresFault) {
        self.client = client
        self.caller = caller
        self.place = place
        let resource = place.resource
        let now = PostgresClock.now()
        let facts = SessionFacts(
            caller: caller, source: client.connection.peer.flatMap(NetworkAddress.init), start: now.moment)
        do {
            guard let judge = try client.service.surroundings.judge(caller, resource.name, facts, client.connection.loop) else {
                throw PostgresFault.authentication("the policy does not know this caller or resource")
            }
            self.judge = judge
            recording = try client.service.surroundings.journal(client.connection.loop).begin(
                SessionRecord(
                    caller: caller, resource: resource.name, kind: .postgres, sourceAddress: client.source,
                    database: startup.database, backendUser: resource.credential.user, program: judge.program, startedAt: now.wall))
        } catch let fault as PostgresFault {
            throw fault
        } catch {
            throw PostgresFault(.internalError, "this session cannot be begun", reason: "\(error)")
        }
        let mark = PostgresIdentityMark(caller, session: recording.id, in: resource.identityIn)
        if let pool = resource.pool {
            (settings, tracked, marks) = mark.pooled(startup.harmless + startup.judged, isShared: pool.isShared)
        } else {
            (settings, tracked, marks) = (mark.settings(startup.harmless + startup.judged), [], [])
        }
        comment = mark.comment
        shown = resource.identityIn.contains(.applicationName) ? startup.harmless : nil
        do {
            for setting in startup.judged { try consider(setting, at: now) }
        } catch {
            recording.end(at: now.wall, reason: error.kind.rawValue)
            throw error
        }
    }

    /// A start-up setting is the SET that would make it.
    private func consider(_ setting: PostgresStartup.Setting, at now: PostgresMoment) throws(PostgresFault) {
        let text = Array(PostgresStartup.statement(for: setting).utf8)
        let circumstances = Circumstances(moment: now.moment)
        let refusal: Refusal?
        do {
            refusal = try text.withUnsafeBytes { bytes -> Refusal? in
                switch judge.gate.consider(.query(bytes), at: circumstances) {
                case .forward(let permit):
                    let sequence = try recording.record(
                        .query, text: bytes, decision: permit.decision, maskNames: judge.gate.maskRuleNames(permit.decision.masks),
                        at: now.wall, circumstances: RecordedCircumstances(circumstances))
                    if let ticket = permit.ticket { judge.gate.names.settle(ticket, completed: .max) }
                    judge.gate.names.beginSession()
                    permit.spend()
                    recording.outcome(sequence, nanoseconds: 0, rows: 0, bytes: 0, completed: 1)
                    return nil
                case .hold(let held):
                    // Nobody can be asked before there is a session.
                    let refusal = Refusal(withdrawn: held.request, because: "a start-up setting cannot wait for approval")
                    _ = try recording.record(
                        .query, text: bytes, decision: refusal.decision, at: now.wall,
                        circumstances: RecordedCircumstances(circumstances))
                    return refusal
                case .refuse(let refusal):
                    _ = try recording.record(
                        .query, text: bytes, decision: refusal.decision, at: now.wall,
                        circumstances: RecordedCircumstances(circumstances))
                    return refusal
                }
            }
        } catch {
            throw PostgresFault(.internalError, "this session cannot be recorded, so it is not let through", reason: "\(error)")
        }
        guard let refusal else { return client.service.surroundings.metrics.decided(.allow) }
        client.service.surroundings.metrics.decided(refusal.decision.effect)
        throw PostgresFault(
            .insufficientPrivilege, "start-up setting \(setting.name): \(refusal.message)",
            reason: "start-up setting \(setting.name) is not allowed")
    }

    // MARK: - The backend

    func connect() {
        if let pool = place.pool { return borrow(from: pool) }
        let isWanted = { [client] in client.isWaitingForSession }
        PostgresConnector.connect(
            place, settings, on: client.connection.loop, isWanted: isWanted,
            note: { [client] in client.logger.notice("another server is tried", metadata: ["reason": "\($0)"]) },
            made: { [self] handler in
                client.giveUp = {
                    handler.close()
                    self.end("the client left")
                }
            }
        ) { [self] result in
            client.giveUp = nil
            switch result {
            case .failure(let fault): refuse(fault)
            case .success(let found): begin(place.servers[found.server], found.handler, found.greeting)
            }
        }
    }

    /// The connection is the pool's: opened before, or now, or when somebody gives one back.
    private func borrow(from pool: PostgresPool) {
        let shelf = pool.shelf(on: client.connection.loop, of: place)
        let borrower = PostgresBorrower(
            key: PostgresPoolKey(startup: settings, caller: pool.settings.isShared ? nil : caller), startup: settings,
            user: caller.userBytes, number: client.service.nextBorrowerNumber(), marks: marks, tracked: tracked)
        borrower.done = { [self] result in
            client.giveUp = nil
            switch result {
            case .failure(let fault): refuse(fault)
            case .success(let handler):
                guard client.isWaitingForSession, let pooled = handler.pooled else {
                    shelf.reset(handler, inTransaction: false)
                    return end("the client left")
                }
                begin(place.servers[pooled.server], handler, pooled.greeting, PostgresLoan(shelf: shelf, borrower: borrower, place: place))
            }
        }
        client.giveUp = { [self] in
            shelf.forget(borrower)
            end("the client left")
        }
        shelf.borrow(borrower)
    }

    private func begin(
        _ server: PostgresServer, _ handler: PostgresBackendHandler, _ greeting: PostgresBackendGreeting, _ loan: PostgresLoan? = nil
    ) {
        do {
            client.begin(try PostgresPair(self, server, handler, greeting, loan))
        } catch {
            handler.close()
            refuse(PostgresFault(.internalError, "this session cannot be begun", reason: "\(error)"))
        }
    }

    private func refuse(_ fault: PostgresFault) {
        guard client.isWaitingForSession else { return end("the client left") }
        end(fault.kind.rawValue)
        // Why nothing is free may be said, and what is wrong with a setting of the client's own; what is wrong with the backend not.
        let isTold = fault.kind.concernsSetting || fault.kind == .tooManyConnections || fault.kind == .adminShutdown
        client.refuse(isTold ? fault : PostgresFault(fault.kind, PostgresConnector.unreachable, reason: fault.reason))
    }

    private func end(_ reason: String) {
        guard !isEnded else { return }
        isEnded = true
        recording.end(at: PostgresClock.now().wall, reason: reason)
    }
    private var isEnded = false
}

/// The room's clocks: read at the channel, handed down as values.
enum PostgresClock {
    static func now() -> PostgresMoment {
        PostgresMoment(wall: read(CLOCK_REALTIME), steady: read(CLOCK_MONOTONIC))
    }

    fileprivate static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }
}

/// The clocks as one session reads them, several times a query: the wall's is carried on by the steady one for a while.
struct PostgresPairClock {
    /// A wall clock that is set anew is followed after this many nanoseconds.
    static let wallLifetime: UInt64 = 10_000_000
    private var read = PostgresMoment(wall: 0, steady: 0)

    mutating func now() -> PostgresMoment {
        let steady = PostgresClock.read(CLOCK_MONOTONIC)
        let passed = steady &- read.steady
        if passed >= Self.wallLifetime {
            read = PostgresMoment(wall: PostgresClock.read(CLOCK_REALTIME), steady: steady)
            return read
        }
        return PostgresMoment(wall: read.wall &+ passed, steady: steady)
    }
}

extension NetworkAddress {
    /// nil for an address that is not an IP's.
    init?(_ address: SocketAddress) {
        switch address {
        case .v4(let v4): self.init(ipv4: UInt32(bigEndian: v4.address.sin_addr.s_addr))
        case .v6(let v6):
            let words = withUnsafeBytes(of: v6.address.sin6_addr) {
                ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            }
            self.init(high: UInt64(bigEndian: words.0), low: UInt64(bigEndian: words.1))
        case .unixDomainSocket: return nil
        }
    }
}
