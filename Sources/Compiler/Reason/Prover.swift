// Decides `prove` declarations: every way that a request could break one is gone through, or a request is found that does.

import Machine
import PolicyLang

/// What came of one proof.
public struct ProofResult: Sendable {
    public var name: String
    public var path: String
    public var line: Int
    /// Requests that break it, as far as the argument goes; each is to be tried. Empty: none is possible, unless `undecided` says that
    /// not everything was looked at.
    public var candidates: [Candidate]
    /// Why it is not known; nil when everything was looked at.
    public var undecided: String?
    /// Cases that were closed: an identity, a resource, a verb and an object each.
    public var cases: Int
    public var steps: Int

    public struct Candidate: Sendable {
        /// Else `always`.
        public var isNever: Bool
        public var witness: Witness
        /// A policy that denies what must never be allowed, or allows what always must be: the witness is one when that policy does so.
        public var check: Program?
    }
}

/// Decides the proofs of a policy.
public struct Prover {
    /// Enough for a policy of ten thousand rules.
    public static let defaultBudget = 20_000_000
    private static let candidatesPerCase = 8
    private static let mostCandidates = 64

    private let policy: ReasonedPolicy
    private let budget: Int

    public init(_ policy: ReasonedPolicy, budget: Int = Prover.defaultBudget) {
        self.policy = policy
        self.budget = budget
    }

    /// In the order of the program.
    public func results() -> [ProofResult] { policy.proofs.map { result(of: $0) } }

    private func result(of proof: ResolvedProof) -> ProofResult {
        let place = policy.place(proof.span)
        let work = Work(policy: policy, budget: ReasonBudget(budget))
        for goal in proof.goals { work.decide(goal) }
        return ProofResult(
            name: proof.name, path: place.path, line: place.line, candidates: work.candidates, undecided: work.undecided,
            cases: work.cases, steps: work.budget.spent)
    }

    private final class Work {
        let policy: ReasonedPolicy
        let budget: ReasonBudget
        var candidates: [ProofResult.Candidate] = []
        var undecided: String?
        var cases = 0

        init(policy: ReasonedPolicy, budget: ReasonBudget) {
            self.policy = policy
            self.budget = budget
        }

        func decide(_ goal: ResolvedProof.Goal) {
            do throws(Undecided) {
                for resource in goal.rule.on {
                    try decide(goal, resource)
                    if goal.isNever { try decideOpened(goal, resource) }
                }
            } catch {
                undecided = undecided ?? error.why
            }
        }

        private func decide(_ goal: ResolvedProof.Goal, _ resource: Int) throws(Undecided) {
            let names = RuleNames(policy, resource: resource)
            let kind = policy.resources[resource].kind
            for verb in Verb.allCases where kind.verbs.contains(verb) && goal.rule.isAbout(verb) {
                let rules = names.rules(verb)
                if goal.isNever, !rules.contains(where: { $0.effect == .allow || $0.effect == .approve }) {
                    cases += goal.rule.reach.count
                    continue
                }
                var objects = SceneObjects(verb, kind, budget)
                let path = policy.resources[resource].searchPath
                for rule in rules + [goal.rule] { objects.add(rule, searchPath: path) }
                if (rules + [goal.rule]).contains(where: { SceneObjects.asksOpenly($0.condition) }) {
                    undecided = undecided ?? "a condition holds the names of objects against a regular expression or another fact"
                }
                for object in try objects.objects() where goal.rule.mayBeAbout(verb, object, searchPath: path) {
                    for identity in goal.rule.reach.sorted() {
                        try decide(goal, names, resource, identity, verb, object)
                    }
                }
            }
        }

        /// Accesses that others set going pass when those do and no deny covers them.
        private func decideOpened(_ goal: ResolvedProof.Goal, _ resource: Int) throws(Undecided) {
            guard let database = policy.databases.first(where: { $0.resources.contains(resource) }) else { return }
            let names = RuleNames(policy, resource: resource)
            let path = policy.resources[resource].searchPath
            for opened in try database.openedAccesses() where goal.rule.mayBeAbout(opened.verb, opened.object, searchPath: path) {
                for identity in goal.rule.reach.sorted() {
                    cases += 1
                    try budget.spend()
                    let inner = try scene(goal, names, resource, identity, opened.verb, opened.object)
                    let held = try inner.diagrams.all([
                        inner.covers(goal.rule, 0, .forbids), inner.isIdentified(0), inner.constraints(),
                        inner.diagrams.not(inner.decision(0).denied),
                    ])
                    if held == Diagrams.never { continue }
                    guard let opener = opened.opener else {
                        undecided = undecided ?? "an operator, a cast or a type of the schema may do it: \(opened.verb.name) \(opened.object.text)"
                        continue
                    }
                    let outer = try scene(goal, names, resource, identity, opener.verb, opener.object)
                    let passes = try outer.diagrams.and(outer.decision(0).passes, outer.constraints())
                    add(try outer.models(passes, limit: Prover.candidatesPerCase), outer, goal)
                }
            }
        }

        private func add(_ models: [[Int: Int]], _ scene: Scene, _ goal: ResolvedProof.Goal) {
            for model in models where candidates.count < Prover.mostCandidates {
                guard let witness = scene.witness(model, 0) else { continue }
                candidates.append(ProofResult.Candidate(isNever: goal.isNever, witness: witness, check: goal.program))
            }
        }

        private func scene(
            _ goal: ResolvedProof.Goal, _ names: RuleNames, _ resource: Int, _ identity: Int, _ verb: Verb, _ object: SceneObject
        ) throws(Undecided) -> Scene {
            let key = SceneKey(
                identity: policy.identities[identity].name, resource: policy.resources[resource].name, verb: verb, object: object)
            let rules = names.rules(verb, object, identity: identity, searchPath: policy.resources[resource].searchPath)
            let isUnderstood = goal.isNever ? !names.passesUnknown(identity) : !goal.rule.isAbout(.unknown)
            return try Scene(
                key, [ScenePart(policy, key, rules: rules, goals: [goal.rule])], from: policy.date, isUnderstood: isUnderstood, budget)
        }

        private func decide(
            _ goal: ResolvedProof.Goal, _ names: RuleNames, _ resource: Int, _ identity: Int, _ verb: Verb, _ object: SceneObject
        ) throws(Undecided) {
            cases += 1
            try budget.spend()
            guard candidates.count < Prover.mostCandidates else { return }
            let rules = names.rules(verb, object, identity: identity, searchPath: policy.resources[resource].searchPath)
            if goal.isNever, !rules.contains(where: { $0.effect == .allow || $0.effect == .approve }) { return }
            let scene = try scene(goal, names, resource, identity, verb, object)
            let diagrams = scene.diagrams
            let meant = try diagrams.and(scene.covers(goal.rule, 0, goal.isNever ? .forbids : .permits), scene.constraints())
            if meant == Diagrams.never { return }
            let decision = try scene.decision(0)
            let broken =
                goal.isNever
                ? try diagrams.and(meant, decision.passes)
                : try diagrams.all([meant, scene.isIdentified(0), diagrams.not(decision.isFree)])
            add(try scene.models(broken, limit: Prover.candidatesPerCase), scene, goal)
        }
    }
}

extension ResolvedRule {
    func isAbout(_ verb: Verb) -> Bool { targets.isEmpty || targets.contains { $0.verbs.contains(verb) } }
}
