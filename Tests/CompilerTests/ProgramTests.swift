// What policies become: the disassembly of the whole program, and the data that tests hand out, beside the policy's text.

import Machine
import PolicyLang
import TestSupport
import Testing

@testable import Compiler

struct ProgramTests {
    static let files = CaseFolder.files(in: "programs", ending: ".postern")

    private func compile(_ file: CaseFile) throws -> Compilation {
        let sources = MarkedPolicies(try file.text(), path: file.path).sources
        return PolicyCompiler.compile(files: sources, options: CompileOptions(revision: 3, date: Moment(seconds: 1_772_409_600)))
    }

    @Test(arguments: files) func becomes(_ file: CaseFile) throws {
        let result = try compile(file)
        #expect(!result.hasErrors, "\(DiagnosticText.render(result.diagnostics, files: result.sources))")
        let program = try #require(result.program)
        let verified = try VerifiedProgram.load(try ProgramCodec.encode(program))
        var text = Disassembler.text(of: verified)
        for test in result.tests { text += "\n" + Self.text(of: test) }
        try CaseFolder.expect(text, matches: String(file.path.dropLast("postern".count)) + "program")
    }

    /// Every opcode is emitted by some case.
    @Test func everyOpcodeIsEmitted() throws {
        var seen: Set<UInt8> = []
        for file in Self.files { seen.formUnion(try compile(file).program?.code.map(\.opcode) ?? []) }
        // Jumps inside a test's flags are all that short circuits need.
        for opcode in Opcode.allCases where opcode != .jump { #expect(seen.contains(opcode.rawValue), "\(opcode)") }
    }

    @Test func theSameFilesGiveTheSameBytes() throws {
        for file in Self.files {
            let first = try ProgramCodec.encode(try #require(try compile(file).program))
            #expect(first == (try ProgramCodec.encode(try #require(try compile(file).program))))
        }
    }

    private static func text(of test: PolicyTest) -> String {
        var text = "test \"\(test.title)\" as \(test.identity) of \(test.issuer) on \(test.resource)"
        if let moment = test.moment { text += " at \(moment.seconds)" }
        text += "\n"
        for name in test.claims.keys.sorted() { text += "  claim.\(name) \(test.claims[name].map { "\($0)" } ?? "")\n" }
        if let proof = test.proof { text += "  proof \(proof)\n" }
        if let source = test.source { text += "  source \(source)\n" }
        if let reason = test.reason { text += "  reason \(reason)\n" }
        for example in test.examples {
            switch example {
            case .message(let it): text += "  \"\(it.text)\" -> \(it.outcome)\(it.rule.map { " by \($0)" } ?? "")\n"
            case .row(let it):
                func cells(_ cells: [PolicyTest.Cell]) -> String {
                    cells.map { "\($0.column): \($0.value ?? "null")" }.joined(separator: ", ")
                }
                text += "  row \(it.schema ?? "-").\(it.table ?? "-") { \(cells(it.cells)) } -> { \(cells(it.expected)) }\n"
            }
        }
        return text
    }
}
