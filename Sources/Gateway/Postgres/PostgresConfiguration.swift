// What the room is told about its backends: addresses, credentials, TLS.

import Transport

/// One resource of policy, as a backend that can be connected to.
public struct PostgresResource: Sendable {
    /// The resource's name in policy.
    public var name: String
    /// A host name or address, or the directory of a Unix socket (it begins with `/`).
    public var host: String
    public var port: Int
    /// The database on the backend.
    public var database: String
    public var credential: PostgresBackendCredential
    public var tls: GatewayConfiguration.BackendTLS

    public init(
        name: String, host: String, port: Int, database: String, credential: PostgresBackendCredential,
        tls: GatewayConfiguration.BackendTLS
    ) {
        self.name = name
        self.host = host
        self.port = port
        self.database = database
        self.credential = credential
        self.tls = tls
    }
}

/// Reaches one backend: for sessions, for cancel requests and for the catalogue alike.
struct PostgresDial: Sendable {
    let resource: PostgresResource
    private let context: TLSContext?

    /// Throws when the CA of a verified backend cannot be read.
    init(_ resource: PostgresResource) throws(TransportError) {
        self.resource = resource
        switch resource.tls {
        case .disable: context = nil
        case .require: context = try TLSContext.client(trust: nil)
        case .verifyFull(let ca): context = try TLSContext.client(trust: ca.map { .file($0) } ?? .system)
        }
    }

    var usesTLS: Bool { context != nil && !isLocal }
    private var isLocal: Bool { resource.host.hasPrefix("/") }

    /// Connects, and calls back on the loop.
    func connect(on loop: SocketLoop, then done: @escaping (Result<Connection, TransportError>) -> Void) {
        let address: DialAddress =
            isLocal ? .path("\(resource.host)/.s.PGSQL.\(resource.port)") : .host(resource.host, port: resource.port)
        Dialer.connect(to: address, on: loop, within: .seconds(PostgresLimits.connectSeconds), then: done)
    }

    /// Puts TLS under a connection whose backend has answered `S`.
    func startTLS(_ connection: Connection) throws(PostgresFault) {
        guard let context else { throw .backend("TLS where none is configured") }
        do throws(TransportError) {
            try connection.startTLS(context, name: resource.host)
        } catch {
            throw PostgresFault.backend("TLS cannot be started: \(error)")
        }
    }
}
