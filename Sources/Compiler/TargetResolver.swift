// Resolves `to`: verbs and groups of verbs for the kinds that a rule is about, and how their objects are read.

import Machine
import PolicyLang

/// Resolves one rule's `to` clause.
struct TargetResolver {
    let run: CompileRun
    let effect: Machine.Effect
    /// Resources that the rule is about.
    let on: [Int]
    /// Of those resources, in the order of the language.
    private let kinds: [Machine.ResourceKind]
    private var objectCount = 0
    private var isTooLarge = false

    init(run: CompileRun, effect: Machine.Effect, on: [Int]) {
        self.run = run
        self.effect = effect
        self.on = on
        let meant = Set(on.map { run.resources[$0].kind })
        kinds = Machine.ResourceKind.allCases.filter(meant.contains)
    }

    /// Targets in the order of the clause; none means any access.
    mutating func resolve(_ clause: ToClause?) -> [ResolvedTarget] {
        guard let clause else { return [] }
        var targets: [ResolvedTarget] = []
        for part in clause.verbClauses { targets += resolve(part) }
        // `to any` beside others says it all.
        if targets.contains(where: { $0.verbs == .all && $0.objects.isEmpty }) { return [] }
        return targets
    }

    private mutating func resolve(_ clause: VerbClause) -> [ResolvedTarget] {
        let hasObjects = clause.objects.contains { !isAnything($0) }
        var verbs: VerbSet = []
        for pattern in clause.verbs {
            switch pattern {
            case .any: verbs.formUnion(hasObjects ? everyNamedVerb : .all)
            case .verb(let name): verbs.formUnion(verbSet(name, clause))
            }
        }
        guard hasObjects else { return verbs.isEmpty ? [] : [ResolvedTarget(verbs: verbs, objects: [])] }
        // Verbs that read their objects in one way share a target.
        var readings: [ObjectReading: (verbs: VerbSet, family: ResourceFamily)] = [:]
        for verb in Verb.allCases where verbs.contains(verb) {
            guard let family = family(of: verb, clause) else { continue }
            let reading = ObjectReading(of: verb, in: family)
            readings[reading] = ((readings[reading]?.verbs ?? []).union(VerbSet(verb)), family)
        }
        var result: [ResolvedTarget] = []
        for reading in ObjectReading.allCases {
            guard let (alike, family) = readings[reading] else { continue }
            if reading == .none {
                if let object = clause.objects.first {
                    report(
                        Wording.objectShape(
                            object.span, why: "nothing can stand after \(names(of: alike))", help: "leave the objects out"))
                }
                continue
            }
            let target = ResolvedTarget(verbs: alike, objects: objects(clause.objects, reading, alike, family))
            if !target.objects.isEmpty { result.append(target) }
        }
        return result
    }

    /// `any` alone, which is the same as no object.
    private func isAnything(_ object: PolicyLang.ObjectPattern) -> Bool {
        object.objectClass == nil && object.columns == nil && object.path.count == 1 && object.path[0].kind == .any
    }

    /// `to any` with objects: on a database, what can be done to a table. A rule about functions, parameters or the
    /// server's files names the verb, as the same words mean other things there.
    private var everyNamedVerb: VerbSet {
        var verbs: VerbSet = []
        for kind in kinds {
            for verb in Verb.allCases where kind.verbs.contains(verb) {
                switch ObjectReading(of: verb, in: ResourceFamily(kind)) {
                case .columns, .relation, .definition, .glob, .command: verbs.insert(VerbSet(verb))
                case .function, .parameter, .channel, .file, .program, .none: continue
                }
            }
        }
        return verbs
    }

    // MARK: verbs

    private func verbSet(_ name: Name, _ clause: VerbClause) -> VerbSet {
        let sql = kinds.contains { ResourceFamily($0) == .sql }
        var verbs: VerbSet = []
        if sql, let group = VerbGroup(rawValue: name.text) {
            switch group {
            case .define: return group.verbs
            case .read, .write:
                // On relations a group, on a string the server's files. Without objects a rule that forbids means
                // both: who writes `deny to write` does not mean to leave COPY to a file open.
                let isPath = clause.objects.contains { $0.path.count == 1 && $0.path[0].kind == .text && $0.columns == nil }
                if !isPath { verbs.formUnion(group.verbs) }
                let isEverything = clause.objects.allSatisfy(isAnything)
                let forbids = effect != .allow
                guard isPath || isEverything && forbids || kinds.contains(where: { ResourceFamily($0) != .sql }) else {
                    return verbs
                }
            }
        }
        guard let verb = Verb(name: name.text) else { return verbs }
        guard kinds.isEmpty || kinds.contains(where: { $0.verbs.contains(verb) }) else {
            report(Wording.verbNotOfKind(name.span, verb: name.text, kinds: kinds))
            return verbs
        }
        verbs.insert(VerbSet(verb))
        return verbs
    }

    /// The one family whose objects follow the verb; nil after a diagnostic or when no resource has the verb.
    private func family(of verb: Verb, _ clause: VerbClause) -> ResourceFamily? {
        let families = Set(kinds.filter { $0.verbs.contains(verb) }.map(ResourceFamily.init))
        if families.count > 1, let object = clause.objects.first {
            report(Wording.mixedKinds(object.span, verb: verb.name, families: families.map(\.word).sorted()))
            return nil
        }
        return families.first
    }

    private func names(of verbs: VerbSet) -> String { ObjectResolver.names(of: verbs) }

    func report(_ diagnostic: Diagnostic) { run.report(diagnostic) }

    // MARK: objects

    private mutating func objects(
        _ written: [PolicyLang.ObjectPattern], _ reading: ObjectReading, _ verbs: VerbSet, _ family: ResourceFamily
    ) -> [ResolvedObject] {
        var result: [ResolvedObject] = []
        for object in written {
            // `define index x`: of the verbs in the group, `truncate` knows nothing but tables.
            if reading != .definition, let word = object.objectClass, word.text != ObjectClass.table.name { continue }
            let resolver = ObjectResolver(run: run, effect: effect, on: on, reading: reading, verbSet: verbs)
            let found = resolver.resolve(object)
            objectCount += found.count
            if objectCount > CompilerLimits.ruleObjects {
                if !isTooLarge {
                    report(Wording.tooLarge(object.span, what: "objects of one rule", limit: CompilerLimits.ruleObjects))
                }
                isTooLarge = true
                return result
            }
            result += found
        }
        return result
    }
}
