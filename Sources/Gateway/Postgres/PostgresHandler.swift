// The only one that touches channels: the client's connection, from its first byte to its last.

import Decision
import Logging
import Machine
import NIOCore
import NIOSSL
import NIOTLS

/// The client's side: login, then a session's bytes in both directions. Its backend's side is `PostgresBackendHandler`, on the same
/// event loop, so that nothing here needs a lock.
final class PostgresHandler: ChannelInboundHandler, PostgresWriting {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase {
        /// The handshake with the client.
        case login
        /// The token is being checked, the backend logged in to: the client is not read.
        case busy
        case session(PostgresPair)
        case closed
    }

    let service: PostgresService
    let tls: NIOSSLContext?
    private let allowsCleartext: Bool
    private(set) var context: ChannelHandlerContext?
    private(set) var phase = Phase.login
    private var login = PostgresLogin(offersTLS: false, allowsCleartext: false)
    var input = ByteBuffer()
    let writer = PostgresSocketWriter()
    /// As the channel last said: asked for after every message, so it is kept here.
    private(set) var isWritable = true
    private var timeout: Scheduled<Void>?
    private(set) var isEncrypted = false
    private(set) var source = ""
    var logger: Logger

    init(service: PostgresService, tls: NIOSSLContext?, allowsCleartext: Bool) {
        self.service = service
        self.tls = tls
        self.allowsCleartext = allowsCleartext
        logger = service.surroundings.logger
    }

    // MARK: - Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        if timeout == nil { begin(context) }
        context.fireChannelActive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        let address = context.channel.remoteAddress
        source = address.map(Self.text) ?? "unix"
        logger[metadataKey: "source"] = "\(source)"
        try? context.channel.syncOptions?.setOption(.socketOption(.so_keepalive), value: 1)
        try? context.channel.syncOptions?.setOption(.socketOption(.tcp_nodelay), value: 1)
        login = PostgresLogin(offersTLS: tls != nil, allowsCleartext: allowsCleartext && Self.isLoopback(address))
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        timeout = context.eventLoop.scheduleTask(in: .seconds(service.loginSeconds)) { bound.value.loginTimedOut() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var more = unwrapInboundIn(data)
        if input.readableBytes == 0 { input = more } else { input.writeBuffer(&more) }
        switch phase {
        case .login: stepLogin(context)
        case .session(let pair): pair.clientRead()
        case .busy, .closed: break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if case .session(let pair) = phase { pair.flush() } else { context.flush() }
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        if case .session(let pair) = phase { pair.updateReading() }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted(let negotiated)? = event as? TLSUserEvent {
            isEncrypted = true
            do throws(PostgresFault) {
                try login.encrypted(applicationProtocol: negotiated)
            } catch {
                refuse(error)
            }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timeout?.cancel()
        let was = phase
        phase = .closed
        if case .session(let pair) = was { pair.clientClosed() }
        self.context = nil
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        logger.debug("connection error", metadata: ["error": "\(error)"])
        context.close(promise: nil)
    }

    // MARK: - Login

    private func stepLogin(_ context: ChannelHandlerContext) {
        do throws(PostgresFault) {
            while case .login = phase {
                switch try login.receive(&input) {
                case .wait: return
                case .answer(let buffer): context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
                case .startTLS(let buffer):
                    context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
                    try addTLS(context)
                case .startDirectTLS:
                    try addTLS(context)
                    let waiting = input
                    input = ByteBuffer()
                    context.channel.pipeline.fireChannelRead(waiting)
                    context.channel.pipeline.fireChannelReadComplete()
                    return
                case .cancel(let process, let key):
                    service.surroundings.metrics.cancelRequested()
                    service.cancels.cancel(
                        process: process, key: key, from: host, at: NIODeadline.now().uptimeNanoseconds)
                    close()
                case .authenticate(let token, let startup): authenticate(token, startup, context)
                }
            }
        } catch {
            refuse(error)
        }
    }

    private func addTLS(_ context: ChannelHandlerContext) throws(PostgresFault) {
        guard let tls else { throw .violation("TLS where none is offered") }
        do {
            try context.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls), position: .first)
        } catch {
            throw PostgresFault(.internalError, "TLS cannot be started", reason: "\(error)")
        }
    }

    private func authenticate(_ token: [UInt8], _ startup: PostgresStartup, _ context: ChannelHandlerContext) {
        phase = .busy
        setReading(false)
        let request = PostgresLoginRequest(token: token, source: source, user: startup.user, database: startup.database)
        let authenticate = service.surroundings.authenticate
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.future { try await authenticate(request) }.whenComplete { result in
            let handler = bound.value
            switch result {
            case .success(let caller): handler.authenticated(caller, startup)
            case .failure(let error):
                handler.service.surroundings.metrics.authentication(succeeded: false)
                handler.refuse(.authentication("\(error)"))
            }
        }
    }

    private func authenticated(_ caller: Caller, _ startup: PostgresStartup) {
        guard case .busy = phase, let context else { return }
        logger[metadataKey: "identity"] = "\(caller.identity)"
        do throws(PostgresFault) {
            // The database is looked up only now, so that nobody unknown learns which there are.
            guard let place = service.backend(for: startup.database) else { throw .authentication("no such database is configured") }
            service.surroundings.metrics.authentication(succeeded: true)
            let entrance = try PostgresEntrance(self, caller, startup, place)
            entrance.connect(on: context.eventLoop)
        } catch {
            refuse(error)
        }
    }

    private func loginTimedOut() {
        switch phase {
        case .login, .busy:
            refuse(PostgresFault(.invalidAuthorization, "the login took too long"))
            // In the middle of a handshake nothing can be said.
            if !isEncrypted, isUnderTLS { closeNow() }
        case .session, .closed: break
        }
    }

    private var isUnderTLS: Bool {
        (try? context?.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self)) != nil
    }

    /// Closes the socket itself: TLS would wait for the client, to end its handshake or to say goodbye.
    private func closeNow() {
        guard let context else { return }
        guard let below = try? context.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self) else {
            return context.close(promise: nil)
        }
        below.close(promise: nil)
    }

    // MARK: - For the entrance and the pair

    /// The session begins: bytes that the client sent ahead are its first.
    func begin(_ pair: PostgresPair) {
        guard case .busy = phase else { return pair.clientClosed() }
        timeout?.cancel()
        phase = .session(pair)
        if !isUnderTLS { writeStraight() }
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
        phase = .closed
        timeout?.cancel()
        logger.notice("connection refused", metadata: ["reason": "\(fault)"])
        guard let context else { return }
        var out = ByteBuffer()
        fault.write(to: &out)
        context.write(wrapOutboundOut(out), promise: nil)
        closeWhenWritten()
    }

    /// Closes when the client has taken what was written, or will not within some seconds.
    func closeWhenWritten() {
        phase = .closed
        timeout?.cancel()
        guard let context else { return }
        flush()
        let channel = context.channel
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let patience = context.eventLoop.scheduleTask(in: .seconds(PostgresLimits.farewellSeconds)) { bound.value.closeNow() }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in
            patience.cancel()
            channel.close(promise: nil)
        }
    }

    func close() {
        phase = .closed
        timeout?.cancel()
        context?.close(promise: nil)
    }

    func setReading(_ isOn: Bool) {
        guard let context else { return }
        try? context.channel.syncOptions?.setOption(.autoRead, value: isOn)
        if isOn { context.read() }
    }

    /// Writes to the client. Under TLS in pieces that asynchronous libpq clients read without stalling.
    func write(_ buffer: ByteBuffer) {
        if writer.take(buffer) { return }
        guard isEncrypted, buffer.readableBytes > PostgresLimits.tlsWrite else { return writeToChannel(buffer) }
        var rest = buffer
        while let piece = rest.readSlice(length: min(rest.readableBytes, PostgresLimits.tlsWrite)), piece.readableBytes > 0 {
            writeToChannel(piece)
        }
    }

    /// The client's address without its port.
    private var host: String { context?.channel.remoteAddress?.ipAddress ?? source }

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
