// All built-in detectors, by position and by name, compiled when they are first asked for.
import Patterns

/// A built-in detector, compiled. A class, so that reaching for one copies nothing.
final class BuiltInDetector: Sendable {
    let specification: DetectorSpecification
    let pattern: CompiledPattern
    let words: WordList

    init(_ specification: DetectorSpecification) throws(PatternError) {
        self.specification = specification
        words = WordList(specification.words)
        pattern = try CompiledPattern(specification.pattern, options: specification.isText ? [] : .bytes)
    }
}

/// The table of everything that Postern finds by itself.
enum DetectorCatalogue {
    /// Specifications by position. Several may share a name: they are then one detector with several looks.
    static let specifications: [DetectorSpecification] =
        ContactDetectors.all + BankingDetectors.all + AmericanNumbers.all + EuropeanNumbers.all + AsianAndAfricanNumbers.all
        + CryptoDetectors.all + CloudSecrets.all + ServiceSecrets.all + CredentialDetectors.all

    /// nil when a pattern does not compile, which a test rules out: then no built-in detector has a name, and plans are refused.
    static let all: [BuiltInDetector]? = {
        guard specifications.count <= DetectorSet.capacity else { return nil }
        var found: [BuiltInDetector] = []
        for specification in specifications {
            guard let detector = try? BuiltInDetector(specification) else { return nil }
            found.append(detector)
        }
        return found
    }()

    /// Their names, each once, in the table's order.
    static let names: [String] = specifications.reduce(into: []) { names, specification in
        if names.last != specification.name { names.append(specification.name) }
    }

    /// Names that older policies and other tools use.
    static let aliases: [String: String] = ["pii.card": "pii.credit_card"]

    /// What a name stands for: a detector, or every one of a group (`pii.all`, `secrets.all`). nil: nothing.
    static func positions(named name: String) -> DetectorSet? {
        guard all != nil else { return nil }
        if let known = byName[name] { return known }
        return nil
    }

    private static let byName: [String: DetectorSet] = {
        var sets: [String: DetectorSet] = [:]
        for (position, specification) in specifications.enumerated() {
            let group = specification.name.prefix { $0 != "." }
            sets[specification.name, default: .empty].insert(position)
            sets[group + ".all", default: .empty].insert(position)
        }
        for (alias, name) in aliases { sets[alias] = sets[name] }
        return sets
    }()

    /// The names of groups.
    static let groupNames = ["pii.all", "secrets.all"]

    private static func positions(where holds: (DetectorSpecification) -> Bool) -> DetectorSet {
        DetectorSet(specifications.indices.filter { holds(specifications[$0]) })
    }

    /// Those that are made of digits alone.
    static let numbers = positions { $0.isNumber }
    /// Those that need a word whenever they are compact, and whenever they have separators.
    static let compactNeedWord = positions { $0.compact == .word }
    static let formattedNeedWord = positions { $0.formatted == .word }
    static let shortest = specifications.map(\.shortest).min() ?? 0
}
