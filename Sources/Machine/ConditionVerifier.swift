// One condition: types re-derived by forward dataflow. As jumps only go forward, one pass in order sees every predecessor first.

struct ConditionVerifier {
    /// What a register holds at a point: nothing on some path, a fact's type, or a number constant, which fits any numeric type.
    private enum Held: UInt8 {
        case nothing = 0
        case boolean, integer, string, strings, time, address, duration, size, integers, number

        init(_ type: FactType) {
            self =
                switch type {
                case .boolean: .boolean
                case .integer: .integer
                case .string: .string
                case .strings: .strings
                case .time: .time
                case .address: .address
                case .duration: .duration
                case .size: .size
                case .integers: .integers
                }
        }
        var isNumeric: Bool { self == .integer || self == .time || self == .duration || self == .size || self == .number }
    }

    private static let width = ProgramLimits.registers
    private let program: Program
    private let start: Int
    private let end: Int
    /// Before each instruction, register by register; meaningful where reached.
    private var held: [Held]
    private var reached: [Bool]
    private var facts: UInt64 = 0
    private var claims: Set<UInt32> = []

    init(_ program: Program, start: Int, end: Int) {
        self.program = program
        self.start = start
        self.end = end
        held = [Held](repeating: .nothing, count: (end - start) * Self.width)
        reached = [Bool](repeating: false, count: end - start)
        reached[0] = true
    }

    consuming func verify() throws(ProgramError) -> ConditionSummary {
        for pc in start..<end { try step(pc) }
        return ConditionSummary(count: UInt32(end - start), facts: facts, claims: claims, cost: try longestPath())
    }

    private func refuse(_ reason: ProgramError.Reason, _ pc: Int) -> ProgramError { ProgramError(reason, .code, pc) }

    /// Checks one instruction and carries what registers hold to its successors.
    private mutating func step(_ pc: Int) throws(ProgramError) {
        let instruction = program.code[pc]
        guard let opcode = Opcode(rawValue: instruction.opcode) else { throw refuse(.unknownOpcode, pc) }
        let row = opcode.row
        let known: Instruction.Flags = opcode.isTest ? [.ifUnknown, .jumpIfTrue, .negate] : []
        guard instruction.flags.isSubset(of: known) else { throw refuse(.badFlags, pc) }
        try operand(row.a, UInt32(instruction.a), pc)
        try operand(row.b, UInt32(instruction.b), pc)
        try operand(row.c, instruction.c, pc)
        if pc == end - 1, opcode != .accept, opcode != .reject { throw refuse(.codeDoesNotEnd, pc) }
        if opcode == .loadHeader {
            let name = program.symbols[Int(instruction.c)]
            guard HeaderName.normal(name) == name else { throw refuse(.badName, pc) }
        }
        if reached[pc - start] {
            try types(opcode, instruction, pc)
            if opcode == .loadFact { facts |= 1 << UInt64(instruction.b) }
            if opcode == .loadHeader { facts |= 1 << UInt64(Fact.httpHeader.rawValue) }
            if opcode == .loadClaim { claims.insert(instruction.c) }
            flow(opcode, instruction, pc)
        }
    }

    /// An operand by itself: in its table, or zero where the opcode has none.
    private func operand(_ use: OperandUse, _ value: UInt32, _ pc: Int) throws(ProgramError) {
        let bound: Int
        switch use {
        case .none:
            guard value == 0 else { throw refuse(.operandNotZero, pc) }
            return
        case .destination, .source:
            guard Int(value) < Self.width else { throw refuse(.badRegister, pc) }
            return
        case .fact:
            guard let raw = UInt8(exactly: value), let fact = Fact(rawValue: raw), !fact.takesKey else {
                throw refuse(.indexOutOfRange, pc)
            }
            return
        case .offset:
            guard pc + 1 + Int(value) < end else { throw refuse(.jumpOutOfRange, pc) }
            return
        case .claim: bound = program.claims.count
        case .integer: bound = program.integers.count
        case .symbol: bound = program.symbols.count
        case .set: bound = program.sets.count
        case .numbers: bound = program.numberSets.count
        case .pattern: bound = program.patterns.count
        case .window: bound = program.windows.count
        case .network: bound = program.networks.count
        }
        guard Int(value) < bound else { throw refuse(.indexOutOfRange, pc) }
    }

    private func type(_ register: UInt8, _ pc: Int) throws(ProgramError) -> Held {
        let held = held[(pc - start) * Self.width + Int(register)]
        guard held != .nothing else { throw refuse(.readBeforeWrite, pc) }
        return held
    }

    private func require(_ register: UInt8, _ wanted: Held, _ pc: Int) throws(ProgramError) {
        guard try type(register, pc) == wanted else { throw refuse(.wrongType, pc) }
    }

    /// What an instruction reads.
    private func types(_ opcode: Opcode, _ instruction: Instruction, _ pc: Int) throws(ProgramError) {
        let (a, b) = (instruction.a, instruction.b)
        switch opcode {
        case .reject, .accept, .jump, .loadFact, .loadClaim, .loadInteger, .loadString, .loadHeader: break
        case .inSet, .matchPattern: try require(b, .string, pc)
        case .subsetOfSet: try require(b, .strings, pc)
        case .subsetOfNumbers: try require(b, .integers, pc)
        case .inWindow: try require(b, .time, pc)
        case .inNetwork: try require(b, .address, pc)
        case .testTrue: try require(a, .boolean, pc)
        case .testKnown: _ = try type(a, pc)
        case .testEqual:
            let (left, right) = (try type(a, pc), try type(b, pc))
            guard ![.strings, .integers].contains(left), ![.strings, .integers].contains(right), fits(left, right) else { throw refuse(.wrongType, pc) }
        case .testLess, .testLessOrEqual:
            let (left, right) = (try type(a, pc), try type(b, pc))
            guard left.isNumeric, right.isNumeric, fits(left, right) else { throw refuse(.wrongType, pc) }
        case .testHas:
            if try type(a, pc) == .integers {
                let member = try type(b, pc)
                guard member == .integer || member == .number else { throw refuse(.wrongType, pc) }
                return
            }
            try require(a, .strings, pc)
            try require(b, .string, pc)
        case .testStartsWith, .testEndsWith, .testContains:
            try require(a, .string, pc)
            try require(b, .string, pc)
        }
    }

    /// One type, or a constant beside any number.
    private func fits(_ a: Held, _ b: Held) -> Bool {
        a == b || (a == .number && b.isNumeric) || (b == .number && a.isNumeric)
    }

    /// What an instruction writes, and where control goes from it.
    private mutating func flow(_ opcode: Opcode, _ instruction: Instruction, _ pc: Int) {
        var after = Array(held[((pc - start) * Self.width)..<((pc - start + 1) * Self.width)])
        switch opcode {
        case .reject, .accept: return
        case .jump:
            merge(after, into: pc + 1 + Int(instruction.c))
            return
        case .loadFact:
            if let fact = Fact(rawValue: instruction.b) { after[Int(instruction.a)] = Held(fact.entry.type) }
        case .loadClaim: after[Int(instruction.a)] = Held(program.claims[Int(instruction.c)].type)
        case .loadInteger: after[Int(instruction.a)] = .number
        case .loadString, .loadHeader: after[Int(instruction.a)] = .string
        case .inSet, .subsetOfSet, .subsetOfNumbers, .matchPattern, .inWindow, .inNetwork: after[Int(instruction.a)] = .boolean
        case .testTrue, .testKnown, .testEqual, .testLess, .testLessOrEqual, .testHas, .testStartsWith, .testEndsWith,
            .testContains:
            merge(after, into: pc + 1 + Int(instruction.c))
        }
        merge(after, into: pc + 1)
    }

    /// A register that two paths leave with different types holds nothing that may be read.
    private mutating func merge(_ incoming: [Held], into target: Int) {
        let base = (target - start) * Self.width
        if reached[target - start] {
            for register in 0..<Self.width where held[base + register] != incoming[register] {
                held[base + register] = .nothing
            }
        } else {
            reached[target - start] = true
            for register in 0..<Self.width { held[base + register] = incoming[register] }
        }
    }

    private func longestPath() throws(ProgramError) -> UInt32 {
        var cost = [Int](repeating: 0, count: end - start + 1)
        for pc in (start..<end).reversed() {
            let instruction = program.code[pc]
            guard let opcode = Opcode(rawValue: instruction.opcode) else { throw refuse(.unknownOpcode, pc) }
            let target = pc + 1 - start
            let further: Int
            if opcode == .accept || opcode == .reject {
                further = 0
            } else if opcode == .jump {
                further = cost[target + Int(instruction.c)]
            } else if opcode.isTest {
                further = max(cost[target], cost[target + Int(instruction.c)])
            } else {
                further = cost[target]
            }
            cost[pc - start] = Int(opcode.row.cost) + further
        }
        guard cost[0] <= ProgramLimits.conditionCost else { throw refuse(.costTooHigh, start) }
        return UInt32(cost[0])
    }
}
