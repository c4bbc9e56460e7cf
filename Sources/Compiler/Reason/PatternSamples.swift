// A few texts that may match a PCRE2 pattern, made from the pattern itself: candidates only, each is tried before it counts.

/// Reads the common part of the grammar (literals, classes, groups, alternatives, counts) and gives up on the rest.
enum PatternSamples {
    /// Texts that match, and none when that is not found.
    static func texts(_ pattern: String) -> [String] {
        var reader = Reader(rest: Array(pattern.unicodeScalars))
        guard let made = reader.alternatives(depth: 0), reader.position == reader.rest.count else { return [] }
        return made.filter { TypedTest.matches(.string(""), .pcre, pattern).outcome(.text($0)) == .yes }
    }

    private static let most = 6
    private static let deepest = 20

    private struct Reader {
        let rest: [Unicode.Scalar]
        var position = 0

        var current: Unicode.Scalar? { position < rest.count ? rest[position] : nil }

        mutating func take(_ scalar: Unicode.Scalar) -> Bool {
            guard current == scalar else { return false }
            position += 1
            return true
        }

        mutating func alternatives(depth: Int) -> [String]? {
            guard depth < deepest, var all = sequence(depth: depth) else { return nil }
            while take("|") {
                guard let more = sequence(depth: depth) else { return nil }
                all += more
            }
            return Array(all.prefix(most))
        }

        private mutating func sequence(depth: Int) -> [String]? {
            var texts = [""]
            while let scalar = current, scalar != "|", scalar != ")" {
                guard let atoms = atom(depth: depth) else { return nil }
                let count = count()
                guard let count else { return nil }
                texts = Array(
                    texts.flatMap { text in atoms.map { text + String(repeating: $0, count: count) } }.prefix(most))
            }
            return texts
        }

        private mutating func atom(depth: Int) -> [String]? {
            guard let scalar = current else { return nil }
            position += 1
            switch scalar {
            case "^", "$": return [""]
            case ".": return ["x"]
            case "(":
                if take("?") {
                    guard take(":") else { return nil }
                }
                guard let inner = alternatives(depth: depth + 1), take(")") else { return nil }
                return inner
            case "[": return bracket().map { [$0] }
            case "\\": return escape().map { [$0] }
            case "*", "+", "?", "{": return nil
            default: return [String(scalar)]
            }
        }

        private mutating func escape() -> String? {
            guard let scalar = current else { return nil }
            position += 1
            switch scalar {
            case "d": return "1"
            case "w": return "a"
            case "s": return " "
            case "b", "A", "z", "Z": return ""
            case "D", "S": return "a"
            case "W": return "-"
            default: return scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) ? nil : String(scalar)
            }
        }

        private mutating func bracket() -> String? {
            let isNegated = take("^")
            var members: Set<Unicode.Scalar> = []
            var ranges: [ClosedRange<UInt32>] = []
            var first: String?
            var isStart = true
            while let scalar = current, scalar != "]" || isStart {
                isStart = false
                position += 1
                var low = scalar
                if scalar == "\\" {
                    guard let text = escape(), let one = text.unicodeScalars.first else { return nil }
                    low = one
                }
                if current == "-", position + 1 < rest.count, rest[position + 1] != "]" {
                    position += 1
                    let high = rest[position]
                    position += 1
                    guard high.value >= low.value else { return nil }
                    ranges.append(low.value...high.value)
                }
                members.insert(low)
                if first == nil { first = String(low) }
            }
            guard take("]") else { return nil }
            if !isNegated { return first }
            return "xa1_- ".unicodeScalars.first { candidate in
                !members.contains(candidate) && !ranges.contains { $0.contains(candidate.value) }
            }.map { String($0) }
        }

        /// How often what stands before is repeated; nil where the count is not understood.
        private mutating func count() -> Int? {
            var count = 1
            if take("*") || take("?") { count = 1 } else if take("+") { count = 1 } else if take("{") {
                var digits = ""
                while let scalar = current, ("0"..."9").contains(scalar) {
                    digits.unicodeScalars.append(scalar)
                    position += 1
                }
                guard let least = Int(digits), least <= 64 else { return nil }
                count = least
                while let scalar = current, scalar == "," || ("0"..."9").contains(scalar) {
                    _ = scalar
                    position += 1
                }
                guard take("}") else { return nil }
            }
            // Lazy or possessive: the same texts match.
            if !take("?") { _ = take("+") }
            return count
        }
    }
}
