// Writes the program: records in the order of the policy, conditions as code, every name interned.

import Machine
import PolicyLang

/// Builds a program from a run without errors.
struct ProgramEmitter {
    let run: CompileRun
    private var emitter = ConditionEmitter(pools: ProgramPools())
    private var program = Program()
    /// By span file index: the index in the program's sources.
    private var sourceIndex: [Int: UInt16] = [:]

    init(run: CompileRun) { self.run = run }

    /// - Parameter only: instead of the policy's own rules, these.
    mutating func emit(only: [ResolvedRule]? = nil) -> Program {
        program.edition = 1
        program.revision = run.options.revision
        program.name = run.policies.first?.name ?? ""
        emitSources()
        for issuer in run.issuers { emit(issuer) }
        for identity in run.identities { emit(identity) }
        for group in run.groups { emit(group) }
        for resource in run.resources { emit(resource) }
        for database in run.databases { emit(database) }
        for detector in run.detectors { emit(detector) }
        for rule in only ?? run.rules where rule.isEmitted { emit(rule) }
        let pools = emitter.pools
        program.code = emitter.code
        program.symbols = pools.symbols
        program.claims = pools.claims
        program.integers = pools.integers
        program.sets = pools.sets
        program.numberSets = pools.numberSets
        program.patterns = pools.patterns
        program.windows = pools.windows
        program.zones = pools.zones
        program.networks = pools.networks
        return program
    }

    private mutating func emitSources() {
        for file in run.policies.flatMap(\.files) {
            sourceIndex[file] = UInt16(program.sources.count)
            program.sources.append(SourceText(path: run.parsed[file].source.path, bytes: run.parsed[file].source.bytes))
        }
    }

    private func place(_ span: SourceSpan) -> SourcePlace {
        SourcePlace(file: sourceIndex[span.file] ?? 0, start: UInt32(span.start), end: UInt32(span.end))
    }

    private mutating func symbol(_ text: String) -> Symbol { emitter.pools.symbol(text) }

    private mutating func symbols(_ texts: [String]) -> [Symbol] {
        var result: [Symbol] = []
        for text in texts { result.append(symbol(text)) }
        return result
    }

    // MARK: people and resources

    private mutating func emit(_ issuer: ResolvedIssuer) {
        let name = symbol(issuer.name)
        var settings: [IssuerRecord.Setting] = []
        for setting in issuer.settings {
            settings.append(.init(key: symbol(setting.key), values: symbols(setting.values)))
        }
        var claims: [IssuerRecord.Claim] = []
        for claim in issuer.claims {
            claims.append(.init(claim: emitter.pools.declare(claim: claim.name, claim.type), optional: claim.isOptional))
        }
        program.issuers.append(
            IssuerRecord(name: name, kind: issuer.kind, settings: settings, claims: claims, place: place(issuer.span)))
    }

    private mutating func emit(_ identity: ResolvedIdentity) {
        program.identities.append(
            IdentityRecord(
                name: symbol(identity.name), issuer: UInt32(identity.issuer),
                condition: emitter.emit(identity.condition, ifUnknown: false), place: place(identity.span)))
    }

    private mutating func emit(_ group: ResolvedGroup) {
        var condition: CodeRange?
        if let typed = group.condition { condition = emitter.emit(typed, ifUnknown: false) }
        program.groups.append(
            GroupRecord(
                name: symbol(group.name), members: group.members.map(UInt32.init), issuer: group.issuer.map(UInt32.init),
                condition: condition, place: place(group.span)))
    }

    private mutating func emit(_ resource: ResolvedResource) {
        program.resources.append(
            ResourceRecord(
                name: symbol(resource.name), kind: resource.kind, tags: emitter.pools.sorted(resource.tags),
                searchPath: symbols(resource.searchPath), place: place(resource.span)))
    }

    private mutating func emit(_ database: ResolvedDatabase) {
        var numbers: [Symbol: Symbol] = [:]
        // Only what the record has: a schema's own table of names is no part of the program.
        _ = database.record.renumbered { number in
            numbers[number] = 0
            return number
        }
        for number in numbers.keys.sorted() { numbers[number] = symbol(database.symbols[Int(number)]) }
        var record = database.record.renumbered { numbers[$0] ?? 0 }
        record.resources = database.resources.map(UInt32.init)
        program.schemas.append(record)
    }

    private mutating func emit(_ detector: ResolvedDetector) {
        program.detectors.append(
            DetectorRecord(
                name: symbol(detector.name), pattern: symbol(detector.pattern), checksum: detector.checksum,
                words: emitter.pools.sorted(detector.words.sorted()), place: place(detector.span)))
    }

    // MARK: rules

    private mutating func emit(_ rule: ResolvedRule) {
        var who = WhoRecord(everyone: rule.who.everyone)
        who.identities = rule.who.identities.map(UInt32.init)
        who.groups = rule.who.groups.map(UInt32.init)
        who.exceptIdentities = rule.who.exceptIdentities.map(UInt32.init)
        who.exceptGroups = rule.who.exceptGroups.map(UInt32.init)
        var record = RuleRecord(
            name: symbol(rule.name), effect: rule.effect, observe: rule.observe, who: who, on: rule.on.map(UInt32.init),
            place: place(rule.declaration.span))
        for target in rule.targets { record.targets.append(emit(target)) }
        if let condition = rule.condition, condition != .constant(true) {
            // What permits must be definitely true; what forbids or masks must not be definitely false.
            record.condition = emitter.emit(condition, ifUnknown: rule.effect != .allow)
        }
        if var limit = rule.limit {
            // What bounds must not be definitely out of place: an unknown fact does not lift a limit.
            if let condition = rule.condition, condition != .constant(true) {
                limit.condition = emitter.emit(condition, ifUnknown: true)
            }
            record.limit = limit
        }
        if var approval = rule.approval {
            // It asks unless it is definitely not about an access, and lets an access pass only where it definitely is.
            if let condition = rule.condition, condition != .constant(true) {
                approval.condition = emitter.emit(condition, ifUnknown: false)
            }
            record.approval = approval
        }
        record.notify = emitter.pools.sorted(rule.notify)
        if let because = rule.because { record.because = symbol(because) }
        // An expired deny or mask is refused when it is compiled, so that only an allow ever ends by itself.
        if rule.effect == .allow { record.expires = rule.expires }
        if let mask = rule.mask { record.mask = emit(mask) }
        program.rules.append(record)
    }

    private mutating func emit(_ target: ResolvedTarget) -> TargetRecord {
        var objects: [Machine.ObjectPattern] = []
        for object in target.objects {
            objects.append(
                Machine.ObjectPattern(
                    objectClass: object.objectClass, schema: emit(object.schema), name: emit(object.name),
                    columns: object.columns.map { emitter.pools.sorted($0) }))
        }
        return TargetRecord(verbs: target.verbs, objects: objects)
    }

    private mutating func emit(_ schema: ResolvedSchema) -> SchemaPattern {
        switch schema {
        case .any: .any
        case .exactly(let name): .exactly(symbol(name))
        case .searchPath: .searchPath
        }
    }

    private mutating func emit(_ name: ResolvedName) -> NamePattern {
        switch name {
        case .any: .any
        case .exactly(let text): .exactly(symbol(text))
        case .pattern(let kind, let text): .pattern(emitter.pools.pattern(kind, text))
        }
    }

    private mutating func emit(_ mask: ResolvedMask) -> MaskRecord {
        var columns: [MaskRecord.Column] = []
        for column in mask.columns {
            columns.append(
                .init(
                    schema: emit(column.schema), table: emit(column.table), column: symbol(column.column),
                    transform: column.transform))
        }
        var values: [MaskRecord.Value] = []
        for value in mask.values { values.append(.init(detector: symbol(value.detector), transform: value.transform)) }
        return MaskRecord(columns: columns, values: values, guarded: mask.guarded)
    }
}
