// Records sessions under one policy and replays them under another: what would newly be allowed, denied, masked.

import Foundation
import Harness
import Machine
import Recording
import Testing

@Suite struct ReplayTests {
    static let names = CaseFile.names("replays")

    @Test func thereAreCases() { #expect(Self.names.count >= 12) }

    /// Parts: the recorded policy, the policy to try, the script, the report.
    @Test(arguments: names) func report(_ name: String) throws {
        var file = try CaseFile("replays", name, parts: 4)
        let old = try CompiledPolicy(file.parts[0])
        let new = try CompiledPolicy(file.parts[1], revision: 2)
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("replay-" + UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let ids = try record(old, file.parts[2], in: directory)
        let reader = try RecordingReader(directory: directory)
        defer { reader.close() }

        let report = try Replay(new.program).run(reader)
        var output = report.text
        for (number, id) in ids.enumerated() { output = output.replacing(id.description, with: "number \(number + 1)") }
        let failing = ReplayReport.FailOn.allCases.filter { report.fails(on: $0) }.map(\.rawValue)
        output += "\nfails on: \(failing.isEmpty ? "nothing" : failing.joined(separator: ", "))\n"
        try file.check(output)

        // The counts add up, and JSON carries all of it.
        #expect(report.messages == report.unchanged + report.incomparable + report.changed)
        #expect(report.groups.reduce(0) { $0 + $1.count } == report.changed)
        let decoded = try JSONDecoder().decode(ReplayReport.self, from: JSONEncoder().encode(report))
        #expect(decoded.text == report.text && decoded.groups == report.groups)

        // Both sides computed: the recorded policy decides today as it did when it was recorded.
        let computed = try Replay(new.program, against: old.program).run(reader)
        #expect(computed.comparedWith == .program && computed.messages == report.messages)
        if report.incomparable == 0 { #expect(computed.counts == report.counts) }
        // A policy against itself changes nothing, computed or recorded.
        let same = try Replay(old.program, against: old.program).run(reader)
        #expect(same.changed == 0 && same.unchanged == same.messages)
        let again = try Replay(old.program).run(reader)
        #expect(again.changed == 0, "\(again.text)")
    }

    private func record(_ policy: CompiledPolicy, _ script: String, in directory: String) throws -> [SessionID] {
        let recorder = try Recorder(directory: directory)
        defer { recorder.close() }
        var player = RecordingScript(policy.program, try recorder.makeJournal())
        try player.run(script)
        return player.ids
    }

    @Test func anEmptyRecordingGivesAnEmptyReport() throws {
        let policy = try CompiledPolicy(CaseFile("replays", Self.names[0], parts: 4).parts[0])
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("replay-" + UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try Recorder(directory: directory).close()
        let reader = try RecordingReader(directory: directory)
        defer { reader.close() }
        let report = try Replay(policy.program).run(reader)
        #expect(report.messages == 0 && report.sessions == 0 && report.first == nil && !report.fails(on: .any))
        #expect(report.text == "replayed 0 messages of 0 sessions, against what was decided then\n\n  unchanged  0\n")
    }
}
