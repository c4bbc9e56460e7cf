// Tasks run in order, timers by their time, and names lead to listeners.

import NIOCore
import Synchronization
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@testable import Transport

@Suite struct LoopTests {
    @Test func tasksRunInOrder() throws {
        let loops = try SocketLoops(count: 1)
        let loop = loops.next()
        let order = Order()
        for number in 0..<1000 { loop.execute { order.add(number) } }
        try loop.sync {}
        #expect(order.all == Array(0..<1000))
        loops.stop()
    }

    @Test func timersFireByTimeUnlessCancelled() throws {
        let loops = try SocketLoops(count: 1)
        let loop = loops.next()
        let (order, done) = (Order(), PeerReport())
        try loop.sync {
            _ = loop.schedule(in: .milliseconds(30)) {
                order.add(3)
                done.close(nil)
            }
            _ = loop.schedule(in: .milliseconds(10)) { order.add(1) }
            loop.schedule(in: .milliseconds(15)) { order.add(99) }.cancel()
            _ = loop.schedule(in: .milliseconds(20)) { order.add(2) }
        }
        #expect(done.wait { $0.closed != nil } != nil)
        #expect(order.all == [1, 2, 3])
        loops.stop()
    }

    /// Sessions whose timers are far away come and go: what they cancelled does not pile up.
    @Test func cancelledTimersAreSweptOut() {
        var timers = LoopTimers()
        let kept = timers.add(at: .distantFuture) {}
        for _ in 0..<100_000 { timers.add(at: .distantFuture) {}.cancel() }
        #expect(timers.entries <= 1025)
        kept.cancel()
        #expect(timers.takeDue(at: .now()) == nil)
    }

    @Test func aListenerIsFoundByNameAndGoneWhenClosed() async throws {
        let loops = try SocketLoops(count: 2)
        let accepted = PeerReport()
        let listener = try Listener.bind(host: "127.0.0.1", port: 0, loops: loops) { file, _, loop in
            guard let connection = try? Connection(file: file, peer: nil, on: loop) else { return }
            let peer = Peer(connection, accepted)
            peer.echoes = true
            connection.setReading(true)
        }
        let port = try #require(listener.address.port)
        let heard = PeerReport()
        try dial(.host("localhost", port: port), loops.next(), heard)
        #expect(heard.wait { $0.count == 5 } != nil)
        await listener.close()
        let refused = PeerReport()
        try dial(.host("127.0.0.1", port: port), loops.next(), refused)
        let seen = try #require(refused.wait { $0.closed != nil })
        #expect(String(describing: seen.closed).contains("refused"))
        loops.stop()
    }

    @Test func anAcceptedConnectionSendsAtOnceAndNoticesALostPeer() throws {
        let loops = try SocketLoops(count: 1)
        let settings = Mutex<[CInt]>([])
        let listener = try Listener.bind(host: "127.0.0.1", port: 0, loops: loops) { file, _, _ in
            settings.withLock { $0 = [setting(of: file, CInt(IPPROTO_TCP), TCP_NODELAY), setting(of: file, SOL_SOCKET, SO_KEEPALIVE)] }
            Listener.drop(file)
        }
        let closed = PeerReport()
        try dial(.host("127.0.0.1", port: try #require(listener.address.port)), loops.next(), closed)
        #expect(closed.wait { $0.closed != nil } != nil)
        #expect(settings.withLock { $0 } == [1, 1])
        loops.stop()
    }

    @Test func whatCannotBeReachedSaysWhy() throws {
        let loops = try SocketLoops(count: 1)
        for (address, reason) in [
            (DialAddress.host("no-such-host.invalid", port: 1), "has no address"), (.path("/no/such/socket"), "No such file"),
            (.path(String(repeating: "x", count: 200)), "too long"),
        ] {
            let report = PeerReport()
            try dial(address, loops.next(), report)
            let seen = try #require(report.wait { $0.closed != nil })
            #expect(String(describing: seen.closed).contains(reason))
        }
        loops.stop()
    }

    private func dial(_ address: DialAddress, _ loop: SocketLoop, _ report: PeerReport) throws {
        try loop.sync {
            Dialer.connect(to: address, on: loop, within: .seconds(5)) { result in
                switch result {
                case .failure(let error): report.close(error)
                case .success(let connection):
                    _ = Peer(connection, report)
                    connection.setReading(true)
                    connection.write(ByteBuffer(string: "hello"))
                    connection.flush()
                }
            }
        }
    }
}

private final class Order: Sendable {
    private let numbers = Mutex<[Int]>([])
    func add(_ number: Int) { numbers.withLock { $0.append(number) } }
    var all: [Int] { numbers.withLock { $0 } }
}

/// A socket's setting; -1 where it cannot be read.
private func setting(of file: CInt, _ level: CInt, _ name: CInt) -> CInt {
    var value: CInt = 0
    var length = socklen_t(MemoryLayout<CInt>.size)
    return getsockopt(file, level, name, &value, &length) == 0 ? value : -1
}
