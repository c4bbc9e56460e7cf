// A running gateway: listeners, policy, recording and admin port, from start to drained.

import Decision
import Dispatch
import Foundation
import Identity
import Logging
import Machine
import NIOCore
import Recording
import Sealing
import Synchronization
import Transport

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
    private let loops: SocketLoops
    private let metrics: GatewayMetrics
    private let store: PolicyStore
    private let shared: SharedPolicy
    private let recorder: Recorder
    private let service: PostgresService
    private let memory: FirstSeen
    private let desk = ApprovalDesk()
    private let channels: NoticeChannels
    private let isMemorySeeded = Atomic<Bool>(false)
    private let isDraining = Atomic<Bool>(false)
    private let listeners = Mutex<[ListenerHandle]>([])
    private let admin = Mutex<AdminEndpoint?>(nil)

    /// Where each listener listens, in the order of the configuration, then the admin port: with port 0 the system chose.
    public var addresses: [SocketAddress] {
        listeners.withLock { $0.map(\.address) } + (admin.withLock { $0?.address }.map { [$0] } ?? [])
    }

    private init(
        configuration: GatewayConfiguration, logger: Logger, loops: SocketLoops, metrics: GatewayMetrics,
        store: PolicyStore, inForce: PolicyInForce, recorder: Recorder
    ) throws {
        self.configuration = configuration
        self.logger = logger
        self.loops = loops
        self.metrics = metrics
        self.store = store
        self.recorder = recorder
        let shared = SharedPolicy(inForce)
        self.shared = shared
        let memory = FirstSeen()
        self.memory = memory
        channels = NoticeChannels(try Self.channels(configuration), metrics: metrics, logger: logger)
        service = try PostgresService(
            resources: try Self.resources(configuration),
            surroundings: try Self.surroundings(
                configuration, shared, recorder, memory, LimitLedger(), metrics, logger, desk, channels),
            loginSeconds: Int64(configuration.limits.loginSeconds))
    }

    /// Whether a gateway could start with this configuration: policy, signatures, credentials and certificates are loaded as for a start.
    /// Nothing is made, listened on or connected to; a development certificate is made at the start.
    public static func check(_ configuration: GatewayConfiguration, logger: Logger) throws {
        _ = try load(configuration, logger)
        _ = try resources(configuration)
        _ = try channels(configuration)
        for listener in configuration.listeners {
            if case .development = listener.tls { continue }
            _ = try ServerCertificate.contexts(listener.tls, now: Date())
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
        if let channel = missingChannel(policy, configuration) {
            throw StartFailure("the policy tells the channel '\(channel)', which the configuration does not have: add it under notify")
        }
        return (store, policy)
    }

    /// Loads everything, then listens. On any failure nothing is left running.
    public static func start(_ configuration: GatewayConfiguration, logger: Logger) async throws -> GatewayServer {
        let metrics = GatewayMetrics()
        let (store, policy) = try load(configuration, logger)
        try FileManager.default.createDirectory(atPath: configuration.recording, withIntermediateDirectories: true)
        let recorder = try Recorder(directory: configuration.recording)
        let loops = try SocketLoops(count: configuration.limits.eventLoops, batchesSends: configuration.limits.ioUring)
        if configuration.limits.ioUring, let loop = loops.all.first {
            loop.execute {
                if !loop.joinsSends { logger.notice("io_uring is not to be had: each message is sent by itself, which costs more") }
            }
        }
        do {
            let server = try GatewayServer(
                configuration: configuration, logger: logger, loops: loops, metrics: metrics, store: store, inForce: policy,
                recorder: recorder)
            server.seedMemory(for: policy.program)
            try await server.listen()
            return server
        } catch {
            loops.stop()
            recorder.close()
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
                if let channel = Self.missingChannel(next, configuration) {
                    return refuse("it tells the channel '\(channel)', which the configuration does not have")
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
        for listener in listeners.withLock({ $0 }) { await listener.close() }
        await admin.withLock { $0 }?.close()
        service.drain()
        let deadline = NIODeadline.now() + .seconds(Int64(configuration.limits.drainSeconds))
        while service.sessionCount > 0, NIODeadline.now() < deadline { await pause(.milliseconds(50)) }
        service.endAll()
        let end = NIODeadline.now() + .seconds(2)
        while service.sessionCount > 0, NIODeadline.now() < end { await pause(.milliseconds(20)) }
        channels.stop()
        recorder.flush()
        loops.stop()
        recorder.close()
        logger.notice("stopped")
    }

    private func pause(_ amount: TimeAmount) async {
        let loop = loops.next()
        await withCheckedContinuation { continuation in
            loop.execute { _ = loop.schedule(in: amount) { continuation.resume() } }
        }
    }

    // MARK: - Start

    private func listen() async throws {
        await shared.current.verifier.refresh(now: Self.now())
        for listener in configuration.listeners {
            let tls = try ServerCertificate.contexts(listener.tls, now: Date())
            let bound = try bind(listener, tls)
            listeners.withLock { $0.append(bound) }
            logger.notice("listening", metadata: ["address": "\(bound.address)"])
        }
        if let admin = configuration.admin {
            let started = try await AdminEndpoint.start(admin, answers: answers())
            self.admin.withLock { $0 = started }
        }
        logger.notice("policy in force", metadata: policyMetadata(shared.current.program))
        watch()
    }

    private func bind(_ listener: GatewayConfiguration.Listener, _ tls: ServerCertificate.Contexts) throws -> ListenerHandle {
        let (service, metrics, limit, shared) = (service, metrics, configuration.limits.connections, shared)
        do {
            return try Listener.bind(host: listener.address.host, port: listener.address.port, loops: loops) { file, peer, loop in
                guard metrics.activeConnections < limit else {
                    metrics.connectionOverLimit()
                    return Listener.drop(file)
                }
                let context = shared.current.certificates.takesAny ? tls.asking : tls.plain
                service.accept(file, from: peer, on: loop, tls: context, allowsCleartext: listener.cleartextOnLoopback)
            }
        } catch {
            throw StartFailure("cannot listen on \(listener.address): \(error)")
        }
    }

    /// Looks at the bundle and the keys from time to time, off the loops.
    private func watch() {
        let loop = loops.next()
        loop.execute { [weak self] in
            Self.every(.seconds(Self.watchSeconds), on: loop) { [weak self] in
                guard let self else { return false }
                DispatchQueue.global().async { self.reload(force: false) }
                return true
            }
            Self.every(.seconds(Self.keyRefreshSeconds), on: loop) { [weak self] in
                guard let self else { return false }
                Task { await self.shared.current.verifier.refresh(now: Self.now()) }
                return true
            }
        }
    }

    /// Runs a task again and again until it says that it is enough.
    private static func every(_ time: TimeAmount, on loop: SocketLoop, _ task: @escaping () -> Bool) {
        _ = loop.schedule(in: time) { if task() { every(time, on: loop, task) } }
    }

    private func answers() -> AdminAnswers {
        let (metrics, recorder, service, desk) = (metrics, recorder, service, desk)
        return AdminAnswers(
            metrics: { [weak self] in
                let recording = recorder.metrics
                return metrics.text(also: [
                    .init(name: "sessions", help: "Sessions between login and end.", value: service.sessionCount),
                    .init(name: "pool_connections", help: "Pooled backend connections.", value: service.poolCounts.open),
                    .init(name: "pool_idle", help: "Pooled backend connections that nobody uses.", value: service.poolCounts.idle),
                    .init(name: "pool_waiting", help: "Clients that wait for a pooled connection.", value: service.poolCounts.waiting),
                    .init(name: "recording_entries", help: "Entries journalled since the start.", value: Int(recording.entries)),
                    .init(name: "recording_lag_bytes", help: "Journalled and not yet in the database.", value: Int(recording.lag)),
                    .init(name: "approvals_waiting", help: "Messages that wait for people.", value: desk.count),
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
            },
            approvals: approvals())
    }

    /// Answers come with tokens, which must not cross a network unencrypted.
    private func approvals() -> ApprovalsAPI? {
        guard configuration.admin?.isLoopback == true else { return nil }
        let (shared, logger) = (shared, logger)
        return ApprovalsAPI(
            desk: desk,
            authenticate: { token in try await shared.current.claims(token, now: Self.now()) }, policy: { shared.current.program },
            now: { Self.now() },
            note: { logger.notice("an approval was tried without a valid token", metadata: ["reason": "\($0)"]) })
    }

    private static func now() -> Moment { Moment(seconds: Int64(Date().timeIntervalSince1970)) }
}
