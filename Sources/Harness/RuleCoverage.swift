// Which rules the tests have exercised: what decided, which way each condition went, which verbs were covered.

import Decision
import Machine

/// A rule is covered when it decided a step, or, for a mask or a watch, when it applied to one; one that only observes, when it would have.
public struct RuleCoverage: Sendable, Hashable {
    public struct Rule: Sendable, Hashable, Codable {
        public var name: String
        public var effect: String
        public var observe: Bool
        public var place: TestPlace
        /// The last line of its text.
        public var lastLine: Int
        public var isCovered: Bool
        /// Steps that it decided, or applied to.
        public var hits = 0
        /// nil without a condition.
        public var condition: Sides?
        /// The verbs that it names, in the order of the program's numbers; empty for a rule about any access.
        public var verbs: [Verb]
        /// The comparisons of its condition, when it has several and they were asked for.
        public var parts: [Part] = []
    }

    /// One comparison of a condition, and which way it went.
    public struct Part: Sendable, Hashable, Codable {
        public var text: String
        public var place: TestPlace
        public var sides = Sides()
    }

    /// A rule of the program that only observes, and stands for one comparison of another rule's condition.
    public struct Probe: Sendable, Hashable {
        /// The index of the other rule.
        public var rule: Int
        public var text: String
        public var place: TestPlace
        /// Whether its condition is the opposite of the comparison.
        public var isNegated: Bool
        public init(rule: Int, text: String, place: TestPlace, isNegated: Bool) {
            self.rule = rule
            self.text = text
            self.place = place
            self.isNegated = isNegated
        }
    }

    /// Both sides of a rule's whole condition: how many steps saw it hold, and how many saw it not hold. Where a fact is unknown the
    /// condition of an allow counts as not holding, that of any other rule as holding.
    public struct Sides: Sendable, Hashable, Codable {
        public var held = 0
        public var failed = 0

        mutating func add(_ other: Sides) {
            held += other.held
            failed += other.failed
        }
    }

    /// A verb, and how many steps had an access with it that the rule covered.
    public struct Verb: Sendable, Hashable, Codable {
        public var name: String
        public var hits = 0
    }

    /// In the program's order.
    public private(set) var rules: [Rule]
    /// The verbs of each rule, as the machine has them.
    private var verbs: [[Machine.Verb]] = []
    /// The last rules of the program, in its order.
    private var probes: [PlacedProbe] = []

    private struct PlacedProbe: Sendable, Hashable {
        var probe: Probe
        /// Which of the rule's parts it is.
        var part: Int
    }

    /// - Parameter probes: what the last rules of the program stand for.
    init(_ policy: VerifiedProgram, probes: [Probe] = []) {
        rules = []
        for (index, record) in policy.program.rules.dropLast(probes.count).enumerated() {
            let place = policy.place(of: index)
            let named = Self.verbs(of: record)
            verbs.append(named)
            rules.append(
                Rule(
                    name: policy.ruleName(index), effect: record.effect.name, observe: record.observe,
                    place: TestPlace(path: place.path, line: place.line), lastLine: place.line + Self.breaks(in: record.place, policy), isCovered: false,
                    // What a watch asks of a result no test can know.
                    condition: record.condition == nil || policy.usesResult(index) ? nil : Sides(), verbs: named.map { Verb(name: $0.name) }))
        }
        for probe in probes where rules.indices.contains(probe.rule) {
            self.probes.append(PlacedProbe(probe: probe, part: rules[probe.rule].parts.count))
            rules[probe.rule].parts.append(Part(text: probe.text, place: probe.place))
        }
    }

    private static func breaks(in place: SourcePlace, _ policy: VerifiedProgram) -> Int {
        let bytes = policy.program.sources[Int(place.file)].bytes
        return bytes[min(Int(place.start), bytes.count)..<min(Int(place.end), bytes.count)].count { $0 == UInt8(ascii: "\n") }
    }

    private static func verbs(of record: RuleRecord) -> [Machine.Verb] {
        var named: VerbSet = []
        for target in record.targets where target.verbs != .all { named.formUnion(target.verbs) }
        return Machine.Verb.allCases.filter { named.contains($0) }
    }

    /// Which way the comparisons of a rule's condition went in one step; none without probes, and none that was not asked.
    func comparisons(of rule: Int, in tried: Set<RuleExercise>) -> [StepExplanation.Comparison] {
        probes.enumerated().filter { $0.element.probe.rule == rule }.compactMap { number, placed in
            let outcomes = Set(tried.filter { $0.rule == rules.count + number }.compactMap(\.condition))
            // Of several accesses: it was so where it was so for one of them.
            guard !outcomes.isEmpty else { return nil }
            return StepExplanation.Comparison(
                text: placed.probe.text, place: placed.probe.place, held: outcomes.contains(!placed.probe.isNegated))
        }
    }

    public var covered: Int { rules.count { $0.isCovered } }
    public var uncovered: [Rule] { rules.filter { !$0.isCovered } }

    /// Every approve that asks has decided; a rule that only observes counts where it would have acted.
    mutating func note(_ decided: Decided) {
        var acted = Set(decided.observed)
        if let held = decided.held { acted.formUnion(held.demands.map { Int($0.index) }) } else { acted.insert(Int(decided.record.rule)) }
        for rule in acted.sorted() where rules.indices.contains(rule) { count(rule) }
        note(masks: decided.maskRules)
    }

    mutating func note(masks: [String]) {
        for name in masks {
            for index in rules.indices where rules[index].name == name { count(index) }
        }
    }

    private mutating func count(_ index: Int) {
        rules[index].isCovered = true
        rules[index].hits += 1
    }

    /// Adds what another coverage of the same policy has counted.
    mutating func add(_ other: RuleCoverage) {
        for (index, rule) in other.rules.enumerated() {
            rules[index].isCovered = rules[index].isCovered || rule.isCovered
            rules[index].hits += rule.hits
            if let sides = rule.condition { rules[index].condition?.add(sides) }
            for (number, verb) in rule.verbs.enumerated() { rules[index].verbs[number].hits += verb.hits }
            for (number, part) in rule.parts.enumerated() { rules[index].parts[number].sides.add(part.sides) }
        }
    }

    /// What one step tried: each side and each verb counts once, however many accesses had it. Nothing of a refused message is masked.
    /// - Parameter onlyMasks: for a row, whose `select` is not the author's.
    mutating func note(_ tried: Set<RuleExercise>, isAllowed: Bool, onlyMasks: Bool = false) {
        for (index, own) in Dictionary(grouping: tried, by: \.rule) {
            guard rules.indices.contains(index) else {
                note(probe: index - rules.count, own, isAllowed: isAllowed, onlyMasks: onlyMasks)
                continue
            }
            let isAboutAnswers = rules[index].effect == Effect.mask.name || rules[index].effect == Effect.watch.name
            if isAboutAnswers ? !isAllowed : onlyMasks { continue }
            // A watch is covered by a step whose answer it is about, whatever its answer would be.
            if rules[index].effect == Effect.watch.name, !onlyMasks, own.contains(where: \.covers) { count(index) }
            if own.contains(where: { $0.condition == true }) { rules[index].condition?.held += 1 }
            if own.contains(where: { $0.condition == false }) { rules[index].condition?.failed += 1 }
            for (number, verb) in verbs[index].enumerated() where own.contains(where: { $0.covers && $0.verb == verb }) {
                rules[index].verbs[number].hits += 1
            }
        }
    }

    private mutating func note(probe number: Int, _ own: [RuleExercise], isAllowed: Bool, onlyMasks: Bool) {
        guard probes.indices.contains(number) else { return }
        let (probe, part) = (probes[number].probe, probes[number].part)
        if rules[probe.rule].effect == Effect.mask.name ? !isAllowed : onlyMasks { return }
        if own.contains(where: { $0.condition == !probe.isNegated }) { rules[probe.rule].parts[part].sides.held += 1 }
        if own.contains(where: { $0.condition == probe.isNegated }) { rules[probe.rule].parts[part].sides.failed += 1 }
    }
}
