// The formatter: the tokens and comments of a correct file, laid out the one canonical way.

/// Lays out policy files.
///
/// It works on tokens, not on the tree, so nothing can get lost: it writes every token and every comment in the order
/// of the source and decides only what white space stands between them. The one exception are the prepositions
/// between verbs and objects, which mean nothing: it writes the one that reads best.
public enum PolicyFormatter {
    /// A line is broken when it would be longer, where it can be.
    public static let lineWidth = 120

    /// The canonical text; nil for a file with errors, whose layout is the author's to keep. Cost is linear in the
    /// file. Formatting the answer again gives the same text, and parsing it the same tree.
    public static func format(_ file: ParsedFile) -> String? {
        guard !file.hasErrors else { return nil }
        let pieces = FormatPieces(file)
        var page = FormatPage()
        for declaration in pieces.declarations { page.add(FormatDeclaration(declaration)) }
        page.finish(pieces.closing)
        return page.text
    }
}
