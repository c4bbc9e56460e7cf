// What every test of the recording needs: a directory that goes away, sessions to record, and bytes to record in them.

import Decision
import Foundation
import Machine
import TestSupport
import Testing

@testable import Recording

extension TemporaryFolder {
    /// A copy as it is now: what a process that is killed at this moment leaves behind.
    func snapshot() throws -> TemporaryFolder {
        let copy = try TemporaryFolder()
        try FileManager.default.removeItem(atPath: copy.path)
        try FileManager.default.copyItem(atPath: path, toPath: copy.path)
        return copy
    }

    func journalFiles() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path + "/journal").sorted()
    }
}

enum Fixture {
    static let start: UInt64 = 1_772_000_000_000_000_000
    static let program = RecordedProgram(name: "orders", revision: 7, digest: [1, 2, 3], ruleNames: ["reads", "no_ddl"])

    /// Nothing is taken into the database unless the test flushes.
    static func settings(segmentBytes: Int = 64 << 10, backlogBytes: UInt64 = 1 << 30) -> RecorderSettings {
        RecorderSettings(segmentBytes: segmentBytes, backlogBytes: backlogBytes, intervalMilliseconds: 3_600_000)
    }

    static func session(
        _ identity: String = "nightly_report", resource: String = "orders_db", program: RecordedProgram = Fixture.program,
        startedAt: UInt64 = Fixture.start
    ) -> SessionRecord {
        SessionRecord(
            identity: identity, groups: ["bots", "readers"],
            claims: VerifiedClaims(
                issuer: "cluster", subject: "system:nightly",
                values: [
                    "sub": .string("system:nightly"), "level": .integer(Int64.max), "admin": .boolean(false),
                    "groups": .strings(["a", "b\"c"]),
                ], proof: .mtls, tokenID: "jti-1"), resource: resource, kind: .postgres, sourceAddress: "10.0.0.7:40022",
            database: "orders", backendUser: "app", program: program, startedAt: startedAt)
    }

    static func decision(
        _ effect: DecisionRecord.Effect = .allow, rule: Int32 = 0, masks: UInt64 = 0, fingerprint: UInt64 = 0
    ) -> DecisionRecord {
        DecisionRecord(effect: effect, rule: rule, revision: 7, masks: masks, fingerprint: fingerprint)
    }
}

extension SessionRecording {
    /// `record` with arrays instead of borrowed bytes.
    @discardableResult
    func note(
        _ kind: MessageKind = .query, _ text: [UInt8], name: String = "", portal: String = "", parameters: [UInt8] = [],
        decision: DecisionRecord = Fixture.decision(), maskNames: @autoclosure () -> [String] = [], at: UInt64 = Fixture.start,
        circumstances: RecordedCircumstances = RecordedCircumstances()
    ) throws -> UInt64 {
        let (name, portal) = (Array(name.utf8), Array(portal.utf8))
        return try text.withUnsafeBytes { text in
            try name.withUnsafeBytes { name in
                try portal.withUnsafeBytes { portal in
                    try parameters.withUnsafeBytes { parameters in
                        try record(
                            kind, text: text, name: name, portal: portal, parameters: parameters, decision: decision,
                            maskNames: maskNames(), at: at, circumstances: circumstances)
                    }
                }
            }
        }
    }

    @discardableResult
    func note(_ text: String, decision: DecisionRecord = Fixture.decision(), at: UInt64 = Fixture.start) throws -> UInt64 {
        try note(.query, Array(text.utf8), decision: decision, at: at)
    }
}

/// Everything in a recording: sessions by id, messages in order.
func contents(of directory: String) throws -> [(session: RecordedSession, messages: [RecordedMessage])] {
    let reader = try RecordingReader(directory: directory)
    defer { reader.close() }
    return try reader.sessions().map { ($0, try reader.messages(of: $0)) }
}
