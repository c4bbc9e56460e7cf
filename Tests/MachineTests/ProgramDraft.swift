// Makes programs by hand for the tests: names go in, symbols and indices come out.
@testable import Machine

struct ProgramDraft {
    var program = Program()
    private var numbers: [String: Symbol] = ["": 0]

    init() {
        program.name = "test"
        program.revision = 7
        program.sources = [
            SourceText(path: "policies/test.postern", bytes: Array("policy test edition 1\n\nallow first {\n}\n".utf8))
        ]
    }

    static let place = SourcePlace(file: 0, start: 23, end: 28)

    mutating func symbol(_ text: String) -> Symbol {
        if let known = numbers[text] { return known }
        let number = Symbol(program.symbols.count)
        program.symbols.append(text)
        numbers[text] = number
        return number
    }

    mutating func symbols(_ texts: [String]) -> [Symbol] { texts.map { symbol($0) }.sorted() }

    @discardableResult
    mutating func claim(_ name: String, _ type: FactType) -> UInt32 {
        let symbol = symbol(name)
        if let known = program.claims.firstIndex(where: { $0.name == symbol }) { return UInt32(known) }
        program.claims.append(ClaimRecord(name: symbol, type: type))
        return UInt32(program.claims.count - 1)
    }

    @discardableResult
    mutating func issuer(_ name: String, claims: [(String, FactType)]) -> UInt32 {
        let declared = claims.map { IssuerRecord.Claim(claim: claim($0.0, $0.1), optional: true) }
        let setting = IssuerRecord.Setting(key: symbol("url"), values: [symbol("https://\(name).example")])
        program.issuers.append(
            IssuerRecord(name: symbol(name), kind: .oidc, settings: [setting], claims: declared, place: Self.place))
        return UInt32(program.issuers.count - 1)
    }

    /// Appends code and says where it is.
    mutating func code(_ instructions: [Instruction]) -> CodeRange {
        let start = UInt32(program.code.count)
        program.code += instructions
        return CodeRange(start: start, count: UInt32(instructions.count))
    }

    /// `claim.<claim> == "<text>"`, compiled as an allow.
    mutating func claimIs(_ claim: UInt32, _ text: String) -> CodeRange {
        code([
            Instruction(.loadClaim, a: 0, c: claim), Instruction(.loadString, a: 1, c: symbol(text)),
            Instruction(.testEqual, a: 0, b: 1, flags: [], c: 1), Instruction(.accept), Instruction(.reject),
        ])
    }

    @discardableResult
    mutating func identity(_ name: String, issuer: UInt32 = 0, subject: String? = nil) -> UInt32 {
        let sub = claim("sub", .string)
        let condition = claimIs(sub, subject ?? name)
        program.identities.append(
            IdentityRecord(name: symbol(name), issuer: issuer, condition: condition, place: Self.place))
        return UInt32(program.identities.count - 1)
    }

    @discardableResult
    mutating func group(_ name: String, members: [UInt32]) -> UInt32 {
        program.groups.append(
            GroupRecord(name: symbol(name), members: members.sorted(), issuer: nil, condition: nil, place: Self.place))
        return UInt32(program.groups.count - 1)
    }

    @discardableResult
    mutating func resource(
        _ name: String, _ kind: ResourceKind = .postgres, tags: [String] = [], path: [String] = []
    ) -> UInt32 {
        program.resources.append(
            ResourceRecord(
                name: symbol(name), kind: kind, tags: symbols(tags), searchPath: path.map { symbol($0) }, place: Self.place))
        return UInt32(program.resources.count - 1)
    }

    mutating func object(
        _ objectClass: ObjectClass = .table, _ schema: String? = nil, _ name: String? = nil, columns: [String]? = nil
    ) -> ObjectPattern {
        ObjectPattern(
            objectClass: objectClass, schema: schema.map { $0 == "*" ? .any : .exactly(symbol($0)) } ?? .searchPath,
            name: name.map { .exactly(symbol($0)) } ?? .any, columns: columns.map { symbols($0) })
    }

    /// A rule for everyone on resource 0, unless `change` says otherwise.
    @discardableResult
    mutating func rule(
        _ effect: Effect, _ name: String, _ targets: [TargetRecord] = [], condition: CodeRange? = nil,
        change: (inout RuleRecord) -> Void = { _ in }
    ) -> Int {
        var rule = RuleRecord(
            name: symbol(name), effect: effect, observe: false, who: WhoRecord(everyone: true), on: [0], place: Self.place)
        rule.targets = targets
        rule.condition = condition
        change(&rule)
        program.rules.append(rule)
        return program.rules.count - 1
    }

    mutating func pattern(_ kind: PatternRecord.Kind, _ text: String) -> UInt32 {
        program.patterns.append(PatternRecord(kind: kind, text: symbol(text)))
        return UInt32(program.patterns.count - 1)
    }

    mutating func integer(_ value: Int64) -> UInt32 {
        program.integers.append(value)
        return UInt32(program.integers.count - 1)
    }

    mutating func set(_ members: [String]) -> UInt32 {
        program.sets.append(symbols(members))
        return UInt32(program.sets.count - 1)
    }

    /// One issuer with the claims that tests use, one identity `job`, one PostgreSQL resource `db` with path `public`.
    static func basic() -> ProgramDraft {
        var draft = ProgramDraft()
        draft.issuer(
            "cluster",
            claims: [("sub", .string), ("groups", .strings), ("level", .integer), ("admin", .boolean), ("team", .string)])
        draft.identity("job")
        draft.resource("db", tags: ["pii", "production"], path: ["public"])
        return draft
    }

    func load() throws -> VerifiedProgram { try VerifiedProgram.load(ProgramCodec.encode(program)) }

    /// Codec and verifier, without symbols being distinct by the draft's own doing.
    func refusal() -> ProgramError? {
        do throws(ProgramError) {
            _ = try VerifiedProgram.load(try ProgramCodec.encode(program))
            return nil
        } catch {
            return error
        }
    }
}

/// A session's machine for a program, for the identity `job` unless told otherwise.
struct Bench {
    let verified: VerifiedProgram
    let machine: VirtualMachine
    let inspection = Inspection()

    init(
        _ draft: ProgramDraft, subject: String = "job", claims: [String: ClaimValue] = [:], source: NetworkAddress? = nil,
        start: Int64 = 0, reason: String? = nil, proof: Proof = .bearer, resource: String = "db"
    ) throws {
        verified = try draft.load()
        var values = claims
        values["sub"] = .string(subject)
        let given = VerifiedClaims(issuer: "cluster", subject: subject, values: values, proof: proof)
        guard case .caller(let caller) = verified.identify(given),
            let specialisation = verified.specialise(for: caller, resource: resource)
        else { throw Missing() }
        machine = VirtualMachine(
            specialisation,
            session: SessionFacts(caller: caller, source: source, start: Moment(seconds: start), reason: reason))
    }

    struct Missing: Error {}

    /// Adds an access to a table of `public`; the column `*` is every column.
    func add(_ verb: Verb, _ name: String, _ columns: [String] = [], statement: UInt16 = 0) {
        add(verb, .table, "public", name, columns, statement: statement)
    }

    func add(
        _ verb: Verb, _ objectClass: ObjectClass, _ schema: String, _ name: String,
        _ columns: [String] = [], statement: UInt16 = 0
    ) {
        var access = Access(
            verb: verb, objectClass: objectClass, statement: statement, schema: inspection.intern(schema),
            name: inspection.intern(name))
        access.everyColumn = columns.contains("*")
        inspection.append(access)
        for column in columns where column != "*" {
            inspection.appendColumn(ColumnUse(name: inspection.intern(column), uses: .output))
        }
    }

    /// - Parameter headers: of an HTTP request, names and values.
    func decide(at seconds: Int64 = 0, headers: [(String, String)] = []) -> Verdict {
        let texts = headers.flatMap { [FixedMemory(Array($0.0.utf8)), FixedMemory(Array($0.1.utf8))] }
        let bytes = texts.map { UnsafeRawBufferPointer(start: $0.base, count: $0.count) }
        let fields = headers.indices.map { HeaderField(name: bytes[2 * $0], value: bytes[2 * $0 + 1]) }
        return withExtendedLifetime(texts) {
            fields.withUnsafeBufferPointer { fields in
                var facts = RequestFacts(moment: Moment(seconds: seconds))
                facts.headers = fields
                return machine.decide(inspection, facts)
            }
        }
    }
}
