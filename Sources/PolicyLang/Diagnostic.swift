// A diagnostic: one mistake of the author's, as a value.

/// How bad it is.
public enum Severity: String, Hashable, Sendable, CaseIterable {
    /// The policy cannot be compiled.
    case error
    /// The policy means something, probably not what was wanted.
    case warning
    /// For the reader's information.
    case note
}

/// One replacement of text; an empty `replacement` deletes, an empty span inserts.
public struct TextEdit: Hashable, Sendable {
    public var span: SourceSpan
    public var replacement: String

    public init(span: SourceSpan, replacement: String) {
        self.span = span
        self.replacement = replacement
    }
}

/// A change that is always right: applying its edits removes the diagnostic it belongs to.
public struct FixIt: Hashable, Sendable {
    /// What it does, as a short phrase: ``write `allow` ``.
    public var title: String
    /// In the order of the text, never overlapping.
    public var edits: [TextEdit]

    public init(title: String, edits: [TextEdit]) {
        self.title = title
        self.edits = edits
    }
}

/// A second place that belongs to a diagnostic.
public struct RelatedPlace: Hashable, Sendable {
    public var message: String
    public var span: SourceSpan

    public init(message: String, span: SourceSpan) {
        self.message = message
        self.span = span
    }
}

/// One mistake: where, what, and what to write instead.
///
/// The compiler makes these as well, with codes of its own: PolicyLang's codes are P0…, the compiler's C….
public struct Diagnostic: Hashable, Sendable {
    /// Stable for ever: a letter and four digits.
    public var code: String
    public var severity: Severity
    /// One sentence in lower case, without a full stop.
    public var message: String
    /// The smallest wrong place.
    public var span: SourceSpan
    /// What to write instead.
    public var help: String?
    public var related: [RelatedPlace]
    /// Present only where it is always right.
    public var fixIt: FixIt?

    public init(
        code: String, severity: Severity, message: String, span: SourceSpan, help: String? = nil,
        related: [RelatedPlace] = [], fixIt: FixIt? = nil
    ) {
        self.code = code
        self.severity = severity
        self.message = message
        self.span = span
        self.help = help
        self.related = related
        self.fixIt = fixIt
    }
}
