// The cases, damaged at random but the same on every run: no crash, no hang, and what is not understood says so.

import Inspect
import Machine
import TestSupport
import Testing

@Suite struct MutationTests {
    private static let pieces = [
        "'", "\"", "$$", "/*", "*/", "--", "\n", "(", ")", ";", ",", ".", "::", "*", "select", "from", "with recursive c as (",
        "union", "as", "u&'\\", "e'\\", "$1", "\u{FF}", "\0", "1..2", "operator(", "[", "]", ":=", "returning", "natural join",
    ]

    private func mutated(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let at = Int.random(in: 0...bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                bytes.insert(contentsOf: Array(Self.pieces[Int.random(in: 0..<Self.pieces.count, using: &random)].utf8), at: at)
            case 1 where at < bytes.count: bytes[at] = UInt8.random(in: 0...255, using: &random)
            case 2 where at < bytes.count:
                bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 1...9, using: &random)))
            default:
                let end = min(bytes.count, at + Int.random(in: 1...40, using: &random))
                bytes.insert(contentsOf: Array(bytes[min(at, end)..<end]), at: at)
            }
        }
        return bytes
    }

    @Test func mutantsAreReadWithoutHarm() throws {
        var random = SeededGenerator(seed: 20_250_101)
        let inspector = SQLInspector(searchPath: ["public", "app"])
        let inspection = Inspection()
        var statements = 0
        for file in try CaseFile.all() {
            for item in file.cases {
                for _ in 0..<6 {
                    let bytes = mutated(item.bytes, &random)
                    var lexical = LexicalState()
                    lexical.standardConformingStrings = Bool.random(using: &random)
                    bytes.withUnsafeBytes { inspector.inspect($0, lexical: lexical, into: inspection) }
                    statements += inspection.statements.count
                    try check(inspection, bytes.count)
                }
            }
        }
        #expect(statements > 1000)
    }

    /// References stay inside, and only a statement with an `unknown` has no fingerprint.
    private func check(_ inspection: Inspection, _ length: Int) throws {
        for index in 0..<inspection.statements.count {
            let statement = inspection.statements[index]
            #expect(Int(statement.text.offset) + Int(statement.text.count) <= length)
            let accesses = Int(statement.firstAccess)..<Int(statement.firstAccess) + Int(statement.accessCount)
            #expect(accesses.upperBound <= inspection.accesses.count)
            let unknown = accesses.contains { inspection.accesses[$0].verb == .unknown }
            // What is read, and only does not know where its names are looked up, has one all the same.
            let reasons = accesses.filter { inspection.accesses[$0].verb == .unknown }.map { inspection.string(inspection.accesses[$0].name) }
            #expect(unknown && reasons != ["search path not known"] ? statement.fingerprint == nil : statement.fingerprint != nil)
            for at in accesses {
                let access = inspection.accesses[at]
                #expect(Int(access.firstColumn) + Int(access.columnCount) <= inspection.columns.count)
                #expect(Int(access.source.offset) + Int(access.source.count) <= length)
            }
        }
    }
}
