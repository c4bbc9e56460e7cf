// The one layout, as edits: of a whole file, or of the declarations in a range.

import PolicyLang

extension LanguageSession {
    /// Edits that lay out a file as `postern fmt` does; none for a file with mistakes in its syntax.
    func formatting(_ place: OpenPlace, in range: Range<Int>?) -> JSON {
        guard let text = PolicyFormatter.format(place.file.parsed) else { return .null }
        let old = Self.lines(place.lines.bytes)
        let new = Self.lines(Array(text.utf8))
        var edits: [JSON] = []
        for change in LineChanges.between(old, new) {
            let start = old[..<change.old.lowerBound].reduce(0) { $0 + $1.count }
            let end = old[change.old].reduce(start) { $0 + $1.count }
            // In a range only what touches it is laid out.
            if let range, end < range.lowerBound || start > range.upperBound { continue }
            let replacement = new[change.new].reduce(into: [UInt8]()) { $0 += $1 }
            edits.append(
                .of(["range": place.lines.range(start, end), "newText": .string(String(decoding: replacement, as: UTF8.self))]))
        }
        return .array(edits)
    }

    /// Lines with their ends, cut at `\n` as the formatter writes them.
    static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        for index in bytes.indices where bytes[index] == 0x0A {
            lines.append(bytes[start...index])
            start = index + 1
        }
        if start < bytes.count { lines.append(bytes[start...]) }
        return lines
    }
}

/// Lines that differ, found without weighing every line against every other.
enum LineChanges {
    struct Change: Equatable {
        var old: Range<Int>
        var new: Range<Int>
    }

    /// How far apart two equal lines may stand and still be found.
    private static let window = 64

    /// Stretches of `old` and what stands in their place. Formatting keeps the order of lines, so the next line that both
    /// have within a window is where they agree again; past the window all the rest is one change, which is right as well.
    static func between(_ old: [ArraySlice<UInt8>], _ new: [ArraySlice<UInt8>]) -> [Change] {
        var changes: [Change] = []
        var (left, right) = (0, 0)
        while left < old.count || right < new.count {
            if left < old.count, right < new.count, old[left] == new[right] {
                left += 1
                right += 1
                continue
            }
            let (nextLeft, nextRight) = meeting(old, new, left, right)
            changes.append(Change(old: left..<nextLeft, new: right..<nextRight))
            (left, right) = (nextLeft, nextRight)
        }
        return changes
    }

    /// The nearest place after a difference where a line that is not empty stands in both.
    private static func meeting(_ old: [ArraySlice<UInt8>], _ new: [ArraySlice<UInt8>], _ left: Int, _ right: Int) -> (Int, Int) {
        for distance in 1...(2 * window) {
            for skipped in max(0, distance - window)...min(distance, window) {
                let (i, j) = (left + skipped, right + distance - skipped)
                if i < old.count, j < new.count, old[i].count > 1, old[i] == new[j] { return (i, j) }
            }
        }
        return (old.count, new.count)
    }
}
