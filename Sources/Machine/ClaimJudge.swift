// Runs the conditions of identities and groups on one caller's claims.

/// A machine with claims only: every other fact is unknown, and the verifier lets no such condition ask for one.
final class ClaimJudge {
    private let values: SessionValues
    private let matcher: PatternMatcher
    private let tables: ProgramTables
    private let registers: UnsafeMutablePointer<Value>
    private let fingerprint: UnsafeMutablePointer<UInt8>

    init(_ claims: VerifiedClaims, issuer: Int, of program: Program, _ tables: ProgramTables) {
        self.tables = tables
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

    func accepts(_ condition: CodeRange) -> Bool {
        var frame = ConditionFrame(
            tables, patterns: matcher, facts: values.facts.base, claims: values.claims.base, registers: registers,
            fingerprint: fingerprint, sessionStart: 0)
        return frame.accepts(condition.start)
    }
}
