// Declared names: what a written name means in a file, and what to say when it means nothing.

import PolicyLang

/// A declaration, by its sort and its index among those.
enum Entity: Hashable, Sendable {
    case issuer(Int)
    case identity(Int)
    case group(Int)
    case resource(Int)
    case set(Int)
    case `let`(Int)
    case detector(Int)
    case rule(Int)
    case prove(Int)

    var sort: Sort {
        switch self {
        case .issuer: .issuer
        case .identity: .identity
        case .group: .group
        case .resource: .resource
        case .set: .set
        case .let: .let
        case .detector: .detector
        case .rule: .rule
        case .prove: .prove
        }
    }
}

/// The sorts of declarations, with their words.
enum Sort: String, CaseIterable {
    case issuer, identity, group, resource, set, `let`, detector, rule, prove

    /// Rules and proofs have names of their own: a rule may be called like the identity it is about.
    var isRule: Bool { self == .rule || self == .prove }

    var article: String { self == .issuer || self == .identity ? "an" : "a" }
}

/// A declared name and where.
struct DeclaredName {
    var entity: Entity
    var policy: Int
    var name: Name
    var doc: DocComment?
}

/// All names of a compilation.
struct NameTable {
    struct Key: Hashable {
        var policy: Int
        var isRule: Bool
        var text: String
    }
    private(set) var byKey: [Key: DeclaredName] = [:]
    /// In the order of the program.
    private(set) var all: [DeclaredName] = []

    var issuers: [(declaration: IssuerDeclaration, policy: Int)] = []
    var identities: [(declaration: IdentityDeclaration, policy: Int)] = []
    var groups: [(declaration: GroupDeclaration, policy: Int)] = []
    var resources: [(declaration: ResourceDeclaration, policy: Int)] = []
    var sets: [(declaration: SetDeclaration, policy: Int)] = []
    var lets: [(declaration: LetDeclaration, policy: Int)] = []
    var detectors: [(declaration: DetectorDeclaration, policy: Int)] = []
    var rules: [(declaration: RuleDeclaration, policy: Int)] = []
    var proves: [(declaration: ProveDeclaration, policy: Int)] = []
    var tests: [(declaration: TestDeclaration, policy: Int)] = []

    /// Makes room for so many declarations.
    mutating func reserve(_ count: Int) {
        byKey.reserveCapacity(count)
        all.reserveCapacity(count)
        rules.reserveCapacity(count)
    }

    /// Adds a name; answers the earlier one when it is taken.
    mutating func declare(_ entity: Entity, _ name: Name, doc: DocComment?, policy: Int) -> DeclaredName? {
        let key = Key(policy: policy, isRule: entity.sort.isRule, text: name.text)
        if let earlier = byKey[key] { return earlier }
        let declared = DeclaredName(entity: entity, policy: policy, name: name, doc: doc)
        byKey[key] = declared
        all.append(declared)
        return nil
    }

    /// Names of a policy that are of one of the sorts, sorted.
    func names(of policy: Int, sorts: [Sort]) -> [String] {
        all.filter { $0.policy == policy && sorts.contains($0.entity.sort) }.map(\.name.text).sorted()
    }
}

extension CompileRun {
    /// Fills the name table in the order of the program: policies, their files, their declarations.
    func declareNames() {
        names.reserve(policies.flatMap(\.files).reduce(0) { $0 + parsed[$1].tree.declarations.count })
        for (policy, unit) in policies.enumerated() {
            for file in unit.files {
                for declaration in parsed[file].tree.declarations { declare(declaration, policy: policy) }
            }
        }
        let counts = [
            names.identities.count, names.groups.count, names.resources.count, names.rules.count, names.issuers.count,
        ]
        if (counts.max() ?? 0) > CompilerLimits.declarations {
            let place = SourceSpan(file: 0, start: 0, end: 0)
            report(Wording.tooLarge(place, what: "declarations of one sort", limit: CompilerLimits.declarations))
        }
    }

    private func declare(_ declaration: Declaration, policy: Int) {
        let entity: Entity
        let doc: DocComment?
        switch declaration {
        case .issuer(let it):
            entity = .issuer(names.issuers.count)
            doc = it.doc
            names.issuers.append((it, policy))
        case .identity(let it):
            entity = .identity(names.identities.count)
            doc = it.doc
            names.identities.append((it, policy))
        case .group(let it):
            entity = .group(names.groups.count)
            doc = it.doc
            names.groups.append((it, policy))
        case .resource(let it):
            entity = .resource(names.resources.count)
            doc = it.doc
            names.resources.append((it, policy))
        case .set(let it):
            entity = .set(names.sets.count)
            doc = it.doc
            names.sets.append((it, policy))
        case .let(let it):
            entity = .let(names.lets.count)
            doc = it.doc
            names.lets.append((it, policy))
        case .detector(let it):
            entity = .detector(names.detectors.count)
            doc = it.doc
            names.detectors.append((it, policy))
        case .rule(let it):
            entity = .rule(names.rules.count)
            doc = it.doc
            names.rules.append((it, policy))
        case .prove(let it):
            entity = .prove(names.proves.count)
            doc = it.doc
            names.proves.append((it, policy))
        case .test(let it):
            names.tests.append((it, policy))
            return
        }
        guard let name = declaration.name else { return }
        if let earlier = names.declare(entity, name, doc: doc, policy: policy) {
            declaredTwice[earlier.entity, default: []].append(entity.sort)
            report(Wording.duplicateName(name.span, name: name.text, first: earlier.name.span))
        }
    }

    /// What a name means in the file that it is written in; nil after a diagnostic.
    func resolve(_ name: QualifiedName, as sorts: [Sort], what: String) -> Entity? {
        guard let policy = policy(of: name.qualifier, in: name.span.file) else { return nil }
        let isRule = sorts.contains { $0.isRule }
        guard let found = names.byKey[.init(policy: policy, isRule: isRule, text: name.name.text)] else {
            let known = names.names(of: policy, sorts: sorts)
            let whose = name.qualifier == nil ? nil : policies[policy].name
            report(Wording.unknownName(name.name.span, name: name.name.text, what: what, policy: whose, known: known))
            return nil
        }
        guard sorts.contains(found.entity.sort) else {
            // The other declaration of this name would have done: that there are two has been said.
            if declaredTwice[found.entity]?.contains(where: sorts.contains) == true { return nil }
            report(
                Wording.wrongSort(
                    name.name.span, name: name.name.text, is: found.entity.sort, wanted: what, declared: found.name.span))
            return nil
        }
        referenced.insert(found.entity)
        return found.entity
    }

    /// The policy that a qualifier means in a file; without one, the file's own. Nil after a diagnostic, or when the
    /// `use` has had one.
    func policy(of qualifier: Name?, in file: Int) -> Int? {
        guard let qualifier else { return policyOfFile[file] }
        guard let use = noteUse(of: qualifier.text, in: file) else {
            let used = usesOfFile[file].map(\.qualifier)
            let ships = StandardPolicies.names.first { Policy.lastSegment(of: $0) == qualifier.text }
            report(Wording.unknownQualifier(qualifier.span, name: qualifier.text, used: used, ships: ships))
            return nil
        }
        return use.policy
    }

    /// The `use` that a qualifier belongs to, which from now on counts as needed.
    func noteUse(of qualifier: String, in file: Int) -> FileUse? {
        guard let index = usesOfFile[file].firstIndex(where: { $0.qualifier == qualifier }) else { return nil }
        usesOfFile[file][index].isReferenced = true
        notes?.uses.append(NotedUse(file: file, qualifier: qualifier))
        return usesOfFile[file][index]
    }

    /// The name that the program and the recordings have.
    func programName(_ name: String, policy: Int) -> String { policies[policy].prefix + name }
}
