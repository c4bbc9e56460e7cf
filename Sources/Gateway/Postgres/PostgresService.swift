// The PostgreSQL room's door: takes accepted connections, and knows the sessions that live.

import Decision
import Logging
import Machine
import NIOCore
import Recording
import Synchronization
import Transport

/// Who wants to come in, and with what.
public struct PostgresLoginRequest: Sendable {
    /// What the client sent as its password. Never logged.
    public var token: [UInt8]
    /// Where the client connected from, as text.
    public var source: String
    /// The user and database that the client named.
    public var user: String
    public var database: String
}

/// What a session is judged by and recorded under.
public struct PostgresJudge {
    public var gate: Gate
    public var program: RecordedProgram
    public init(gate: Gate, program: RecordedProgram) {
        self.gate = gate
        self.program = program
    }
}

/// What the room needs of the gateway around it. Everything is called on loops and must not block.
public struct PostgresSurroundings: Sendable {
    /// Proves who the caller is; throws with a reason for the log, without the token in it.
    public var authenticate: @Sendable (PostgresLoginRequest) async throws -> Caller
    /// A gate under the policy in force, for the loop it is called on; nil when the caller may not reach the resource at all.
    public var judge: @Sendable (_ caller: Caller, _ resource: String, _ facts: SessionFacts, _ loop: SocketLoop) throws -> PostgresJudge?
    /// The journal of the loop it is called on.
    public var journal: @Sendable (SocketLoop) throws -> Journal
    public var metrics: GatewayMetrics
    public var logger: Logger
    /// Where messages that wait for people are shown.
    var desk = ApprovalDesk()
    /// Tells channels. Must return at once.
    var tell: @Sendable (_ channels: [String], ChannelNotice) -> Void = { _, _ in }

    public init(
        authenticate: @escaping @Sendable (PostgresLoginRequest) async throws -> Caller,
        judge: @escaping @Sendable (_ caller: Caller, _ resource: String, _ facts: SessionFacts, _ loop: SocketLoop) throws -> PostgresJudge?,
        journal: @escaping @Sendable (SocketLoop) throws -> Journal, metrics: GatewayMetrics, logger: Logger
    ) {
        self.authenticate = authenticate
        self.judge = judge
        self.journal = journal
        self.metrics = metrics
        self.logger = logger
    }
}

/// Serves PostgreSQL clients. One for a gateway; every listener hands its connections to it.
public final class PostgresService: Sendable {
    let surroundings: PostgresSurroundings
    let cancels = PostgresCancelRegistry()
    let loginSeconds: Int64
    private let databases: [String: PostgresBackendPlace]
    private let users: [String: PostgresBackendPlace]
    private let serverNames: [String: PostgresBackendPlace]
    private let pools: [PostgresPool]
    private struct State {
        var sessions: [UInt64: PostgresSessionControl] = [:]
        /// What was loaded last, once anything was loaded after the start.
        var newest: PostgresNewPolicy?
    }
    private let state = Mutex(State())
    private let nextSession = Atomic<UInt64>(1)
    private let nextBorrower = Atomic<UInt64>(0)
    private let isDraining = Atomic<Bool>(false)

    /// - Parameters:
    ///   - resources: no two with a database name, a user name or a server name in common.
    ///   - loginSeconds: from accept to the first ReadyForQuery.
    /// - Throws: when a CA file cannot be read.
    public init(
        resources: [PostgresResource], surroundings: PostgresSurroundings,
        loginSeconds: Int64 = PostgresLimits.loginSeconds
    ) throws {
        self.surroundings = surroundings
        self.loginSeconds = loginSeconds
        let logger = surroundings.logger
        var (databases, users, serverNames): ([String: PostgresBackendPlace], [String: PostgresBackendPlace], [String: PostgresBackendPlace])
        (databases, users, serverNames) = ([:], [:], [:])
        var pools: [PostgresPool] = []
        for resource in resources {
            let floor = PostgresCatalogueFloor()
            let servers = try PostgresDial.all(of: resource).map { dial in
                PostgresServer(dial: dial, catalogue: PostgresCatalogueStore(dial: dial, floor: floor, note: { logger.warning("\($0)") }))
            }
            let pool = try resource.pool.map {
                PostgresPool($0, nonce: try PostgresScram.freshNonce(), metrics: surroundings.metrics, note: { logger.notice("\($0)") })
            }
            if let pool { pools.append(pool) }
            let place = PostgresBackendPlace(resource: resource, servers: servers, pool: pool)
            for name in resource.databases { databases[name] = place }
            for name in resource.users { users[name] = place }
            for name in resource.serverNames { serverNames[name.lowercased()] = place }
        }
        self.pools = pools
        self.databases = databases
        self.users = users
        self.serverNames = serverNames
    }

    /// Takes over an accepted socket, on the loop it is to live on.
    /// - Parameters:
    ///   - tls: the listener's certificate; nil where there is none.
    ///   - allowsCleartext: take a token without TLS when the client's address is loopback.
    public func accept(
        _ file: CInt, from peer: SocketAddress?, on loop: SocketLoop, tls: TLSContext?, allowsCleartext: Bool
    ) {
        do {
            let connection = try Connection(file: file, peer: peer, on: loop, peeksFirst: tls != nil)
            _ = PostgresHandler(service: self, connection: connection, tls: tls, allowsCleartext: allowsCleartext)
        } catch {
            surroundings.logger.warning("a connection cannot be taken", metadata: ["reason": "\(error)"])
        }
    }

    /// The resource that a client means: by the name of the server that it asked for in TLS, else by its database, else by its user.
    func backend(database: String, user: String, serverName: String?) -> PostgresBackendPlace? {
        serverName.flatMap { serverNames[$0] } ?? databases[database] ?? users[user]
    }

    /// A number for a session that borrows connections; never 0.
    func nextBorrowerNumber() -> UInt64 { nextBorrower.wrappingAdd(1, ordering: .relaxed).newValue }

    /// Pooled connections of all resources.
    var poolCounts: (open: Int, idle: Int, waiting: Int) {
        pools.reduce((0, 0, 0)) { ($0.0 + $1.placeCount, $0.1 + $1.idleCount, $0.2 + $1.waitingCount) }
    }

    /// What a session's notices become, with what it knows of itself.
    func teller(_ caller: Caller, _ resource: String, session: SessionID) -> @Sendable (PostgresNotice) -> Void {
        let tell = surroundings.tell
        return { notice in
            tell(
                notice.channels,
                ChannelNotice(
                    event: notice.event, rule: notice.rule, because: notice.because, identity: caller.identity,
                    subject: caller.claims.subject, issuer: caller.claims.issuer, resource: resource, session: session.description,
                    statement: ChannelNotice.shortened(notice.text), request: notice.request, rows: notice.rows, bytes: notice.bytes,
                    time: PostgresClock.text(notice.at)))
        }
    }

    // MARK: - Live sessions

    /// Sessions between login and end.
    public var sessionCount: Int { state.withLock { $0.sessions.count } }

    /// Every session goes over to a policy between two of its messages; one whose caller is not in it any more is ended (57P01).
    public func adopt(_ policy: VerifiedProgram, _ program: RecordedProgram) {
        let controls = state.withLock { state in
            state.newest = PostgresNewPolicy(policy: policy, program: program)
            return Array(state.sessions.values)
        }
        for control in controls { control.adopt(policy, program) }
    }

    /// Ends sessions that are idle now, and every other one as soon as it becomes idle (57P01). New ones are ended after their login.
    public func drain() {
        isDraining.store(true, ordering: .sequentiallyConsistent)
        for control in state.withLock({ Array($0.sessions.values) }) { control.drain() }
        for pool in pools { pool.close() }
    }

    /// Ends every session now (57P01); what runs is cancelled.
    public func endAll() {
        isDraining.store(true, ordering: .sequentiallyConsistent)
        for control in state.withLock({ Array($0.sessions.values) }) { control.end() }
        for pool in pools { pool.close() }
    }

    /// From here on a session learns of new policies. `newer` is one that was loaded since its gate was made of `program`.
    func enter(_ control: PostgresSessionControl, judgedBy program: RecordedProgram) -> (number: UInt64, newer: PostgresNewPolicy?) {
        let number = nextSession.wrappingAdd(1, ordering: .relaxed).newValue
        let newest = state.withLock { state in
            state.sessions[number] = control
            return state.newest
        }
        if isDraining.load(ordering: .sequentiallyConsistent) { control.drain() }
        return (number, newest.flatMap { $0.program.digest == program.digest ? nil : $0 })
    }

    func leave(_ number: UInt64) { state.withLock { _ = $0.sessions.removeValue(forKey: number) } }
}

/// A backend.
struct PostgresBackendPlace: Sendable {
    let resource: PostgresResource
    let servers: [PostgresServer]
    /// nil where every session has a connection of its own.
    let pool: PostgresPool?
}

/// One server of a backend and what is known of it. The numbers of its relations mean something else on another one, which need not be
/// a copy of it byte for byte.
struct PostgresServer: Sendable {
    let dial: PostgresDial
    let catalogue: PostgresCatalogueStore
}

/// A policy, and what it is in the recording.
struct PostgresNewPolicy: Sendable {
    var policy: VerifiedProgram
    var program: RecordedProgram
}

/// Reaches a live session from any thread; each call hops to the session's loop.
struct PostgresSessionControl: Sendable {
    var adopt: @Sendable (VerifiedProgram, RecordedProgram) -> Void
    var drain: @Sendable () -> Void
    var end: @Sendable () -> Void
}
