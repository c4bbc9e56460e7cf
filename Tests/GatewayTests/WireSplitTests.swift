// Any split of the bytes gives the same behaviour: every script cut at every byte of its messages, and glued together.

import Foundation
import NIOCore
import Recording
import Testing

@testable import Gateway

@Suite struct WireSplitTests {
    private static let longestCut = 120

    private func lines(_ name: String) throws -> ([PostgresStage], [String]) {
        let text = try String(contentsOf: PostgresSessionTests.directory.appendingPathComponent(name), encoding: .utf8)
        let parts = text.components(separatedBy: "\n----\n")
        let stages = try parts[0].components(separatedBy: "\n++++\n").map { try PostgresStage(policy: $0) }
        return (stages, parts[1].components(separatedBy: "\n").filter { !$0.hasPrefix("  -> ") })
    }

    private func sent(
        _ stages: [PostgresStage], _ lines: [String], in journal: Journal? = nil, _ change: (PostgresScript) -> Void
    ) throws -> ([String], [String]) {
        let script = PostgresScript(stages[0], later: Array(stages.dropFirst()))
        script.journal = journal
        change(script)
        for line in lines { _ = try script.run(line) }
        return (script.sent.client, script.sent.backend)
    }

    @Test(arguments: PostgresSessionTests.names) func atEveryByte(_ name: String) throws {
        let (stages, lines) = try lines(name)
        let whole = try sent(stages, lines) { _ in }
        let journal = try StageRecording.shared.get().makeJournal()
        for at in 1...Self.longestCut {
            let cut = try sent(stages, lines, in: journal) { $0.splitAt = at }
            guard cut.0 == whole.0, cut.1 == whole.1 else {
                Issue.record("\(name) cut at byte \(at) of each message")
                return
            }
        }
    }

    /// Several messages in one read, and reads that hold the end of one and the beginning of the next.
    @Test(arguments: PostgresSessionTests.names, [Int.max, 5, 64]) func glued(_ name: String, _ size: Int) throws {
        let (stages, lines) = try lines(name)
        let whole = try sent(stages, lines) { _ in }
        let glued = try sent(stages, lines) {
            $0.isGlued = true
            $0.pieceSize = size
        }
        #expect(glued.0 == whole.0, "\(name) to the client")
        #expect(glued.1 == whole.1, "\(name) to the backend")
    }

    // MARK: - Bounds

    private let now = PostgresMoment(wall: 1_772_000_000_000_000_000, steady: 1_000_000_000_000)

    private func session() throws -> PostgresSession { try PostgresStage(policy: PostgresLiveTests.policy).session("admin", on: "shop") }

    private func upstream(_ session: PostgresSession) -> [String] {
        PostgresNotation.lines(session.toBackend.drainJoined(), fromClient: true)
    }

    /// Nothing of such a message is held. It is refused when all of it has come: a client that is still sending does not read.
    @Test(arguments: [("Q", "Q !"), ("P", "P - | !"), ("B", "B - impossible"), ("F", "F 0")])
    func oversizedMessagesAreDroppedAsTheyArrive(_ type: String, _ poison: String) throws {
        let session = try session()
        var header = ByteBuffer(string: type)
        header.writeInteger(UInt32(PostgresLimits.bindMessage + 1))
        session.client(&header, at: now)
        #expect(header.readableBytes == 0)
        #expect(upstream(session).isEmpty)
        var left = PostgresLimits.bindMessage + 1 - 4
        while left > 0 {
            var piece = ByteBuffer(repeating: 0x61, count: min(left, 8 << 20))
            left -= piece.readableBytes
            session.client(&piece, at: now)
            #expect(piece.readableBytes == 0)
        }
        var next = try PostgresNotation.frontend("Q select 1")
        session.client(&next, at: now)
        #expect(upstream(session) == [poison, "Q select 1"])
        #expect(session.end == nil)
    }

    @Test func aFullPipelineWaits() throws {
        let session = try session()
        var input = ByteBuffer()
        for _ in 0...PostgresLimits.outstandingMessages { input.writeImmutableBuffer(try PostgresNotation.frontend("S")) }
        session.client(&input, at: now)
        #expect(session.isClientHeld)
        #expect(input.readableBytes == 5)
        var answer = try PostgresNotation.backend("Z I")
        session.backend(&answer, at: now)
        #expect(!session.isClientHeld)
        session.client(&input, at: now)
        #expect(input.readableBytes == 0)
        #expect(upstream(session).count == PostgresLimits.outstandingMessages + 1)
    }

    /// What goes out over TLS to a client is cut so that no record is longer than what asynchronous libpq clients take at once.
    @Test func recordsTowardsClientsAreSmall() throws {
        let live = try LivePostgres.shared.get()
        let database = LivePostgres.freshName("t")
        try live.makeDatabase(database, "create table a (b text); insert into a select repeat('x', 100000)")
        let gateway = try LiveGateway(try PostgresStage(policy: PostgresLiveTests.policy), database: database)
        let port = gateway.port
        let records = RecordSizes()
        // A relay that reads the sizes of TLS records on their way to the client.
        let relay = try BrokenBackend { client in
            let server = try RawClient(port: port)
            // One thread reads each socket and the other writes to it.
            nonisolated(unsafe) let (near, far) = (client, server)
            let back = Thread {
                var header: [UInt8] = []
                var left = 0
                // The answer to SSLRequest comes before the first record.
                if let byte = far.byte() { near.send([byte]) }
                while let byte = far.byte() {
                    near.send([byte])
                    if left > 0 { left -= 1 } else { header.append(byte) }
                    guard header.count == 5 else { continue }
                    left = Int(header[3]) << 8 | Int(header[4])
                    if header[0] == 0x17 { records.note(left) }
                    header = []
                }
            }
            back.start()
            while let bytes = try? client.some() { server.send(bytes: bytes) }
            server.hangUp()
        }
        let run = try PsqlRun(
            "host=127.0.0.1 port=\(relay.port) dbname=\(database) user=tester sslmode=require", password: "admin", ["select b from a"])
        #expect(run.output.count == 100_001, "\(run.errors)")
        #expect(records.most > 1024)
        // A record is longer than its content by its type, tag and padding.
        #expect(records.most <= PostgresLimits.tlsWrite + 256)
    }
}

private final class RecordSizes: Sendable {
    private let lock = NSLock()
    nonisolated(unsafe) private var found = 0
    var most: Int { lock.withLock { found } }
    func note(_ size: Int) { lock.withLock { found = max(found, size) } }
}
