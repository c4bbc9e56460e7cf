// Patterns over text as one kind of small automaton: prefixes, suffixes, parts, globs, paths and command lines.

import Machine

/// A row of states, each with a letter that leads to the next and perhaps one that stays. Reads the whole text.
struct TextAutomaton: Hashable {
    enum Letter: Hashable {
        case exactly(Unicode.Scalar)
        case any
        case but(Unicode.Scalar)

        func takes(_ scalar: Unicode.Scalar) -> Bool {
            switch self {
            case .exactly(let own): own == scalar
            case .any: true
            case .but(let other): other != scalar
            }
        }
    }

    /// Bits of the states that may be reached.
    typealias States = [UInt64]

    private(set) var steps: [Letter] = []
    /// One more than `steps`.
    private(set) var stays: [Letter?] = [nil]
    private(set) var accepting: Set<Int> = []
    /// Tells it from others, and makes their order the same every time.
    private(set) var label = ""

    var start: States {
        var states = States(repeating: 0, count: steps.count / 64 + 1)
        states[0] = 1
        return states
    }

    /// The label says it all.
    static func == (left: TextAutomaton, right: TextAutomaton) -> Bool { left.label == right.label }
    func hash(into hasher: inout Hasher) { hasher.combine(label) }

    func accepts(_ states: States) -> Bool { accepting.contains { states[$0 / 64] >> UInt64($0 % 64) & 1 == 1 } }

    func after(_ states: States, _ scalar: Unicode.Scalar) -> States {
        var next = States(repeating: 0, count: states.count)
        for index in 0...steps.count where states[index / 64] >> UInt64(index % 64) & 1 == 1 {
            if let stay = stays[index], stay.takes(scalar) { next[index / 64] |= 1 << UInt64(index % 64) }
            if index < steps.count, steps[index].takes(scalar) { next[(index + 1) / 64] |= 1 << UInt64((index + 1) % 64) }
        }
        return next
    }

    func after(_ states: States, _ text: String) -> States { text.unicodeScalars.reduce(states) { after($0, $1) } }

    func matches(_ text: String) -> Bool { accepts(after(start, text)) }

    /// Characters that it tells from others.
    var letters: Set<Unicode.Scalar> {
        var letters: Set<Unicode.Scalar> = []
        for letter in steps + stays.compactMap({ $0 }) {
            switch letter {
            case .exactly(let scalar), .but(let scalar): letters.insert(scalar)
            case .any: continue
            }
        }
        return letters
    }

    /// The one text that it accepts, when there is no wildcard in it.
    var onlyText: String? {
        guard accepting == [steps.count], stays.allSatisfy({ $0 == nil }) else { return nil }
        var text = String.UnicodeScalarView()
        for step in steps {
            guard case .exactly(let scalar) = step else { return nil }
            text.append(scalar)
        }
        return String(text)
    }

    private mutating func add(_ letter: Letter) {
        steps.append(letter)
        stays.append(nil)
    }

    private mutating func add(_ text: String) { for scalar in text.unicodeScalars { add(.exactly(scalar)) } }

    private mutating func stay(_ letter: Letter) {
        // Of two wildcards in a row the wider one counts.
        if stays[steps.count] != .any { stays[steps.count] = letter }
    }

    // MARK: the language's patterns

    static func prefix(_ text: String) -> TextAutomaton { made("prefix " + text) { $0.add(text); $0.stay(.any) } }

    static func suffix(_ text: String) -> TextAutomaton { made("suffix " + text) { $0.stay(.any); $0.add(text) } }

    static func part(_ text: String) -> TextAutomaton { made("part " + text) { $0.stay(.any); $0.add(text); $0.stay(.any) } }

    /// As `GlobPattern` reads it. - Parameter separator: what `*` and `?` do not cross.
    static func glob(_ pattern: String, separator: Unicode.Scalar? = nil) -> TextAutomaton {
        made((separator == nil ? "glob " : "path ") + pattern) { $0.add(glob: Array(pattern.unicodeScalars), separator: separator) }
    }

    /// As the machine reads command lines: word by word, a last `**` the rest.
    static func words(_ pattern: String) -> TextAutomaton {
        var words = pattern.unicodeScalars.split(separator: " ").map(Array.init)
        let isOpen = words.last == ["*", "*"]
        if isOpen { words.removeLast() }
        return made("words " + pattern) { automaton in
            automaton.stay(.exactly(" "))
            for (number, word) in words.enumerated() {
                if number > 0 {
                    automaton.add(.exactly(" "))
                    automaton.stay(.exactly(" "))
                }
                let before = automaton.steps.count
                automaton.add(glob: word, separator: " ")
                // A word is never empty: a glob of nothing but `*` takes one character at least.
                if automaton.steps.count == before { automaton.add(.but(" ")); automaton.stay(.but(" ")) }
            }
            let end = automaton.steps.count
            if isOpen, words.isEmpty {
                automaton.stay(.any)
            } else if isOpen {
                automaton.accepting = [end]
                automaton.add(.exactly(" "))
                automaton.stay(.any)
            } else if !words.isEmpty {
                automaton.accepting = [end]
                automaton.add(.exactly(" "))
                automaton.stay(.exactly(" "))
            }
        }
    }

    private static func made(_ label: String, _ fill: (inout TextAutomaton) -> Void) -> TextAutomaton {
        var automaton = TextAutomaton()
        automaton.label = label
        fill(&automaton)
        automaton.accepting.insert(automaton.steps.count)
        return automaton
    }

    private mutating func add(glob: [Unicode.Scalar], separator: Unicode.Scalar?) {
        let level: Letter = separator.map { .but($0) } ?? .any
        var index = 0
        while index < glob.count {
            switch glob[index] {
            case "*":
                let isDouble = index + 1 < glob.count && glob[index + 1] == "*"
                stay(isDouble && separator != " " ? .any : level)
                index += isDouble ? 2 : 1
            case "?":
                add(level)
                index += 1
            case "\\" where index + 1 < glob.count:
                add(.exactly(glob[index + 1]))
                index += 2
            default:
                add(.exactly(glob[index]))
                index += 1
            }
        }
    }
}
