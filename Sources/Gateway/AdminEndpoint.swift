// The admin port: metrics and health, and approvals for those who may answer them.

import NIOCore
import NIOHTTP1
import NIOPosix

/// What the admin port answers with. The closures are called on an event loop and must not block.
struct AdminAnswers: Sendable {
    /// Prometheus text.
    var metrics: @Sendable () -> String
    /// nil while sessions may start; else why not. Draining and a dead recording are reasons.
    var notReady: @Sendable () -> String?
    /// nil where tokens would cross a network unencrypted.
    var approvals: ApprovalsAPI?
}

/// A running admin port, on a thread of its own: nobody who scrapes it waits for sessions, and no session for them.
struct AdminEndpoint: Sendable {
    private let group: MultiThreadedEventLoopGroup
    private let channel: any Channel
    let address: SocketAddress

    /// Serves `/metrics`, `/healthz` (the process lives), `/readyz` (sessions may start), and `/v1/approvals`.
    static func start(_ address: SocketEndpoint, answers: AdminAnswers) async throws -> AdminEndpoint {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let channel = try await ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                        try channel.pipeline.syncOperations.addHandler(AdminHandler(answers))
                    }
                }
                .bind(host: address.host, port: address.port).get()
            guard let bound = channel.localAddress else { throw StartFailure("the admin port \(address) has no address") }
            return AdminEndpoint(group: group, channel: channel, address: bound)
        } catch {
            try? await group.shutdownGracefully()
            throw StartFailure("cannot listen on the admin port \(address): \(error)")
        }
    }

    func close() async {
        try? await channel.close()
        try? await group.shutdownGracefully()
    }
}

/// Runs asynchronous work on the admin port's own loop: whoever asks never waits for threads that others keep busy.
private final class AdminTaskExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

/// One request, one answer.
private final class AdminHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let answers: AdminAnswers
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    init(_ answers: AdminAnswers) { self.answers = answers }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body.removeAll()
        case .body(let piece):
            // One byte over is enough to be refused.
            let room = ApprovalsAPI.bodyLimit + 1 - body.count
            if room > 0 { body.append(contentsOf: piece.readableBytesView.prefix(room)) }
        case .end:
            guard let head else { return }
            self.head = nil
            if head.uri.hasPrefix(ApprovalsAPI.path) { return approvals(head, context) }
            let (status, text) = answer(head)
            send(status, text, keepAlive: head.isKeepAlive, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func answer(_ head: HTTPRequestHead) -> (HTTPResponseStatus, String) {
        guard head.method == .GET else { return (.methodNotAllowed, "only GET\n") }
        switch head.uri {
        case "/metrics": return (.ok, answers.metrics())
        case "/healthz": return (.ok, "ok\n")
        case "/readyz":
            guard let reason = answers.notReady() else { return (.ok, "ready\n") }
            return (.serviceUnavailable, reason + "\n")
        default: return (.notFound, "try /metrics, /healthz, /readyz or /v1/approvals\n")
        }
    }

    /// Authentication may have to wait for keys: the answer comes when it comes, and the next request after it.
    private func approvals(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard let api = answers.approvals else {
            return send(.forbidden, "approvals are answered on a loopback address only: put TLS before it\n", keepAlive: head.isKeepAlive, context)
        }
        let field = head.headers.first(name: "authorization") ?? ""
        let token = field.lowercased().hasPrefix("bearer ") ? field.dropFirst(7).trimmingPrefix(while: { $0 == " " }) : nil
        let (loop, body) = (context.eventLoop, body)
        let bound = NIOLoopBound((self, context), eventLoop: loop)
        let executor = AdminTaskExecutor(loop)
        Task(executorPreference: executor) {
            let reply = await api.reply(head.method.rawValue, head.uri, token: token.map(String.init), body: body)
            loop.execute {
                let (handler, context) = bound.value
                guard context.channel.isActive else { return }
                handler.send(
                    HTTPResponseStatus(statusCode: reply.status), reply.body, keepAlive: head.isKeepAlive, context, type: "application/json")
            }
            // The executor lives as long as its task.
            withExtendedLifetime(executor) {}
        }
    }

    private func send(
        _ status: HTTPResponseStatus, _ text: String, keepAlive: Bool, _ context: ChannelHandlerContext,
        type: String = "text/plain; version=0.0.4; charset=utf-8"
    ) {
        var head = HTTPResponseHead(version: .http1_1, status: status)
        head.headers.add(name: "content-type", value: type)
        head.headers.add(name: "content-length", value: String(text.utf8.count))
        if !keepAlive { head.headers.add(name: "connection", value: "close") }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(string: text)))), promise: nil)
        let done = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if !keepAlive { done.assumeIsolated().whenComplete { _ in context.close(promise: nil) } }
    }
}
