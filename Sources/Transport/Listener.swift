// A listening socket: accepts, and hands each connection to the next loop.

import CLinux
import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Listens on one address until it is closed.
public final class Listener: SocketSource {
    /// Connections waiting to be accepted that the kernel keeps.
    private static let backlog: CInt = 1024
    /// Connections accepted before other sockets have their turn.
    private static let acceptsInTurn = 64
    /// How long nothing is accepted when the process has no files left.
    private static let breath = TimeAmount.milliseconds(100)

    private let loop: SocketLoop
    private let accepted: (CInt, SocketAddress?) -> Void
    /// Where it listens: with port 0 the system chose.
    public let address: SocketAddress

    /// `accepted` is called on `loop` with each connection's file, which is then the callee's to close.
    private init(
        file: CInt, address: SocketAddress, loop: SocketLoop, accepted: @escaping (CInt, SocketAddress?) -> Void
    ) throws(TransportError) {
        self.loop = loop
        self.accepted = accepted
        self.address = address
        super.init(file: file)
        try loop.watch(self, POSTERN_READABLE)
    }

    /// Binds to a host's address and listens.
    /// - Parameters:
    ///   - host: an address or a name; the first address it means is taken.
    ///   - open: called on one of the loops with each accepted connection.
    public static func bind(
        host: String, port: Int, loops: SocketLoops, open: @escaping @Sendable (CInt, SocketAddress?, SocketLoop) -> Void
    ) throws(TransportError) -> ListenerHandle {
        guard let wanted = try Resolver.addresses(host, port).first else { throw .unknownHost(host, "no address") }
        let file = try listen(wanted)
        let loop = loops.next()
        do throws(TransportError) {
            guard let address = address(of: file) else { throw .system("a listening socket has no address", errno) }
            let listener = try Listener(file: file, address: address, loop: loop) { file, peer in
                let next = loops.next()
                next.execute { open(file, peer, next) }
            }
            return ListenerHandle(listener, on: loop, address: address)
        } catch {
            close(file)
            throw error
        }
    }

    /// Closes an accepted connection that nobody takes.
    public static func drop(_ file: CInt) { close(file) }

    private static func listen(_ address: SocketAddress) throws(TransportError) -> CInt {
        let family = address.protocol == .inet6 ? AF_INET6 : AF_INET
        let file = postern_stream_socket(family)
        guard file >= 0 else { throw .system("a socket cannot be made", errno) }
        _ = postern_reuse_address(file)
        // Each family is configured by an address of its own.
        if family == AF_INET6 { _ = postern_only_ipv6(file) }
        let bound = address.withSockAddr { Glibc.bind(file, $0, socklen_t($1)) }
        guard bound == 0, Glibc.listen(file, backlog) == 0 else {
            let error = errno
            close(file)
            throw .system("\(address) cannot be listened on", error)
        }
        return file
    }

    private static func address(of file: CInt) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let found = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(file, $0, &length) }
        }
        return found == 0 ? SocketAddress(storage) : nil
    }

    override func ready(_ events: UInt32) {
        for _ in 0..<Self.acceptsInTurn where isWatched {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let file = postern_accept(self.file, &storage, &length)
            if file >= 0 {
                // Whatever follows something that the peer has not confirmed yet would wait for it: 40 ms, where the peer waits as well.
                _ = postern_no_delay(file)
                _ = postern_keep_alive(file)
                accepted(file, SocketAddress(storage))
                continue
            }
            switch errno {
            case EINTR, ECONNABORTED: continue
            case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                loop.change(self, 0)
                _ = loop.schedule(in: Self.breath) { [weak self] in
                    guard let self else { return }
                    loop.change(self, POSTERN_READABLE)
                }
                return
            default: return
            }
        }
    }

    fileprivate func end() {
        guard isWatched else { return }
        loop.unwatch(self)
        close(file)
        file = -1
    }
}

/// A listener, from any thread.
public struct ListenerHandle: Sendable {
    private let listener: LoopBound<Listener>
    private let loop: SocketLoop
    public let address: SocketAddress

    init(_ listener: Listener, on loop: SocketLoop, address: SocketAddress) {
        self.listener = LoopBound(listener, on: loop)
        self.loop = loop
        self.address = address
    }

    /// Nothing is accepted any more once this returns.
    public func close() async {
        await withCheckedContinuation { continuation in
            loop.execute {
                listener.value.end()
                continuation.resume()
            }
        }
    }
}

extension SocketAddress {
    /// nil for a family that is neither IPv4 nor IPv6.
    init?(_ storage: sockaddr_storage) {
        switch CInt(storage.ss_family) {
        case AF_INET:
            self.init(withUnsafeBytes(of: storage) { $0.loadUnaligned(as: sockaddr_in.self) })
        case AF_INET6:
            self.init(withUnsafeBytes(of: storage) { $0.loadUnaligned(as: sockaddr_in6.self) })
        default: return nil
        }
    }
}
