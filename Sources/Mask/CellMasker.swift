// Masks one cell: the column's transform, then the value masks, within what its type and format can hold.
import Patterns

/// What became of a cell.
public enum CellOutcome: UInt8, Equatable, Sendable {
    /// It goes out as it came.
    case unchanged
    /// It goes out as NULL.
    case null
    /// Its new bytes, in the same type and format, were appended to the output.
    case replaced
}

/// Masks cells under one plan. One for each session: it keeps buffers and PCRE2's memory, and once warm a cell allocates nothing
/// (but for `hash`, for which libcrypto does). Not thread-safe.
public final class CellMasker {
    public let plan: MaskPlan
    public let limits: MaskLimits
    let writer: TransformWriter
    let scanner: ValueScanner
    private let scratch = MaskOutput(capacity: 256)
    /// Where rows and COPY streams have a cell masked before they know how it is framed.
    let cell = MaskOutput(capacity: 256)

    public init(plan: MaskPlan, limits: MaskLimits = MaskLimits()) {
        self.plan = plan
        self.limits = limits
        writer = TransformWriter(hashKey: plan.hashKey)
        var bounds = MatchLimits()
        // Decimal text of a number may be longer than its binary form.
        bounds.subjectBytes = max(bounds.subjectBytes, limits.cellBytes) + 1024
        scanner = ValueScanner(plan: plan, matcher: Matcher(limits: bounds))
    }

    /// Masks a cell; nil is SQL NULL and stays so. Only on `replaced` is something appended to `output`. `cell` must not lie in `output`.
    /// Cost: proportional to the cell's length for each value mask.
    public func mask(_ cell: UnsafeRawBufferPointer?, _ rule: CellRule, into output: MaskOutput) -> CellOutcome {
        guard let cell, !rule.isPass else { return .unchanged }
        guard cell.count <= limits.cellBytes else { return .null }
        switch rule.treatment {
        case .whole: return .null
        case .pass: return scan(cell, rule, into: output)
        case .transform(let transform): return apply(transform, to: cell, rule, into: output)
        }
    }

    private func apply(
        _ transform: MaskTransform, to cell: UnsafeRawBufferPointer, _ rule: CellRule, into output: MaskOutput
    ) -> CellOutcome {
        switch rule.type {
        case .json, .jsonb, .int8, .float8, .numeric, .bytea, .other: return .null
        case .text: break
        }
        // What `partial` keeps may hold a hit, or the part of one that no detector would know: so value masks go first.
        if case .partial = transform, rule.scansValues {
            scratch.removeAll(keepingAtMost: limits.keptBytes)
            switch scanner.rewrite(cell, form: .plain, writer: writer, into: scratch) {
            case .withheld: return .null
            case .rewritten: return writer.write(transform, of: scratch.bytes, into: output) ? .replaced : .null
            case .clean: break
            }
        }
        let before = output.count
        guard writer.write(transform, of: cell, into: output) else {
            output.truncate(to: before)
            return .null
        }
        return .replaced
    }

    private func scan(_ cell: UnsafeRawBufferPointer, _ rule: CellRule, into output: MaskOutput) -> CellOutcome {
        switch rule.type {
        case .text:
            return outcome(scanner.rewrite(cell, form: .plain, writer: writer, into: output))
        case .json:
            return scanJSON(cell, into: output)
        case .jsonb:
            guard rule.format == .binary else { return scanJSON(cell, into: output) }
            return scanBinaryJSON(cell, into: output)
        case .int8, .float8, .numeric:
            if rule.format == .binary, numberMayHit(cell, rule.type) { return .null }
            return scanner.mayHit(cell) ? .null : .unchanged
        case .bytea:
            if rule.format == .text, hexMayHit(cell) { return .null }
            return scanner.mayHit(cell) ? .null : .unchanged
        case .other:
            return scanner.mayHit(cell) ? .null : .unchanged
        }
    }

    private func outcome(_ result: ScanResult) -> CellOutcome {
        switch result {
        case .clean: .unchanged
        case .rewritten: .replaced
        case .withheld: .null
        }
    }

    /// JSON is rewritten within strings. Where it has escapes, which can hide a value, a hit in it or in its decoded form withholds it.
    private func scanJSON(_ text: UnsafeRawBufferPointer, into output: MaskOutput) -> CellOutcome {
        guard text.contains(UInt8(ascii: "\\")) else {
            return outcome(scanner.rewrite(text, form: .json, writer: writer, into: output))
        }
        if scanner.mayHit(text) { return .null }
        scratch.removeAll(keepingAtMost: limits.keptBytes)
        JSONEscapes.append(text, decodedTo: scratch)
        return scanner.mayHit(scratch.bytes) ? .null : .unchanged
    }

    /// `jsonb_send`: a version byte, 1, then the text. Another version is not known, so it is withheld.
    private func scanBinaryJSON(_ cell: UnsafeRawBufferPointer, into output: MaskOutput) -> CellOutcome {
        guard let version = cell.first, version == 1 else { return .null }
        let before = output.count
        output.append(version)
        let result = scanJSON(UnsafeRawBufferPointer(rebasing: cell[1...]), into: output)
        if result != .replaced { output.truncate(to: before) }
        return result
    }

    /// True also for bytes that are not such a number: what cannot be read is withheld.
    private func numberMayHit(_ cell: UnsafeRawBufferPointer, _ type: MaskedType) -> Bool {
        scratch.removeAll(keepingAtMost: limits.keptBytes)
        let isNumber: Bool
        switch type {
        case .int8: isNumber = BinaryNumbers.appendInt8(cell, to: scratch)
        case .float8: isNumber = BinaryNumbers.appendFloat8(cell, to: scratch)
        case .numeric: isNumber = BinaryNumbers.appendNumeric(cell, to: scratch)
        case .text, .json, .jsonb, .bytea, .other: isNumber = false
        }
        return !isNumber || scanner.mayHit(scratch.bytes)
    }

    /// `bytea` text in hexadecimal, `\x…`: the bytes it stands for. Its escape form shows printable bytes as they are.
    private func hexMayHit(_ text: UnsafeRawBufferPointer) -> Bool {
        guard text.count >= 2, text[0] == UInt8(ascii: "\\"), text[1] == UInt8(ascii: "x") else { return false }
        guard text.count % 2 == 0 else { return true }
        scratch.removeAll(keepingAtMost: limits.keptBytes)
        for index in stride(from: 2, to: text.count, by: 2) {
            guard let high = JSONEscapes.hexDigit(text[index]), let low = JSONEscapes.hexDigit(text[index + 1]) else { return true }
            scratch.append(high << 4 | low)
        }
        return scanner.mayHit(scratch.bytes)
    }
}

/// JSON's escapes (RFC 8259 section 7), for looking at what they hide.
enum JSONEscapes {
    /// Appends text with its escapes decoded. Never fails: what is no escape is left, and half a surrogate pair becomes `?`.
    static func append(_ text: UnsafeRawBufferPointer, decodedTo output: MaskOutput) {
        var index = 0
        while index < text.count {
            let byte = text[index]
            guard byte == UInt8(ascii: "\\"), index + 1 < text.count else {
                output.append(byte)
                index += 1
                continue
            }
            let escape = text[index + 1]
            index += 2
            switch escape {
            case UInt8(ascii: "n"): output.append(10)
            case UInt8(ascii: "t"): output.append(9)
            case UInt8(ascii: "r"): output.append(13)
            case UInt8(ascii: "b"): output.append(8)
            case UInt8(ascii: "f"): output.append(12)
            case UInt8(ascii: "u"):
                var value: UInt32 = 0
                var digits = 0
                while digits < 4, index < text.count, let digit = hexDigit(text[index]) {
                    value = value << 4 | UInt32(digit)
                    digits += 1
                    index += 1
                }
                append(scalar: value, to: output)
            default: output.append(escape)
            }
        }
    }

    static func hexDigit(_ byte: UInt8) -> UInt8? {
        if ASCII.isDigit(byte) { return byte & 15 }
        let lower = byte | 32
        return lower >= 97 && lower <= 102 ? lower - 87 : nil
    }

    private static func append(scalar value: UInt32, to output: MaskOutput) {
        if value < 0x80 {
            output.append(UInt8(value))
        } else if value < 0x800 {
            output.append(UInt8(0xc0 | value >> 6))
            output.append(UInt8(0x80 | value & 63))
        } else if (0xd800...0xdfff).contains(value) {
            output.append(UInt8(ascii: "?"))
        } else {
            output.append(UInt8(truncatingIfNeeded: 0xe0 | value >> 12))
            output.append(UInt8(0x80 | value >> 6 & 63))
            output.append(UInt8(0x80 | value & 63))
        }
    }
}
