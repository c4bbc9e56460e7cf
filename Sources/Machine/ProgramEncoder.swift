// What each section's bytes are, writing.

enum ProgramEncoder {
    static func write(_ section: ProgramSection, of program: Program, to writer: inout ByteWriter) {
        switch section {
        case .header:
            writer.integer(program.edition)
            writer.integer(program.revision)
            writer.string(program.name)
        case .symbols: writer.list(program.symbols) { $0.string($1) }
        case .sources:
            writer.list(program.sources) {
                $0.string($1.path)
                $0.run($1.bytes)
            }
        case .claims:
            writer.list(program.claims) {
                $0.integer($1.name)
                $0.u8($1.type.rawValue)
            }
        case .issuers: writer.list(program.issuers, issuer)
        case .identities:
            writer.list(program.identities) {
                $0.integer($1.name)
                $0.integer($1.issuer)
                range(&$0, $1.condition)
                place(&$0, $1.place)
            }
        case .groups: writer.list(program.groups, group)
        case .resources:
            writer.list(program.resources) {
                $0.integer($1.name)
                $0.u8($1.kind.rawValue)
                $0.symbols($1.tags)
                $0.symbols($1.searchPath)
                place(&$0, $1.place)
            }
        case .rules: writer.list(program.rules, rule)
        case .code: writer.list(program.code, instruction)
        case .integers: writer.list(program.integers) { $0.integer($1) }
        case .sets: writer.list(program.sets) { $0.symbols($1) }
        case .patterns:
            writer.list(program.patterns) {
                $0.u8($1.kind.rawValue)
                $0.integer($1.text)
            }
        case .windows:
            writer.list(program.windows) {
                $0.u8($1.days)
                $0.integer($1.startMinute)
                $0.integer($1.endMinute)
                $0.integer($1.zone)
            }
        case .zones: writer.list(program.zones, zone)
        case .schemas: writer.list(program.schemas, schema)
        case .detectors: writer.list(program.detectors, detector)
        case .consequences: writeConsequences(of: program, to: &writer)
        case .numberSets: writer.list(program.numberSets) { $0.list($1) { $0.integer($1) } }
        case .networks:
            writer.list(program.networks) {
                $0.integer($1.high)
                $0.integer($1.low)
                $0.u8($1.prefix)
            }
        }
    }

    private static func range(_ writer: inout ByteWriter, _ range: CodeRange) {
        writer.integer(range.start)
        writer.integer(range.count)
    }

    private static func place(_ writer: inout ByteWriter, _ place: SourcePlace) {
        writer.integer(place.file)
        writer.integer(place.start)
        writer.integer(place.end)
    }

    private static func instruction(_ writer: inout ByteWriter, _ instruction: Instruction) {
        writer.u8(instruction.opcode)
        writer.u8(instruction.a)
        writer.u8(instruction.b)
        writer.u8(instruction.flags.rawValue)
        writer.integer(instruction.c)
    }

    private static func issuer(_ writer: inout ByteWriter, _ issuer: IssuerRecord) {
        writer.integer(issuer.name)
        writer.u8(issuer.kind.rawValue)
        writer.list(issuer.settings) {
            $0.integer($1.key)
            $0.symbols($1.values)
        }
        writer.list(issuer.claims) {
            $0.integer($1.claim)
            $0.flag($1.optional)
        }
        place(&writer, issuer.place)
    }

    private static func group(_ writer: inout ByteWriter, _ group: GroupRecord) {
        writer.integer(group.name)
        writer.symbols(group.members)
        writer.optional(group.issuer) { $0.integer($1) }
        writer.optional(group.condition, range)
        place(&writer, group.place)
    }

    private static func zone(_ writer: inout ByteWriter, _ zone: ZoneRecord) {
        writer.integer(zone.name)
        writer.integer(zone.validFrom)
        writer.integer(zone.validUntil)
        writer.list(zone.transitions) {
            $0.integer($1.at)
            $0.integer($1.offset)
        }
    }

    private static func rule(_ writer: inout ByteWriter, _ rule: RuleRecord) {
        writer.integer(rule.name)
        writer.u8(rule.effect.rawValue)
        writer.flag(rule.observe)
        writer.flag(rule.who.everyone)
        writer.symbols(rule.who.identities)
        writer.symbols(rule.who.groups)
        writer.symbols(rule.who.exceptIdentities)
        writer.symbols(rule.who.exceptGroups)
        writer.symbols(rule.on)
        writer.list(rule.targets) {
            $0.integer($1.verbs.rawValue)
            $0.list($1.objects, object)
        }
        writer.optional(rule.condition, range)
        writer.integer(rule.because)
        writer.optional(rule.expires) { $0.integer($1) }
        writer.optional(rule.mask, mask)
        writer.optional(rule.limit, limit)
        place(&writer, rule.place)
    }

    private static func object(_ writer: inout ByteWriter, _ object: ObjectPattern) {
        writer.u8(object.objectClass.rawValue)
        schema(&writer, object.schema)
        name(&writer, object.name)
        writer.optional(object.columns) { $0.symbols($1) }
    }

    private static func schema(_ writer: inout ByteWriter, _ schema: SchemaPattern) {
        switch schema {
        case .any: writer.u8(0)
        case .exactly(let symbol):
            writer.u8(1)
            writer.integer(symbol)
        case .searchPath: writer.u8(2)
        }
    }

    private static func name(_ writer: inout ByteWriter, _ name: NamePattern) {
        switch name {
        case .any: writer.u8(0)
        case .exactly(let symbol):
            writer.u8(1)
            writer.integer(symbol)
        case .pattern(let index):
            writer.u8(2)
            writer.integer(index)
        }
    }

    private static func mask(_ writer: inout ByteWriter, _ mask: MaskRecord) {
        writer.list(mask.columns) {
            schema(&$0, $1.schema)
            name(&$0, $1.table)
            $0.integer($1.column)
            transform(&$0, $1.transform)
        }
        writer.list(mask.values) {
            $0.integer($1.detector)
            transform(&$0, $1.transform)
        }
        writer.flag(mask.guarded)
    }

    private static func limit(_ writer: inout ByteWriter, _ limit: LimitRecord) {
        for amount in [limit.rows, limit.bytes, limit.runtime, limit.concurrent] { writer.optional(amount) { $0.integer($1) } }
        writer.list(limit.rates) {
            $0.integer($1.count)
            $0.integer($1.seconds)
        }
        writer.optional(limit.condition, range)
    }

    private static func transform(_ writer: inout ByteWriter, _ transform: TransformRecord) {
        writer.u8(transform.kind.rawValue)
        writer.integer(transform.first)
        writer.integer(transform.last)
    }
}
