// Lines in a case's text that say what must be found under the line before them.

/// Between a source's lines stand markers: carets under a place, and `help:`, `also:`, `fix:` behind slashes.
package enum MarkerLines {
    package static func isMarker(_ line: Substring) -> Bool {
        var rest = line.drop { $0 == " " }
        if rest.hasPrefix("^") { return true }
        guard rest.hasPrefix("//") else { return false }
        rest = rest.dropFirst(2).drop { $0 == " " }
        return rest.hasPrefix("^") || ["help: ", "also: ", "fix: "].contains { rest.hasPrefix($0) }
    }

    /// Carets under a place, at least one. In the first two columns they stand before the slashes.
    package static func underline(column: Int, width: Int) -> String {
        let lead = column < 2 ? String(repeating: " ", count: column) : "//" + String(repeating: " ", count: column - 2)
        return lead + String(repeating: "^", count: max(1, width))
    }
}
