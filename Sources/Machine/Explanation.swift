// Why a verdict: the rules that an access could be held against, and what came of each, for people. May allocate.

extension VirtualMachine {
    /// For each access the rules whose verbs and objects match it, and what came of each. Cost: as a decision's, but that every rule that
    /// matches is listed.
    public func explain(_ inspection: Inspection, _ request: RequestFacts) -> [AccessExplanation] {
        begin(inspection, request)
        return frame.pointee.accesses.indices.map { number in
            let current = frame.pointee.accesses[number]
            stand(at: number, current)
            var best: [UInt32: AccessExplanation.Considered] = [:]
            forEachMatch(current) { clause in
                guard let effect = clause.pointee.role.effect else { return }
                let rule = clause.pointee.rule
                let finding = finding(clause, current)
                if let known = best[rule], rank(known.finding) <= rank(finding) { return }
                best[rule] = AccessExplanation.Considered(
                    rule: Int(rule), effect: effect,
                    observe: effect == .watch ? specialisation.program.rules[Int(rule)].observe : clause.pointee.role.isObserved,
                    finding: finding)
            }
            return AccessExplanation(access: number, considered: best.values.sorted { $0.rule < $1.rule })
        }
    }

    private func finding(_ clause: UnsafePointer<Clause>, _ current: Access) -> AccessExplanation.Finding {
        if clause.pointee.hasExpired(at: frame.pointee.moment) { return .expired }
        guard frame.pointee.columnsFit(clause, current, plan) else { return .columns }
        return conditionHolds(clause) ? .covers : .condition
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
