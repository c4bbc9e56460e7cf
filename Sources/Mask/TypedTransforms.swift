// Transforms of numbers, dates and UUIDs, which stay values of their type in both formats of the wire.

extension TransformWriter {
    /// Appends what a transform makes of a cell that is no text. False where it has no value of the type: then the cell becomes NULL.
    func writeTyped(
        _ transform: MaskTransform, of cell: UnsafeRawBufferPointer, _ type: MaskedType, _ format: WireFormat, into output: MaskOutput
    ) -> Bool {
        switch type {
        case .int2, .int4, .int8: return writeInteger(transform, of: cell, type, format, into: output)
        case .float8, .numeric: return writeNumber(transform, of: cell, type, format, into: output)
        case .date, .timestamp, .timestamptz:
            guard transform == .year else { return false }
            return format == .binary ? writeBinaryYear(cell, type, into: output) : writeTextYear(cell, type, into: output)
        case .uuid: return writeUUID(transform, of: cell, format, into: output)
        case .boolean:
            guard transform == .zero else { return false }
            output.append(format == .binary ? 0 : UInt8(ascii: "f"))
            return true
        case .text, .json, .jsonb, .bytea, .structured, .plain, .other: return false
        }
    }

    private static func bytes(of type: MaskedType) -> Int { type == .int2 ? 2 : type == .int4 ? 4 : 8 }

    private func writeInteger(
        _ transform: MaskTransform, of cell: UnsafeRawBufferPointer, _ type: MaskedType, _ format: WireFormat, into output: MaskOutput
    ) -> Bool {
        let width = Self.bytes(of: type)
        let given = format == .binary ? BinaryNumbers.integer(cell, width: width) : DecimalText.whole(cell)
        guard let value = given else { return false }
        let masked: Int64
        switch transform {
        case .zero: masked = 0
        case .range(let step):
            guard let low = DecimalText.floor(value, to: step), low >= -1 << Int64(width * 8 - 1) else { return false }
            masked = low
        case .tokenize:
            // By the number, so that both formats give the same token; within what every reader of the type can hold.
            let isSeeded = withUnsafeBytes(of: value.bigEndian) { seed($0) }
            guard isSeeded else { return false }
            masked = Int64(token() % (UInt64(1) << UInt64(width * 8 - 1)))
        case .null, .redact, .hash, .year, .domain, .partial: return false
        }
        if format == .binary { BinaryNumbers.append(masked, width: width, to: output) } else { DecimalText.append(masked, to: output) }
        return true
    }

    private func token() -> UInt64 { (0..<8).reduce(0) { $0 << 8 | UInt64(code[$1]) } }

    private func writeNumber(
        _ transform: MaskTransform, of cell: UnsafeRawBufferPointer, _ type: MaskedType, _ format: WireFormat, into output: MaskOutput
    ) -> Bool {
        let masked: Int64
        switch transform {
        case .zero: masked = 0
        case .range(let step):
            let given =
                format == .text ? DecimalText.whole(cell, allowingFraction: true)
                : type == .float8 ? BinaryNumbers.floorOfFloat8(cell) : BinaryNumbers.floorOfNumeric(cell)
            guard let value = given, let low = DecimalText.floor(value, to: step) else { return false }
            masked = low
        case .null, .redact, .hash, .tokenize, .year, .domain, .partial: return false
        }
        if format == .text {
            DecimalText.append(masked, to: output)
        } else if type == .float8 {
            let bits = Double(masked).bitPattern
            for shift in stride(from: UInt64(56), through: 0, by: -8) { output.append(UInt8(truncatingIfNeeded: bits >> shift)) }
        } else {
            BinaryNumbers.appendNumeric(masked, to: output)
        }
        return true
    }

    /// `date_send`: days since 2000-01-01; `timestamp_send`: microseconds since then. Infinity has no year.
    private func writeBinaryYear(_ cell: UnsafeRawBufferPointer, _ type: MaskedType, into output: MaskOutput) -> Bool {
        let width = type == .date ? 4 : 8
        guard let value = BinaryNumbers.integer(cell, width: width) else { return false }
        guard value != (width == 4 ? Int64(Int32.max) : .max), value != (width == 4 ? Int64(Int32.min) : .min) else { return false }
        let unit: Int64 = width == 4 ? 1 : 86_400_000_000
        guard let start = DecimalText.floor(value, to: Int(unit)) else { return false }
        let (first, isTooLow) = CivilDate.firstDay(ofYearOf: start / unit).multipliedReportingOverflow(by: unit)
        guard !isTooLow, width == 8 || Int32(exactly: first) != nil else { return false }
        BinaryNumbers.append(first, width: width, to: output)
        return true
    }

    /// ISO's form, PostgreSQL's default: `1985-03-12`, `1985-03-12 10:00:00+01`. Any other form, and years before Christ, are NULL.
    private func writeTextYear(_ cell: UnsafeRawBufferPointer, _ type: MaskedType, into output: MaskOutput) -> Bool {
        let digits = cell.prefix { ASCII.isDigit($0) }.count
        guard (4...6).contains(digits), digits + 3 <= cell.count, cell[digits] == UInt8(ascii: "-"),
            ASCII.isDigit(cell[digits + 1]), ASCII.isDigit(cell[digits + 2]), cell.last != UInt8(ascii: "C")
        else { return false }
        output.append(UnsafeRawBufferPointer(rebasing: cell[..<digits]))
        output.append(type == .date ? "-01-01" : type == .timestamp ? "-01-01 00:00:00" : "-01-01 00:00:00+00")
        return true
    }

    private func writeUUID(
        _ transform: MaskTransform, of cell: UnsafeRawBufferPointer, _ format: WireFormat, into output: MaskOutput
    ) -> Bool {
        guard transform == .zero || transform == .tokenize else { return false }
        return withUnsafeTemporaryAllocation(byteCount: 16, alignment: 8) { value in
            guard format == .binary ? Self.copy(cell, to: value) : Self.read(cell, to: value) else { return false }
            if transform == .tokenize {
                guard seed(UnsafeRawBufferPointer(value)) else { return false }
                for index in 0..<16 { value[index] = code[index] }
                // RFC 9562 section 5.8: version 8, of whoever made it.
                value[6] = value[6] & 0x0f | 0x80
                value[8] = value[8] & 0x3f | 0x80
            } else {
                for index in 0..<16 { value[index] = 0 }
            }
            guard format == .text else {
                output.append(UnsafeRawBufferPointer(value))
                return true
            }
            for index in 0..<16 {
                if [4, 6, 8, 10].contains(index) { output.append(UInt8(ascii: "-")) }
                output.append(Self.digit(value[index] >> 4))
                output.append(Self.digit(value[index] & 15))
            }
            return true
        }
    }

    private static func copy(_ cell: UnsafeRawBufferPointer, to value: UnsafeMutableRawBufferPointer) -> Bool {
        guard cell.count == 16 else { return false }
        value.copyMemory(from: cell)
        return true
    }

    /// `uuid_out`: 32 hexadecimal digits, dashes between them.
    private static func read(_ cell: UnsafeRawBufferPointer, to value: UnsafeMutableRawBufferPointer) -> Bool {
        var digits = 0
        for byte in cell where byte != UInt8(ascii: "-") {
            guard digits < 32, let digit = ASCII.hexDigit(byte) else { return false }
            value[digits / 2] = digits % 2 == 0 ? digit << 4 : value[digits / 2] | digit
            digits += 1
        }
        return digits == 32
    }
}

/// The Gregorian calendar in days since 2000-01-01.
enum CivilDate {
    private static let daysIn400Years: Int64 = 146_097

    /// The first of January of the year that a day lies in.
    static func firstDay(ofYearOf day: Int64) -> Int64 {
        // 2000-01-01 begins a cycle of 400 years.
        var cycle = day / daysIn400Years
        var rest = day % daysIn400Years
        if rest < 0 {
            rest += daysIn400Years
            cycle -= 1
        }
        var year = rest / 366
        while firstDay(ofYear: year + 1) <= rest { year += 1 }
        return cycle * daysIn400Years + firstDay(ofYear: year)
    }

    /// Of a year 0 to 400 of a cycle that begins with a leap year.
    private static func firstDay(ofYear year: Int64) -> Int64 {
        guard year > 0 else { return 0 }
        let before = year - 1
        return year * 365 + before / 4 - before / 100 + 1
    }
}
