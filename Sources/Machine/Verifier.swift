// The verifier: shows that a decoded program may run, trusting nothing of it.

/// Checks a program in one pass over its tables, rules and code. What it passes the machine runs without further checks.
enum Verifier {
    /// What checking made on the way.
    struct Result {
        var tables: ProgramTables
        var conditions: [UInt32: ConditionSummary]
    }

    static func verify(_ program: Program) throws(ProgramError) -> Result {
        guard program.edition == 1 else { throw ProgramError(.unknownEdition, .header, 0) }
        guard !program.name.isEmpty, program.name.utf8.count <= ProgramLimits.nameBytes else {
            throw ProgramError(.badName, .header, 0)
        }
        try checkSizes(program)
        let entries = try checkSymbolsAndPatterns(program)
        let tables: ProgramTables
        do throws(SymbolTable.Duplicate) {
            tables = try ProgramTables(program, entries)
        } catch {
            throw ProgramError(.duplicateSymbol, .symbols, error.index)
        }
        let check = TableChecks(program)
        try check.constants()
        try check.people()
        try SchemaChecks(program).verify()
        try DetectorChecks(program).verify()
        let code = try CodeVerifier(program).verifyAll()
        try check.conditions(code)
        try RuleChecks(program, code).verify()
        return Result(tables: tables, conditions: code)
    }

    /// The codec's bounds again, for a program from anywhere else. What has no bound of its own is bounded by the bytes.
    private static func checkSizes(_ program: Program) throws(ProgramError) {
        typealias Limits = ProgramLimits
        let sizes: [(ProgramSection, Int, Int)] = [
            (.symbols, program.symbols.count, Limits.symbols), (.sources, program.sources.count, Limits.sources),
            (.claims, program.claims.count, Limits.claims), (.issuers, program.issuers.count, Limits.issuers),
            (.identities, program.identities.count, Limits.identities), (.groups, program.groups.count, Limits.groups),
            (.resources, program.resources.count, Limits.resources), (.rules, program.rules.count, Limits.rules),
            (.code, program.code.count, Limits.code), (.integers, program.integers.count, Limits.integers),
            (.numberSets, program.numberSets.count, Limits.sets),
            (.sets, program.sets.count, Limits.sets), (.patterns, program.patterns.count, Limits.patterns),
            (.windows, program.windows.count, Limits.windows), (.zones, program.zones.count, Limits.zones),
            (.networks, program.networks.count, Limits.networks), (.schemas, program.schemas.count, Limits.schemas),
            (.detectors, program.detectors.count, Limits.detectors),
        ]
        for (section, count, limit) in sizes where count > limit { throw ProgramError(.tooMany, section, limit) }
    }

    private static func checkSymbolsAndPatterns(_ program: Program) throws(ProgramError) -> [PatternBank.Entry] {
        guard program.symbols.first == "" else { throw ProgramError(.noEmptySymbol, .symbols, 0) }
        for (index, symbol) in program.symbols.enumerated() {
            guard symbol.utf8.count <= ProgramLimits.symbolBytes else { throw ProgramError(.textTooLong, .symbols, index) }
            guard !symbol.utf8.contains(0) else { throw ProgramError(.nulInSymbol, .symbols, index) }
        }
        var entries: [PatternBank.Entry] = []
        for (index, pattern) in program.patterns.enumerated() {
            guard Int(pattern.text) < program.symbols.count else { throw ProgramError(.indexOutOfRange, .patterns, index) }
            guard let entry = PatternBank.compile(pattern.kind, program.symbols[Int(pattern.text)]) else {
                throw ProgramError(.badPattern, .patterns, index)
            }
            entries.append(entry)
        }
        return entries
    }
}

/// Checks that several parts of the verifier share.
struct IndexChecks {
    let program: Program

    func symbol(_ symbol: Symbol, _ section: ProgramSection, _ record: Int) throws(ProgramError) {
        guard Int(symbol) < program.symbols.count else { throw ProgramError(.indexOutOfRange, section, record) }
    }

    /// A name: a symbol, and not the empty one.
    func name(_ symbol: Symbol, _ section: ProgramSection, _ record: Int) throws(ProgramError) {
        try self.symbol(symbol, section, record)
        guard symbol != 0 else { throw ProgramError(.badName, section, record) }
    }

    /// Ascending without repetition, each below `bound`.
    func ascending(_ list: [UInt32], below bound: Int, _ section: ProgramSection, _ record: Int) throws(ProgramError) {
        var last: UInt32?
        for index in list {
            guard Int(index) < bound else { throw ProgramError(.indexOutOfRange, section, record) }
            if let last, index <= last { throw ProgramError(.notSorted, section, record) }
            last = index
        }
    }

    func unique(_ names: [Symbol], _ section: ProgramSection) throws(ProgramError) {
        var seen: Set<Symbol> = []
        for (index, symbol) in names.enumerated() {
            try name(symbol, section, index)
            guard seen.insert(symbol).inserted else { throw ProgramError(.duplicateName, section, index) }
        }
    }

    func place(_ place: SourcePlace, _ section: ProgramSection, _ record: Int) throws(ProgramError) {
        guard Int(place.file) < program.sources.count, place.start <= place.end,
            Int(place.end) <= program.sources[Int(place.file)].bytes.count
        else { throw ProgramError(.badPlace, section, record) }
    }
}
