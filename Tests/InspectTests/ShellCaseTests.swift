// Shell case files: text in, findings out, in the form of the SQL cases. UPDATE_GOLDEN=1 rewrites what is expected.

import Foundation
import Inspect
import Machine
import Testing

enum ShellCases {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("ShellCases")

    static func all() throws -> [CaseFile] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".cases") }.sorted()
        return try names.map { try CaseFile(url: folder.appendingPathComponent($0)) }
    }

    static func render(_ bytes: [UInt8], posix: Bool = false, with inspector: ShellInspector = ShellInspector()) -> String {
        let found = ShellFindings()
        bytes.withUnsafeBytes { inspector.inspect($0, dialect: posix ? .posix : .bash, into: found) }
        var lines: [String] = []
        for index in 0..<found.commands.count {
            let command = found.commands[index]
            lines.append("run " + ShellNormalForm.text(of: command, in: found) + (command.countIsKnown ? "" : " +"))
        }
        for index in 0..<found.writes.count { lines.append("write " + path(found.writes[index], found)) }
        for index in 0..<found.reads.count { lines.append("read " + path(found.reads[index], found)) }
        let unknown = ShellUnknowns.all.filter { found.unknown.contains($0.kind) }.map { "\($0.name)" }
        if !unknown.isEmpty { lines.append("unknown " + unknown.joined(separator: " ")) }
        if found.refused { lines.append("refused") }
        return lines.joined(separator: "\n")
    }

    private static func path(_ path: ShellPath, _ found: ShellFindings) -> String {
        path.isKnown ? found.string(path.text) : "…"
    }
}

@Suite struct ShellCaseTests {
    @Test func casesAreAsWritten() throws {
        let files = try ShellCases.all()
        #expect(!files.isEmpty)
        for file in files {
            if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
                try file.text { ShellCases.render($0.bytes, posix: $0.option("posix") != nil) }
                    .write(to: file.url, atomically: true, encoding: .utf8)
                continue
            }
            for item in file.cases {
                let found = ShellCases.render(item.bytes, posix: item.option("posix") != nil)
                #expect(found == item.expected, "\(file.url.lastPathComponent):\(item.line): \(item.message)\n\(found)")
            }
        }
    }

    /// Comments, groups and blank lines around a text change nothing that is found.
    @Test func spacingChangesNothing() throws {
        for file in try ShellCases.all() {
            for item in file.cases where item.option("posix") == nil && !item.expected.hasSuffix("refused") {
                let padded = ShellCases.render(Array("# a comment\n\n{ :; }\n".utf8) + item.bytes)
                let expected = ["run :", item.expected].filter { !$0.isEmpty }.joined(separator: "\n")
                #expect(padded == expected, "\(item.message)")
            }
        }
    }

    /// Damaged texts neither crash nor hang, and a warm inspector finds what a fresh one finds.
    @Test func damagedTextsAreSurvived() throws {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        let warm = ShellInspector()
        let odd = Array("\\\n'\"`$(){}[]<>|&;#*?~! =".utf8)
        for file in try ShellCases.all() {
            for item in file.cases {
                for round in 0..<60 {
                    var bytes = item.bytes
                    if bytes.isEmpty { continue }
                    for _ in 0...random(3) where !bytes.isEmpty {
                        switch random(3) {
                        case 0: bytes.remove(at: random(bytes.count))
                        case 1: bytes.insert(odd[random(odd.count)], at: random(bytes.count))
                        default: bytes[random(bytes.count)] = odd[random(odd.count)]
                        }
                    }
                    let posix = round & 1 == 1
                    #expect(ShellCases.render(bytes, posix: posix, with: warm) == ShellCases.render(bytes, posix: posix))
                }
            }
        }
    }

    /// At a limit a text is read, past it it is refused and its code is unknown.
    @Test func limitsHoldAtTheirEdge() {
        func isRefused(_ text: String) -> Bool { ShellCases.render(Array(text.utf8)).hasSuffix("refused") }
        let room = ShellLimits.textBytes - 2
        #expect(!isRefused("a " + String(repeating: "b", count: room)))
        #expect(isRefused("a " + String(repeating: "b", count: room + 1)))
        #expect(!isRefused(String(repeating: "a\n", count: ShellLimits.commands)))
        #expect(isRefused(String(repeating: "a\n", count: ShellLimits.commands + 1)))
        #expect(!isRefused(String(repeating: "(", count: 20).map { "\($0) " }.joined() + "a" + String(repeating: ")", count: 20)))
        #expect(isRefused(String(repeating: "( ", count: 400) + "a" + String(repeating: ")", count: 400)))
        #expect(isRefused(String(repeating: "$(", count: 400)))
        #expect(!isRefused(String(repeating: "9", count: ShellLimits.descriptorDigits) + ">f"))
        #expect(isRefused(String(repeating: "9", count: ShellLimits.descriptorDigits + 1) + ">f"))
        let full = ShellCases.render(Array("echo {1..\(ShellLimits.braceWords)}".utf8))
        #expect(!full.contains("unknown"))
        #expect(ShellCases.render(Array("echo {1..\(ShellLimits.braceWords + 1)}".utf8)).contains("unknown argument"))
    }
}
