// Every case of shell text: what is found is what the file says. UPDATE_GOLDEN=1 writes what is found back into the file.

import Foundation
import Inspect
import Testing

@Suite struct ShellGoldenTests {
    private static func files() throws -> [CaseFile] {
        let folder = CaseFile.folder.deletingLastPathComponent().appendingPathComponent("ShellRoom")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".cases") }.sorted()
        return try names.map { try CaseFile(url: folder.appendingPathComponent($0)) }
    }

    /// As bash reads it; and as sh, where that is something else.
    private static func rendered(_ item: Case, _ inspector: ShellInspector) -> String {
        let found = ShellFindings()
        let lines = [ShellDialect.bash, .posix].map { dialect -> [String] in
            item.bytes.withUnsafeBytes { inspector.inspect($0, dialect: dialect, into: found) }
            return ShellText.lines(found)
        }
        return (lines[0] + (lines[0] == lines[1] ? [] : ["as sh:"] + lines[1].map { "  " + $0 })).joined(separator: "\n")
    }

    @Test func casesAreAsWritten() throws {
        // One inspector for all: nothing is left over from one text to the next.
        let warm = ShellInspector()
        for file in try Self.files() {
            if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
                try file.text { Self.rendered($0, ShellInspector()) }.write(to: file.url, atomically: true, encoding: .utf8)
                continue
            }
            #expect(file.cases.count > 300)
            for item in file.cases {
                let found = Self.rendered(item, warm)
                #expect(found == item.expected, "\(file.url.lastPathComponent):\(item.line): \(item.message)\n\(found)")
            }
        }
    }

    /// What does not change the meaning does not change what is found.
    @Test(arguments: [("{ ", "\n}"), ("", "\n# a comment"), ("\n\n", "\n"), ("true\n", "")])
    func whatIsAroundDoesNotMatter(_ before: String, _ after: String) throws {
        let inspector = ShellInspector()
        let found = ShellFindings()
        for file in try Self.files() {
            for item in file.cases {
                item.bytes.withUnsafeBytes { inspector.inspect($0, dialect: .bash, into: found) }
                // An open here-document or quote takes what comes behind it.
                if found.refused || item.message.contains("<<") || item.message.hasSuffix("\\") { continue }
                let plain = ShellText.lines(found)
                let wrapped = Array((before + item.message + after).utf8)
                wrapped.withUnsafeBytes { inspector.inspect($0, dialect: .bash, into: found) }
                #expect(ShellText.lines(found).filter { $0 != "run true" } == plain.filter { $0 != "run true" }, "\(item.message)")
            }
        }
    }

    /// Any bytes end normally, and what was cut or changed is read like anything else.
    @Test func mutatedTextsEnd() throws {
        var state: UInt64 = 7
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(max(bound, 1)))
        }
        let inspector = ShellInspector()
        let found = ShellFindings()
        let marks = Array("'\"`$(){}<>|&;\\\n*~#=![]".utf8)
        var count = 0
        for file in try Self.files() {
            for item in file.cases {
                for turn in 0..<20 {
                    var bytes = item.bytes
                    switch turn % 4 {
                    case 0: bytes = Array(bytes.prefix(next(bytes.count + 1)))
                    case 1: bytes.insert(UInt8(next(256)), at: next(bytes.count + 1))
                    case 2: if !bytes.isEmpty { bytes[next(bytes.count)] = marks[next(marks.count)] }
                    default: bytes += bytes
                    }
                    bytes.withUnsafeBytes { inspector.inspect($0, dialect: turn % 2 == 0 ? .bash : .posix, into: found) }
                    count += found.refused ? 0 : 1
                }
            }
        }
        #expect(count > 1000)
    }
}
