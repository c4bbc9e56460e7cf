// Turns a condition written with the table's mnemonics into instructions, adding its constants to a draft.
//
//   claim r0 team          string r1 "ops"         integer r1 5        fact r0 request.time
//   in.set r2 r0 {a,b}     match r2 r0 glob:a*     in.window r2 r0 31/480/1080     in.network r2 r0 10.0.0.0/8
//   test.equal r0 r1 not unknown iftrue +1
@testable import Machine

struct Assembler {
    struct Failure: Error { var line: String }
    var draft: ProgramDraft

    /// The zone of every window: an hour east of UTC from 1970 on, two hours from 1970-07-01, valid for that year.
    static let zone = ZoneRecord(
        name: 0, validFrom: 0, validUntil: 31_536_000,
        transitions: [.init(at: -1, offset: 3600), .init(at: 15_638_400, offset: 7200)])

    mutating func assemble(_ lines: [String]) throws -> [Instruction] { try lines.map { try instruction($0) } }

    private mutating func instruction(_ line: String) throws -> Instruction {
        var words = line.split(separator: " ").map(String.init)
        guard let mnemonic = words.first, let opcode = Opcode.allCases.first(where: { $0.row.mnemonic == mnemonic }) else {
            throw Failure(line: line)
        }
        words.removeFirst()
        var instruction = Instruction(opcode)
        for (use, field) in [(opcode.row.a, 0), (opcode.row.b, 1), (opcode.row.c, 2)] where use != .none && use != .offset {
            guard !words.isEmpty else { throw Failure(line: line) }
            let value = try operand(use, words.removeFirst(), line)
            switch field {
            case 0: instruction.a = UInt8(value)
            case 1: instruction.b = UInt8(value)
            case _: instruction.c = value
            }
        }
        for word in words {
            switch word {
            case "not": instruction.flags.insert(.negate)
            case "unknown": instruction.flags.insert(.ifUnknown)
            case "iftrue": instruction.flags.insert(.jumpIfTrue)
            case _:
                guard word.hasPrefix("+"), let skip = UInt32(word.dropFirst()) else { throw Failure(line: line) }
                instruction.c = skip
            }
        }
        return instruction
    }

    private mutating func operand(_ use: OperandUse, _ word: String, _ line: String) throws -> UInt32 {
        switch use {
        case .none, .offset: throw Failure(line: line)
        case .destination, .source:
            guard word.hasPrefix("r"), let register = UInt32(word.dropFirst()) else { throw Failure(line: line) }
            return register
        case .fact:
            guard let fact = Fact(name: word) else { throw Failure(line: line) }
            return UInt32(fact.rawValue)
        case .claim:
            let name = draft.symbol(word)
            guard let claim = draft.program.claims.firstIndex(where: { $0.name == name }) else { throw Failure(line: line) }
            return UInt32(claim)
        case .integer:
            guard let number = Int64(word) else { throw Failure(line: line) }
            return draft.integer(number)
        case .symbol: return draft.symbol(Self.unquoted(word))
        case .numbers:
            draft.program.numberSets.append(word.dropFirst().dropLast().split(separator: ",").compactMap { Int64($0) })
            return UInt32(draft.program.numberSets.count - 1)
        case .set: return draft.set(word.dropFirst().dropLast().split(separator: ",").map(String.init))
        case .pattern:
            let parts = word.split(separator: ":", maxSplits: 1).map(String.init)
            guard parts.count == 2, let kind = PatternRecord.Kind.allCases.first(where: { "\($0)" == parts[0] }) else {
                throw Failure(line: line)
            }
            return draft.pattern(kind, Self.unquoted(parts[1]))
        case .window: return try window(word, line)
        case .network: return try network(word, line)
        }
    }

    private mutating func window(_ word: String, _ line: String) throws -> UInt32 {
        let parts = word.split(separator: "/").compactMap { UInt16($0) }
        guard parts.count == 3 else { throw Failure(line: line) }
        if draft.program.zones.isEmpty {
            var zone = Self.zone
            zone.name = draft.symbol("Test/Zone")
            draft.program.zones.append(zone)
        }
        draft.program.windows.append(
            WindowRecord(days: UInt8(parts[0]), startMinute: parts[1], endMinute: parts[2], zone: 0))
        return UInt32(draft.program.windows.count - 1)
    }

    private mutating func network(_ word: String, _ line: String) throws -> UInt32 {
        let parts = word.split(separator: "/").map(String.init)
        guard parts.count == 2, let address = Self.address(parts[0]), let prefix = UInt8(parts[1]) else {
            throw Failure(line: line)
        }
        draft.program.networks.append(NetworkRecord(high: address.high, low: address.low, prefix: prefix + 96))
        return UInt32(draft.program.networks.count - 1)
    }

    static func address(_ text: String) -> NetworkAddress? {
        let parts = text.split(separator: ".").compactMap { UInt32($0) }
        guard parts.count == 4 else { return nil }
        return NetworkAddress(ipv4: parts.reduce(0) { $0 << 8 | $1 })
    }

    static func unquoted(_ word: String) -> String {
        word.hasPrefix("\"") && word.hasSuffix("\"") && word.count >= 2 ? String(word.dropFirst().dropLast()) : word
    }
}
