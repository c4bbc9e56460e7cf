// What the room is told about its backends: addresses, credentials, TLS.

import Transport

/// One resource of policy, as a backend that can be connected to.
public struct PostgresResource: Sendable {
    /// The resource's name in policy.
    public var name: String
    /// Host names or addresses, or directories of Unix sockets (they begin with `/`), in the order in which they are tried.
    public var servers: [SocketEndpoint]
    public var target: GatewayConfiguration.Target
    /// How clients reach it.
    public var databases: [String]
    public var users: [String]
    public var serverNames: [String]
    public var identityIn: Set<GatewayConfiguration.IdentityPlace>
    /// Backend connections are kept and lent; nil where every session has one of its own.
    public var pool: GatewayConfiguration.Pool?
    /// The database on the backend.
    public var database: String
    public var credential: PostgresBackendCredential
    public var tls: GatewayConfiguration.BackendTLS

    public init(
        name: String, servers: [SocketEndpoint], database: String, credential: PostgresBackendCredential,
        tls: GatewayConfiguration.BackendTLS, target: GatewayConfiguration.Target = .any, databases: [String], users: [String] = [],
        serverNames: [String] = [], identityIn: Set<GatewayConfiguration.IdentityPlace> = [.applicationName],
        pool: GatewayConfiguration.Pool? = nil
    ) {
        self.name = name
        self.servers = servers
        self.target = target
        self.databases = databases
        self.users = users
        self.serverNames = serverNames
        self.identityIn = identityIn
        self.pool = pool
        self.database = database
        self.credential = credential
        self.tls = tls
    }
}

/// Reaches one server of a backend: for sessions, for cancel requests and for the catalogue alike.
struct PostgresDial: Sendable {
    let resource: PostgresResource
    let server: SocketEndpoint
    private let context: TLSContext?

    /// One for each server. Throws when the CA of a verified backend cannot be read.
    static func all(of resource: PostgresResource) throws(TransportError) -> [PostgresDial] {
        var dials: [PostgresDial] = []
        for server in resource.servers { dials.append(try PostgresDial(resource, server)) }
        return dials
    }

    private init(_ resource: PostgresResource, _ server: SocketEndpoint) throws(TransportError) {
        self.resource = resource
        self.server = server
        switch resource.tls {
        case .disable: context = nil
        case .require: context = try TLSContext.client(trust: nil)
        case .verifyFull(let ca): context = try TLSContext.client(trust: ca.map { .file($0) } ?? .system)
        }
    }

    /// One of several servers has its share of the time, so that a silent one leaves some for the next.
    var loginSeconds: Int64 { seconds(of: resource.servers.count == 1 ? PostgresLimits.loginSeconds : PostgresLimits.loginSeconds / 2) }
    private func seconds(of time: Int64) -> Int64 { resource.servers.count == 1 ? time : max(1, time / Int64(resource.servers.count + 1)) }

    var usesTLS: Bool { context != nil && !isLocal }
    private var isLocal: Bool { server.host.hasPrefix("/") }

    /// Connects, and calls back on the loop.
    func connect(on loop: SocketLoop, then done: @escaping (Result<Connection, TransportError>) -> Void) {
        let address: DialAddress =
            isLocal ? .path("\(server.host)/.s.PGSQL.\(server.port)") : .host(server.host, port: server.port)
        Dialer.connect(to: address, on: loop, within: .seconds(seconds(of: PostgresLimits.connectSeconds)), then: done)
    }

    /// Puts TLS under a connection whose backend has answered `S`.
    func startTLS(_ connection: Connection) throws(PostgresFault) {
        guard let context else { throw .backend("TLS where none is configured") }
        do throws(TransportError) {
            try connection.startTLS(context, name: server.host)
        } catch {
            throw PostgresFault.backend("TLS cannot be started: \(error)")
        }
    }
}
