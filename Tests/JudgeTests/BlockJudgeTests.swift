// DO before a judge that is not us: PostgreSQL's own PL/pgSQL parser and grammar, over every case and over generated bodies.

import Foundation
import Inspect
import Machine
import Testing

@Suite struct BlockJudgeTests {
    struct Score {
        var exact = 0
        var coarser: [String] = []
        var unknown: [String] = []
        /// Unknown, and no reader could know: a text that is computed is executed.
        var dynamic = 0
        var laxer: [String] = []
        var pieces = 0
        var total: Int { exact + coarser.count + unknown.count + dynamic + laxer.count }
        var text: String {
            "\(total) bodies of \(pieces) pieces: \(exact) exact, \(coarser.count) coarser, \(dynamic) dynamic, \(unknown.count) unknown, "
                + "\(laxer.count) laxer"
        }
    }

    @Test(arguments: [21, 22, 23, 24] as [UInt64]) func generated(_ seed: UInt64) {
        var walk = BlockWalk(seed: seed)
        var score = Score()
        for _ in 0..<1000 { Self.compare(walk.body(), &score) }
        print("judge, blocks \(seed):", score.text)
        if ProcessInfo.processInfo.environment["JUDGE_SHOW"] != nil {
            score.unknown.forEach { print("unknown:", $0) }
            score.coarser.forEach { print("coarser:", $0) }
        }
        #expect(score.total > 300)
        #expect(score.laxer.isEmpty, "\(score.laxer.prefix(5).joined(separator: "\n"))")
        #expect(score.unknown.count * 100 < score.total * 4, "too much is unknown:\n\(score.unknown.prefix(5).joined(separator: "\n"))")
        #expect(score.exact + score.dynamic > score.total * 9 / 10, "too much is coarser:\n\(score.coarser.prefix(5).joined(separator: "\n"))")
    }

    @Test func caseFile() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../InspectTests/Cases")
        let text = try String(contentsOf: folder.appending(path: "blocks.cases"), encoding: .utf8)
        var score = Score()
        for section in text.components(separatedBy: "\n====\n").dropFirst() {
            guard let message = section.components(separatedBy: "\n----").first,
                let body = message.wholeMatch(of: /do \$\$(.*)\$\$/.dotMatchesNewlines())
            else { continue }
            Self.compare(String(body.1), &score)
        }
        print("judge, blocks of the case file:", score.text)
        #expect(score.total > 30)
        #expect(score.laxer.isEmpty, "\(score.laxer.joined(separator: "\n"))")
    }

    private static func compare(_ body: String, _ score: inout Score) {
        guard let truth = BlockTruth.read(body) else { return }
        let found = Inspection()
        let bytes = Array("do $body$\(body)$body$".utf8)
        bytes.withUnsafeBytes { SQLInspector(searchPath: ["public"]).inspect($0, lexical: LexicalState(), into: found) }
        score.pieces += truth.pieces
        let isUnknown = found.accesses.buffer.contains { $0.verb == .unknown }
        if isUnknown {
            if truth.isDynamic {
                score.dynamic += 1
            } else {
                score.unknown.append(InspectionText.accesses(ofStatement: 0, of: found).joined(separator: "; ") + ": " + body)
            }
            return
        }
        let reading = Reading(0, of: found)
        if truth.isDynamic {
            score.laxer.append("a computed text in: \(body)")
        } else if let missing = reading.missing(truth.touches, truth.functions) {
            score.laxer.append("\(missing) in: \(body)")
        } else if reading.isExact(truth.touches) {
            score.exact += 1
        } else {
            score.coarser.append(InspectionText.accesses(ofStatement: 0, of: found).joined(separator: "; ") + ": " + body)
        }
    }
}
