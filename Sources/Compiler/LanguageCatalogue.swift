// The words of the language that the machine knows, as plain data for editors: facts, verbs, words of facts, zones.

import Foundation
import Machine
import PolicyLang

/// What can be written where, beside the names that a policy declares.
public enum LanguageCatalogue {
    /// A fact of the catalogue.
    public struct FactWord: Sendable, Hashable {
        /// As it is written: `statement.has_where`.
        public var name: String
        public var type: String
        public var about: String
        /// The kinds of resources that have it; nil for all.
        public var kinds: [String]?
        public var scope: Scope
        /// Whether it is written with a key: `http.header["x-request-id"]`.
        public var takesKey: Bool

        public enum Scope: Sendable, Hashable {
            case session, statement, access, result
        }
    }

    public static let facts: [FactWord] = Fact.allCases.map { fact in
        let scope: FactWord.Scope =
            switch fact.entry.scope {
            case .session: .session
            case .statement: .statement
            case .access: .access
            case .result: .result
            }
        return FactWord(
            name: fact.entry.name, type: fact == .identityProof ? "proof" : fact.entry.type.name, about: fact.entry.about,
            kinds: fact.entry.kinds?.map(\.name), scope: scope, takesKey: fact.takesKey)
    }

    /// A claim as it is used: `claim.team`, `claim["https://acme.example/team"]`.
    public static func claim(_ name: String) -> String { ClaimPath.text(name) }

    /// Whether a claim's name can stand without quotes.
    public static func isPlain(_ name: String) -> Bool { ClaimPath.isPlain(name) }

    public static func quoted(_ text: String) -> String { ClaimPath.quoted(text) }

    /// The fact written so.
    public static func fact(_ name: String) -> FactWord? { facts.first { $0.name == name } }

    /// The words that a fact compares with, where they are a closed list that no policy declares.
    public static func words(of fact: String) -> [String] {
        switch Fact.named(fact) {
        case .identityProof?: Proof.allCases.map(\.name)
        case .resourceKind?: Machine.ResourceKind.allCases.map(\.name)
        case .accessVerb?: Verb.allCases.map(\.name)
        case .statementWhere?: WhereShape.allCases.map(\.name)
        default: []
        }
    }

    /// The verbs of a kind of resource, in the order of the language's table.
    public static func verbs(of kind: PolicyLang.ResourceKind) -> [String] {
        guard let machine = Machine.ResourceKind(name: kind.rawValue) else { return [] }
        return Vocabulary.verbs.filter { word in Verb(name: word).map { machine.verbs.contains($0) } ?? false }
    }

    /// Groups of verbs of SQL kinds, and the verbs that each stands for.
    public static let verbGroups: [(name: String, verbs: [String])] = VerbGroup.allCases.map { group in
        (group.rawValue, Verb.allCases.filter { group.verbs.contains($0) }.map(\.name))
    }

    /// What stands after a verb.
    public enum ObjectsAfter: Sendable, Hashable {
        case tablesWithColumns, tables, definitions, functions, parameters, channels, patterns, nothing
    }

    public static func objects(after verb: String, on kind: PolicyLang.ResourceKind) -> ObjectsAfter {
        guard let machine = Machine.ResourceKind(name: kind.rawValue) else { return .nothing }
        if ResourceFamily(machine) == .sql, verb == VerbGroup.define.rawValue { return .definitions }
        if ResourceFamily(machine) == .sql, verb == "read" || verb == "write" { return .tables }
        guard let known = Verb(name: verb), machine.verbs.contains(known) else { return .nothing }
        return switch ObjectReading(of: known, in: ResourceFamily(machine)) {
        case .columns: .tablesWithColumns
        case .relation: .tables
        case .definition: .definitions
        case .function: .functions
        case .parameter: .parameters
        case .channel: .channels
        case .file, .program, .command, .glob: .patterns
        case .none: .nothing
        }
    }

    /// Names of time zones that a window may end with.
    public static let zones = ["UTC"] + TimeZone.knownTimeZoneIdentifiers.filter { $0.contains("/") }.sorted()
}
