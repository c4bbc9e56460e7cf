// The section of consequences: for each rule that has any, its approval and the channels it tells.

extension RuleRecord {
    /// Whether it asks for something beside its decision.
    var hasConsequences: Bool { approval != nil || !notify.isEmpty }
}

extension ProgramEncoder {
    static func writeConsequences(of program: Program, to writer: inout ByteWriter) {
        let rules = program.rules.indices.filter { program.rules[$0].hasConsequences }
        writer.list(rules) { writer, index in
            writer.integer(UInt32(index))
            writer.optional(program.rules[index].approval, approval)
            writer.symbols(program.rules[index].notify)
        }
    }

    private static func approval(_ writer: inout ByteWriter, _ approval: ApprovalRecord) {
        writer.symbols(approval.identities)
        writer.symbols(approval.groups)
        writer.integer(approval.quorum)
        writer.integer(approval.within)
        switch approval.valid {
        case .once: writer.u8(0)
        case .session: writer.u8(1)
        case .seconds(let seconds):
            writer.u8(2)
            writer.integer(seconds)
        }
        writer.optional(approval.condition) {
            $0.integer($1.start)
            $0.integer($1.count)
        }
    }
}

extension ProgramDecoder {
    /// Rules ascend, each once, and each has something to say: there is one way to write a program.
    static func readConsequences(into program: inout Program, from reader: inout ByteReader) throws(ProgramError) {
        let found = try reader.list(max: ProgramLimits.rules, smallest: 9, consequence)
        guard !found.isEmpty else { throw reader.refuse(.looseConsequence) }
        var last: UInt32?
        for (rule, approval, notify) in found {
            guard Int(rule) < program.rules.count, approval != nil || !notify.isEmpty else { throw reader.refuse(.looseConsequence) }
            if let last, rule <= last { throw reader.refuse(.notSorted) }
            last = rule
            program.rules[Int(rule)].approval = approval
            program.rules[Int(rule)].notify = notify
        }
    }

    private static func consequence(_ reader: inout ByteReader) throws(ProgramError) -> (UInt32, ApprovalRecord?, [Symbol]) {
        (try reader.u32(), try reader.optional(approval), try reader.list(max: ProgramLimits.channels, smallest: 4, symbol))
    }

    private static func symbol(_ reader: inout ByteReader) throws(ProgramError) -> UInt32 { try reader.u32() }

    private static func approval(_ reader: inout ByteReader) throws(ProgramError) -> ApprovalRecord {
        ApprovalRecord(
            identities: try reader.list(max: ProgramLimits.identities, smallest: 4, symbol),
            groups: try reader.list(max: ProgramLimits.groups, smallest: 4, symbol), quorum: try reader.u16(), within: try reader.i64(),
            valid: try validity(&reader), condition: try reader.optional(range))
    }

    private static func validity(_ reader: inout ByteReader) throws(ProgramError) -> ApprovalRecord.Validity {
        switch try reader.u8() {
        case 0: return .once
        case 1: return .session
        case 2: return .seconds(try reader.i64())
        case _: throw reader.refuse(.badEnumeration)
        }
    }

    private static func range(_ reader: inout ByteReader) throws(ProgramError) -> CodeRange {
        CodeRange(start: try reader.u32(), count: try reader.u32())
    }
}
