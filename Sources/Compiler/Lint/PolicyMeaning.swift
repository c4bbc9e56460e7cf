// What a policy means, without how it is written: two policies that are equal here decide and mask alike.

import Machine
import PolicyLang

/// A policy's rules, people and resources after resolution, in one form: lists without order or repetition, conditions without what folds
/// away, no places. Policies that differ here may still mean the same; equal ones always do.
struct PolicyMeaning: Hashable {
    private var rules: [String] = []
    private var people: [String] = []
    private var resources: [String] = []
    private var tests: [String] = []

    /// Nil when the policy has errors.
    init?(files: [SourceFile], root: String?, options: CompileOptions) {
        let run = CompileRun(files: files, options: options)
        PolicyCompiler.resolve(run, root: root)
        guard !run.hasErrors, !run.policies.isEmpty else { return nil }
        rules = run.rules.map { Self.text($0, run) }
        people = run.issuers.map { "issuer \($0.name) \($0.kind) \($0.settings) \($0.claims)" }
        people += run.identities.map { "identity \($0.name) \($0.issuer) \(Self.normal($0.condition))" }
        people += run.groups.map {
            "group \($0.name) \($0.members) \($0.issuer ?? -1) \($0.condition.map { "\(Self.normal($0))" } ?? "")"
        }
        resources = run.resources.map { "\($0.name) \($0.kind) \($0.tags) \($0.searchPath)" }
        tests = run.tests.map { test in
            "\(test.title) \(test.identity) \(test.claims.sorted { $0.key < $1.key }) \(test.resource) \(test.moment?.seconds ?? -1) "
                + test.examples.map { example in
                    switch example {
                    case .message(let it): "\(it.text) \(it.outcome) \(it.rule ?? "")"
                    case .row(let it): "\(it.table ?? "") \(it.cells.map { ($0.column, $0.value) }) \(it.expected.map { ($0.column, $0.value) })"
                    }
                }.joined(separator: "; ")
        }
    }

    private static func text(_ rule: ResolvedRule, _ run: CompileRun) -> String {
        var parts = ["\(rule.effect) \(rule.name) \(rule.observe) on \(rule.on)"]
        // Where no claims have a say, whom a rule is about is a list of people, however it is written.
        let isCertain = (rule.who.groups + rule.who.exceptGroups).allSatisfy { run.groups[$0].condition == nil }
        parts.append(isCertain ? "who \(rule.reach.sorted())" : "who \(rule.who)")
        for target in rule.targets {
            let objects = Set(target.objects.map { "\($0.objectClass) \($0.schema) \($0.name) \($0.columns.map { Set($0).sorted() } ?? ["*"])" })
            parts.append("to \(target.verbs.rawValue) \(objects.sorted())")
        }
        parts.append(rule.condition.map { "when \(normal($0))" } ?? "")
        parts.append("\(rule.because ?? "") \(rule.expires ?? 0) \(rule.limit.map { "\($0)" } ?? "")")
        parts.append("\(rule.approval.map { "\($0)" } ?? "") \(rule.notify)")
        if let mask = rule.mask {
            parts.append(contentsOf: Set(mask.columns.map { "\($0.schema) \($0.table) \($0.column) \($0.transform)" }).sorted())
            parts.append(contentsOf: Set(mask.values.map { "\($0.detector) \($0.transform)" }).sorted())
            parts.append("\(mask.guarded)")
        }
        return parts.joined(separator: "\n")
    }

    /// Equal sides of a comparison in one order; a part that is joined twice, once.
    private static func normal(_ condition: TypedCondition) -> TypedCondition {
        switch condition {
        case .constant: return condition
        case .not(let inner): return .negated(normal(inner))
        case .and(let parts): return .all(once(parts))
        case .or(let parts): return .any(once(parts))
        case .test(.equal(let a, let b)): return .test("\(a)" < "\(b)" ? .equal(a, b) : .equal(b, a))
        case .test: return condition
        }
    }

    private static func once(_ parts: [TypedCondition]) -> [TypedCondition] {
        var seen: Set<TypedCondition> = []
        return parts.map(normal).filter { seen.insert($0).inserted }
    }
}
