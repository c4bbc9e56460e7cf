// PostgreSQL's binary numbers as decimal text, so that value masks see the digits that a person would.

/// Writes the decimal text of a binary cell. All return false for bytes that are not such a number; what was appended is then of no use.
enum BinaryNumbers {
    /// `int8send`: eight bytes in network order.
    static func appendInt8(_ cell: UnsafeRawBufferPointer, to output: MaskOutput) -> Bool {
        guard cell.count == 8 else { return false }
        DecimalText.append(Int64(bigEndian: cell.loadUnaligned(as: Int64.self)), to: output)
        return true
    }

    /// `float8send`: IEEE 754. Only whole numbers that an Int64 can hold have digits worth a look; others give no text.
    static func appendFloat8(_ cell: UnsafeRawBufferPointer, to output: MaskOutput) -> Bool {
        guard cell.count == 8 else { return false }
        let value = Double(bitPattern: UInt64(bigEndian: cell.loadUnaligned(as: UInt64.self)))
        if value.magnitude < 0x1p63 { DecimalText.append(Int64(value), to: output) }
        return true
    }

    /// `numeric_send` (src/backend/utils/adt/numeric.c): count of digits, weight, sign, scale, then digits of base 10,000.
    static func appendNumeric(_ cell: UnsafeRawBufferPointer, to output: MaskOutput) -> Bool {
        guard cell.count >= 8 else { return false }
        let word = { (offset: Int) in UInt16(bigEndian: cell.loadUnaligned(fromByteOffset: offset, as: UInt16.self)) }
        let digits = Int(word(0))
        let weight = Int(Int16(bitPattern: word(2)))
        guard cell.count == 8 + 2 * digits else { return false }
        for index in 0..<digits {
            let group = word(8 + 2 * index)
            guard group < 10_000 else { return false }
            if index == 0 {
                DecimalText.append(Int64(group), to: output)
            } else {
                for divisor in Self.divisors { output.append(UInt8(48 + group / divisor % 10)) }
            }
            if index == weight, index + 1 < digits { output.append(UInt8(ascii: ".")) }
        }
        // Whole groups of zeros at the end are not sent.
        if weight >= digits { output.append(repeating: 48, count: 4 * min(weight - digits + 1, 64)) }
        return true
    }

    private static let divisors: [UInt16] = [1000, 100, 10, 1]

    /// A signed integer of two, four or eight bytes in network order.
    static func integer(_ cell: UnsafeRawBufferPointer, width: Int) -> Int64? {
        guard cell.count == width else { return nil }
        switch width {
        case 2: return Int64(Int16(bigEndian: cell.loadUnaligned(as: Int16.self)))
        case 4: return Int64(Int32(bigEndian: cell.loadUnaligned(as: Int32.self)))
        default: return Int64(bigEndian: cell.loadUnaligned(as: Int64.self))
        }
    }

    /// The low bytes of a number in network order.
    static func append(_ value: Int64, width: Int, to output: MaskOutput) {
        for index in (0..<width).reversed() { output.append(UInt8(truncatingIfNeeded: value >> Int64(index * 8))) }
    }

    /// The whole number at or below a `float8`; nil beyond 64 bits, and for what is no number.
    static func floorOfFloat8(_ cell: UnsafeRawBufferPointer) -> Int64? {
        guard cell.count == 8 else { return nil }
        let value = Double(bitPattern: UInt64(bigEndian: cell.loadUnaligned(as: UInt64.self)))
        guard value.magnitude < 0x1p62 else { return nil }
        let whole = Int64(value)
        return Double(whole) > value ? whole - 1 : whole
    }

    /// The whole number at or below a `numeric`; nil beyond sixteen digits, and for NaN and infinity.
    static func floorOfNumeric(_ cell: UnsafeRawBufferPointer) -> Int64? {
        guard cell.count >= 8 else { return nil }
        let word = { (offset: Int) in UInt16(bigEndian: cell.loadUnaligned(fromByteOffset: offset, as: UInt16.self)) }
        let count = Int(word(0))
        let weight = Int(Int16(bitPattern: word(2)))
        let isNegative = word(4) == 0x4000
        guard cell.count == 8 + 2 * count, word(4) == 0 || isNegative, weight < 4 else { return nil }
        var whole: Int64 = 0
        var hasFraction = false
        for index in 0..<count {
            let group = word(8 + 2 * index)
            guard group < 10_000 else { return nil }
            if index <= weight { whole = whole * 10_000 + Int64(group) } else { hasFraction = hasFraction || group != 0 }
        }
        for _ in 0..<max(0, weight + 1 - count) { whole *= 10_000 }
        return isNegative ? -whole - (hasFraction ? 1 : 0) : whole
    }

    /// `numeric_recv`'s form of a whole number.
    static func appendNumeric(_ value: Int64, to output: MaskOutput) {
        var groups = SIMD8<UInt16>()
        var count = 0
        var rest = value.magnitude
        while rest > 0 {
            groups[count] = UInt16(rest % 10_000)
            rest /= 10_000
            count += 1
        }
        append(Int64(count), width: 2, to: output)
        append(Int64(count == 0 ? 0 : count - 1), width: 2, to: output)
        append(value < 0 ? 0x4000 : 0, width: 2, to: output)
        append(0, width: 2, to: output)
        for index in (0..<count).reversed() { append(Int64(groups[index]), width: 2, to: output) }
    }
}
