// Reads weekly windows: "Mon-Fri 08:00-18:00 Europe/Berlin".

/// Why a string is no window.
struct WindowFault: Error {
    var why: String
}

extension WeeklyWindow {
    private static let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    /// Reads `[days] HH:MM-HH:MM zone`, where days are names and ranges of names with commas between, in any case;
    /// without days every day is meant. The end is exclusive, may be 24:00, and lies on the next day when it is not
    /// after the start.
    static func parse(_ text: String) -> Result<WeeklyWindow, WindowFault> {
        let parts = text.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2 || parts.count == 3 else {
            return .failure(WindowFault(why: "it needs days, hours and a zone"))
        }
        var days: UInt8 = 0x7F
        if parts.count == 3 {
            guard let written = self.days(String(parts[0])) else {
                return .failure(WindowFault(why: "`\(parts[0])` are no days"))
            }
            days = written
        }
        let hours = parts[parts.count - 2].split(separator: "-", omittingEmptySubsequences: false)
        guard hours.count == 2, let start = minute(hours[0]), let end = minute(hours[1]), start < 1440 else {
            return .failure(WindowFault(why: "`\(parts[parts.count - 2])` are no hours"))
        }
        let zone = String(parts[parts.count - 1])
        return .success(WeeklyWindow(days: days, start: start, end: end, zone: zone))
    }

    private static func days(_ text: String) -> UInt8? {
        var bits: UInt8 = 0
        for item in text.lowercased().split(separator: ",", omittingEmptySubsequences: false) {
            let ends = item.split(separator: "-", omittingEmptySubsequences: false)
            guard ends.count == 1 || ends.count == 2, let first = days.firstIndex(of: String(ends[0])),
                let last = days.firstIndex(of: String(ends[ends.count - 1]))
            else { return nil }
            // A range may run over the week's end: Sat-Mon.
            var day = first
            bits |= 1 << UInt8(day)
            while day != last {
                day = (day + 1) % 7
                bits |= 1 << UInt8(day)
            }
        }
        return bits == 0 ? nil : bits
    }

    /// Minutes of the day of `HH:MM`; 24:00 is 1440.
    private static func minute(_ text: Substring) -> UInt16? {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":") else { return nil }
        var digits: [UInt16] = []
        for index in [0, 1, 3, 4] {
            guard bytes[index] >= 0x30, bytes[index] <= 0x39 else { return nil }
            digits.append(UInt16(bytes[index] - 0x30))
        }
        let hour = digits[0] * 10 + digits[1]
        let minute = digits[2] * 10 + digits[3]
        guard minute < 60, hour < 24 || hour == 24 && minute == 0 else { return nil }
        return hour * 60 + minute
    }
}
