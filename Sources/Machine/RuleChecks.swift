// The verifier's checks of rules: who, on, objects, masks, and what their conditions may ask for.

struct RuleChecks {
    let program: Program
    private let conditions: [UInt32: ConditionSummary]
    private let check: IndexChecks
    /// Bits of the facts that do not exist for a kind, by the kind's raw value.
    private let missing: [UInt8: UInt64]
    private let accessFacts: UInt64
    private let resultFacts: UInt64
    private let detectors: Set<Symbol>

    init(_ program: Program, _ conditions: [UInt32: ConditionSummary]) {
        self.program = program
        self.conditions = conditions
        check = IndexChecks(program: program)
        func bits(_ matching: (Fact) -> Bool) -> UInt64 {
            Fact.allCases.reduce(0) { matching($1) ? $0 | 1 << UInt64($1.rawValue) : $0 }
        }
        missing = Dictionary(
            uniqueKeysWithValues: ResourceKind.allCases.map { kind in (kind.rawValue, bits { !$0.exists(for: kind) }) })
        accessFacts = bits { $0.entry.scope == .access }
        resultFacts = bits { $0.entry.scope == .result }
        detectors = Set(
            program.symbols.indices.filter { DetectorNames.all.contains(program.symbols[$0]) }.map(UInt32.init)
                + program.detectors.map(\.name))
    }

    func verify() throws(ProgramError) {
        try check.unique(program.rules.map(\.name), .rules)
        for index in program.rules.indices { try verify(program.rules[index], index) }
        try indexSizes()
    }

    /// Bounds the rule index of every resource, which specialisation will build.
    private func indexSizes() throws(ProgramError) {
        var entries = [Int](repeating: 0, count: program.resources.count)
        for (index, rule) in program.rules.enumerated() where rule.effect != .mask {
            var qualified = rule.targets.isEmpty ? Verb.allCases.count : 0
            var unqualified = 0
            for target in rule.targets {
                let verbs = target.verbs.rawValue.nonzeroBitCount
                let onPath = target.objects.reduce(0) { $1.schema == .searchPath ? $0 + 1 : $0 }
                qualified += verbs * max(target.objects.count - onPath, 1)
                unqualified += verbs * onPath
            }
            for resource in rule.on {
                // An unqualified clause stands under each schema of the path, under none, and under pg_catalog.
                let places = qualified + unqualified * (program.resources[Int(resource)].searchPath.count + 2)
                entries[Int(resource)] += rule.limit == nil && rule.approval == nil ? places : 2 * places
                guard entries[Int(resource)] <= ProgramLimits.indexEntries else {
                    throw ProgramError(.indexTooLarge, .rules, index)
                }
            }
        }
    }

    private func verify(_ rule: RuleRecord, _ index: Int) throws(ProgramError) {
        try who(rule.who, index)
        try check.ascending(rule.on, below: program.resources.count, .rules, index)
        try check.symbol(rule.because, .rules, index)
        try check.place(rule.place, .rules, index)
        guard rule.targets.count <= ProgramLimits.targets else { throw ProgramError(.tooMany, .rules, index) }
        for target in rule.targets {
            guard !target.verbs.isEmpty, target.verbs.isSubset(of: .all) else { throw ProgramError(.emptyVerbs, .rules, index) }
            guard target.objects.count <= ProgramLimits.objects else { throw ProgramError(.tooMany, .rules, index) }
            for object in target.objects { try self.object(object, rule, index) }
        }
        guard (rule.effect == .mask) == (rule.mask != nil) else { throw ProgramError(.maskMismatch, .rules, index) }
        if let mask = rule.mask { try self.mask(mask, index) }
        if let condition = rule.condition { try facts(condition, rule, index) }
        try approval(rule, index)
        guard let limit = rule.limit else { return }
        try self.limit(limit, rule, index)
        if let condition = limit.condition { try facts(condition, rule, index) }
    }

    private func approval(_ rule: RuleRecord, _ index: Int) throws(ProgramError) {
        try check.ascending(rule.notify, below: program.symbols.count, .rules, index)
        guard rule.notify.count <= ProgramLimits.channels else { throw ProgramError(.tooMany, .rules, index) }
        for channel in rule.notify { try check.name(channel, .rules, index) }
        guard (rule.effect == .approve) == (rule.approval != nil) else { throw ProgramError(.badApproval, .rules, index) }
        guard let approval = rule.approval else { return }
        try check.ascending(approval.identities, below: program.identities.count, .rules, index)
        try check.ascending(approval.groups, below: program.groups.count, .rules, index)
        let times = 1...ProgramLimits.approvalSeconds
        var isSane = approval.quorum >= 1 && times.contains(approval.within) && (approval.condition == nil) == (rule.condition == nil)
        if approval.identities.isEmpty, approval.groups.isEmpty { isSane = false }
        if case .seconds(let seconds) = approval.valid, !times.contains(seconds) { isSane = false }
        guard isSane else { throw ProgramError(.badApproval, .rules, index) }
        if let condition = approval.condition { try facts(condition, rule, index) }
    }

    private func limit(_ limit: LimitRecord, _ rule: RuleRecord, _ index: Int) throws(ProgramError) {
        let amounts = [limit.rows, limit.bytes, limit.runtime, limit.concurrent].compactMap { $0 } + limit.rates.map(\.count)
        let isSane =
            rule.effect == .allow && !limit.isEmpty && amounts.allSatisfy { $0 >= 1 }
            && limit.rates.allSatisfy { LimitRecord.Rate.periods.contains($0.seconds) } && (limit.condition == nil) == (rule.condition == nil)
        guard isSane else { throw ProgramError(.badLimit, .rules, index) }
    }

    private func who(_ who: WhoRecord, _ index: Int) throws(ProgramError) {
        guard !who.everyone || (who.identities.isEmpty && who.groups.isEmpty) else { throw ProgramError(.badWho, .rules, index) }
        for list in [who.identities, who.exceptIdentities] {
            try check.ascending(list, below: program.identities.count, .rules, index)
        }
        for list in [who.groups, who.exceptGroups] { try check.ascending(list, below: program.groups.count, .rules, index) }
    }

    private func object(_ object: ObjectPattern, _ rule: RuleRecord, _ index: Int) throws(ProgramError) {
        try schema(object.schema, index)
        try name(object.name, index)
        if let columns = object.columns {
            switch object.objectClass {
            case .any, .table, .view: break
            case .index, .sequence, .schema, .function, .trigger, .type, .role, .database, .extension, .parameter, .file,
                .program, .channel:
                throw ProgramError(.columnsOnOther, .rules, index)
            }
            guard !columns.isEmpty else { throw ProgramError(.emptyColumns, .rules, index) }
            guard columns.count <= ProgramLimits.columns else { throw ProgramError(.tooMany, .rules, index) }
            try check.ascending(columns, below: program.symbols.count, .rules, index)
        }
        guard rule.effect == .allow || rule.effect == .approve, object.schema == .searchPath, hasSchema(object.objectClass) else { return }
        for resource in rule.on {
            let resource = program.resources[Int(resource)]
            let isSQL = resource.kind == .postgres || resource.kind == .mysql
            guard !isSQL || resource.searchPath.count == 1 else { throw ProgramError(.ambiguousSearchPath, .rules, index) }
        }
    }

    /// Whether objects of a class lie in schemas.
    private func hasSchema(_ objectClass: ObjectClass) -> Bool {
        switch objectClass {
        case .any, .table, .view, .index, .sequence, .function, .trigger, .type: true
        case .schema, .role, .database, .extension, .parameter, .file, .program, .channel: false
        }
    }

    private func schema(_ schema: SchemaPattern, _ index: Int) throws(ProgramError) {
        switch schema {
        case .any, .searchPath: break
        case .exactly(let symbol): try check.symbol(symbol, .rules, index)
        }
    }

    /// A name's pattern is a glob or words: PCRE2 could fail, and a name must match or not.
    private func name(_ name: NamePattern, _ index: Int) throws(ProgramError) {
        switch name {
        case .any: break
        case .exactly(let symbol): try check.symbol(symbol, .rules, index)
        case .pattern(let pattern):
            guard Int(pattern) < program.patterns.count else { throw ProgramError(.indexOutOfRange, .rules, index) }
            guard program.patterns[Int(pattern)].kind != .pcre else { throw ProgramError(.patternNotGlob, .rules, index) }
        }
    }

    private func mask(_ mask: MaskRecord, _ index: Int) throws(ProgramError) {
        guard !mask.columns.isEmpty || !mask.values.isEmpty else { throw ProgramError(.emptyMask, .rules, index) }
        guard mask.columns.count <= ProgramLimits.masks, mask.values.count <= ProgramLimits.masks else {
            throw ProgramError(.tooMany, .rules, index)
        }
        for column in mask.columns {
            try schema(column.schema, index)
            try name(column.table, index)
            try check.name(column.column, .rules, index)
            try transform(column.transform, index)
        }
        for value in mask.values {
            try check.symbol(value.detector, .rules, index)
            guard detectors.contains(value.detector) else { throw ProgramError(.unknownDetector, .rules, index) }
            try transform(value.transform, index)
        }
    }

    private func transform(_ transform: TransformRecord, _ index: Int) throws(ProgramError) {
        let (first, last) = (Int(transform.first), Int(transform.last))
        let sane =
            switch transform.kind {
            case .null, .redact, .hash, .zero, .tokenize, .year, .domain: first == 0 && last == 0
            case .range: (2...TransformRecord.maximumStep).contains(transform.step)
            case .last: first == 0 && last <= ProgramLimits.keptCharacters
            case .partial: first <= ProgramLimits.keptCharacters && last <= ProgramLimits.keptCharacters
            }
        guard sane else { throw ProgramError(.badTransform, .rules, index) }
    }

    private func facts(_ condition: CodeRange, _ rule: RuleRecord, _ index: Int) throws(ProgramError) {
        guard let summary = conditions[condition.start] else { throw ProgramError(.indexOutOfRange, .rules, index) }
        guard rule.effect == .watch || summary.facts & resultFacts == 0 else { throw ProgramError(.factNotAllowed, .rules, index) }
        guard rule.effect != .mask || summary.facts & accessFacts == 0 else { throw ProgramError(.factNotAllowed, .rules, index) }
        for resource in rule.on {
            let absent = missing[program.resources[Int(resource)].kind.rawValue] ?? .max
            guard summary.facts & absent == 0 else { throw ProgramError(.factMissing, .rules, index) }
        }
    }
}
