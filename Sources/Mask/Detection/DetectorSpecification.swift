// What a built-in detector is made of: how candidates look, what tells hits among them, and what must stand around them.

/// A match of a detector's pattern, to be checked.
struct Candidate {
    let text: UnsafeRawBufferPointer
    let range: Range<Int>

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: text[range]) }
    var digits: DigitString { DigitString(bytes) }
}

/// A cheap, necessary condition for a match: one of a detector's triggers is true of every text that its pattern matches.
enum DetectorTrigger: Sendable {
    /// A run of so many digits, with a letter before or after it as said; nil: either.
    case run(ClosedRange<Int>, before: Bool?, after: Bool?)
    /// Two digit runs with one to three separators between them (spaces, `-./_()|`, line breaks, bytes beyond ASCII), in a number of at
    /// least `digits` and at most `mostDigits` digits that such separators join; 8 is that and more.
    case pair(Int, Int)
    /// A word (letters and digits, after a byte that is neither) that begins so, in any case: three bytes, and a fourth where that is a
    /// letter.
    case head(String)
    /// A word of so many letters and digits, seven at least.
    case word(ClosedRange<Int>)
    case flag(DetectorFlag)

    static func run(_ lengths: ClosedRange<Int>) -> DetectorTrigger { .run(lengths, before: false, after: false) }
    static func run(_ length: Int) -> DetectorTrigger { .run(length...length, before: false, after: false) }
}

/// The gate's flags, by their numbers in MaskGate.h.
enum DetectorFlag: Int, Sendable {
    case at = 0, plus, dotted, colons, octets, dashes, dollar, equals, scheme, long40, long16, high, percent, backslash, entity, colon,
        parenthesis, tilde, country, badge, spaced
}

/// What must stand around a candidate that passed its check.
enum ContextNeed: Sendable {
    /// Nothing: the value says what it is.
    case nothing
    /// No word that makes it something else (an order, a version), unless another says that it is this.
    case notElsewhere
    /// A word that says what it is, in the text or the column's name.
    case word
}

struct DetectorSpecification: Sendable {
    /// As a policy writes it, the group first: `pii.us_ssn`.
    var name: String
    /// PCRE2, over bytes: linear, without backtracking into runs.
    var pattern: String
    /// Over UTF-8 text, with Unicode's classes, where a pattern needs them.
    var isText = false
    var triggers: [DetectorTrigger]
    /// No hit has fewer digits.
    var digits = 0
    /// A hit whose digits are in groups stands in no longer number; 31 is no bound.
    var mostDigits = 31
    /// No hit is shorter, in bytes.
    var shortest: Int
    /// Words that make a candidate this, in any case, of at least three letters; those of four and more also begin longer words.
    var words: [String] = []
    /// The need of a candidate of letters and digits only, and of one with separators.
    var compact: ContextNeed = .nothing
    var formatted: ContextNeed = .nothing
    /// Made of digits alone, so that numbers are looked through for it.
    var isNumber = false
    /// The hit within a candidate; nil: none. It begins no earlier than the candidate.
    var check: @Sendable (Candidate) -> Range<Int>? = { $0.range }
    /// What fails the check and is a hit all the same where a word or the column says that it is this: a slip in a value is still
    /// somebody's, and tells nearly all of it.
    var nearly: @Sendable (Candidate) -> Range<Int>? = { _ in nil }

    /// Whether it is a secret, for which placeholders are left.
    var isSecret: Bool { name.utf8.starts(with: "secrets.".utf8) }
}

/// Parts of patterns that many detectors share.
enum PatternPart {
    /// Where a number begins: not within a word, a longer number, or the last group of a UUID.
    static let numberHead = "(?<![0-9A-Za-z_])(?<![0-9][-./,])(?<![0-9A-Fa-f]{4}-)"
    /// Where it ends.
    static let numberTail = "(?![0-9A-Za-z_])(?![-./,][0-9])"
    /// Where a token of letters and digits begins and ends.
    static let wordHead = "(?<![0-9A-Za-z])"
    static let wordTail = "(?![0-9A-Za-z])"
    static let tokenTail = "(?![0-9A-Za-z_-])"

    /// Digits in groups, all separated by the same one of `separators`, or by nothing.
    static func groups(_ sizes: [Int], by separators: String) -> String {
        // Groups of one size that go on are another, longer number: a card, an amount.
        let goesOn = sizes.count > 1 && sizes.allSatisfy { $0 == sizes[0] } && separators.contains(" ")
        var pattern = goesOn ? numberHead + "(?<![0-9]{\(sizes[0])}\\x{20})" : numberHead
        for (index, size) in sizes.enumerated() {
            if index > 0 { pattern += index == 1 ? "([\(separators)]?)" : #"\1"# }
            pattern += "[0-9]{\(size)}"
        }
        return pattern + numberTail + (goesOn ? #"(?!\x{20}[0-9]{\#(sizes[0])}(?![0-9]))"# : "")
    }
}

extension DetectorSpecification {
    /// A number of digits in groups: `groups` as it is commonly written, or all together.
    static func number(
        _ name: String, _ groups: [Int], by separators: String = " .-", compact: ContextNeed, formatted: ContextNeed,
        words: [String], check: @escaping @Sendable (DigitString) -> Bool
    ) -> DetectorSpecification {
        let length = groups.reduce(0, +)
        var triggers: [DetectorTrigger] = [.run(length)]
        if groups.count > 1 { triggers.append(.pair(min(groups[0], 8), min(groups[1], 8))) }
        return DetectorSpecification(
            name: name, pattern: PatternPart.groups(groups, by: separators), triggers: triggers, digits: length, shortest: length,
            words: words, compact: compact, formatted: formatted, isNumber: true,
            check: { check($0.digits) ? $0.range : nil })
    }

    /// A token that a vendor marks by how it begins.
    static func token(
        _ name: String, _ pattern: String, heads: [String], shortest: Int,
        check: @escaping @Sendable (Candidate) -> Range<Int>? = { $0.range }
    ) -> DetectorSpecification {
        DetectorSpecification(
            name: name, pattern: PatternPart.wordHead + pattern, triggers: heads.map { .head($0) }, shortest: shortest, check: check)
    }
}
