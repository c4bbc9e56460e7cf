// One logical line of formatted text: a clause or a declaration's head, broken only where it must be.

/// The pieces of one line and the white space that alignment put into it.
struct FormatLine {
    var pieces: [FormatPiece]
    var indent: Int
    /// The column, from 0, in which the line goes on when it is broken.
    var hang: Int
    /// Spaces between the clause's word and the rest.
    var bodyGap = 1
    /// Spaces before `with` or `->`; nil for one.
    var jointGap: Int?

    init(_ pieces: [FormatPiece], indent: Int, hang: Int) {
        self.pieces = pieces
        self.indent = indent
        self.hang = hang
    }

    var hasBody: Bool { pieces.count > 1 && pieces[1].roles.contains(.body) }

    /// A comment or an empty line parts it from the line above.
    var isSetOff: Bool { pieces.first.map { $0.followsBlank || !$0.leading.isEmpty } ?? false }

    /// The width before `with` or `->`; nil when there is none, or when too much stands before it to line up, or
    /// when a comment stands inside.
    var jointLead: Int? {
        guard let joint = pieces.firstIndex(where: { $0.roles.contains(.joint) }) else { return nil }
        var width = indent
        for index in 0..<joint {
            if index > 0 { width += gap(before: index) }
            width += pieces[index].width
            if pieces[index].trailing != nil || index > 0 && !pieces[index].leading.isEmpty { return nil }
        }
        return width <= 80 && pieces[joint].leading.isEmpty ? width : nil
    }

    private func gap(before index: Int) -> Int {
        if index == 1, hasBody { return bodyGap }
        if let jointGap, pieces[index].roles.contains(.joint) { return jointGap }
        return pieces[index].isSpaced ? 1 : 0
    }

    /// The finished lines, without the comments before the first piece.
    func lines() -> [String] {
        var lines: [String] = []
        var line = String(repeating: " ", count: indent)
        var width = indent
        for (index, piece) in pieces.enumerated() {
            if index > 0 {
                let mustBreak = pieces[index - 1].trailing != nil || !piece.leading.isEmpty
                if mustBreak || piece.mayBreak && width + widthOfChunk(at: index) > PolicyFormatter.lineWidth {
                    lines.append(line + (pieces[index - 1].trailing.map { "  " + $0 } ?? ""))
                    let margin = String(repeating: " ", count: hang)
                    lines += piece.leading.map { margin + $0.text }
                    line = margin
                    width = hang
                } else {
                    let gap = gap(before: index)
                    line += String(repeating: " ", count: gap)
                    width += gap
                }
            }
            line += piece.text
            width += piece.width
        }
        lines.append(line + (pieces.last?.trailing.map { "  " + $0 } ?? ""))
        return lines
    }

    /// The width from this piece to the next place where the line may be broken.
    private func widthOfChunk(at start: Int) -> Int {
        var width = 0
        var index = start
        repeat {
            width += gap(before: index) + pieces[index].width
            index += 1
        } while index < pieces.count && !pieces[index].mayBreak
        return width
    }
}
