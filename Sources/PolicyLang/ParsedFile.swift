// What the parser hands back: a tree always, diagnostics, comments, and the tokens the formatter needs.

/// A `//` or `///` comment.
public struct SourceComment: Hashable, Sendable {
    /// From the slashes to the line's end, without the line break.
    public var span: SourceSpan
    /// True for `///`.
    public var isDoc: Bool
}

/// A parsed policy file.
public struct ParsedFile: Sendable {
    public let source: SourceFile
    /// Always there; after mistakes it holds what could be understood.
    public let tree: SyntaxTree
    /// In the order of the text; at most `LanguageLimits.diagnostics` and one.
    public let diagnostics: [Diagnostic]
    /// In the order of the text, doc comments included.
    public let comments: [SourceComment]
    let tokens: [Token]
    let layout: Layout
    /// Of every declaration of the tree, in its order.
    let extents: [DeclarationExtent]
    let lexicalDiagnostics: [Diagnostic]
    /// See `LexedFile`.
    let isClean: Bool

    /// True when a diagnostic is an error; such a file is neither compiled nor formatted.
    public var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }
}
