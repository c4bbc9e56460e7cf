// Masks hide what is returned; this refuses what would carry a masked column elsewhere, or use a guarded one otherwise.

import Machine
import Mask

enum MaskGuard {
    /// The first use of a masked column that no mask of the answer could make good.
    struct Misuse {
        /// Index of the access.
        var access: Int
        /// `customers.email`, or `customers.*`.
        var column: String
        /// It would be stored; else it is guarded and used as something else than plain output.
        var stored: Bool
    }

    /// Statements without stored columns cost a look at their flags.
    static func misuse(of selected: MaskSelection.Selected, in found: Inspection) -> Misuse? {
        guard let plan = selected.plan, !plan.columns.isEmpty else { return nil }
        for index in 0..<found.accesses.count {
            let access = found.accesses[index]
            if access.everyColumn, let wrong = wrong(access.everyColumnUses, selected.hasGuarded) {
                let (schema, table) = names(access, found)
                let caught = plan.columns(ofSchema: schema, table: table).contains { wrong || $0.isGuarded }
                if caught { return Misuse(access: index, column: (table ?? "") + ".*", stored: wrong) }
            }
            let start = Int(access.firstColumn)
            for c in start..<start + Int(access.columnCount) {
                guard let wrong = wrong(found.columns[c].uses, selected.hasGuarded) else { continue }
                let (schema, table) = names(access, found)
                let column = found.string(found.columns[c].name)
                let caught =
                    wrong
                    ? plan.transform(schema: schema, table: table, column: column) != nil
                    : plan.isGuarded(schema: schema, table: table, column: column)
                if caught { return Misuse(access: index, column: (table ?? "") + "." + column, stored: wrong) }
            }
        }
        return nil
    }

    /// true: stored. false: not plain output, which matters where something is guarded. nil: nothing wrong.
    @inline(__always)
    private static func wrong(_ uses: ColumnUses, _ hasGuarded: Bool) -> Bool? {
        if uses.contains(.stored) { return true }
        if hasGuarded, !uses.isDisjoint(with: [.computed, .filter]) { return false }
        return nil
    }

    private static func names(_ access: Access, _ found: Inspection) -> (String?, String?) {
        (access.schema.isEmpty ? nil : found.string(access.schema), access.name.isEmpty ? nil : found.string(access.name))
    }
}
