// Passwords of roles do not reach the disk; everything else does, byte for byte.

import Foundation
import TestSupport
import Testing

@testable import Recording

@Suite struct RedactionTests {
    private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Cases/redaction.txt")

    private static func redact(_ text: String) -> String {
        Array(text.utf8).withUnsafeBytes { String(decoding: redactedForRecording($0), as: UTF8.self) }
    }

    @Test func cases() throws {
        let original = try String(contentsOf: Self.file, encoding: .utf8)
        var output = ""
        for block in original.components(separatedBy: "\n\n") where !block.isEmpty {
            let input = block.components(separatedBy: "\n->")[0]
            let text = input.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("#") }.joined(separator: "\n")
            let redacted = Self.redact(text)
            output += input + "\n->\n" + (redacted == text ? "(unchanged)" : redacted) + "\n\n"
            #expect(!redacted.contains("hunter"), "\(text)")
        }
        output.removeLast()
        try CaseFolder.expect(output, at: Self.file)
    }

    @Test func theWordIsFoundWhereverItStands() {
        for before in 0..<40 {
            for after in 0..<10 {
                for word in ["password", "PASSWORD", "pAsSwOrD"] {
                    let text = Array((String(repeating: "s", count: before) + word + String(repeating: "w", count: after)).utf8)
                    let expected = text.count >= 10
                    #expect(text.withUnsafeBytes { PasswordRedaction.mayBeNeeded($0) } == expected, "\(before) \(after)")
                }
                let without = Array((String(repeating: "s", count: before) + "passwor" + String(repeating: "w", count: after)).utf8)
                #expect(!without.withUnsafeBytes { PasswordRedaction.mayBeNeeded($0) })
            }
        }
    }

    @Test func theRecordingHoldsTheRedactedText() throws {
        let directory = try TemporaryFolder()
        let recorder = try Recorder(directory: directory.path, settings: Fixture.settings())
        let session = try recorder.makeJournal().begin(Fixture.session())
        try session.note("alter role bob password 'hunter2'")
        try session.note(.parse, Array("create user bob password 'hunter2'".utf8))
        let files = try FileManager.default.subpathsOfDirectory(atPath: directory.path)
        recorder.flush()
        for file in files where !["journal", "results"].contains(file) {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: directory.path + "/" + file))
            #expect(bytes.range(of: Data("hunter2".utf8)) == nil, "\(file)")
        }
        recorder.close()
        #expect(
            try contents(of: directory.path).first?.messages.map { String(decoding: $0.text, as: UTF8.self) }
                == ["alter role bob password '***'", "create user bob password '***'"])
    }

    @Test func bodiesBeyondTheDepthLimitAreHiddenWhole() {
        var text = "alter role bob password 'hunter2'"
        for depth in 0..<(PasswordRedaction.depthLimit + 3) { text = "do $d\(depth)$ \(text) $d\(depth)$" }
        #expect(!Self.redact(text).contains("hunter2"))
    }

    @Test func anyBytesAreRedactedWithoutHarm() throws {
        let seeds = try Data(contentsOf: Self.file)
        var random = SeededGenerator(seed: 5)
        for _ in 0..<20_000 {
            let start = Int.random(in: 0..<seeds.count, using: &random)
            var text = Array(seeds[start...].prefix(Int.random(in: 0...200, using: &random)))
            for _ in 0..<Int.random(in: 0...4, using: &random) where !text.isEmpty {
                text[Int.random(in: 0..<text.count, using: &random)] = Array("'\"$;\\ -/*eU&p\n".utf8).randomElement(using: &random) ?? 0
            }
            let redacted = text.withUnsafeBytes { PasswordRedaction.redacted($0) }
            // What is hidden grows by at most the stars that stand for it.
            #expect(redacted.count <= text.count * 3 + 8)
        }
    }
}
