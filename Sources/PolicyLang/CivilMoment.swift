// Dates and times of the Gregorian calendar, read from their ISO 8601 form and counted in seconds since 1970.

/// A day, or a minute or second of one with its offset from UTC. Years 1970 to 9999.
struct CivilMoment {
    var epochSeconds: Int64
    var isDay: Bool

    /// Reads `YYYY-MM-DD`, `YYYY-MM-DDTHH:MMZ`, `…THH:MM:SS+HH:MM`; nil for anything else, and for days and times
    /// that do not exist. A time needs its offset: a policy must mean the same on every machine.
    init?(_ text: [UInt8]) {
        var reader = Reader(text: text)
        guard let year = reader.number(4), reader.mark("-"), let month = reader.number(2), reader.mark("-"),
            let day = reader.number(2), year >= 1970, (1...12).contains(month),
            (1...Self.days(inMonth: month, of: year)).contains(day)
        else { return nil }
        let midnight = Self.dayNumber(year: year, month: month, day: day) * 86_400
        if reader.isAtEnd {
            epochSeconds = midnight
            isDay = true
            return
        }
        guard reader.mark("T"), let hour = reader.number(2), reader.mark(":"), let minute = reader.number(2),
            hour <= 23, minute <= 59
        else { return nil }
        var second: Int64 = 0
        if reader.mark(":") {
            guard let written = reader.number(2), written <= 59 else { return nil }
            second = written
        }
        guard let offset = reader.offset(), reader.isAtEnd else { return nil }
        epochSeconds = midnight + hour * 3_600 + minute * 60 + second - offset
        isDay = false
    }

    private struct Reader {
        let text: [UInt8]
        var position = 0

        var isAtEnd: Bool { position == text.count }

        mutating func number(_ digits: Int) -> Int64? {
            guard position + digits <= text.count else { return nil }
            var value: Int64 = 0
            for byte in text[position..<position + digits] {
                guard Ascii.isDigit(byte) else { return nil }
                value = value * 10 + Int64(byte - 0x30)
            }
            position += digits
            return value
        }

        mutating func mark(_ mark: UnicodeScalar) -> Bool {
            guard position < text.count, UInt32(text[position]) == mark.value else { return false }
            position += 1
            return true
        }

        /// Seconds east of UTC.
        mutating func offset() -> Int64? {
            if mark("Z") { return 0 }
            let sign: Int64
            if mark("+") { sign = 1 } else if mark("-") { sign = -1 } else { return nil }
            guard let hours = number(2), mark(":"), let minutes = number(2), hours <= 14, minutes <= 59 else {
                return nil
            }
            return sign * (hours * 3_600 + minutes * 60)
        }
    }

    private static func days(inMonth month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01. Years are counted from March, so that the leap day is a year's last.
    private static func dayNumber(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shiftedYear = month > 2 ? year : year - 1
        let shiftedMonth = month > 2 ? month - 3 : month + 9
        let leapDays = shiftedYear / 4 - shiftedYear / 100 + shiftedYear / 400
        let sinceMarch = (153 * shiftedMonth + 2) / 5 + day - 1
        return shiftedYear * 365 + leapDays + sinceMarch - 719_468
    }
}
