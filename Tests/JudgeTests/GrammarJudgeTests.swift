// The SQL inspector before a judge that is not us: PostgreSQL's own grammar, over every case and over generated statements.

import Foundation
import Inspect
import Machine
import Testing

@Suite struct GrammarJudgeTests {
    /// What came of comparing many statements.
    struct Score {
        var exact = 0
        var coarser = 0
        var unknown = 0
        var unknowns: [String] = []
        var laxer: [String] = []
        /// By the grammar's kind of statement: how many of it were exact, coarser, unknown, laxer.
        var kinds: [String: [Int]] = [:]
        mutating func count(_ kind: String, _ outcome: Int) { kinds[kind, default: [0, 0, 0, 0]][outcome] += 1 }
        var byKind: String {
            kinds.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.map(String.init).joined(separator: "/"))" }.joined(separator: ", ")
        }
        var total: Int { exact + coarser + unknown + laxer.count }
        var text: String { "\(total) statements: \(exact) exact, \(coarser) coarser, \(unknown) unknown, \(laxer.count) laxer" }
    }

    @Test func everyCaseFile() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../InspectTests/Cases")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        var score = Score()
        for file in files where file.pathExtension == "cases" {
            for text in Self.messages(try String(contentsOf: file, encoding: .utf8)) { Self.compare(text, &score) }
        }
        print("judge, case files:", score.text)
        print("judge, exact/coarser/unknown/laxer by kind:", score.byKind)
        #expect(score.total > 400)
        #expect(score.laxer.isEmpty, "\(score.laxer.joined(separator: "\n"))")
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64]) func generated(_ seed: UInt64) {
        var walk = GrammarWalk(seed: seed)
        var score = Score()
        for _ in 0..<1500 { Self.compare(walk.statement(), &score) }
        print("judge, seed \(seed):", score.text)
        // The walk makes SQL that PostgreSQL takes, nearly always; else nothing is judged here.
        #expect(score.total > 1400)
        #expect(score.laxer.isEmpty, "\(score.laxer.prefix(5).joined(separator: "\n"))")
        #expect(score.unknown * 100 < score.total, "too much is unknown:\n\(score.unknowns.joined(separator: "\n"))")
        #expect(score.exact * 100 > score.total * 98, "too much is coarser")
    }

    /// The parts of the grammar that the first walk does not reach: MERGE, recursive queries, XMLTABLE, utility statements.
    @Test(arguments: [11, 12, 13] as [UInt64]) func generatedWide(_ seed: UInt64) {
        var walk = WideWalk(seed: seed)
        var score = Score()
        for _ in 0..<1500 { Self.compare(walk.statement(), &score) }
        print("judge, wide seed \(seed):", score.text)
        if ProcessInfo.processInfo.environment["JUDGE_SHOW"] != nil { score.unknowns.forEach { print("unknown:", $0) } }
        print("judge, exact/coarser/unknown/laxer by kind:", score.byKind)
        #expect(score.total > 1350)
        #expect(score.kinds.count >= 30)
        #expect(score.laxer.isEmpty, "\(score.laxer.prefix(5).joined(separator: "\n"))")
        #expect(score.unknown * 100 < score.total, "too much is unknown:\n\(score.unknowns.joined(separator: "\n"))")
        #expect(score.exact * 100 > score.total * 95, "too much is coarser")
    }

    /// The same statement, spelt otherwise, is judged the same: words in capitals, comments between tokens, other space.
    @Test func spellingDoesNotMatter() {
        var wide = WideWalk(seed: 99)
        var changed = 0
        for _ in 0..<400 {
            let text = wide.statement()
            let plain = Self.rendered(text)
            for spelling in [Respelling.capitals, .comments, .lines] {
                guard let other = spelling.apply(text), other != text else { continue }
                changed += 1
                #expect(Self.rendered(other) == plain, "\(other)")
            }
        }
        #expect(changed > 1000)
    }

    /// What is found in a text, without the places.
    private static func rendered(_ text: String) -> String {
        let found = Inspection()
        let bytes = Array(text.utf8)
        bytes.withUnsafeBytes { SQLInspector(searchPath: ["public"]).inspect($0, lexical: LexicalState(), into: found) }
        let lines = (0..<found.statements.count).flatMap {
            [InspectionText.facts(ofStatement: $0, of: found)] + InspectionText.accesses(ofStatement: $0, of: found)
        }
        return lines.joined(separator: "\n").replacing(/query \d+\+\d+/, with: "query")
    }

    /// The messages of a case file that PostgreSQL would read under its default settings.
    private static func messages(_ file: String) -> [String] {
        file.components(separatedBy: "\n====\n").dropFirst().compactMap { section in
            guard let message = section.components(separatedBy: "\n----").first, !message.hasPrefix("@") else { return nil }
            return message
        }
    }

    private static func compare(_ text: String, _ score: inout Score) {
        guard let truths = GrammarTruth.read(text) else { return }
        let inspector = SQLInspector(searchPath: ["public"])
        let found = Inspection()
        let bytes = Array(text.utf8)
        bytes.withUnsafeBytes { inspector.inspect($0, lexical: LexicalState(), into: found) }
        let isUnknown = found.accesses.buffer.contains { $0.verb == .unknown }
        guard !isUnknown else {
            if score.unknowns.count < 5 { score.unknowns.append(InspectionText.accesses(ofStatement: 0, of: found).joined() + ": " + text) }
            truths.forEach { score.count($0.kind, 2) }
            return score.unknown += max(1, truths.count)
        }
        guard found.statements.count == truths.count else {
            return score.laxer.append("\(found.statements.count) statements for \(truths.count): \(text)")
        }
        for (index, truth) in truths.enumerated() {
            let reading = Reading(index, of: found)
            if let missing = reading.missing(truth) {
                score.laxer.append("\(missing) in: \(text)")
                score.count(truth.kind, 3)
            } else if reading.isExact(truth) {
                score.exact += 1
                score.count(truth.kind, 0)
            } else {
                score.coarser += 1
                score.count(truth.kind, 1)
                if ProcessInfo.processInfo.environment["JUDGE_SHOW"] != nil { print("coarser:", text) }
            }
        }
    }
}
