// Masks hide what is returned; this refuses what would carry a masked column elsewhere, or use a guarded one otherwise.

import Machine
import Mask

package enum MaskGuard {
    /// The first use of a masked column that no mask of the answer could make good.
    struct Misuse {
        /// Index of the access.
        var access: Int
        enum Wrong {
            /// It would be stored where no mask applies.
            case stored
            /// It is guarded, and used as something else than plain output.
            case guarded
            /// The statement is not understood: what it does with masked columns cannot be told.
            case unknown
            /// It makes a table whose columns may be those of another under other names.
            case foreign
        }
        var wrong: Wrong
        /// `customers.email`, or `customers.*`.
        var column: String
    }

    /// Statements without stored columns cost a look at their flags.
    static func misuse(of selected: MaskSelection.Selected, in found: Inspection) -> Misuse? {
        guard let plan = selected.plan, !plan.columns.isEmpty else { return nil }
        for index in 0..<found.accesses.count {
            let access = found.accesses[index]
            if access.verb == .unknown { return Misuse(access: index, wrong: .unknown, column: "") }
            if access.verb == .create, makesForeign(access, found) { return Misuse(access: index, wrong: .foreign, column: "") }
            guard mayMask(plan, access, found) else { continue }
            let carries = hasEffects(access.statement, found)
            if access.everyColumn, let wrong = wrong(access.everyColumnUses, selected.hasGuarded, carries) {
                let (schema, table) = names(access, found)
                let caught = plan.columns(ofSchema: schema, table: table).contains { wrong == .stored || $0.isGuarded }
                if caught { return Misuse(access: index, wrong: wrong, column: (table ?? "") + ".*") }
            }
            let start = Int(access.firstColumn)
            for c in start..<start + Int(access.columnCount) {
                guard let wrong = wrong(found.columns[c].uses, selected.hasGuarded, carries) else { continue }
                let (schema, table) = names(access, found)
                let column = found.string(found.columns[c].name)
                let caught =
                    wrong == .stored
                    ? plan.transform(schema: schema, table: table, column: column) != nil
                    : plan.isGuarded(schema: schema, table: table, column: column)
                if caught { return Misuse(access: index, wrong: wrong, column: (table ?? "") + "." + column) }
            }
        }
        return nil
    }

    @inline(__always)
    private static func wrong(_ uses: ColumnUses, _ hasGuarded: Bool, _ carries: Bool) -> Misuse.Wrong? {
        if uses.contains(.stored) { return .stored }
        if carries, !uses.isDisjoint(with: [.computed, .filter]) { return .stored }
        if hasGuarded, !uses.isDisjoint(with: [.computed, .filter]) { return .guarded }
        return nil
    }

    /// Whether an entry of the plan is about the access's relation. Compares bytes: most statements end here, without an allocation.
    private static func mayMask(_ plan: MaskPlan, _ access: Access, _ found: Inspection) -> Bool {
        let schema = found.bytes(access.schema)
        let name = found.bytes(access.name)
        return plan.columns.contains { entry in
            let isTable = entry.table.map { $0.utf8.elementsEqual(name) } ?? true
            let isSchema = schema.isEmpty || (entry.schema.map { $0.utf8.elementsEqual(schema) } ?? true)
            return isTable && isSchema
        }
    }

    /// What a foreign table shows, and under which names, its options say: it may be a masked column, of this very server even.
    private static func makesForeign(_ access: Access, _ found: Inspection) -> Bool {
        guard Int(access.statement) < found.statements.count else { return true }
        let kind = found.bytes(found.statements[Int(access.statement)].kind)
        return kind.elementsEqual("create foreign table".utf8) || kind.elementsEqual("import foreign schema".utf8)
    }

    /// A function with effects (`call`), `set_config` (`set`) or a notification could carry away what it is given: `pg_notify('x', email)`.
    package static func hasEffects(_ statement: UInt16, _ found: Inspection) -> Bool {
        // What is set going by the schema is its owner's doing, and gets what its owner gave it.
        for access in found.accesses.buffer where access.statement == statement && access.through == 0 {
            switch access.verb {
            case .call, .set, .notify, .run, .write: return true
            default: break
            }
        }
        return false
    }

    private static func names(_ access: Access, _ found: Inspection) -> (String?, String?) {
        (access.schema.isEmpty ? nil : found.string(access.schema), access.name.isEmpty ? nil : found.string(access.name))
    }
}
