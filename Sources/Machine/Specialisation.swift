// A program narrowed to one caller and one resource: the rules that can apply, indexed by what an access is.

/// What the machine reads of a specialisation, as plain pointers. Valid while the specialisation lives.
struct SpecialisationView: BitwiseCopyable {
    let clauses: UnsafePointer<Clause>
    let columns: UnsafePointer<UInt32>
    let path: UnsafePointer<UInt32>
    let pathCount: Int
    let pgCatalog: UInt32
    let verbs: VerbSet
    let index: RuleIndexView
}

/// A mask rule of the specialisation.
struct MaskClause: BitwiseCopyable, Sendable {
    /// Index into `Program.rules`, and among its mask rules.
    var rule: UInt32
    var ordinal: UInt32
    var code: UInt32
    /// Clauses in `maskTargets`; none: whatever the message touches.
    var firstTarget: UInt32
    var targetCount: UInt32
    var observe: Bool
}

/// The groups that a caller is in, and those that it may be in, by ascending index.
struct CallerGroups: Hashable {
    var certain: [UInt32]
    var possible: [UInt32]

    /// Whether the caller is in any of some groups.
    func isInAny(of groups: [UInt32]) -> Ternary {
        if groups.contains(where: certain.contains) { return .yes }
        return groups.contains(where: possible.contains) ? .unknown : .no
    }
}

/// Immutable plain memory, shared by all sessions of the same identity, groups and resource. Made by `VerifiedProgram.specialise`.
public final class Specialisation: Sendable {
    let core: ProgramCore
    /// The program that this is of.
    public var program: Program { core.program }
    /// Index into `Program.resources`.
    public let resource: Int
    public var kind: ResourceKind { program.resources[resource].kind }
    public var resourceName: String { core.text(program.resources[resource].name) }
    /// Index into `Program.identities`.
    let identity: Int
    /// Indices of the rules that are about this caller on this resource, or may be, ascending.
    public let rules: [Int]
    /// Whether an approve among them may ask about anything.
    public let mayHold: Bool
    /// Whether any of them lets anything pass.
    public let allowsAnything: Bool
    /// Whether any of those rules asks for `statement.first_seen`.
    public let usesFirstSeen: Bool

    let clauses: FixedMemory<Clause>
    let columns: FixedMemory<UInt32>
    let path: FixedMemory<UInt32>
    let index: RuleIndex
    let masks: FixedMemory<MaskClause>
    let maskTargets: FixedMemory<Clause>
    /// The masks that always apply, as a bitset over the program's mask rules.
    let baseMasks: FixedMemory<UInt64>
    let usesObjects: Bool
    let usesColumns: Bool
    let usesTables: Bool
    let usesFunctions: Bool

    init(_ core: ProgramCore, identity: Int, groups: CallerGroups, resource: Int) {
        let program = core.program
        self.core = core
        self.identity = identity
        self.resource = resource
        var applying: [Int] = []
        var builder = ClauseBuilder(program, resource: resource)
        var facts: UInt64 = 0
        var (asks, allows) = (false, false)
        for (index, rule) in program.rules.enumerated() {
            let isAbout = Self.isAbout(rule, identity: UInt32(identity), groups, resource: UInt32(resource))
            guard isAbout != .no else { continue }
            applying.append(index)
            if !rule.observe {
                asks = asks || rule.effect == .approve
                allows = allows || rule.effect == .allow
            }
            builder.add(index, isCertain: isAbout == .yes)
            if let condition = rule.condition { facts |= core.conditions[condition.start]?.facts ?? 0 }
        }
        rules = applying
        mayHold = asks
        allowsAnything = allows || asks
        builder.sort()
        clauses = FixedMemory(builder.clauses)
        columns = FixedMemory(builder.columns)
        path = FixedMemory(program.resources[resource].searchPath)
        index = RuleIndex(builder.clauses, path: program.resources[resource].searchPath, builder.kind, core.tables.pgCatalog)
        masks = FixedMemory(builder.masks)
        maskTargets = FixedMemory(builder.maskTargets)
        baseMasks = FixedMemory(builder.baseMasks)
        func uses(_ fact: Fact) -> Bool { facts & (1 << UInt64(fact.rawValue)) != 0 }
        usesFirstSeen = uses(.statementFirstSeen)
        usesTables = uses(.statementTables)
        usesFunctions = uses(.statementFunctions)
        usesObjects = uses(.accessObject) || uses(.statementTables)
        usesColumns = uses(.accessColumns) || builder.clauses.contains { $0.hasColumns }
    }

    /// `who` and `on`. Expiry is of the moment, and not settled here.
    static func isAbout(_ rule: RuleRecord, identity: UInt32, _ groups: CallerGroups, resource: UInt32) -> Ternary {
        guard rule.on.contains(resource) else { return .no }
        let who = rule.who
        let isNamed = Ternary(who.everyone || who.identities.contains(identity)) || groups.isInAny(of: who.groups)
        let isExcepted = Ternary(who.exceptIdentities.contains(identity)) || groups.isInAny(of: who.exceptGroups)
        return isNamed && !isExcepted
    }

    var view: SpecialisationView {
        SpecialisationView(
            clauses: clauses.base, columns: columns.base, path: path.base, pathCount: path.count,
            pgCatalog: core.tables.pgCatalog, verbs: kind.verbs, index: index.view)
    }

    /// Whether the index finds every clause that an access with these names could match: held against a plain walk over all
    /// clauses. For tests; cost is linear in the rules.
    package func indexCovers(verb: Verb, schema: String, name: String) -> Bool {
        let symbols = core.tables.symbols
        let schema = symbols.find(schema)
        let name = symbols.find(name)
        var found: Set<UInt32> = []
        index.view.forEach(verb: verb, schema: schema, name: name) { start, count in
            for offset in 0..<count { found.insert(index.view.members[start + offset]) }
        }
        let view = view
        guard kind.verbs.contains(verb) else { return true }
        for number in 0..<clauses.count {
            let clause = clauses[number]
            guard clause.verbs.contains(verb) else { continue }
            let nameFits = clause.namePart != .exactly || clause.name == name
            let schemaFits =
                switch clause.schemaPart {
                case .any, .pattern: true
                case .exactly: clause.schema == schema
                case .path:
                    schema == 0 || schema == view.pgCatalog
                        || program.resources[resource].searchPath.contains(schema)
                }
            if nameFits, schemaFits, !found.contains(UInt32(number)) { return false }
        }
        return true
    }
}
