// A running gateway: listeners, policy, recording and admin port, from start to drained.

import Decision
import Foundation
import Identity
import Logging
import Machine
import NIOCore
import NIOPosix
import NIOSSL
import Recording
import Sealing
import Synchronization

/// Why a gateway cannot start.
public struct StartFailure: Error, Sendable, CustomStringConvertible {
    public var description: String
    init(_ reason: String) { description = reason }
}

/// One gateway process. Start it, reload it, drain it.
public final class GatewayServer: Sendable {
    /// Seconds between looks at the bundle file and at the issuers' keys.
    static let watchSeconds: Int64 = 1
    static let keyRefreshSeconds: Int64 = 15

    private let configuration: GatewayConfiguration
    private let logger: Logger
    private let group: MultiThreadedEventLoopGroup
    private let metrics: GatewayMetrics
    private let store: PolicyStore
    private let shared: SharedPolicy
    private let recorder: Recorder
    private let service: PostgresService
    private let memory: FirstSeen
    private let isMemorySeeded = Atomic<Bool>(false)
    private let isDraining = Atomic<Bool>(false)
    private let channels = Mutex<[any Channel]>([])

    /// Where each listener listens, in the order of the configuration: with port 0 the system chose.
    public var addresses: [SocketAddress] { channels.withLock { $0.compactMap(\.localAddress) } }

    private init(
        configuration: GatewayConfiguration, logger: Logger, group: MultiThreadedEventLoopGroup, metrics: GatewayMetrics,
        store: PolicyStore, inForce: PolicyInForce, recorder: Recorder
    ) throws {
        self.configuration = configuration
        self.logger = logger
        self.group = group
        self.metrics = metrics
        self.store = store
        self.recorder = recorder
        let shared = SharedPolicy(inForce)
        self.shared = shared
        let memory = FirstSeen()
        self.memory = memory
        service = try PostgresService(
            resources: try Self.resources(configuration),
            surroundings: try Self.surroundings(configuration, shared, recorder, memory, metrics, logger),
            loginSeconds: Int64(configuration.limits.loginSeconds))
    }

    /// Whether a gateway could start with this configuration: policy, signatures, credentials and certificates are loaded as for a start.
    /// Nothing is made, listened on or connected to; a development certificate is made at the start.
    public static func check(_ configuration: GatewayConfiguration, logger: Logger) throws {
        _ = try load(configuration, logger)
        _ = try resources(configuration)
        for listener in configuration.listeners {
            if case .development = listener.tls { continue }
            _ = try ServerCertificate.context(listener.tls, now: Date())
        }
    }

    private static func load(_ configuration: GatewayConfiguration, _ logger: Logger) throws -> (PolicyStore, PolicyInForce) {
        let store: PolicyStore
        do {
            store = try PolicyStore(configuration.policy)
        } catch {
            throw StartFailure("no policy: \(error.reason)")
        }
        let policy = try PolicyInForce(store.current, configuration: configuration, report: reporter(logger))
        if let missing = policy.missing(configuration.resources).first {
            throw StartFailure(
                "the resource '\(missing.name)' (line \(missing.line) of the configuration) is not in the policy \(policy.program.program.name)")
        }
        return (store, policy)
    }

    /// Loads everything, then listens. On any failure nothing is left running.
    public static func start(_ configuration: GatewayConfiguration, logger: Logger) async throws -> GatewayServer {
        let metrics = GatewayMetrics()
        let (store, policy) = try load(configuration, logger)
        try FileManager.default.createDirectory(atPath: configuration.recording, withIntermediateDirectories: true)
        let recorder = try Recorder(directory: configuration.recording)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.limits.eventLoops)
        do {
            let server = try GatewayServer(
                configuration: configuration, logger: logger, group: group, metrics: metrics, store: store, inForce: policy,
                recorder: recorder)
            server.seedMemory(for: policy.program)
            try await server.listen()
            return server
        } catch {
            recorder.close()
            try? await group.shutdownGracefully()
            throw error
        }
    }

    // MARK: - Policy

    /// Looks at the bundle again; `force` even when the file looks the same.
    public func reload(force: Bool) {
        switch store.reload(force: force) {
        case .unchanged: break
        case .refused(let refusal): refuse(refusal.reason)
        case .loaded(let policy):
            do {
                let next = try PolicyInForce(policy, configuration: configuration, report: Self.reporter(logger))
                if let missing = next.missing(configuration.resources).first {
                    return refuse("the resource '\(missing.name)' is not in it")
                }
                seedMemory(for: next.program)
                shared.replace(next)
                service.adopt(next.program, next.recorded)
                metrics.policyLoaded()
                logger.notice("policy loaded", metadata: policyMetadata(next.program))
            } catch {
                refuse("\(error)")
            }
        }
    }

    /// What identities ran before, from the recording: read once, and only for a policy that asks for it. A recording that cannot be
    /// read leaves every statement new, which can only ask more of it.
    private func seedMemory(for program: VerifiedProgram) {
        guard program.usesFirstSeen,
            isMemorySeeded.compareExchange(expected: false, desired: true, ordering: .sequentiallyConsistent).exchanged
        else { return }
        do {
            recorder.flush()
            let reader = try RecordingReader(directory: configuration.recording)
            defer { reader.close() }
            try reader.forEachSeenFingerprint { memory.remember($1, for: $0) }
        } catch RecordingError.notFound {
            // Nothing was recorded yet.
        } catch {
            logger.warning("statements run before cannot be read; all count as new", metadata: ["reason": "\(error)"])
        }
    }

    private func refuse(_ reason: String) {
        let now = Int(Date().timeIntervalSince1970)
        metrics.policyRefused(at: now)
        let since = Date(timeIntervalSince1970: Double(metrics.policyRefusedSince))
        logger.error(
            "policy refused; the last good one stays in force",
            metadata: [
                "reason": "\(reason)", "refused_since": "\(since.ISO8601Format())",
                "revision_in_force": "\(shared.current.program.revision)",
            ])
    }

    private func policyMetadata(_ program: VerifiedProgram) -> Logger.Metadata {
        [
            "policy": "\(program.program.name)", "revision": "\(program.revision)", "rules": "\(program.program.rules.count)",
            "unsigned_allowed": "\(configuration.policy.allowUnsigned)",
        ]
    }

    // MARK: - Drain

    /// No new connections; idle sessions end, busy ones may finish; then the recording is flushed and everything stops.
    public func drain() async {
        guard isDraining.compareExchange(expected: false, desired: true, ordering: .sequentiallyConsistent).exchanged else { return }
        logger.notice("draining", metadata: ["sessions": "\(service.sessionCount)"])
        for channel in channels.withLock({ $0 }) { try? await channel.close() }
        service.drain()
        let deadline = NIODeadline.now() + .seconds(Int64(configuration.limits.drainSeconds))
        while service.sessionCount > 0, NIODeadline.now() < deadline { await pause(.milliseconds(50)) }
        service.endAll()
        let end = NIODeadline.now() + .seconds(2)
        while service.sessionCount > 0, NIODeadline.now() < end { await pause(.milliseconds(20)) }
        recorder.flush()
        recorder.close()
        try? await group.shutdownGracefully()
        logger.notice("stopped")
    }

    private func pause(_ amount: TimeAmount) async {
        try? await group.next().scheduleTask(in: amount) {}.futureResult.get()
    }

    // MARK: - Start

    private func listen() async throws {
        await shared.current.verifier.refresh(now: Self.now())
        for listener in configuration.listeners {
            let tls = try ServerCertificate.context(listener.tls, now: Date())
            let channel = try await bind(listener, tls)
            channels.withLock { $0.append(channel) }
            logger.notice("listening", metadata: ["address": "\(channel.localAddress?.description ?? "")"])
        }
        if let admin = configuration.admin {
            let channel = try await AdminEndpoint.start(admin, group: group, answers: answers())
            channels.withLock { $0.append(channel) }
        }
        logger.notice("policy in force", metadata: policyMetadata(shared.current.program))
        watch()
    }

    private func bind(_ listener: GatewayConfiguration.Listener, _ tls: NIOSSLContext) async throws -> any Channel {
        let (service, metrics, limit) = (service, metrics, configuration.limits.connections)
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelInitializer { channel in
                guard metrics.activeConnections < limit else {
                    metrics.connectionOverLimit()
                    return channel.close()
                }
                return channel.eventLoop.makeCompletedFuture {
                    try service.accept(channel, tls: tls, allowsCleartext: listener.cleartextOnLoopback)
                }
            }
        do {
            return try await bootstrap.bind(host: listener.address.host, port: listener.address.port).get()
        } catch {
            throw StartFailure("cannot listen on \(listener.address): \(error)")
        }
    }

    /// Looks at the bundle and the keys from time to time, off the event loops.
    private func watch() {
        let loop = group.next()
        loop.scheduleRepeatedTask(initialDelay: .seconds(Self.watchSeconds), delay: .seconds(Self.watchSeconds)) { [weak self] _ in
            guard let self else { return }
            NIOThreadPool.singleton.submit { _ in self.reload(force: false) }
        }
        loop.scheduleRepeatedTask(initialDelay: .seconds(Self.keyRefreshSeconds), delay: .seconds(Self.keyRefreshSeconds)) {
            [weak self] _ in
            guard let self else { return }
            Task { await self.shared.current.verifier.refresh(now: Self.now()) }
        }
    }

    private func answers() -> AdminAnswers {
        let (metrics, recorder, service) = (metrics, recorder, service)
        return AdminAnswers(
            metrics: { [weak self] in
                let recording = recorder.metrics
                return metrics.text(also: [
                    .init(name: "sessions", help: "Sessions between login and end.", value: service.sessionCount),
                    .init(name: "recording_entries", help: "Entries journalled since the start.", value: Int(recording.entries)),
                    .init(name: "recording_lag_bytes", help: "Journalled and not yet in the database.", value: Int(recording.lag)),
                    .init(
                        name: "policy_revision", help: "Revision of the policy in force.",
                        value: Int(clamping: self?.shared.current.program.revision ?? 0)),
                ])
            },
            notReady: { [weak self] in
                guard let self, !self.isDraining.load(ordering: .relaxed) else { return "draining" }
                if let status = self.shared.current.verifier.status.first(where: { $0.keys == 0 }) {
                    return "no keys of issuer \(status.issuer): its tokens cannot be verified"
                }
                return recorder.metrics.lastError.map { "the recording fails: \($0)" }
            })
    }

    private static func now() -> Moment { Moment(seconds: Int64(Date().timeIntervalSince1970)) }
}
