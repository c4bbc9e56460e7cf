// Finding sessions: every filter, alone and together, in order.

import Foundation
import GRDB
import TestSupport
import Testing

@testable import Recording

@Suite struct SessionListTests {
    /// Three sessions: a (minute 0, one refusal), b (minute 1), c (minute 2, another resource).
    private func recorded() throws -> TemporaryFolder {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        let journal = try recorder.makeJournal()
        let minute: UInt64 = 60_000_000_000
        let a = try journal.begin(Fixture.session("alpha"))
        try a.note("drop table t", decision: Fixture.decision(.uncovered, rule: -1), at: Fixture.start + 5)
        let b = try journal.begin(Fixture.session("beta", startedAt: Fixture.start + minute))
        try b.note("select 1", at: Fixture.start + minute)
        _ = try journal.begin(Fixture.session("alpha", resource: "other", startedAt: Fixture.start + 2 * minute))
        for session in [a, b] { session.end(at: Fixture.start + 2 * minute, reason: "done") }
        recorder.close()
        return directory
    }

    private func identities(_ directory: TemporaryFolder, _ change: (inout SessionFilter) -> Void) throws -> String {
        var filter = SessionFilter()
        change(&filter)
        let reader = try RecordingReader(directory: directory.path)
        defer { reader.close() }
        return try reader.sessions(filter).map { "\($0.identity)@\($0.resource)" }.joined(separator: " ")
    }

    @Test func filters() throws {
        let directory = try recorded()
        let minute: UInt64 = 60_000_000_000
        #expect(try identities(directory) { _ in } == "alpha@orders_db beta@orders_db alpha@other")
        #expect(try identities(directory) { $0.latestFirst = true } == "alpha@other beta@orders_db alpha@orders_db")
        #expect(try identities(directory) { $0.identity = "alpha" } == "alpha@orders_db alpha@other")
        #expect(try identities(directory) { $0.resource = "other" } == "alpha@other")
        #expect(try identities(directory) { $0.decision = .refused } == "alpha@orders_db")
        #expect(try identities(directory) { $0.decision = .allowed } == "beta@orders_db alpha@other")
        #expect(try identities(directory) { $0.limit = 2 } == "alpha@orders_db beta@orders_db")
        #expect(try identities(directory) { $0.limit = 0 } == "")
        #expect(try identities(directory) { $0.until = Fixture.start + minute } == "alpha@orders_db")
        #expect(try identities(directory) { $0.from = Fixture.start + 2 * minute + 1 } == "")
        #expect(try identities(directory) { $0.from = Fixture.start + 2 * minute } == "alpha@orders_db beta@orders_db alpha@other")
        #expect(try identities(directory) { $0.identity = "alpha' or '1'='1" } == "")
    }

    @Test func byIdAndPrefix() throws {
        let directory = try recorded()
        let reader = try RecordingReader(directory: directory.path)
        defer { reader.close() }
        for session in try reader.sessions() {
            #expect(try reader.session(session.id) == session)
            var filter = SessionFilter()
            filter.idPrefix = String(session.id.description.prefix(30))
            #expect(try reader.sessions(filter).contains(session))
        }
        #expect(try reader.session(SessionID(high: 1, low: 2)) == nil)
    }

    @Test func aSessionWhoseGatewayWasKilledIsEnded() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        let journal = try recorder.makeJournal()
        try journal.begin(Fixture.session()).end(at: Fixture.start + 3, reason: "done")
        try journal.begin(Fixture.session(startedAt: Fixture.start + 1)).note("select 1", at: Fixture.start + 7)
        recorder.flush()
        #expect(try contents(of: directory.path).map(\.session.endReason) == ["done", nil])
        let crashed = try directory.snapshot()
        recorder.close()
        let found = try contents(of: crashed.path).map(\.session)
        #expect(found.map(\.endReason) == ["done", "the gateway stopped"])
        #expect(found.map(\.endedAt) == [Fixture.start + 3, Fixture.start + 7])
    }

    @Test func idsSortByTimeAndReadBack() throws {
        var generator = SeededGenerator(seed: 7)
        var previous: SessionID?
        for step in 0..<2000 {
            let id = SessionID(startedAt: Fixture.start + UInt64(step) * 1_000, random: &generator)
            #expect(SessionID(id.description) == id && SessionID(id.description.uppercased()) == id)
            let text = Array(id.description)
            #expect(text.count == 36 && text[14] == "7" && "89ab".contains(text[19]))
            if let previous { #expect(previous < id && previous.description < id.description) }
            previous = id
        }
        let good = "00000000-0000-7000-8000-000000000000"
        #expect(SessionID(good) != nil)
        for bad in ["", "x", String(good.dropLast()), good + "0", "000000000" + good.dropFirst(9), "g" + good.dropFirst()] {
            #expect(SessionID(bad) == nil, "\(bad)")
        }
    }
}

extension SessionListTests {
    @Test func fingerprintsThatWereSeen() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        let journal = try recorder.makeJournal()
        for identity in ["a", "b"] {
            let session = try journal.begin(Fixture.session(identity))
            for fingerprint in [1, .max, 1, 0] as [UInt64] { try session.note("x", decision: Fixture.decision(fingerprint: fingerprint)) }
            try session.note("refused", decision: Fixture.decision(.uncovered, fingerprint: 7))
        }
        recorder.close()
        let reader = try RecordingReader(directory: directory.path)
        defer { reader.close() }
        var seen: [String] = []
        try reader.forEachSeenFingerprint { seen.append("\($0) \($1)") }
        #expect(seen.sorted() == ["a 1", "a \(UInt64.max)", "b 1", "b \(UInt64.max)"])
    }
}

extension SessionListTests {
    private static func refused(_ directory: TemporaryFolder, _ decision: SessionFilter.Decision) throws -> [String] {
        let reader = try RecordingReader(directory: directory.path)
        defer { reader.close() }
        var filter = SessionFilter()
        filter.decision = decision
        return try reader.sessions(filter).map { "\($0.identity) \($0.refused)+\($0.stopped)" }
    }

    /// What was let through and then stopped counts as refused, also where its outcome comes in a later batch, or behind the session's end,
    /// and once however often the journal is read.
    @Test func whatWasStoppedWhileItRan() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        let journal = try recorder.makeJournal()
        let (limit, other) = (SQLState("53400"), SQLState("22012"))
        let cut = try journal.begin(Fixture.session("cut"))
        let first = try cut.note("select 1")
        cut.outcome(first, nanoseconds: 1, rows: 2, bytes: 3, completed: 0, sqlstate: limit, isStopped: true)
        let late = try cut.note("select 2")
        let failed = try journal.begin(Fixture.session("failed"))
        // The backend's own words for another limit.
        failed.outcome(try failed.note("select 1/0"), nanoseconds: 1, rows: 0, bytes: 0, completed: 0, sqlstate: other)
        failed.outcome(try failed.note("select x"), nanoseconds: 1, rows: 0, bytes: 0, completed: 0, sqlstate: limit)
        let ended = try journal.begin(Fixture.session("ended"))
        let last = try ended.note("select 3")
        ended.end(at: Fixture.start, reason: "53400")
        recorder.flush()
        #expect(try Self.refused(directory, .refused) == ["cut 0+1"])
        cut.outcome(late, nanoseconds: 1, rows: 2, bytes: 3, completed: 0, sqlstate: limit, isStopped: true)
        ended.outcome(last, nanoseconds: 1, rows: 2, bytes: 3, completed: 0, sqlstate: limit, isStopped: true)
        let crashed = try directory.snapshot()
        recorder.close()
        for place in [directory, crashed, crashed] {
            #expect(try Self.refused(place, .refused) == ["cut 0+2", "ended 0+1"])
            #expect(try Self.refused(place, .allowed) == ["failed 0+0"])
        }
    }

    /// A recording of version 4 is read as it is, and counts from when a gateway opens it.
    @Test func anOlderRecordingCountsWhatIsNew() throws {
        let directory = try recorded()
        let queue = try DatabaseQueue(path: StoreFile.path(directory.path))
        try queue.write { try $0.execute(sql: "ALTER TABLE sessions DROP COLUMN stopped; PRAGMA user_version = 4") }
        try queue.close()
        #expect(try Self.refused(directory, .refused) == ["alpha 1+0"])
        #expect(try Self.refused(directory, .allowed).count == 2)
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        let session = try recorder.makeJournal().begin(Fixture.session("gamma"))
        session.outcome(try session.note("x"), nanoseconds: 1, rows: 1, bytes: 1, completed: 0, sqlstate: SQLState("53400"), isStopped: true)
        recorder.close()
        #expect(try Self.refused(directory, .refused).sorted() == ["alpha 1+0", "gamma 0+1"])
    }
}
