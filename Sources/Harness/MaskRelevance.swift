// Whether a mask rule can touch what a message reads: a rule that cannot is no change for that message.

import Decision
import Machine

/// The mask rules of a program, by name, held against the accesses of messages.
struct MaskRelevance {
    private let policy: VerifiedProgram
    private let rules: [String: MaskRecord]

    init(_ policy: VerifiedProgram) {
        self.policy = policy
        var rules: [String: MaskRecord] = [:]
        for index in policy.maskRules {
            if let mask = policy.program.rules[index].mask { rules[policy.ruleName(index)] = mask }
        }
        self.rules = rules
    }

    /// Those of `names` that may change what the message's answer shows. A rule that this program does not have stays.
    func relevant(_ names: [String], to inspection: Inspection) -> [String] {
        names.filter { name in rules[name].map { touches($0, inspection) } ?? true }
    }

    private func touches(_ mask: MaskRecord, _ inspection: Inspection) -> Bool {
        for access in inspection.accesses.buffer {
            // Values are looked for in whatever comes back, and what was not understood may read anything.
            if access.verb == .unknown || access.verb == .call { return true }
            guard access.objectClass == .table, access.everyColumn || access.columnCount > 0 else { continue }
            if !mask.values.isEmpty { return true }
            if mask.columns.contains(where: { matches($0, access, inspection) }) { return true }
        }
        return false
    }

    private func matches(_ mask: MaskRecord.Column, _ access: Access, _ inspection: Inspection) -> Bool {
        if case .exactly(let table) = mask.table, !isEqual(access.name, table, inspection) { return false }
        if case .exactly(let schema) = mask.schema, !access.schema.isEmpty, !isEqual(access.schema, schema, inspection) { return false }
        if access.everyColumn { return true }
        let columns = Int(access.firstColumn)..<Int(access.firstColumn) + Int(access.columnCount)
        return columns.contains { isEqual(inspection.columns[$0].name, mask.column, inspection) }
    }

    private func isEqual(_ text: TextRef, _ symbol: Symbol, _ inspection: Inspection) -> Bool {
        inspection.bytes(text).elementsEqual(policy.text(symbol).utf8)
    }
}
