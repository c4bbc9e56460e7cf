// Numbers: integers, durations, sizes, dates and times.

/// The units that may stand after a number.
enum Units {
    static let seconds: [String: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
    static let bytes: [String: Int64] = [
        "B": 1, "KB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000, "TB": 1_000_000_000_000,
        "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
    ]
}

extension Lexer {
    /// Reads an integer with what stands right behind it: a unit, or the rest of a date.
    mutating func lexNumber() {
        let start = position
        if lexMoment() { return }
        if bytes[position] == Ascii.hyphen { position += 1 }
        let digitsStart = position
        var magnitude: UInt64 = 0
        var overflows = false
        while position < bytes.count, Ascii.isDigit(bytes[position]) || bytes[position] == Ascii.underscore {
            if bytes[position] != Ascii.underscore {
                let (product, first) = magnitude.multipliedReportingOverflow(by: 10)
                let (sum, second) = product.addingReportingOverflow(UInt64(bytes[position] - 0x30))
                overflows = overflows || first || second
                magnitude = sum
            }
            position += 1
        }
        let isNegative = digitsStart > start
        let digitsEnd = position
        while position < bytes.count, Ascii.isNamePart(bytes[position]) { position += 1 }
        let unit = text(digitsEnd, position)
        let whole = span(from: start, to: position)
        let isFraction = position + 1 < bytes.count && bytes[position] == Ascii.dot && Ascii.isDigit(bytes[position + 1])
        if isFraction {
            position += 1
            while position < bytes.count, Ascii.isNamePart(bytes[position]) { position += 1 }
            report(Wording.fraction(span(from: start, to: position)))
            add(.integer(1), from: start, to: position)
            return
        }
        // A value that was reported stands as 1: no later rule about zero or bounds complains about it again.
        guard !overflows, magnitude <= UInt64(Int64.max) else {
            report(Wording.numberTooLarge(whole))
            add(.integer(1), from: start, to: position)
            return
        }
        let value = isNegative ? -Int64(magnitude) : Int64(magnitude)
        addNumber(value, unit: unit, from: start, unitStart: digitsEnd)
    }

    private mutating func addNumber(_ value: Int64, unit: String, from start: Int, unitStart: Int) {
        let whole = span(from: start, to: position)
        if unit.isEmpty {
            if bytes[unitStart - 1] == Ascii.underscore { report(Wording.trailingUnderscore(whole)) }
            add(.integer(value), from: start, to: position)
        } else if let scale = Units.seconds[unit] {
            add(.duration(scaled(value, scale, whole)), from: start, to: position)
        } else if let scale = Units.bytes[unit] {
            add(.size(scaled(value, scale, whole)), from: start, to: position)
        } else {
            report(Wording.unknownUnit(span(from: unitStart, to: position), unit: unit))
            add(.integer(value), from: start, to: position)
        }
    }

    private mutating func scaled(_ value: Int64, _ scale: Int64, _ whole: SourceSpan) -> Int64 {
        let (product, overflows) = value.multipliedReportingOverflow(by: scale)
        if value < 0 {
            report(Wording.negativeAmount(whole))
            return 1
        }
        if overflows {
            report(Wording.numberTooLarge(whole))
            return 1
        }
        return product
    }

    /// Reads `YYYY-MM-DD`, with `THH:MM[:SS]` and `Z` or `+HH:MM` behind it; false, without moving, for anything
    /// that does not begin with four digits, a hyphen and a digit.
    private mutating func lexMoment() -> Bool {
        guard position + 5 < bytes.count, (0..<4).allSatisfy({ Ascii.isDigit(bytes[position + $0]) }),
            bytes[position + 4] == Ascii.hyphen, Ascii.isDigit(bytes[position + 5])
        else { return false }
        let start = position
        var hasTime = false
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "T") { hasTime = true }
            let isTimeMark = hasTime && (byte == Ascii.colon || byte == UInt8(ascii: "+"))
            guard Ascii.isNamePart(byte) || byte == Ascii.hyphen || isTimeMark else { break }
            position += 1
        }
        let whole = span(from: start, to: position)
        guard let moment = CivilMoment(Array(bytes[start..<position])) else {
            report(Wording.badMoment(whole, text: text(start, position)))
            add(.moment(0, isDay: true), from: start, to: position)
            return true
        }
        add(.moment(moment.epochSeconds, isDay: moment.isDay), from: start, to: position)
        return true
    }
}
