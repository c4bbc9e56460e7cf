// Sets of integers and times among claims: their section, and what the verifier refuses of them.
import Testing

@testable import Machine

@Suite struct NumberSetTests {
    /// The basic program with `levels` and `until`, claims 5 and 6, and a rule with this code.
    private static func draft(_ code: [Instruction], _ sets: [[Int64]] = [[-5, 3, 7]]) -> ProgramDraft {
        var draft = ProgramDraft.basic()
        for (name, type) in [("levels", FactType.integers), ("until", .time)] {
            draft.program.issuers[0].claims.append(.init(claim: draft.claim(name, type), optional: true))
        }
        draft.program.numberSets = sets
        _ = draft.symbol("x")
        let condition = draft.code(code)
        draft.rule(.allow, "rule", condition: condition)
        return draft
    }

    private static func claim(_ index: UInt32, _ register: UInt8 = 0) -> Instruction { Instruction(.loadClaim, a: register, c: index) }
    private static let yes = Instruction(.accept)
    private static let subset: [Instruction] = [
        claim(5), Instruction(.subsetOfNumbers, a: 1, b: 0, c: 0), Instruction(.testTrue, a: 1), yes,
    ]

    @Test func comesBackWholeAndHasNoSectionWhenEmpty() throws {
        let draft = Self.draft(Self.subset, [[.min, 0, .max], []])
        let bytes = try ProgramCodec.encode(draft.program)
        #expect(try VerifiedProgram.load(bytes).program == draft.program)
        #expect(try Disassembler.text(of: VerifiedProgram.load(bytes)).contains("{-9223372036854775808, 0, 9223372036854775807}"))
        let without = try ProgramCodec.encode(Self.draft([Self.yes], []).program)
        #expect(bytes[10] == without[10] + 1)
    }

    @Test func everyTruncationIsRefused() throws {
        let bytes = try ProgramCodec.encode(Self.draft(Self.subset).program)
        for count in 0..<bytes.count {
            #expect(throws: ProgramError.self) { try ProgramCodec.decode(Array(bytes[..<count])) }
        }
        // An empty section is not written, so it is not read either.
        var empty = bytes
        let entry = 16 + (Int(bytes[10]) - 1) * 12
        #expect(empty[entry] == UInt8(ProgramSection.numberSets.rawValue))
        // Behind the section stands the checksum.
        empty = empty.dropLast(32 + 8) + Array(repeating: 0, count: 4 + 8)
        empty[12] -= 28
        empty[entry + 8] -= 28
        #expect(throws: ProgramError(.looseNumbers, .numberSets, empty.count - 8)) {
            try ProgramCodec.decode(ProgramCodec.withChecksum(empty))
        }
    }

    @Test func membersAscendEachOnce() {
        #expect(Self.draft(Self.subset).refusal() == nil)
        #expect(Self.draft(Self.subset, [[3, 3]]).refusal()?.reason == .notSorted)
        #expect(Self.draft(Self.subset, [[7, 3]]).refusal()?.reason == .notSorted)
        #expect(Self.draft(Self.subset, [Array(0...Int64(ProgramLimits.setMembers))]).refusal()?.reason == .tooMany)
        #expect(Self.draft(Self.subset, Array(repeating: [1], count: ProgramLimits.sets + 1)).refusal()?.reason == .tooMany)
    }

    @Test func typesAreChecked() {
        let (sub, level, levels, until) = (UInt32(0), UInt32(2), UInt32(5), UInt32(6))
        func refusal(_ code: [Instruction]) -> ProgramError.Reason? { Self.draft(code + [Self.yes]).refusal()?.reason }
        let number = Instruction(.loadInteger, a: 1, c: 0)
        func withNumber(_ code: [Instruction]) -> ProgramError.Reason? {
            var draft = Self.draft(code + [Self.yes])
            _ = draft.integer(3)
            return draft.refusal()?.reason
        }
        #expect(withNumber([Self.claim(levels), number, Instruction(.testHas, a: 0, b: 1)]) == nil)
        #expect(refusal([Self.claim(levels), Self.claim(level, 1), Instruction(.testHas, a: 0, b: 1)]) == nil)
        #expect(refusal([Self.claim(levels), Self.claim(until, 1), Instruction(.testHas, a: 0, b: 1)]) == .wrongType)
        #expect(refusal([Self.claim(levels), Self.claim(sub, 1), Instruction(.testHas, a: 0, b: 1)]) == .wrongType)
        #expect(refusal([Self.claim(levels), Self.claim(levels, 1), Instruction(.testHas, a: 0, b: 1)]) == .wrongType)
        #expect(refusal([Self.claim(levels), Self.claim(levels, 1), Instruction(.testEqual, a: 0, b: 1)]) == .wrongType)
        #expect(refusal([Self.claim(sub), Instruction(.subsetOfNumbers, a: 1, b: 0, c: 0)]) == .wrongType)
        #expect(refusal([Self.claim(levels), Instruction(.subsetOfNumbers, a: 1, b: 0, c: 1)]) == .indexOutOfRange)
        #expect(refusal([Self.claim(levels), Instruction(.subsetOfSet, a: 1, b: 0, c: 0)]) == .indexOutOfRange)
        #expect(refusal([Self.claim(until), Instruction(.loadFact, a: 1, b: Fact.requestTime.rawValue), Instruction(.testLess, a: 0, b: 1)]) == nil)
        #expect(refusal([Self.claim(until), Self.claim(level, 1), Instruction(.testLess, a: 0, b: 1)]) == .wrongType)
    }

    /// A recording's JSON keeps no difference between a time and a number, or one empty set and another.
    @Test func recordedValuesAreTakenForWhatIsDeclared() throws {
        func accepts(_ claims: [String: ClaimValue], _ code: [Instruction]) throws -> Bool {
            let bench = try Bench(Self.draft(code), claims: claims)
            bench.add(.select, "t")
            return bench.decide().outcome == .allowed
        }
        let isLess = [
            Self.claim(6), Instruction(.loadFact, a: 1, b: Fact.requestTime.rawValue), Instruction(.testLess, a: 1, b: 0, c: 1), Self.yes,
            Instruction(.reject),
        ]
        #expect(try accepts(["until": .integer(1)], isLess))
        #expect(try accepts(["until": .time(1)], isLess))
        #expect(try !accepts(["until": .string("1")], isLess))
        #expect(try accepts(["levels": .strings([])], Self.subset.dropLast(2) + [Instruction(.testTrue, a: 1, c: 1), Self.yes, Instruction(.reject)]))
        #expect(try !accepts(["levels": .strings(["3"])], Self.subset.dropLast(2) + [Instruction(.testTrue, a: 1, c: 1), Self.yes, Instruction(.reject)]))
    }
}
