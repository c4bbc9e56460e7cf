// Warnings about approvals that can never come together: fewer people may agree than have to.

import Machine
import PolicyLang

extension CompileRun {
    /// Nobody agrees twice, and nobody to a request of their own: a rule that is only about people who are all needed asks in vain too.
    func lintQuorums() {
        for rule in rules where rule.effect == .approve {
            guard let approval = rule.approval, let agreeing = approvers(approval) else { continue }
            let quorum = Int(approval.quorum)
            let asking = subjects(of: rule.reach)
            let isOneShort = agreeing.count == quorum && !rule.reach.isEmpty && asking?.isSubset(of: agreeing) ?? false
            guard agreeing.count < quorum || isOneShort else { continue }
            let span = rule.declaration.quorum?.span ?? rule.declaration.approvers.first?.span ?? rule.declaration.name.span
            report(
                Wording.quorumNeverMet(
                    span, rule: rule.declaration.name.text, quorum: quorum, people: agreeing.count, isOwn: agreeing.count == quorum))
        }
    }

    /// All who may agree; nil when nobody can say how many they are.
    private func approvers(_ approval: ApprovalRecord) -> Set<Person>? {
        var people: Set<Person> = []
        var identities = Set(approval.identities.map(Int.init))
        for number in approval.groups {
            let group = groups[Int(number)]
            identities.formUnion(group.members)
            guard let issuer = group.issuer, let condition = group.condition else { continue }
            guard let found = subjects(of: condition, issuer) else { return nil }
            people.formUnion(found)
        }
        return subjects(of: identities).map { people.union($0) }
    }

    private func subjects(of identities: Set<Int>) -> Set<Person>? {
        var people: Set<Person> = []
        for index in identities {
            guard let found = subjects(of: self.identities[index].condition, self.identities[index].issuer) else { return nil }
            people.formUnion(found)
        }
        return people
    }

    /// Whoever can meet a condition on the tokens of an issuer, where it says so by the subject; nil for anybody's.
    private func subjects(of condition: TypedCondition, _ issuer: Int) -> Set<Person>? {
        // A certificate's subject is no claim of this name.
        guard issuers.indices.contains(issuer), issuers[issuer].kind == .oidc || issuers[issuer].kind == .jwks else { return nil }
        return condition.subjects.map { Set($0.map { Person(issuer: issuer, subject: $0) }) }
    }
}

/// Who is counted: an issuer's subject.
private struct Person: Hashable {
    var issuer: Int
    var subject: String
}

extension TypedCondition {
    /// The values of `claim.sub` that can meet it; nil when they are not listed. The token's subject is that claim.
    fileprivate var subjects: Set<String>? {
        switch self {
        case .constant(let value): value ? nil : []
        case .and(let parts): parts.compactMap(\.subjects).reduce(nil) { $0?.intersection($1) ?? $1 }
        case .or(let parts):
            parts.reduce(into: Set<String>?.some([])) { all, part in
                all = part.subjects.flatMap { all?.union($0) }
            }
        case .not: nil
        case .test(.equal(.claim("sub"), .string(let subject))), .test(.equal(.string(let subject), .claim("sub"))): [subject]
        case .test(.inSet(.claim("sub"), let subjects)): Set(subjects)
        case .test: nil
        }
    }
}
