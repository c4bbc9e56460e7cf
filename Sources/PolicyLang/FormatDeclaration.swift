// The second step of formatting: one declaration's pieces become lines, with what stands under each other aligned.

/// A declaration laid out: either one line of cells, which neighbours may align, or finished lines.
struct FormatDeclaration {
    /// The word it begins with.
    let word: String
    /// Comments before it.
    let leading: [FormatComment]
    /// The author left an empty line before it or its first comment.
    let followsBlank: Bool
    /// The author left an empty line between its comments and it.
    let hasBlankAfterComments: Bool
    /// The cells of a one-line declaration; nil when it has several lines.
    private(set) var cells: [Cell]?
    /// Its lines, when it has several.
    private(set) var lines: [String] = []
    /// The comment behind a one-line declaration.
    private(set) var trailing: String?

    /// A part of a line that begins in the same column as its neighbours above and below.
    struct Cell {
        var gap: Int
        var text: String
        var width: Int { text.unicodeScalars.count }
    }

    init(_ pieces: [FormatPiece]) {
        let first = pieces[0]
        word = first.text
        leading = first.leading
        followsBlank = first.leading.first?.followsBlank ?? first.followsBlank
        hasBlankAfterComments = !first.leading.isEmpty && first.followsBlank
        if let cells = Self.singleLine(pieces) {
            self.cells = cells
            trailing = pieces[pieces.count - 1].trailing
        } else {
            lines = Self.severalLines(pieces)
        }
    }

    // MARK: one line

    /// The cells, when the author wrote the block on one line (or it has none) and it fits.
    private static func singleLine(_ pieces: [FormatPiece]) -> [Cell]? {
        let open = pieces.firstIndex { $0.roles.contains(.blockOpen) }
        for (index, piece) in pieces.enumerated() {
            if index > 0, !piece.leading.isEmpty { return nil }
            if index < pieces.count - 1, piece.trailing != nil { return nil }
            if let open, index > open, piece.startsLine, index != open + 1 || !piece.roles.contains(.blockClose) {
                return nil
            }
        }
        var cells = [Cell(gap: 0, text: "")]
        var isFirstClause = true
        for (index, piece) in pieces.enumerated() {
            var gap = index > 0 && piece.isSpaced ? 1 : 0
            let beginsCell = piece.roles.contains(.headJoint) || piece.roles.contains(.blockOpen)
                || piece.roles.contains(.clause)
            if piece.roles.contains(.clause) {
                gap = isFirstClause ? 1 : 2
                isFirstClause = false
            }
            if beginsCell { cells.append(Cell(gap: gap, text: piece.text)) } else {
                cells[cells.count - 1].text += String(repeating: " ", count: gap) + piece.text
            }
        }
        let width = cells.reduce(0) { $0 + $1.gap + $1.width }
        return width <= PolicyFormatter.lineWidth ? cells : nil
    }

    // MARK: several lines

    private static func severalLines(_ pieces: [FormatPiece]) -> [String] {
        guard let open = pieces.firstIndex(where: { $0.roles.contains(.blockOpen) }) else {
            return FormatLine(pieces, indent: 0, hang: 4).lines()
        }
        var lines = FormatLine(Array(pieces[...open]), indent: 0, hang: 4).lines()
        var rest = Array(pieces[(open + 1)...])
        var close: FormatPiece?
        if let last = rest.last, last.roles.contains(.blockClose) { close = rest.removeLast() }
        lines += block(rest, isTest: pieces[0].text == "test")
        if let close {
            for (index, comment) in close.leading.enumerated() {
                if comment.followsBlank, index > 0 || !rest.isEmpty { lines.append("") }
                lines.append("  " + comment.text)
            }
            lines.append(close.text + (close.trailing.map { "  " + $0 } ?? ""))
        }
        return lines
    }

    private static func block(_ pieces: [FormatPiece], isTest: Bool) -> [String] {
        var clauses: [FormatLine] = []
        for piece in pieces {
            if piece.roles.contains(.clause) || clauses.isEmpty {
                clauses.append(FormatLine([], indent: 2, hang: 6))
            }
            clauses[clauses.count - 1].pieces.append(piece)
        }
        alignBodies(&clauses, isTest: isTest)
        alignJoints(&clauses)
        var lines: [String] = []
        for (index, clause) in clauses.enumerated() {
            guard let first = clause.pieces.first else { continue }
            for (number, comment) in first.leading.enumerated() {
                if comment.followsBlank, index > 0 || number > 0 { lines.append("") }
                lines.append("  " + comment.text)
            }
            if first.followsBlank, index > 0 || !first.leading.isEmpty { lines.append("") }
            lines += clause.lines()
        }
        return lines
    }

    /// Makes what follows the clause words stand in one column.
    private static func alignBodies(_ clauses: inout [FormatLine], isTest: Bool) {
        let words = clauses.compactMap { $0.hasBody ? $0.pieces[0].text : nil }
        let widest = words.map { $0.unicodeScalars.count }.max() ?? 0
        let gap = isTest || Set(words).count < 2 ? 1 : 2
        for index in clauses.indices where clauses[index].hasBody {
            clauses[index].bodyGap = widest - clauses[index].pieces[0].width + gap
            clauses[index].hang = 2 + widest + gap
        }
    }

    /// Makes `with` or `->` of neighbouring lines stand in one column.
    private static func alignJoints(_ clauses: inout [FormatLine]) {
        var start = 0
        while start < clauses.count {
            var end = start
            var widest = 0
            while end < clauses.count, end == start || !clauses[end].isSetOff, let lead = clauses[end].jointLead {
                widest = max(widest, lead)
                end += 1
            }
            for index in start..<end {
                if let lead = clauses[index].jointLead { clauses[index].jointGap = widest - lead + 2 }
            }
            start = max(end, start + 1)
        }
    }
}
