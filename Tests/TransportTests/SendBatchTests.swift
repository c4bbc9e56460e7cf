// What connections leave to the end of a turn arrives as if each had sent by itself.

import COpenSSL
import CUring
import NIOCore
import TestSupport
import Testing

@testable import Transport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@Suite struct SendBatchTests {
    private func pipes(_ count: Int, _ loops: SocketLoops, sendBuffer: CInt? = nil, isEncrypted: Bool = false) throws -> [Pipe] {
        let loop = loops.next()
        return try (0..<count).map { _ in
            let pipe = try Pipe(loop)
            if isEncrypted { try pipe.encrypt() }
            try pipe.run { near, far in
                if let sendBuffer { _ = setSendBuffer(near.connection.file, sendBuffer) }
                near.connection.setReading(true)
                far.connection.setReading(true)
            }
            return pipe
        }
    }

    /// Files that a test leaves open stay open for as long as the process.
    private func end(_ loops: SocketLoops, _ pipes: [Pipe]) throws {
        for pipe in pipes {
            try pipe.run { near, far in
                near.connection.close()
                far.connection.close()
            }
        }
        loops.stop()
    }

    private func inOneTurn(_ pipes: [Pipe], _ body: @escaping @Sendable ([Peer]) -> Void) throws {
        let near = pipes.map(\.near)
        try pipes[0].loop.sync { body(near.map(\.value)) }
    }

    @Test(arguments: [true, false], [true, false]) func manyInOneTurnReachTheirOwn(_ batches: Bool, _ isEncrypted: Bool) throws {
        let loops = try SocketLoops(count: 1, batchesSends: batches)
        let pipes = try pipes(100, loops, isEncrypted: isEncrypted)
        try inOneTurn(pipes) { peers in
            for (number, peer) in peers.enumerated() { peer.say("to \(number)") }
        }
        for (number, pipe) in pipes.enumerated() {
            let expected = "to \(number)"
            #expect(pipe.farReport.wait { $0.count == expected.utf8.count } != nil)
            #expect(pipe.farReport.text == expected)
        }
        try end(loops, pipes)
    }

    /// Pieces of one connection come in order, whatever other connections say in between and whatever is too large to wait.
    @Test(arguments: [true, false], [true, false]) func orderIsKept(_ batches: Bool, _ isEncrypted: Bool) throws {
        let loops = try SocketLoops(count: 1, batchesSends: batches)
        let pipes = try pipes(3, loops, isEncrypted: isEncrypted)
        try inOneTurn(pipes) { peers in
            peers[0].say("one ")
            peers[0].say("two ")
            peers[1].say("other")
            peers[0].say("three ")
            peers[2].say("more")
            peers[0].connection.write(ByteBuffer(string: String(repeating: "x", count: SendBatch.largest)))
            peers[0].say("end")
        }
        let expected = "one two three " + String(repeating: "x", count: SendBatch.largest) + "end"
        let heard = try #require(pipes[0].farReport.wait { $0.count == expected.utf8.count })
        #expect(heard.sum == Self.sum(Array(expected.utf8)))
        #expect(pipes[1].farReport.wait { $0.count == 5 } != nil)
        #expect(pipes[2].farReport.wait { $0.count == 4 } != nil)
        try end(loops, pipes)
    }

    /// An end right behind what was flushed does not take it away, whether it waits for the peer or not.
    @Test(arguments: [true, false], [true, false]) func anEndComesBehind(_ batches: Bool, _ closesAtOnce: Bool) throws {
        let loops = try SocketLoops(count: 1, batchesSends: batches)
        let pipes = try pipes(3, loops) + pipes(3, loops, isEncrypted: true)
        try inOneTurn(pipes) { peers in
            for peer in peers {
                peer.say("last words")
                if closesAtOnce { peer.connection.close() } else { peer.connection.finish(within: .seconds(5)) }
            }
        }
        for pipe in pipes {
            #expect(pipe.farReport.wait { $0.closed != nil } != nil)
            #expect(pipe.farReport.text == "last words")
        }
        try end(loops, pipes)
    }

    /// A peer that is gone costs nobody else a byte.
    @Test(arguments: [true, false]) func oneLostPeerIsItsOwnAffair(_ batches: Bool) throws {
        let loops = try SocketLoops(count: 1, batchesSends: batches)
        let pipes = try pipes(5, loops)
        let gone = pipes[2].far
        try inOneTurn(pipes) { peers in
            gone.value.connection.close()
            for peer in peers { peer.say("hello") }
        }
        for (number, pipe) in pipes.enumerated() where number != 2 {
            #expect(pipe.farReport.wait { $0.count == 5 } != nil)
            #expect(pipe.nearReport.wait { _ in true }?.closed == nil)
        }
        #expect(pipes[2].nearReport.wait { $0.closed != nil } != nil)
        try end(loops, pipes)
    }

    /// Random pieces, readers that stop and go on, sockets that take little: every stream is what was written.
    @Test(arguments: [true, false], Array(1...8)) func streamsAreWhatWasWritten(_ batches: Bool, _ seed: Int) throws {
        let loops = try SocketLoops(count: 1, batchesSends: batches)
        let pipes = try pipes(6, loops, sendBuffer: 4096, isEncrypted: seed.isMultiple(of: 2))
        var random = SeededGenerator(seed: UInt64(seed))
        var written = [[UInt8]](repeating: [], count: pipes.count)
        for _ in 0..<60 {
            var said: [(Int, [UInt8], Bool)] = []
            for _ in 0..<Int.random(in: 1...40, using: &random) {
                let (who, first) = (Int.random(in: 0..<pipes.count, using: &random), UInt8.random(in: 0...255, using: &random))
                let size = Int.random(in: 0..<20, using: &random) == 0 ? 30_000 : Int.random(in: 1...900, using: &random)
                let bytes = (0..<size).map { first &+ UInt8(truncatingIfNeeded: $0 &* 7) }
                said.append((who, bytes, Bool.random(using: &random)))
                written[who] += bytes
            }
            let far = pipes.map(\.far)
            let (stops, turn) = (Int.random(in: 0..<pipes.count, using: &random), said)
            try inOneTurn(pipes) { peers in
                for (number, peer) in far.enumerated() { peer.value.connection.setReading(number != stops) }
                for (who, bytes, flushes) in turn {
                    peers[who].connection.write(ByteBuffer(bytes: bytes))
                    if flushes { peers[who].connection.flush() }
                }
            }
        }
        for (pipe, bytes) in zip(pipes, written) {
            try pipe.run { near, far in
                far.connection.setReading(true)
                near.connection.flush()
            }
            let heard = try #require(pipe.farReport.wait { $0.count >= bytes.count })
            #expect(heard.count == bytes.count)
            #expect(heard.sum == Self.sum(bytes))
        }
        try end(loops, pipes)
    }

    /// The kernel may take the ring away from a running process; what it had been given is sent without it.
    @Test func aRingThatFailsLosesNothing() throws {
        let loops = try SocketLoops(count: 1)
        let pipes = try pipes(4, loops)
        try inOneTurn(pipes) { peers in
            let sends = peers[0].connection.loop.sends
            let broken = sends.ring
            if let ring = broken?.assumingMemoryBound(to: io_uring.self) {
                io_uring_unregister_ring_fd(ring)
                // Another file takes its number: what the ring asks of it fails.
                let other = open("/dev/null", O_RDONLY)
                dup2(other, ring.pointee.ring_fd)
                Glibc.close(other)
            }
            for peer in peers { peer.say("once") }
            sends.send()
            for peer in peers { peer.say(" and again") }
            #expect((sends.ring == nil) == (broken == nil))
        }
        for pipe in pipes {
            #expect(pipe.farReport.wait { $0.count == 14 } != nil)
            #expect(pipe.farReport.text == "once and again")
        }
        try end(loops, pipes)
    }

    /// Where the kernel has a ring for us, it is used: else the tests here would say nothing of it.
    @Test func theRingIsUsed() throws {
        let probe = postern_ring_open(1)
        if let probe { postern_ring_close(probe) }
        let isThere = probe != nil
        for (batches, isEncrypted) in [(true, false), (true, true), (false, false), (false, true)] {
            let loops = try SocketLoops(count: 1, batchesSends: batches)
            let pipes = try pipes(3, loops, isEncrypted: isEncrypted)
            try inOneTurn(pipes) { peers in
                for peer in peers { peer.say("x") }
                let sends = peers[0].connection.loop.sends
                sends.send()
                #expect(sends.together == (batches && isThere ? 1 : 0))
                #expect(peers[0].connection.loop.joinsSends == (batches && isThere))
            }
            try end(loops, pipes)
        }
    }

    private static let piece = String(repeating: "abcdefgh", count: 1000)

    /// More than a small buffer takes for the first, who is not read, with sends of the second between.
    private static func overfill(_ peers: [Peer], _ far: Peer) {
        far.connection.setReading(false)
        for _ in 0..<4 {
            peers[0].say(piece)
            peers[1].say("x")
        }
    }

    /// A socket that takes a part: the rest waits in front of what comes behind it.
    @Test(arguments: [true, false], [true, false]) func aPartThatIsTakenKeepsItsPlace(_ batches: Bool, _ isEncrypted: Bool) throws {
        let loops = try SocketLoops(count: 1, batchesSends: batches)
        let pipes = try pipes(2, loops, sendBuffer: 4096, isEncrypted: isEncrypted)
        let far = pipes[0].far
        try inOneTurn(pipes) { peers in
            Self.overfill(peers, far.value)
            peers[0].connection.loop.sends.send()
            #expect(peers[0].connection.isBlocked)
            #expect(peers[0].connection.unsentBytes > 0)
            peers[0].say("end")
        }
        try pipes[0].run { _, far in far.connection.setReading(true) }
        let expected = String(repeating: Self.piece, count: 4) + "end"
        #expect(try #require(pipes[0].farReport.wait { $0.count == expected.utf8.count }).sum == Self.sum(Array(expected.utf8)))
        #expect(pipes[1].farReport.wait { $0.count == 4 } != nil)
        try end(loops, pipes)
    }

    /// A send that failed for a reason that is not the socket's: nothing goes behind the hole, and the connection ends.
    @Test(arguments: [true, false]) func nothingGoesBehindAHole(_ isEncrypted: Bool) throws {
        let loops = try SocketLoops(count: 1)
        let pipes = try pipes(2, loops, isEncrypted: isEncrypted)
        try inOneTurn(pipes) { peers in
            peers[0].say("before")
            peers[0].connection.loop.sends.send()
            Array("lost".utf8).withUnsafeBytes { peers[0].connection.batchSent(-Int(ENOMEM), of: $0) }
            peers[0].say("behind")
            peers[0].connection.write(ByteBuffer(repeating: 0x61, count: 100_000))
            peers[0].connection.finish(within: .seconds(5))
        }
        #expect(pipes[0].farReport.wait { $0.closed != nil } != nil)
        #expect(pipes[0].farReport.text == "before")
        #expect(pipes[0].nearReport.wait { $0.closed != nil } != nil)
        try end(loops, pipes)
    }

    /// An answer in plain text goes before the handshake that follows it in the same turn.
    @Test(arguments: [true, false]) func anAnswerGoesBeforeTLS(_ batches: Bool) throws {
        let loops = try SocketLoops(count: 1, batchesSends: batches)
        let pipes = try pipes(2, loops)
        let server = try TestCertificate.server()
        let client = try TLSContext.client(trust: nil)
        try pipes[0].run { near, _ in near.connection.setReading(false) }
        let far = pipes[0].far
        try inOneTurn(pipes) { peers in
            far.value.say("S")
            peers[1].say("x")
            try? far.value.connection.startTLS(server)
        }
        try pipes[0].run { near, _ in
            var byte: UInt8 = 0
            #expect(recv(near.connection.file, &byte, 1, CInt(MSG_DONTWAIT)) == 1)
            #expect(byte == UInt8(ascii: "S"))
            near.connection.setReading(true)
            try near.connection.startTLS(client, name: "localhost")
        }
        #expect(pipes[0].nearReport.wait { $0.protocolName != nil } != nil)
        #expect(pipes[1].farReport.wait { $0.count == 1 } != nil)
        try end(loops, pipes)
    }

    /// An end behind records of TLS that the socket did not take: it is said after them.
    @Test(arguments: [true, false]) func anEndWaitsForRecords(_ batches: Bool) throws {
        let loops = try SocketLoops(count: 1, batchesSends: batches)
        let pipes = try pipes(2, loops, sendBuffer: 4096, isEncrypted: true)
        let far = pipes[0].far
        try inOneTurn(pipes) { peers in
            Self.overfill(peers, far.value)
            peers[0].connection.finish(within: .seconds(5))
        }
        try pipes[0].run { _, far in far.connection.setReading(true) }
        let heard = try #require(pipes[0].farReport.wait { $0.closed != nil })
        #expect(heard.count == 4 * Self.piece.utf8.count)
        #expect(heard.closed == .some(nil))
        try end(loops, pipes)
    }

    /// New keys of TLS in the middle of a batch.
    @Test(arguments: [true, false]) func keysAreRenewedInOrder(_ batches: Bool) throws {
        let loops = try SocketLoops(count: 1, batchesSends: batches)
        let pipes = try pipes(3, loops, isEncrypted: true)
        try inOneTurn(pipes) { peers in
            for peer in peers {
                peer.say("old ")
                guard case .established(let tls) = peer.connection.security else { continue }
                #expect(SSL_key_update(tls.ssl, SSL_KEY_UPDATE_REQUESTED) == 1)
                peer.say("new")
            }
        }
        for pipe in pipes {
            #expect(pipe.farReport.wait { $0.count == 7 } != nil)
            #expect(pipe.farReport.text == "old new")
            try pipe.run { _, far in far.say("answer") }
            #expect(pipe.nearReport.wait { $0.count == 6 } != nil)
        }
        try end(loops, pipes)
    }

    /// What timers and the last task before the end flush is sent.
    @Test(arguments: [true, false]) func timersAndTheLastTaskSend(_ batches: Bool) throws {
        let loops = try SocketLoops(count: 1, batchesSends: batches)
        let pipes = try pipes(2, loops)
        let near = pipes.map(\.near)
        try inOneTurn(pipes) { peers in
            _ = peers[0].connection.loop.schedule(in: .milliseconds(1)) {
                for peer in near { peer.value.say("timer") }
            }
        }
        for pipe in pipes { #expect(pipe.farReport.wait { $0.count == 5 } != nil) }
        var files: [CInt] = [0, 0]
        try #require(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &files) == 0)
        let (file, other) = (files[0], files[1])
        pipes[0].loop.execute {
            let peers = near.map(\.value)
            for peer in peers { peer.say("last") }
            if let own = try? Connection(file: file, peer: nil, on: peers[0].connection.loop) {
                own.write(ByteBuffer(string: "goodbye"))
                own.flush()
            }
        }
        loops.stop()
        var heard = [UInt8](repeating: 0, count: 16)
        #expect(recv(other, &heard, 16, CInt(MSG_DONTWAIT)) == 7)
        Glibc.close(other)
    }

    private static func sum(_ bytes: [UInt8]) -> UInt64 { bytes.reduce(0) { $0 &* 31 &+ UInt64($1) } }
}

extension Peer {
    fileprivate func say(_ text: String) {
        connection.write(ByteBuffer(string: text))
        connection.flush()
    }
}

private func setSendBuffer(_ socket: CInt, _ size: CInt) -> CInt {
    var size = size
    return setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<CInt>.size))
}
