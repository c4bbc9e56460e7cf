// Cancel requests: whose they are, and how they reach the backend.

import NIOCore
import NIOTLS
import Sealing
import Synchronization

/// Which session a process id and key belong to. Shared by all event loops of a gateway.
final class PostgresCancelRegistry: Sendable {
    /// Hops to the session's event loop and asks it to cancel what runs.
    typealias Target = @Sendable () -> Void

    private struct Entry {
        var key: [UInt8]
        var session: UInt64
        var target: Target
    }
    private struct State {
        var entries: [UInt32: [Entry]] = [:]
        var next: UInt64 = 0
        /// Wrong keys by address, and the minute they were sent in.
        var wrong: [String: (minute: UInt64, count: Int)] = [:]
    }
    private let state = Mutex(State())

    /// Makes a key for a session and remembers both. The answer's `session` forgets it again.
    func register(process: UInt32, target: @escaping Target) throws(SealError) -> (key: UInt32, session: UInt64) {
        let bytes = try Secrets.randomBytes(4)
        let session = state.withLock {
            $0.next += 1
            $0.entries[process, default: []].append(Entry(key: bytes, session: $0.next, target: target))
            return $0.next
        }
        return (bytes.reduce(0) { $0 << 8 | UInt32($1) }, session)
    }

    func forget(process: UInt32, session: UInt64) {
        state.withLock {
            $0.entries[process]?.removeAll { $0.session == session }
            if $0.entries[process]?.isEmpty == true { $0.entries[process] = nil }
        }
    }

    /// Cancels for who knows process and key. Nobody is told whether anything was found; an address that guesses is not looked at any more.
    func cancel(process: UInt32, key: UInt32, from source: String, at steady: UInt64) {
        let wanted = withUnsafeBytes(of: key.bigEndian) { Array($0) }
        let minute = steady / 60_000_000_000
        let target = state.withLock { state -> Target? in
            let known = state.wrong[source].flatMap { $0.minute == minute ? $0.count : nil } ?? 0
            guard known < PostgresLimits.wrongCancelsPerMinute else { return nil }
            var found: Target?
            // Compared with something in every case, and without a short cut, so that time tells nothing of the key.
            let candidates = state.entries[process] ?? [Entry(key: [0, 0, 0, 0], session: 0, target: {})]
            for entry in candidates where Secrets.areEqual(entry.key, wanted) && entry.session != 0 { found = entry.target }
            if found == nil {
                if state.wrong.count > 10_000 { state.wrong.removeAll() }
                state.wrong[source] = (minute, known + 1)
            }
            return found
        }
        target?()
    }
}

/// Sends one CancelRequest to a backend and waits until the backend closes, which it does after it has signalled its process.
final class PostgresCancelSender: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let dial: PostgresDial
    private let process: UInt32
    private let key: [UInt8]
    private var timeout: Scheduled<Void>?

    init(dial: PostgresDial, process: UInt32, key: [UInt8]) {
        self.dial = dial
        self.process = process
        self.key = key
    }

    /// Completes when the backend has taken the request, or cannot be reached: either way nothing more is to come of it.
    static func send(_ dial: PostgresDial, process: UInt32, key: [UInt8], on loop: any EventLoop) -> EventLoopFuture<Void> {
        dial.connect(on: loop) { PostgresCancelSender(dial: dial, process: process, key: key) }
            .flatMap { $0.closeFuture }
            .flatMapErrorThrowing { _ in }
    }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        timeout = context.eventLoop.scheduleTask(in: .seconds(PostgresLimits.cancelSeconds)) { channel.close(promise: nil) }
        guard dial.usesTLS else { return request(context) }
        context.writeAndFlush(wrapOutboundOut(PostgresBackendLogin.tlsRequest), promise: nil)
    }

    private func request(_ context: ChannelHandlerContext) {
        var out = ByteBuffer()
        out.writeInteger(UInt32(12 + key.count))
        out.writeInteger(PostgresStartupCode.cancel)
        out.writeInteger(process)
        out.writeBytes(key)
        context.writeAndFlush(wrapOutboundOut(out), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // Only the one answer to the TLS request is expected.
        let input = unwrapInboundIn(data)
        guard dial.usesTLS, input.readableBytes == 1, input.getInteger(at: input.readerIndex, as: UInt8.self) == UInt8(ascii: "S")
        else { return context.close(promise: nil) }
        do {
            try dial.addTLS(to: context.channel)
        } catch {
            context.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent { request(context) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timeout?.cancel()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
