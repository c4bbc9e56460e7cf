// What happens around messages: it comes back as it was recorded, and what a killed gateway left open is withdrawn.

import Foundation
import TestSupport
import Testing

@testable import Recording

@Suite struct EventTests {
    private static func approval(_ id: String, _ step: RecordedApproval.Step, reason: String? = nil) -> RecordedEvent.Kind {
        .approval(
            RecordedApproval(
                id: id, step: step,
                demands: [.init(rule: "wide_writes", because: "“Ask” first.", approvers: ["dba"], quorum: 2, valid: "once")],
                asker: "app of cluster", approver: step == .agreed ? "lead of staff" : nil, reason: reason, deadline: Fixture.start))
    }

    private static func events(in directory: String) throws -> [RecordedEvent] {
        let reader = try RecordingReader(directory: directory)
        defer { reader.close() }
        return try reader.sessions().flatMap { try reader.events(of: $0) }
    }

    @Test func everyKindComesBack() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        let session = try recorder.makeJournal().begin(Fixture.session())
        let kinds: [RecordedEvent.Kind] =
            RecordedApproval.Step.allCases.map { Self.approval("a", $0, reason: "line\nbreak") } + [
                .watch(RecordedWatch(rule: "exports", observed: true, rows: 5, bytes: .max)), .observed(["one", "two"]), .observed([]),
            ]
        let sequence = try session.note("delete from orders")
        for (index, kind) in kinds.enumerated() {
            try session.event(kind, of: sequence, at: Fixture.start + UInt64(index))
            if index % 2 == 0 { recorder.flush() }
        }
        recorder.close()
        let found = try Self.events(in: directory.path)
        #expect(found.map(\.kind) == kinds)
        #expect(found.map(\.at) == kinds.indices.map { Fixture.start + UInt64($0) })
        #expect(found.allSatisfy { $0.sequence == sequence })
    }

    /// A gateway that is killed leaves requests behind that nobody waits for.
    @Test func whatIsOpenAfterACrashIsWithdrawnOnce() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        let journal = try recorder.makeJournal()
        let first = try journal.begin(Fixture.session())
        let sequence = try first.note("delete from orders")
        try first.event(Self.approval("done", .asked), of: sequence, at: Fixture.start)
        try first.event(Self.approval("done", .approved), of: sequence, at: Fixture.start)
        try first.event(Self.approval("open", .asked), of: sequence, at: Fixture.start)
        recorder.flush()
        try first.event(Self.approval("open", .agreed, reason: "fine"), of: sequence, at: Fixture.start)
        let ended = try journal.begin(Fixture.session())
        try ended.event(Self.approval("closed", .asked), of: 0, at: Fixture.start)
        try ended.event(Self.approval("closed", .withdrawn, reason: "gone"), of: 0, at: Fixture.start)
        ended.end(at: Fixture.start + 1, reason: "done")
        let crashed = try directory.snapshot()
        recorder.close()
        for _ in 0..<2 {
            try Recorder(directory: crashed.path, settings: Fixture.settings()).close()
            let steps = try Self.events(in: crashed.path).compactMap { event -> String? in
                guard case .approval(let approval) = event.kind else { return nil }
                return "\(approval.id) \(approval.step.rawValue) \(approval.reason ?? "-")"
            }
            #expect(
                steps == [
                    "done asked -", "done approved -", "open asked -", "open agreed fine", "open withdrawn the gateway stopped", "closed asked -",
                    "closed withdrawn gone",
                ])
        }
    }

    /// An older recording is read as it is, and gets its table when a gateway writes it.
    @Test func anOlderRecordingHasNone() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        _ = try recorder.makeJournal().begin(Fixture.session())
        recorder.close()
        let queue = try StoreFile.openForWriting(directory.path)
        try queue.write { try $0.execute(sql: "DROP TABLE events; ALTER TABLE sessions DROP COLUMN stopped; PRAGMA user_version = 3") }
        try queue.close()
        #expect(try Self.events(in: directory.path).isEmpty)
        try Recorder(directory: directory.path, settings: Fixture.settings()).close()
        #expect(try Self.events(in: directory.path).isEmpty)
    }
}
