// Who may agree to what an approve rule asks.

extension VerifiedProgram {
    /// Whether verified claims make somebody who may agree to what this rule asks: one of its identities, or in one of its groups. Whoever
    /// only agrees needs no identity of the policy, a group is enough; claims that make several identities, or may, make nobody.
    public func mayAgree(_ claims: VerifiedClaims, to rule: Int) -> Bool {
        guard let approval = program.rules[rule].approval,
            let issuer = program.issuers.firstIndex(where: { text($0.name) == claims.issuer })
        else { return false }
        let judge = ClaimJudge(claims, issuer: issuer, of: program, tables)
        // Two that may be meant are as good as two: with the claims that are lacking the answer could be that of nobody.
        let possible = program.identities.indices.filter { judge.makes(program.identities[$0]) != .no }
        guard possible.count <= 1 else { return false }
        let identity = possible.first.flatMap { judge.makes(program.identities[$0]) == .yes ? UInt32($0) : nil }
        if let identity, approval.identities.contains(identity) { return true }
        return approval.groups.contains { judge.isMember(identity, of: program.groups[Int($0)]) == .yes }
    }

    /// The names of those who may agree: identities, then groups.
    public func approvers(of rule: Int) -> [String] {
        guard let approval = program.rules[rule].approval else { return [] }
        return approval.identities.map { text(program.identities[Int($0)].name) } + approval.groups.map { text(program.groups[Int($0)].name) }
    }

    /// The channels that a rule tells.
    public func channels(of rule: Int) -> [String] { program.rules[rule].notify.map(text) }

    /// Every channel that some rule tells, once each, sorted.
    public var channels: [String] { Set(program.rules.flatMap(\.notify)).map(text).sorted() }
}
