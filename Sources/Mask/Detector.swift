// What finds a value by its shape: one or more built-in looks, or a PCRE2 pattern of one's own with a checksum.
import Patterns

/// Finds values of one kind, or of a group of kinds, in text. Immutable and shared.
public final class Detector: Sendable {
    /// A pattern that is no built-in one.
    struct Own: Sendable {
        let pattern: CompiledPattern
        let checksum: Checksum
    }

    /// As a policy writes it: `pii.email`, `secrets.all`.
    public let name: String
    /// The built-in looks that it stands for.
    let builtIn: DetectorSet
    let own: Own?

    private init(name: String, builtIn: DetectorSet) {
        self.name = name
        self.builtIn = builtIn
        own = nil
    }

    /// A detector of one's own: every match of `pattern` that passes the checksum is a hit. Empty matches are none.
    public init(name: String, pattern: String, checksum: Checksum = .none) throws(PatternError) {
        self.name = name
        builtIn = .empty
        own = Own(pattern: try CompiledPattern(pattern), checksum: checksum)
    }

    /// The built-in detectors' names, each once.
    public static var builtInNames: [String] { DetectorCatalogue.names }
    /// The names of groups: all built-in detectors of personal data, and of secrets.
    public static var groupNames: [String] { DetectorCatalogue.groupNames }

    /// A built-in detector or a group by its name; nil: there is none. Each specification says what it looks for and by what source.
    public static func named(_ name: String) -> Detector? {
        DetectorCatalogue.positions(named: name).map { Detector(name: name, builtIn: $0) }
    }

    /// The patterns of its candidates, to measure against: what passes a check and stands in its place is fewer.
    public var patterns: [CompiledPattern] {
        var positions = builtIn
        var found = own.map { [$0.pattern] } ?? []
        while let position = positions.popFirst() { found += (DetectorCatalogue.all?[position].pattern).map { [$0] } ?? [] }
        return found
    }
}
