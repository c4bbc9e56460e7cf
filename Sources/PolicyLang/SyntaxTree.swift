// The syntax tree of one policy file: its header, what it uses, and its declarations.

/// A word of the author's, with its place. Compared with its place; use `text` to compare names.
public struct Name: Hashable, Sendable {
    public var text: String
    public var span: SourceSpan

    public init(_ text: String, span: SourceSpan) {
        self.text = text
        self.span = span
    }
}

/// A name, or a name of another policy written `policy.name`.
public struct QualifiedName: Hashable, Sendable {
    /// The last segment of the policy that was brought in by `use`; nil for a name of this file.
    public var qualifier: Name?
    public var name: Name
    public var span: SourceSpan

    public init(qualifier: Name?, name: Name) {
        self.qualifier = qualifier
        self.name = name
        span = qualifier.map { $0.span.joined(with: name.span) } ?? name.span
    }

    /// The name as it is written: `name` or `qualifier.name`.
    public var text: String { qualifier.map { "\($0.text).\(name.text)" } ?? name.text }
}

/// The text of the `///` lines before a declaration, without the slashes, joined by line breaks.
public struct DocComment: Hashable, Sendable {
    public var text: String
    public var span: SourceSpan
}

/// One policy file. After mistakes it holds what could be understood, so it is never missing.
public struct SyntaxTree: Hashable, Sendable {
    /// `policy NAME edition N`; nil when the file does not begin with one (there is a diagnostic then).
    public var header: PolicyHeader?
    public var uses: [UseDeclaration]
    /// Everything after the `use` lines, in the order of the file.
    public var declarations: [Declaration]
    public var span: SourceSpan
}

/// `policy NAME edition N`.
public struct PolicyHeader: Hashable, Sendable {
    /// The dotted name, one segment per word: `std.pii` has two.
    public var name: DottedName
    /// The edition; nil when the author left it out (there is a diagnostic then).
    public var edition: IntegerLiteral?
    public var doc: DocComment?
    public var span: SourceSpan
}

/// `use NAME`: makes another policy's names usable as `last_segment.name`.
public struct UseDeclaration: Hashable, Sendable {
    public var name: DottedName
    public var span: SourceSpan
}

/// The dotted name of a policy.
public struct DottedName: Hashable, Sendable {
    /// Never empty.
    public var segments: [Name]
    public var span: SourceSpan

    /// The name with its dots.
    public var text: String { segments.map(\.text).joined(separator: ".") }
}

/// One declaration of a policy file.
public enum Declaration: Hashable, Sendable {
    case issuer(IssuerDeclaration)
    case identity(IdentityDeclaration)
    case group(GroupDeclaration)
    case resource(ResourceDeclaration)
    case set(SetDeclaration)
    case `let`(LetDeclaration)
    case rule(RuleDeclaration)
    case detector(DetectorDeclaration)
    case prove(ProveDeclaration)
    case test(TestDeclaration)

    /// The whole declaration, from its first word to its last token.
    public var span: SourceSpan {
        switch self {
        case .issuer(let it): it.span
        case .identity(let it): it.span
        case .group(let it): it.span
        case .resource(let it): it.span
        case .set(let it): it.span
        case .let(let it): it.span
        case .rule(let it): it.span
        case .detector(let it): it.span
        case .prove(let it): it.span
        case .test(let it): it.span
        }
    }

    /// The declared name; nil for a test, which has a title instead.
    public var name: Name? {
        switch self {
        case .issuer(let it): it.name
        case .identity(let it): it.name
        case .group(let it): it.name
        case .resource(let it): it.name
        case .set(let it): it.name
        case .let(let it): it.name
        case .rule(let it): it.name
        case .detector(let it): it.name
        case .prove(let it): it.name
        case .test: nil
        }
    }
}
