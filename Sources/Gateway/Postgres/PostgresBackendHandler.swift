// The backend's connection of one session: its login, then its bytes.

import NIOCore
import NIOTLS

/// The backend's side of a pair.
final class PostgresBackendHandler: ChannelInboundHandler, PostgresWriting {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        case login
        case session(PostgresPair)
        case closed
    }

    private let dial: PostgresDial
    private var login: PostgresBackendLogin
    /// Called once, when the login has ended.
    private var whenReady: ((PostgresBackendHandler, Result<PostgresBackendGreeting, PostgresFault>) -> Void)?
    private var phase = Phase.login
    private(set) var context: ChannelHandlerContext?
    var input = ByteBuffer()
    let writer = PostgresSocketWriter()
    private var isEncrypted = false
    /// As the channel last said: asked for after every message, so it is kept here.
    private(set) var isWritable = true

    init(
        dial: PostgresDial, login: PostgresBackendLogin,
        whenReady: @escaping (PostgresBackendHandler, Result<PostgresBackendGreeting, PostgresFault>) -> Void
    ) {
        self.dial = dial
        self.login = login
        self.whenReady = whenReady
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func channelActive(context: ChannelHandlerContext) {
        send(login.connected())
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent {
            isEncrypted = true
            send(login.encrypted(channelBinding: nil))
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var more = unwrapInboundIn(data)
        if input.readableBytes == 0 { input = more } else { input.writeBuffer(&more) }
        switch phase {
        case .login: stepLogin(context)
        case .session(let pair): pair.backendRead()
        case .closed: break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if case .session(let pair) = phase { pair.flush() }
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        if case .session(let pair) = phase { pair.updateReading() }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        let was = phase
        phase = .closed
        self.context = nil
        switch was {
        case .session(let pair): pair.backendClosed()
        case .login: ended(.failure(.backend("the backend closed the connection during the login")))
        case .closed: break
        }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case .login = phase { ended(.failure(.backend("\(error)"))) }
        context.close(promise: nil)
    }

    private func stepLogin(_ context: ChannelHandlerContext) {
        do throws(PostgresFault) {
            while case .login = phase {
                switch try login.receive(&input) {
                case .wait: return
                case .send(let buffer): send(buffer)
                case .startTLS:
                    do {
                        try dial.addTLS(to: context.channel)
                    } catch {
                        throw PostgresFault.backend("TLS cannot be started: \(error)")
                    }
                case .refused(let state, let message): throw .backend("the backend refused the login: \(state) \(message)")
                case .ready(let greeting): return ended(.success(greeting))
                }
            }
        } catch {
            ended(.failure(error))
            close()
        }
    }

    private func ended(_ result: Result<PostgresBackendGreeting, PostgresFault>) {
        let call = whenReady
        whenReady = nil
        call?(self, result)
    }

    private func send(_ buffer: ByteBuffer) { context?.writeAndFlush(wrapOutboundOut(buffer), promise: nil) }

    // MARK: - For the pair

    func begin(_ pair: PostgresPair) {
        phase = .session(pair)
        if !isEncrypted { writeStraight() }
    }

    func write(_ buffer: ByteBuffer) {
        if !writer.take(buffer) { writeToChannel(buffer) }
    }

    func setReading(_ isOn: Bool) {
        guard let context else { return }
        try? context.channel.syncOptions?.setOption(.autoRead, value: isOn)
        if isOn { context.read() }
    }

    func close() {
        phase = .closed
        context?.close(promise: nil)
    }
}
