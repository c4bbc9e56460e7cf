// Every check of the verifier has a program that fails it and no other.
import Testing

@testable import Machine

@Suite struct VerifierTests {
    typealias Change = @Sendable (inout Program) -> Void

    /// What is wrong, where, and the change that makes it wrong in an otherwise good program.
    static let table: [(reason: ProgramError.Reason, section: ProgramSection, change: Change)] =
        names + people + constants + rules + masks

    static let names: [(ProgramError.Reason, ProgramSection, Change)] = [
        (.unknownEdition, .header, { $0.edition = 2 }),
        (.badName, .header, { $0.name = "" }),
        (.badName, .sources, { $0.sources[0].path = "" }),
        (.noEmptySymbol, .symbols, { $0.symbols[0] = "x" }),
        (.noEmptySymbol, .symbols, { $0 = Program(); $0.name = "x"; $0.symbols = [] }),
        (.duplicateSymbol, .symbols, { $0.symbols[4] = $0.symbols[5] }),
        (.nulInSymbol, .symbols, { $0.symbols[4] = "a\0b" }),
        (.badName, .claims, { $0.claims[0].name = 0 }),
        (.badName, .rules, { $0.rules[0].name = 0 }),
        (.duplicateName, .claims, { $0.claims[1].name = $0.claims[0].name }),
        (.duplicateName, .issuers, { $0.issuers.append($0.issuers[0]) }),
        (.duplicateName, .issuers, { $0.issuers[0].claims[0] = $0.issuers[0].claims[1] }),
        (.duplicateName, .identities, { $0.identities[1].name = $0.identities[0].name }),
        (.duplicateName, .groups, { $0.groups[1].name = $0.groups[0].name }),
        (.duplicateName, .resources, { $0.resources[1].name = $0.resources[0].name }),
        (.duplicateName, .resources, { $0.resources[0].searchPath += $0.resources[0].searchPath }),
        (.duplicateName, .rules, { $0.rules[1].name = $0.rules[0].name }),
        (.duplicateName, .zones, { $0.zones.append($0.zones[0]) }),
    ]

    static let people: [(ProgramError.Reason, ProgramSection, Change)] = [
        (.badClaimType, .claims, { $0.claims[1].type = .duration }),
        (.duplicateSetting, .issuers, { $0.issuers[0].settings += $0.issuers[0].settings }),
        (.indexOutOfRange, .issuers, { $0.issuers[0].settings[0].values = [99_999] }),
        (.indexOutOfRange, .issuers, { $0.issuers[0].claims[0].claim = 99 }),
        (.indexOutOfRange, .identities, { $0.identities[0].issuer = 9 }),
        (.indexOutOfRange, .groups, { $0.groups[1].issuer = 9 }),
        (.indexOutOfRange, .groups, { $0.groups[0].members = [9] }),
        (.notSorted, .groups, { $0.groups[0].members = [1, 0] }),
        (.halfCondition, .groups, { $0.groups[1].issuer = nil }),
        (.halfCondition, .groups, { $0.groups[0].issuer = 0 }),
        (.notSorted, .resources, { $0.resources[0].tags.reverse() }),
        (.indexOutOfRange, .resources, { $0.resources[0].searchPath = [99_999] }),
        (.searchPathNotSQL, .resources, { $0.resources[1].searchPath = [1] }),
        (.badPlace, .issuers, { $0.issuers[0].place.file = 1 }),
        (.badPlace, .identities, { $0.identities[0].place.end = 9_999 }),
        (.badPlace, .groups, { $0.groups[0].place.start = 30 }),
        (.badPlace, .resources, { $0.resources[0].place.end = 9_999 }),
        (.badPlace, .rules, { $0.rules[0].place.end = 9_999 }),
        (
            .factNotAllowed, .identities,
            {
                let own = $0.identities[0].condition
                $0.identities[0].condition = $0.rules[0].condition ?? own
                $0.rules[0].condition = own
            }
        ),
        (
            .factNotAllowed, .groups,
            {
                let own = $0.groups[1].condition
                $0.groups[1].condition = $0.rules[0].condition
                $0.rules[0].condition = own
            }
        ),
        (.claimNotAllowed, .identities, { $0.issuers[0].claims.removeFirst() }),
        (
            .claimNotAllowed, .groups,
            {
                var other = $0.issuers[0]
                other.name = $0.symbols.firstIndex(of: "bots").map(UInt32.init) ?? 1
                other.claims = []
                $0.issuers.append(other)
                $0.groups[1].issuer = 1
            }
        ),
    ]

    static let constants: [(ProgramError.Reason, ProgramSection, Change)] = [
        (.notSorted, .sets, { $0.sets[0].reverse() }),
        (.indexOutOfRange, .sets, { $0.sets[0] = [99_999] }),
        (.indexOutOfRange, .patterns, { $0.patterns[0].text = 99_999 }),
        (.badPattern, .patterns, { $0.symbols[Int($0.patterns[0].text)] = "a\\" }),
        (.badPattern, .patterns, { $0.patterns[0].kind = .pcre; $0.symbols[Int($0.patterns[0].text)] = "(" }),
        (.badPattern, .patterns, { $0.symbols[Int($0.patterns[0].text)] = String(repeating: "a", count: 4097) }),
        (.indexOutOfRange, .windows, { $0.windows[0].zone = 1 }),
        (.badWindow, .windows, { $0.windows[0].days = 0 }),
        (.badWindow, .windows, { $0.windows[0].days = 128 }),
        (.badWindow, .windows, { $0.windows[0].startMinute = 1440 }),
        (.badWindow, .windows, { $0.windows[0].endMinute = 1441 }),
        (.badWindow, .windows, { $0.windows[0].endMinute = 0 }),
        (.badZone, .zones, { $0.zones[0].validUntil = $0.zones[0].validFrom }),
        (.badZone, .zones, { $0.zones[0].transitions = [] }),
        (.badZone, .zones, { $0.zones[0].transitions[0].at = 1 }),
        (.badZone, .zones, { $0.zones[0].transitions[1].at = -1 }),
        (.badZone, .zones, { $0.zones[0].transitions[0].offset = 86_400 }),
        (.badNetwork, .networks, { $0.networks[0].prefix = 129 }),
        (.badNetwork, .networks, { $0.networks[0].low |= 1 }),
    ]

    static let rules: [(ProgramError.Reason, ProgramSection, Change)] = [
        (.badApproval, .rules, { $0.rules[1].effect = .approve }),
        (.badApproval, .rules, { $0.rules[0].approval = ApprovalRecord(identities: [0]) }),
        (.badApproval, .rules, { $0.rules[3].approval = nil }),
        (.badApproval, .rules, { $0.rules[3].approval?.identities = []; $0.rules[3].approval?.groups = [] }),
        (.badApproval, .rules, { $0.rules[3].approval?.quorum = 0 }),
        (.badApproval, .rules, { $0.rules[3].approval?.within = 0 }),
        (.badApproval, .rules, { $0.rules[3].approval?.within = ProgramLimits.approvalSeconds + 1 }),
        (.badApproval, .rules, { $0.rules[3].approval?.valid = .seconds(0) }),
        (.badApproval, .rules, { $0.rules[3].approval?.condition = nil }),
        (.indexOutOfRange, .rules, { $0.rules[3].approval?.identities = [9] }),
        (.notSorted, .rules, { $0.rules[3].approval?.groups = [1, 0] }),
        (.notSorted, .rules, { $0.rules[3].notify.reverse() }),
        (.badName, .rules, { $0.rules[3].notify = [0] }),
        (.tooMany, .consequences, { $0.rules[3].notify = (1...UInt32(ProgramLimits.channels + 1)).map { $0 } }),
        (.badWho, .rules, { $0.rules[0].who.everyone = true }),
        (.notSorted, .rules, { $0.rules[1].who.exceptIdentities = [1, 1] }),
        (.indexOutOfRange, .rules, { $0.rules[0].who.identities = [9] }),
        (.indexOutOfRange, .rules, { $0.rules[0].who.groups = [9] }),
        (.indexOutOfRange, .rules, { $0.rules[1].who.exceptGroups = [9] }),
        (.indexOutOfRange, .rules, { $0.rules[0].on = [9] }),
        (.notSorted, .rules, { $0.rules[1].on = [1, 0] }),
        (.indexOutOfRange, .rules, { $0.rules[0].because = 99_999 }),
        (.emptyVerbs, .rules, { $0.rules[0].targets[0].verbs = [] }),
        (.emptyVerbs, .rules, { $0.rules[0].targets[0].verbs = VerbSet(rawValue: 1 << 63) }),
        (.indexOutOfRange, .rules, { $0.rules[0].targets[0].objects[0].name = .exactly(99_999) }),
        (.indexOutOfRange, .rules, { $0.rules[0].targets[0].objects[0].schema = .exactly(99_999) }),
        (.indexOutOfRange, .rules, { $0.rules[1].targets[0].objects[0].name = .pattern(9) }),
        (.patternNotGlob, .rules, { $0.patterns[1].kind = .pcre }),
        (.emptyColumns, .rules, { $0.rules[0].targets[0].objects[0].columns = [] }),
        (.notSorted, .rules, { $0.rules[0].targets[0].objects[0].columns?.reverse() }),
        (.columnsOnOther, .rules, { $0.rules[0].targets[0].objects[0].objectClass = .function }),
        (.ambiguousSearchPath, .rules, { $0.resources[0].searchPath = [] }),
        (.ambiguousSearchPath, .rules, { $0.resources[0].searchPath.append(1) }),
        (.factMissing, .rules, { program in
            let where_ = program.code.firstIndex { $0.opcode == Opcode.loadFact.rawValue && $0.b == Fact.requestTime.rawValue }
            // A size compared with a size: of HTTP, on a PostgreSQL resource.
            program.code[where_ ?? 0] = Instruction(.loadFact, a: 0, b: Fact.httpSize.rawValue)
            program.code[(where_ ?? 0) + 1] = Instruction(.testLess, a: 0, b: 0, c: 1)
            program.code[(where_ ?? 0) + 2] = Instruction(.accept)
        }),
        (.factNotAllowed, .rules, { program in
            let where_ = program.code.firstIndex { $0.opcode == Opcode.loadFact.rawValue && $0.b == Fact.requestTime.rawValue }
            program.code[where_ ?? 0] = Instruction(.loadFact, a: 0, b: Fact.resultRows.rawValue)
            program.code[(where_ ?? 0) + 1] = Instruction(.testKnown, a: 0, c: 1)
            program.code[(where_ ?? 0) + 2] = Instruction(.accept)
        }),
        (.indexTooLarge, .rules, { program in
            let object = ObjectPattern(objectClass: .any, schema: .searchPath, name: .any, columns: nil)
            let target = TargetRecord(verbs: .all, objects: [ObjectPattern](repeating: object, count: ProgramLimits.objects))
            program.rules[1].targets = [TargetRecord](repeating: target, count: 12)
        }),
    ]

    static let masks: [(ProgramError.Reason, ProgramSection, Change)] = [
        (.maskMismatch, .rules, { $0.rules[2].mask = nil }),
        (.maskMismatch, .rules, { $0.rules[0].mask = $0.rules[2].mask }),
        (.emptyMask, .rules, { $0.rules[2].mask = MaskRecord(columns: [], values: [], guarded: true) }),
        (.badTransform, .rules, { $0.rules[2].mask?.columns[0].transform.first = 257 }),
        (.badTransform, .rules, { $0.rules[2].mask?.columns[1].transform.first = 1 }),
        (.badTransform, .rules, { $0.rules[2].mask?.values[0].transform.last = 1 }),
        (.badLimit, .rules, { $0.rules[2].limit = LimitRecord(rows: 1) }),
        (.badLimit, .rules, { $0.rules[0].limit?.rows = 0 }),
        (.badLimit, .rules, { $0.rules[0].limit?.rates[0].seconds = 61 }),
        (.badLimit, .rules, { $0.rules[0].limit?.condition = nil }),
        (.badLimit, .rules, { $0.rules[0].limit = LimitRecord(condition: $0.rules[0].condition) }),
        (.unknownDetector, .rules, { $0.rules[2].mask?.values[0].detector = 1 }),
        (.badName, .rules, { $0.rules[2].mask?.columns[0].column = 0 }),
        (.factNotAllowed, .rules, { program in
            let start = UInt32(program.code.count)
            program.code += [
                Instruction(.loadFact, a: 0, b: Fact.accessTable.rawValue), Instruction(.testKnown, a: 0, c: 1),
                Instruction(.accept), Instruction(.reject),
            ]
            program.rules[2].condition = CodeRange(start: start, count: 4)
        }),
    ]

    static func refusal(_ change: Change) throws -> ProgramError? {
        var draft = CodecTests.full()
        change(&draft.program)
        return draft.refusal()
    }

    @Test func table() throws {
        #expect(CodecTests.full().refusal() == nil)
        for (index, row) in Self.table.enumerated() {
            let error = try Self.refusal(row.change)
            #expect(error?.reason == row.reason && error?.section == row.section, "row \(index): \(row.reason) but \(String(describing: error))")
        }
    }

    /// Reasons of the codec have their cases in CodecTests and NumberSetTests, those of code in VerifierCodeTests.
    @Test func everyReasonHasACase() {
        let codec: Set<ProgramError.Reason> = [
            .badMagic, .unknownFormat, .tooLarge, .truncated, .trailingBytes, .sectionOrder, .sectionGap, .missingSection,
            .unknownCriticalSection, .tooMany, .badUTF8, .badFlag, .badEnumeration, .textTooLong, .looseConsequence, .looseNumbers,
            .badChecksum,
        ]
        let covered = codec.union(Self.table.map(\.reason)).union(VerifierCodeTests.table.map(\.reason))
            .union(SchemaTests.table.map(\.reason)).union(DetectorRecordTests.table.map(\.reason))
        #expect(ProgramError.Reason.allCases.filter { !covered.contains($0) } == [])
    }
}
