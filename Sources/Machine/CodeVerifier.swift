// The verifier's look at code: conditions tile it, jump forward only, end on every path, and read what they wrote with the right type.

/// What the verifier knows of one condition.
struct ConditionSummary: Sendable {
    var count: UInt32
    /// Facts it loads, one bit for each number.
    var facts: UInt64
    /// Claims it loads, by index.
    var claims: Set<UInt32>
    /// The longest path's cost.
    var cost: UInt32
}

struct CodeVerifier {
    let program: Program

    init(_ program: Program) { self.program = program }

    /// Verifies every condition once, by its first instruction. The same code may serve several owners, but in whole.
    func verifyAll() throws(ProgramError) -> [UInt32: ConditionSummary] {
        var ranges = program.identities.map(\.condition) + program.groups.compactMap(\.condition)
        ranges += program.rules.compactMap(\.condition) + program.rules.compactMap(\.limit?.condition)
        ranges += program.rules.compactMap(\.approval?.condition)
        ranges.sort { ($0.start, $0.count) < ($1.start, $1.count) }
        var summaries: [UInt32: ConditionSummary] = [:]
        var end = 0
        for range in ranges {
            let start = Int(range.start)
            if let known = summaries[range.start] {
                guard known.count == range.count else { throw ProgramError(.overlappingCode, .code, start) }
                continue
            }
            guard range.count > 0 else { throw ProgramError(.emptyCode, .code, start) }
            guard Int(range.count) <= ProgramLimits.conditionCode else { throw ProgramError(.codeTooLong, .code, start) }
            guard start + Int(range.count) <= program.code.count else { throw ProgramError(.indexOutOfRange, .code, start) }
            guard start >= end else { throw ProgramError(.overlappingCode, .code, start) }
            guard start == end else { throw ProgramError(.looseCode, .code, end) }
            end = start + Int(range.count)
            summaries[range.start] = try ConditionVerifier(program, start: start, end: end).verify()
        }
        guard end == program.code.count else { throw ProgramError(.looseCode, .code, end) }
        return summaries
    }
}
