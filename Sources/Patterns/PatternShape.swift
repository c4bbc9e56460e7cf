// A pattern taken apart far enough to write texts for it: what it repeats, what it may take, and in which order.

/// A part of a pattern.
indirect enum PatternShape {
    /// Takes nothing: an anchor, a lookahead, a comment.
    case nothing
    /// One character of these; the first are those to write.
    case one([Unicode.Scalar])
    case sequence([PatternShape])
    case choice([PatternShape])
    /// `text` is the repetition as it is written.
    case repeated(PatternShape, least: Int, most: Int?, text: String)
    /// What a group has matched before.
    case again(PatternShape)
    /// What must stand before.
    case behind(PatternShape)
}

/// Why a pattern is not taken apart.
struct UnknownShape: Error {
    /// Bytes from the start of the pattern.
    var offset: Int
    /// As a sentence goes on after "the pattern".
    var why: String
}

/// Reads PCRE2's syntax (pcre2pattern), less what makes a pattern a program: recursion, calls, conditions, verbs. What is not read is
/// refused: a pattern that cannot be tried is not let through.
struct PatternReader {
    private let pattern: [Unicode.Scalar]
    private var index = 0
    /// `i` and `s`, which decide what a character takes.
    private var flags = ""
    private var groups: [PatternShape] = []
    private var names: [String: Int] = [:]
    /// Groups with a name that were begun.
    private var namedGroups = 0
    private var known: [String: [Unicode.Scalar]] = [:]
    /// The characters that the pattern tells apart, in the order in which they are met.
    private(set) var alphabet: [Unicode.Scalar] = []

    init(_ pattern: String) { self.pattern = Array(pattern.unicodeScalars) }

    mutating func read() throws(UnknownShape) -> PatternShape {
        let shape = try choice()
        guard index == pattern.count else { throw refusal("has a parenthesis that closes nothing") }
        return shape
    }

    private func refusal(_ why: String) -> UnknownShape {
        var offset = 0
        for scalar in pattern[..<min(index, pattern.count)] { offset += UTF8.width(scalar) }
        return UnknownShape(offset: offset, why: why)
    }

    private var next: Unicode.Scalar? { index < pattern.count ? pattern[index] : nil }

    private func begins(_ text: String) -> Bool {
        pattern[index...].starts(with: text.unicodeScalars)
    }

    private func written(from start: Int) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: pattern[start..<index])
        return String(view)
    }

    // MARK: - Structure

    private mutating func choice() throws(UnknownShape) -> PatternShape {
        var branches: [PatternShape] = []
        let outside = flags
        while true {
            branches.append(try sequence())
            guard next == "|" else { break }
            index += 1
        }
        flags = outside
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws(UnknownShape) -> PatternShape {
        var parts: [PatternShape] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            let start = index
            let named = namedGroups
            let item = try item()
            parts.append(try quantified(item, from: start, hasNamed: namedGroups > named))
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    /// - Parameter hasNamed: a group with a name is in the item.
    private mutating func quantified(_ item: PatternShape, from start: Int, hasNamed: Bool) throws(UnknownShape) -> PatternShape {
        var item = item
        while let (least, most) = quantifier() {
            // What a group was the times before is not kept: it would stay to be seen, or go unchecked.
            guard !hasNamed || most.map({ $0 <= 1 }) == true else {
                throw refusal("repeats a group with a name, of which only the last one counts: put the repetition inside it")
            }
            if next == "?" || next == "+" { index += 1 }
            item = .repeated(item, least: least, most: most, text: written(from: start))
        }
        return item
    }

    /// Reads `*`, `+`, `?` or `{…}`; nil for what is none, a brace that is a character among it.
    private mutating func quantifier() -> (least: Int, most: Int?)? {
        switch next {
        case "*":
            index += 1
            return (0, nil)
        case "+":
            index += 1
            return (1, nil)
        case "?":
            index += 1
            return (0, 1)
        case "{":
            guard let close = pattern[index...].firstIndex(of: "}") else { return nil }
            var text = String.UnicodeScalarView()
            text.append(contentsOf: pattern[(index + 1)..<close].filter { $0 != " " })
            let parts = String(text).split(separator: ",", omittingEmptySubsequences: false)
            let numbers = parts.map { $0.isEmpty ? nil : Int($0) }
            guard (1...2).contains(parts.count), zip(parts, numbers).allSatisfy({ $0.isEmpty || $1 != nil }), numbers.contains(where: { $0 != nil })
            else { return nil }
            index = close + 1
            let least = numbers[0] ?? 0
            return (least, numbers.count == 1 ? least : numbers[1])
        default: return nil
        }
    }

    private mutating func item() throws(UnknownShape) -> PatternShape {
        let start = index
        guard let scalar = next else { throw refusal("ends too early") }
        switch scalar {
        case "(": return try group()
        case "[":
            try skipClass()
            return try one(written(from: start))
        case "\\": return try escape()
        case "^", "$":
            index += 1
            return .nothing
        default:
            index += 1
            return try one(written(from: start))
        }
    }

    // MARK: - Groups

    private mutating func group() throws(UnknownShape) -> PatternShape {
        guard !begins("(*") else { throw refusal("has a verb or an option in `(*…)`") }
        if begins("(?#") {
            guard let close = pattern[index...].firstIndex(of: ")") else { throw refusal("has a comment without an end") }
            index = close + 1
            return .nothing
        }
        for head in ["(?R)", "(?&", "(?P>", "(?+"] + (0...9).map({ "(?\($0)" }) + (0...9).map({ "(?-\($0)" }) where begins(head) {
            throw refusal("calls itself or a group of its own")
        }
        for head in ["(?(", "(?C", "(?*", "(?<*"] where begins(head) { throw refusal("has `\(head)`, which is not supported") }
        for (head, isBehind) in [("(?<=", true), ("(?=", false), ("(?!", false), ("(?<!", false)] where begins(head) {
            index += head.unicodeScalars.count
            let inside = try closed()
            return isBehind ? .behind(inside) : .nothing
        }
        for head in ["(?:", "(?|", "(?>"] where begins(head) {
            index += 3
            return try closed()
        }
        if begins("(?P=") {
            index += 4
            return try reference(try name(to: ")"))
        }
        for (head, end) in [("(?P<", ">"), ("(?<", ">"), ("(?'", "'")] as [(String, Unicode.Scalar)] where begins(head) {
            index += head.unicodeScalars.count
            return try kept(try name(to: end))
        }
        guard begins("(?") else {
            index += 1
            return try kept(nil)
        }
        index += 2
        return try options()
    }

    /// The rest of a group behind its head.
    private mutating func closed() throws(UnknownShape) -> PatternShape {
        let inside = try choice()
        guard next == ")" else { throw refusal("has a parenthesis that is not closed") }
        index += 1
        return inside
    }

    private mutating func kept(_ name: String?) throws(UnknownShape) -> PatternShape {
        let number = groups.count
        groups.append(.nothing)
        if let name {
            names[name] = number
            namedGroups += 1
        }
        let inside = try closed()
        groups[number] = inside
        return inside
    }

    /// `(?i)` holds to the end of the group around it, `(?i:…)` in its own.
    private mutating func options() throws(UnknownShape) -> PatternShape {
        let outside = flags
        var isOn = true
        while let scalar = next, scalar != ":", scalar != ")" {
            switch scalar {
            case "-": isOn = false
            case "^": flags = ""
            case "i", "s":
                flags.unicodeScalars.removeAll { $0 == scalar }
                if isOn { flags.unicodeScalars.append(scalar) }
            case "m": break
            default: throw refusal("has an option that is not supported: only `i`, `m` and `s` are")
            }
            index += 1
        }
        guard let end = next else { throw refusal("has a parenthesis that is not closed") }
        index += 1
        guard end == ":" else { return .nothing }
        let inside = try closed()
        flags = outside
        return inside
    }

    private mutating func name(to end: Unicode.Scalar) throws(UnknownShape) -> String {
        let start = index
        guard let close = pattern[index...].firstIndex(of: end) else { throw refusal("has a name without an end") }
        index = close
        let name = written(from: start)
        index += 1
        return name
    }

    private func reference(_ name: String) throws(UnknownShape) -> PatternShape {
        guard let number = Int(name).map({ $0 < 0 ? groups.count + $0 : $0 - 1 }) ?? names[name], groups.indices.contains(number) else {
            throw refusal("refers to a group that does not stand before it")
        }
        return .again(groups[number])
    }

    // MARK: - Characters

    /// Passes over a class, to behind its bracket.
    private mutating func skipClass() throws(UnknownShape) {
        index += 1
        if next == "^" { index += 1 }
        // A bracket that comes first is a character.
        if next == "]" { index += 1 }
        while let scalar = next, scalar != "]" {
            if scalar == "\\" {
                guard !begins("\\Q"), !begins("\\E") else { throw refusal("has `\\Q` or `\\E`, which are not supported") }
                index += 2
            } else if let end = [":", ".", "="].first(where: { begins("[" + $0) }) {
                index += 2
                while index < pattern.count, !begins(end + "]") { index += 1 }
                index += 2
            } else {
                index += 1
            }
        }
        guard next == "]" else { throw refusal("has a class without an end") }
        index += 1
    }

    private mutating func escape() throws(UnknownShape) -> PatternShape {
        let start = index
        index += 1
        guard let scalar = next else { throw refusal("ends in a backslash") }
        index += 1
        switch scalar {
        case "b", "B", "A", "Z", "z", "G": return .nothing
        case "d", "D", "w", "W", "s", "S", "h", "H", "v", "V", "N", "R", "t", "n", "r", "f", "e", "a":
            return try one(written(from: start))
        case "x", "o", "p", "P":
            if next == "{" {
                guard let close = pattern[index...].firstIndex(of: "}") else { throw refusal("has a brace without an end") }
                index = close + 1
            } else if scalar == "x" {
                for _ in 0..<2 where next?.properties.isASCIIHexDigit == true { index += 1 }
            } else {
                index += 1
            }
            return try one(written(from: start))
        case "c":
            index += 1
            return try one(written(from: start))
        case "1"..."9":
            guard next.map({ ("0"..."9").contains($0) }) != true else { throw refusal("refers to a group of two digits: write `\\g{…}`") }
            return try reference(String(scalar))
        case "g", "k":
            let ends: [Unicode.Scalar: Unicode.Scalar] = ["{": "}", "<": ">", "'": "'"]
            guard let open = next, let end = ends[open], scalar == "k" || open == "{" else { throw refusal("calls itself or a group of its own") }
            index += 1
            return try reference(try name(to: end))
        default:
            // `\K` moves the beginning of what is masked, `\C` breaks characters apart, `\Q` hides what is one.
            guard !scalar.properties.isAlphabetic, !("0"..."9").contains(scalar) else {
                throw refusal(scalar == "K" ? "has `\\K`: name what is masked, `(?<mask>…)`" : "has `\\\(scalar)`, which is not supported")
            }
            return try one(written(from: start))
        }
    }

    /// Characters that texts are written with, what is typed often first.
    private static let typed: [Unicode.Scalar] =
        Array("a1 A-@._:/,;x0z9ZF".unicodeScalars) + (0..<128).compactMap { Unicode.Scalar(UInt8($0)) }
        + ["\u{e9}", "\u{4e2d}", "\u{663}", "\u{2003}", "\u{20ac}"]
    private static let mostOfOne = 6

    /// What an item that takes one character takes: PCRE2 is asked, so that nothing of its rules is told a second time.
    private mutating func one(_ item: String) throws(UnknownShape) -> PatternShape {
        let key = flags + "/" + item
        if let found = known[key] { return .one(found) }
        guard let compiled = try? CompiledPattern((flags.isEmpty ? "" : "(?\(flags))") + item, options: .whole) else {
            throw refusal("has `\(item)`, which is not supported")
        }
        let matcher = Matcher()
        func takes(_ scalar: Unicode.Scalar) -> Bool {
            Array(String(scalar).utf8).withUnsafeBytes { matcher.matches(compiled, $0) == .yes }
        }
        let own = item.unicodeScalars.filter { $0.value >= 128 && takes($0) }
        let found = Array((own + Self.typed.filter(takes)).prefix(Self.mostOfOne))
        guard !found.isEmpty else { throw refusal("has `\(item)`, of which no text can be written to try it") }
        // The rarest of them tells it from its neighbours.
        for scalar in [found[0], found[found.count - 1]] where !alphabet.contains(scalar) { alphabet.append(scalar) }
        known[key] = found
        return .one(found)
    }
}
