// What the protocols' rooms need of the gateway around them: proofs, gates, journals and credentials.

import Decision
import Foundation
import Identity
import Logging
import Machine
import Recording
import Synchronization
import Transport

/// The policy in force, for whoever starts a session.
final class SharedPolicy: Sendable {
    private let policy: Mutex<PolicyInForce>
    init(_ policy: PolicyInForce) { self.policy = Mutex(policy) }
    var current: PolicyInForce { policy.withLock { $0 } }
    func replace(_ next: PolicyInForce) { policy.withLock { $0 = next } }
}

extension GatewayServer {
    /// How to reach each backend, by the database name that clients ask for.
    static func resources(_ configuration: GatewayConfiguration) throws -> [PostgresResource] {
        try configuration.resources.map { resource in
            let backend = resource.backend
            return PostgresResource(
                name: resource.name, servers: backend.servers, database: backend.database,
                credential: PostgresBackendCredential(
                    user: backend.user, password: try password(backend.credential, of: resource.name),
                    allowsWeakMethods: backend.allowWeakAuthentication),
                tls: backend.tls, target: backend.target, databases: [resource.database], users: resource.users,
                serverNames: resource.serverNames, identityIn: resource.identityIn, pool: resource.pool)
        }
    }

    private static func password(_ credential: GatewayConfiguration.Credential, of resource: String) throws -> [UInt8]? {
        switch credential {
        case .none: return nil
        case .environment(let name):
            guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else {
                throw StartFailure("the environment variable \(name), the password of '\(resource)', is not set")
            }
            return Array(value.utf8)
        case .file(let path):
            guard let data = FileManager.default.contents(atPath: path) else {
                throw StartFailure("\(path), the password of '\(resource)', cannot be read")
            }
            // A file ends with a line break more often than a password does.
            var bytes = [UInt8](data)
            while let last = bytes.last, last == 10 || last == 13 { bytes.removeLast() }
            return bytes
        }
    }

    static func surroundings(
        _ configuration: GatewayConfiguration, _ policy: SharedPolicy, _ recorder: Recorder, _ memory: FirstSeen,
        _ ledger: LimitLedger, _ metrics: GatewayMetrics, _ logger: Logger, _ desk: ApprovalDesk, _ channels: NoticeChannels
    ) throws -> PostgresSurroundings {
        let secrets = try MaskKeyFile.read(configuration.maskKeyFile)
        let journals = PerLoop { try recorder.makeJournal() }
        let shelves = PerLoop { GateShelf() }
        let approvals = ApprovalLedger()
        var surroundings = PostgresSurroundings(
            authenticate: { request in
                let now = Moment(seconds: Int64(Date().timeIntervalSince1970))
                // A client that shows a certificate is known by it alone: a second proof could name somebody else.
                if !request.certificates.isEmpty { return try policy.current.caller(certificates: request.certificates, now: now) }
                return try await policy.current.caller(request.token, now: now)
            },
            judge: { caller, resource, facts, loop in
                let current = policy.current
                // Between login and here a reload may have come: the gate is made of what is in force now.
                guard case .caller(let again) = current.program.identify(caller.claims), again.identity == caller.identity else {
                    return nil
                }
                var facts = facts
                facts.caller = again
                return try Gate(
                    policy: current.program, caller: again, resource: resource, facts: facts, secrets: secrets, memory: memory,
                    ledger: ledger, approvals: approvals, shelf: shelves.value(on: loop)
                ).map { PostgresJudge(gate: $0, program: current.recorded) }
            },
            journal: { try journals.value(on: $0) }, metrics: metrics, logger: logger)
        surroundings.desk = desk
        surroundings.tell = { channels.tell($0, $1) }
        return surroundings
    }

    /// Channels of the configuration, with their secrets.
    static func channels(_ configuration: GatewayConfiguration) throws -> [NoticeChannel] {
        try configuration.channels.map { channel in
            let secret: [UInt8]
            switch channel.secret {
            case .none: secret = []
            case .environment, .file: secret = try password(channel.secret, of: "notify.\(channel.name)") ?? []
            }
            return NoticeChannel(name: channel.name, webhook: channel.webhook, secret: secret)
        }
    }

    /// A rule that tells nobody although it says so would be a hole in somebody's watch: such a policy is refused.
    static func missingChannel(_ policy: PolicyInForce, _ configuration: GatewayConfiguration) -> String? {
        let known = Set(configuration.channels.map(\.name))
        return policy.program.channels.first { !known.contains($0) }
    }

    static func reporter(_ logger: Logger) -> @Sendable (KeySourceStatus) -> Void {
        { status in
            if let failure = status.failure {
                logger.warning(
                    "an issuer's keys cannot be read; the last good ones stay",
                    metadata: ["issuer": "\(status.issuer)", "reason": "\(failure)", "keys": "\(status.keys)"])
            } else {
                logger.info("keys read", metadata: ["issuer": "\(status.issuer)", "keys": "\(status.keys)"])
            }
        }
    }
}
