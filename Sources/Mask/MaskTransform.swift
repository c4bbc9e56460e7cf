// What a mask does to a value, and which of two masks is the stricter.

/// What becomes of a masked value. A character is a UTF-8 scalar; a byte that is part of none counts as one. A mask keeps the column's
/// type: what cannot be written in it becomes NULL.
public enum MaskTransform: Hashable, BitwiseCopyable, Sendable, CustomStringConvertible {
    /// SQL NULL.
    case null
    /// The fixed text `[redacted]`.
    case redact
    /// The type's zero: 0, false, the UUID of zeros, the empty text.
    case zero
    /// `h:` and the first 32 hexadecimal digits of HMAC-SHA256 under the plan's key: equal values stay equal.
    case hash
    /// Digits for digits and letters for letters of the same case, by HMAC-SHA256 under the plan's key: equal values stay equal, and
    /// length and separators show. Whole numbers and UUIDs become others of their type.
    case tokenize
    /// The first day of the date's year; in text, the year.
    case year
    /// `*@` and the domain of an e-mail address.
    case domain
    /// A number's multiple of a step at or below it; in text, `30-39`.
    case range(step: Int)
    /// `*` for every character but the first and the last ones. A value with no more characters than are kept is masked whole.
    case partial(first: Int, last: Int)

    /// `last(4)`: keeps the last characters only.
    public static func last(_ count: Int) -> MaskTransform { .partial(first: 0, last: count) }

    /// What `redact` writes.
    public static let redacted: StaticString = "[redacted]"
    /// The most characters that `partial` may keep on either side.
    public static let maximumKept = 1024
    /// The widest step of `range`.
    public static let maximumStep = 1_000_000_000

    /// False for a `partial` with a negative or too large count, and for a `range` whose step is under 2 or too large.
    public var isValid: Bool {
        switch self {
        case .null, .redact, .zero, .hash, .tokenize, .year, .domain: true
        case .range(let step): (2...Self.maximumStep).contains(step)
        case .partial(let first, let last): (0...Self.maximumKept).contains(first) && (0...Self.maximumKept).contains(last)
        }
    }

    /// Whether characters of the value come through as they are.
    var keepsPart: Bool {
        switch self {
        case .partial, .domain, .year, .range: true
        case .null, .redact, .zero, .hash, .tokenize: false
        }
    }

    /// Whether it needs the plan's key.
    public var isKeyed: Bool { self == .hash || self == .tokenize }

    /// The stricter of two transforms: `null` over `redact` over `zero` over `hash` over `tokenize` over what lets a part of the value
    /// through. Of two of those, a `partial` that keeps no more on either side, and a `range` whose step is a multiple of the other's.
    /// nil when neither is: that is an error in a policy, and `joined` says what happens should one get through.
    public static func stricter(_ left: MaskTransform, _ right: MaskTransform) -> MaskTransform? {
        if left == right { return left }
        if left.rank != right.rank { return left.rank > right.rank ? left : right }
        switch (left, right) {
        case (.partial(let leftFirst, let leftLast), .partial(let rightFirst, let rightLast)):
            if leftFirst <= rightFirst && leftLast <= rightLast { return left }
            return rightFirst <= leftFirst && rightLast <= leftLast ? right : nil
        case (.range(let leftStep), .range(let rightStep)):
            guard leftStep > 0, rightStep > 0 else { return nil }
            if leftStep % rightStep == 0 { return left }
            return rightStep % leftStep == 0 ? right : nil
        default:
            // A year, a domain, a range and some characters each show what the others hide.
            return nil
        }
    }

    /// As `stricter`, with `redact` where the two cannot be ordered: never laxer than either.
    public static func joined(_ left: MaskTransform, _ right: MaskTransform) -> MaskTransform {
        stricter(left, right) ?? .redact
    }

    private var rank: Int {
        switch self {
        case .null: 5
        case .redact: 4
        case .zero: 3
        case .hash: 2
        case .tokenize: 1
        case .year, .domain, .range, .partial: 0
        }
    }

    /// As a policy writes it.
    public var description: String {
        switch self {
        case .null: "null"
        case .redact: "redact"
        case .zero: "zero"
        case .hash: "hash"
        case .tokenize: "tokenize"
        case .year: "year"
        case .domain: "domain"
        case .range(let step): "range(\(step))"
        case .partial(0, let last) where last > 0: "last(\(last))"
        case .partial(let first, 0): "partial(first: \(first))"
        case .partial(let first, let last): "partial(first: \(first), last: \(last))"
        }
    }
}
