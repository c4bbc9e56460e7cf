// The first step of formatting: tokens become pieces of text with the comments that belong to them.

/// A comment that stands on a line of its own.
struct FormatComment {
    var text: String
    /// The author left an empty line before it.
    var followsBlank: Bool
}

/// A token's text with everything around it that decides the layout.
struct FormatPiece {
    var text: String
    var roles: TokenRole
    /// Whether a space stands between the piece before and this one on one line.
    var isSpaced: Bool
    /// A long line may be broken before it.
    var mayBreak: Bool
    /// The author began a line here.
    var startsLine: Bool
    /// The author left an empty line before it (and before its first comment).
    var followsBlank: Bool
    /// Comments on lines of their own before it.
    var leading: [FormatComment] = []
    /// The comment behind it, which ends its line.
    var trailing: String?

    var width: Int { text.unicodeScalars.count }
}

/// A file as pieces, by declaration.
struct FormatPieces {
    private(set) var declarations: [[FormatPiece]] = []
    /// Comments after the last declaration.
    private(set) var closing: [FormatComment] = []

    init(_ file: ParsedFile) {
        var builder = Builder(file)
        for index in file.tokens.indices.dropLast() { builder.add(index) }
        builder.finish()
        closing = builder.pending
        for piece in builder.pieces {
            if piece.roles.contains(.declaration) || declarations.isEmpty { declarations.append([]) }
            declarations[declarations.count - 1].append(piece)
        }
    }

    private struct Builder {
        let file: ParsedFile
        var pieces: [FormatPiece] = []
        var pending: [FormatComment] = []
        private var nextComment = 0
        /// The line on which the last token or comment ended; 0 before the first.
        private var lastLine = 0
        private var lastTokenLine = 0
        /// For each open brace, whether its content touches it.
        private var braces: [Bool] = []
        private var previous: TokenKind?
        private var previousIsTightBrace = false

        init(_ file: ParsedFile) { self.file = file }

        mutating func add(_ index: Int) {
            let token = file.tokens[index]
            let roles = file.layout.roles[index]
            takeComments(before: token.start)
            let location = file.source.location(of: token.start)
            let followsBlank = lastLine > 0 && location.line > lastLine + 1
            lastLine = location.line
            lastTokenLine = location.line
            if roles.contains(.dropped) { return }
            if let word = file.layout.inserted[index] {
                append(word, [], isSpaced: true, mayBreak: false, token, followsBlank)
            }
            let isSpaced = isSpaced(before: token.kind, roles)
            // A clause word at a line's start would be read as a clause, so no line is broken before one.
            let isName = token.kind == .word && Vocabulary.clauseWords.contains(token.text)
            let mayBreak = roles.contains(.connective) || roles.contains(.item) && !isName
            let text = file.source.text(in: SourceSpan(file: file.source.index, start: token.start, end: token.end))
            append(text, roles, isSpaced: isSpaced, mayBreak: mayBreak, token, followsBlank)
            previous = token.kind
        }

        private mutating func append(
            _ text: String, _ roles: TokenRole, isSpaced: Bool, mayBreak: Bool, _ token: Token, _ followsBlank: Bool
        ) {
            pieces.append(
                FormatPiece(
                    text: text, roles: roles, isSpaced: isSpaced, mayBreak: mayBreak, startsLine: token.startsLine,
                    followsBlank: pending.isEmpty && followsBlank, leading: pending))
            // Between comments and their token an empty line stays as it was, through the token's own flag.
            if !pending.isEmpty { pieces[pieces.count - 1].followsBlank = followsBlank }
            pending = []
        }

        mutating func finish() { takeComments(before: file.source.bytes.count) }

        private mutating func takeComments(before offset: Int) {
            while nextComment < file.comments.count, file.comments[nextComment].span.start < offset {
                let span = file.comments[nextComment].span
                nextComment += 1
                let line = file.source.location(of: span.start).line
                let text = trimmed(file.source.text(in: span))
                if line == lastTokenLine, pending.isEmpty, let last = pieces.indices.last, pieces[last].trailing == nil {
                    pieces[last].trailing = text
                } else {
                    pending.append(FormatComment(text: text, followsBlank: lastLine > 0 && line > lastLine + 1))
                }
                lastLine = line
            }
        }

        private func trimmed(_ text: String) -> String {
            var bytes = Array(text.utf8)
            while let last = bytes.last, last == Ascii.space || last == Ascii.tab { bytes.removeLast() }
            return String(decoding: bytes, as: UTF8.self)
        }

        /// Whether a space stands before a token, by what it is and what stood before it.
        private mutating func isSpaced(before kind: TokenKind, _ roles: TokenRole) -> Bool {
            let afterTightBrace = previousIsTightBrace
            previousIsTightBrace = false
            if case .mark(let mark) = kind {
                switch mark {
                case .comma, .closeParen, .closeBracket, .dot: return false
                case .colon: return roles.contains(.headJoint)
                case .openBrace:
                    let isTight = roles.contains(.tight)
                    braces.append(isTight)
                    previousIsTightBrace = isTight
                    return !isTight
                case .closeBrace: return !(braces.popLast() ?? false)
                case .openParen, .openBracket:
                    if roles.contains(.tight) { return false }
                case .assign, .arrow, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: break
                }
            }
            if afterTightBrace { return false }
            switch previous {
            case .mark(.openParen), .mark(.openBracket), .mark(.dot): return false
            default: return true
            }
        }
    }
}
