// What is recorded is what is read.

import Decision
import Foundation
import GRDB
import Machine
import TestSupport
import Testing

@testable import Recording

@Suite struct RoundTripTests {
    @Test func everyFieldOfASession() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        let journal = try recorder.makeJournal()
        let record = Fixture.session()
        let session = try journal.begin(record)
        try session.note("select 1", at: Fixture.start + 5)
        try session.note("drop table t", decision: Fixture.decision(.deny, rule: 1), at: Fixture.start + 9)
        session.end(at: Fixture.start + 20, reason: "the client left")
        recorder.close()

        let found = try #require(try contents(of: directory.path).first).session
        #expect(found.id == session.id)
        #expect(found.identity == record.identity && found.groups == record.groups && found.claims == record.claims)
        #expect(found.resource == record.resource && found.kind == "postgres" && found.sourceAddress == record.sourceAddress)
        #expect(found.database == record.database && found.backendUser == record.backendUser)
        #expect(found.programName == "orders" && found.programRevision == 7)
        #expect(found.startedAt == record.startedAt && found.endedAt == Fixture.start + 20 && found.lastAt == Fixture.start + 20)
        #expect(found.endReason == "the client left" && found.messages == 2 && found.refused == 1)
    }

    @Test func everyFieldOfAMessage() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        let journal = try recorder.makeJournal()
        let session = try journal.begin(Fixture.session())
        let everyByte = (0...255).map { UInt8($0) }
        let decision = Fixture.decision(.allow, rule: 1, masks: .max, fingerprint: .max)
        let sequence = try session.note(
            .bind, everyByte, name: "näme", portal: "pörtal", parameters: everyByte, decision: decision, maskNames: ["m2", "m1"],
            at: Fixture.start + 1, circumstances: RecordedCircumstances(lexical: 5, inTransaction: .unknown))
        session.outcome(sequence, nanoseconds: 1234, rows: 5, bytes: 678, completed: 2, sqlstate: SQLState("42P01"))
        try session.note(.execute, [], decision: Fixture.decision(.uncovered, rule: -1))
        recorder.close()

        let messages = try #require(try contents(of: directory.path).first).messages
        #expect(messages.count == 2)
        let first = try #require(messages.first)
        #expect(first.sequence == 1 && first.at == Fixture.start + 1 && first.kind == .bind)
        #expect(first.text == everyByte && first.parameters == everyByte && first.name == "näme" && first.portal == "pörtal")
        #expect(first.effect == .allow && first.rule == "no_ddl" && first.programRevision == 7)
        #expect(first.masks == .max && first.maskRules == ["m1", "m2"] && first.fingerprint == .max)
        #expect(first.circumstances == RecordedCircumstances(lexical: 5, inTransaction: .unknown))
        #expect(first.outcome == RecordedOutcome(duration: 1234, rows: 5, bytes: 678, completed: 2, sqlstate: "42P01"))
        let second = try #require(messages.last)
        #expect(second.rule == nil && second.outcome == nil && second.text.isEmpty && second.effect == .uncovered)
    }

    /// A Bind and its Execute share a row where nothing is lost by that, and come back as the two they were.
    @Test(arguments: ["joined", "failed", "unanswered", "other portal", "another between", "refused", "later"])
    func bindAndExecute(_ how: String) throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        let session = try recorder.makeJournal().begin(Fixture.session())
        let unjudged = Fixture.decision(how == "refused" ? .deny : .allow, rule: -1)
        let at = Fixture.start + 5
        let bind = try session.note(.bind, [], name: "s", portal: "p", parameters: [1, 2, 3], decision: unjudged, at: at)
        if how == "another between" { try session.note(.close, [83], name: "x", decision: unjudged, at: at) }
        let execute = try session.note(
            .execute, [], portal: how == "other portal" ? "q" : "p",
            decision: Fixture.decision(.allow, rule: 0, masks: 3, fingerprint: 77), maskNames: ["m"], at: how == "later" ? at + 1 : at)
        if how != "unanswered" {
            let failure = how == "failed" ? SQLState("22P02") : nil
            session.outcome(bind, nanoseconds: 10, rows: 0, bytes: 0, completed: how == "failed" ? 0 : 1, sqlstate: failure)
        }
        session.outcome(execute, nanoseconds: 20, rows: 4, bytes: 99, completed: 1)
        recorder.close()

        let messages = try #require(try contents(of: directory.path).first).messages.filter { $0.kind != .close }
        let first = try #require(messages.first)
        let second = try #require(messages.last)
        #expect(messages.count == 2 && first.sequence == bind && second.sequence == execute)
        #expect(first.kind == .bind && first.name == "s" && first.portal == "p" && first.parameters == [1, 2, 3])
        #expect(first.rule == nil && first.masks == 0 && first.fingerprint == 0 && first.maskRules.isEmpty && first.at == at)
        #expect(first.effect == unjudged.effect && first.programRevision == second.programRevision)
        #expect(first.outcome?.completed == ["failed": 0, "unanswered": nil][how, default: 1])
        #expect(first.outcome?.sqlstate == (how == "failed" ? "22P02" : nil))
        #expect(second.kind == .execute && second.name.isEmpty && second.parameters.isEmpty)
        #expect(second.portal == (how == "other portal" ? "q" : "p") && second.rule == "reads" && second.fingerprint == 77)
        #expect(second.outcome == RecordedOutcome(duration: 20, rows: 4, bytes: 99, completed: 1, sqlstate: nil))
        let block = try DatabaseQueue(path: directory.path + "/" + Schema.fileName).read {
            try Data.fetchOne($0, sql: "SELECT messages FROM blocks")
        }
        var kinds: [UInt8] = []
        try #require(block).withUnsafeBytes {
            var reader = BlockReader($0)
            while let message = reader.next() { kinds.append(message.kind) }
            #expect(!reader.isDamaged)
        }
        #expect(kinds.contains(RowKind.boundExecute) == (how == "joined"))
    }

    @Test(arguments: MessageKind.allCases) func everyKind(_ kind: MessageKind) throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        let session = try recorder.makeJournal().begin(Fixture.session())
        try session.note(kind, Array("x".utf8))
        recorder.close()
        #expect(try contents(of: directory.path).first?.messages.map(\.kind) == [kind])
    }

    @Test(arguments: DecisionRecord.Effect.allCases) func everyEffect(_ effect: DecisionRecord.Effect) throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        let session = try recorder.makeJournal().begin(Fixture.session())
        try session.note("x", decision: Fixture.decision(effect))
        recorder.close()
        let found = try #require(try contents(of: directory.path).first)
        #expect(found.messages.map(\.effect) == [effect])
        #expect(found.session.refused == (effect.passes || effect == .held ? 0 : 1), "what is held is not refused yet")
    }

    @Test func anOutcomeThatComesAfterItsMessageWasTakenIn() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        let journal = try recorder.makeJournal()
        let session = try journal.begin(Fixture.session())
        let sequence = try session.note("select pg_sleep(60)")
        recorder.flush()
        session.outcome(sequence, nanoseconds: 60, rows: 1, bytes: 2, completed: 1)
        recorder.close()
        #expect(try contents(of: directory.path).first?.messages.first?.outcome?.duration == 60)
    }

    @Test func aReloadChangesTheProgramOfWhatComesAfter() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        let journal = try recorder.makeJournal()
        let session = try journal.begin(Fixture.session())
        try session.note("a")
        try session.adopt(RecordedProgram(name: "orders", revision: 8, digest: [9], ruleNames: ["writes"]))
        try session.note("b")
        try session.note("c", decision: Fixture.decision(rule: 1))
        recorder.close()
        let messages = try #require(try contents(of: directory.path).first).messages
        #expect(messages.map(\.rule) == ["reads", "writes", nil])
        #expect(messages.map(\.programRevision) == [7, 8, 8])
    }

    @Test func maskNamesAreAskedForOnceAJournalAndProgram() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        let journal = try recorder.makeJournal()
        var asked = 0
        func names() -> [String] {
            asked += 1
            return ["contact"]
        }
        for _ in 0..<3 {
            let session = try journal.begin(Fixture.session())
            for _ in 0..<3 { try session.note(.query, [65], decision: Fixture.decision(masks: 3), maskNames: names()) }
            try session.note("no masks")
        }
        #expect(asked == 1)
        recorder.close()
        let all = try contents(of: directory.path).flatMap(\.messages).map(\.maskRules)
        #expect(all == Array(repeating: [["contact"], ["contact"], ["contact"], []], count: 3).flatMap { $0 })
    }

    @Test func aLongTextIsKeptOnce() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        let journal = try recorder.makeJournal()
        let session = try journal.begin(Fixture.session())
        let limit = RecordingLimits.sharedTextBytes
        let long = [UInt8](repeating: 97, count: limit)
        let short = [UInt8](repeating: 98, count: limit - 1)
        for _ in 0..<3 {
            try session.note(.query, long)
            recorder.flush()
            try session.note(.query, short)
        }
        recorder.close()
        #expect(try contents(of: directory.path).first?.messages.map(\.text) == [long, short, long, short, long, short])
        let queue = try StoreFile.openForReading(directory.path)
        #expect(try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM texts") } == 1)
    }

    @Test func circumstancesComeBack() {
        for conforming in [true, false] {
            for inTransaction in [Ternary.no, .yes, .unknown] {
                var original = Circumstances(moment: Moment(seconds: 5), inTransaction: inTransaction)
                original.lexical.standardConformingStrings = conforming
                for encoding in [original.lexical.encoding, .singleByte, .unsafe] {
                    original.lexical.encoding = encoding
                    let back = RecordedCircumstances(original).circumstances(at: Moment(seconds: 5))
                    #expect(back.lexical == original.lexical && back.inTransaction == inTransaction)
                }
            }
        }
    }
}

extension RoundTripTests {
    @Test func whatMaskRulesDoIsKept() throws {
        let mask = RecordedMask(
            rule: "contact",
            columns: [.init(schema: nil, table: "customers", column: "email", transform: .init(kind: "partial", first: 2, last: 0))],
            values: [.init(detector: "pii.iban", transform: .init(kind: "redact", first: 0, last: 0))])
        let other = RecordedMask(rule: "unused", columns: [], values: [])
        let program = RecordedProgram(name: "p", revision: 1, digest: [], ruleNames: ["contact", "unused"], masks: [mask, other])
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        let session = try recorder.makeJournal().begin(Fixture.session(program: program))
        try session.note(.query, [65], decision: Fixture.decision(masks: 3), maskNames: ["contact"])
        recorder.close()
        let message = try #require(try contents(of: directory.path).first?.messages.first)
        #expect(message.maskRules == ["contact"] && message.maskDetails == [mask])
    }
}
