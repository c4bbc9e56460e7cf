// The values that can be written down in a policy, and the places facts and names are written as operands.

/// `"…"`, with its escapes already read.
public struct StringLiteral: Hashable, Sendable {
    public var value: String
    /// From the opening to the closing quote.
    public var span: SourceSpan
}

/// `10_000`.
public struct IntegerLiteral: Hashable, Sendable {
    public var value: Int64
    public var span: SourceSpan
}

/// `30s`, `15m`, `2h`, `7d`.
public struct DurationLiteral: Hashable, Sendable {
    public var seconds: Int64
    public var span: SourceSpan
}

/// `100 MiB`, `1 GB`.
public struct SizeLiteral: Hashable, Sendable {
    public var bytes: Int64
    public var span: SourceSpan
}

/// `2026-03-02`, `2026-03-02T03:00Z`, `2026-03-02T03:00:30+01:00`.
public struct MomentLiteral: Hashable, Sendable {
    /// Seconds since 1970-01-01T00:00Z; for a date, of that day's midnight in UTC.
    public var epochSeconds: Int64
    /// True when only the day was written.
    public var isDay: Bool
    public var span: SourceSpan
}

/// `true` or `false`.
public struct BooleanLiteral: Hashable, Sendable {
    public var value: Bool
    public var span: SourceSpan
}

/// A fact, or a declared name: `claim.sub`, `http.header["x"]`, `office_hours`, `dpop`.
///
/// The parser does not know which: one segment may be a `let`, a `set` or a word of an enumerated fact, two may be
/// a fact or another policy's name.
public struct FactPath: Hashable, Sendable {
    /// Never empty.
    public var segments: [Name]
    /// The key in `http.header["x"]`.
    public var key: StringLiteral?
    public var span: SourceSpan

    /// The segments with their dots, without the key.
    public var text: String { segments.map(\.text).joined(separator: ".") }

    /// The claim that it asks for: `claim.team`, `claim["https://acme.example/team"]`.
    public var claim: Name? {
        guard segments[0].text == "claim" else { return nil }
        if let key { return segments.count == 1 ? Name(key.value, span: key.span) : nil }
        return segments.count == 2 ? segments[1] : nil
    }
}

/// `{ a, "b", 3 }`.
public struct SetLiteral: Hashable, Sendable {
    /// Paths and literals; never a set again.
    public var elements: [Operand]
    public var span: SourceSpan
}

/// What stands on either side of a comparison.
public enum Operand: Hashable, Sendable {
    case string(StringLiteral)
    case integer(IntegerLiteral)
    case duration(DurationLiteral)
    case size(SizeLiteral)
    case moment(MomentLiteral)
    case boolean(BooleanLiteral)
    case set(SetLiteral)
    case path(FactPath)

    public var span: SourceSpan {
        switch self {
        case .string(let it): it.span
        case .integer(let it): it.span
        case .duration(let it): it.span
        case .size(let it): it.span
        case .moment(let it): it.span
        case .boolean(let it): it.span
        case .set(let it): it.span
        case .path(let it): it.span
        }
    }
}
