// What an approve asks for, held against what another one asks for: whose agreement, of how many, how long it is waited for and holds.

import Machine

/// What an approve rule asks for, by names.
struct ApprovalMeaning: Hashable {
    /// Sorted.
    var identities: [String]
    /// Sorted.
    var groups: [String]
    var quorum: UInt16
    var within: Int64
    var valid: ApprovalRecord.Validity

    init(_ approval: ApprovalRecord, _ policy: ReasonedPolicy) {
        identities = approval.identities.map { policy.identities[Int($0)].name }.sorted()
        groups = approval.groups.map { policy.groups[Int($0)].name }.sorted()
        quorum = approval.quorum
        within = approval.within
        valid = approval.valid
    }

    /// Whose agreement, and of how many: `dba (2)`.
    var shown: String { (identities + groups).joined(separator: ", ") + " (\(quorum))" }

    /// All of it.
    var shownWhole: String {
        let validity =
            switch valid {
            case .once: "once"
            case .session: "session"
            case .seconds(let seconds): Self.shown(seconds)
            }
        return "\(shown), within \(Self.shown(within)), valid \(validity)"
    }

    /// Seconds in the largest unit that leaves none over.
    private static func shown(_ seconds: Int64) -> String {
        for (unit, name) in [(Int64(86_400), "d"), (3_600, "h"), (60, "m")] where seconds % unit == 0 { return "\(seconds / unit)\(name)" }
        return "\(seconds)s"
    }

    /// Whether whatever satisfies it satisfies the other, so that it asks for no less. Where that is not seen, it is not so.
    func isAtLeastAsStrict(as other: ApprovalMeaning, _ people: ApproverComparison) -> Bool {
        quorum >= other.quorum && within <= other.within && Self.holdsNoLonger(valid, other.valid)
            && identities.allSatisfy { people.mayAgree($0, to: other) } && groups.allSatisfy { people.mayAllAgree($0, to: other) }
    }

    /// For a session and for a time are two things: either may outlast the other.
    private static func holdsNoLonger(_ valid: ApprovalRecord.Validity, _ other: ApprovalRecord.Validity) -> Bool {
        switch (valid, other) {
        case (.once, _), (.session, .session): true
        case (.seconds(let own), .seconds(let seconds)): own <= seconds
        case (.session, _), (.seconds, _): false
        }
    }
}

/// Who may agree under one policy, asked of the people of another.
struct ApproverComparison {
    /// Whose approvers are asked about.
    let policy: ReasonedPolicy
    /// Where they would have to be approvers.
    let other: ReasonedPolicy
    /// Nobody who has one identity at most under `policy` has two under `other`: claims that make two make nobody.
    let isSure: Bool

    /// Whether the identity is one that the other approval hears, and is made by the same tokens there.
    func mayAgree(_ name: String, to approval: ApprovalMeaning) -> Bool {
        guard isSure, let own = policy.identity(name), let same = other.identity(name),
            policy.identities[own].condition == other.identities[same].condition,
            policy.issuers[policy.identities[own].issuer].name == other.issuers[other.identities[same].issuer].name
        else { return false }
        return approval.identities.contains(name) || groups(of: approval).contains { $0.members.contains(same) }
    }

    /// Whether everybody of the group is.
    func mayAllAgree(_ name: String, to approval: ApprovalMeaning) -> Bool {
        guard isSure, let group = policy.groups.first(where: { $0.name == name }),
            group.members.allSatisfy({ mayAgree(policy.identities[$0].name, to: approval) })
        else { return false }
        guard let condition = group.condition else { return true }
        return groups(of: approval).contains { wider in
            wider.condition == condition && wider.issuer.map { other.issuers[$0].name } == group.issuer.map { policy.issuers[$0].name }
        }
    }

    private func groups(of approval: ApprovalMeaning) -> [ResolvedGroup] { other.groups.filter { approval.groups.contains($0.name) } }
}
