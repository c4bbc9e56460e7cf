// A program the verifier has passed: the only form that can name callers and run.
import Synchronization

/// What a caller's claims make of it.
public enum Identification: Sendable, Hashable {
    case caller(Caller)
    /// No identity of this issuer matches.
    case nobody
    /// More than one does: their names, in the program's order.
    case ambiguous([String])
    /// One does, and others may: whether they do rests on claims that are lacking.
    case unsure(String, perhaps: [String])
}

/// Where a rule is written. Line and column are from 1; the column counts bytes.
public struct RulePlace: Sendable, Hashable {
    public var path: String
    public var line: Int
    public var column: Int
    /// The whole line, without its end.
    public var lineText: String
}

/// A decoded and verified program, immutable, shared by every session. Its only maker is `load`.
public final class VerifiedProgram: Sendable {
    public var program: Program { core.program }
    public var revision: UInt64 { program.revision }
    /// Whether any rule asks for `statement.first_seen`.
    public let usesFirstSeen: Bool
    public var issuers: [IssuerRecord] { program.issuers }
    /// Indices of the mask rules in `Program.rules`: bit n of `VirtualMachine.maskWords` is the n-th of them.
    public let maskRules: [Int]

    let core: ProgramCore
    var tables: ProgramTables { core.tables }
    private let cache = Mutex<[CacheKey: Specialisation]>([:])

    private let derived = Mutex<[String: any Sendable]>([:])

    private struct CacheKey: Hashable {
        var identity: Int
        var groups: CallerGroups
        var resource: Int
    }

    private init(_ program: Program, _ result: Verifier.Result) {
        core = ProgramCore(program, result)
        maskRules = program.rules.indices.filter { program.rules[$0].effect == .mask }
        let firstSeen: UInt64 = 1 << UInt64(Fact.statementFirstSeen.rawValue)
        usesFirstSeen = program.rules.contains { rule in
            guard let condition = rule.condition else { return false }
            return (result.conditions[condition.start]?.facts ?? 0) & firstSeen != 0
        }
    }

    /// Decodes and verifies. Any bytes give a program or an error.
    public static func load(_ bytes: [UInt8]) throws(ProgramError) -> VerifiedProgram {
        let program = try ProgramCodec.decode(bytes)
        return VerifiedProgram(program, try Verifier.verify(program))
    }

    /// What others make of this program, by a name of theirs: made at the first asking, and kept as long as the program is.
    package func remembered<Value: Sendable>(_ name: String, _ make: () -> Value) -> Value {
        if let known = derived.withLock({ $0[name] }) as? Value { return known }
        // Made outside the lock: two sessions may make it twice, and the first one stands.
        let made = make()
        return derived.withLock { derived in
            if let known = derived[name] as? Value { return known }
            derived[name] = made
            return made
        }
    }

    /// A symbol's text.
    public func text(_ symbol: Symbol) -> String {
        core.text(symbol)
    }

    /// The name of a rule by index.
    public func ruleName(_ rule: Int) -> String { text(program.rules[rule].name) }

    /// The worst case of a rule's condition, in the opcode table's units (about a nanosecond); 0 without a condition.
    public func worstCaseCost(_ rule: Int) -> Int {
        guard let condition = program.rules[rule].condition else { return 0 }
        return core.conditions[condition.start].map { Int($0.cost) } ?? 0
    }

    /// Whether a rule's condition asks what came of a message.
    public func usesResult(_ rule: Int) -> Bool {
        guard let condition = program.rules[rule].condition else { return false }
        let bits: UInt64 = 1 << UInt64(Fact.resultRows.rawValue) | 1 << UInt64(Fact.resultBytes.rawValue)
        return (core.conditions[condition.start]?.facts ?? 0) & bits != 0
    }

    /// Where a rule is written, for people.
    public func place(of rule: Int) -> RulePlace {
        let place = program.rules[rule].place
        let source = program.sources[Int(place.file)]
        let start = Int(place.start)
        let newline = UInt8(ascii: "\n")
        // Every refusal asks: the lines are counted once.
        let (line, lineStart) = remembered("lines") { program.sources.map { SourceLines($0.bytes) } }[Int(place.file)].line(of: start)
        let rest = source.bytes[lineStart...]
        var text = rest[lineStart..<(rest.firstIndex(of: newline) ?? rest.endIndex)]
        if text.last == UInt8(ascii: "\r") { text.removeLast() }
        return RulePlace(
            path: source.path, line: line, column: start - lineStart + 1, lineText: String(decoding: text, as: UTF8.self))
    }

    /// The one identity that verified claims make, with its groups. What a lacking claim leaves open is never for the caller: claims that
    /// may make another identity as well make none.
    public func identify(_ claims: VerifiedClaims) -> Identification {
        let issuerSymbol = tables.symbols.find(claims.issuer)
        guard let issuer = program.issuers.firstIndex(where: { $0.name == issuerSymbol }) else { return .nobody }
        let judge = ClaimJudge(claims, issuer: issuer, of: program, tables)
        var certain: [Int] = []
        var possible: [Int] = []
        for (index, identity) in program.identities.enumerated() {
            switch judge.makes(identity) {
            case .yes: certain.append(index)
            case .unknown: possible.append(index)
            case .no: continue
            }
        }
        func names(_ identities: [Int]) -> [String] { identities.map { text(program.identities[$0].name) } }
        guard let identity = certain.first else { return .nobody }
        guard certain.count == 1 else { return .ambiguous(names(certain)) }
        guard possible.isEmpty else { return .unsure(text(program.identities[identity].name), perhaps: names(possible)) }
        return .caller(caller(identity, claims, judge))
    }

    /// The caller with an identity, and the groups that its claims put it into.
    func caller(_ identity: Int, _ claims: VerifiedClaims, _ judge: ClaimJudge) -> Caller {
        var certain: [String] = []
        var possible: [String] = []
        for group in program.groups {
            switch judge.isMember(UInt32(identity), of: group) {
            case .yes: certain.append(text(group.name))
            case .unknown: possible.append(text(group.name))
            case .no: continue
            }
        }
        func sorted(_ names: [String]) -> [String] { names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }
        return Caller(
            identity: text(program.identities[identity].name), groups: sorted(certain), possibleGroups: sorted(possible), claims: claims)
    }

    /// The program narrowed to a caller that this very program identified, on a resource. The caller's claims are no part of
    /// it. nil when the program has no such identity (of that issuer), group or resource: after a reload, identify anew.
    public func specialise(for caller: Caller, resource: String) -> Specialisation? {
        let identityName = tables.symbols.find(caller.identity)
        let issuerName = tables.symbols.find(caller.claims.issuer)
        guard let resource = resourceIndex(resource),
            let identity = program.identities.firstIndex(where: { $0.name == identityName }),
            program.issuers[Int(program.identities[identity].issuer)].name == issuerName
        else { return nil }
        guard let certain = groups(caller.groups), let possible = groups(caller.possibleGroups) else { return nil }
        let groups = CallerGroups(certain: certain, possible: possible)
        let key = CacheKey(identity: identity, groups: groups, resource: resource)
        if let known = cache.withLock({ $0[key] }) { return known }
        // Made outside the lock: two sessions may make it twice, and the first one stands.
        let made = Specialisation(core, identity: identity, groups: groups, resource: resource)
        return cache.withLock { cache in
            if let known = cache[key] { return known }
            if cache.count >= ProgramLimits.cachedSpecialisations { cache.removeAll() }
            cache[key] = made
            return made
        }
    }

    /// Index into `Program.resources`; nil when there is no resource of the name.
    package func resourceIndex(_ name: String) -> Int? {
        let symbol = tables.symbols.find(name)
        return program.resources.firstIndex { $0.name == symbol }
    }

    /// Indices of groups, ascending; nil when one is none of this program.
    private func groups(_ names: [String]) -> [UInt32]? {
        var groups: [UInt32] = []
        for name in names {
            let symbol = tables.symbols.find(name)
            guard let group = program.groups.firstIndex(where: { $0.name == symbol }) else { return nil }
            groups.append(UInt32(group))
        }
        return groups.sorted()
    }
}
