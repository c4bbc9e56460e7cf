// A replay's result as text that reads well in a terminal and in a pull request.

extension ReplayReport {
    public var text: String {
        var lines = [headline, ""]
        lines += table
        for transition in Transition.reportOrder {
            let groups = groups.filter { $0.transition == transition }
            if groups.isEmpty { continue }
            let total = counts.filter { $0.transition == transition }.reduce(0) { $0 + $1.messages }
            lines.append("")
            lines.append("\(transition.title): \(Count.of(total, "message"))")
            for group in groups { lines += Self.lines(group) }
        }
        if ungrouped > 0 {
            lines.append("")
            lines.append("\(Count.of(ungrouped, "more changed message")) beyond the \(Replay.groupLimit) groups shown")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var headline: String {
        var line = "replayed \(Count.of(messages, "message")) of \(Count.of(sessions, "session"))"
        if let first, let last { line += ", recorded \(Instant.text(first)) to \(Instant.text(last))" }
        switch comparedWith {
        case .recorded: line += ", against what was decided then"
        case .program: line += ", against the other policy"
        }
        return line
    }

    private var table: [String] {
        var rows = [("unchanged", unchanged, "")]
        for count in counts {
            rows.append((count.transition.title, count.messages, count.direction == .neither ? "" : count.direction.rawValue))
        }
        if incomparable > 0 { rows.append(("not comparable", incomparable, "refused by the gateway itself")) }
        let titleWidth = rows.map { $0.0.count }.max() ?? 0
        let numbers = rows.map { Count.grouped($0.1) }
        let numberWidth = numbers.map(\.count).max() ?? 0
        return zip(rows, numbers).map { row, number in
            let line =
                "  " + row.0 + String(repeating: " ", count: titleWidth - row.0.count + 2)
                + String(repeating: " ", count: numberWidth - number.count) + number
            return row.2.isEmpty ? line : line + "  " + row.2
        }
    }

    private static func lines(_ group: Group) -> [String] {
        var lines = ["", "  \(group.identity) on \(group.resource), \(group.count)x, \(span(group))"]
        lines.append("    \(group.example.text.isEmpty ? "(empty)" : group.example.text)")
        switch group.transition {
        case .allowed, .askable: lines.append("    was \(words(group.before)); now \(words(group.after))")
        case .denied, .held, .otherReason:
            lines.append("    was \(words(group.before)); now \(words(group.after))")
            if let access = group.example.access { lines.append("    access: \(access)") }
            if let path = group.example.rulePath, let line = group.example.ruleLine { lines.append("    rule at \(path):\(line)") }
        case .masks:
            let before = Set(group.before.masks)
            let after = Set(group.after.masks)
            for mask in before.subtracting(after).map(\.words).sorted() { lines.append("    - mask \(mask)") }
            for mask in after.subtracting(before).map(\.words).sorted() { lines.append("    + mask \(mask)") }
        }
        lines.append("    example: session \(group.example.session) message \(group.example.sequence)")
        return lines
    }

    private static func span(_ group: Group) -> String {
        let (first, last) = (Instant.text(group.first), Instant.text(group.last))
        return first == last ? first : "\(first) to \(last)"
    }

    private static func words(_ verdict: ReplayVerdict) -> String {
        let rule = verdict.rule.map { " by \($0)" } ?? ""
        return switch verdict.effect {
        case "allow": "allowed" + rule
        case "deny": "denied" + rule
        case "uncovered": "denied: no rule allows it"
        case "guarded": "denied: it uses a masked column"
        case "held": "waits for approval" + rule
        case "approved": "approved" + rule
        case "declined": "not approved" + rule
        case "invalid": "denied: the message is out of bounds"
        case "no identity": "denied: the caller has no identity in this policy"
        default: verdict.effect + rule
        }
    }
}
