// The opcode table: the one place from which enum, emitter, verifier, disassembler and docs/bytecode.md follow.

/// One instruction: eight bytes, plain.
public struct Instruction: BitwiseCopyable, Sendable, Hashable {
    public var opcode: UInt8
    /// Destination or left register.
    public var a: UInt8
    /// Source or right register, or a fact's number.
    public var b: UInt8
    public var flags: Flags
    /// A constant's index, or how many instructions to skip (forward only).
    public var c: UInt32

    public struct Flags: OptionSet, BitwiseCopyable, Sendable, Hashable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        /// What a test yields when an operand is unknown: the polarity that the compiler chose. Set for true.
        public static let ifUnknown = Flags(rawValue: 1)
        /// Jump when the outcome is true; else jump when it is false.
        public static let jumpIfTrue = Flags(rawValue: 2)
        /// A known outcome is inverted (an unknown one is not).
        public static let negate = Flags(rawValue: 4)
    }

    public init(_ opcode: Opcode, a: UInt8 = 0, b: UInt8 = 0, flags: Flags = [], c: UInt32 = 0) {
        self.opcode = opcode.rawValue
        self.a = a
        self.b = b
        self.flags = flags
        self.c = c
    }
}

/// Every opcode. Raw values are part of the program format.
public enum Opcode: UInt8, CaseIterable, BitwiseCopyable, Sendable {
    // Endings.
    case reject = 0
    case accept = 1
    /// Skip `c` instructions.
    case jump = 2
    // Loads: register a takes a value.
    case loadFact = 8
    case loadClaim, loadInteger, loadString, loadHeader
    // Computations: register a takes a boolean; unknown operands give unknown.
    case inSet = 16
    case subsetOfSet, matchPattern, inWindow, inNetwork, subsetOfNumbers
    // Tests: compare, apply negate or ifUnknown, then skip `c` instructions when the outcome is the one that jumps.
    case testTrue = 32
    case testKnown, testEqual, testLess, testLessOrEqual, testHas, testStartsWith, testEndsWith, testContains
}

/// What an operand field means.
public enum OperandUse: Sendable {
    case none, destination, source, fact, claim, integer, symbol, set, numbers, pattern, window, network, offset
}

extension Opcode {
    /// A row of the opcode table.
    public struct Row: Sendable {
        public let mnemonic: String
        public let a: OperandUse
        public let b: OperandUse
        public let c: OperandUse
        /// Worst-case cost in units of one instruction; a pattern's match limit stands in for its steps.
        public let cost: UInt32
        public let about: String
    }

    public var row: Row {
        switch self {
        case .reject: Row("reject", cost: 1, "the condition does not hold")
        case .accept: Row("accept", cost: 1, "the condition holds")
        case .jump: Row("jump", c: .offset, cost: 1, "go forward")
        case .loadFact: Row("fact", a: .destination, b: .fact, cost: 2, "a fact's value, or unknown")
        case .loadClaim: Row("claim", a: .destination, c: .claim, cost: 2, "a claim's value, or unknown when absent")
        case .loadInteger: Row("integer", a: .destination, c: .integer, cost: 1, "an integer, time, duration or size constant")
        case .loadString: Row("string", a: .destination, c: .symbol, cost: 1, "a string constant")
        case .loadHeader: Row("header", a: .destination, c: .symbol, cost: 64, "a header's value by its name in small letters, or unknown")
        case .inSet: Row("in.set", a: .destination, b: .source, c: .set, cost: 8, "the string is a member of a constant set")
        case .subsetOfSet: Row("subset.set", a: .destination, b: .source, c: .set, cost: 64, "every member of the set is in a constant set")
        case .matchPattern: Row("match", a: .destination, b: .source, c: .pattern, cost: 1000, "the string matches a glob or PCRE2 pattern")
        case .inWindow: Row("in.window", a: .destination, b: .source, c: .window, cost: 16, "the time is inside a weekly window of a zone")
        case .inNetwork: Row("in.network", a: .destination, b: .source, c: .network, cost: 4, "the address is inside a network")
        case .subsetOfNumbers: Row("subset.numbers", a: .destination, b: .source, c: .numbers, cost: 64, "every integer of the set is in a constant set")
        case .testTrue: Row("test.true", a: .source, c: .offset, cost: 1, "a boolean is true")
        case .testKnown: Row("test.known", a: .source, c: .offset, cost: 1, "a value is known")
        case .testEqual: Row("test.equal", a: .source, b: .source, c: .offset, cost: 4, "two values of one type are equal")
        case .testLess: Row("test.less", a: .source, b: .source, c: .offset, cost: 2, "a number, time or proof is less")
        case .testLessOrEqual: Row("test.atmost", a: .source, b: .source, c: .offset, cost: 2, "a number, time or proof is less or equal")
        case .testHas: Row("test.has", a: .source, b: .source, c: .offset, cost: 64, "set a has string or integer b")
        case .testStartsWith: Row("test.starts", a: .source, b: .source, c: .offset, cost: 8, "string a starts with b")
        case .testEndsWith: Row("test.ends", a: .source, b: .source, c: .offset, cost: 8, "string a ends with b")
        case .testContains: Row("test.contains", a: .source, b: .source, c: .offset, cost: 64, "string a contains b")
        }
    }

    public var isTest: Bool { rawValue >= Opcode.testTrue.rawValue }
}

extension Opcode.Row {
    init(
        _ mnemonic: String, a: OperandUse = .none, b: OperandUse = .none, c: OperandUse = .none, cost: UInt32, _ about: String
    ) {
        self.init(mnemonic: mnemonic, a: a, b: b, c: c, cost: cost, about: about)
    }
}
