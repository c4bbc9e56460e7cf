// Bytes arrive whole and in order, waiting bytes are bounded, and an end is an end.

import NIOCore
import Testing

@testable import Transport

@Suite struct ConnectionTests {
    let loops: SocketLoops

    init() throws { loops = try SocketLoops(count: 1) }

    private func reading(_ pipe: Pipe) throws {
        try pipe.run { near, far in
            near.connection.setReading(true)
            far.connection.setReading(true)
        }
    }

    @Test func whatIsSaidIsHeard() throws {
        let pipe = try Pipe(loops.next())
        try reading(pipe)
        try pipe.run { _, far in far.echoes = true }
        try pipe.say("one ")
        try pipe.say("two")
        #expect(pipe.nearReport.wait { $0.count == 7 } != nil)
        #expect(pipe.nearReport.text == "one two")
        loops.stop()
    }

    /// A reader that pauses again and again gets every byte, and the writer holds little more than the mark.
    @Test(arguments: [false, true]) func aSlowReaderBoundsTheWriter(_ isEncrypted: Bool) throws {
        let pipe = try Pipe(loops.next())
        if isEncrypted { try pipe.encrypt() }
        let total = 20_000_000
        try pipe.run { near, far in
            near.connection.setReading(true)
            near.left = total
            near.push()
            far.connection.setReading(false)
        }
        for _ in 0..<20 {
            try pipe.run { _, far in far.connection.setReading(true) }
            try pipe.run { _, far in far.connection.setReading(false) }
        }
        try pipe.run { _, far in far.connection.setReading(true) }
        let heard = try #require(pipe.farReport.wait { $0.count == total })
        var sum: UInt64 = 0
        for _ in 0..<total { sum = sum &* 31 &+ 0x61 }
        #expect(heard.sum == sum)
        let sent = try #require(pipe.nearReport.wait { _ in true })
        #expect(sent.mostUnsent > 0)
        #expect(sent.mostUnsent <= Connection.highWater + 50_000)
        loops.stop()
    }

    /// The end is said after everything that was written, and bytes of the other end that nobody reads do not take it away.
    @Test(arguments: [false, true]) func anEndComesAfterTheLastByte(_ isEncrypted: Bool) throws {
        let pipe = try Pipe(loops.next())
        if isEncrypted { try pipe.encrypt() }
        try pipe.say("never read")
        try pipe.run { near, far in
            far.connection.write(ByteBuffer(repeating: 0x62, count: 1_000_000))
            far.connection.finish(within: .seconds(10))
            near.connection.setReading(true)
        }
        let heard = try #require(pipe.nearReport.wait { $0.closed != nil })
        #expect(heard.count == 1_000_000)
        #expect(heard.closed == .some(nil))
        #expect(pipe.farReport.wait { $0.closed != nil } != nil)
        loops.stop()
    }

    @Test func aPeerThatTakesNothingIsLeft() throws {
        let pipe = try Pipe(loops.next())
        try pipe.run { _, far in
            far.connection.write(ByteBuffer(repeating: 0x62, count: 10_000_000))
            far.connection.finish(within: .milliseconds(50))
        }
        #expect(pipe.farReport.wait { $0.closed != nil } != nil)
        loops.stop()
    }

    @Test func aLostPeerIsToldThoughNothingIsRead() throws {
        let pipe = try Pipe(loops.next())
        try pipe.run { near, far in
            near.connection.setReading(false)
            far.connection.close()
        }
        #expect(pipe.nearReport.wait { $0.closed != nil } != nil)
        loops.stop()
    }

    /// A connection without half a message holds no buffer.
    @Test func anIdleConnectionHoldsNoBuffer() throws {
        let pipe = try Pipe(loops.next())
        try reading(pipe)
        try pipe.say("hello")
        #expect(pipe.farReport.wait { $0.count == 5 } != nil)
        try pipe.run { _, far in #expect(far.connection.input.capacity < SocketLoop.readSize) }
        loops.stop()
    }

    // MARK: - TLS

    @Test func aCertificateThatNobodyVouchesForIsRefused() throws {
        let pipe = try Pipe(loops.next())
        let server = try TestCertificate.server()
        let client = try TLSContext.client(trust: .system)
        try pipe.run { near, far in
            try far.connection.startTLS(server)
            try near.connection.startTLS(client, name: "localhost")
        }
        let seen = try #require(pipe.nearReport.wait { $0.closed != nil })
        #expect(String(describing: seen.closed).contains("certificate verify failed"))
        loops.stop()
    }

    @Test func noiseInAHandshakeEndsIt() throws {
        let pipe = try Pipe(loops.next(), farPeeks: true)
        let server = try TestCertificate.server()
        try pipe.run { _, far in
            far.tlsWhenSeen = server
            far.connection.setReading(true)
        }
        try pipe.say("\u{16}\u{03} this is no handshake")
        let seen = try #require(pipe.farReport.wait { $0.closed != nil })
        #expect(String(describing: seen.closed).contains("handshake failed"))
        loops.stop()
    }

    /// Where the first byte is only shown, a peer without TLS loses nothing by it.
    @Test func aByteThatIsShownIsNotTaken() throws {
        let pipe = try Pipe(loops.next(), farPeeks: true)
        try pipe.run { _, far in far.leavesFirst = true }
        try reading(pipe)
        try pipe.say("plain")
        let seen = try #require(pipe.farReport.wait { $0.count >= 5 })
        #expect(seen.shown == 1)
        #expect(pipe.farReport.text == "plain")
        loops.stop()
    }
}
