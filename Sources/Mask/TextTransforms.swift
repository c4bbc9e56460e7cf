// Transforms of text that keep something of it: a year, a domain, a range, a shape. What they cannot read is redacted.

extension TransformWriter {
    /// The first run of four digits that is a year from 1800 to 2099.
    func writeYear(_ text: UnsafeRawBufferPointer, into output: MaskOutput) -> Bool {
        var start = 0
        while start < text.count {
            guard ASCII.isDigit(text[start]) else {
                start += 1
                continue
            }
            var end = start
            while end < text.count, ASCII.isDigit(text[end]) { end += 1 }
            let century = end - start == 4 ? (text[start] & 15) * 10 + text[start + 1] & 15 : 0
            if (18...20).contains(century) {
                output.append(UnsafeRawBufferPointer(rebasing: text[start..<end]))
                return true
            }
            start = end
        }
        output.append(MaskTransform.redacted)
        return true
    }

    /// What stands after the last at sign, where that is letters, digits, dots and dashes.
    func writeDomain(_ text: UnsafeRawBufferPointer, into output: MaskOutput) -> Bool {
        guard let at = text.lastIndex(of: UInt8(ascii: "@")), at + 1 < text.count,
            text[(at + 1)...].allSatisfy({ ASCII.isAlphanumeric($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") || $0 >= 0x80 })
        else {
            output.append(MaskTransform.redacted)
            return true
        }
        output.append(UInt8(ascii: "*"))
        output.append(UnsafeRawBufferPointer(rebasing: text[at...]))
        return true
    }

    /// `30-39` of a whole number.
    func writeRange(_ text: UnsafeRawBufferPointer, _ step: Int, into output: MaskOutput) -> Bool {
        guard let value = DecimalText.whole(text, allowingFraction: true), let low = DecimalText.floor(value, to: step) else {
            output.append(MaskTransform.redacted)
            return true
        }
        let (high, isTooLarge) = low.addingReportingOverflow(Int64(step - 1))
        guard !isTooLarge else { return false }
        DecimalText.append(low, to: output)
        output.append(UInt8(ascii: "-"))
        DecimalText.append(high, to: output)
        return true
    }

    /// Other digits and letters in the places of these. What is not ASCII becomes a letter.
    func writeToken(_ text: UnsafeRawBufferPointer, into output: MaskOutput) -> Bool {
        guard seed(text) else { return false }
        var used = 0
        var index = 0
        while index < text.count {
            let byte = text[index]
            let width = Self.width(of: text, at: index)
            index += width
            guard ASCII.isAlphanumeric(byte) || byte >= 0x80 else {
                output.append(byte)
                continue
            }
            if used == 32 {
                guard nextCode() else { return false }
                used = 0
            }
            let random = Int(code[used])
            used += 1
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): output.append(UInt8(48 + (random * 10) >> 8))
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): output.append(UInt8(65 + (random * 26) >> 8))
            default: output.append(UInt8(97 + (random * 26) >> 8))
            }
        }
        return true
    }
}

/// Whole numbers as decimal text.
enum DecimalText {
    /// A number with a sign or none; with `allowingFraction`, what follows a point is left out, towards zero. nil for anything else.
    static func whole(_ text: UnsafeRawBufferPointer, allowingFraction: Bool = false) -> Int64? {
        var value: Int64 = 0
        var digits = 0
        var index = 0
        let isNegative = text.first == UInt8(ascii: "-")
        if isNegative { index = 1 }
        while index < text.count, ASCII.isDigit(text[index]) {
            let (shifted, isLarge) = value.multipliedReportingOverflow(by: 10)
            let (next, isLarger) = shifted.subtractingReportingOverflow(Int64(text[index] & 15))
            guard !isLarge, !isLarger else { return nil }
            value = next
            digits += 1
            index += 1
        }
        guard digits > 0 else { return nil }
        if index < text.count {
            guard allowingFraction, text[index] == UInt8(ascii: "."), text[(index + 1)...].allSatisfy(ASCII.isDigit) else { return nil }
            // Below a whole number that is negative lies the one before it.
            let isWhole = text[(index + 1)...].allSatisfy { $0 == 48 }
            if isNegative, !isWhole {
                let (below, isTooLow) = value.subtractingReportingOverflow(1)
                return isTooLow ? nil : below
            }
        }
        return isNegative ? value : value == .min ? nil : -value
    }

    /// The multiple of `step` at or below a number; nil when there is none in 64 bits.
    static func floor(_ value: Int64, to step: Int) -> Int64? {
        guard step > 0 else { return nil }
        let rest = value % Int64(step)
        let (low, isTooLow) = value.subtractingReportingOverflow(rest < 0 ? rest + Int64(step) : rest)
        return isTooLow ? nil : low
    }

    static func append(_ value: Int64, to output: MaskOutput) {
        if value < 0 { output.append(UInt8(ascii: "-")) }
        let magnitude = value.magnitude
        var divisor: UInt64 = 1
        while magnitude / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            output.append(UInt8(48 + magnitude / divisor % 10))
            divisor /= 10
        }
    }
}
