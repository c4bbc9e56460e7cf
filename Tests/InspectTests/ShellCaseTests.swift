// Every case of shell text: what is found is what the file says. UPDATE_GOLDEN=1 writes what is found back into the file.

import Foundation
import Inspect
import TestSupport
import Testing

enum ShellCases {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "ShellCases")

    static func files() throws -> [CaseFile] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
            $0.hasSuffix(".cases")
        }.sorted()
        return try names.map { try CaseFile(url: folder.appending(path: $0)) }
    }

    /// What is found as bash reads it, and as sh, where that is something else.
    static func rendered(_ bytes: [UInt8], _ inspector: ShellInspector = ShellInspector()) -> String {
        let bash = lines(bytes, .bash, inspector)
        let posix = lines(bytes, .posix, inspector)
        return (bash + (bash == posix ? [] : ["as sh:"] + posix.map { "  " + $0 })).joined(
            separator: "\n")
    }

    static func lines(
        _ bytes: [UInt8], _ dialect: ShellDialect = .bash,
        _ inspector: ShellInspector = ShellInspector()
    ) -> [String] {
        let found = ShellFindings()
        bytes.withUnsafeBytes { inspector.inspect($0, dialect: dialect, into: found) }
        return ShellText.lines(found)
    }
}

@Suite struct ShellCaseTests {
    @Test func casesAreAsWritten() throws {
        // One inspector for all: nothing is left over from one text to the next.
        let warm = ShellInspector()
        let files = try ShellCases.files()
        #expect(files.reduce(0) { $0 + $1.cases.count } > 500)
        for file in files { try file.check { ShellCases.rendered($0.bytes, warm) } }
    }

    /// Rules see a command line in one form, however it was written.
    @Test(arguments: [
        (#"r'm' -rf  "/tmp/a b" it\'s"#, #"rm -rf '/tmp/a b' 'it'\''s'"#), (#"rm "" $x"#, "rm '' …"),
        (#"echo … \*"#, "echo '…' '*'"),
        ("rm a%b+c,d-e.f/g:h=i@j_k^l", "rm a%b+c,d-e.f/g:h=i@j_k^l"),
    ])
    func aCommandHasOneForm(_ text: String, _ form: String) {
        let found = ShellFindings()
        Array(text.utf8).withUnsafeBytes { ShellInspector().inspect($0, dialect: .bash, into: found) }
        #expect(ShellNormalForm.text(of: found.commands[0], in: found) == form)
    }

    /// The form in which rules see a command line is itself shell text for the same words.
    @Test func aFormReadsAsItself() throws {
        let inspector = ShellInspector()
        let (found, again) = (ShellFindings(), ShellFindings())
        var count = 0
        for item in try ShellCases.files().flatMap(\.cases) {
            item.bytes.withUnsafeBytes { inspector.inspect($0, dialect: .bash, into: found) }
            for command in found.commands.buffer where command.countIsKnown {
                let words = found.words(of: command)
                guard words.allSatisfy({ $0 != nil }) else { continue }
                // As arguments: a first word may be reserved.
                let text = "x " + ShellNormalForm.text(of: command, in: found)
                Array(text.utf8).withUnsafeBytes { inspector.inspect($0, dialect: .bash, into: again) }
                #expect(again.words(of: again.commands[0]) == ["x"] + words && again.commands[0].countIsKnown, "\(text)")
                count += 1
            }
        }
        #expect(count > 1000)
    }

    /// What does not change the meaning does not change what is found.
    @Test(arguments: [
        ("{ ", "\n}"), ("", "\n# a comment"), ("\n\n", "\n"), ("true\n", ""),
        ("# a comment\n\n{ true; }\n", ""),
    ])
    func whatIsAroundDoesNotMatter(_ before: String, _ after: String) throws {
        let inspector = ShellInspector()
        for file in try ShellCases.files() {
            for item in file.cases {
                let plain = ShellCases.lines(item.bytes, .bash, inspector)
                // An open here-document or quote takes what comes behind it.
                if plain.last?.hasPrefix("refused") == true || item.message.contains("<<")
                    || item.message.hasSuffix("\\")
                {
                    continue
                }
                let wrapped = ShellCases.lines(
                    Array(before.utf8) + item.bytes + Array(after.utf8), .bash, inspector)
                #expect(
                    wrapped.filter { $0 != "run true" } == plain.filter { $0 != "run true" },
                    "\(item.message)")
            }
        }
    }

    /// Damaged texts neither crash nor hang, and a warm inspector finds what a fresh one finds.
    @Test func damagedTextsAreSurvived() throws {
        var generator = SeededGenerator(seed: 1)
        func random(_ bound: Int) -> Int { generator.below(bound) }
        let warm = ShellInspector()
        let odd = Array("\\\n'\"`$(){}[]<>|&;#*?~! =".utf8)
        for item in try ShellCases.files().flatMap(\.cases) {
            for round in 0..<40 {
                var bytes = round % 20 == 19 ? item.bytes + item.bytes : item.bytes
                for _ in 0...random(3) where !bytes.isEmpty {
                    switch random(5) {
                    case 0: bytes.remove(at: random(bytes.count))
                    case 1: bytes.insert(odd[random(odd.count)], at: random(bytes.count))
                    case 2: bytes.insert(UInt8(random(256)), at: random(bytes.count))
                    case 3: bytes.removeLast(random(bytes.count))
                    default: bytes[random(bytes.count)] = odd[random(odd.count)]
                    }
                }
                let dialect: ShellDialect = round & 1 == 1 ? .posix : .bash
                #expect(ShellCases.lines(bytes, dialect, warm) == ShellCases.lines(bytes, dialect))
            }
        }
    }
}
