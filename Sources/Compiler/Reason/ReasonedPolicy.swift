// A policy as the compiler's own reasoning takes it: everything resolved, nothing emitted.

import Machine
import PolicyLang

/// What a compilation without errors came to mean. Opaque outside of the compiler: `Prover` and `PolicyDifference` take it.
public struct ReasonedPolicy: Sendable {
    let issuers: [ResolvedIssuer]
    private(set) var identities: [ResolvedIdentity]
    /// What identities are called in the policy itself, where a comparison calls them otherwise.
    private(set) var ownNames: [Int: String] = [:]
    let groups: [ResolvedGroup]
    let resources: [ResolvedResource]
    /// Rules that decide: what only observes is left out.
    let rules: [ResolvedRule]
    let claimTypes: [String: FactType]
    let proofs: [ResolvedProof]
    let sources: [SourceFile]
    /// From when on requests are thought of, in seconds since 1970.
    let date: Int64
    /// What schema files say.
    let databases: [ResolvedDatabase]
    private var identityNumbers: [String: Int]
    private let resourceNumbers: [String: Int]

    init(_ run: CompileRun, sources: [SourceFile]) {
        issuers = run.issuers
        identities = run.identities
        groups = run.groups
        resources = run.resources
        rules = run.rules.filter { !$0.observe && !$0.on.isEmpty }
        claimTypes = run.claimTypes
        proofs = run.proofs
        date = run.options.date.seconds
        databases = run.databases
        self.sources = sources
        identityNumbers = Dictionary(identities.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        resourceNumbers = Dictionary(resources.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The policy with two of its identities only, and without rules: for questions about claims alone.
    func pair(_ first: Int, _ second: Int) -> ReasonedPolicy {
        var policy = self
        policy.identities = [identities[first], identities[second]]
        policy.identityNumbers = [identities[first].name: 0, identities[second].name: 1]
        return policy
    }

    func identity(_ name: String) -> Int? { identityNumbers[name] }
    func resource(_ name: String) -> Int? { resourceNumbers[name] }

    /// The policy with those identities under their new names that the other has, and this has not, with the same condition: one of each.
    func renamed(as other: ReasonedPolicy) -> (ReasonedPolicy, [(before: String, after: String)]) {
        struct Meaning: Hashable {
            var issuer: String
            var condition: TypedCondition
        }
        func only(_ policy: ReasonedPolicy, without: ReasonedPolicy) -> [Meaning: [String]] {
            let own = policy.identities.filter { without.identity($0.name) == nil }
            return Dictionary(grouping: own) { Meaning(issuer: policy.issuers[$0.issuer].name, condition: $0.condition) }.mapValues { $0.map(\.name) }
        }
        let added = only(other, without: self)
        var policy = self
        var renamed: [(before: String, after: String)] = []
        for (meaning, names) in only(self, without: other) {
            guard names.count == 1, let after = added[meaning], after.count == 1, let index = identity(names[0]) else { continue }
            policy.identities[index].name = after[0]
            policy.ownNames[index] = names[0]
            policy.identityNumbers[names[0]] = nil
            policy.identityNumbers[after[0]] = index
            renamed.append((names[0], after[0]))
        }
        return (policy, renamed.sorted { $0.before < $1.before })
    }

    func claim(_ name: String, of issuer: Int) -> PolicyModel.Claim? { issuers[issuer].claims.first { $0.name == name } }

    /// Where a rule is written: path and line.
    func place(of rule: ResolvedRule) -> (path: String, line: Int) { place(rule.declaration.name.span) }

    func place(_ span: SourceSpan) -> (path: String, line: Int) {
        guard let file = sources.first(where: { $0.index == span.file }) else { return ("", 1) }
        return (file.path, file.location(of: span.start).line)
    }
}

/// One `prove`, resolved.
struct ResolvedProof: Sendable {
    var name: String
    var span: SourceSpan
    var goals: [Goal]

    struct Goal: Sendable {
        /// Else `always`.
        var isNever: Bool
        /// `never` as the deny, `always` as the allow that would say the same.
        var rule: ResolvedRule
        /// A policy with this rule only: what a witness is held against. Nil where the policy has errors.
        var program: Program?
    }
}
