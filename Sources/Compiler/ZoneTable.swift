// Time zones as plain offsets: the machine has no files, so the compiler writes a zone's changes into the program.

import Foundation
import PolicyLang

/// A zone's offsets from 2020 to 2050, as the compiling machine's zone database has them.
struct ZoneTable {
    /// 2020-01-01T00:00Z and 2050-01-01T00:00Z.
    static let validFrom: Int64 = 1_577_836_800
    static let validUntil: Int64 = 2_524_608_000
    /// No zone changes more often than a few times a year.
    private static let mostTransitions = 1_000

    /// Moments, and seconds east of UTC from then on; the first is `validFrom`.
    var transitions: [(at: Int64, offset: Int32)]

    /// Nil when there is no such zone: names of the zone database, `UTC`, and fixed offsets such as `+02:00`.
    static func record(of name: String) -> ZoneTable? {
        if name == "UTC" || name == "Z" { return ZoneTable(transitions: [(validFrom, 0)]) }
        if let offset = fixedOffset(name) { return ZoneTable(transitions: [(validFrom, offset)]) }
        // Only names of places: abbreviations such as EST mean several zones, and forms such as GMT+2 read both ways.
        guard name.utf8.contains(UInt8(ascii: "/")), let zone = TimeZone(identifier: name) else { return nil }
        var date = Date(timeIntervalSince1970: TimeInterval(validFrom))
        var transitions = [(at: validFrom, offset: Int32(zone.secondsFromGMT(for: date)))]
        while transitions.count < mostTransitions, let next = zone.nextDaylightSavingTimeTransition(after: date) {
            let at = Int64(next.timeIntervalSince1970)
            guard next > date, at < validUntil else { break }
            let offset = Int32(zone.secondsFromGMT(for: next))
            date = next
            // A change of the zone's name alone is none of ours, but its moment must still be passed.
            if offset != transitions[transitions.count - 1].offset { transitions.append((at, offset)) }
        }
        return ZoneTable(transitions: transitions)
    }

    static func nearest(to name: String) -> String? {
        Spelling.nearest(to: name, among: ["UTC"] + TimeZone.knownTimeZoneIdentifiers)
    }

    /// Seconds east of `+HH:MM` or `-HH:MM`, at most 14 hours.
    private static func fixedOffset(_ text: String) -> Int32? {
        let bytes = Array(text.utf8)
        guard bytes.count == 6, bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-"), bytes[3] == UInt8(ascii: ":")
        else { return nil }
        var digits: [Int32] = []
        for index in [1, 2, 4, 5] {
            guard bytes[index] >= 0x30, bytes[index] <= 0x39 else { return nil }
            digits.append(Int32(bytes[index] - 0x30))
        }
        let minutes = (digits[0] * 10 + digits[1]) * 60 + digits[2] * 10 + digits[3]
        guard digits[2] < 6, minutes <= 14 * 60 else { return nil }
        return (bytes[0] == UInt8(ascii: "-") ? -1 : 1) * minutes * 60
    }
}
