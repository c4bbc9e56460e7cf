// Blocks of messages: what goes in comes out, whatever is cut or flipped is noticed or read, and what older versions wrote stays.

import Decision
import Foundation
import GRDB
import Machine
import TestSupport
import Testing

@testable import Recording

@Suite struct BlockTests {
    /// Sessions interleave, batches end anywhere, outcomes come early, late or never.
    @Test(arguments: [1, 2, 3, 4] as [UInt64]) func randomMessages(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        let journal = try recorder.makeJournal()
        let sessions = try (0..<4).map { try journal.begin(Fixture.session("s\($0)", startedAt: Fixture.start + UInt64($0))) }
        var expected = Array(repeating: [RecordedMessage](), count: sessions.count)
        var open: [(session: Int, index: Int)] = []
        for _ in 0..<600 {
            let which = Int.random(in: 0..<sessions.count, using: &random)
            let message = Self.message(number: UInt64(expected[which].count + 1), &random)
            try Self.note(message, in: sessions[which])
            open.append((which, expected[which].count))
            expected[which].append(message)
            while !open.isEmpty, Bool.random(using: &random) {
                let (session, index) = open.remove(at: Int.random(in: open.indices, using: &random))
                let outcome = Self.outcome(&random)
                expected[session][index].outcome = outcome
                sessions[session].outcome(
                    expected[session][index].sequence, nanoseconds: outcome.duration, rows: outcome.rows, bytes: outcome.bytes,
                    completed: outcome.completed, sqlstate: outcome.sqlstate.flatMap { SQLState($0) })
            }
            if Int.random(in: 0..<20, using: &random) == 0 { recorder.flush() }
        }
        recorder.close()
        let found = try contents(of: directory.path)
        for (index, session) in found.enumerated() {
            #expect(session.messages == expected[index], "seed \(seed), session \(index)")
            #expect(session.session.messages == UInt64(expected[index].count))
        }
        #expect(found.count == sessions.count)
    }

    private static func message(number: UInt64, _ random: inout SeededGenerator) -> RecordedMessage {
        func bytes(_ most: Int) -> [UInt8] {
            Bool.random(using: &random) ? [] : (0..<Int.random(in: 0...most, using: &random)).map { _ in .random(in: 0...255, using: &random) }
        }
        func word(_ some: [UInt64]) -> UInt64 { some[Int.random(in: some.indices, using: &random)] }
        let rule = [-1, 0, 1, 1][Int.random(in: 0..<4, using: &random)]
        return RecordedMessage(
            sequence: number, at: word([Fixture.start, Fixture.start + 1, .max, 0]),
            // An Execute behind its Bind may be joined with it, which has a test of its own.
            kind: [.query, .parse, .close, .functionCall][Int.random(in: 0..<4, using: &random)],
            text: Int.random(in: 0..<5, using: &random) == 0 ? Array(repeating: 7, count: RecordingLimits.sharedTextBytes) : bytes(80),
            name: String(repeating: "n", count: Int.random(in: 0...3, using: &random)),
            portal: String(repeating: "p", count: Int.random(in: 0...3, using: &random)), parameters: bytes(300),
            effect: DecisionRecord.Effect.allCases[Int.random(in: 0..<3, using: &random)],
            rule: rule < 0 ? nil : Fixture.program.ruleNames[rule], programRevision: 7, masks: 0, maskRules: [], maskDetails: [],
            fingerprint: word([0, 1, .max, 1 << 40]),
            circumstances: RecordedCircumstances(
                lexical: word([0, 1, .max]), inTransaction: [.no, .yes, .unknown][Int.random(in: 0..<3, using: &random)]),
            outcome: nil)
    }

    private static func note(_ message: RecordedMessage, in session: SessionRecording) throws {
        let rule = message.rule.flatMap { Fixture.program.ruleNames.firstIndex(of: $0) }.map(Int32.init) ?? -1
        try session.note(
            message.kind, message.text, name: message.name, portal: message.portal, parameters: message.parameters,
            decision: Fixture.decision(message.effect, rule: rule, fingerprint: message.fingerprint), at: message.at,
            circumstances: message.circumstances)
    }

    private static func outcome(_ random: inout SeededGenerator) -> RecordedOutcome {
        let numbers: [UInt64] = [0, 1, 127, 128, 1 << 35, .max]
        func word() -> UInt64 { numbers[Int.random(in: numbers.indices, using: &random)] }
        return RecordedOutcome(
            duration: word(), rows: word(), bytes: word(), completed: .random(in: 0...UInt32.max, using: &random),
            sqlstate: Bool.random(using: &random) ? "42501" : nil)
    }

    @Test func cutAndFlippedBlocks() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        let session = try recorder.makeJournal().begin(Fixture.session())
        for number in 0..<4 {
            let sequence = try session.note(
                .parse, Array("select \(number)".utf8), name: "s\(number)", parameters: [1, 2],
                decision: Fixture.decision(number == 2 ? .deny : .allow, fingerprint: UInt64(number)))
            session.outcome(sequence, nanoseconds: 5, rows: 6, bytes: 7, completed: 1, sqlstate: number == 3 ? SQLState("22012") : nil)
        }
        recorder.close()
        let stored = try DatabaseQueue(path: StoreFile.path(directory.path)).read { try Data.fetchOne($0, sql: "SELECT messages FROM blocks") }
        let block = Array(try #require(stored))
        func texts(_ bytes: [UInt8]) -> (texts: [[UInt8]], isDamaged: Bool) {
            bytes.withUnsafeBytes {
                var reader = BlockReader($0)
                var texts: [[UInt8]] = []
                while let message = reader.next() { texts.append(Array(message.text)) }
                return (texts, reader.isDamaged)
            }
        }
        let whole = texts(block)
        #expect(whole.texts.count == 4 && !whole.isDamaged)
        for length in 1..<block.count {
            let cut = texts(Array(block[..<length]))
            // A cut between two messages is a shorter block; every other is noticed.
            #expect(cut.texts == Array(whole.texts[..<cut.texts.count]) && cut.texts.count < 4)
        }
        #expect(texts([]).isDamaged)
        for place in block.indices {
            for bit in 0..<8 {
                var flipped = block
                flipped[place] ^= 1 << bit
                // No more than it can hold, and always an end.
                #expect(texts(flipped).texts.count <= block.count / 4)
            }
        }
    }

    /// A recording that version 2 made is read, and goes on in blocks.
    @Test func anOlderRecording() throws {
        let directory = try TemporaryFolder()
        do {
            let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
            try recorder.makeJournal().begin(Fixture.session()).note("new", decision: Fixture.decision(fingerprint: 5))
            recorder.close()
        }
        let queue = try DatabaseQueue(path: StoreFile.path(directory.path))
        try queue.write { db in
            try db.execute(sql: "DROP TABLE blocks; DROP TABLE late_outcomes; DROP TABLE seen;")
            try db.execute(sql: "ALTER TABLE sessions DROP COLUMN stopped; PRAGMA user_version = 2;")
            try db.execute(
                sql: """
                    CREATE TABLE statements (
                      id INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind INTEGER NOT NULL, text TEXT, shared_text INTEGER, name TEXT,
                      portal TEXT, parameters BLOB, effect INTEGER NOT NULL, rule TEXT, program INTEGER, masks INTEGER,
                      fingerprint INTEGER, lexical INTEGER, in_transaction INTEGER NOT NULL, duration INTEGER, rows INTEGER,
                      bytes INTEGER, completed INTEGER, sqlstate TEXT);
                    INSERT INTO statements VALUES
                      (4294967297, 10, 1, 'old', NULL, NULL, NULL, NULL, 1, 'reads', 1, NULL, 9, NULL, 0, 1, 2, 3, 1, NULL),
                      (4294967299, 11, 32, NULL, NULL, 's', 'p', x'01', 1, 'reads', 1, NULL, 9, NULL, 0, NULL, NULL, NULL, NULL, NULL);
                    """)
        }
        try queue.close()
        func texts() throws -> [String] {
            try contents(of: directory.path).flatMap(\.messages).map { "\($0.sequence) \($0.kind) \(String(decoding: $0.text, as: UTF8.self))\($0.name)" }
        }
        #expect(try texts() == ["1 query old", "2 bind s", "3 execute "])
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        try recorder.makeJournal().begin(Fixture.session("other")).note("new", decision: Fixture.decision(fingerprint: 5))
        recorder.close()
        #expect(try texts() == ["1 query old", "2 bind s", "3 execute ", "1 query new"])
        let reader = try RecordingReader(directory: directory.path)
        defer { reader.close() }
        var seen: [String] = []
        try reader.forEachSeenFingerprint { seen.append("\($0) \($1)") }
        #expect(seen.sorted() == ["nightly_report 9", "other 5"])
    }
}
