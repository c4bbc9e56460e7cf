// Which watches hold once the answer to a message is known. Slow: only for messages that a watch may be about.

extension VirtualMachine {
    /// Watches, observed or not, that cover an access of the message now that `request.result` is known, ascending. They are asked of this
    /// machine's program, whichever decided. Cost: as a decision's.
    public func watch(_ inspection: Inspection, _ request: RequestFacts) -> [Int] {
        begin(inspection, request)
        var held: Set<Int> = []
        for number in frame.pointee.accesses.indices {
            let current = frame.pointee.accesses[number]
            stand(at: number, current)
            forEachMatch(current) { clause in
                guard clause.pointee.role == .watch, !held.contains(Int(clause.pointee.rule)) else { return }
                if frame.pointee.columnsFit(clause, current, plan), conditionHolds(clause) { held.insert(Int(clause.pointee.rule)) }
            }
        }
        return held.sorted()
    }
}
