// What finds a value by its shape: a PCRE2 pattern for candidates, a checksum to tell hits among them.
import Patterns

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Finds values of one kind in text. Immutable and shared.
public final class Detector: Sendable {
    private enum Kind: Sendable {
        case email, card, iban
        case custom(Checksum)
    }

    /// As a policy writes it: `pii.email`.
    public let name: String
    private let pattern: CompiledPattern
    private let kind: Kind
    /// No shorter text, in bytes, has a hit.
    let shortestHit: Int

    private init(name: String, pattern: String, kind: Kind, shortestHit: Int) throws(PatternError) {
        self.name = name
        self.pattern = try CompiledPattern(pattern)
        self.kind = kind
        self.shortestHit = shortestHit
    }

    /// A detector of one's own: every match of `pattern` that passes the checksum is a hit. Empty matches are none.
    public convenience init(
        name: String, pattern: String, checksum: Checksum = .none
    ) throws(PatternError) {
        try self.init(name: name, pattern: pattern, kind: .custom(checksum), shortestHit: 1)
    }

    /// The built-in detectors' names. `pii.card` is short for `pii.credit_card`.
    public static let builtInNames = ["pii.email", "pii.credit_card", "pii.card", "pii.iban"]

    /// A built-in detector:
    /// - `pii.email`: letters, digits and `._%+'-`, an `@`, and a domain with a dot.
    /// - `pii.credit_card`: 13 to 19 digits that pass Luhn, single spaces or dashes between them, with no digit before or after.
    /// - `pii.iban`: a country's letters, check digits and length by the SWIFT registry, mod 97; single spaces or dashes between them.
    public static func named(_ name: String) -> Detector? {
        switch name {
        case "pii.email": email
        case "pii.credit_card", "pii.card": card
        case "pii.iban": iban
        default: nil
        }
    }

    // Possessive, and begun only where a run begins: the search is linear in the text.
    private static let email = try? Detector(
        name: "pii.email",
        pattern: #"(?<![\p{L}\p{N}._%+'-])[\p{L}\p{N}._%+'-]++@[\p{L}\p{N}-]++(?:\.[\p{L}\p{N}-]++)++"#,
        kind: .email, shortestHit: 5)
    private static let card = try? Detector(
        name: "pii.credit_card", pattern: "(?<![0-9])[0-9](?:[ -]?[0-9]){12}", kind: .card, shortestHit: 13)
    // Lower-case heads only where a word begins: else one digest in two hundred would be an account.
    private static let iban = try? Detector(
        name: "pii.iban", pattern: "(?:[A-Z]{2}|(?<![A-Za-z0-9])[A-Za-z]{2})[0-9]{2}", kind: .iban, shortestHit: IBAN.shortest)

    /// The first hit that begins at `start` or later. `exceeded` when PCRE2 could not say.
    public func firstHit(in text: UnsafeRawBufferPointer, from start: Int, matcher: Matcher) -> MatchSearch {
        var from = start
        guard text.count - from >= shortestHit else { return .none }
        guard mayHit(text, from) else { return .none }
        while from <= text.count {
            let search = matcher.firstMatch(of: pattern, in: text, from: from)
            guard case .found(let candidate) = search else { return search }
            switch kind {
            case .email:
                return .found(candidate)
            case .card:
                if let hit = Self.cardHit(in: text, from: candidate.lowerBound) { return .found(hit) }
                from = candidate.lowerBound + 1
            case .iban:
                if let hit = Self.ibanHit(in: text, from: candidate.lowerBound) { return .found(hit) }
                from = candidate.lowerBound + 1
            case .custom(let checksum):
                let passes = !candidate.isEmpty && checksum.accepts(UnsafeRawBufferPointer(rebasing: text[candidate]))
                if passes { return .found(candidate) }
                from = candidate.lowerBound + 1
                while from < text.count, text[from] & 0xc0 == 0x80 { from += 1 }
            }
        }
        return .none
    }

    /// Looks, at the speed of memory, whether calling PCRE2 is worth it.
    private func mayHit(_ text: UnsafeRawBufferPointer, _ from: Int) -> Bool {
        guard let start = text.baseAddress else { return false }
        switch kind {
        case .email: return memchr(start + from, CInt(UInt8(ascii: "@")), text.count - from) != nil
        case .card:
            var digits = 0
            for index in from..<text.count where ASCII.isDigit(text[index]) {
                digits += 1
                if digits == 13 { return true }
            }
            return false
        case .iban, .custom: return true
        }
    }

    /// The longest card number that begins with the digit group at `start`: it ends where a group does, so that a number after it
    /// (an expiry, a check code) does not hide it.
    private static func cardHit(in text: UnsafeRawBufferPointer, from start: Int) -> Range<Int>? {
        var sum = LuhnSum()
        var end: Int?
        var index = start
        while index < text.count, sum.count < 19 {
            if ASCII.isDigit(text[index]) {
                sum.add(text[index])
                let groupEnds = index + 1 == text.count || !ASCII.isDigit(text[index + 1])
                if groupEnds, (13...19).contains(sum.count), sum.isValid { end = index + 1 }
            } else {
                let separates = text[index] == UInt8(ascii: " ") || text[index] == UInt8(ascii: "-")
                guard separates, index > start, ASCII.isDigit(text[index - 1]) else { break }
            }
            index += 1
        }
        return end.map { start..<$0 }
    }

    /// An account number that begins at a head: exactly as long as its country says.
    private static func ibanHit(in text: UnsafeRawBufferPointer, from start: Int) -> Range<Int>? {
        guard let length = IBAN.length(first: text[start], second: text[start + 1]) else { return nil }
        var index = start
        var count = 0
        var afterSeparator = false
        while index < text.count, count < length {
            if ASCII.isAlphanumeric(text[index]) {
                count += 1
                afterSeparator = false
            } else {
                guard text[index] == UInt8(ascii: " ") || text[index] == UInt8(ascii: "-"), !afterSeparator else { return nil }
                afterSeparator = true
            }
            index += 1
        }
        guard count == length, IBAN.remainder(of: UnsafeRawBufferPointer(rebasing: text[start..<index])) == 1 else { return nil }
        return start..<index
    }
}
