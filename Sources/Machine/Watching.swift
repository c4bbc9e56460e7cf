// Which watches hold once the answer to a message is known. Slow: only for messages that a watch may be about.

extension VirtualMachine {
    /// Watches, observed or not, that cover an access of the message now that `request.result` is known, ascending. They are asked of this
    /// machine's program, whichever decided. Cost: accesses times watches.
    public func watch(_ inspection: Inspection, _ request: RequestFacts) -> [Int] {
        begin(inspection, request)
        var held: Set<Int> = []
        // Watches are the last of the clauses.
        var first = plan.pointee.clauseCount
        while first > 0, plan.pointee.clauses[first - 1].role == .watch { first -= 1 }
        for number in frame.pointee.accesses.indices {
            let current = frame.pointee.accesses[number]
            stand(at: number, current)
            let name = frame.pointee.bytes(current.name)
            let schema = frame.pointee.bytes(current.schema)
            let nameSymbol = frame.pointee.symbols.find(name.baseAddress, name.count)
            let schemaSymbol = frame.pointee.symbols.find(schema.baseAddress, schema.count)
            for index in first..<plan.pointee.clauseCount {
                let clause = plan.pointee.clauses + index
                guard !held.contains(Int(clause.pointee.rule)), covers(clause, current, schema: schemaSymbol, name: nameSymbol) else {
                    continue
                }
                held.insert(Int(clause.pointee.rule))
            }
        }
        return held.sorted()
    }
}
