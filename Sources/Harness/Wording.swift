// Small pieces of text that the reports share: counts, excerpts, times.

enum Count {
    /// `1 test`, `1,204 tests`.
    static func of(_ count: Int, _ noun: String) -> String { "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")" }

    static func grouped(_ count: Int) -> String {
        var digits = Array(String(count.magnitude))
        var place = digits.count - 3
        while place > 0 {
            digits.insert(",", at: place)
            place -= 3
        }
        return (count < 0 ? "-" : "") + String(digits)
    }
}

enum Excerpt {
    /// Longest excerpt, in characters.
    static let limit = 160

    /// A text on one line: control characters and runs of space become one space, and a long text is cut.
    static func line(_ text: some StringProtocol) -> String {
        var line = ""
        var count = 0
        var pendingSpace = false
        for scalar in text.unicodeScalars {
            if scalar.value <= 0x20 || scalar.value == 0x7F || scalar.properties.generalCategory == .control
                || scalar.properties.generalCategory == .format
            {
                pendingSpace = count > 0
                continue
            }
            if count >= limit { return line + " …" }
            if pendingSpace {
                line += " "
                count += 1
                pendingSpace = false
            }
            line.unicodeScalars.append(scalar)
            count += 1
        }
        return line
    }

    static func line(_ bytes: [UInt8]) -> String { line(String(decoding: bytes.prefix(limit * 8), as: UTF8.self)) }
}

enum Instant {
    /// `2026-03-02T03:00:09Z`, from nanoseconds since 1970; whole seconds, proleptic Gregorian calendar.
    static func text(_ nanoseconds: UInt64) -> String {
        let seconds = nanoseconds / 1_000_000_000
        let (days, second) = seconds.quotientAndRemainder(dividingBy: 86_400)
        // Civil date from a day count, with years that begin in March so that the leap day comes last.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        let civilMonth = month < 10 ? month + 3 : month - 9
        let year = yearOfEra + era * 400 + (civilMonth <= 2 ? 1 : 0)
        return "\(year)-\(two(civilMonth))-\(two(day))T\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))Z"
    }

    private static func two(_ value: UInt64) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
