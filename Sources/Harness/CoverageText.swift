// Coverage of a policy's rules as text for people, and as a tracefile of lcov for tools that show it beside the source.

extension RuleCoverage {
    /// One line for each rule, and under it what no test has seen of it.
    public var text: String {
        var lines = ["coverage:"]
        for rule in rules {
            let observed = rule.observe ? "observe " : ""
            lines.append("  \(observed)\(rule.effect) \(rule.name)  (\(rule.place.path):\(rule.place.line))  \(Count.of(rule.hits, "step"))")
            if let condition = rule.condition {
                if let missed = condition.missed { lines.append("    its condition \(missed)") }
            }
            for part in rule.parts {
                guard let missed = part.sides.missed else { continue }
                let place = part.place.path == rule.place.path ? "line \(part.place.line)" : "\(part.place.path):\(part.place.line)"
                lines.append("    \(Excerpt.line(part.text))  (\(place)) \(missed)")
            }
            let missed = rule.verbs.filter { $0.hits == 0 }.map(\.name)
            if !missed.isEmpty { lines.append("    no step with \(missed.joined(separator: ", "))") }
        }
        let sides = rules.compactMap(\.condition).flatMap { [$0.held, $0.failed] }
        let parts = rules.flatMap(\.parts).flatMap { [$0.sides.held, $0.sides.failed] }
        let verbs = rules.flatMap(\.verbs)
        lines.append(
            "rules \(covered) of \(rules.count), condition sides \(sides.count { $0 > 0 }) of \(sides.count), "
                + (parts.isEmpty ? "" : "sides of their parts \(parts.count { $0 > 0 }) of \(parts.count), ")
                + "verbs \(verbs.count { $0.hits > 0 }) of \(verbs.count)")
        return lines.joined(separator: "\n")
    }

    /// A tracefile (geninfo(1), "FILES"): a rule is a function and a line, each side of its condition (an even block) and each of its
    /// verbs (an odd one) a branch, and so, from block 1,000 on, is each side of each comparison in it, on its own line.
    /// `-` is a branch of a rule that was never tried.
    public var lcov: String {
        var paths: [String] = []
        for path in rules.flatMap({ [$0.place.path] + $0.parts.map(\.place.path) }) where !paths.contains(path) { paths.append(path) }
        var lines: [String] = []
        for path in paths {
            let own = rules.filter { $0.place.path == path }.sorted { $0.place.line < $1.place.line }
            lines += ["TN:", "SF:\(path)"]
            for rule in own { lines.append("FN:\(rule.place.line),\(rule.name)") }
            for rule in own { lines.append("FNDA:\(rule.hits),\(rule.name)") }
            lines += ["FNF:\(own.count)", "FNH:\(own.count { $0.isCovered })"]
            let ofRules = own.enumerated().flatMap { index, rule in
                // Rules on one line have blocks of their own.
                Self.branches(of: rule, firstBlock: 2 * own[..<index].count { $0.place.line == rule.place.line })
            }
            // A comparison stands where it is written, which may be another file than the rule's.
            let parts = rules.flatMap { rule in rule.parts.map { (part: $0, isTried: rule.hits > 0 || rule.condition != Sides()) } }
                .filter { $0.part.place.path == path }
            let branches = ofRules + parts.enumerated().flatMap { number, tried in
                [tried.part.sides.held, tried.part.sides.failed].enumerated().map { branch, taken in
                    (place: "\(tried.part.place.line),\(1_000 + number),\(branch)", taken: tried.isTried ? Optional(taken) : nil)
                }
            }
            for branch in branches { lines.append("BRDA:\(branch.place),\(branch.taken.map(String.init) ?? "-")") }
            lines += ["BRF:\(branches.count)", "BRH:\(branches.count { ($0.taken ?? 0) > 0 })"]
            // Rules on one line are one line.
            let hits = Dictionary(own.map { ($0.place.line, $0.hits) }, uniquingKeysWith: +).sorted { $0.key < $1.key }
            for (line, count) in hits { lines.append("DA:\(line),\(count)") }
            lines += ["LF:\(hits.count)", "LH:\(hits.count { $0.value > 0 })", "end_of_record"]
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// `line,block,branch` and how often it was taken; nil where the rule was never tried.
    private static func branches(of rule: Rule, firstBlock: Int) -> [(place: String, taken: Int?)] {
        let sides = rule.condition.map { [$0.held, $0.failed] } ?? []
        let counts = [sides, rule.verbs.map(\.hits)]
        let isTried = rule.hits > 0 || counts.joined().contains { $0 > 0 }
        return counts.enumerated().flatMap { block, branches in
            branches.enumerated().map { branch, taken in ("\(rule.place.line),\(firstBlock + block),\(branch)", isTried ? taken : nil) }
        }
    }
}

extension RuleCoverage.Sides {
    /// The side that no step has seen, in words; nil when both were.
    var missed: String? {
        switch (held, failed) {
        case (0, 0): "was never asked"
        case (0, _): "never held"
        case (_, 0): "always held"
        default: nil
        }
    }
}
