// What the verifier refuses in code: one condition of one rule, written out.
import Testing

@testable import Machine

@Suite struct VerifierCodeTests {
    typealias Row = (reason: ProgramError.Reason, code: [Instruction])

    private static func fact(_ fact: Fact, _ register: UInt8 = 0) -> Instruction {
        Instruction(.loadFact, a: register, b: fact.rawValue)
    }
    private static func raw(_ opcode: UInt8, a: UInt8 = 0, b: UInt8 = 0, flags: UInt8 = 0, c: UInt32 = 0) -> Instruction {
        var instruction = Instruction(.reject, a: a, b: b, flags: Instruction.Flags(rawValue: flags), c: c)
        instruction.opcode = opcode
        return instruction
    }
    private static let yes = Instruction(.accept)
    private static let no = Instruction(.reject)

    static let table: [Row] = [
        (.emptyCode, []),
        (.codeDoesNotEnd, [fact(.requestTime)]),
        (.codeDoesNotEnd, [yes, fact(.requestTime)]),
        (.unknownOpcode, [raw(3), yes]),
        (.unknownOpcode, [yes, raw(255), no]),
        (.operandNotZero, [raw(1, a: 1)]),
        (.operandNotZero, [raw(1, c: 1)]),
        (.operandNotZero, [raw(8, b: Fact.requestTime.rawValue, c: 1), yes]),
        (.badFlags, [raw(1, flags: 1)]),
        (.badFlags, [fact(.identityProof), raw(33, flags: 8), yes]),
        (.badRegister, [fact(.requestTime, 32), yes]),
        (.badRegister, [fact(.requestTime), Instruction(.testKnown, a: 255), yes]),
        (.indexOutOfRange, [raw(8, b: 0), yes]),
        (.indexOutOfRange, [raw(8, b: 200), yes]),
        (.indexOutOfRange, [Instruction(.loadClaim, c: 99), yes]),
        (.indexOutOfRange, [Instruction(.loadInteger, c: 99), yes]),
        (.indexOutOfRange, [Instruction(.loadString, c: 99_999), yes]),
        (.indexOutOfRange, [fact(.identityName), Instruction(.inSet, a: 1, b: 0, c: 99), yes]),
        (.indexOutOfRange, [fact(.identityName), Instruction(.matchPattern, a: 1, b: 0, c: 99), yes]),
        (.indexOutOfRange, [fact(.requestTime), Instruction(.inWindow, a: 1, b: 0, c: 99), yes]),
        (.indexOutOfRange, [fact(.requestSource), Instruction(.inNetwork, a: 1, b: 0, c: 99), yes]),
        (.indexOutOfRange, [fact(.httpHeader), yes]),
        (.indexOutOfRange, [Instruction(.loadHeader, c: 99_999), yes]),
        // The empty name.
        (.badName, [Instruction(.loadHeader, c: 0), yes]),
        (.jumpOutOfRange, [Instruction(.jump, c: 1), yes]),
        (.jumpOutOfRange, [Instruction(.jump, c: .max), yes]),
        (.jumpOutOfRange, [fact(.identityProof), Instruction(.testKnown, a: 0, c: 1), yes]),
        (.readBeforeWrite, [Instruction(.testKnown, a: 0), yes]),
        (.readBeforeWrite, [fact(.identityName), Instruction(.testEqual, a: 0, b: 1), yes]),
        // Written on one path only.
        (
            .readBeforeWrite,
            [
                fact(.identityProof), Instruction(.testKnown, a: 0, c: 1), fact(.identityProof, 1),
                Instruction(.testKnown, a: 1), yes,
            ]
        ),
        // Two paths, two types.
        (
            .readBeforeWrite,
            [
                fact(.identityProof), Instruction(.testKnown, a: 0, c: 2), fact(.identityName, 1), Instruction(.jump, c: 1),
                fact(.requestTime, 1), Instruction(.testKnown, a: 1), yes,
            ]
        ),
        (.wrongType, [fact(.identityName), Instruction(.testTrue, a: 0), yes]),
        (.wrongType, [fact(.identityName), fact(.requestTime, 1), Instruction(.testEqual, a: 0, b: 1), yes]),
        (.wrongType, [fact(.identityGroups), fact(.identityGroups, 1), Instruction(.testEqual, a: 0, b: 1), yes]),
        (.wrongType, [fact(.requestTime), fact(.sessionAge, 1), Instruction(.testLess, a: 0, b: 1), yes]),
        (.wrongType, [fact(.identityName), fact(.identityName, 1), Instruction(.testLess, a: 0, b: 1), yes]),
        (.wrongType, [fact(.requestSource), fact(.requestSource, 1), Instruction(.testLessOrEqual, a: 0, b: 1), yes]),
        (.wrongType, [fact(.identityName), fact(.identityName, 1), Instruction(.testHas, a: 0, b: 1), yes]),
        (.wrongType, [fact(.identityGroups), fact(.identityGroups, 1), Instruction(.testHas, a: 0, b: 1), yes]),
        (.wrongType, [fact(.identityGroups), fact(.identityName, 1), Instruction(.testStartsWith, a: 0, b: 1), yes]),
        (.wrongType, [fact(.identityName), fact(.requestTime, 1), Instruction(.testEndsWith, a: 0, b: 1), yes]),
        (.wrongType, [fact(.requestTime), fact(.identityName, 1), Instruction(.testContains, a: 0, b: 1), yes]),
        (.wrongType, [fact(.identityGroups), Instruction(.inSet, a: 1, b: 0, c: 0), yes]),
        (.wrongType, [fact(.identityName), Instruction(.subsetOfSet, a: 1, b: 0, c: 0), yes]),
        (.wrongType, [fact(.requestTime), Instruction(.matchPattern, a: 1, b: 0, c: 0), yes]),
        (.wrongType, [fact(.sessionAge), Instruction(.inWindow, a: 1, b: 0, c: 0), yes]),
        (.wrongType, [fact(.identityName), Instruction(.inNetwork, a: 1, b: 0, c: 0), yes]),
        (.costTooHigh, [fact(.identityName)] + [Instruction](repeating: Instruction(.matchPattern, a: 1, b: 0, c: 0), count: 200) + [yes]),
        (.codeTooLong, [Instruction](repeating: no, count: ProgramLimits.conditionCode + 1)),
        (.overlappingCode, [no, no]), (.looseCode, [no]),
    ]

    private static func refusal(_ row: Row) -> ProgramError.Reason? {
        var draft = CodecTests.full()
        var condition = draft.code(row.code)
        draft.rule(.deny, "under_test", condition: condition)
        if row.reason == .overlappingCode {
            condition.start += 1
            condition.count -= 1
            draft.rule(.deny, "inside_it", condition: condition)
        }
        if row.reason == .looseCode { draft.program.code.append(no) }
        return draft.refusal()?.reason
    }

    @Test func table() {
        for (index, row) in Self.table.enumerated() {
            let reason = Self.refusal(row)
            #expect(reason == row.reason, "row \(index)")
        }
    }

    @Test func sharedCodeIsFineInWhole() throws {
        var draft = CodecTests.full()
        let condition = draft.code([Self.no])
        draft.rule(.deny, "one", condition: condition)
        draft.rule(.deny, "two", condition: condition)
        #expect(draft.refusal() == nil)
        draft.rule(.deny, "half", condition: CodeRange(start: condition.start, count: 2))
        #expect(draft.refusal()?.reason == .overlappingCode)
    }

    @Test func codeBetweenConditionsIsRefused() throws {
        var draft = CodecTests.full()
        draft.program.code.append(Self.no)
        let condition = draft.code([Self.no])
        draft.rule(.deny, "one", condition: condition)
        #expect(draft.refusal()?.reason == .looseCode)
    }

    /// At the edges: the longest condition, the last register, the highest cost.
    @Test func atTheLimits() throws {
        var draft = CodecTests.full()
        let longest = draft.code([Instruction](repeating: Self.no, count: ProgramLimits.conditionCode))
        draft.rule(.deny, "longest", condition: longest)
        let register = UInt8(ProgramLimits.registers - 1)
        let last = draft.code([Self.fact(.requestTime, register), Instruction(.testKnown, a: register, c: 1), Self.yes, Self.no])
        draft.rule(.deny, "last", condition: last)
        let costly = draft.code(
            [Self.fact(.identityName)] + [Instruction](repeating: Instruction(.matchPattern, a: 1, b: 0, c: 0), count: 199)
                + [Self.yes])
        draft.rule(.deny, "costly", condition: costly)
        let verified = try draft.load()
        #expect(verified.worstCaseCost(verified.program.rules.count - 1) == 199_003)
    }

    /// The longest path counts, not the sum.
    @Test func costIsTheLongestPath() throws {
        var draft = ProgramDraft.basic()
        let condition = draft.code([
            Self.fact(.identityProof), Instruction(.testKnown, a: 0, c: 2),  // 2 + 1
            Self.fact(.identityName), Self.yes,  // 2 + 1
            Self.fact(.identityName), Self.fact(.identityName), Self.no,  // 2 + 2 + 1
        ])
        draft.rule(.deny, "branching", condition: condition)
        #expect(try draft.load().worstCaseCost(0) == 8)
    }
}
