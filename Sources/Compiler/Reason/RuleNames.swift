// Finds the rules that can be about a verb on an object, without a walk over all of them.

import Machine

/// The rules of one policy on one resource, by verb and by the names of their objects.
struct RuleNames {
    private struct Entry {
        /// Of any name, or of a pattern.
        var wide: [Int] = []
        var byName: [String: [Int]] = [:]
    }

    let policy: ReasonedPolicy
    private var entries: [Verb: Entry] = [:]
    /// Rules on the resource, by verb.
    private var byVerb: [Verb: [Int]] = [:]

    init(_ policy: ReasonedPolicy, resource: Int) {
        self.policy = policy
        let kind = policy.resources[resource].kind
        for (index, rule) in policy.rules.enumerated() where rule.on.contains(resource) {
            for verb in Verb.allCases where kind.verbs.contains(verb) { add(rule, index, verb) }
        }
    }

    private mutating func add(_ rule: ResolvedRule, _ index: Int, _ verb: Verb) {
        var isWide = rule.targets.isEmpty
        var names: Set<String> = []
        var isAbout = isWide
        for target in rule.targets where target.verbs.contains(verb) {
            isAbout = true
            if target.objects.isEmpty { isWide = true }
            for object in target.objects { if case .exactly(let name) = object.name { names.insert(name) } else { isWide = true } }
        }
        guard isAbout else { return }
        byVerb[verb, default: []].append(index)
        if isWide {
            entries[verb, default: Entry()].wide.append(index)
        } else {
            for name in names { entries[verb, default: Entry()].byName[name, default: []].append(index) }
        }
    }

    func rules(_ verb: Verb) -> [ResolvedRule] { (byVerb[verb] ?? []).map { policy.rules[$0] } }

    /// In the order of the policy.
    func rules(_ verb: Verb, _ object: SceneObject, identity: Int, searchPath: [String]) -> [ResolvedRule] {
        guard let entry = entries[verb] else { return [] }
        return (entry.wide + (entry.byName[object.name] ?? [])).sorted().map { policy.rules[$0] }.filter {
            $0.reach.contains(identity) && $0.mayBeAbout(verb, object, searchPath: searchPath)
        }
    }

    /// Whether what is not understood may pass for this identity.
    func passesUnknown(_ identity: Int) -> Bool {
        (byVerb[.unknown] ?? []).contains { index in
            let rule = policy.rules[index]
            return (rule.effect == .allow || rule.effect == .approve) && rule.reach.contains(identity)
        }
    }
}
