// The clauses an access matches, found as a decision finds them: for accounts of decisions, whose cost then is a decision's as well.

extension VirtualMachine {
    /// Calls with every clause whose verbs and object match the access at which the machine stands, each once, in no order that means
    /// anything. Cost: as `decide`, the rules that can apply.
    func forEachMatch(_ current: Access, _ body: (UnsafePointer<Clause>) -> Void) {
        let name = frame.pointee.bytes(current.name)
        let schema = frame.pointee.bytes(current.schema)
        let nameSymbol = frame.pointee.symbols.find(name.baseAddress, name.count)
        let schemaSymbol = frame.pointee.symbols.find(schema.baseAddress, schema.count)
        let index = plan.pointee.index
        index.forEach(verb: current.verb, schema: schemaSymbol, name: nameSymbol) { start, count in
            for offset in start..<start + count {
                let clause = plan.pointee.clauses + Int(index.members[offset])
                guard frame.pointee.matches(clause, current, schema: schemaSymbol, name: nameSymbol, plan) else { continue }
                body(UnsafePointer(clause))
            }
        }
    }

    /// Whether a clause's condition accepts where the machine stands.
    func conditionHolds(_ clause: UnsafePointer<Clause>) -> Bool {
        clause.pointee.code == Clause.none || frame.pointee.accepts(clause.pointee.code)
    }
}
