// Connecting to a server: every address of its name in turn, within a time.

import CLinux
import Dispatch
import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Where to connect to.
public enum DialAddress: Sendable, Hashable {
    case host(String, port: Int)
    /// The path of a Unix socket.
    case path(String)
}

public enum Dialer {
    /// Connects, and calls back on the loop it was called on: once, and never before this returns.
    /// - Parameter time: for all addresses together.
    public static func connect(
        to address: DialAddress, on loop: SocketLoop, within time: TimeAmount,
        then done: @escaping (Result<Connection, TransportError>) -> Void
    ) {
        let attempt = LoopBound(DialAttempt(loop, deadline: .now() + time, done), on: loop)
        switch address {
        case .path(let path):
            let found = Result { () throws(TransportError) in [try unixAddress(path)] }
            loop.execute { attempt.value.begin(found) }
        case .host(let host, let port):
            if let known = try? SocketAddress(ipAddress: host, port: port) {
                return loop.execute { attempt.value.begin(.success([known])) }
            }
            // The system's resolver blocks.
            DispatchQueue.global().async {
                let found = Result { () throws(TransportError) in try Resolver.addresses(host, port) }
                loop.execute { attempt.value.begin(found) }
            }
        }
    }

    private static func unixAddress(_ path: String) throws(TransportError) -> SocketAddress {
        do {
            return try SocketAddress(unixDomainSocketPath: path)
        } catch {
            throw .unknownHost(path, "the path is too long for a socket")
        }
    }
}

/// One connection being made.
private final class DialAttempt {
    private static let breath = TimeAmount.milliseconds(50)
    private let loop: SocketLoop
    private let deadline: NIODeadline
    private let done: (Result<Connection, TransportError>) -> Void
    private var addresses: ArraySlice<SocketAddress> = []
    private var current: DialingSocket?
    private var timer: LoopTimer?
    private var error = TransportError.timedOut("connecting")

    init(_ loop: SocketLoop, deadline: NIODeadline, _ done: @escaping (Result<Connection, TransportError>) -> Void) {
        self.loop = loop
        self.deadline = deadline
        self.done = done
    }

    func begin(_ found: Result<[SocketAddress], TransportError>) {
        switch found {
        case .failure(let error): done(.failure(error))
        case .success(let addresses):
            self.addresses = addresses[...]
            next()
        }
    }

    private func next() {
        timer?.cancel()
        let left = deadline - .now()
        guard left > .nanoseconds(0), let address = addresses.popFirst() else { return done(.failure(error)) }
        // One silent address must not take all the time of those after it.
        let share = addresses.isEmpty ? left : TimeAmount.nanoseconds(left.nanoseconds / 2)
        do {
            let socket = try DialingSocket(address, loop) { self.ended($0, address) }
            current = socket
            timer = loop.schedule(in: share) { socket.giveUp() }
        } catch {
            self.error = error
            // A Unix socket whose backlog is full: there is room again soon.
            guard case .system(_, EAGAIN) = error else { return next() }
            addresses = [address] + addresses
            timer = loop.schedule(in: Self.breath) { [self] in next() }
        }
    }

    private func ended(_ result: Result<CInt, TransportError>, _ address: SocketAddress) {
        current = nil
        switch result {
        case .failure(let error):
            self.error = error
            next()
        case .success(let file):
            timer?.cancel()
            _ = postern_no_delay(file)
            _ = postern_keep_alive(file)
            done(Result { () throws(TransportError) in try Connection(file: file, peer: address, on: loop) })
        }
    }
}

/// A socket that is being connected to one address.
private final class DialingSocket: SocketSource {
    private let loop: SocketLoop
    private let address: SocketAddress
    private var done: ((Result<CInt, TransportError>) -> Void)?

    init(
        _ address: SocketAddress, _ loop: SocketLoop, _ done: @escaping (Result<CInt, TransportError>) -> Void
    ) throws(TransportError) {
        self.loop = loop
        self.address = address
        self.done = done
        let family: CInt =
            switch address {
            case .v4: AF_INET
            case .v6: AF_INET6
            case .unixDomainSocket: AF_UNIX
            }
        let file = postern_stream_socket(family)
        super.init(file: file)
        guard file >= 0 else { throw .system("a socket cannot be made", errno) }
        let error = address.withSockAddr { connect(file, $0, socklen_t($1)) } == 0 ? 0 : errno
        guard error == 0 || error == EINPROGRESS else {
            close(file)
            throw .system("\(address) cannot be connected to", error)
        }
        do throws(TransportError) {
            try loop.watch(self, POSTERN_WRITABLE)
        } catch {
            close(file)
            throw error
        }
    }

    override func ready(_ events: UInt32) {
        let error = postern_socket_error(file)
        end(error == 0 ? nil : .system("\(address) cannot be connected to", error))
    }

    func giveUp() { end(.timedOut("connecting to \(address)")) }

    private func end(_ error: TransportError?) {
        guard let done else { return }
        self.done = nil
        loop.unwatch(self)
        if let error {
            close(file)
            return done(.failure(error))
        }
        done(.success(file))
    }
}
