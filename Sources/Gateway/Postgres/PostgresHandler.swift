// The client's connection, from its first byte to its last.

import Decision
import Logging
import Machine
import NIOCore
import Transport

/// The client's side: login, then a session's bytes in both directions. Its backend's side is `PostgresBackendHandler`, on the same
/// loop, so that nothing here needs a lock.
final class PostgresHandler: ConnectionOwner {
    enum Phase {
        /// The handshake with the client.
        case login
        /// The token is being checked, the backend logged in to: the client is not read.
        case busy
        case session(PostgresPair)
        case closed
    }

    let service: PostgresService
    let connection: Connection
    private let tls: TLSContext?
    private(set) var phase = Phase.login
    private var login: PostgresLogin
    /// What the client showed in TLS, until it is asked about.
    private var certificates: [[UInt8]] = []
    private var timeout: LoopTimer?
    /// Gives up the login at the backend that is under way for this client.
    var giveUp: (() -> Void)?
    let source: String
    var logger: Logger

    /// Takes over an accepted connection, on its loop.
    init(service: PostgresService, connection: Connection, tls: TLSContext?, allowsCleartext: Bool) {
        self.service = service
        self.connection = connection
        self.tls = tls
        connection.recordLimit = PostgresLimits.tlsWrite
        source = connection.peer.map(Self.text) ?? "unix"
        logger = service.surroundings.logger
        logger[metadataKey: "source"] = "\(source)"
        login = PostgresLogin(offersTLS: tls != nil, allowsCleartext: allowsCleartext && Self.isLoopback(connection.peer))
        // Not weak: a weak reference would make every later count of references slow. The login's end cancels it.
        timeout = connection.loop.schedule(in: .seconds(service.loginSeconds)) { [self] in loginTimedOut() }
        service.surroundings.metrics.connectionOpened()
        connection.begin(self)
        connection.setReading(true)
    }

    // MARK: - The connection's events

    func connectionRead() {
        switch phase {
        case .login: stepLogin()
        case .session(let pair): pair.clientRead()
        case .busy, .closed: break
        }
    }

    func connectionReadCompleted() {
        if case .session(let pair) = phase { pair.flush() } else { connection.flush() }
    }

    func connectionIsWritable() {
        if case .session(let pair) = phase { pair.updateReading() }
    }

    func connectionEncrypted() {
        do throws(PostgresFault) {
            certificates = connection.peerCertificates
            try login.encrypted(applicationProtocol: connection.applicationProtocol, showsCertificate: !certificates.isEmpty)
        } catch {
            refuse(error)
        }
    }

    func connectionClosed(reason: TransportError?) {
        timeout?.cancel()
        service.surroundings.metrics.connectionClosed()
        if let reason { logger.debug("connection error", metadata: ["error": "\(reason)"]) }
        let was = phase
        phase = .closed
        if case .session(let pair) = was { pair.clientClosed() } else { abandonBackend() }
    }

    // MARK: - Login

    private func stepLogin() {
        do throws(PostgresFault) {
            while case .login = phase {
                switch try login.receive(&connection.input) {
                case .wait: return
                case .answer(let buffer): connection.write(buffer)
                case .startTLS(let buffer):
                    connection.write(buffer)
                    try startTLS()
                case .startDirectTLS: return try startTLS()
                case .cancel(let process, let key):
                    service.surroundings.metrics.cancelRequested()
                    service.cancels.cancel(
                        process: process, key: key, from: host, at: NIODeadline.now().uptimeNanoseconds)
                    close()
                case .authenticate(let token, let startup): authenticate(token, startup)
                case .certify(let buffer, let startup):
                    connection.write(buffer)
                    authenticate([], startup)
                }
            }
        } catch {
            refuse(error)
        }
    }

    private func startTLS() throws(PostgresFault) {
        guard let tls else { throw .violation("TLS where none is offered") }
        do throws(TransportError) {
            try connection.startTLS(tls)
        } catch {
            throw PostgresFault(.internalError, "TLS cannot be started", reason: "\(error)")
        }
    }

    private func authenticate(_ token: [UInt8], _ startup: PostgresStartup) {
        phase = .busy
        connection.setReading(false)
        let request = PostgresLoginRequest(
            token: token, certificates: certificates, source: source, user: startup.user, database: startup.database)
        certificates = []
        let authenticate = service.surroundings.authenticate
        let bound = LoopBound(self, on: connection.loop)
        connection.loop.run {
            try await authenticate(request)
        } then: { result in
            let handler = bound.value
            switch result {
            case .success(let caller): handler.authenticated(caller, startup)
            case .failure(let error):
                handler.service.surroundings.metrics.authentication(succeeded: false)
                handler.refuse(.authentication(error))
            }
        }
    }

    private func authenticated(_ caller: Caller, _ startup: PostgresStartup) {
        guard case .busy = phase else { return }
        logger[metadataKey: "identity"] = "\(caller.identity)"
        do throws(PostgresFault) {
            // The database is looked up only now, so that nobody unknown learns which there are.
            let place = service.backend(database: startup.database, user: startup.user, serverName: connection.serverName)
            guard let place else {
                let text = "database \"\(startup.database)\" does not exist: no resource of this gateway is reached by that name"
                throw PostgresFault(.undefinedDatabase, text, reason: "no such database is configured")
            }
            service.surroundings.metrics.authentication(succeeded: true)
            try PostgresEntrance(self, caller, startup, place).connect()
        } catch {
            refuse(error)
        }
    }

    private func loginTimedOut() {
        switch phase {
        case .login, .busy:
            // In the middle of a handshake nothing can be said.
            if connection.isHandshaking { return close() }
            refuse(PostgresFault(.invalidAuthorization, "the login took too long"))
        case .session, .closed: break
        }
    }

    // MARK: - For the entrance and the pair

    /// The session begins: bytes that the client sent ahead are its first.
    func begin(_ pair: PostgresPair) {
        guard case .busy = phase else { return pair.clientClosed() }
        timeout?.cancel()
        giveUp = nil
        phase = .session(pair)
        pair.start()
    }

    var isWaitingForSession: Bool {
        if case .busy = phase { true } else { false }
    }

    /// Says why in PostgreSQL's words and closes. The reason goes to the log, never the token.
    func refuse(_ fault: PostgresFault) {
        switch phase {
        case .closed, .session: return
        case .login, .busy: break
        }
        logger.notice("connection refused", metadata: ["reason": "\(fault)"])
        var out = ByteBuffer()
        fault.write(to: &out)
        connection.write(out)
        closeWhenWritten()
    }

    /// Closes when the client has taken what was written, or will not within some seconds.
    func closeWhenWritten() {
        phase = .closed
        timeout?.cancel()
        abandonBackend()
        connection.finish(within: .seconds(PostgresLimits.farewellSeconds))
    }

    func close() {
        phase = .closed
        timeout?.cancel()
        abandonBackend()
        connection.close()
    }

    private func abandonBackend() {
        let call = giveUp
        giveUp = nil
        call?()
    }

    /// The client's address without its port.
    private var host: String { connection.peer?.ipAddress ?? source }

    private static func text(_ address: SocketAddress) -> String {
        switch address {
        case .v4, .v6: "\(address.ipAddress ?? "?"):\(address.port ?? 0)"
        case .unixDomainSocket: "unix"
        }
    }

    private static func isLoopback(_ address: SocketAddress?) -> Bool {
        switch address {
        case .unixDomainSocket?: true
        case .v4?, .v6?:
            address?.ipAddress.map { $0.hasPrefix("127.") || $0 == "::1" || $0.hasPrefix("::ffff:127.") } ?? false
        case nil: false
        }
    }
}
