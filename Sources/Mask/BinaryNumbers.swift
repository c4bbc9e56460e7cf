// PostgreSQL's binary numbers as decimal text, so that value masks see the digits that a person would.

/// Writes the decimal text of a binary cell. All return false for bytes that are not such a number; what was appended is then of no use.
enum BinaryNumbers {
    /// `int8send`: eight bytes in network order.
    static func appendInt8(_ cell: UnsafeRawBufferPointer, to output: MaskOutput) -> Bool {
        guard cell.count == 8 else { return false }
        append(Int64(bigEndian: cell.loadUnaligned(as: Int64.self)), to: output)
        return true
    }

    /// `float8send`: IEEE 754. Only whole numbers that an Int64 can hold have digits worth a look; others give no text.
    static func appendFloat8(_ cell: UnsafeRawBufferPointer, to output: MaskOutput) -> Bool {
        guard cell.count == 8 else { return false }
        let value = Double(bitPattern: UInt64(bigEndian: cell.loadUnaligned(as: UInt64.self)))
        if value.magnitude < 0x1p63 { append(Int64(value), to: output) }
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
                append(Int64(group), to: output)
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

    private static func append(_ value: Int64, to output: MaskOutput) {
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
