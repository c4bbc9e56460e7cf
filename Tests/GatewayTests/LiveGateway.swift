// A gateway in the test process: a listener on loopback in front of the live PostgreSQL.

import Decision
import Foundation
import Logging
import Machine
import Recording
import Sealing
import Transport

@testable import Gateway

/// Listens on a free port. Tokens are the subject itself: identity is tested elsewhere.
final class LiveGateway {
    let port: Int
    let service: PostgresService
    private let loops: SocketLoops
    private let loopCount: Int
    private let listener: ListenerHandle

    /// - Parameters:
    ///   - database: on the live PostgreSQL, and the name that clients connect to; the resource is `shop`.
    ///   - cleartext: take tokens without TLS.
    ///   - tokenSeconds: for how long a token is good; for ever when nil.
    init(
        _ stage: PostgresStage, database: String, cleartext: Bool = true, tls: GatewayConfiguration.BackendTLS = .disable,
        host: String = "127.0.0.1", servers: [SocketEndpoint]? = nil, target: GatewayConfiguration.Target = .any,
        identityIn: Set<GatewayConfiguration.IdentityPlace> = [], loginSeconds: Int64 = PostgresLimits.loginSeconds,
        pool: GatewayConfiguration.Pool? = nil, loops count: Int = 1, tokenSeconds: Int64? = nil
    ) throws {
        let live = try LivePostgres.shared.get()
        let resource = PostgresResource(
            name: "shop", servers: servers ?? [SocketEndpoint(host: host, port: live.port)], database: database,
            credential: .init(user: "app", password: Array(LivePostgres.password.utf8)), tls: tls, target: target,
            databases: [database], users: ["by_user"], serverNames: ["shop.localhost"], identityIn: identityIn, pool: pool)
        var logger = Logger(label: "gateway-test")
        logger.logLevel = .critical
        let recorder = try StageRecording.shared.get()
        let journals = PerLoop { try recorder.makeJournal() }
        let shelves = PerLoop { GateShelf() }
        service = try PostgresService(
            resources: [resource],
            surroundings: PostgresSurroundings(
                authenticate: {
                    var caller = try stage.caller(String(decoding: $0.token, as: UTF8.self))
                    if let tokenSeconds { caller.claims.expires = Int64(Date().timeIntervalSince1970) + tokenSeconds }
                    return caller
                },
                judge: { caller, resource, facts, loop in
                    try stage.gate(caller, on: resource, facts, shelf: shelves.value(on: loop))
                        .map { PostgresJudge(gate: $0, program: stage.recorded) }
                },
                journal: { try journals.value(on: $0) }, metrics: GatewayMetrics(), logger: logger), loginSeconds: loginSeconds)
        let certificate = try DevelopmentCertificate.make(
            names: ["localhost"], addresses: ["127.0.0.1"], validDays: 30, nowSeconds: Int64(Date().timeIntervalSince1970))
        let context = try TLSContext.server(
            certificateChain: Array(certificate.certificatePEM.utf8), privateKey: Array(certificate.privateKeyPEM.utf8),
            protocols: ["postgresql"])
        let service = service
        loopCount = count
        loops = try SocketLoops(count: count)
        listener = try Listener.bind(host: "127.0.0.1", port: 0, loops: loops) { file, peer, loop in
            service.accept(file, from: peer, on: loop, tls: context, allowsCleartext: cleartext)
        }
        port = listener.address.port ?? 0
    }

    deinit {
        service.endAll()
        loops.stop()
    }

    /// Waits until every loop has done what it was told to do until now: they take turns.
    func settle() {
        for _ in 0..<loopCount {
            let done = DispatchSemaphore(value: 0)
            loops.next().execute { done.signal() }
            done.wait()
        }
    }

    func psql(_ token: String, database: String, _ commands: [String], tls: String = "require", options: [String] = ["-At"]) throws -> PsqlRun {
        try PsqlRun(
            "host=127.0.0.1 port=\(port) dbname=\(database) user=tester sslmode=\(tls)", password: token, commands, options: options)
    }

    func client() throws -> RawClient { try RawClient(port: port) }

    func client(_ token: String, database: String, settings: [(String, String)] = []) throws -> RawClient {
        let client = try RawClient(port: port)
        let lines = try client.login(token, database: database, settings: settings)
        guard lines.last == "Z I" else { throw NotationError(description: "no login: \(lines)") }
        return client
    }
}
