// The bytes of a schema in a program, writing and reading.

extension ProgramEncoder {
    static func schema(_ writer: inout ByteWriter, _ schema: SchemaRecord) {
        writer.symbols(schema.resources)
        writer.list(schema.relations) {
            $0.integer($1.schema)
            $0.integer($1.name)
            $0.u8($1.kind.rawValue)
            $0.symbols($1.columns)
            $0.flag($1.isComplete)
            $0.list($1.opened, opened)
        }
        for list in [schema.routines, schema.operators, schema.types] { writer.list(list, opening) }
    }

    private static func opening(_ writer: inout ByteWriter, _ opening: OpeningRecord) {
        writer.integer(opening.schema)
        writer.integer(opening.name)
        writer.list(opening.opened, opened)
    }

    private static func opened(_ writer: inout ByteWriter, _ opened: OpenedRecord) {
        writer.integer(opened.when.rawValue)
        writer.optional(opened.verb) { $0.u8($1.rawValue) }
        writer.u8(opened.objectClass.rawValue)
        writer.integer(opened.schema)
        writer.integer(opened.name)
        writer.list(opened.columns) {
            $0.integer($1.name)
            $0.optional($1.position) { $0.integer($1) }
            $0.u8($1.uses.rawValue)
        }
    }
}

extension ProgramDecoder {
    static func schema(_ reader: inout ByteReader) throws(ProgramError) -> SchemaRecord {
        SchemaRecord(
            resources: try reader.list(max: ProgramLimits.resources, smallest: 4, symbol),
            relations: try reader.list(max: ProgramLimits.relations, smallest: 18, relation),
            routines: try reader.list(max: ProgramLimits.relations, smallest: 12, opening),
            operators: try reader.list(max: ProgramLimits.relations, smallest: 12, opening),
            types: try reader.list(max: ProgramLimits.relations, smallest: 12, opening))
    }

    private static func symbol(_ reader: inout ByteReader) throws(ProgramError) -> UInt32 {
        try reader.u32()
    }
    private static func position(_ reader: inout ByteReader) throws(ProgramError) -> UInt16 {
        try reader.u16()
    }
    private static func verb(_ reader: inout ByteReader) throws(ProgramError) -> Verb {
        try reader.enumeration(Verb.self)
    }

    private static func relation(_ reader: inout ByteReader) throws(ProgramError) -> RelationRecord {
        RelationRecord(
            schema: try reader.u32(), name: try reader.u32(),
            kind: try reader.enumeration(RelationRecord.Kind.self),
            columns: try reader.list(max: ProgramLimits.columns, smallest: 4, symbol),
            isComplete: try reader.flag(),
            opened: try reader.list(max: ProgramLimits.opened, smallest: 22, opened))
    }

    private static func opening(_ reader: inout ByteReader) throws(ProgramError) -> OpeningRecord {
        OpeningRecord(
            schema: try reader.u32(), name: try reader.u32(),
            opened: try reader.list(max: ProgramLimits.opened, smallest: 22, opened))
    }

    private static func opened(_ reader: inout ByteReader) throws(ProgramError) -> OpenedRecord {
        OpenedRecord(
            when: VerbSet(rawValue: try reader.u64()), verb: try reader.optional(verb),
            objectClass: try reader.enumeration(ObjectClass.self), schema: try reader.u32(),
            name: try reader.u32(),
            columns: try reader.list(max: ProgramLimits.openedColumns, smallest: 6, column))
    }

    private static func column(_ reader: inout ByteReader) throws(ProgramError) -> OpenedRecord.Column {
        OpenedRecord.Column(
            name: try reader.u32(), position: try reader.optional(position),
            uses: ColumnUses(rawValue: try reader.u8()))
    }
}
