// Loads a catalogue over a connection of the gateway's own, and shares it between the sessions of a resource.

import NIOCore
import NIOTLS
import Synchronization

/// One load: logs in, asks, describes every view's query, closes.
final class PostgresCatalogueLoader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        case login
        case asking(Int)
        case describing(Int)
        case done
    }

    private let dial: PostgresDial
    private let asOf: UInt64
    private let promise: EventLoopPromise<PostgresCatalogue>
    private var login: PostgresBackendLogin
    private var phase = Phase.login
    private var input = ByteBuffer()
    private var builder = PostgresCatalogueBuilder()
    private var timeout: Scheduled<Void>?

    init(dial: PostgresDial, nonce: String, asOf: UInt64, promise: EventLoopPromise<PostgresCatalogue>) {
        self.dial = dial
        self.asOf = asOf
        self.promise = promise
        login = PostgresBackendLogin(
            credential: dial.resource.credential, database: dial.resource.database,
            settings: [
                .init(name: "application_name", value: "postern catalogue"), .init(name: "client_encoding", value: "UTF8"),
                .init(name: "search_path", value: "pg_catalog"),
                // Somebody's lock costs this load a view, never the sessions that wait for it.
                .init(name: "lock_timeout", value: "\(PostgresLimits.catalogueLockMilliseconds)"),
            ], wantsTLS: dial.usesTLS, nonce: nonce)
    }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        timeout = context.eventLoop.scheduleTask(in: .seconds(PostgresLimits.catalogueLoadSeconds)) { channel.close(promise: nil) }
        send(login.connected(), context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent { send(login.encrypted(channelBinding: nil), context) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var more = unwrapInboundIn(data)
        input.writeBuffer(&more)
        do {
            try walk(context)
        } catch {
            finish(context, .failure(error))
        }
        input.discardReadBytes()
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(context, .failure(PostgresFault.backend("the catalogue's connection was lost")))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { finish(context, .failure(error)) }

    // MARK: - The conversation

    private func send(_ buffer: ByteBuffer, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    private func finish(_ context: ChannelHandlerContext, _ result: Result<PostgresCatalogue, any Error>) {
        if case .done = phase { return }
        phase = .done
        timeout?.cancel()
        promise.completeWith(result)
        context.close(promise: nil)
    }

    private func walk(_ context: ChannelHandlerContext) throws {
        while case .login = phase {
            switch try login.receive(&input) {
            case .wait: return
            case .send(let buffer): send(buffer, context)
            case .startTLS: try dial.addTLS(to: context.channel)
            case .refused(let state, let message): throw PostgresFault.backend("the catalogue's login was refused: \(state) \(message)")
            case .ready: ask(0, context)
            }
        }
        while true {
            if case .done = phase { return }
            let frame = input.withUnsafeReadableBytes { PostgresCodec.frame($0, at: 0) }
            guard case .header(let type, let total) = frame else {
                if frame == .invalid { throw PostgresFault.backend("a message of impossible length") }
                return
            }
            guard total <= PostgresLimits.longControlMessage else { throw PostgresFault.backend("a message that is too long") }
            guard input.readableBytes >= total, let message = input.readSlice(length: total) else { return }
            try handle(type, message, context)
        }
    }

    private func ask(_ index: Int, _ context: ChannelHandlerContext) {
        let queries = PostgresCatalogueQuery.allCases
        guard index < queries.count else { return describeViews(context) }
        phase = .asking(index)
        var out = ByteBuffer()
        PostgresCodec.query(queries[index].text, to: &out)
        send(out, context)
    }

    /// Every view's query, each with a Sync of its own, so that one that cannot be described costs only itself.
    private func describeViews(_ context: ChannelHandlerContext) {
        guard !builder.views.isEmpty else { return finish(context, .success(builder.build(asOf: asOf))) }
        phase = .describing(0)
        var out = ByteBuffer()
        for view in builder.views {
            PostgresCodec.parse(name: "", text: view.definition.utf8, to: &out)
            PostgresCodec.describe(UInt8(ascii: "S"), "", to: &out)
            PostgresCodec.empty(.sync, to: &out)
        }
        send(out, context)
    }

    private func handle(_ type: UInt8, _ message: ByteBuffer, _ context: ChannelHandlerContext) throws {
        var body = message
        body.moveReaderIndex(forwardBy: PostgresCodec.headerLength)
        switch phase {
        case .asking(let index):
            if type == PostgresBackend.dataRow.rawValue {
                body.withUnsafeReadableBytes { builder.take(PostgresCatalogueQuery.allCases[index], Self.cells($0)) }
            } else if type == PostgresBackend.readyForQuery.rawValue {
                ask(index + 1, context)
            } else if type == PostgresBackend.errorResponse.rawValue {
                guard case .views = PostgresCatalogueQuery.allCases[index] else {
                    throw PostgresFault.backend("the catalogue cannot be read")
                }
                builder.viewsAreUnknown()
            }
        case .describing(let index):
            if type == PostgresBackend.rowDescription.rawValue, index < builder.views.count {
                if let columns = body.withUnsafeReadableBytes({ PostgresColumn.read($0) }) {
                    builder.trace(view: builder.views[index].oid, columns)
                }
            } else if type == PostgresBackend.readyForQuery.rawValue {
                phase = .describing(index + 1)
                if index + 1 >= builder.views.count { finish(context, .success(builder.build(asOf: asOf))) }
            }
        case .login, .done: break
        }
    }

    private static func cells(_ body: UnsafeRawBufferPointer) -> [String?] {
        var reader = PostgresReader(body)
        guard let count = reader.int16(), count >= 0, count <= 16 else { return [] }
        return (0..<count).map { _ in
            guard let length = reader.int32(), length >= 0, let bytes = reader.bytes(length) else { return nil }
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}

/// The catalogue of one resource: loaded when it is asked for, by one connection at a time, shared by all event loops.
final class PostgresCatalogueStore: Sendable {
    private struct Request {
        var oldest: UInt64
        var promise: EventLoopPromise<PostgresCatalogue?>
    }
    private struct State {
        var current: PostgresCatalogue?
        var loadingSince: UInt64?
        var waiting: [Request] = []
    }
    let floor = PostgresCatalogueFloor()
    private let state = Mutex(State())
    private let dial: PostgresDial
    private let note: @Sendable (String) -> Void

    init(dial: PostgresDial, note: @escaping @Sendable (String) -> Void) {
        self.dial = dial
        self.note = note
    }

    var current: PostgresCatalogue? { state.withLock { $0.current } }

    /// A catalogue whose loading began at `oldest` or later (monotonic nanoseconds); nil when it cannot be loaded now.
    func catalogue(of oldest: UInt64, on loop: any EventLoop) -> EventLoopFuture<PostgresCatalogue?> {
        let promise = loop.makePromise(of: PostgresCatalogue?.self)
        let now = NIODeadline.now().uptimeNanoseconds
        let (known, loads) = state.withLock { state -> (PostgresCatalogue?, Bool) in
            if let current = state.current, current.asOf >= oldest { return (current, false) }
            state.waiting.append(Request(oldest: oldest, promise: promise))
            guard state.loadingSince == nil else { return (nil, false) }
            state.loadingSince = now
            return (nil, true)
        }
        if let known { promise.succeed(known) }
        if loads { load(since: now, on: loop) }
        return promise.futureResult
    }

    private func load(since now: UInt64, on loop: any EventLoop) {
        let loaded = loop.makePromise(of: PostgresCatalogue.self)
        let dial = dial
        do {
            let nonce = try PostgresScram.freshNonce()
            dial.connect(on: loop) { PostgresCatalogueLoader(dial: dial, nonce: nonce, asOf: now, promise: loaded) }
                .whenFailure { loaded.fail($0) }
        } catch {
            loaded.fail(error)
        }
        loaded.futureResult.whenComplete { result in
            var found: PostgresCatalogue?
            switch result {
            case .success(let catalogue): found = catalogue
            case .failure(let error): self.note("the catalogue of \(dial.resource.name) cannot be loaded: \(error)")
            }
            self.loaded(found, since: now, on: loop)
        }
    }

    private func loaded(_ found: PostgresCatalogue?, since: UInt64, on loop: any EventLoop) {
        let again = NIODeadline.now().uptimeNanoseconds
        let (answered, loads) = state.withLock { state -> ([Request], Bool) in
            if let found { state.current = found }
            // Who asked for a younger one while this was loading waits for the next; after a failure nobody waits.
            let answered = state.waiting.filter { found == nil || $0.oldest <= since }
            state.waiting.removeAll { found == nil || $0.oldest <= since }
            state.loadingSince = state.waiting.isEmpty ? nil : again
            return (answered, !state.waiting.isEmpty)
        }
        for request in answered { request.promise.succeed(found) }
        if loads { load(since: again, on: loop) }
    }
}
