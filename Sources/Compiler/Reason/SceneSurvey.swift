// Goes through the conditions of a scene before any diagram is made: what is asked of which fact, and which values answer it all.

import Machine

/// Collects questions, then makes the quantities with their values.
struct SceneSurvey {
    let key: SceneKey
    let parts: [ScenePart]
    let date: Int64
    /// The statement holds nothing that was not understood: the request is one of accesses that do not include `unknown`.
    let isUnderstood: Bool
    let budget: ReasonBudget

    private(set) var quantities: [Quantity] = []
    private(set) var domains: [[Known]] = []
    private(set) var manyTexts: [TypedValue: Set<String>] = [:]

    private var values: Set<TypedValue> = []
    private var types: [TypedValue: FactType] = [:]
    private var texts: [TypedValue: TextQuestions] = [:]
    private var integers: [TypedValue: Set<Int64>] = [:]
    private var moments: [TypedValue: MomentQuestions] = [:]
    private var networks: Set<NetworkRecord> = []
    private var patterns: [TypedValue: Set<String>] = [:]
    private var members: [TypedValue: Set<String>] = [:]
    private var outcomes: Set<TypedTest> = []
    /// Comparisons of one time with another.
    private var timePairs: Set<TypedTest> = []
    private var links: [TypedValue: TypedValue] = [:]
    private var seen: [Set<TypedTest>]

    init(_ key: SceneKey, _ parts: [ScenePart], from date: Int64, isUnderstood: Bool, _ budget: ReasonBudget) {
        self.key = key
        self.parts = parts
        self.date = date
        self.isUnderstood = isUnderstood
        self.budget = budget
        seen = Array(repeating: [], count: parts.count)
    }

    mutating func run() throws(Undecided) {
        if SceneValues.hasColumns(key.verb) { members[.fact(.accessColumns)] = [] }
        for (index, part) in parts.enumerated() {
            guard let identity = part.identity else { continue }
            let issuer = part.policy.identities[identity].issuer
            for other in part.policy.identities where other.issuer == issuer { collect(other.condition, index) }
            for rule in part.rules + part.goals { collect(rule, index) }
        }
        try settle()
    }

    /// A comparison of two values, or of a settled one with another, whose every outcome the chosen values show.
    static func isWorkedOut(_ test: TypedTest, isReversed: Bool) -> Bool {
        switch test {
        case .equal, .less, .atMost: true
        case .startsWith, .endsWith, .contains, .has: false
        case .isTrue, .known, .inSet, .subsetOfSet, .subsetOfNumbers, .matches, .inWindow, .inNetwork: !isReversed
        }
    }

    // MARK: collecting

    private mutating func collect(_ rule: ResolvedRule, _ part: Int) {
        collect(rule.condition, part)
        if let expires = rule.expires, rule.effect == .allow { collect(.test(.atMost(.integer(expires), .fact(.requestTime))), part) }
        for group in rule.who.groups + rule.who.exceptGroups { collect(parts[part].policy.groups[group].condition, part) }
        guard SceneValues.hasColumns(key.verb) else { return }
        members[.fact(.accessColumns)]?.formUnion((rule.mask?.columns ?? []).map(\.column))
        for target in rule.targets where target.verbs.contains(key.verb) {
            for object in target.objects { members[.fact(.accessColumns)]?.formUnion(object.columns ?? []) }
        }
    }

    private mutating func collect(_ condition: TypedCondition?, _ part: Int) {
        switch condition {
        case nil, .constant: return
        case .not(let inner): collect(inner, part)
        case .and(let inner), .or(let inner): for one in inner { collect(one, part) }
        case .test(let test): if seen[part].insert(test).inserted { collect(SceneValues.normal(test), part) }
        }
    }

    private mutating func collect(_ test: TypedTest, _ part: Int) {
        let scene = SceneValues(key, parts[part])
        let operands = test.operands
        let meanings = operands.map { scene.meaning(of: $0) }
        for (value, meaning) in zip(operands, meanings) {
            switch meaning {
            case .variable:
                values.insert(value)
                types[value] = scene.type(of: value)
            case .set: members[value, default: []].formUnion([])
            case .groups: for group in parts[part].policy.groups { collect(group.condition, part) }
            case .constant, .list: continue
            }
        }
        switch (meanings[0], meanings.count == 2 ? meanings[1] : nil) {
        case (.set, .constant(.text(let member))?): members[operands[0]]?.insert(member)
        case (.set, .constant(.integer(let member))?): members[operands[0]]?.insert(String(member))
        case (.set, .variable?): outcomes.insert(test)
        case (.set, _):
            if case .subsetOfSet(_, let allowed) = test { members[operands[0]]?.formUnion(allowed) }
            if case .subsetOfNumbers(_, let allowed) = test { members[operands[0]]?.formUnion(allowed.map(String.init)) }
        case (.groups, .variable?): for name in scene.groupNames { texts[operands[1], default: .init()].add(constant: name) }
        case (.list(let names), .variable?): for name in names { texts[operands[1], default: .init()].add(constant: name) }
        case (.variable, .variable?):
            if operands[0] == operands[1] { return }
            if types[operands[0]] == .time {
                timePairs.insert(test)
            } else if Self.isWorkedOut(test, isReversed: false) {
                link(operands[0], operands[1])
            } else {
                outcomes.insert(test)
            }
        case (.variable, .constant(let value)?): ask(operands[0], test, value)
        case (.constant(let value), .variable?):
            if Self.isWorkedOut(test, isReversed: true) { ask(operands[1], test, value) } else { outcomes.insert(test) }
        case (.variable, nil): ask(operands[0], test, .unknown)
        case _: return
        }
    }

    /// One value compared with what is settled.
    private mutating func ask(_ value: TypedValue, _ test: TypedTest, _ other: Known) {
        switch (test, other) {
        case (.equal, .text(let text)): texts[value, default: .init()].add(constant: text)
        case (.inSet(_, let members), _): for member in members { texts[value, default: .init()].add(constant: member) }
        case (.startsWith, .text(let text)): texts[value, default: .init()].add(.prefix(text))
        case (.endsWith, .text(let text)): texts[value, default: .init()].add(.suffix(text))
        case (.contains, .text(let text)): texts[value, default: .init()].add(.part(text))
        case (.matches(_, .glob, let pattern), _): texts[value, default: .init()].add(.glob(pattern))
        case (.matches(_, .words, let pattern), _): texts[value, default: .init()].add(.words(pattern))
        case (.matches(_, .pcre, let pattern), _):
            patterns[value, default: []].insert(pattern)
            for sample in PatternSamples.texts(pattern) { texts[value, default: .init()].add(constant: sample) }
        case (_, .integer(let number)):
            if types[value] == .time {
                moments[value, default: .init()].constants.insert(number)
            } else {
                integers[value, default: []].insert(number)
            }
        case (.inWindow(_, let window), _): moments[value, default: .init()].windows.insert(window)
        case (.inNetwork(_, let network), _): networks.insert(network)
        case _: return
        }
    }

    private mutating func link(_ a: TypedValue, _ b: TypedValue) {
        let (left, right) = (root(a), root(b))
        if left != right { links[right] = left }
    }

    private func root(_ value: TypedValue) -> TypedValue {
        var current = value
        while let next = links[current] { current = next }
        return current
    }

    // MARK: values

    /// Links times that are compared. Where windows and other times make too many moments, their order is left open instead: the
    /// argument may well come to an end without it.
    private mutating func linkTimes() throws(Undecided) {
        let before = links
        for test in timePairs { link(test.operands[0], test.operands[1]) }
        let clusters = Dictionary(grouping: Set(timePairs.flatMap(\.operands)), by: root)
        var open: Set<TypedValue> = []
        for (root, cluster) in clusters {
            let asked = questions(of: cluster)
            guard !asked.windows.isEmpty else { continue }
            // A diagram of all of them but one may be as large as their moments to that power; something is left for the rest.
            let count = max(1, try Moments.orders(of: asked, from: date, budget).count)
            let most = budget.limit / 4
            var size = 1
            for _ in cluster.dropFirst() where size <= most { size = size > most / count ? .max : size * count }
            if size > most { open.insert(root) }
        }
        guard !open.isEmpty else { return }
        let left = timePairs.filter { open.contains(root($0.operands[0])) }
        links = before
        for test in timePairs.subtracting(left) { link(test.operands[0], test.operands[1]) }
        outcomes.formUnion(left)
    }

    /// What is asked of any of these times.
    private func questions(of times: [TypedValue]) -> MomentQuestions {
        var all = MomentQuestions()
        for time in times {
            guard let own = moments[time] else { continue }
            all.constants.formUnion(own.constants)
            all.windows.formUnion(own.windows)
        }
        all.copies = times.count
        return all
    }

    private mutating func settle() throws(Undecided) {
        try linkTimes()
        var clusters: [TypedValue: [TypedValue]] = [:]
        for value in values { clusters[root(value), default: []].append(value) }
        var made: [(Quantity, [Known])] = []
        for cluster in clusters.values {
            for value in cluster { made.append((.value(value), try domain(of: value, cluster))) }
        }
        for (value, asked) in patterns {
            for pattern in asked { made.append((.pattern(value, pattern), Self.open)) }
        }
        for test in outcomes { made.append((.outcome(test), Self.open)) }
        for (set, named) in members {
            if mayBeUnknown(set) { made.append((.isKnown(set), [.boolean(true), .boolean(false)])) }
            made.append((.hasOther(set), [.boolean(false), .boolean(true)]))
            for member in named { made.append((.has(set, member), [.boolean(false), .boolean(true)])) }
        }
        let ranked = made.map { (rank: Self.rank($0.0), made: $0) }.sorted { $0.rank < $1.rank }
        quantities = ranked.map(\.made.0)
        domains = ranked.map(\.made.1)
    }

    /// No, yes, unknown.
    private static let open: [Known] = [.boolean(false), .boolean(true), .unknown]

    private static func rank(_ quantity: Quantity) -> String {
        switch quantity {
        case .value(let value): "a" + rank(value)
        case .isKnown(let set): "b" + rank(set) + "0"
        case .has(let set, let member): "b" + rank(set) + "1" + member
        case .hasOther(let set): "b" + rank(set) + "2"
        case .pattern(let value, let pattern): "c" + rank(value) + pattern
        case .outcome(let test): "d\(test)"
        }
    }

    private static func rank(_ value: TypedValue) -> String {
        switch value {
        case .claim(let name): "claim " + name + " "
        case .fact(let fact): "fact " + String(Int(fact.rawValue) + 100) + " "
        case .header(let name): "header " + name + " "
        case .integer(let number): "number " + String(number) + " "
        case .string(let text): "text " + text + " "
        }
    }

    private func mayBeUnknown(_ value: TypedValue) -> Bool {
        switch value {
        case .integer, .string: return false
        case .header: return true
        case .claim(let name):
            return parts.contains { part in
                guard let identity = part.identity else { return false }
                return part.policy.claim(name, of: part.policy.identities[identity].issuer)?.isOptional ?? true
            }
        case .fact(let fact):
            switch fact {
            case .identityProof, .requestTime, .statementCount, .statementText: return false
            case .statementKind, .statementTables, .statementFunctions, .statementFingerprint, .statementFirstSeen: return !isUnderstood
            default: return true
            }
        }
    }

    private mutating func domain(of value: TypedValue, _ cluster: [TypedValue]) throws(Undecided) -> [Known] {
        var known: [Known]
        switch types[value] ?? .string {
        case .boolean: known = value == .fact(.statementFirstSeen) ? [.boolean(true), .boolean(false)] : [.boolean(false), .boolean(true)]
        case .integer, .duration, .size: known = numbers(value, cluster)
        case .time: known = try times(value, cluster).map { .integer($0) }
        case .address: known = addresses().map { .address($0) }
        case .string, .strings, .integers:
            known = value == .fact(.statementWhere) ? WhereShape.allCases.map { .text($0.name) } : try texts(of: value, cluster)
        }
        if mayBeUnknown(value) { known.append(.unknown) }
        if case .header = value { known.append(.unclear) }
        return known
    }

    /// A request is made from the day of the check on, a token may say any time.
    private func times(_ value: TypedValue, _ cluster: [TypedValue]) throws(Undecided) -> [Int64] {
        let isRequest = value == .fact(.requestTime)
        let questions = questions(of: cluster)
        if cluster.count > 1 {
            let all = try Moments.orders(of: questions, from: date, budget)
            return all.filter { !isRequest || Moments.requests(from: date).contains($0) }
        }
        if isRequest { return try Moments.regions(of: questions, from: date, budget) }
        return try Moments.everywhere(of: questions, from: date, budget)
    }

    private func numbers(_ value: TypedValue, _ cluster: [TypedValue]) -> [Known] {
        if value == .fact(.identityProof) { return Proof.allCases.map { .integer(Int64($0.rawValue)) } }
        var least: Int64 = 0
        var natural: Int64 = 1
        switch value {
        case .fact(.statementCount): least = 1
        case .fact(.sessionAge): natural = 0
        case .fact: natural = 10
        case .claim, .header, .integer, .string: least = .min
        }
        var numbers: Set<Int64> = [natural]
        for other in cluster {
            for number in integers[other] ?? [] {
                for near in -Int64(cluster.count)...Int64(cluster.count) { numbers.insert(number &+ near) }
            }
            numbers.formUnion((0..<Int64(cluster.count)).map { natural + $0 })
        }
        let sorted = numbers.filter { $0 >= least }.sorted()
        return ([natural] + sorted.filter { $0 != natural }).map { .integer($0) }
    }

    /// Between two borders of networks nothing changes.
    private func addresses() -> [NetworkAddress] {
        var borders = [NetworkAddress(ipv4: 0xC633_6407), NetworkAddress(high: 0, low: 0)]
        for network in networks.sorted(by: { ($0.high, $0.low, $0.prefix) < ($1.high, $1.low, $1.prefix) }) {
            borders.append(NetworkAddress(high: network.high, low: network.low))
            if let following = network.following { borders.append(following) }
        }
        var seen: Set<[Bool]> = []
        let asked = Array(networks)
        return borders.filter { address in seen.insert(asked.map { $0.contains(address) }).inserted }
    }

    private mutating func texts(of value: TypedValue, _ cluster: [TypedValue]) throws(Undecided) -> [Known] {
        var questions = TextQuestions()
        questions.copies = cluster.count
        for other in cluster {
            if let own = texts[other] { questions.join(own) }
            if other == .fact(.statementWhere) { for shape in WhereShape.allCases { questions.add(constant: shape.name) } }
        }
        // What is compared with each other must be able to be the same.
        questions.seeds = cluster.count == 1 ? Self.seeds(value, key.verb) : []
        let regions = try TextRegions.regions(of: questions, budget)
        manyTexts[value] = Set(regions.filter(\.isOneOfMany).map(\.text))
        return regions.map { .text($0.text) }
    }

    private static func seeds(_ value: TypedValue, _ verb: Verb) -> [String] {
        switch value {
        case .fact(.statementKind): [verb.name, "select", "with"]
        case .fact(.sessionReason): ["maintenance"]
        case .fact(.statementFingerprint): ["0123456789abcdef"]
        case .claim, .header: ["x"]
        case .fact, .integer, .string: []
        }
    }
}
