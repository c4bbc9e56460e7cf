// What a mask does to a value, and which of two masks is the stricter.

/// What becomes of a masked value. A character is a UTF-8 scalar; a byte that is part of none counts as one.
public enum MaskTransform: Hashable, BitwiseCopyable, Sendable, CustomStringConvertible {
    /// SQL NULL.
    case null
    /// The fixed text `[redacted]`.
    case redact
    /// `h:` and the first 32 hexadecimal digits of HMAC-SHA256 under the plan's key: equal values stay equal.
    case hash
    /// `*` for every character but the first and the last ones. A value with no more characters than are kept is masked whole.
    case partial(first: Int, last: Int)

    /// `last(4)`: keeps the last characters only.
    public static func last(_ count: Int) -> MaskTransform { .partial(first: 0, last: count) }

    /// What `redact` writes.
    public static let redacted: StaticString = "[redacted]"
    /// The most characters that `partial` may keep on either side.
    public static let maximumKept = 1024

    /// False for a `partial` with a negative or too large count.
    public var isValid: Bool {
        switch self {
        case .null, .redact, .hash: true
        case .partial(let first, let last): (0...Self.maximumKept).contains(first) && (0...Self.maximumKept).contains(last)
        }
    }

    /// The stricter of two transforms: `null` over `redact` over `hash` over `partial`; of two `partial`, the one that keeps no more
    /// on either side. nil when neither is: that is an error in a policy, and `joined` says what happens should one get through.
    public static func stricter(_ left: MaskTransform, _ right: MaskTransform) -> MaskTransform? {
        if left.rank != right.rank { return left.rank > right.rank ? left : right }
        guard case .partial(let leftFirst, let leftLast) = left, case .partial(let rightFirst, let rightLast) = right else {
            return left
        }
        if leftFirst <= rightFirst && leftLast <= rightLast { return left }
        if rightFirst <= leftFirst && rightLast <= leftLast { return right }
        return nil
    }

    /// As `stricter`, with `redact` where the two cannot be ordered: never laxer than either.
    public static func joined(_ left: MaskTransform, _ right: MaskTransform) -> MaskTransform {
        stricter(left, right) ?? .redact
    }

    private var rank: Int {
        switch self {
        case .null: 3
        case .redact: 2
        case .hash: 1
        case .partial: 0
        }
    }

    /// As a policy writes it.
    public var description: String {
        switch self {
        case .null: "null"
        case .redact: "redact"
        case .hash: "hash"
        case .partial(0, let last) where last > 0: "last(\(last))"
        case .partial(let first, 0): "partial(first: \(first))"
        case .partial(let first, let last): "partial(first: \(first), last: \(last))"
        }
    }
}
