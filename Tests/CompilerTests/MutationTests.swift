// Case files and examples with bytes and lines changed at random: the compiler's promises hold for all of them.

import Foundation
import PolicyLang
import TestSupport
import Testing

@testable import Compiler

struct MutationTests {
    static func seeds() throws -> [[UInt8]] {
        var seeds = try DiagnosticTests.files.map { Array(try $0.text().utf8) }
        // The example as one file.
        var example: [UInt8] = []
        for file in try ExampleTests.files(of: "shop") {
            let text = String(decoding: file.bytes, as: UTF8.self)
            let kept = text.split(separator: "\n", omittingEmptySubsequences: false).filter {
                !$0.hasPrefix("policy ") && !$0.hasPrefix("use ")
            }
            example += Array(kept.joined(separator: "\n").utf8)
        }
        seeds.append(Array("policy shop edition 1\nuse std.pii\nuse std.postgres\n".utf8) + example)
        var world = RandomPolicy(seed: 7)
        for _ in 0..<5 { seeds.append(Array(world.policy().utf8)) }
        return seeds
    }

    /// `MUTATIONS=20000` looks longer.
    static let mutationsPerSeries = ProcessInfo.processInfo.environment["MUTATIONS"].flatMap { Int($0) } ?? 300

    @Test(arguments: 0..<4) func promisesHold(_ series: Int) throws {
        let seeds = try Self.seeds()
        var random = SeededGenerator(seed: UInt64(900 + series))
        var programs = 0
        for turn in 0..<Self.mutationsPerSeries {
            var bytes = random.pick(seeds)
            for _ in 0..<(1 + random.below(4)) { Self.mutate(&bytes, &random, seeds) }
            guard CompilerCheck.holds(for: bytes) else {
                Issue.record("series \(series), turn \(turn)\n\(String(decoding: bytes, as: UTF8.self))")
                return
            }
            let file = SourceFile(path: "x", bytes: bytes)
            if !Parser.parse(file).hasErrors { programs += 1 }
        }
        // Mutations that never get past the parser would say nothing about the compiler.
        #expect(programs > Self.mutationsPerSeries / 10)
    }

    private static func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator, _ seeds: [[UInt8]]) {
        guard !bytes.isEmpty else { return }
        let newline = UInt8(ascii: "\n")
        var lines = bytes.split(separator: newline, omittingEmptySubsequences: false).map(Array.init)
        switch random.below(6) {
        case 0: bytes[random.below(bytes.count)] = UInt8(random.below(256))
        case 1: bytes.remove(at: random.below(bytes.count))
        case 2:
            lines.remove(at: random.below(lines.count))
            bytes = Array(lines.joined(separator: [newline]))
        case 3:
            let other = random.pick(seeds).split(separator: newline).map(Array.init)
            lines.insert(random.pick(other), at: random.below(lines.count + 1))
            bytes = Array(lines.joined(separator: [newline]))
        case 4:
            lines.swapAt(random.below(lines.count), random.below(lines.count))
            bytes = Array(lines.joined(separator: [newline]))
        default:
            // One word for another of the same file.
            let words = bytes.split { !($0 >= 0x61 && $0 <= 0x7A || $0 == 0x5F) }.filter { $0.count > 1 }
            guard words.count > 1 else { return }
            let from = random.pick(words)
            bytes.replaceSubrange(from.startIndex..<from.endIndex, with: Array(random.pick(words)))
        }
    }
}
