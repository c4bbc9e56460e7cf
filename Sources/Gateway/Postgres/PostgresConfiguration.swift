// What the room is told about its backends: addresses, credentials, TLS.

import NIOCore
import NIOPosix
import NIOSSL

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
    private let context: NIOSSLContext?

    /// Throws when the CA of a verified backend cannot be read.
    init(_ resource: PostgresResource) throws {
        self.resource = resource
        var settings = TLSConfiguration.makeClientConfiguration()
        settings.minimumTLSVersion = .tlsv12
        switch resource.tls {
        case .disable:
            context = nil
            return
        case .require: settings.certificateVerification = .none
        case .verifyFull(let ca):
            settings.certificateVerification = .fullVerification
            if let ca { settings.trustRoots = .file(ca) }
        }
        context = try NIOSSLContext(configuration: settings)
    }

    var usesTLS: Bool { context != nil && !isLocal }
    private var isLocal: Bool { resource.host.hasPrefix("/") }

    /// Connects with a handler that does the rest.
    func connect(on loop: any EventLoop, _ handler: @escaping @Sendable () -> any ChannelHandler) -> EventLoopFuture<any Channel> {
        let bootstrap = ClientBootstrap(group: loop)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .connectTimeout(.seconds(PostgresLimits.cancelSeconds))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(handler()) }
            }
        if isLocal {
            return ClientBootstrap(group: loop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(handler()) }
                }
                .connect(unixDomainSocketPath: "\(resource.host)/.s.PGSQL.\(resource.port)")
        }
        return bootstrap.connect(host: resource.host, port: resource.port)
    }

    /// Puts TLS under a connection whose backend has answered `S`.
    func addTLS(to channel: any Channel) throws {
        guard let context else { return }
        let isAddress = (try? SocketAddress(ipAddress: resource.host, port: 0)) != nil
        let handler = try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : resource.host)
        try channel.pipeline.syncOperations.addHandler(handler, position: .first)
    }
}
