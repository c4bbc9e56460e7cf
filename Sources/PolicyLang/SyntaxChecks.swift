// Declarations that examine: detectors, proofs and tests.

/// `detector NAME { pattern "…" checksum luhn context { … } }`.
public struct DetectorDeclaration: Hashable, Sendable {
    public var name: Name
    /// Nil when it was left out (there is a diagnostic then).
    public var pattern: StringLiteral?
    public var checksum: Name?
    /// Words near a value that make it count; empty when there is no `context`.
    public var context: [StringLiteral]
    public var doc: DocComment?
    public var span: SourceSpan
}

/// `prove NAME { who … on … never … }`.
public struct ProveDeclaration: Hashable, Sendable {
    public var name: Name
    public var clauses: [ProveClause]
    public var doc: DocComment?
    public var span: SourceSpan
}

/// One clause of a proof.
public enum ProveClause: Hashable, Sendable {
    case who(WhoClause)
    case on(OnClause)
    case condition(ConditionClause)
    /// No request with such an access is ever allowed.
    case never(ToClause)
    /// Every request of only such accesses is allowed.
    case always(ToClause)

    public var span: SourceSpan {
        switch self {
        case .who(let it): it.span
        case .on(let it): it.span
        case .condition(let it): it.span
        case .never(let it), .always(let it): it.span
        }
    }
}

/// `test "title" { … }`.
public struct TestDeclaration: Hashable, Sendable {
    public var title: StringLiteral
    /// Nil when left out (there is a diagnostic then).
    public var subject: TestSubject?
    /// The resource after `on`; nil when left out (there is a diagnostic then).
    public var resource: QualifiedName?
    public var moment: MomentLiteral?
    /// In the order of the file.
    public var examples: [TestExample]
    public var doc: DocComment?
    public var span: SourceSpan
}

/// `as identity [with { fact = value, … }]`.
public struct TestSubject: Hashable, Sendable {
    public var identity: QualifiedName
    public var facts: [TestFact]
    public var span: SourceSpan
}

/// `claim.sub = "x"` in a test's `with`.
public struct TestFact: Hashable, Sendable {
    public var path: FactPath
    public var value: Operand
    public var span: SourceSpan
}

/// One example of a test.
public enum TestExample: Hashable, Sendable {
    case message(MessageExample)
    case row(RowExample)

    public var span: SourceSpan {
        switch self {
        case .message(let it): it.span
        case .row(let it): it.span
        }
    }
}

/// `"statement" -> allow|deny|approve [by rule]`.
public struct MessageExample: Hashable, Sendable {
    public var message: StringLiteral
    public var outcome: TestOutcome
    /// The rule that must be the reason.
    public var rule: QualifiedName?
    public var span: SourceSpan
}

/// What a message is expected to come to.
public enum TestOutcome: String, Hashable, Sendable, CaseIterable {
    case allow, deny, approve
}

/// `row [table] { column: value, … } -> { column: value, … }`.
public struct RowExample: Hashable, Sendable {
    /// One or two segments, or empty when no table was written.
    public var table: [ObjectSegment]
    public var input: [RowCell]
    public var expected: [RowCell]
    public var span: SourceSpan
}

/// `column: value`.
public struct RowCell: Hashable, Sendable {
    public var column: Name
    public var value: RowValue
    public var span: SourceSpan
}

/// A cell's value in a test.
public enum RowValue: Hashable, Sendable {
    case null(SourceSpan)
    case literal(Operand)
}
