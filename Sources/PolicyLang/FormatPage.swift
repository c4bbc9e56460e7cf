// The last step of formatting: declarations become a page, neighbours on one line each are aligned.

/// Collects declarations and writes the text.
struct FormatPage {
    private var declarations: [FormatDeclaration] = []
    private(set) var text = ""

    mutating func add(_ declaration: FormatDeclaration) { declarations.append(declaration) }

    /// Writes the text: the declarations, then the comments after the last one.
    mutating func finish(_ closing: [FormatComment]) {
        var start = 0
        while start < declarations.count {
            var end = start + 1
            while end < declarations.count, continuesRun(end) { end += 1 }
            writeRun(start..<end)
            start = end
        }
        for (index, comment) in closing.enumerated() {
            if !text.isEmpty, comment.followsBlank || index == 0 && declarations.last?.cells == nil { write("") }
            write(comment.text)
        }
    }

    /// Whether a declaration stands right below a one-line declaration of the same word and is one itself.
    private func continuesRun(_ index: Int) -> Bool {
        let above = declarations[index - 1]
        let below = declarations[index]
        return above.cells != nil && below.cells != nil && above.word == below.word && !needsBlank(before: index)
            && below.leading.isEmpty
    }

    private func needsBlank(before index: Int) -> Bool {
        guard index > 0 else { return false }
        let above = declarations[index - 1]
        let below = declarations[index]
        let isHead = above.word == "policy" || above.word == "use"
        return below.followsBlank || above.cells == nil || below.cells == nil || isHead && below.word != "use"
    }

    private mutating func writeRun(_ run: Range<Int>) {
        let first = declarations[run.lowerBound]
        // A comment right below the declaration above stays there when an empty line follows it anyway.
        let isParted = first.hasBlankAfterComments || first.leading.contains { $0.followsBlank }
        if first.followsBlank || needsBlank(before: run.lowerBound) && !isParted { write("") }
        for (index, comment) in declarations[run.lowerBound].leading.enumerated() {
            if index > 0, comment.followsBlank { write("") }
            write(comment.text)
        }
        if declarations[run.lowerBound].hasBlankAfterComments { write("") }
        guard run.allSatisfy({ declarations[$0].cells != nil }) else {
            for index in run { declarations[index].lines.forEach { write($0) } }
            return
        }
        let widths = columnWidths(of: run)
        for index in run {
            let cells = declarations[index].cells ?? []
            var line = ""
            for (column, cell) in cells.enumerated() {
                line += String(repeating: " ", count: cell.gap) + cell.text
                if column < cells.count - 1 {
                    line += String(repeating: " ", count: max(0, widths[column] - cell.gap - cell.width))
                }
            }
            write(line + (declarations[index].trailing.map { "  " + $0 } ?? ""))
        }
    }

    /// The widest cell of each column, counting only cells with another one to their right.
    private func columnWidths(of run: Range<Int>) -> [Int] {
        var widths: [Int] = []
        for index in run {
            for (column, cell) in (declarations[index].cells ?? []).dropLast().enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.gap + cell.width)
            }
        }
        return widths
    }

    private mutating func write(_ line: String) { text += line + "\n" }
}
