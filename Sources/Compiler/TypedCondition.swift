// Conditions after names and types have been settled: nothing in them can fail any more but be unknown.

import Machine

/// A condition over typed comparisons.
indirect enum TypedCondition: Hashable, Sendable {
    case constant(Bool)
    case and([TypedCondition])
    case or([TypedCondition])
    case not(TypedCondition)
    case test(TypedTest)

    /// Joins with `and`, folding what is constant: by Kleene's tables `false and unknown` is false.
    static func all(_ parts: [TypedCondition]) -> TypedCondition {
        var kept: [TypedCondition] = []
        for part in parts {
            switch part {
            case .constant(true): continue
            case .constant(false): return .constant(false)
            case .and(let inner): kept += inner
            case .or, .not, .test: kept.append(part)
            }
        }
        return kept.isEmpty ? .constant(true) : kept.count == 1 ? kept[0] : .and(kept)
    }

    /// Joins with `or`, folding what is constant: `true or unknown` is true.
    static func any(_ parts: [TypedCondition]) -> TypedCondition {
        var kept: [TypedCondition] = []
        for part in parts {
            switch part {
            case .constant(false): continue
            case .constant(true): return .constant(true)
            case .or(let inner): kept += inner
            case .and, .not, .test: kept.append(part)
            }
        }
        return kept.isEmpty ? .constant(false) : kept.count == 1 ? kept[0] : .or(kept)
    }

    static func negated(_ part: TypedCondition) -> TypedCondition {
        switch part {
        case .constant(let value): .constant(!value)
        case .not(let inner): inner
        case .and, .or, .test: .not(part)
        }
    }

    /// How many tests it has.
    var testCount: Int {
        switch self {
        case .constant: 0
        case .test: 1
        case .not(let inner): inner.testCount
        case .and(let parts), .or(let parts): parts.reduce(0) { $0 + $1.testCount }
        }
    }
}

/// A value that a test looks at.
enum TypedValue: Hashable, Sendable {
    case fact(Fact)
    case claim(String)
    /// By its name in small letters.
    case header(String)
    /// Also times in seconds since 1970, durations in seconds, sizes in bytes and proofs by strength.
    case integer(Int64)
    case string(String)
}

/// One comparison. Unknown operands make it unknown, except for `known`.
enum TypedTest: Hashable, Sendable {
    case isTrue(TypedValue)
    case known(TypedValue)
    case equal(TypedValue, TypedValue)
    case less(TypedValue, TypedValue)
    case atMost(TypedValue, TypedValue)
    /// A set has a string, or a set of integers an integer.
    case has(TypedValue, TypedValue)
    case startsWith(TypedValue, TypedValue)
    case endsWith(TypedValue, TypedValue)
    case contains(TypedValue, TypedValue)
    /// Sorted members.
    case inSet(TypedValue, [String])
    case subsetOfSet(TypedValue, [String])
    case subsetOfNumbers(TypedValue, [Int64])
    case matches(TypedValue, PatternRecord.Kind, String)
    case inWindow(TypedValue, WeeklyWindow)
    case inNetwork(TypedValue, NetworkRecord)
}

/// A weekly window in a named zone.
struct WeeklyWindow: Hashable, Sendable {
    /// Bits from Monday (1) to Sunday (64).
    var days: UInt8
    /// Minutes of the day.
    var start: UInt16
    var end: UInt16
    var zone: String
}
