// Texts that a pattern is slow on, made from the pattern itself: what it repeats over and over, and almost what it asks for.

/// A text of any length: a beginning, a piece again and again, an end.
struct HostileText {
    var head: [UInt8]
    var piece: [UInt8]
    var tail: [UInt8]
    /// The repetition that it pumps, as the pattern has it; nil: it is made of the whole.
    var repetition: String?

    func bytes(_ count: Int) -> [UInt8] {
        let times = max(0, count - head.count - tail.count + piece.count - 1) / piece.count
        return head + Array(repeating: piece, count: times).joined() + tail
    }
}

/// Writes the texts of one pattern.
struct HostileTexts {
    /// The most that are written of one pattern; those of its repetitions come first.
    static let most = 300
    private static let mostPieces = 12
    private static let longestPiece = 512

    private(set) var texts: [HostileText] = []
    private var seen: Set<[UInt8]> = []
    private let alphabet: [[UInt8]]
    private let ends: [[UInt8]]

    init(_ shape: PatternShape, alphabet: [Unicode.Scalar]) {
        self.alphabet = alphabet.prefix(16).map { Array(String($0).utf8) }
        // What most patterns do not take, a line's end, and nothing.
        ends = [[1], [10], [], Array("!".utf8), Array("\u{e9}".utf8)]
        pump(shape, before: [], after: [])
        whole(Self.pieces(of: shape))
        runs()
    }

    // MARK: - Repetitions

    /// Walks to every repetition, with a text that leads to it and one that would follow.
    private mutating func pump(_ shape: PatternShape, before: [UInt8], after: [UInt8]) {
        switch shape {
        case .nothing, .one: break
        case .again(let inside), .behind(let inside): pump(inside, before: before, after: after)
        case .choice(let branches): for branch in branches { pump(branch, before: before, after: after) }
        case .sequence(let parts):
            // Each part's sample once: patterns may have thousands of parts.
            let samples = parts.map { Self.piece(of: $0) }
            var afters = [after]
            for sample in samples.dropFirst().reversed() { afters.append(Self.cut(sample + afters[afters.count - 1])) }
            var before = before
            for (index, part) in parts.enumerated() {
                pump(part, before: before, after: afters[parts.count - 1 - index])
                before = Self.cut(before + samples[index])
            }
        case .repeated(let inside, _, let most, let text):
            if most != 0, most != 1 {
                let pieces = Self.pieces(of: inside)
                for piece in pieces + Self.pairs(pieces) where !piece.isEmpty {
                    for end in [Array(after.dropLast()) + [1], [1], [10], []] {
                        add(HostileText(head: before, piece: piece, tail: end, repetition: text))
                        if !before.isEmpty { add(HostileText(head: [], piece: piece, tail: end, repetition: text)) }
                    }
                }
            }
            pump(inside, before: before, after: after)
        }
    }

    /// Pieces that alternate: what two branches may share.
    private static func pairs(_ pieces: [[UInt8]]) -> [[UInt8]] {
        guard pieces.count > 1 else { return [] }
        return (1..<min(pieces.count, 4)).map { pieces[$0 - 1] + pieces[$0] }
    }

    // MARK: - The whole

    /// Almost what the pattern asks for, from every place of a text.
    private mutating func whole(_ samples: [[UInt8]]) {
        for sample in samples.prefix(4) where !sample.isEmpty {
            for end in ends.prefix(3) { add(HostileText(head: [], piece: sample, tail: end)) }
            for cut in [1, 2, sample.count / 2] where cut > 0 && cut < sample.count {
                add(HostileText(head: [], piece: Array(sample.dropLast(cut)), tail: [1]))
                add(HostileText(head: [], piece: Array(sample.dropLast(cut)), tail: sample))
            }
            add(HostileText(head: [], piece: sample.dropLast() + [1], tail: [1]))
            // What begins a match, and then never what ends one.
            for letter in alphabet { add(HostileText(head: Array(sample.dropLast()), piece: letter, tail: [1])) }
        }
    }

    /// Long runs of every character that the pattern tells from others, and of two of them by turns.
    private mutating func runs() {
        for (index, letter) in alphabet.enumerated() {
            for end in ends { add(HostileText(head: [], piece: letter, tail: end)) }
            for other in alphabet.prefix(6) where other != letter && index < 6 {
                add(HostileText(head: [], piece: letter + other, tail: [1]))
            }
        }
    }

    private mutating func add(_ text: HostileText) {
        guard texts.count < Self.most, !text.piece.isEmpty else { return }
        // Two that begin alike and are as long are the same.
        guard seen.insert(text.head + [0] + text.piece + [0] + text.tail).inserted else { return }
        texts.append(text)
    }

    // MARK: - Samples

    private static func cut(_ text: [UInt8]) -> [UInt8] { text.count > longestPiece ? Array(text.prefix(longestPiece)) : text }

    /// One text that the shape may match.
    private static func piece(of shape: PatternShape) -> [UInt8] { pieces(of: shape).first ?? [] }

    /// Some, by the characters that it may take and the branches that it may go.
    private static func pieces(of shape: PatternShape) -> [[UInt8]] {
        switch shape {
        case .nothing: return [[]]
        case .one(let scalars): return scalars.map { Array(String($0).utf8) }
        case .again(let inside), .behind(let inside): return pieces(of: inside)
        case .choice(let branches):
            let all = branches.map { pieces(of: $0) }
            // The first of each before the second of any.
            let longest = all.map(\.count).max() ?? 0
            return Array((0..<longest).flatMap { index in all.compactMap { index < $0.count ? $0[index] : nil } }.prefix(mostPieces))
        case .sequence(let parts):
            var texts: [[UInt8]] = [[]]
            for part in parts {
                let next = pieces(of: part)
                guard let first = next.first else { continue }
                // The same turn of every part, so that there are as many as of the part that has most.
                let count = min(max(texts.count, next.count), mostPieces)
                texts = (0..<count).map { index in
                    cut((index < texts.count ? texts[index] : texts[0]) + (index < next.count ? next[index] : first))
                }
            }
            return texts
        case .repeated(let inside, let least, let most, _):
            // As seldom as it may, but once: what is left out says nothing.
            let count = most == 0 ? 0 : max(least, 1)
            return pieces(of: inside).map { piece in
                var text: [UInt8] = []
                for _ in 0..<count where text.count < longestPiece { text += piece }
                return text
            }
        }
    }
}
