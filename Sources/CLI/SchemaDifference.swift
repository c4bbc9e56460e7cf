// How two schema files differ, for people: the lines that went and came, under the statements they are in.

/// A comparison by lines.
struct SchemaDifference {
    private let lines: [String]

    var isEmpty: Bool { lines.isEmpty }
    var text: String { lines.joined(separator: "\n") }

    init(from kept: String, to pulled: String) {
        let old = kept.split(separator: "\n", omittingEmptySubsequences: false)
        let new = pulled.split(separator: "\n", omittingEmptySubsequences: false)
        var removed: [Int: Substring] = [:]
        var inserted: [Int: Substring] = [:]
        for change in new.difference(from: old) {
            switch change {
            case .remove(let offset, let element, _): removed[offset] = element
            case .insert(let offset, let element, _): inserted[offset] = element
            }
        }
        var lines: [String] = []
        var shown: Substring?
        var (heading, at, next) = (Substring(), 0, 0)
        func show(_ mark: String, _ line: Substring, under heading: Substring) {
            if line.isEmpty { return }
            if shown != heading, heading != line { lines.append("  " + heading) }
            shown = heading
            lines.append(mark + line)
        }
        while at < old.count || next < new.count {
            if at < old.count, let line = removed[at] {
                if Self.begins(old, at) { heading = line }
                show("- ", line, under: heading)
                at += 1
            } else if next < new.count, let line = inserted[next] {
                if Self.begins(new, next) { heading = line }
                show("+ ", line, under: heading)
                next += 1
            } else {
                if at < old.count, Self.begins(old, at) { heading = old[at] }
                at += 1
                next += 1
            }
        }
        self.lines = lines
    }

    /// Statements are separated by an empty line; one inside a body only repeats a heading.
    private static func begins(_ lines: [Substring], _ index: Int) -> Bool {
        !lines[index].isEmpty && (index == 0 || lines[index - 1].isEmpty)
    }
}
