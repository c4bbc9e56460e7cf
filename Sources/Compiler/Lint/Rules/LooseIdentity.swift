// Lint: an identity is pinned by an exact claim.

import PolicyLang

extension LintRule {
    static let looseIdentity = LintRule(
        "L0004", .warning,
        #"An identity whose condition compares no claim with an exact value is whoever the issuer gives a token that "#
            + #"fits: other repositories, other branches, other service accounts."#,
        wrong: #"""
            identity deployer from ci { when claim.sub like "repo:acme/*" }
            allow deploys {
              who  deployer
              on   db
              to   select
            }
            """#,
        right: #"""
            identity deployer from ci { when claim.sub == "repo:acme/shop:ref:refs/heads/main" }
            allow deploys {
              who  deployer
              on   db
              to   select
            }
            """#
    ) { findings in
        for declaration in findings.declarations {
            guard case .identity(let identity) = declaration else { continue }
            let isPinned = identity.conditions.contains { clause in !clause.isNegated && clause.condition.pinsAClaim }
            if isPinned { continue }
            findings.say(
                identity.name.span, "nothing pins `\(identity.name.text)` to one workload",
                help: "compare a claim such as `sub` or `repository` with `==`")
        }
    }
}

extension Condition {
    /// Whether it can only hold when some claim has one of a few exact values.
    fileprivate var pinsAClaim: Bool {
        switch self {
        case .and(let parts, _): parts.contains(where: \.pinsAClaim)
        case .or(let parts, _): parts.allSatisfy(\.pinsAClaim)
        case .comparison(let comparison): comparison.pinsAClaim
        case .not, .has: false
        // The condition behind a name is looked at where it is declared; here it is believed.
        case .operand(.path(let path)): path.segments.count == 1
        case .operand: false
        }
    }
}

extension Comparison {
    fileprivate var pinsAClaim: Bool {
        let sides = [left, right].map { side in if case .path(let path) = side { path.segments.first?.text == "claim" } else { false } }
        return switch relation {
        case .equal: sides.contains(true)
        // `"dba" in claim.groups`, `claim.sub in { … }`, `claim.sub in set`.
        case .in: sides.contains(true)
        case .contains, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .like, .matches, .startsWith, .endsWith: false
        }
    }
}
