// Pages that are written from the tables and from programs.
import Foundation
import TestSupport
import Testing

@testable import Machine

@Suite struct PageTests {
    @Test func bytecodePage() throws {
        try CaseFolder.expect(OpcodeTable.markdown, at: CaseFolder.project.appendingPathComponent("docs/bytecode.md"))
    }

    @Test func disassembly() throws {
        let actual = Disassembler.text(of: try CodecTests.full().load())
        try CaseFolder.expect(actual, matches: "disassembly.txt")
        #expect(Disassembler.text(of: try CodecTests.full().load()) == actual)
    }

    @Test func opcodesAndMnemonicsAreDistinct() {
        #expect(Set(Opcode.allCases.map(\.row.mnemonic)).count == Opcode.allCases.count)
    }
}
