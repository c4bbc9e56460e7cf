// Rules that make no difference to any request: what only an argument over all of them can say of a policy that compiles.

import Machine
import PolicyLang

/// What is so of a rule whatever anybody asks.
struct RuleFinding {
    enum Kind {
        /// It covers nothing.
        case neverApplies
        /// It lets pass what denies forbid, and nothing else.
        case overridden
        /// Other rules do all that it does.
        case covered
    }
    var kind: Kind
    var rule: ResolvedRule
    /// Those that forbid, or do the same.
    var others: [ResolvedRule]
}

/// Looks for such rules. What it cannot decide within its budget it says nothing of.
final class RuleFindings {
    /// Steps for all rules together: a policy of ten thousand rules that all matter takes a part of it.
    private static let budget = 4_000_000

    private let policy: ReasonedPolicy
    private let budget = ReasonBudget(RuleFindings.budget)
    private var names: [Int: RuleNames] = [:]
    private var objects: [Place: Objects] = [:]
    /// Numbers of rules that are known to do nothing by themselves: of two that say the same, one stays.
    private var removed: Set<Int> = []

    private struct Place: Hashable {
        var resource: Int
        var verb: Verb
    }

    private struct Objects {
        var all: [SceneObject]
        var byName: [String: [SceneObject]]
        /// Objects stand for all others; else a condition asks their names for what is not worked out.
        var isWhole: Bool
    }

    init(_ policy: ReasonedPolicy) { self.policy = policy }

    /// - Parameter isMeant: which rules are looked at; the others count as they stand.
    func findings(_ isMeant: (ResolvedRule) -> Bool) -> [RuleFinding] {
        var found: [RuleFinding] = []
        do throws(Undecided) {
            // Of two rules that say the same the later one is the one too many.
            for rule in policy.rules.reversed() where isMeant(rule) && !rule.reach.isEmpty {
                guard let finding = try finding(rule) else { continue }
                found.append(finding)
                removed.insert(rule.index)
            }
        } catch {
            return found
        }
        return found
    }

    /// What is known of a rule so far, as scene follows scene.
    private struct Standing {
        var applies = false
        /// Some of what it lets pass no deny forbids.
        var survives: Bool
        /// Some request would come out otherwise without it.
        var matters: Bool
        var denying: Set<Int> = []
        var covering: Set<Int> = []
        /// Those that do it alone in every scene so far; nil before the first.
        var denyingAlone: Set<Int>?
        var coveringAlone: Set<Int>?

        var isSettled: Bool { applies && survives && matters }

        init(_ rule: ResolvedRule) {
            switch rule.effect {
            case .allow, .approve: survives = false
            case .deny, .mask, .watch: survives = true
            }
            switch rule.effect {
            case .mask, .watch: matters = true
            // What is counted or told is so by this rule alone.
            case .allow, .deny, .approve: matters = rule.limit != nil || !rule.notify.isEmpty
            }
        }
    }

    private func finding(_ rule: ResolvedRule) throws(Undecided) -> RuleFinding? {
        var standing = Standing(rule)
        for resource in rule.on {
            let names = names(resource)
            let record = policy.resources[resource]
            for verb in Verb.allCases where record.kind.verbs.contains(verb) && rule.isAbout(verb) {
                let objects = try objects(Place(resource: resource, verb: verb))
                guard objects.isWhole else { return nil }
                for object in candidates(rule, verb, objects) where rule.mayBeAbout(verb, object, searchPath: record.searchPath) {
                    for identity in rule.reach.sorted() {
                        try look(at: rule, names, resource, identity, verb, object, &standing)
                        if standing.isSettled { return nil }
                    }
                }
            }
        }
        let kind: RuleFinding.Kind = !standing.applies ? .neverApplies : !standing.survives ? .overridden : .covered
        let (some, alone) = standing.survives ? (standing.covering, standing.coveringAlone) : (standing.denying, standing.denyingAlone)
        let others = !standing.applies ? [] : alone?.min().map { [$0] } ?? some
        return RuleFinding(kind: kind, rule: rule, others: policy.rules.filter { others.contains($0.index) })
    }

    private func look(
        at rule: ResolvedRule, _ names: RuleNames, _ resource: Int, _ identity: Int, _ verb: Verb, _ object: SceneObject,
        _ standing: inout Standing
    ) throws(Undecided) {
        try budget.spend()
        let record = policy.resources[resource]
        let key = SceneKey(identity: policy.identities[identity].name, resource: record.name, verb: verb, object: object)
        let rules = names.rules(verb, object, identity: identity, searchPath: record.searchPath)
        let scene = try Scene(
            key, [ScenePart(policy, key, rules: rules, goals: [rule])], from: policy.date, isUnderstood: !names.passesUnknown(identity), budget)
        let diagrams = scene.diagrams
        let reading = Self.reading(rule)
        let node = try diagrams.all([scene.covers(rule, 0, reading), scene.isIdentified(0), scene.constraints()])
        if node == Diagrams.never { return }
        standing.applies = true
        if standing.isSettled { return }
        var denied = Diagrams.never
        var others = Diagrams.never
        var (denyingAlone, coveringAlone): (Set<Int>, Set<Int>) = ([], [])
        for other in rules where other.index != rule.index {
            if other.effect == .deny {
                let forbids = try scene.covers(other, 0, .forbids)
                denied = try diagrams.or(denied, forbids)
                if try diagrams.and(node, forbids) != Diagrams.never { standing.denying.insert(other.index) }
                if try diagrams.and(node, diagrams.not(forbids)) == Diagrams.never { denyingAlone.insert(other.index) }
            }
            guard other.effect == rule.effect, !removed.contains(other.index), doesNoLess(other, than: rule) else { continue }
            let covers = try scene.covers(other, 0, reading)
            others = try diagrams.or(others, covers)
            if try diagrams.and(node, covers) != Diagrams.never { standing.covering.insert(other.index) }
            if try diagrams.and(node, diagrams.not(covers)) == Diagrams.never { coveringAlone.insert(other.index) }
        }
        standing.denyingAlone = standing.denyingAlone?.intersection(denyingAlone) ?? denyingAlone
        standing.coveringAlone = standing.coveringAlone?.intersection(coveringAlone) ?? coveringAlone
        // A deny matters where another one does not stand; what else is denied matters to nobody.
        let left = rule.effect == .deny ? node : try diagrams.and(node, diagrams.not(denied))
        if left != Diagrams.never { standing.survives = true }
        if try diagrams.and(left, diagrams.not(others)) != Diagrams.never { standing.matters = true }
        if rule.effect == .approve, !standing.matters { standing.matters = try grants(rule, rules, scene, left) }
    }

    private static func reading(_ rule: ResolvedRule) -> Scene.Reading {
        switch rule.effect {
        case .allow: .permits
        case .deny, .approve, .watch: .forbids
        case .mask: .masks
        }
    }

    /// Whether something passes by an agreement and not without the rule.
    private func grants(
        _ rule: ResolvedRule, _ rules: [ResolvedRule], _ scene: Scene, _ left: Diagrams.Node
    ) throws(Undecided) -> Bool {
        let diagrams = scene.diagrams
        var granted = Diagrams.never
        for other in rules where other.index != rule.index && !removed.contains(other.index) {
            if other.effect == .allow || other.effect == .approve { granted = try diagrams.or(granted, scene.covers(other, 0, .permits)) }
        }
        return try diagrams.all([left, scene.covers(rule, 0, .permits), diagrams.not(granted)]) != Diagrams.never
    }

    /// Whether where both cover the one asks for all that the other asks for.
    private func doesNoLess(_ other: ResolvedRule, than rule: ResolvedRule) -> Bool {
        guard let own = rule.approval, let approval = other.approval else { return rule.effect != .approve }
        let people = ApproverComparison(policy: policy, other: policy, isSure: true)
        return ApprovalMeaning(approval, policy).isAtLeastAsStrict(as: ApprovalMeaning(own, policy), people)
    }

    // MARK: what is looked at

    private func names(_ resource: Int) -> RuleNames {
        if let known = names[resource] { return known }
        let made = RuleNames(policy, resource: resource)
        names[resource] = made
        return made
    }

    private func objects(_ place: Place) throws(Undecided) -> Objects {
        if let known = objects[place] { return known }
        let record = policy.resources[place.resource]
        let rules = names(place.resource).rules(place.verb)
        var collected = SceneObjects(place.verb, record.kind, budget)
        for rule in rules { collected.add(rule, searchPath: record.searchPath) }
        let all = try collected.objects()
        let made = Objects(
            all: all, byName: Dictionary(grouping: all, by: \.name), isWhole: !rules.contains { SceneObjects.asksOpenly($0.condition) })
        objects[place] = made
        return made
    }

    /// The objects that a rule can be about, and perhaps others: where it names all of its own, those of these names.
    private func candidates(_ rule: ResolvedRule, _ verb: Verb, _ objects: Objects) -> [SceneObject] {
        var named: Set<String> = []
        for target in rule.targets where target.verbs.contains(verb) {
            if target.objects.isEmpty { return objects.all }
            for object in target.objects {
                guard case .exactly(let name) = object.name else { return objects.all }
                named.insert(name)
            }
        }
        return rule.targets.isEmpty ? objects.all : named.sorted().flatMap { objects.byName[$0] ?? [] }
    }
}
