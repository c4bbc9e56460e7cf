// What each section's bytes are, reading: the mirror of ProgramEncoder, under ProgramLimits.

enum ProgramDecoder {
    static func read(
        _ section: ProgramSection, into program: inout Program, from reader: inout ByteReader
    ) throws(ProgramError) {
        typealias Limits = ProgramLimits
        switch section {
        case .header:
            program.edition = try reader.u16()
            program.revision = try reader.u64()
            program.name = try reader.string(max: Limits.nameBytes)
        case .symbols: program.symbols = try reader.list(max: Limits.symbols, smallest: 4, text)
        case .sources: program.sources = try reader.list(max: Limits.sources, smallest: 8, source)
        case .claims: program.claims = try reader.list(max: Limits.claims, smallest: 5, claim)
        case .issuers: program.issuers = try reader.list(max: Limits.issuers, smallest: 23, issuer)
        case .identities: program.identities = try reader.list(max: Limits.identities, smallest: 26, identity)
        case .groups: program.groups = try reader.list(max: Limits.groups, smallest: 20, group)
        case .resources: program.resources = try reader.list(max: Limits.resources, smallest: 23, resource)
        case .rules: program.rules = try reader.list(max: Limits.rules, smallest: 48, rule)
        case .code: program.code = try reader.list(max: Limits.code, smallest: 8, instruction)
        case .integers: program.integers = try reader.list(max: Limits.integers, smallest: 8, integer)
        case .sets: program.sets = try reader.list(max: Limits.sets, smallest: 4, set)
        case .patterns: program.patterns = try reader.list(max: Limits.patterns, smallest: 5, pattern)
        case .windows: program.windows = try reader.list(max: Limits.windows, smallest: 9, window)
        case .zones: program.zones = try reader.list(max: Limits.zones, smallest: 24, zone)
        case .schemas:
            program.schemas = try reader.list(max: Limits.schemas, smallest: 20, schema)
            guard !program.schemas.isEmpty else { throw reader.refuse(.looseSchema) }
        case .detectors:
            program.detectors = try reader.list(max: Limits.detectors, smallest: 23, detector)
            guard !program.detectors.isEmpty else { throw reader.refuse(.badDetector) }
        case .consequences: try readConsequences(into: &program, from: &reader)
        case .numberSets:
            program.numberSets = try reader.list(max: Limits.sets, smallest: 4, numbers)
            guard !program.numberSets.isEmpty else { throw reader.refuse(.looseNumbers) }
        case .networks: program.networks = try reader.list(max: Limits.networks, smallest: 17, network)
        }
    }

    private static func text(_ reader: inout ByteReader) throws(ProgramError) -> String {
        try reader.string(max: ProgramLimits.symbolBytes)
    }
    private static func index(_ reader: inout ByteReader) throws(ProgramError) -> UInt32 { try reader.u32() }
    private static func integer(_ reader: inout ByteReader) throws(ProgramError) -> Int64 { try reader.i64() }

    private static func source(_ reader: inout ByteReader) throws(ProgramError) -> SourceText {
        let path = try reader.string(max: ProgramLimits.pathBytes)
        return SourceText(path: path, bytes: Array(try reader.run(max: ProgramLimits.sourceBytes)))
    }

    private static func claim(_ reader: inout ByteReader) throws(ProgramError) -> ClaimRecord {
        ClaimRecord(name: try reader.u32(), type: try reader.enumeration(FactType.self))
    }

    private static func range(_ reader: inout ByteReader) throws(ProgramError) -> CodeRange {
        CodeRange(start: try reader.u32(), count: try reader.u32())
    }

    private static func place(_ reader: inout ByteReader) throws(ProgramError) -> SourcePlace {
        SourcePlace(file: try reader.u16(), start: try reader.u32(), end: try reader.u32())
    }

    private static func instruction(_ reader: inout ByteReader) throws(ProgramError) -> Instruction {
        var instruction = Instruction(.reject)
        instruction.opcode = try reader.u8()
        instruction.a = try reader.u8()
        instruction.b = try reader.u8()
        instruction.flags = Instruction.Flags(rawValue: try reader.u8())
        instruction.c = try reader.u32()
        return instruction
    }

    private static func issuer(_ reader: inout ByteReader) throws(ProgramError) -> IssuerRecord {
        IssuerRecord(
            name: try reader.u32(), kind: try reader.enumeration(IssuerKind.self),
            settings: try reader.list(max: ProgramLimits.settings, smallest: 8, setting),
            claims: try reader.list(max: ProgramLimits.claims, smallest: 5, issuerClaim), place: try place(&reader))
    }

    private static func setting(_ reader: inout ByteReader) throws(ProgramError) -> IssuerRecord.Setting {
        IssuerRecord.Setting(
            key: try reader.u32(), values: try reader.list(max: ProgramLimits.settings, smallest: 4, index))
    }

    private static func issuerClaim(_ reader: inout ByteReader) throws(ProgramError) -> IssuerRecord.Claim {
        IssuerRecord.Claim(claim: try reader.u32(), optional: try reader.flag())
    }

    private static func identity(_ reader: inout ByteReader) throws(ProgramError) -> IdentityRecord {
        IdentityRecord(
            name: try reader.u32(), issuer: try reader.u32(), condition: try range(&reader), place: try place(&reader))
    }

    private static func group(_ reader: inout ByteReader) throws(ProgramError) -> GroupRecord {
        GroupRecord(
            name: try reader.u32(), members: try reader.list(max: ProgramLimits.identities, smallest: 4, index),
            issuer: try reader.optional(index), condition: try reader.optional(range), place: try place(&reader))
    }

    private static func resource(_ reader: inout ByteReader) throws(ProgramError) -> ResourceRecord {
        ResourceRecord(
            name: try reader.u32(), kind: try reader.enumeration(ResourceKind.self),
            tags: try reader.list(max: ProgramLimits.tags, smallest: 4, index),
            searchPath: try reader.list(max: ProgramLimits.searchPath, smallest: 4, index), place: try place(&reader))
    }

    private static func set(_ reader: inout ByteReader) throws(ProgramError) -> [Symbol] {
        try reader.list(max: ProgramLimits.setMembers, smallest: 4, index)
    }

    private static func numbers(_ reader: inout ByteReader) throws(ProgramError) -> [Int64] {
        try reader.list(max: ProgramLimits.setMembers, smallest: 8, integer)
    }

    private static func pattern(_ reader: inout ByteReader) throws(ProgramError) -> PatternRecord {
        PatternRecord(kind: try reader.enumeration(PatternRecord.Kind.self), text: try reader.u32())
    }

    private static func window(_ reader: inout ByteReader) throws(ProgramError) -> WindowRecord {
        WindowRecord(
            days: try reader.u8(), startMinute: try reader.u16(), endMinute: try reader.u16(), zone: try reader.u32())
    }

    private static func zone(_ reader: inout ByteReader) throws(ProgramError) -> ZoneRecord {
        ZoneRecord(
            name: try reader.u32(), validFrom: try reader.i64(), validUntil: try reader.i64(),
            transitions: try reader.list(max: ProgramLimits.transitions, smallest: 12, transition))
    }

    private static func transition(_ reader: inout ByteReader) throws(ProgramError) -> ZoneRecord.Transition {
        ZoneRecord.Transition(at: try reader.i64(), offset: try reader.i32())
    }

    private static func network(_ reader: inout ByteReader) throws(ProgramError) -> NetworkRecord {
        NetworkRecord(high: try reader.u64(), low: try reader.u64(), prefix: try reader.u8())
    }

    private static func rule(_ reader: inout ByteReader) throws(ProgramError) -> RuleRecord {
        typealias Limits = ProgramLimits
        let name = try reader.u32()
        let effect = try reader.enumeration(Effect.self)
        let observe = try reader.flag()
        var who = WhoRecord(everyone: try reader.flag())
        who.identities = try reader.list(max: Limits.identities, smallest: 4, index)
        who.groups = try reader.list(max: Limits.groups, smallest: 4, index)
        who.exceptIdentities = try reader.list(max: Limits.identities, smallest: 4, index)
        who.exceptGroups = try reader.list(max: Limits.groups, smallest: 4, index)
        let on = try reader.list(max: Limits.resources, smallest: 4, index)
        let targets = try reader.list(max: Limits.targets, smallest: 12, target)
        let condition = try reader.optional(range)
        let because = try reader.u32()
        let expires = try reader.optional(integer)
        let mask = try reader.optional(mask)
        let limit = try reader.optional(limit)
        var rule = RuleRecord(
            name: name, effect: effect, observe: observe, who: who, on: on, place: try place(&reader))
        rule.targets = targets
        rule.condition = condition
        rule.because = because
        rule.expires = expires
        rule.mask = mask
        rule.limit = limit
        return rule
    }

    private static func target(_ reader: inout ByteReader) throws(ProgramError) -> TargetRecord {
        TargetRecord(
            verbs: VerbSet(rawValue: try reader.u64()),
            objects: try reader.list(max: ProgramLimits.objects, smallest: 4, object))
    }

    private static func columns(_ reader: inout ByteReader) throws(ProgramError) -> [Symbol] {
        try reader.list(max: ProgramLimits.columns, smallest: 4, index)
    }

    private static func object(_ reader: inout ByteReader) throws(ProgramError) -> ObjectPattern {
        ObjectPattern(
            objectClass: try reader.enumeration(ObjectClass.self), schema: try schema(&reader), name: try name(&reader),
            columns: try reader.optional(columns))
    }

    private static func schema(_ reader: inout ByteReader) throws(ProgramError) -> SchemaPattern {
        switch try reader.u8() {
        case 0: return .any
        case 1: return .exactly(try reader.u32())
        case 2: return .searchPath
        case _: throw reader.refuse(.badEnumeration)
        }
    }

    private static func name(_ reader: inout ByteReader) throws(ProgramError) -> NamePattern {
        switch try reader.u8() {
        case 0: return .any
        case 1: return .exactly(try reader.u32())
        case 2: return .pattern(try reader.u32())
        case _: throw reader.refuse(.badEnumeration)
        }
    }

    private static func mask(_ reader: inout ByteReader) throws(ProgramError) -> MaskRecord {
        MaskRecord(
            columns: try reader.list(max: ProgramLimits.masks, smallest: 11, maskColumn),
            values: try reader.list(max: ProgramLimits.masks, smallest: 9, maskValue), guarded: try reader.flag())
    }

    private static func maskColumn(_ reader: inout ByteReader) throws(ProgramError) -> MaskRecord.Column {
        MaskRecord.Column(
            schema: try schema(&reader), table: try name(&reader), column: try reader.u32(),
            transform: try transform(&reader))
    }

    private static func maskValue(_ reader: inout ByteReader) throws(ProgramError) -> MaskRecord.Value {
        MaskRecord.Value(detector: try reader.u32(), transform: try transform(&reader))
    }

    private static func limit(_ reader: inout ByteReader) throws(ProgramError) -> LimitRecord {
        LimitRecord(
            rows: try reader.optional(integer), bytes: try reader.optional(integer), runtime: try reader.optional(integer),
            concurrent: try reader.optional(integer), rates: try reader.list(max: ProgramLimits.rates, smallest: 16, rate),
            condition: try reader.optional(range))
    }

    private static func rate(_ reader: inout ByteReader) throws(ProgramError) -> LimitRecord.Rate {
        LimitRecord.Rate(count: try reader.i64(), seconds: try reader.i64())
    }

    private static func transform(_ reader: inout ByteReader) throws(ProgramError) -> TransformRecord {
        TransformRecord(
            kind: try reader.enumeration(TransformRecord.Kind.self), first: try reader.u16(), last: try reader.u16())
    }
}
