// Reads a configuration file into a `GatewayConfiguration`, or into all that is wrong with it.

import Foundation
import Identity
import Yams

public enum ConfigurationFile {
    /// Largest file that is read, in bytes.
    public static let sizeLimit = 1 << 20

    /// Reads the file; relative paths in it are relative to its directory.
    public static func read(path: String) throws(ConfigurationError) -> GatewayConfiguration {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ConfigurationError(problems: [.init(path: path, line: 1, message: "the configuration file cannot be read")])
        }
        guard data.count <= sizeLimit else {
            throw ConfigurationError(problems: [.init(path: path, line: 1, message: "the configuration file is larger than 1 MiB")])
        }
        return try parse(
            String(decoding: data, as: UTF8.self), path: path,
            directory: URL(fileURLWithPath: path).deletingLastPathComponent().path)
    }

    /// `directory` is what relative paths are relative to.
    public static func parse(
        _ text: String, path: String, directory: String
    ) throws(ConfigurationError) -> GatewayConfiguration {
        let problems = ConfigurationProblems(path: path)
        let root: Node
        do {
            root = try compose(yaml: text) ?? Node([(Node, Node)]())
        } catch {
            throw ConfigurationError(problems: [yamlProblem(error, path)])
        }
        let configuration = ConfigurationSections(problems: problems, directory: directory).read(root)
        guard let configuration, problems.found.isEmpty else {
            throw ConfigurationError(problems: problems.found.sorted { $0.line < $1.line })
        }
        return configuration
    }

    private static func yamlProblem(_ error: any Error, _ path: String) -> ConfigurationProblem {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _)?, .parser(_, let problem, let mark, _)?,
            .composer(_, let problem, let mark, _)?:
            .init(path: path, line: mark.line, message: "not YAML: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context)?:
            .init(path: path, line: context.mark.line, message: "the key '\(keys.first ?? "?")' is given twice")
        default:
            .init(path: path, line: 1, message: "not YAML: \(error)")
        }
    }
}

/// One function per section of the file.
private struct ConfigurationSections {
    let problems: ConfigurationProblems
    let directory: String

    func read(_ root: Node) -> GatewayConfiguration? {
        let known = ["policy", "recording", "mask_key_file", "listeners", "admin", "resources", "issuers", "limits", "notify"]
        guard let top = ConfigurationReader(root, name: "the file", known: known, problems: problems) else { return nil }
        let policy = top.node("policy").flatMap(policy) ?? missing(top, "policy", "a mapping with bundle and trust")
        let recording = top.string("recording", expected: "a directory for the recording")
        let listeners = top.items("listeners", expected: "each with address and tls").compactMap(listener)
        let resources = top.items("resources", expected: "each with name and backend").compactMap(resource)
        checkUnique(resources)
        let issuers = issuers(top.node("issuers"))
        let limits = limits(top.node("limits"))
        let channels = channels(top.node("notify"))
        guard let policy, let recording, problems.found.isEmpty else { return nil }
        if listeners.isEmpty { problems.add(top.line("listeners"), "listeners must have at least one entry") }
        if resources.isEmpty { problems.add(top.line("resources"), "resources must have at least one entry") }
        let admin = top.node("admin").flatMap {
            ConfigurationReader($0, name: "admin", known: ["address"], problems: problems)?.endpoint("address")
        }
        let data = file(recording)
        return GatewayConfiguration(
            policy: policy, recording: data,
            maskKeyFile: top.optionalString("mask_key_file", expected: "a file").map(file) ?? data + "/mask.key",
            listeners: listeners, admin: admin, resources: resources, issuers: issuers, limits: limits, channels: channels)
    }

    private func policy(_ node: Node) -> GatewayConfiguration.Policy? {
        guard
            let reader = ConfigurationReader(
                node, name: "policy", known: ["bundle", "trust", "allow_unsigned"], problems: problems),
            let bundle = reader.string("bundle", expected: "the file that 'postern build' made")
        else { return nil }
        let unsigned = reader.boolean("allow_unsigned", default: false)
        let trust = reader.strings("trust", expected: "a list of public key files (PEM)")
        if trust.isEmpty, !unsigned {
            reader.problem("trust", "must name the public key that signs your bundles (or set allow_unsigned: true)")
        }
        return .init(bundle: file(bundle), trust: trust.map(file), allowUnsigned: unsigned)
    }

    private func listener(_ node: Node) -> GatewayConfiguration.Listener? {
        guard
            let reader = ConfigurationReader(
                node, name: "listener", known: ["protocol", "address", "tls", "cleartext_on_loopback"], problems: problems)
        else { return nil }
        if let name = reader.optionalString("protocol", expected: "postgres"), name != "postgres" {
            reader.problem("protocol", "must be postgres; other protocols come later")
        }
        guard let address = reader.endpoint("address") else { return nil }
        guard let tlsNode = reader.node("tls") else {
            return missing(reader, "tls", "certificate and key files, or development: <directory>")
        }
        guard let tls = tls(tlsNode) else { return nil }
        let cleartext = reader.boolean("cleartext_on_loopback", default: false)
        if cleartext, !address.isLoopback {
            reader.problem("cleartext_on_loopback", "needs a loopback address: tokens would cross the network unencrypted")
        }
        return .init(address: address, tls: tls, cleartextOnLoopback: cleartext)
    }

    private func tls(_ node: Node) -> GatewayConfiguration.TLS? {
        guard
            let reader = ConfigurationReader(
                node, name: "tls", known: ["certificate", "key", "development"], problems: problems)
        else { return nil }
        if let directory = reader.optionalString("development", expected: "a directory") {
            return .development(directory: file(directory))
        }
        guard let certificate = reader.string("certificate", expected: "a PEM file with the certificate chain"),
            let key = reader.string("key", expected: "a PEM file with the private key")
        else { return nil }
        return .files(certificate: file(certificate), key: file(key))
    }

    private func resource(_ node: Node) -> GatewayConfiguration.Resource? {
        guard
            let reader = ConfigurationReader(node, name: "resource", known: ["name", "database", "user", "server_name", "identity_in", "pool", "backend"],
                problems: problems),
            let name = reader.string("name", expected: "the resource's name in the policy")
        else { return nil }
        guard let backendNode = reader.node("backend") else {
            return missing(reader, "backend", "a mapping with host, port, database, user")
        }
        let known = [
            "host", "port", "target", "database", "user", "password_file", "password_env", "tls", "ca", "allow_weak_authentication",
        ]
        guard let backend = ConfigurationReader(backendNode, name: "backend", known: known, problems: problems),
            let servers = servers(backend),
            let user = backend.string("user", expected: "the backend's user")
        else { return nil }
        let database = reader.optionalString("database", expected: "the name that clients connect to") ?? name
        return .init(
            name: name, database: database, users: reader.strings("user", expected: "a user name that clients connect as, or a list"),
            serverNames: reader.strings("server_name", expected: "a host name that clients connect to with TLS, or a list"),
            identityIn: identityPlaces(reader), pool: pool(reader),
            backend: .init(
                servers: servers, target: target(backend),
                database: backend.optionalString("database", expected: "the backend's database") ?? database, user: user,
                credential: credential(backend), tls: backendTLS(backend),
                allowWeakAuthentication: backend.boolean("allow_weak_authentication", default: false)),
            line: reader.line)
    }

    /// `host`, or a list of them, each with a port of its own or `port`.
    private func servers(_ reader: ConfigurationReader) -> [SocketEndpoint]? {
        let hosts = reader.strings("host", expected: "a host name or address, or a list of them")
        let port = reader.integer("port", in: 1...65535, default: 5432)
        guard !hosts.isEmpty else {
            reader.problem("host", "must name at least one host")
            return nil
        }
        return hosts.map { SocketEndpoint($0, defaultPort: port) }
    }

    private func target(_ reader: ConfigurationReader) -> GatewayConfiguration.Target {
        let known = GatewayConfiguration.Target.allCases.map(\.rawValue).joined(separator: ", ")
        guard let word = reader.optionalString("target", expected: known) else { return .any }
        if let target = GatewayConfiguration.Target(rawValue: word) { return target }
        reader.problem("target", "must be one of \(known)")
        return .any
    }

    private func identityPlaces(_ reader: ConfigurationReader) -> Set<GatewayConfiguration.IdentityPlace> {
        let known = GatewayConfiguration.IdentityPlace.allCases.map(\.rawValue).joined(separator: ", ")
        guard reader.node("identity_in") != nil else { return [.applicationName] }
        var places: Set<GatewayConfiguration.IdentityPlace> = []
        for word in reader.strings("identity_in", expected: "a list of \(known)") {
            guard let place = GatewayConfiguration.IdentityPlace(rawValue: word) else {
                reader.problem("identity_in", "must be a list of \(known)")
                break
            }
            places.insert(place)
        }
        return places
    }

    /// `pool: session`, `pool: transaction`, or a mapping with `mode` and the rest.
    private func pool(_ reader: ConfigurationReader) -> GatewayConfiguration.Pool? {
        let known = [
            "mode", "size", "min_idle", "idle_seconds", "lifetime_seconds", "wait_seconds", "prepared_statements", "shared", "reset",
        ]
        let modes = GatewayConfiguration.Pool.Mode.allCases.map(\.rawValue).joined(separator: " or ")
        guard let node = reader.node("pool") else { return nil }
        if node.scalar != nil {
            let mode = node.string.flatMap(GatewayConfiguration.Pool.Mode.init)
            let others = known.dropFirst().joined(separator: ", ")
            if mode == nil { reader.problem("pool", "must be \(modes), or a mapping with mode and \(others)") }
            return mode.map { .init(mode: $0) }
        }
        guard let pool = ConfigurationReader(node, name: "pool", known: known, problems: problems),
            let word = pool.string("mode", expected: modes)
        else { return nil }
        guard let mode = GatewayConfiguration.Pool.Mode(rawValue: word) else {
            pool.problem("mode", "must be \(modes)")
            return nil
        }
        var found = GatewayConfiguration.Pool(mode: mode)
        found.size = pool.integer("size", in: 1...10_000, default: found.size)
        found.minIdle = pool.integer("min_idle", in: 0...10_000, default: found.minIdle)
        found.idleSeconds = pool.integer("idle_seconds", in: 1...86_400, default: found.idleSeconds)
        found.lifetimeSeconds = pool.integer("lifetime_seconds", in: 1...604_800, default: found.lifetimeSeconds)
        found.waitSeconds = pool.integer("wait_seconds", in: 1...300, default: found.waitSeconds)
        found.preparedStatements = pool.integer("prepared_statements", in: 1...10_000, default: found.preparedStatements)
        found.isShared = pool.boolean("shared", default: found.isShared)
        found.reset = pool.optionalString("reset", expected: "an SQL text such as DISCARD ALL") ?? found.reset
        if found.minIdle > found.size { pool.problem("min_idle", "must not be more than size (\(found.size))") }
        return found
    }

    private func credential(_ reader: ConfigurationReader) -> GatewayConfiguration.Credential {
        let fromFile = reader.optionalString("password_file", expected: "a file that holds the password")
        let fromEnvironment = reader.optionalString("password_env", expected: "the name of an environment variable")
        if fromFile != nil, fromEnvironment != nil {
            reader.problem("password_env", "and password_file exclude each other")
        }
        if let fromFile { return .file(file(fromFile)) }
        return fromEnvironment.map { .environment($0) } ?? .none
    }

    private func backendTLS(_ reader: ConfigurationReader) -> GatewayConfiguration.BackendTLS {
        let ca = reader.optionalString("ca", expected: "a PEM file").map(file)
        switch reader.optionalString("tls", expected: "disable, require or verify-full") {
        case nil, "verify-full"?: return .verifyFull(ca: ca)
        case "require"?: return .require
        case "disable"?: return .disable
        default:
            reader.problem("tls", "must be disable, require or verify-full (the default)")
            return .verifyFull(ca: ca)
        }
    }

    private func issuers(_ node: Node?) -> [String: GatewayConfiguration.Issuer] {
        guard let node else { return [:] }
        guard let mapping = node.mapping else {
            problems.add(node.mark?.line ?? 1, "issuers must be a mapping from an issuer's name to its settings")
            return [:]
        }
        var found: [String: GatewayConfiguration.Issuer] = [:]
        for (key, value) in mapping {
            let name = key.string ?? "?"
            guard let reader = ConfigurationReader(value, name: "issuers.\(name)", known: ["keys", "ca", "crl"], problems: problems) else { continue }
            let keys = reader.optionalString("keys", expected: "a JWKS file or an https:// URL")
            let authorities = reader.optionalString("ca", expected: "a PEM file of authorities")
            let revocations = reader.optionalString("crl", expected: "a PEM file of lists of revoked certificates")
            if keys == nil, authorities == nil, revocations == nil {
                reader.problem("keys", "is missing: keys, ca or crl, whichever is not where the policy says")
                continue
            }
            if keys != nil, authorities != nil || revocations != nil { reader.problem("keys", "are of tokens, ca and crl of certificates") }
            found[name] = GatewayConfiguration.Issuer(
                keys: keys.map { $0.contains("://") ? $0 : file($0) }, authorities: authorities.map(file), revocations: revocations.map(file),
                line: value.mark?.line ?? 1)
        }
        return found
    }

    private func channels(_ node: Node?) -> [GatewayConfiguration.Channel] {
        guard let node else { return [] }
        guard let mapping = node.mapping else {
            problems.add(node.mark?.line ?? 1, "notify must be a mapping from a channel's name to its settings")
            return []
        }
        return mapping.compactMap { key, value in
            let name = key.string ?? "?"
            let known = ["webhook", "secret_file", "secret_env"]
            guard let reader = ConfigurationReader(value, name: "notify.\(name)", known: known, problems: problems),
                let webhook = reader.string("webhook", expected: "an https:// URL")
            else { return nil }
            do {
                _ = try HTTPCall(.post, webhook)
            } catch {
                reader.problem("webhook", "cannot be used: \(error)")
            }
            let fromFile = reader.optionalString("secret_file", expected: "a file that holds the secret")
            let fromEnvironment = reader.optionalString("secret_env", expected: "the name of an environment variable")
            if fromFile != nil, fromEnvironment != nil { reader.problem("secret_env", "and secret_file exclude each other") }
            let secret: GatewayConfiguration.Credential = fromFile.map { .file(file($0)) } ?? fromEnvironment.map { .environment($0) } ?? .none
            return .init(name: name, webhook: webhook, secret: secret)
        }
    }

    private func limits(_ node: Node?) -> GatewayConfiguration.Limits {
        var limits = GatewayConfiguration.Limits()
        let known = ["connections", "login_seconds", "drain_seconds", "event_loops", "io_uring"]
        guard let node, let reader = ConfigurationReader(node, name: "limits", known: known, problems: problems) else {
            return limits
        }
        limits.connections = reader.integer("connections", in: 1...100_000, default: limits.connections)
        limits.loginSeconds = reader.integer("login_seconds", in: 1...300, default: limits.loginSeconds)
        limits.drainSeconds = reader.integer("drain_seconds", in: 0...3600, default: limits.drainSeconds)
        limits.ioUring = reader.boolean("io_uring", default: limits.ioUring)
        limits.eventLoops = reader.integer("event_loops", in: 1...256, default: limits.eventLoops)
        return limits
    }

    private func checkUnique(_ resources: [GatewayConfiguration.Resource]) {
        checkUnique(resources, "database name") { [$0.database] }
        checkUnique(resources, "user name") { $0.users }
        checkUnique(resources, "server name") { $0.serverNames.map { $0.lowercased() } }
    }

    private func checkUnique(
        _ resources: [GatewayConfiguration.Resource], _ what: String, _ names: (GatewayConfiguration.Resource) -> [String]
    ) {
        var lines: [String: Int] = [:]
        for resource in resources {
            for name in names(resource) {
                if let other = lines[name] { problems.add(resource.line, "the \(what) '\(name)' is taken by the resource at line \(other)") }
                lines[name] = resource.line
            }
        }
    }

    private func missing<T>(_ reader: ConfigurationReader, _ key: String, _ expected: String) -> T? {
        if reader.node(key) == nil { problems.add(reader.line, "\(reader.name) needs '\(key)': \(expected)") }
        return nil
    }

    private func file(_ path: String) -> String { path.hasPrefix("/") ? path : directory + "/" + path }
}
