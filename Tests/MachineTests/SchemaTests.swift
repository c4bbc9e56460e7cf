// Schemas in a program: written and read back the same, and refused where an inspector could not follow them.

import Testing

@testable import Machine

@Suite struct SchemaTests {
    /// A view over a table, a routine, an operator and a type, for the first resource.
    static func draft() -> ProgramDraft {
        var draft = CodecTests.full()
        let path = draft.symbol("public")
        func key(_ name: String) -> (Symbol, Symbol) { (path, draft.symbol(name)) }
        let (id, email, note) = (draft.symbol("id"), draft.symbol("email"), draft.symbol("note"))
        let (accounts, mails) = (draft.symbol("accounts"), draft.symbol("mails"))
        let called = OpenedRecord(
            when: [.call], verb: .call, objectClass: .function, schema: path, name: note)
        let shown = OpenedRecord(
            when: [.select, .update], verb: .select, objectClass: .table, schema: path, name: accounts,
            columns: [
                .init(name: id, position: nil, uses: .filter), .init(name: 0, position: 0, uses: .computed),
                .init(name: email, position: 0, uses: .output),
            ])
        let child = OpenedRecord(
            when: [.select], verb: nil, objectClass: .table, schema: path, name: mails)
        draft.program.schemas = [
            SchemaRecord(
                resources: [0],
                relations: [
                    RelationRecord(
                        schema: path, name: accounts, kind: .table, columns: [id, email], opened: [child]),
                    RelationRecord(
                        schema: path, name: mails, kind: .view, columns: [email], isComplete: false,
                        opened: [shown]),
                ], routines: [OpeningRecord(schema: path, name: note, opened: [called])],
                operators: [OpeningRecord(schema: 0, name: draft.symbol("<+>"), opened: [called])],
                types: [OpeningRecord(schema: 0, name: draft.symbol("sku"), opened: [called])])
        ]
        return draft
    }

    @Test func isReadBackAsItWasWritten() throws {
        let program = Self.draft().program
        let bytes = try ProgramCodec.encode(program)
        let decoded = try ProgramCodec.decode(bytes)
        #expect(decoded == program)
        #expect(try ProgramCodec.encode(decoded) == bytes)
        #expect(Self.draft().refusal() == nil)
    }

    /// A program without one is, byte for byte, what it was before there were schemas.
    @Test func aProgramWithoutOneHasNoSection() throws {
        var program = Self.draft().program
        let with = try ProgramCodec.encode(program)
        program.schemas = []
        let without = try ProgramCodec.encode(program)
        // Neither has detectors or sets of integers.
        #expect(
            Int(with[10]) == ProgramSection.allCases.count - 2
                && Int(without[10]) == ProgramSection.allCases.count - 3)
        #expect(try ProgramCodec.decode(without) == program)
    }

    @Test func everyTruncationIsRefused() throws {
        let bytes = try ProgramCodec.encode(Self.draft().program)
        for count in 0..<bytes.count {
            #expect(throws: ProgramError.self) { try ProgramCodec.decode(Array(bytes[..<count])) }
        }
    }

    static let table: [(reason: ProgramError.Reason, change: @Sendable (inout SchemaRecord) -> Void)] = [
        (.looseSchema, { $0.resources = [] }),
        (.indexOutOfRange, { $0.resources = [99] }),
        (.searchPathNotSQL, { $0.resources = [1] }),
        (.notSorted, { $0.resources = [0, 0] }),
        (.notSorted, { $0.relations.reverse() }),
        (.notSorted, { $0.relations[1].name = $0.relations[0].name }),
        (.badName, { $0.relations[0].schema = 0 }),
        (.badName, { $0.relations[0].name = 0 }),
        (.badName, { $0.relations[0].columns[0] = 0 }),
        (.duplicateName, { $0.relations[0].columns[1] = $0.relations[0].columns[0] }),
        (.indexOutOfRange, { $0.relations[0].columns[0] = 99_999 }),
        (.badName, { $0.operators[0].schema = $0.relations[0].schema }),
        (.badName, { $0.routines[0].schema = 0 }),
        (.notSorted, { $0.types += $0.types }),
        (.emptyVerbs, { $0.relations[1].opened[0].when = [] }),
        (.emptyVerbs, { $0.relations[1].opened[0].when = VerbSet(rawValue: 1 << 63) }),
        (.emptyVerbs, { $0.relations[1].opened[0].verb = .unknown }),
        (.badName, { $0.relations[1].opened[0].name = 0 }),
        (.indexOutOfRange, { $0.relations[1].opened[0].schema = 99_999 }),
        (.columnsOnOther, { $0.relations[1].opened[0].objectClass = .function }),
        (.badFlag, { $0.relations[1].opened[0].columns[0].uses = [] }),
        (.badFlag, { $0.relations[1].opened[0].columns[0].uses = ColumnUses(rawValue: 64) }),
        (.indexOutOfRange, { $0.relations[1].opened[0].columns[1].position = 1 }),
        (
            .indexOutOfRange,
            {
                $0.routines[0].opened[0].objectClass = .table
                $0.routines[0].opened[0].columns = [.init(name: 1, position: 0, uses: .output)]
            }
        ),
        (
            .notSorted,
            {
                $0.relations[0].opened[0].columns = [
                    .init(name: 1, position: 1, uses: .output), .init(name: 1, position: 0, uses: .output),
                ]
            }
        ),
    ]

    @Test func whatCannotBeFollowedIsRefused() throws {
        for (index, row) in Self.table.enumerated() {
            var draft = Self.draft()
            row.change(&draft.program.schemas[0])
            let error = draft.refusal()
            #expect(
                error?.reason == row.reason && error?.section == .schemas,
                "row \(index): \(String(describing: error))")
        }
        var twice = Self.draft()
        twice.program.schemas += twice.program.schemas
        #expect(twice.refusal()?.reason == .duplicateName)
    }

    /// Each limit at its edge: as many as it says, and one more.
    @Test func limits() throws {
        func refusal(_ change: (inout SchemaRecord) -> Void) -> ProgramError.Reason? {
            var draft = Self.draft()
            change(&draft.program.schemas[0])
            return draft.refusal()?.reason
        }
        let draft = Self.draft()
        let item = draft.program.schemas[0].relations[1].opened[0]
        let column = item.columns[0]
        for (count, reason) in [
            (ProgramLimits.opened, nil), (ProgramLimits.opened + 1, ProgramError.Reason.tooMany),
        ] {
            var small = item
            small.columns = []
            #expect(refusal { $0.relations[1].opened = Array(repeating: small, count: count) } == reason)
        }
        for (count, reason) in [
            (ProgramLimits.openedColumns, nil),
            (ProgramLimits.openedColumns + 1, ProgramError.Reason.tooMany),
        ] {
            #expect(
                refusal { $0.relations[1].opened[0].columns = Array(repeating: column, count: count) }
                    == reason)
        }
        #expect(
            refusal { $0.relations[0].columns = (0...UInt32(ProgramLimits.columns)).map { $0 } }
                == .tooMany)
        var many = draft
        many.program.schemas = Array(
            repeating: draft.program.schemas[0], count: ProgramLimits.schemas + 1)
        #expect(many.refusal()?.reason == .tooMany)
    }
}
