// Why a verdict: every rule held against every access, for people. Slow, may allocate.

extension VirtualMachine {
    /// For each access the rules whose verbs and objects match it, and what came of each. Cost: accesses times rules.
    public func explain(_ inspection: Inspection, _ request: RequestFacts) -> [AccessExplanation] {
        begin(inspection, request)
        let program = specialisation.program
        return frame.pointee.accesses.indices.map { number in
            let current = frame.pointee.accesses[number]
            stand(at: number, current)
            let name = frame.pointee.bytes(current.name)
            let schema = frame.pointee.bytes(current.schema)
            let nameSymbol = frame.pointee.symbols.find(name.baseAddress, name.count)
            let schemaSymbol = frame.pointee.symbols.find(schema.baseAddress, schema.count)
            var best: [UInt32: AccessExplanation.Considered] = [:]
            for index in 0..<plan.pointee.clauseCount {
                let clause = plan.pointee.clauses + index
                guard let effect = clause.pointee.role.effect else { continue }
                guard frame.pointee.matches(clause, current, schema: schemaSymbol, name: nameSymbol, plan) else { continue }
                let rule = clause.pointee.rule
                let finding = finding(clause, current)
                if let known = best[rule], rank(known.finding) <= rank(finding) { continue }
                best[rule] = AccessExplanation.Considered(
                    rule: Int(rule), effect: effect,
                    observe: clause.pointee.role == .watch ? program.rules[Int(rule)].observe : clause.pointee.role.isObserved,
                    finding: finding)
            }
            return AccessExplanation(access: number, considered: best.values.sorted { $0.rule < $1.rule })
        }
    }

    private func finding(_ clause: UnsafePointer<Clause>, _ current: Access) -> AccessExplanation.Finding {
        if clause.pointee.hasExpired(at: frame.pointee.moment) { return .expired }
        guard frame.pointee.columnsFit(clause, current, plan) else { return .columns }
        let holds = clause.pointee.code == Clause.none || frame.pointee.accepts(clause.pointee.code)
        return holds ? .covers : .condition
    }

    private func rank(_ finding: AccessExplanation.Finding) -> Int {
        switch finding {
        case .covers: 0
        case .condition: 1
        case .columns: 2
        case .expired: 3
        }
    }
}
