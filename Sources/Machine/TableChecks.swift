// The verifier's checks of constants, issuers, identities, groups and resources.

struct TableChecks {
    let program: Program
    private let check: IndexChecks

    init(_ program: Program) {
        self.program = program
        check = IndexChecks(program: program)
    }

    /// Sources, sets, zones, windows, networks.
    func constants() throws(ProgramError) {
        for (index, source) in program.sources.enumerated() {
            guard !source.path.isEmpty, source.path.utf8.count <= ProgramLimits.pathBytes else {
                throw ProgramError(.badName, .sources, index)
            }
            guard source.bytes.count <= ProgramLimits.sourceBytes else { throw ProgramError(.tooLarge, .sources, index) }
        }
        for (index, set) in program.sets.enumerated() {
            guard set.count <= ProgramLimits.setMembers else { throw ProgramError(.tooMany, .sets, index) }
            try check.ascending(set, below: program.symbols.count, .sets, index)
        }
        for (index, set) in program.numberSets.enumerated() {
            guard set.count <= ProgramLimits.setMembers else { throw ProgramError(.tooMany, .numberSets, index) }
            for (earlier, later) in zip(set, set.dropFirst()) where earlier >= later { throw ProgramError(.notSorted, .numberSets, index) }
        }
        try check.unique(program.zones.map(\.name), .zones)
        for (index, zone) in program.zones.enumerated() {
            guard isSane(zone) else { throw ProgramError(.badZone, .zones, index) }
        }
        for (index, window) in program.windows.enumerated() {
            guard Int(window.zone) < program.zones.count else { throw ProgramError(.indexOutOfRange, .windows, index) }
            guard (1...127).contains(window.days), window.startMinute < 1440, (1...1440).contains(window.endMinute) else {
                throw ProgramError(.badWindow, .windows, index)
            }
        }
        for (index, network) in program.networks.enumerated() {
            guard network.prefix <= 128 else { throw ProgramError(.badNetwork, .networks, index) }
            let (high, low) = NetworkAddress.masks(network.prefix)
            guard network.high & ~high == 0, network.low & ~low == 0 else { throw ProgramError(.badNetwork, .networks, index) }
        }
    }

    /// No offset is a day or more; the first transition reaches back to the start of validity.
    private func isSane(_ zone: ZoneRecord) -> Bool {
        guard zone.validFrom < zone.validUntil, let first = zone.transitions.first, first.at <= zone.validFrom,
            zone.transitions.count <= ProgramLimits.transitions
        else { return false }
        var last: Int64?
        for transition in zone.transitions {
            guard (-86_399...86_399).contains(transition.offset) else { return false }
            if let last, transition.at <= last { return false }
            last = transition.at
        }
        return true
    }

    /// Claims, issuers, identities, groups, resources; their conditions come later.
    func people() throws(ProgramError) {
        try check.unique(program.claims.map(\.name), .claims)
        for (index, claim) in program.claims.enumerated() {
            switch claim.type {
            case .string, .strings, .integer, .boolean, .time, .integers: break
            case .address, .duration, .size: throw ProgramError(.badClaimType, .claims, index)
            }
        }
        try check.unique(program.issuers.map(\.name), .issuers)
        for (index, issuer) in program.issuers.enumerated() { try self.issuer(issuer, index) }
        try check.unique(program.identities.map(\.name), .identities)
        for (index, identity) in program.identities.enumerated() {
            guard Int(identity.issuer) < program.issuers.count else { throw ProgramError(.indexOutOfRange, .identities, index) }
            try check.place(identity.place, .identities, index)
        }
        try check.unique(program.groups.map(\.name), .groups)
        for (index, group) in program.groups.enumerated() {
            try check.ascending(group.members, below: program.identities.count, .groups, index)
            guard (group.issuer == nil) == (group.condition == nil) else { throw ProgramError(.halfCondition, .groups, index) }
            if let issuer = group.issuer, Int(issuer) >= program.issuers.count {
                throw ProgramError(.indexOutOfRange, .groups, index)
            }
            try check.place(group.place, .groups, index)
        }
        try check.unique(program.resources.map(\.name), .resources)
        for (index, resource) in program.resources.enumerated() { try self.resource(resource, index) }
    }

    private func issuer(_ issuer: IssuerRecord, _ index: Int) throws(ProgramError) {
        var keys: Set<Symbol> = []
        for setting in issuer.settings {
            try check.name(setting.key, .issuers, index)
            guard keys.insert(setting.key).inserted else { throw ProgramError(.duplicateSetting, .issuers, index) }
            for value in setting.values { try check.symbol(value, .issuers, index) }
        }
        var claims: Set<UInt32> = []
        for claim in issuer.claims {
            guard Int(claim.claim) < program.claims.count else { throw ProgramError(.indexOutOfRange, .issuers, index) }
            guard claims.insert(claim.claim).inserted else { throw ProgramError(.duplicateName, .issuers, index) }
        }
        try check.place(issuer.place, .issuers, index)
    }

    private func resource(_ resource: ResourceRecord, _ index: Int) throws(ProgramError) {
        try check.ascending(resource.tags, below: program.symbols.count, .resources, index)
        let hasSchemas = resource.kind == .postgres || resource.kind == .mysql
        guard hasSchemas || resource.searchPath.isEmpty else { throw ProgramError(.searchPathNotSQL, .resources, index) }
        try check.unique(path: resource.searchPath, index)
        try check.place(resource.place, .resources, index)
    }

    /// Conditions of identities and groups use claims only, and only those that their issuer declares.
    func conditions(_ summaries: [UInt32: ConditionSummary]) throws(ProgramError) {
        let declared = program.issuers.map { Set($0.claims.map(\.claim)) }
        for (index, identity) in program.identities.enumerated() {
            try claimsOnly(identity.condition, declared[Int(identity.issuer)], summaries, .identities, index)
        }
        for (index, group) in program.groups.enumerated() {
            guard let condition = group.condition, let issuer = group.issuer else { continue }
            try claimsOnly(condition, declared[Int(issuer)], summaries, .groups, index)
        }
    }

    private func claimsOnly(
        _ range: CodeRange, _ declared: Set<UInt32>, _ summaries: [UInt32: ConditionSummary], _ section: ProgramSection,
        _ index: Int
    ) throws(ProgramError) {
        guard let summary = summaries[range.start] else { throw ProgramError(.indexOutOfRange, section, index) }
        guard summary.facts == 0 else { throw ProgramError(.factNotAllowed, section, index) }
        guard summary.claims.isSubset(of: declared) else { throw ProgramError(.claimNotAllowed, section, index) }
    }
}

extension IndexChecks {
    func unique(path: [Symbol], _ resource: Int) throws(ProgramError) {
        var seen: Set<Symbol> = []
        for schema in path {
            try name(schema, .resources, resource)
            guard seen.insert(schema).inserted else { throw ProgramError(.duplicateName, .resources, resource) }
        }
    }
}
