// Pages that are written from the tables and from programs.
import Foundation
import Testing

@testable import Machine

@Suite struct PageTests {
    @Test func bytecodePage() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = root.appendingPathComponent("docs").appendingPathComponent("bytecode.md")
        let actual = OpcodeTable.markdown
        #expect(try CaseFile.expectation(page, actual: actual) == actual, "UPDATE_GOLDEN=1 writes docs/bytecode.md anew")
    }

    @Test func disassembly() throws {
        let actual = Disassembler.text(of: try CodecTests.full().load())
        #expect(try CaseFile.expectation(CaseFile.url("disassembly.txt"), actual: actual) == actual)
        #expect(Disassembler.text(of: try CodecTests.full().load()) == actual)
    }

    @Test func opcodesAndMnemonicsAreDistinct() {
        #expect(Set(Opcode.allCases.map(\.row.mnemonic)).count == Opcode.allCases.count)
    }
}
