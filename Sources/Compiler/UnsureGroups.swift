// Groups by claims that a token may lack, where not to be in one helps the caller.

import Machine
import PolicyLang

extension CompileRun {
    /// Whoever's token does not say that it is in a group is not in it: that is right where a rule permits, and helps the caller where one
    /// forbids, or where an allow leaves the group out. In a condition the same claim would be unknown, and never help.
    func lintGroups() {
        for rule in rules where !rule.observe {
            let isAllow = rule.effect == .allow
            let named = isAllow ? rule.who.exceptGroups : rule.who.groups
            for group in named {
                guard let condition = groups[group].condition, let issuer = groups[group].issuer else { continue }
                let lacking = condition.lackingClaims { name in
                    issuers[issuer].claims.first { $0.name == name }?.isOptional ?? false
                }
                guard !lacking.isEmpty, let clause = rule.declaration.who else { continue }
                let written = isAllow ? clause.except : clause.names
                let place = written.first { groups[group].name == $0.text || groups[group].name.hasSuffix("." + $0.name.text) }
                report(
                    Wording.unsureGroup(
                        place?.span ?? clause.span, group: groups[group].declared.text, claims: lacking.sorted().map(ClaimPath.text),
                        effect: rule.effect.name))
            }
        }
    }
}

extension TypedCondition {
    /// The claims that may be lacking and make it unknown. One that a conjunct asks for by `has` makes it false instead.
    fileprivate func lackingClaims(_ isOptional: (String) -> Bool) -> Set<String> {
        switch self {
        case .constant, .test(.known): return []
        case .test(let test):
            return Set(test.operands.compactMap { if case .claim(let name) = $0, isOptional(name) { name } else { nil } })
        case .not(let inner): return inner.lackingClaims(isOptional)
        case .or(let parts): return parts.reduce(into: []) { $0.formUnion($1.lackingClaims(isOptional)) }
        case .and(let parts):
            var lacking: Set<String> = parts.reduce(into: []) { $0.formUnion($1.lackingClaims(isOptional)) }
            for part in parts { if case .test(.known(.claim(let name))) = part { lacking.remove(name) } }
            return lacking
        }
    }
}
