// What a gate tells people of a query without deciding it.

import Machine

extension Gate {
    /// What `consider` would decide of a query, and why: for each access every rule whose verbs and objects match. Allocates; for
    /// people. Changes no names and remembers nothing.
    public func explain(_ query: UnsafeRawBufferPointer, at circumstances: Circumstances) -> [AccessExplanation] {
        look(at: query, circumstances) { machine.explain(inspection, $0) }
    }

    /// What a query tries of every rule, before `consider`: for the coverage of tests. As `explain` it changes nothing; a message that
    /// runs what was prepared before tries nothing here.
    public func exercise(_ query: UnsafeRawBufferPointer, at circumstances: Circumstances) -> Set<RuleExercise> {
        guard query.count <= Self.messageLimit else { return [] }
        return look(at: query, circumstances) { NameExpansion.isNeeded(inspection) ? [] : machine.exercise(inspection, $0) }
    }
}
