// Texts that stand for all texts: for every combination of patterns that some text can match, at least one text that does.

/// What is asked of one text, or of several that are compared with each other.
struct TextQuestions: Hashable {
    /// Texts that it is compared with.
    var constants: Set<[UInt8]> = []
    /// Patterns that are asked, each behind a text that is read before (`schema.` before a name).
    var patterns: Set<Asked> = []
    /// Texts that are natural, to be taken where they will do.
    var seeds: [String] = []
    /// How many texts of each combination: as many as are compared with each other.
    var copies = 1

    struct Asked: Hashable {
        var before: String
        var automaton: TextAutomaton
        /// What follows, and then more that is not known yet: texts are told apart by where the pattern stands behind it. Nil: the
        /// text ends here.
        var behind: String?
    }

    mutating func add(constant: String) { constants.insert(Array(constant.utf8)) }

    mutating func add(_ automaton: TextAutomaton, before: String = "") {
        if let only = automaton.onlyText {
            // A pattern without wildcards is that one text.
            if only.utf8.starts(with: before.utf8) { add(constant: String(decoding: only.utf8.dropFirst(before.utf8.count), as: UTF8.self)) }
        } else {
            patterns.insert(Asked(before: before, automaton: automaton, behind: nil))
        }
    }

    mutating func join(_ other: TextQuestions) {
        constants.formUnion(other.constants)
        patterns.formUnion(other.patterns)
        for seed in other.seeds where !seeds.contains(seed) { seeds.append(seed) }
    }
}

/// A text, and whether it stands for others that the questions do not tell from it.
struct TextRegion: Hashable {
    var text: String
    var isOneOfMany: Bool
}

enum TextRegions {
    /// States of all patterns together, and whether a character has been read that no constant has.
    private struct Place: Hashable {
        var states: [TextAutomaton.States]
        var isFresh: Bool
    }

    /// Complete: for every text there is one here that every question answers alike (`copies` of them, where there are as many).
    static func regions(of questions: TextQuestions, _ budget: ReasonBudget) throws(Undecided) -> [TextRegion] {
        if let known = budget.regions[questions] { return known }
        var search = Search(questions, budget)
        let made = try search.run()
        budget.regions[questions] = made
        return made
    }

    private struct Search {
        let questions: TextQuestions
        let budget: ReasonBudget
        let asked: [TextQuestions.Asked]
        private var found: [[TextAutomaton.States]: [String]] = [:]
        private var order: [[TextAutomaton.States]] = []

        init(_ questions: TextQuestions, _ budget: ReasonBudget) {
            self.questions = questions
            self.budget = budget
            asked = questions.patterns.map { ($0.automaton.label + "\0" + $0.before + "\0" + ($0.behind ?? ""), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
        }

        mutating func run() throws(Undecided) -> [TextRegion] {
            for seed in questions.seeds { note(seed, start(behind: seed).states) }
            let seedsFound = order.count
            if asked.isEmpty {
                note(fresh(questions.copies, from: lettersOfConstants), [])
            } else {
                try walk()
            }
            var regions: [TextRegion] = []
            func add(_ answers: [TextAutomaton.States]) {
                for text in found[answers] ?? [] { regions.append(TextRegion(text: text, isOneOfMany: true)) }
            }
            for answers in order.prefix(seedsFound) { add(answers) }
            for bytes in questions.constants.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
                regions.append(TextRegion(text: String(decoding: bytes, as: UTF8.self), isOneOfMany: false))
            }
            for answers in order.dropFirst(seedsFound) { add(answers) }
            return regions
        }

        private func start(behind text: String) -> Place {
            Place(states: asked.map { $0.automaton.after($0.automaton.after($0.automaton.start, $0.before), text) }, isFresh: false)
        }

        private func answers(_ states: [TextAutomaton.States]) -> [TextAutomaton.States] {
            asked.indices.map { index in
                if let behind = asked[index].behind { return asked[index].automaton.after(states[index], behind) }
                return asked[index].automaton.accepts(states[index]) ? [1] : [0]
            }
        }

        /// Keeps a text for its answers; constants stand for themselves.
        private mutating func note(_ text: String, _ states: [TextAutomaton.States]) {
            guard !questions.constants.contains(Array(text.utf8)) else { return }
            let answers = answers(states)
            if found[answers] == nil { order.append(answers) }
            guard found[answers, default: []].count < questions.copies, !(found[answers]?.contains(text) ?? false) else { return }
            found[answers, default: []].append(text)
        }

        private mutating func note(_ texts: [String], _ states: [TextAutomaton.States]) { for text in texts { note(text, states) } }

        private var lettersOfConstants: Set<Unicode.Scalar> {
            var letters: Set<Unicode.Scalar> = []
            for constant in questions.constants { letters.formUnion(String(decoding: constant, as: UTF8.self).unicodeScalars) }
            return letters
        }

        /// Letters, or words of them, that are not among `known`.
        private func fresh(_ count: Int, from known: Set<Unicode.Scalar>) -> [String] {
            var texts: [String] = []
            for scalar in Self.candidates where !known.contains(scalar) && texts.count < count { texts.append(String(scalar)) }
            return texts
        }

        private static let candidates: [Unicode.Scalar] = {
            var scalars = Array("xyzqwkjvbuhgfdaocmnpelrtsi0123456789_".unicodeScalars)
            for value in UInt32(0x3B1)...0x3C9 { if let scalar = Unicode.Scalar(value) { scalars.append(scalar) } }
            for value in UInt32(0x4E00)...0x4FFF { if let scalar = Unicode.Scalar(value) { scalars.append(scalar) } }
            return scalars
        }()

        /// Breadth first: each place is gone through by the `most` shortest texts that lead to it, which is as many of each combination.
        private mutating func walk() throws(Undecided) {
            var known = lettersOfConstants
            for pattern in asked { known.formUnion(pattern.automaton.letters) }
            let letters = fresh(max(2, questions.copies), from: known).compactMap(\.unicodeScalars.first)
            var asking: Set<Unicode.Scalar> = []
            for pattern in asked { asking.formUnion(pattern.automaton.letters) }
            let alphabet = letters.map { ($0, true) } + asking.sorted { $0.value < $1.value }.map { ($0, false) }
            let most = questions.copies + 4
            var visits: [Place: Int] = [:]
            var isCut: Set<[TextAutomaton.States]> = []
            var queue: [(text: String, place: Place)] = [("", start(behind: ""))]
            var next = 0
            while next < queue.count {
                let (text, place) = queue[next]
                next += 1
                try budget.spend(asked.count)
                note(text, place.states)
                for (scalar, isFresh) in alphabet {
                    let reached = Place(
                        states: asked.indices.map { asked[$0].automaton.after(place.states[$0], scalar) },
                        isFresh: place.isFresh || isFresh)
                    try budget.spend(asked.count)
                    guard visits[reached, default: 0] < most else {
                        if !reached.isFresh { isCut.insert(answers(reached.states)) }
                        continue
                    }
                    visits[reached, default: 0] += 1
                    var longer = text
                    longer.unicodeScalars.append(scalar)
                    queue.append((longer, reached))
                }
            }
            // All that was found may be constants, and more was not looked at.
            for answers in isCut where found[answers] == nil && !questions.constants.isEmpty {
                throw Undecided(why: "too many patterns are asked of one text")
            }
        }
    }
}
