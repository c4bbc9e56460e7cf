// Runs the conditions of identities and groups on one caller's claims, and says who is in what.

/// A machine with claims only: every other fact is unknown, and the verifier lets no such condition ask for one.
final class ClaimJudge {
    private let issuer: UInt32
    private let values: SessionValues
    private let matcher: PatternMatcher
    private let tables: ProgramTables
    private let registers: UnsafeMutablePointer<Value>
    private let fingerprint: UnsafeMutablePointer<UInt8>

    /// - Parameter issuer: index of the one that verified the claims.
    init(_ claims: VerifiedClaims, issuer: Int, of program: Program, _ tables: ProgramTables) {
        self.tables = tables
        self.issuer = UInt32(issuer)
        values = SessionValues(claims, issuer: issuer, of: program, tables)
        matcher = PatternMatcher(tables.patterns)
        registers = .allocate(capacity: ProgramLimits.registers)
        registers.initialize(repeating: .unknown, count: ProgramLimits.registers)
        fingerprint = .allocate(capacity: 16)
        fingerprint.initialize(repeating: 0, count: 16)
    }

    deinit {
        registers.deallocate()
        fingerprint.deallocate()
    }

    /// Whether the claims make an identity; unknown where that rests on a claim that is lacking.
    func makes(_ identity: IdentityRecord) -> Ternary {
        identity.issuer == issuer ? outcome(identity.condition) : .no
    }

    /// Whether a caller with these claims is in a group; unknown where that rests on a claim that is lacking.
    /// - Parameter identity: index of the caller's identity; nil when it has none.
    func isMember(_ identity: UInt32?, of group: GroupRecord) -> Ternary {
        if let identity, group.members.contains(identity) { return .yes }
        guard let condition = group.condition, group.issuer == issuer else { return .no }
        return outcome(condition)
    }

    /// The code rejects what is unknown; what it accepts when that is turned round may be so.
    private func outcome(_ condition: CodeRange) -> Ternary {
        if accepts(condition, assumesUnknown: false) { return .yes }
        return accepts(condition, assumesUnknown: true) ? .unknown : .no
    }

    private func accepts(_ condition: CodeRange, assumesUnknown: Bool) -> Bool {
        var frame = ConditionFrame(
            tables, patterns: matcher, facts: values.facts.base, claims: values.claims.base, registers: registers,
            fingerprint: fingerprint, sessionStart: 0)
        frame.assumesUnknown = assumesUnknown
        return frame.accepts(condition.start)
    }
}
