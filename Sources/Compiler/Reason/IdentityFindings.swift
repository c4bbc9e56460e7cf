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
    /// The claim that would say whether the second is meant; nil where that is certain.
    var missing: String?
}

/// Looks for such pairs. What it cannot decide within its budget it says nothing of.
struct IdentityFindings {
    /// Steps for all pairs together.
    static let defaultBudget = 2_000_000
    /// Tokens of one pair that are tried until one rests on nothing that was not worked out.
    private static let tokens = 4

    let policy: ReasonedPolicy
    private let budget: ReasonBudget

    init(_ policy: ReasonedPolicy, budget: Int = Self.defaultBudget) {
        self.policy = policy
        self.budget = ReasonBudget(budget)
    }

    func overlaps() -> [IdentityOverlap] {
        var found: [IdentityOverlap] = []
        do throws(Undecided) {
            for issuer in policy.issuers.indices {
                try look(at: policy.identities.indices.filter { policy.identities[$0].issuer == issuer }, &found)
            }
        } catch {
            return found
        }
        return found
    }

    /// Two that pin a claim to different texts share no token: of ten thousand workloads few pairs are left to be argued about.
    private func look(at identities: [Int], _ found: inout [IdentityOverlap]) throws(Undecided) {
        let pinned = identities.map { policy.identities[$0].condition.pinnedClaims }
        let telling = Self.telling(pinned)
        // Numbers in `identities`.
        var byText: [String: [Int]] = [:]
        var loose: [Int] = []
        for (number, identity) in identities.enumerated() {
            var others = Set(loose)
            if let telling, let texts = pinned[number][telling] {
                for text in texts {
                    others.formUnion(byText[text] ?? [])
                    byText[text, default: []].append(number)
                }
            } else {
                others = Set(0..<number)
                loose.append(number)
            }
            for other in others.sorted() {
                try budget.spend()
                if Self.areApart(pinned[other], pinned[number]) { continue }
                if let overlap = try overlap(identities[other], identity) { found.append(overlap) }
            }
        }
    }

    /// The claim whose pins leave the fewest pairs.
    private static func telling(_ pinned: [[String: Set<String>]]) -> String? {
        var counts: [String: (pinning: Int, texts: [String: Int])] = [:]
        for claims in pinned {
            for (name, texts) in claims {
                counts[name, default: (0, [:])].pinning += 1
                for text in texts { counts[name, default: (0, [:])].texts[text, default: 0] += 1 }
            }
        }
        func left(_ name: String) -> Int {
            let (pinning, texts) = counts[name] ?? (0, [:])
            return (pinned.count - pinning) * pinned.count + texts.values.reduce(0) { $0 + $1 * ($1 - 1) / 2 }
        }
        return counts.keys.min { (left($0), $0) < (left($1), $1) }
    }

    private static func areApart(_ first: [String: Set<String>], _ second: [String: Set<String>]) -> Bool {
        first.contains { name, texts in second[name].map(texts.isDisjoint) ?? false }
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
            return made(first, second, isCertain: true, claims)
        }
        if let claims = try claims(scene, diagrams.and(own.yes, diagrams.not(other.no))) {
            return made(first, second, isCertain: false, claims)
        }
        if let claims = try claims(scene, diagrams.and(other.yes, diagrams.not(own.no))) {
            return made(second, first, isCertain: false, claims)
        }
        return nil
    }

    private func made(_ first: Int, _ second: Int, isCertain: Bool, _ claims: [(name: String, value: String?)]) -> IdentityOverlap {
        // Others may be lacking because the first wants them to be.
        let asked = policy.identities[second].condition.comparedClaims
        let missing = isCertain ? nil : claims.first { $0.value == nil && asked.contains($0.name) }?.name
        return IdentityOverlap(
            first: first, second: second, isCertain: isCertain, claims: claims.map { (ClaimPath.text($0.name), $0.value) },
            missing: missing.map { ClaimPath.text($0) })
    }

    /// A token for which it is so; nil when there is none, or none that was worked out.
    private func claims(_ scene: Scene, _ node: Diagrams.Node) throws(Undecided) -> [(name: String, value: String?)]? {
        let values = try scene.models(node, limit: Self.tokens).lazy.map { WitnessValues(scene: scene, model: $0) }.first { !$0.isOpen }
        guard let values else { return nil }
        let part = scene.parts[0]
        let matter = Set(
            values.model.keys.compactMap { number -> String? in
                switch scene.quantities[number] {
                case .value(.claim(let name)), .isKnown(.claim(let name)), .has(.claim(let name), _), .hasOther(.claim(let name)): name
                case .value, .isKnown, .has, .hasOther, .outcome, .pattern: nil
                }
            })
        let issuer = part.policy.issuers[part.policy.identities[0].issuer]
        return issuer.claims.filter { matter.contains($0.name) }.map { claim in
            (claim.name, values.claim(claim).map { Witness.shown($0) })
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

    /// Claims that are compared with something, and so leave the outcome open where they are lacking.
    fileprivate var comparedClaims: Set<String> {
        switch self {
        case .constant, .test(.known): return []
        case .not(let inner): return inner.comparedClaims
        case .and(let parts), .or(let parts): return parts.reduce(into: []) { $0.formUnion($1.comparedClaims) }
        case .test(let test):
            return Set(test.operands.compactMap { value in if case .claim(let name) = value { name } else { nil } })
        }
    }
}
