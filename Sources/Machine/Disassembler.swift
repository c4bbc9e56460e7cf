// A verified program as text: what it decides and the code of every condition, the same text for the same program.

public struct Disassembler {
    private let verified: VerifiedProgram
    private let program: Program
    private let names: ProgramNames
    private var text = ""

    private init(_ verified: VerifiedProgram) {
        self.verified = verified
        program = verified.program
        names = ProgramNames(program: verified.program)
    }

    /// The whole program.
    public static func text(of program: VerifiedProgram) -> String {
        var writer = Disassembler(program)
        writer.write()
        return writer.text
    }

    private mutating func line(_ indent: Int, _ parts: String...) {
        text += String(repeating: "  ", count: indent)
        text += parts.filter { !$0.isEmpty }.joined(separator: " ")
        text += "\n"
    }

    private mutating func write() {
        line(0, "program", names.quoted(program.name), "edition \(program.edition) revision \(program.revision)")
        for source in program.sources { line(0, "source", names.quoted(source.path), "\(source.bytes.count) bytes") }
        for issuer in program.issuers { write(issuer) }
        for identity in program.identities {
            line(0, "\nidentity", names.symbol(identity.name), "from", names.symbol(program.issuers[Int(identity.issuer)].name),
                cost(identity.condition), names.place(identity.place))
            code(identity.condition)
        }
        for group in program.groups { write(group) }
        for resource in program.resources {
            line(0, "\nresource", names.symbol(resource.name), ":", resource.kind.name, names.place(resource.place))
            if !resource.tags.isEmpty { line(1, "tags", names.list(resource.tags)) }
            if !resource.searchPath.isEmpty { line(1, "search_path", names.list(resource.searchPath)) }
        }
        for detector in program.detectors { write(detector) }
        for (index, rule) in program.rules.enumerated() { write(rule, index) }
    }

    private mutating func write(_ detector: DetectorRecord) {
        line(0, "\ndetector", names.symbol(detector.name), names.place(detector.place))
        line(1, "pattern", names.quoted(names.symbol(detector.pattern)))
        if detector.checksum != .none { line(1, "checksum", detector.checksum.name) }
        if !detector.words.isEmpty { line(1, "context", names.list(detector.words)) }
    }

    private mutating func write(_ issuer: IssuerRecord) {
        line(0, "\nissuer", names.symbol(issuer.name), ":", "\(issuer.kind)", names.place(issuer.place))
        for setting in issuer.settings {
            line(1, names.symbol(setting.key), setting.values.map { names.quoted(names.symbol($0)) }.joined(separator: ", "))
        }
        for claim in issuer.claims {
            let record = program.claims[Int(claim.claim)]
            let name = names.symbol(record.name)
            line(1, "claim", ClaimPath.isPlain(name) ? name : names.quoted(name), record.type.name, claim.optional ? "optional" : "")
        }
    }

    private mutating func write(_ group: GroupRecord) {
        line(0, "\ngroup", names.symbol(group.name), names.place(group.place))
        if !group.members.isEmpty {
            line(1, "members", names.list(group.members.map { program.identities[Int($0)].name }))
        }
        if let condition = group.condition, let issuer = group.issuer {
            line(1, "from", names.symbol(program.issuers[Int(issuer)].name), cost(condition))
            code(condition)
        }
    }

    private mutating func write(_ rule: RuleRecord, _ index: Int) {
        line(0, "\nrule \(index):", rule.observe ? "observe" : "", rule.effect.name, names.symbol(rule.name),
            names.place(rule.place))
        line(1, "who", names.who(rule.who))
        line(1, "on", names.list(rule.on.map { program.resources[Int($0)].name }))
        for target in rule.targets {
            line(1, "to", names.verbs(target.verbs), target.objects.isEmpty ? "any" : "")
            for object in target.objects { line(2, names.object(object)) }
        }
        if let expires = rule.expires { line(1, "expires", "\(expires)") }
        if rule.because != 0 { line(1, "because", names.quoted(names.symbol(rule.because))) }
        if let mask = rule.mask {
            for column in mask.columns {
                line(1, "column", names.column(column), "with", names.transform(column.transform))
            }
            for value in mask.values { line(1, "value", names.symbol(value.detector), "with", names.transform(value.transform)) }
            if mask.guarded { line(1, "guarded") }
        }
        if let condition = rule.condition {
            line(1, "when", cost(condition))
            code(condition)
        }
        if let approval = rule.approval {
            let people = approval.identities.map { program.identities[Int($0)].name }
            line(1, "by", names.list(people + approval.groups.map { program.groups[Int($0)].name }))
            line(1, "quorum \(approval.quorum) within \(approval.within)s valid \(approval.validity)")
            if let condition = approval.condition {
                line(1, "covers when", cost(condition))
                code(condition)
            }
        }
        if !rule.notify.isEmpty { line(1, "notify", names.list(rule.notify)) }
        guard let limit = rule.limit else { return }
        line(1, "limit", limit.description)
        if let condition = limit.condition {
            line(1, "limited when", cost(condition))
            code(condition)
        }
    }

    private func cost(_ condition: CodeRange) -> String {
        "cost \(verified.core.conditions[condition.start]?.cost ?? 0)"
    }

    private mutating func code(_ range: CodeRange) {
        for pc in Int(range.start)..<Int(range.start + range.count) {
            let instruction = program.code[pc]
            guard let opcode = Opcode(rawValue: instruction.opcode) else { continue }
            let row = opcode.row
            var operands: [String] = []
            for (use, value) in [(row.a, UInt32(instruction.a)), (row.b, UInt32(instruction.b)), (row.c, instruction.c)] {
                if let operand = names.operand(use, value, at: pc) { operands.append(operand) }
            }
            var flags = ""
            if opcode.isTest {
                let target = operands.removeLast()
                if instruction.flags.contains(.negate) { flags += " not" }
                flags += instruction.flags.contains(.ifUnknown) ? ", unknown is true" : ", unknown is false"
                flags += instruction.flags.contains(.jumpIfTrue) ? ", if true go to \(target)" : ", if false go to \(target)"
            }
            let number = String(pc)
            text += "    " + String(repeating: " ", count: max(0, 5 - number.utf8.count)) + number + "  "
            text += row.mnemonic
            if !operands.isEmpty {
                text += String(repeating: " ", count: max(1, 14 - row.mnemonic.utf8.count)) + operands.joined(separator: ", ")
            }
            text += flags + "\n"
        }
    }
}
