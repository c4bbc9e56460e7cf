// What a message tried of every rule: which verbs it covered, and which way its condition went. For coverage of tests; slow, may allocate.

/// One rule held against one access, or, for a mask, against one statement.
public struct RuleExercise: Sendable, Hashable {
    /// Index into `Program.rules`.
    public var rule: Int
    /// nil for a mask without targets, which is about whole messages.
    public var verb: Verb?
    /// Whether the rule covers it; for a mask, whether it applies.
    public var covers: Bool
    /// Which way the condition went, unknown counted as for this effect; nil without a condition, or where it was not asked.
    public var condition: Bool?
}

extension VirtualMachine {
    /// Every rule of the specialisation whose verbs and objects match. A condition is only asked where it would decide: not of an
    /// expired allow, nor where the columns do not fit. Cost: as a decision's, and the masks.
    public func exercise(_ inspection: Inspection, _ request: RequestFacts) -> Set<RuleExercise> {
        begin(inspection, request)
        var tried: Set<RuleExercise> = []
        for number in frame.pointee.accesses.indices {
            let current = frame.pointee.accesses[number]
            stand(at: number, current)
            forEachMatch(current) { clause in
                guard clause.pointee.role.effect != nil else { return }
                let fits = !clause.pointee.hasExpired(at: frame.pointee.moment) && frame.pointee.columnsFit(clause, current, plan)
                tried.insert(held(Int(clause.pointee.rule), current.verb, clause.pointee.code, isAsked: fits))
            }
        }
        for index in 0..<specialisation.masks.count { exercise(specialisation.masks.base[index], &tried) }
        return tried
    }

    private func exercise(_ mask: MaskClause, _ tried: inout Set<RuleExercise>) {
        frame.pointee.access = -1
        guard mask.targetCount > 0 else {
            // As in a decision: a message without statements is held against none.
            for statement in 0..<max(frame.pointee.statements.count, 1) {
                stand(inStatement: statement)
                tried.insert(held(Int(mask.rule), nil, mask.code, isAsked: true))
            }
            return
        }
        for access in frame.pointee.accesses {
            stand(inStatement: Int(access.statement))
            // As in a decision: what was not understood may be any of what the mask is about.
            if access.verb == .unknown { tried.insert(held(Int(mask.rule), access.verb, mask.code, isAsked: true)) }
            for target in 0..<Int(mask.targetCount) {
                let clause = specialisation.maskTargets.base + Int(mask.firstTarget) + target
                guard isMatch(clause, access) else { continue }
                tried.insert(held(Int(mask.rule), access.verb, mask.code, isAsked: true))
            }
        }
    }

    private func isMatch(_ clause: UnsafePointer<Clause>, _ access: Access) -> Bool {
        let name = frame.pointee.bytes(access.name)
        let schema = frame.pointee.bytes(access.schema)
        let nameSymbol = frame.pointee.symbols.find(name.baseAddress, name.count)
        let schemaSymbol = frame.pointee.symbols.find(schema.baseAddress, schema.count)
        return frame.pointee.matches(clause, access, schema: schemaSymbol, name: nameSymbol, plan)
    }

    private func held(_ rule: Int, _ verb: Verb?, _ code: UInt32, isAsked: Bool) -> RuleExercise {
        guard isAsked else { return RuleExercise(rule: rule, verb: verb, covers: false, condition: nil) }
        guard code != Clause.none else { return RuleExercise(rule: rule, verb: verb, covers: true, condition: nil) }
        let holds = frame.pointee.accepts(code)
        return RuleExercise(rule: rule, verb: verb, covers: holds, condition: holds)
    }
}
