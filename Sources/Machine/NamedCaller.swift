// A caller by an identity's name, for tools that ask what a policy would decide.

extension VerifiedProgram {
    /// The caller that has this identity, as if a token had made it: the identity's own condition is not asked, the conditions of groups
    /// are. For `explain` and tests; a gateway calls `identify`. nil when there is no such identity.
    package func caller(named identity: String, claims: VerifiedClaims) -> Caller? {
        guard let index = program.identities.firstIndex(where: { text($0.name) == identity }) else { return nil }
        let issuer = Int(program.identities[index].issuer)
        let judge = ClaimJudge(claims, issuer: issuer, of: program, tables)
        return caller(index, claims, judge)
    }
}
