// Times as tokens write them: RFC 3339, and back.

extension Moment {
    /// Earliest and latest second that a text or a token may name: the years 1 and 9999.
    public static let writable: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    /// Reads `2026-03-02T03:00:30Z`, `2026-03-02t04:00:30.25+01:00` (RFC 3339 section 5.6); nil for anything else, for days that do not
    /// exist, and for leap seconds, which no clock here counts. A fraction of a second is dropped, as it is of the clock.
    public init?(rfc3339 text: String) {
        var reader = Reader(bytes: Array(text.utf8))
        guard let year = reader.number(4), reader.mark(0x2D), let month = reader.number(2), reader.mark(0x2D), let day = reader.number(2),
            year >= 1, (1...12).contains(month), (1...Self.days(in: month, year)).contains(day), reader.mark(0x54, 0x74),
            let hour = reader.number(2), reader.mark(0x3A), let minute = reader.number(2), reader.mark(0x3A), let second = reader.number(2),
            hour <= 23, minute <= 59, second <= 59, reader.fraction(), let offset = reader.offset(), reader.isAtEnd
        else { return nil }
        let seconds = Self.dayNumber(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset
        guard Self.writable.contains(seconds) else { return nil }
        self.init(seconds: seconds)
    }

    /// `2026-03-02T03:00:30Z`; the number of seconds where that is no year of four digits.
    public var rfc3339: String {
        guard Self.writable.contains(seconds) else { return String(seconds) }
        var day = seconds / 86_400
        var second = seconds % 86_400
        if second < 0 {
            second += 86_400
            day -= 1
        }
        // From days since 1970 to a date, by 400 years of 146,097 days that begin in March.
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let inEra = shifted - era * 146_097
        let year = (inEra - inEra / 1_460 + inEra / 36_524 - inEra / 146_096) / 365
        let inYear = inEra - (365 * year + year / 4 - year / 100)
        let month = (5 * inYear + 2) / 153
        let ofMonth = inYear - (153 * month + 2) / 5 + 1
        let civil = month < 10 ? month + 3 : month - 9
        func padded(_ number: Int64, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        }
        let date = "\(padded(year + era * 400 + (civil <= 2 ? 1 : 0), 4))-\(padded(civil, 2))-\(padded(ofMonth, 2))"
        return "\(date)T\(padded(second / 3_600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))Z"
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        var isAtEnd: Bool { position == bytes.count }

        mutating func number(_ digits: Int) -> Int64? {
            guard position + digits <= bytes.count else { return nil }
            var value: Int64 = 0
            for byte in bytes[position..<position + digits] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - 0x30)
            }
            position += digits
            return value
        }

        mutating func mark(_ marks: UInt8...) -> Bool {
            guard position < bytes.count, marks.contains(bytes[position]) else { return false }
            position += 1
            return true
        }

        /// Passes over `.25`; false for a point without a digit.
        mutating func fraction() -> Bool {
            guard mark(0x2E) else { return true }
            let start = position
            while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
            return position > start
        }

        /// Seconds east of UTC.
        mutating func offset() -> Int64? {
            if mark(0x5A, 0x7A) { return 0 }
            let sign: Int64
            if mark(0x2B) { sign = 1 } else if mark(0x2D) { sign = -1 } else { return nil }
            guard let hours = number(2), mark(0x3A), let minutes = number(2), hours <= 23, minutes <= 59 else { return nil }
            return sign * (hours * 3_600 + minutes * 60)
        }
    }

    private static func days(in month: Int64, _ year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01. Years are counted from March, so that the leap day is a year's last.
    private static func dayNumber(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shiftedYear = month > 2 ? year : year - 1
        let shiftedMonth = month > 2 ? month - 3 : month + 9
        let leapDays = shiftedYear / 4 - shiftedYear / 100 + shiftedYear / 400
        return shiftedYear * 365 + leapDays + (153 * shiftedMonth + 2) / 5 + day - 1 - 719_468
    }
}
