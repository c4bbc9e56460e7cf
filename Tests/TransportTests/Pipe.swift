// Two connected ends on one loop, with or without TLS between them.

import NIOCore
import Sealing

@testable import Transport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A pair of sockets: `near` and `far`.
struct Pipe {
    let loop: SocketLoop
    let near: LoopBound<Peer>
    let far: LoopBound<Peer>
    let nearReport = PeerReport()
    let farReport = PeerReport()

    init(_ loop: SocketLoop, farPeeks: Bool = false) throws {
        self.loop = loop
        let (nearReport, farReport) = (nearReport, farReport)
        (near, far) = try loop.sync {
            var files: [CInt] = [0, 0]
            guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &files) == 0 else { throw TransportError.system("socketpair", errno) }
            for file in files { _ = fcntl(file, F_SETFL, O_NONBLOCK) }
            let near = try Connection(file: files[0], peer: nil, on: loop)
            let far = try Connection(file: files[1], peer: nil, on: loop, peeksFirst: farPeeks)
            return (LoopBound(Peer(near, nearReport), on: loop), LoopBound(Peer(far, farReport), on: loop))
        }
    }

    func run(_ body: @escaping @Sendable (Peer, Peer) throws -> Void) throws {
        let (near, far) = (near, far)
        try loop.sync { try body(near.value, far.value) }
    }

    /// Puts TLS between the ends.
    func encrypt(_ client: TLSContext? = nil, name: String = "localhost") throws {
        let server = try TestCertificate.server()
        let client = try client ?? TLSContext.client(trust: nil)
        try run { near, far in
            try far.connection.startTLS(server)
            try near.connection.startTLS(client, name: name)
        }
        guard nearReport.wait(until: { $0.protocolName != nil }) != nil, farReport.wait(until: { $0.protocolName != nil }) != nil
        else { throw TransportError.timedOut("the handshake") }
    }

    func say(_ text: String) throws {
        try run { near, _ in
            near.connection.write(ByteBuffer(string: text))
            near.connection.flush()
        }
    }
}

/// A certificate for localhost, made once.
enum TestCertificate {
    static let made = Result {
        try DevelopmentCertificate.make(
            names: ["localhost"], addresses: ["127.0.0.1"], validDays: 30, nowSeconds: Int64(time(nil)))
    }
    static func server(_ protocols: [String] = []) throws -> TLSContext {
        let made = try made.get()
        return try TLSContext.server(
            certificateChain: Array(made.certificatePEM.utf8), privateKey: Array(made.privateKeyPEM.utf8), protocols: protocols)
    }
}
