// A program's constants as plain memory: what the condition loop reads. Made once by the verifier, shared by all sessions.

/// Names that the machine itself needs a number for, after the program's own symbols.
enum WellKnown {
    static let pgCatalog = "pg_catalog"
}

/// An instruction as the loop runs it: the opcode as the enum it is, so that nothing is decoded per step.
struct Step: BitwiseCopyable, Sendable {
    var opcode: Opcode
    var a: UInt8
    var b: UInt8
    var flags: Instruction.Flags
    var c: UInt32

    /// An opcode that is none, which the verifier refuses, would reject.
    init(_ instruction: Instruction) {
        opcode = Opcode(rawValue: instruction.opcode) ?? .reject
        a = instruction.a
        b = instruction.b
        flags = instruction.flags
        c = instruction.c
    }
}

final class ProgramTables: Sendable {
    struct Network: BitwiseCopyable, Sendable {
        var high: UInt64
        var low: UInt64
        var prefix: UInt8
    }
    struct Window: BitwiseCopyable, Sendable {
        var days: UInt8
        var start: UInt16
        var end: UInt16
        var zone: UInt32
    }
    struct Zone: BitwiseCopyable, Sendable {
        var validFrom: Int64
        var validUntil: Int64
        var first: UInt32
        var count: UInt32
    }
    struct Transition: BitwiseCopyable, Sendable {
        var at: Int64
        var offset: Int32
    }

    let symbols: SymbolTable
    let pgCatalog: UInt32
    /// A verb's name, by its raw value: symbol in `symbols`.
    let verbNames: FixedMemory<UInt32>
    let code: FixedMemory<Step>
    let integers: FixedMemory<Int64>
    let setStarts: FixedMemory<UInt32>
    let setMembers: FixedMemory<UInt32>
    let numberStarts: FixedMemory<UInt32>
    let numberMembers: FixedMemory<Int64>
    let windows: FixedMemory<Window>
    let zones: FixedMemory<Zone>
    let transitions: FixedMemory<Transition>
    let networks: FixedMemory<Network>
    let claimCount: Int
    let patterns: PatternBank

    /// - Throws: when two symbols of the program are the same.
    init(_ program: Program, _ entries: [PatternBank.Entry]) throws(SymbolTable.Duplicate) {
        var names = program.symbols
        let own = try SymbolTable(names)
        func number(_ name: String) -> UInt32 {
            let found = own.find(name)
            if found != SymbolView.absent { return found }
            if let later = names[program.symbols.count...].firstIndex(of: name) { return UInt32(later) }
            names.append(name)
            return UInt32(names.count - 1)
        }
        pgCatalog = number(WellKnown.pgCatalog)
        var verbs = [UInt32](repeating: 0, count: 64)
        for verb in Verb.allCases { verbs[Int(verb.rawValue)] = number(verb.name) }
        verbNames = FixedMemory(verbs)
        symbols = try SymbolTable(names)

        code = FixedMemory(program.code.map { Step($0) })
        integers = FixedMemory(program.integers)
        var starts: [UInt32] = [0]
        var members: [UInt32] = []
        for set in program.sets {
            members.append(contentsOf: set)
            starts.append(UInt32(members.count))
        }
        setStarts = FixedMemory(starts)
        setMembers = FixedMemory(members)
        numberMembers = FixedMemory(program.numberSets.flatMap { $0 })
        numberStarts = FixedMemory(program.numberSets.reduce(into: [0]) { $0.append($0[$0.count - 1] + UInt32($1.count)) })
        windows = FixedMemory(
            program.windows.map { Window(days: $0.days, start: $0.startMinute, end: $0.endMinute, zone: $0.zone) })
        var all: [Transition] = []
        zones = FixedMemory(
            program.zones.map { zone in
                let first = UInt32(all.count)
                all.append(contentsOf: zone.transitions.map { Transition(at: $0.at, offset: $0.offset) })
                return Zone(
                    validFrom: zone.validFrom, validUntil: zone.validUntil, first: first, count: UInt32(zone.transitions.count))
            })
        transitions = FixedMemory(all)
        networks = FixedMemory(program.networks.map { Network(high: $0.high, low: $0.low, prefix: $0.prefix) })
        claimCount = program.claims.count
        patterns = PatternBank(entries)
    }
}
