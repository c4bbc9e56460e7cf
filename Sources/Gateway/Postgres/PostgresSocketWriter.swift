// Writes of one connection: straight to its socket while the channel has nothing waiting, else through the channel.

import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Sends what a batch made in one system call, as the channel would, without the way through its pipeline and its queue of writes:
/// that way is most of what a relay costs beside the kernel. Whatever the socket does not take at once goes through the channel,
/// and everything after it too until the channel has written it, so the order of bytes is kept and the channel's own bounds hold.
///
/// Used on the channel's event loop. Only for channels without TLS; where TLS is, `attach` is not called.
final class PostgresSocketWriter {
    private var channel: (any Channel)?
    private var handle: CInt = -1
    private var pieces: [ByteBuffer] = []
    /// Writes that the channel has and has not completed.
    private var queued = 0

    /// Bytes may go straight to this channel's socket.
    func attach(_ channel: any Channel) {
        let found = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { $0 }
        guard let found else { return }
        handle = found
        self.channel = channel
        pieces.reserveCapacity(4)
    }

    /// Whether a buffer was taken; else the caller writes it to the channel.
    func take(_ buffer: ByteBuffer) -> Bool {
        // The socket's number is only its own while the channel is open.
        guard let channel, queued == 0, channel.isActive else { return false }
        if buffer.readableBytes > 0 { pieces.append(buffer) }
        return true
    }

    /// Sends what was taken. Returns what was not sent: it is to be written to the channel, in order, with `queue`'s promise.
    func flush() -> [ByteBuffer] {
        guard !pieces.isEmpty else { return [] }
        defer { pieces.removeAll(keepingCapacity: true) }
        for index in pieces.indices {
            let isLast = index == pieces.count - 1
            guard channel?.isActive == true else { return [] }
            let sent = pieces[index].withUnsafeReadableBytes { Self.send(handle, $0, more: !isLast) }
            guard sent < pieces[index].readableBytes else { continue }
            pieces[index].moveReaderIndex(forwardBy: sent)
            return Array(pieces[index...])
        }
        return []
    }

    /// For each write to the channel while this is attached.
    func queue(on loop: any EventLoop) -> EventLoopPromise<Void>? {
        guard channel != nil else { return nil }
        queued += 1
        let promise = loop.makePromise(of: Void.self)
        let bound = NIOLoopBound(self, eventLoop: loop)
        promise.futureResult.whenComplete { _ in bound.value.queued -= 1 }
        return promise
    }

    /// How many bytes the socket took: 0 where it takes none now, or failed, which the channel will find out by itself.
    private static func send(_ handle: CInt, _ bytes: UnsafeRawBufferPointer, more: Bool) -> Int {
        guard !bytes.isEmpty else { return 0 }
        let flags = CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT) | (more ? CInt(MSG_MORE) : 0)
        while true {
            #if canImport(Glibc)
                let sent = Glibc.send(handle, bytes.baseAddress, bytes.count, flags)
            #else
                let sent = Musl.send(handle, bytes.baseAddress, bytes.count, flags)
            #endif
            if sent >= 0 { return sent }
            if errno != EINTR { return 0 }
        }
    }
}

/// What both sides of a pair do to write.
protocol PostgresWriting: AnyObject {
    var context: ChannelHandlerContext? { get }
    var writer: PostgresSocketWriter { get }
}

extension PostgresWriting {
    /// From now on writes go straight to the socket, once the channel has written everything that it was given before.
    func writeStraight() {
        guard let context else { return }
        writer.attach(context.channel)
        writeToChannel(ByteBuffer())
        context.flush()
    }

    /// To the channel, behind everything that was written before.
    func writeToChannel(_ buffer: ByteBuffer) {
        guard let context else { return }
        context.write(NIOAny(buffer), promise: writer.queue(on: context.eventLoop))
    }

    func flush() {
        for rest in writer.flush() { writeToChannel(rest) }
        context?.flush()
    }
}
