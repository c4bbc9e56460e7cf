// One caller doing one thing to one object of one resource: the facts that can make a difference there, and their values.

import Machine

/// What an access is done to.
struct SceneObject: Hashable {
    var objectClass: ObjectClass
    /// Empty for objects without one.
    var schema: String
    var name: String
    /// It stands for every schema, or name, that no rule names.
    var isAnySchema = false
    var isAnyName = false

    /// As `access.object` has it.
    var text: String { schema.isEmpty ? name : "\(schema).\(name)" }
}

/// Who does what to what, on what.
struct SceneKey: Hashable {
    var identity: String
    var resource: String
    var verb: Verb
    var object: SceneObject
}

/// A policy with those of its rules that can be about a scene.
struct ScenePart {
    var policy: ReasonedPolicy
    var rules: [ResolvedRule]
    /// Rules that decide nothing here and are asked for all the same.
    var goals: [ResolvedRule] = []
    /// Nil: the policy has no such identity, or no such resource.
    var identity: Int?
    var resource: Int?

    init(_ policy: ReasonedPolicy, _ key: SceneKey, rules: [ResolvedRule], goals: [ResolvedRule] = []) {
        self.policy = policy
        self.rules = rules
        self.goals = goals
        identity = policy.identity(key.identity)
        resource = policy.resource(key.resource)
    }
}

/// The quantities of a scene, the values they may have, and diagrams over them. One scene may hold two policies: an old and a new one.
final class Scene {
    let key: SceneKey
    let parts: [ScenePart]
    let diagrams: Diagrams
    /// By number: what is asked, and the values it may have. The first value is the natural one.
    let quantities: [Quantity]
    let domains: [[Known]]
    let numbers: [Quantity: Int]
    /// Texts that stand for others as well.
    let manyTexts: [TypedValue: Set<String>]
    private var truths: [[TypedTest: Truth]]

    init(
        _ key: SceneKey, _ parts: [ScenePart], from date: Int64, isUnderstood: Bool, _ budget: ReasonBudget
    ) throws(Undecided) {
        self.key = key
        self.parts = parts
        diagrams = Diagrams(budget)
        var survey = SceneSurvey(key, parts, from: date, isUnderstood: isUnderstood, budget)
        try survey.run()
        quantities = survey.quantities
        domains = survey.domains
        manyTexts = survey.manyTexts
        numbers = Dictionary(uniqueKeysWithValues: quantities.enumerated().map { ($1, $0) })
        truths = Array(repeating: [:], count: parts.count)
    }

    // MARK: conditions

    func truth(_ condition: TypedCondition?, _ part: Int) throws(Undecided) -> Truth {
        switch condition {
        case nil: return .yes
        case .constant(let value): return value ? .yes : .no
        case .not(let inner):
            let truth = try truth(inner, part)
            return Truth(yes: truth.no, no: truth.yes)
        case .and(let parts):
            var whole = Truth.yes
            for inner in parts {
                let truth = try truth(inner, part)
                whole = Truth(yes: try diagrams.and(whole.yes, truth.yes), no: try diagrams.or(whole.no, truth.no))
            }
            return whole
        case .or(let parts):
            var whole = Truth.no
            for inner in parts {
                let truth = try truth(inner, part)
                whole = Truth(yes: try diagrams.or(whole.yes, truth.yes), no: try diagrams.and(whole.no, truth.no))
            }
            return whole
        case .test(let test):
            if let known = truths[part][test] { return known }
            let made = try truth(SceneValues.normal(test), part)
            truths[part][test] = made
            return made
        }
    }

    private func truth(_ test: TypedTest, _ part: Int) throws(Undecided) -> Truth {
        let values = SceneValues(key, parts[part])
        let operands = test.operands.map { values.meaning(of: $0) }
        switch (test, operands[0], operands.last ?? operands[0]) {
        case (.has(let set, _), .set, .constant(.text(let member))): return try known(set, isSet: true, has(set, member))
        case (.has(let set, _), .set, .constant(.integer(let member))): return try known(set, isSet: true, has(set, String(member)))
        case (.has, .groups, .constant(.text(let group))):
            return try isMember(group, part)
        case (.has, .groups, .variable(let value)): return try has(values.groupNames, value) { name throws(Undecided) in try self.isMember(name, part) }
        case (.has, .list(let members), .variable(let value)): return try has(members, value) { _ throws(Undecided) in Truth.yes }
        case (.has, .list(let members), .constant(.text(let member))): return members.contains(member) ? .yes : .no
        case (.has, .set, .variable): return try outcome(test)
        case (.subsetOfSet(let set, let allowed), .set, _): return try subset(set, of: allowed)
        case (.subsetOfNumbers(let set, let allowed), .set, _): return try subset(set, of: allowed.map(String.init))
        case (.subsetOfSet(_, let allowed), .groups, _):
            var inside = Truth.yes
            for name in values.groupNames where !allowed.contains(name) {
                let member = try isMember(name, part)
                inside = Truth(yes: try diagrams.and(inside.yes, member.no), no: try diagrams.or(inside.no, member.yes))
            }
            return inside
        case (.subsetOfSet(_, let allowed), .list(let members), _): return members.allSatisfy(allowed.contains) ? .yes : .no
        case (.known(let set), .set, _):
            let known = try isKnown(set)
            return Truth(yes: known, no: try diagrams.not(known))
        case (.known, .groups, _), (.known, .list, _): return .yes
        case (_, .constant(let value), .constant(let other)): return Truth(test.outcome(value, other))
        case (_, .variable(let value), .constant(let other)) where test.operands.count == 2:
            return try single(value) { test.outcome($0, other) }
        case (_, .constant(let other), .variable(let value)):
            if SceneSurvey.isWorkedOut(test, isReversed: true) { return try single(value) { test.outcome(other, $0) } }
            return try outcome(test)
        case (.matches(_, .pcre, let pattern), .variable(let value), _): return try matches(value, pattern, test)
        case (_, .variable(let value), _) where test.operands.count == 1: return try single(value) { test.outcome($0) }
        case (_, .variable(let value), .variable(let other)):
            if value == other { return try single(value) { test.outcome($0, $0) } }
            let isOpen = numbers[.outcome(test)] != nil
            return SceneSurvey.isWorkedOut(test, isReversed: false) && !isOpen ? try pair(value, other, test) : try outcome(test)
        case _: return .unknown
        }
    }

    private func branch(_ number: Int, _ outcomes: [Ternary]) throws(Undecided) -> Truth {
        Truth(
            yes: try diagrams.node(number, outcomes.map { $0 == .yes ? Diagrams.always : Diagrams.never }),
            no: try diagrams.node(number, outcomes.map { $0 == .no ? Diagrams.always : Diagrams.never }))
    }

    private func single(_ value: TypedValue, _ outcome: (Known) -> Ternary) throws(Undecided) -> Truth {
        guard let number = numbers[.value(value)] else { return .unknown }
        return try branch(number, domains[number].map(outcome))
    }

    private func pair(_ left: TypedValue, _ right: TypedValue, _ test: TypedTest) throws(Undecided) -> Truth {
        guard let a = numbers[.value(left)], let b = numbers[.value(right)] else { return .unknown }
        let (top, below) = a < b ? (a, b) : (b, a)
        var yes: [Diagrams.Node] = []
        var no: [Diagrams.Node] = []
        for value in domains[top] {
            let truth = try branch(below, domains[below].map { a < b ? test.outcome(value, $0) : test.outcome($0, value) })
            yes.append(truth.yes)
            no.append(truth.no)
        }
        return Truth(yes: try diagrams.node(top, yes), no: try diagrams.node(top, no))
    }

    /// Texts that the policy names are tried; whether any other matches is left open.
    private func matches(_ value: TypedValue, _ pattern: String, _ test: TypedTest) throws(Undecided) -> Truth {
        guard let number = numbers[.value(value)], let open = numbers[.pattern(value, pattern)] else { return .unknown }
        let many = manyTexts[value] ?? []
        var yes: [Diagrams.Node] = []
        var no: [Diagrams.Node] = []
        for known in domains[number] {
            var truth = Truth(test.outcome(known))
            if case .text(let text) = known, many.contains(text) { truth = try branch(open, [.no, .yes, .unknown]) }
            yes.append(truth.yes)
            no.append(truth.no)
        }
        // The text is asked for first: its number is the lower one.
        return Truth(yes: try diagrams.node(number, yes), no: try diagrams.node(number, no))
    }

    private func outcome(_ test: TypedTest) throws(Undecided) -> Truth {
        guard let number = numbers[.outcome(test)] else { return .unknown }
        return try branch(number, [.no, .yes, .unknown])
    }

    // MARK: sets

    func flag(_ quantity: Quantity) throws(Undecided) -> Diagrams.Node {
        guard let number = numbers[quantity] else { return Diagrams.never }
        return try diagrams.node(number, domains[number].map { $0 == .boolean(true) ? Diagrams.always : Diagrams.never })
    }

    func isKnown(_ set: TypedValue) throws(Undecided) -> Diagrams.Node {
        numbers[.isKnown(set)] == nil ? Diagrams.always : try flag(.isKnown(set))
    }

    func has(_ set: TypedValue, _ member: String) throws(Undecided) -> Diagrams.Node { try flag(.has(set, member)) }

    /// Everything that the set holds is in the list.
    func isInside(_ set: TypedValue, _ allowed: [String]) throws(Undecided) -> Diagrams.Node {
        var inside = try diagrams.not(flag(.hasOther(set)))
        for quantity in quantities {
            guard case .has(let own, let member) = quantity, own == set, !allowed.contains(member) else { continue }
            inside = try diagrams.and(inside, diagrams.not(flag(quantity)))
        }
        return inside
    }

    private func subset(_ set: TypedValue, of allowed: [String]) throws(Undecided) -> Truth {
        try known(set, isSet: true, isInside(set, allowed))
    }

    private func known(_ set: TypedValue, isSet: Bool, _ node: Diagrams.Node) throws(Undecided) -> Truth {
        let known = try isKnown(set)
        return Truth(yes: try diagrams.and(known, node), no: try diagrams.and(known, diagrams.not(node)))
    }

    /// One of the names, where it is in force, is the value.
    private func has(
        _ names: [String], _ value: TypedValue, _ isInForce: (String) throws(Undecided) -> Truth
    ) throws(Undecided) -> Truth {
        var yes = Diagrams.never
        var maybe = Diagrams.never
        for name in names {
            let equal = try single(value) { TypedTest.equal(value, .string(name)).outcome($0, .text(name)) }
            let force = try isInForce(name)
            yes = try diagrams.or(yes, diagrams.and(equal.yes, force.yes))
            maybe = try diagrams.or(maybe, diagrams.and(equal.yes, diagrams.not(force.no)))
        }
        let known = try single(value) { Ternary($0 != .unknown) }
        return Truth(yes: yes, no: try diagrams.and(known.yes, diagrams.not(maybe)))
    }

    // MARK: people

    /// Whether the caller is in a group.
    func isMember(_ name: String, _ part: Int) throws(Undecided) -> Truth {
        let policy = parts[part].policy
        guard let group = policy.groups.firstIndex(where: { $0.name == name }) else { return .no }
        return try isMember(group, part)
    }

    func isMember(_ group: Int, _ part: Int) throws(Undecided) -> Truth {
        let policy = parts[part].policy
        guard let identity = parts[part].identity else { return .no }
        if policy.groups[group].members.contains(identity) { return .yes }
        guard let condition = policy.groups[group].condition, policy.groups[group].issuer == policy.identities[identity].issuer else {
            return .no
        }
        return try truth(condition, part)
    }

    /// The caller's token makes this identity, and certainly no other.
    func isIdentified(_ part: Int) throws(Undecided) -> Diagrams.Node {
        let policy = parts[part].policy
        guard let identity = parts[part].identity, parts[part].resource != nil else { return Diagrams.never }
        let issuer = policy.identities[identity].issuer
        var node = try truth(policy.identities[identity].condition, part).yes
        for (index, other) in policy.identities.enumerated() where index != identity && other.issuer == issuer {
            node = try diagrams.and(node, truth(other.condition, part).no)
        }
        for claim in policy.issuers[issuer].claims where !claim.isOptional {
            guard let number = numbers[.value(.claim(claim.name))] else { continue }
            node = try diagrams.and(node, branch(number, domains[number].map { Ternary($0 != .unknown) }).yes)
        }
        return node
    }
}
