// The words, values and marks of a file as editors see them: what stands where, and where clauses begin.

/// One word, value or mark of a policy file.
public struct Lexeme: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case word
        case string
        /// A whole number, a duration, a size, a date or a time.
        case number
        case mark
    }

    public var kind: Kind
    /// Byte offsets.
    public var start: Int
    public var end: Int
    /// The word, the mark, or a string's value with its escapes read; empty for numbers.
    public var text: String
    /// No other token stands before it on its line.
    public var startsLine: Bool
    /// The parser took it for the first token of a declaration.
    public var beginsDeclaration: Bool
    /// The parser took it for the first token of a clause, or of another line inside a block.
    public var beginsClause: Bool
}

extension ParsedFile {
    /// All but the end, in the order of the text; there also for text that does not parse.
    public var lexemes: [Lexeme] {
        var lexemes: [Lexeme] = []
        lexemes.reserveCapacity(tokens.count)
        for (token, roles) in zip(tokens, layout.roles) {
            let kind: Lexeme.Kind
            var text = token.text
            switch token.kind {
            case .word: kind = .word
            case .string: kind = .string
            case .integer, .duration, .size, .moment: kind = .number
            case .mark(let mark):
                kind = .mark
                text = mark.rawValue
            case .end: continue
            }
            lexemes.append(
                Lexeme(
                    kind: kind, start: token.start, end: token.end, text: text, startsLine: token.startsLine,
                    beginsDeclaration: roles.contains(.declaration), beginsClause: roles.contains(.clause)))
        }
        return lexemes
    }
}

extension Vocabulary {
    /// The words that begin a clause of a rule with this effect.
    public static func clauses(of effect: Effect) -> [String] { ClauseWord.words(for: effect) }

    /// Whether a clause may stand more than once in a rule.
    public static func mayRepeat(_ clause: String) -> Bool { ClauseWord(rawValue: clause)?.mayRepeat ?? false }

    /// The settings of an issuer of this kind, and whether it must have them.
    public static func settings(of kind: IssuerKind) -> [(name: String, isRequired: Bool)] {
        IssuerKeys.keys(of: kind).map { ($0.name, $0.isRequired) }
    }

    /// Units of sizes, smallest first.
    public static let sizeUnits = ["B", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB"]
}
