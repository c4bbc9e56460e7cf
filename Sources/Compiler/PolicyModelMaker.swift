// Makes the model of a compilation, once someone asks for it.

import Machine
import Synchronization

/// An editor compiles at every keystroke and asks for the model when something is pointed at.
final class PolicyModelMaker: Sendable {
    private let root: String
    private let issuers: [ResolvedIssuer]
    private let identities: [ResolvedIdentity]
    private let groups: [ResolvedGroup]
    private let resources: [ResolvedResource]
    private let rules: [ResolvedRule]
    private let made = Mutex<PolicyModel?>(nil)

    init(_ run: CompileRun) {
        root = run.policies.first?.name ?? ""
        issuers = run.issuers
        identities = run.identities
        groups = run.groups
        resources = run.resources
        rules = run.rules
    }

    var model: PolicyModel {
        made.withLock { made in
            if let made { return made }
            let model = make()
            made = model
            return model
        }
    }

    private func make() -> PolicyModel {
        var model = PolicyModel()
        model.root = root
        model.issuers = issuers.map {
            .init(named: .init(name: $0.name, doc: $0.doc?.text, span: $0.declared.span), claims: $0.claims)
        }
        model.identities = identities.map { .init(name: $0.name, doc: $0.doc?.text, span: $0.declared.span) }
        model.groups = groups.map { .init(name: $0.name, doc: $0.doc?.text, span: $0.declared.span) }
        model.resources = resources.map {
            .init(
                named: .init(name: $0.name, doc: $0.doc?.text, span: $0.declared.span), kind: $0.kind, tags: $0.tags,
                searchPath: $0.searchPath)
        }
        model.rules = rules.map { rule in
            .init(
                named: .init(name: rule.name, doc: rule.declaration.doc?.text, span: rule.declaration.name.span),
                effect: rule.effect, isObserved: rule.observe, identities: rule.reach.sorted().map { identities[$0].name },
                identitiesByClaims: Set(rule.reach.filter { !isCertain($0, rule.who) }.map { identities[$0].name }),
                resources: rule.on.map { resources[$0].name }, because: rule.because, span: rule.declaration.span)
        }
        return model
    }

    /// Whether no group with a condition has a say in it.
    private func isCertain(_ identity: Int, _ who: ResolvedWho) -> Bool {
        let isNamed = who.everyone || who.identities.contains(identity)
            || who.groups.contains { groups[$0].condition == nil && groups[$0].members.contains(identity) }
        return isNamed && !who.exceptGroups.contains { groups[$0].condition != nil && groups[$0].issuer == identities[identity].issuer }
    }
}
