// A caller's claims and session facts as plain values with numbers: made once, read by every condition of the session.

/// Owns the bytes behind the values it holds.
final class SessionValues {
    /// By claim index; unknown where the caller has none.
    let claims: FixedMemory<Value>
    /// By fact number, `slots` of them.
    let facts: FixedMemory<Value>
    /// Facts of the session have the lowest numbers.
    static let slots = Int(Fact.sessionReason.rawValue) + 1
    private let blob: FixedMemory<UInt8>
    private let items: FixedMemory<TextItem>
    private let numbers: FixedMemory<Int64>

    /// Claims only: for the conditions of identities and groups.
    /// - Parameter issuer: whose declared claims count; all others are ignored.
    convenience init(_ claims: VerifiedClaims, issuer: Int, of program: Program, _ tables: ProgramTables) {
        var draft = Draft()
        draft.add(claims, issuer: issuer, of: program, tables)
        self.init(draft, tables)
    }

    /// Claims and session facts.
    convenience init(
        _ session: SessionFacts, issuer: Int, resource: ResourceRecord, of program: Program, _ tables: ProgramTables
    ) {
        var draft = Draft()
        let caller = session.caller
        draft.add(caller.claims, issuer: issuer, of: program, tables)
        draft.facts[Fact.identityName] = .string(caller.identity)
        draft.facts[Fact.identityIssuer] = .string(caller.claims.issuer)
        draft.facts[Fact.identityGroups] = .strings(caller.groups)
        draft.possible[Fact.identityGroups] = caller.possibleGroups
        draft.facts[Fact.identityProof] = .integer(Int64(caller.claims.proof.rawValue))
        draft.facts[Fact.resourceName] = .string(program.symbols[Int(resource.name)])
        draft.facts[Fact.resourceKind] = .string(resource.kind.name)
        draft.facts[Fact.resourceTags] = .strings(resource.tags.map { program.symbols[Int($0)] })
        if let reason = session.reason { draft.facts[Fact.sessionReason] = .string(reason) }
        draft.source = session.source
        self.init(draft, tables)
    }

    private struct Draft {
        var claims: [ClaimValue?] = []
        var facts: [Fact: ClaimValue] = [:]
        /// Of a set: what it may hold beside.
        var possible: [Fact: [String]] = [:]
        var source: NetworkAddress?

        /// A claim counts when the issuer declares it and its value is of the declared type.
        mutating func add(_ given: VerifiedClaims, issuer: Int, of program: Program, _ tables: ProgramTables) {
            claims = [ClaimValue?](repeating: nil, count: program.claims.count)
            var declared: [UInt32: Int] = [:]
            for claim in program.issuers[issuer].claims {
                declared[program.claims[Int(claim.claim)].name] = Int(claim.claim)
            }
            for (name, value) in given.values {
                let symbol = tables.symbols.find(name)
                guard let index = declared[symbol], symbol != SymbolView.absent else { continue }
                claims[index] = Self.fitted(value, to: program.claims[index].type)
            }
        }

        /// Where a recording lost the type, as its JSON tells no time from a number and no empty set from another, it is taken for what
        /// is declared.
        private static func fitted(_ value: ClaimValue, to type: FactType) -> ClaimValue? {
            switch (value, type) {
            case (.string, .string), (.integer, .integer), (.boolean, .boolean), (.strings, .strings), (.integers, .integers),
                (.time, .time):
                value
            case (.integer(let seconds), .time): .time(seconds)
            case (.strings([]), .integers): .integers([])
            case (.integers([]), .strings): .strings([])
            case _: nil
            }
        }
    }

    private init(_ draft: Draft, _ tables: ProgramTables) {
        var writer = Writer(symbols: tables.symbols)
        let claims = draft.claims.map { writer.place($0) }
        var facts = [Writer.Placed](repeating: .value(.unknown), count: Self.slots)
        for (fact, value) in draft.facts { facts[Int(fact.rawValue)] = writer.place(value, possible: draft.possible[fact] ?? []) }
        if let source = draft.source { facts[Int(Fact.requestSource.rawValue)] = .value(.address(source)) }
        let blob = FixedMemory(writer.blob)
        let items = FixedMemory(
            writer.items.map { TextItem(pointer: blob.base + $0.offset, count: $0.count, symbol: $0.symbol) })
        let numbers = FixedMemory(writer.numbers)
        self.blob = blob
        self.numbers = numbers
        self.items = items
        self.claims = FixedMemory(claims.map { $0.resolved(items, numbers) })
        self.facts = FixedMemory(facts.map { $0.resolved(items, numbers) })
    }

    /// Collects strings first, because their addresses are known only when all are there.
    private struct Writer {
        enum Placed {
            case value(Value)
            case string(item: Int)
            case strings(first: Int, count: Int, possible: Int)
            case integers(first: Int, count: Int)

            func resolved(_ items: FixedMemory<TextItem>, _ numbers: FixedMemory<Int64>) -> Value {
                switch self {
                case .value(let value): value
                case .string(let item): items[item].value
                case .strings(let first, let count, let possible): .strings(items.base + first, count: count, possible: possible)
                case .integers(let first, let count): .integers(numbers.base + first, count: count)
                }
            }
        }
        let symbols: SymbolTable
        var blob: [UInt8] = []
        var items: [(offset: Int, count: Int, symbol: UInt32)] = []
        var numbers: [Int64] = []

        mutating func place(_ value: ClaimValue?, possible: [String] = []) -> Placed {
            switch value {
            case nil: return .value(.unknown)
            case .integer(let number), .time(let number): return .value(.integer(number))
            case .integers(let list):
                let first = numbers.count
                numbers += list
                return .integers(first: first, count: list.count)
            case .boolean(let flag): return .value(.boolean(Ternary(flag)))
            case .string(let text):
                add(text)
                return .string(item: items.count - 1)
            case .strings(let list):
                let first = items.count
                for text in list + possible { add(text) }
                return .strings(first: first, count: list.count, possible: possible.count)
            }
        }

        private mutating func add(_ text: String) {
            items.append((blob.count, text.utf8.count, symbols.find(text)))
            blob.append(contentsOf: text.utf8)
        }
    }
}
