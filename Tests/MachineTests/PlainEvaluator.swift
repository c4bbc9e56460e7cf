// A second, slow reading of what rules mean, on records and strings: no index, no clauses, no numbers. The machine is held against it.
@testable import Machine

/// One access as strings.
struct PlainAccess: CustomStringConvertible {
    var verb: Verb
    var objectClass: ObjectClass
    var schema: String
    var name: String
    /// nil: every column.
    var columns: [String]?
    var description: String { "\(verb) \(objectClass) \(schema).\(name)(\(columns.map { $0.joined(separator: ",") } ?? "*"))" }
}

struct PlainEvaluator {
    let program: Program
    let resource: Int
    let identity: Int
    let groups: [String]
    /// What a rule's condition says; conditions have tests of their own.
    var condition: (Int) -> Bool

    private func text(_ symbol: Symbol) -> String { program.symbols[Int(symbol)] }

    func applies(_ rule: RuleRecord) -> Bool {
        guard rule.on.contains(UInt32(resource)) else { return false }
        func lists(_ identities: [UInt32], _ groups: [UInt32]) -> Bool {
            identities.contains(UInt32(identity)) || groups.contains { self.groups.contains(text(program.groups[Int($0)].name)) }
        }
        guard rule.who.everyone || lists(rule.who.identities, rule.who.groups) else { return false }
        return !lists(rule.who.exceptIdentities, rule.who.exceptGroups)
    }

    func covers(_ index: Int, _ access: PlainAccess, at moment: Int64) -> Bool {
        let rule = program.rules[index]
        if rule.effect == .allow, let expires = rule.expires, expires <= moment { return false }
        let objectFits =
            rule.targets.isEmpty
            || rule.targets.contains { target in
                target.verbs.contains(access.verb)
                    && (target.objects.isEmpty || target.objects.contains { fits($0, rule.effect, access) })
            }
        return objectFits && condition(index)
    }

    /// By verb and object alone, without columns, expiry and condition.
    func matches(_ index: Int, _ access: PlainAccess) -> Bool {
        let rule = program.rules[index]
        return rule.targets.isEmpty
            || rule.targets.contains { target in
                target.verbs.contains(access.verb)
                    && (target.objects.isEmpty || target.objects.contains { isAbout($0, rule.effect, access) })
            }
    }

    private func isAbout(_ object: ObjectPattern, _ effect: Effect, _ access: PlainAccess) -> Bool {
        let classFits =
            object.objectClass == .any || object.objectClass == access.objectClass
            || (object.objectClass == .table && access.objectClass == .view)
        return classFits && nameFits(object.name, access) && schemaFits(object, effect, access)
    }

    private func fits(_ object: ObjectPattern, _ effect: Effect, _ access: PlainAccess) -> Bool {
        guard isAbout(object, effect, access) else { return false }
        guard let listed = object.columns.map({ Set($0.map(text)) }) else { return true }
        guard let columns = access.columns else { return effect == .deny }
        return effect == .deny ? !listed.isDisjoint(with: columns) : listed.isSuperset(of: columns)
    }

    private func nameFits(_ name: NamePattern, _ access: PlainAccess) -> Bool {
        switch name {
        case .any: true
        case .exactly(let symbol): text(symbol) == access.name
        // Globs of these tests are a prefix and a star.
        case .pattern(let index): access.name.hasPrefix(text(program.patterns[Int(index)].text).dropLast())
        }
    }

    private func schemaFits(_ object: ObjectPattern, _ effect: Effect, _ access: PlainAccess) -> Bool {
        switch object.schema {
        case .any: return true
        case .exactly(let symbol): return text(symbol) == access.schema
        case .searchPath:
            let path = program.resources[resource].searchPath.map(text)
            if access.schema.isEmpty || path.contains(access.schema) { return true }
            if effect == .deny && path.isEmpty { return true }
            guard access.schema == "pg_catalog" else { return false }
            if case .exactly = object.name {} else if effect == .allow { return false }
            return access.objectClass == .function || access.name.hasPrefix("pg_")
        }
    }

    func decide(_ accesses: [PlainAccess], at moment: Int64) -> Verdict {
        let rules = program.rules.indices.filter { applies(program.rules[$0]) && !program.rules[$0].observe }
        let denies = rules.filter { program.rules[$0].effect == .deny }
        let allows = rules.filter { program.rules[$0].effect == .allow }
        for rule in denies {
            if let access = accesses.firstIndex(where: { covers(rule, $0, at: moment) }) {
                return Verdict(outcome: .denied, rule: Int32(rule), access: Int32(access))
            }
        }
        for (index, access) in accesses.enumerated() where !allows.contains(where: { covers($0, access, at: moment) }) {
            return Verdict(outcome: .uncovered, access: Int32(index))
        }
        let first = accesses.first.flatMap { access in allows.first { covers($0, access, at: moment) } }
        return Verdict(outcome: .allowed, rule: Int32(first ?? -1))
    }

    func observed(_ accesses: [PlainAccess], at moment: Int64) -> [Int] {
        program.rules.indices.filter { index in
            program.rules[index].observe && applies(program.rules[index])
                && accesses.contains { covers(index, $0, at: moment) }
        }
    }
}
