// Seeds of the wire fuzzer: every script and every sequence as the bytes that `PostgresWireProbe.session` reads.

import Foundation
import NIOCore
import Testing

@testable import Gateway

enum WireSeeds {
    /// Runs of at most 127 bytes, each behind a byte that says whose they are and how many.
    static func all() throws -> [(name: String, bytes: [UInt8])] {
        var seeds: [(String, [UInt8])] = []
        for name in PostgresSessionTests.names {
            let text = try String(contentsOf: PostgresSessionTests.directory.appendingPathComponent(name), encoding: .utf8)
            var seed: [UInt8] = []
            for line in text.components(separatedBy: "\n") where line.hasPrefix("C: ") || line.hasPrefix("B: ") {
                let isBackend = line.hasPrefix("B")
                for message in line.dropFirst(3).components(separatedBy: " ;; ") {
                    add(isBackend ? try PostgresNotation.backend(message) : try PostgresNotation.frontend(message), isBackend, to: &seed)
                }
            }
            seeds.append((name, seed))
        }
        for sequence in try WireSequence.all() {
            var seed: [UInt8] = []
            // A fake server's answers, message by message, so that the fuzzer begins in states that are reached.
            let server = FakePostgres(FakeFates())
            for line in sequence.lines {
                let message = try WireNotation.frontend(line)
                add(message, false, to: &seed)
                server.input.writeImmutableBuffer(message)
                while server.step() {}
                if let answer = server.take(.max) { add(answer, true, to: &seed) }
            }
            seeds.append((sequence.name, seed))
        }
        return seeds
    }

    private static func add(_ bytes: ByteBuffer, _ isBackend: Bool, to seed: inout [UInt8]) {
        var rest = Array(bytes.readableBytesView)[...]
        while !rest.isEmpty {
            let piece = rest.prefix(127)
            seed.append(UInt8(piece.count) << 1 | (isBackend ? 1 : 0))
            seed += piece
            rest = rest.dropFirst(piece.count)
        }
    }
}

/// `Cases/wire.seeds` holds them for `Scripts/fuzz.sh`: a line each, in hexadecimal, behind the byte that chooses a whole session.
@Suite struct WireSeedsTests {
    private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Cases/wire.seeds")

    @Test func theFileHoldsThem() throws {
        let seeds = try WireSeeds.all()
        #expect(seeds.count > 70)
        let text = seeds.map { "01" + $0.bytes.map { String(format: "%02x", $0) }.joined() + "\n" }.joined()
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" { try text.write(to: Self.file, atomically: true, encoding: .utf8) }
        let isSame = try String(contentsOf: Self.file, encoding: .utf8) == text
        #expect(isSame, "scripts or sequences have changed: UPDATE_GOLDEN=1 writes their seeds anew")
    }
}
