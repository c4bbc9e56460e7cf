// What finds a value by its shape: one or more built-in looks, or a PCRE2 pattern of one's own with a checksum.
import Machine
import Patterns

/// Finds values of one kind, or of a group of kinds, in text. Immutable and shared.
public final class Detector: Sendable {
    /// A pattern that is no built-in one.
    struct Own: Sendable {
        let pattern: CompiledPattern
        let checksum: Checksum
        /// Where there are any, a hit stands beside one of them, or in a column that is called so.
        let words: WordList
        /// The words as they are, and the detector's name without what stands before its dot, for the names of columns.
        let columnWords: [String]
        /// Numbers of the groups that say what is masked and what is checked; 0: there is none.
        let groups: (mask: Int, check: Int)
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

    /// A detector of one's own: every match of `pattern` whose part `check` passes the checksum is a hit on its part `mask`, if there is
    /// a word of context where there are any (`DetectorRecord`). Empty matches are none.
    public init(name: String, pattern: String, checksum: Checksum = .none, words: [String] = []) throws(PatternError) {
        self.name = name
        builtIn = .empty
        let compiled = try CompiledPattern(pattern)
        func number(_ part: DetectorRecord.Part) -> Int { compiled.groupNames.first { $0.name == part.rawValue }?.number ?? 0 }
        own = Own(
            pattern: compiled, checksum: checksum, words: WordList(words),
            columnWords: words + [String(name.split(separator: ".").last ?? "").filter { $0 != "_" }.lowercased()],
            groups: (number(.mask), number(.check)))
    }

    /// The detectors that a program has of its own, by name. One whose pattern does not compile is left out, and a mask that names it
    /// then holds no session: the verifier has compiled them all.
    public static func own(of program: Program) -> [Detector] {
        func text(_ symbol: Symbol) -> String { Int(symbol) < program.symbols.count ? program.symbols[Int(symbol)] : "" }
        return program.detectors.compactMap { record in
            try? Detector(
                name: text(record.name), pattern: text(record.pattern), checksum: record.checksum, words: record.words.map(text))
        }
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
