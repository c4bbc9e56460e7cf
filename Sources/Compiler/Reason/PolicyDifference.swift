// What a change of policy means: who may newly do what, and who may no longer, each with a request that shows it.

import Machine

/// One thing that is otherwise than before, for one identity and one object.
public struct PolicyChange: Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        case newlyAllowed, newlyWithApproval, approvalDropped, approvalWeakened, maskWeakened, limitWeakened, guardDropped
        case nowDenied, nowNeedsApproval, noLongerWithApproval, approvalStrengthened, maskStrengthened, limitStrengthened, guardAdded

        public var loosens: Bool {
            switch self {
            case .newlyAllowed, .newlyWithApproval, .approvalDropped, .approvalWeakened, .maskWeakened, .limitWeakened, .guardDropped: true
            case .nowDenied, .nowNeedsApproval, .noLongerWithApproval, .approvalStrengthened, .maskStrengthened, .limitStrengthened,
                .guardAdded:
                false
            }
        }
    }
    public var kind: Kind
    public var identity: String
    public var resource: String
    public var verb: Verb
    /// `public.orders(email)`, `any other`; for a mask its column.
    public var object: String
    /// Something of the kind was so before, or is so now, in other circumstances.
    public var isPartial: Bool
    /// The object is every one of the verb that rules do not tell apart from others.
    public var isEverything: Bool
    /// What was, and what is: of masks, limits and approvals.
    public var before: String?
    public var after: String?
    /// Whose approval is newly needed, or no more: `dba (2)`.
    public var asked: String?
    /// Requests that show it, to be tried.
    public var witnesses: [Witness]
}

/// A change of policy.
public struct PolicyDifference: Sendable {
    public var changes: [PolicyChange] = []
    public var addedIdentities: [String] = []
    public var removedIdentities: [String] = []
    /// Identities that the very same tokens make under another name.
    public var renamedIdentities: [(before: String, after: String)] = []
    public var addedResources: [String] = []
    public var removedResources: [String] = []
    /// Why something could not be decided.
    public var undecided: [String] = []
    public var cases = 0
    public var steps = 0

    public enum Verdict: String, Sendable {
        case tightens, loosens, both, same
        case notDecided = "not decided"
    }

    public var verdict: Verdict {
        if !undecided.isEmpty { return .notDecided }
        let loosens = changes.contains { $0.kind.loosens }
        let tightens = changes.contains { !$0.kind.loosens }
        return loosens ? (tightens ? .both : .loosens) : tightens ? .tightens : .same
    }

    public init(from old: ReasonedPolicy, to new: ReasonedPolicy, budget: Int = Prover.defaultBudget) {
        let (old, renamed) = old.renamed(as: new)
        renamedIdentities = renamed
        let work = DifferenceWork(old, new, ReasonBudget(budget))
        func names(_ policy: ReasonedPolicy) -> (identities: Set<String>, resources: Set<String>) {
            (Set(policy.identities.map(\.name)), Set(policy.resources.map(\.name)))
        }
        let (before, after) = (names(old), names(new))
        addedIdentities = after.identities.subtracting(before.identities).sorted()
        removedIdentities = before.identities.subtracting(after.identities).sorted()
        addedResources = after.resources.subtracting(before.resources).sorted()
        removedResources = before.resources.subtracting(after.resources).sorted()
        do throws(Undecided) {
            for resource in before.resources.union(after.resources).sorted() { try work.compare(resource) }
        } catch {
            work.undecided.insert(error.why)
        }
        changes = work.changes
        undecided = work.undecided.sorted()
        cases = work.cases
        steps = work.budget.spent
    }
}

/// One comparison under way.
final class DifferenceWork {
    let policies: [ReasonedPolicy]
    let budget: ReasonBudget
    var changes: [PolicyChange] = []
    var undecided: Set<String> = []
    var cases = 0
    static let witnessesPerChange = 6
    private let isOfTheSamePeople: Bool
    /// By part, once it was worked out.
    var lostIdentities: [Bool?] = [nil, nil]
    /// From when on requests are thought of.
    let date: Int64

    init(_ old: ReasonedPolicy, _ new: ReasonedPolicy, _ budget: ReasonBudget) {
        policies = [old, new]
        self.budget = budget
        isOfTheSamePeople = PeopleMeaning(old) == PeopleMeaning(new)
        date = max(old.date, new.date)
    }

    /// What both policies have on one resource.
    struct Ground {
        var resource: String
        var names: [RuleNames?]
        /// Only rules can differ.
        var isSame: Bool
    }

    func compare(_ resource: String) throws(Undecided) {
        let numbers = policies.map { $0.resource(resource) }
        let records = zip(policies, numbers).compactMap { policy, number in number.map { policy.resources[$0] } }
        guard let first = records.first else { return }
        let isSame = isOfTheSamePeople && records.count == 2 && records[0].kind == records[1].kind
            && records[0].searchPath == records[1].searchPath && records[0].tags == records[1].tags
        let ground = Ground(
            resource: resource, names: zip(policies, numbers).map { policy, number in number.map { RuleNames(policy, resource: $0) } },
            isSame: isSame)
        for kind in Set([first.kind, records[records.count - 1].kind]).sorted(by: { $0.rawValue < $1.rawValue }) {
            for verb in Verb.allCases where kind.verbs.contains(verb) { try compare(ground, kind, verb) }
        }
        try compareMasks(ground)
    }

    private func identities(_ rules: [[ResolvedRule]]) -> [String] {
        var names: Set<String> = []
        for (policy, rules) in zip(policies, rules) {
            for rule in rules { names.formUnion(rule.reach.map { policy.identities[$0].name }) }
        }
        return names.sorted()
    }

    func searchPath(_ part: Int, _ resource: String) -> [String] {
        policies[part].resource(resource).map { policies[part].resources[$0].searchPath } ?? []
    }

    private func compare(_ ground: Ground, _ kind: Machine.ResourceKind, _ verb: Verb) throws(Undecided) {
        let rules = ground.names.map { ($0?.rules(verb) ?? []).filter { $0.effect != .mask && $0.effect != .watch } }
        let meanings = zip(policies, rules).map { policy, rules in Set(rules.map { RuleMeaning($0, policy) }) }
        if ground.isSame, meanings[0] == meanings[1] { return }
        var objects = SceneObjects(verb, kind, budget)
        for part in 0...1 { for rule in rules[part] { objects.add(rule, searchPath: searchPath(part, ground.resource)) } }
        if rules.joined().contains(where: { SceneObjects.asksOpenly($0.condition) }) {
            undecided.insert("a condition holds the names of objects against a regular expression or another fact")
        }
        let all = try objects.objects()
        let people = identities(rules)
        for object in all {
            for identity in people {
                try compare(ground, SceneKey(identity: identity, resource: ground.resource, verb: verb, object: object), all.count == 1)
            }
        }
    }

    private func compare(_ ground: Ground, _ key: SceneKey, _ isOnly: Bool) throws(Undecided) {
        cases += 1
        try budget.spend()
        var found: [[ResolvedRule]] = [[], []]
        for part in 0...1 {
            guard let identity = policies[part].identity(key.identity), let names = ground.names[part] else { continue }
            found[part] = names.rules(
                key.verb, key.object, identity: identity, searchPath: searchPath(part, key.resource)
            ).filter { $0.effect != .mask && $0.effect != .watch }
        }
        if !found.contains(where: { $0.contains { $0.effect == .allow || $0.effect == .approve } }) { return }
        if ground.isSame, Set(found[0].map { RuleMeaning($0, policies[0]) }) == Set(found[1].map { RuleMeaning($0, policies[1]) }) {
            return
        }
        let isUnderstood = !(0...1).contains { part in
            guard let identity = policies[part].identity(key.identity), let names = ground.names[part] else { return false }
            return names.passesUnknown(identity)
        }
        let parts = (0...1).map { ScenePart(policies[$0], key, rules: found[$0]) }
        let scene = try Scene(key, parts, from: date, isUnderstood: isUnderstood, budget)
        let diagrams = scene.diagrams
        let constraints = try scene.constraints()
        let (old, new) = (try scene.decision(0), try scene.decision(1))
        /// - Parameter asking: the part that asks, where one does.
        func note(_ kind: PolicyChange.Kind, _ a: Diagrams.Node, _ b: Diagrams.Node, asking: Int? = nil) throws(Undecided) {
            let node = try diagrams.all([constraints, a, b])
            if node == Diagrams.never { return }
            let rest = kind.loosens ? old.passes : new.passes
            let asked = try asking.map { part throws(Undecided) in try demands(scene, part, part == 0 ? old : new, node) } ?? nil
            try self.note(kind, scene, node, isOnly: isOnly, rest: diagrams.and(constraints, rest), asked: asked)
        }
        try note(.newlyAllowed, new.isFree, diagrams.not(old.passes))
        try note(.newlyWithApproval, new.isHeld, diagrams.not(old.passes), asking: 1)
        try note(.approvalDropped, new.isFree, old.isHeld, asking: 0)
        try note(.nowDenied, old.isFree, diagrams.not(new.passes))
        try note(.noLongerWithApproval, old.isHeld, diagrams.not(new.passes), asking: 0)
        try note(.nowNeedsApproval, old.isFree, new.isHeld, asking: 1)
        try compareApprovals(scene, [old, new], diagrams.all([constraints, old.isHeld, new.isHeld]), isOnly: isOnly)
        try compareLimits(scene, diagrams.all([constraints, old.passes, new.passes]), isOnly: isOnly)
    }

    func note(
        _ kind: PolicyChange.Kind, _ scene: Scene, _ node: Diagrams.Node, isOnly: Bool, rest: Diagrams.Node = Diagrams.never,
        object: String? = nil, before: String? = nil, after: String? = nil, asked: String? = nil
    ) throws(Undecided) {
        if node == Diagrams.never { return }
        let models = try scene.models(node, limit: Self.witnessesPerChange)
        let part = scene.parts[1].identity != nil && scene.parts[1].resource != nil ? 1 : 0
        let columns = try changedColumns(scene, node)
        let isPartial = try isPartial(scene, rest, columns)
        changes.append(
            PolicyChange(
                kind: kind, identity: scene.key.identity, resource: scene.key.resource, verb: scene.key.verb,
                object: object ?? scene.key.object.shown + (columns.map { "(\($0.joined(separator: ", ")))" } ?? ""),
                isPartial: isPartial, isEverything: isOnly && columns == nil, before: before, after: after, asked: asked,
                witnesses: models.compactMap { scene.witness($0, part) }))
    }

    /// Columns for which alone it is so; nil when it is so for any.
    private func changedColumns(_ scene: Scene, _ node: Diagrams.Node) throws(Undecided) -> [String]? {
        let set = TypedValue.fact(.accessColumns)
        guard scene.numbers[.hasOther(set)] != nil else { return nil }
        let diagrams = scene.diagrams
        if try diagrams.and(node, alone(.hasOther(set), scene)) != Diagrams.never { return nil }
        var columns: [String] = []
        for quantity in scene.quantities {
            guard case .has(set, let column) = quantity else { continue }
            if try diagrams.and(node, alone(quantity, scene)) != Diagrams.never { columns.append(column) }
        }
        return columns.isEmpty ? ["*"] : columns
    }

    /// One column is used, and no other.
    private func alone(_ wanted: Quantity, _ scene: Scene) throws(Undecided) -> Diagrams.Node {
        let set = TypedValue.fact(.accessColumns)
        var node = try scene.isKnown(set)
        for quantity in scene.quantities {
            switch quantity {
            case .has(set, _), .hasOther(set):
                let flag = try scene.flag(quantity)
                node = try scene.diagrams.and(node, quantity == wanted ? flag : scene.diagrams.not(flag))
            default: continue
            }
        }
        return node
    }

    /// Whether the rest is about the same object and the same columns.
    private func isPartial(_ scene: Scene, _ rest: Diagrams.Node, _ columns: [String]?) throws(Undecided) -> Bool {
        if rest == Diagrams.never { return false }
        let set = TypedValue.fact(.accessColumns)
        guard scene.numbers[.hasOther(set)] != nil else { return true }
        let quantity = columns.map { Quantity.has(set, $0.first ?? "") } ?? .hasOther(set)
        guard scene.numbers[quantity] != nil else { return true }
        return try scene.diagrams.and(rest, alone(quantity, scene)) != Diagrams.never
    }
}

extension SceneObject {
    /// As a policy would write it.
    var shown: String {
        let name = isAnyName ? "any other" : name
        let word = objectClass == .table || objectClass == .any || objectClass.isPlain ? "" : objectClass.name + " "
        if schema.isEmpty { return word + (isAnyName ? "any other" : objectClass == .file || objectClass == .program ? "\"\(name)\"" : name) }
        if isAnySchema { return word + (isAnyName ? "any other" : "any.\(name)") }
        return word + "\(schema).\(name)"
    }
}

extension ObjectClass {
    fileprivate var isPlain: Bool {
        switch self {
        case .function, .parameter, .file, .program, .channel: true
        case .any, .table, .view, .index, .sequence, .schema, .trigger, .type, .role, .database, .extension: false
        }
    }
}
