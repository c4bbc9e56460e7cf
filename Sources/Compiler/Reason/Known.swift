// Values of facts as the argument tries them, and what a comparison comes to: the machine's meaning, on plain values.

import Machine
import Patterns

/// A value that a fact may have.
enum Known: Hashable {
    case unknown
    /// There, but what it is cannot be told: a header that is there twice.
    case unclear
    case boolean(Bool)
    case integer(Int64)
    case text(String)
    case address(NetworkAddress)
}

/// What a diagram asks for. Sets are asked member by member, as only the members that a policy names make a difference.
enum Quantity: Hashable {
    case value(TypedValue)
    case isKnown(TypedValue)
    case has(TypedValue, String)
    /// A member that no rule names.
    case hasOther(TypedValue)
    /// The outcome of a comparison that is not worked out: anything, but the same for the same comparison.
    case outcome(TypedTest)
    /// Whether a text that no rule names matches a PCRE2 pattern.
    case pattern(TypedValue, String)
}

/// Yes, no, or neither of the two: unknown.
struct Truth {
    var yes: Diagrams.Node
    var no: Diagrams.Node

    static let yes = Truth(yes: Diagrams.always, no: Diagrams.never)
    static let no = Truth(yes: Diagrams.never, no: Diagrams.always)
    static let unknown = Truth(yes: Diagrams.never, no: Diagrams.never)

    init(yes: Diagrams.Node, no: Diagrams.Node) {
        self.yes = yes
        self.no = no
    }

    init(_ value: Ternary) { self = value == .yes ? .yes : value == .no ? .no : .unknown }
}

extension TypedTest {
    /// The values that it compares; one, or two.
    var operands: [TypedValue] {
        switch self {
        case .isTrue(let a), .known(let a), .inSet(let a, _), .subsetOfSet(let a, _), .subsetOfNumbers(let a, _), .matches(let a, _, _), .inWindow(let a, _),
            .inNetwork(let a, _):
            [a]
        case .equal(let a, let b), .less(let a, let b), .atMost(let a, let b), .has(let a, let b), .startsWith(let a, let b),
            .endsWith(let a, let b), .contains(let a, let b):
            [a, b]
        }
    }

    /// The outcome for values of its operands, except for sets.
    func outcome(_ a: Known, _ b: Known = .unknown) -> Ternary {
        switch (self, a, b) {
        case (.known, _, _): return Ternary(a != .unknown)
        case (.isTrue, .boolean(let value), _): return Ternary(value)
        case (.equal, .text(let left), .text(let right)): return Ternary(left.utf8.elementsEqual(right.utf8))
        case (.equal, .boolean(let left), .boolean(let right)): return Ternary(left == right)
        case (.equal, .integer(let left), .integer(let right)): return Ternary(left == right)
        case (.less, .integer(let left), .integer(let right)): return Ternary(left < right)
        case (.atMost, .integer(let left), .integer(let right)): return Ternary(left <= right)
        case (.startsWith, .text(let left), .text(let right)): return Ternary(left.utf8.starts(with: right.utf8))
        case (.endsWith, .text(let left), .text(let right)): return Ternary(left.utf8.reversed().starts(with: right.utf8.reversed()))
        case (.contains, .text(let left), .text(let right)): return Ternary(TextAutomaton.part(right).matches(left))
        case (.inSet(_, let members), .text(let text), _): return Ternary(members.contains { $0.utf8.elementsEqual(text.utf8) })
        case (.matches(_, let kind, let pattern), .text(let text), _): return Self.match(text, kind, pattern)
        case (.inWindow(_, let window), .integer(let moment), _): return window.contains(moment)
        case (.inNetwork(_, let network), .address(let address), _): return Ternary(network.contains(address))
        case _: return .unknown
        }
    }

    private static func match(_ text: String, _ kind: PatternRecord.Kind, _ pattern: String) -> Ternary {
        switch kind {
        case .glob: return Ternary(TextAutomaton.glob(pattern).matches(text))
        case .words: return Ternary(TextAutomaton.words(pattern).matches(text))
        case .pcre:
            guard let compiled = try? CompiledPattern(pattern) else { return .unknown }
            let bytes = Array(text.utf8)
            return bytes.withUnsafeBytes { bytes in
                switch Matcher().matches(compiled, bytes) {
                case .yes: .yes
                case .no: .no
                case .exceeded: .unknown
                }
            }
        }
    }
}

extension NetworkRecord {
    func contains(_ address: NetworkAddress) -> Bool {
        let highMask: UInt64 = prefix >= 64 ? .max : prefix == 0 ? 0 : ~0 << UInt64(64 - prefix)
        let lowMask: UInt64 = prefix <= 64 ? 0 : prefix == 128 ? .max : ~0 << UInt64(128 - prefix)
        return (address.high ^ high) & highMask == 0 && (address.low ^ low) & lowMask == 0
    }

    /// The first address behind it; nil when it goes to the end.
    var following: NetworkAddress? {
        if prefix == 0 { return nil }
        if prefix <= 64 {
            let (sum, overflow) = high.addingReportingOverflow(prefix == 64 ? 1 : 1 << UInt64(64 - prefix))
            return overflow ? nil : NetworkAddress(high: sum, low: 0)
        }
        let (sum, overflow) = low.addingReportingOverflow(1 << UInt64(128 - prefix))
        if !overflow { return NetworkAddress(high: high, low: sum) }
        return high == .max ? nil : NetworkAddress(high: high + 1, low: 0)
    }
}

extension WeeklyWindow {
    /// As the machine has it; unknown outside the zone's table.
    func contains(_ moment: Int64) -> Ternary {
        guard let offset = ZoneOffsets.shared.offset(of: zone, at: moment) else { return .unknown }
        let local = moment + offset
        let day = Int64((Double(local) / 86_400).rounded(.down))
        let minute = UInt16((local - day * 86_400) / 60)
        let weekday = UInt8(((day + 3) % 7 + 7) % 7)
        let today = days & (1 << weekday) != 0
        let yesterday = days & (1 << ((weekday + 6) % 7)) != 0
        if start < end { return Ternary(today && minute >= start && minute < end) }
        return Ternary(today && minute >= start || yesterday && minute < end)
    }
}
