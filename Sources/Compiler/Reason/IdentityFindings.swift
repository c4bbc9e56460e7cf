// Tokens that match two identities, or may: the gateway refuses them, so the author learns of them first.

import Machine

/// Two identities of one issuer that one token may make.
struct IdentityOverlap {
    /// Matched by the token.
    var first: Int
    /// Matched as well, or perhaps.
    var second: Int
    var isCertain: Bool
    /// What the token says, by claim; nil where it says nothing. Claims that do not matter are left out.
    var claims: [(name: String, value: String?)]
}

/// Looks for such pairs. What it cannot decide within its budget it says nothing of.
struct IdentityFindings {
    /// Steps for all pairs together.
    private static let budget = 2_000_000

    let policy: ReasonedPolicy
    private let budget = ReasonBudget(IdentityFindings.budget)

    init(_ policy: ReasonedPolicy) { self.policy = policy }

    func overlaps() -> [IdentityOverlap] {
        var found: [IdentityOverlap] = []
        do throws(Undecided) {
            for issuer in policy.issuers.indices {
                for (first, second) in try pairs(policy.identities.indices.filter { policy.identities[$0].issuer == issuer }) {
                    if let overlap = try overlap(first, second) { found.append(overlap) }
                }
            }
        } catch {
            return found
        }
        return found
    }

    /// Pairs that are not told apart by a claim that most of them pin to different texts: of ten thousand workloads few are left.
    private func pairs(_ identities: [Int]) throws(Undecided) -> [(Int, Int)] {
        let pinned = identities.map { policy.identities[$0].condition.pinnedClaims }
        var counts: [String: Int] = [:]
        for claims in pinned { for name in claims.keys { counts[name, default: 0] += 1 } }
        let usual = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
        var byText: [String: [Int]] = [:]
        var loose: [Int] = []
        var pairs: [(Int, Int)] = []
        for (number, identity) in identities.enumerated() {
            var others = Set(loose)
            if let usual, let texts = pinned[number][usual] {
                for text in texts {
                    others.formUnion(byText[text] ?? [])
                    byText[text, default: []].append(identity)
                }
            } else {
                others = Set(identities[..<number])
                loose.append(identity)
            }
            try budget.spend(others.count)
            pairs += others.sorted().map { ($0, identity) }
        }
        return pairs
    }

    private func overlap(_ first: Int, _ second: Int) throws(Undecided) -> IdentityOverlap? {
        try budget.spend()
        let two = policy.pair(first, second)
        let key = SceneKey(
            identity: two.identities[0].name, resource: "", verb: .transact, object: SceneObject(objectClass: .any, schema: "", name: ""))
        let scene = try Scene(key, [ScenePart(two, key, rules: [])], from: policy.date, isUnderstood: true, budget)
        let (own, other) = (try scene.truth(two.identities[0].condition, 0), try scene.truth(two.identities[1].condition, 0))
        let diagrams = scene.diagrams
        if let claims = try claims(scene, diagrams.and(own.yes, other.yes)) {
            return IdentityOverlap(first: first, second: second, isCertain: true, claims: claims)
        }
        if let claims = try claims(scene, diagrams.and(own.yes, diagrams.not(other.no))) {
            return IdentityOverlap(first: first, second: second, isCertain: false, claims: claims)
        }
        if let claims = try claims(scene, diagrams.and(other.yes, diagrams.not(own.no))) {
            return IdentityOverlap(first: second, second: first, isCertain: false, claims: claims)
        }
        return nil
    }

    /// A token for which it is so; nil when there is none, or none that was worked out.
    private func claims(_ scene: Scene, _ node: Diagrams.Node) throws(Undecided) -> [(name: String, value: String?)]? {
        guard let model = try scene.models(node, limit: 1).first else { return nil }
        let values = WitnessValues(scene: scene, model: model)
        if values.isOpen { return nil }
        let part = scene.parts[0]
        let matter = Set(
            model.keys.compactMap { number -> String? in
                switch scene.quantities[number] {
                case .value(.claim(let name)), .isKnown(.claim(let name)), .has(.claim(let name), _), .hasOther(.claim(let name)): name
                case .value, .isKnown, .has, .hasOther, .outcome, .pattern: nil
                }
            })
        let issuer = part.policy.issuers[part.policy.identities[0].issuer]
        return issuer.claims.filter { matter.contains($0.name) }.map { claim in
            (ClaimPath.text(claim.name), values.claim(claim).map { Witness.shown($0) })
        }
    }
}

extension TypedCondition {
    /// Claims that must be one of some texts, or the whole is not true, by name.
    fileprivate var pinnedClaims: [String: Set<String>] {
        switch self {
        case .test(.equal(.claim(let name), .string(let text))), .test(.equal(.string(let text), .claim(let name))): return [name: [text]]
        case .test(.inSet(.claim(let name), let members)): return [name: Set(members)]
        case .and(let parts): return parts.reduce(into: [:]) { pins, part in pins.merge(part.pinnedClaims) { $0.intersection($1) } }
        case .constant, .or, .not, .test: return [:]
        }
    }
}
