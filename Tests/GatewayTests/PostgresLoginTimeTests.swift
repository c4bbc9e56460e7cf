// A client that begins TLS and falls silent does not keep its connection past the time for logins.

import Foundation
import Logging
import Sealing
import Testing
import Transport

@testable import Gateway

@Suite struct PostgresLoginTimeTests {
    struct Nobody: Error {}

    @Test(arguments: [true, false]) func aSilentClientIsClosed(_ isUnderTLS: Bool) throws {
        let loops = try SocketLoops(count: 1)
        defer { loops.stop() }
        let metrics = GatewayMetrics()
        var logger = Logger(label: "gateway-test")
        logger.logLevel = .critical
        let service = try PostgresService(
            resources: [],
            surroundings: PostgresSurroundings(
                authenticate: { _ in throw Nobody() }, judge: { _, _, _, _ in nil }, journal: { _ in throw Nobody() }, metrics: metrics,
                logger: logger), loginSeconds: 1)
        let made = try DevelopmentCertificate.make(
            names: ["localhost"], addresses: ["127.0.0.1"], validDays: 30, nowSeconds: Int64(Date().timeIntervalSince1970))
        let context = try TLSContext.server(
            certificateChain: Array(made.certificatePEM.utf8), privateKey: Array(made.privateKeyPEM.utf8), protocols: ["postgresql"])
        let listener = try Listener.bind(host: "127.0.0.1", port: 0, loops: loops) { file, peer, loop in
            service.accept(file, from: peer, on: loop, tls: context, allowsCleartext: false)
        }
        let client = try RawClient(port: listener.address.port ?? 0)
        let began = ContinuousClock.now
        if isUnderTLS {
            client.send(bytes: [0, 0, 0, 8, 4, 210, 22, 47])
            #expect(client.byte() == UInt8(ascii: "S"))
            #expect(client.byte() == nil)
        } else {
            #expect(client.read(to: "nothing").last == "closed")
        }
        #expect(ContinuousClock.now - began < .seconds(4))
        for _ in 0..<100 where metrics.activeConnections > 0 { usleep(20_000) }
        #expect(metrics.activeConnections == 0)
    }
}
