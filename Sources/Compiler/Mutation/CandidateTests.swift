// Examples that could tell a mutant from the policy it was made of: whoever can run them suggests the one that does.

import Machine
import PolicyLang

/// A test that might tell two policies apart.
public struct CandidateTest: Sendable {
    /// Of one example, whose expectation means nothing yet.
    public var test: PolicyTest
    /// Those of its claims that a `with` must say: the identity does not demand them.
    public var said: [String: ClaimValue]
}

extension MutationBench {
    /// Tests of one example each, the likelier ones first; at most `CandidateTests.limit`. What an example expects is not said: that is
    /// what the original policy makes of it.
    public func candidates(for mutant: Int) -> [CandidateTest] {
        let rules = concerned(by: mutant)
        var candidates = CandidateTests(run: run, span: mutants[mutant].span)
        if case .rule = plan(of: mutant), rules.count == 2 {
            let objects = rules.map { Set($0.targets.flatMap(\.objects)) }
            candidates.different = objects[0].symmetricDifference(objects[1])
        }
        for rule in rules { candidates.add(rule) }
        return candidates.tests
    }

    /// The rules that the change is about, as they were and as they became.
    private func concerned(by mutant: Int) -> [ResolvedRule] {
        switch plan(of: mutant) {
        case .rule(let index, nil): return [run.rules[index]]
        case .rule(let index, let declaration?):
            let rules = run.rules
            defer { run.rules = rules }
            let became = run.attempt { replaceRule(index, declaration) } ? run.rules[index] : rules[index]
            return [rules[index], became]
        case .named(let index, _):
            let name = run.names.lets[index].declaration.name.text
            let users = run.rules.filter { rule in rule.declaration.conditions.contains { $0.condition.mentions(name) } }
            return Array((users.isEmpty ? run.rules.filter { $0.condition != nil } : users).prefix(3))
        case .group(let index, _):
            return Array(run.rules.filter { $0.who.groups.contains(index) || $0.who.exceptGroups.contains(index) }.prefix(3))
        }
    }
}

extension Condition {
    fileprivate func mentions(_ name: String) -> Bool {
        switch self {
        case .or(let parts, _), .and(let parts, _): parts.contains { $0.mentions(name) }
        case .not(let inner, _): inner.mentions(name)
        case .operand(.path(let path)): path.segments.last?.text == name
        case .has, .comparison, .operand: false
        }
    }
}

/// Statements and rows around what a rule says, for callers and resources around those that it means.
struct CandidateTests {
    static let limit = 600
    private static let people = 5
    private static let objects = 4

    private let run: CompileRun
    private let span: SourceSpan
    private(set) var tests: [CandidateTest] = []
    /// Objects that only one of the two versions of a rule names: they are tried first.
    var different: Set<ResolvedObject> = []
    private var seen: Set<String> = []

    init(run: CompileRun, span: SourceSpan) {
        self.run = run
        self.span = span
    }

    mutating func add(_ rule: ResolvedRule) {
        var examples = (rows(of: rule) + statements(of: rule)).map { [$0] }
        if rule.condition?.facts.contains(.statementInTransaction) == true {
            let begin = PolicyTest.Example.message(.init(text: "begin", outcome: .allow, rule: nil, span: span))
            examples += statements(of: rule).map { [begin, $0] }
        }
        for moment in moments(of: rule) {
            for resource in places(of: rule) {
                for identity in callers(of: rule) {
                    for said in groupClaims(of: rule, identity) {
                        for example in examples { add(example, identity, resource, moment, said) }
                    }
                }
            }
        }
    }

    private mutating func add(
        _ examples: [PolicyTest.Example], _ identity: Int, _ resource: Int, _ moment: Moment?, _ said: [String: ClaimValue]
    ) {
        guard tests.count < Self.limit, run.identities[identity].issuer >= 0 else { return }
        let who = run.identities[identity]
        let claims = run.demandedClaims(of: who.condition)
        var test = PolicyTest(
            title: "", identity: who.name, issuer: run.issuers[who.issuer].name, claims: claims.merging(said) { own, _ in own },
            resource: run.resources[resource].name, moment: moment, examples: examples, span: span)
        if run.issuers[who.issuer].kind == .mtls { test.proof = .mtls }
        let told = said.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        if seen.insert("\(who.name)\u{0}\(resource)\u{0}\(moment?.seconds ?? 0)\u{0}\(told)\u{0}\(examples)").inserted {
            tests.append(CandidateTest(test: test, said: said.filter { claims[$0.key] == nil }))
        }
    }

    /// Claims that put a caller into a rule's groups, and such that keep it out: a group by claims is only joined by a token that says so.
    private func groupClaims(of rule: ResolvedRule, _ identity: Int) -> [[String: ClaimValue]] {
        var inside: [String: ClaimValue] = [:]
        for group in rule.who.groups + rule.who.exceptGroups where run.groups[group].issuer == run.identities[identity].issuer {
            guard let condition = run.groups[group].condition else { continue }
            inside.merge(run.demandedClaims(of: condition)) { own, _ in own }
        }
        if inside.isEmpty { return [[:]] }
        let outside = inside.mapValues { value -> ClaimValue in
            switch value {
            case .string: .string("another")
            case .strings: .strings(["another"])
            case .integer(let number): .integer(number &- 1)
            case .boolean(let flag): .boolean(!flag)
            case .time(let seconds): .time(seconds &- 1)
            case .integers(let numbers): .integers([(numbers.max() ?? 0) &+ 1])
            }
        }
        return [inside, outside, [:]]
    }

    // MARK: who, where, when

    private func callers(of rule: ResolvedRule) -> [Int] {
        let inside = rule.reach.sorted()
        let outside = run.identities.indices.filter { !rule.reach.contains($0) }
        return Array(inside.prefix(Self.people - 2)) + outside.prefix(Self.people - min(inside.count, Self.people - 2))
    }

    private func places(of rule: ResolvedRule) -> [Int] {
        let outside = run.resources.indices.filter { !rule.on.contains($0) }
        return (Array(rule.on.prefix(2)) + outside.prefix(2)).filter { run.resources[$0].kind == .postgres }
    }

    /// A working day, a night, a Sunday; and after the rule's end.
    private func moments(of rule: ResolvedRule) -> [Moment?] {
        var moments: [Moment?] = [nil]
        if rule.condition?.facts.contains(.requestTime) == true {
            moments += [1_772_447_400, 1_772_420_400, 1_772_362_800].map { Moment(seconds: $0) }
        }
        if let end = rule.expires { moments += [Moment(seconds: end - 60), Moment(seconds: end + 86_400)] }
        return moments
    }

    // MARK: messages

    private func statements(of rule: ResolvedRule) -> [PolicyTest.Example] {
        var texts: [String] = []
        let targets = rule.targets.isEmpty ? [ResolvedTarget(verbs: [.select, .update, .drop], objects: [])] : rule.targets
        for target in targets {
            for verb in Verb.allCases where target.verbs.contains(verb) {
                let objects = target.objects.filter(different.contains) + target.objects.filter { !different.contains($0) }
                let named = objects.compactMap(Name.init).prefix(Self.objects)
                let others = otherNames(verb, besides: named.map(\.text))
                for object in named + others { texts += SampleStatements.of(verb, object.text, columns: object.columns) }
            }
        }
        // Verbs that the rule does not have, on what it is about.
        if let object = targets.lazy.flatMap(\.objects).compactMap(Name.init).first {
            for verb in [Verb.select, .update, .delete, .drop] where !targets.contains(where: { $0.verbs.contains(verb) }) {
                texts += SampleStatements.of(verb, object.text, columns: object.columns)
            }
        }
        if let mask = rule.mask, mask.guarded {
            for column in mask.columns.prefix(Self.objects) {
                var table = "something_else"
                if case .exactly(let name) = column.table { table = SampleStatements.identifier(name) }
                texts.insert("select id from \(table) where \(SampleStatements.identifier(column.column)) = 'x'", at: 0)
            }
        }
        return texts.map { .message(.init(text: $0, outcome: .allow, rule: nil, span: span)) }
    }

    private struct Name {
        var text: String
        var columns: [String]?

        init(_ text: String) { self.text = text }

        init?(_ object: ResolvedObject) {
            guard case .exactly(let name) = object.name else { return nil }
            var text = SampleStatements.identifier(name)
            if case .exactly(let schema) = object.schema { text = SampleStatements.identifier(schema) + "." + text }
            self.text = text
            columns = object.columns
        }
    }

    /// Names that other rules have for the verb, and one that none has.
    private func otherNames(_ verb: Verb, besides known: [String]) -> [Name] {
        var names: [String] = []
        for target in run.rules.lazy.flatMap(\.targets) where target.verbs.contains(verb) {
            for object in target.objects {
                guard let name = Name(object)?.text, !known.contains(name), !names.contains(name) else { continue }
                names.append(name)
                if names.count == 2 { break }
            }
            if names.count == 2 { break }
        }
        return (names + ["something_else"]).map { Name($0) }
    }

    // MARK: rows

    private func rows(of rule: ResolvedRule) -> [PolicyTest.Example] {
        guard let mask = rule.mask else { return [] }
        var rows: [PolicyTest.Example] = []
        for column in mask.columns.prefix(12) {
            var table: String?
            if case .exactly(let name) = column.table { table = name }
            var schema: String?
            if case .exactly(let name) = column.schema { schema = name }
            for value in ["jane.doe@acme.example", "2026-03-02", "47"] { rows.append(row(schema, table, column.column, value)) }
        }
        if !mask.values.isEmpty {
            for value in SampleStatements.values { rows.append(row(nil, nil, "note", value)) }
        }
        return rows
    }

    private func row(_ schema: String?, _ table: String?, _ column: String, _ value: String) -> PolicyTest.Example {
        let cells = [PolicyTest.Cell(column: column, value: value, span: span)]
        return .row(.init(schema: table == nil ? nil : schema, table: table, cells: cells, expected: cells, span: span))
    }
}

extension TypedCondition {
    /// The facts that its tests look at.
    var facts: Set<Fact> {
        switch self {
        case .constant: []
        case .and(let parts), .or(let parts): parts.reduce(into: []) { $0.formUnion($1.facts) }
        case .not(let inner): inner.facts
        case .test(let test): test.facts
        }
    }
}

extension TypedTest {
    fileprivate var facts: Set<Fact> {
        let values: [TypedValue]
        switch self {
        case .isTrue(let a), .known(let a), .inSet(let a, _), .subsetOfSet(let a, _), .subsetOfNumbers(let a, _), .matches(let a, _, _), .inWindow(let a, _),
            .inNetwork(let a, _):
            values = [a]
        case .equal(let a, let b), .less(let a, let b), .atMost(let a, let b), .has(let a, let b), .startsWith(let a, let b),
            .endsWith(let a, let b), .contains(let a, let b):
            values = [a, b]
        }
        return Set(values.compactMap { if case .fact(let fact) = $0 { fact } else { nil } })
    }
}
