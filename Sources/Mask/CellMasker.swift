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
    /// Cells and texts that were withheld because a search was not established: a limit was reached, or PCRE2 failed. Since the beginning.
    public var failedSearches: Int { scanner.collector.failures }
    let writer: TransformWriter
    let scanner: ValueScanner
    private let scratch = MaskOutput(capacity: 256)
    /// Where rows and COPY streams have a cell masked before they know how it is framed.
    let cell = MaskOutput(capacity: 256)

    public convenience init(plan: MaskPlan, limits: MaskLimits = MaskLimits()) {
        self.init(plan: plan, limits: limits, usesGate: true)
    }

    init(plan: MaskPlan, limits: MaskLimits, usesGate: Bool) {
        self.plan = plan
        self.limits = limits
        writer = TransformWriter(hashKey: plan.hashKey)
        var bounds = MatchLimits()
        bounds.steps = limits.matchSteps
        // Decimal text of a number may be longer than its binary form.
        bounds.subjectBytes = max(bounds.subjectBytes, limits.cellBytes) + 1024
        scanner = ValueScanner(plan: plan, matcher: Matcher(limits: bounds), usesGate: usesGate)
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
        guard rule.type == .text else {
            let before = output.count
            if writer.writeTyped(transform, of: cell, rule.type, rule.format, into: output) { return .replaced }
            output.truncate(to: before)
            return .null
        }
        // What such a transform keeps may hold a hit, or the part of one that no detector would know: so value masks go first.
        if transform.keepsPart, rule.scansValues {
            scratch.removeAll(keepingAtMost: limits.keptBytes)
            switch scanner.rewrite(cell, form: .plain, context: rule.context, writer: writer, into: scratch) {
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
        let context = rule.context
        switch rule.type {
        case .boolean, .int2, .int4, .date, .timestamp, .timestamptz, .uuid, .plain: return .unchanged
        case .text:
            return outcome(scanner.rewrite(cell, form: .plain, context: context, writer: writer, into: output))
        case .json:
            return scanJSON(cell, context, into: output)
        case .jsonb:
            guard rule.format == .binary else { return scanJSON(cell, context, into: output) }
            return scanBinaryJSON(cell, context, into: output)
        case .int8, .float8, .numeric:
            if rule.format == .binary { return numberMayHit(cell, rule.type, context) ? .null : .unchanged }
            return scanner.mayHit(cell, context, numbersOnly: true) ? .null : .unchanged
        case .bytea:
            if rule.format == .text, hexMayHit(cell, context) { return .null }
            return scanner.mayHit(cell, context) ? .null : .unchanged
        case .structured where rule.format == .text:
            return outcome(scanner.rewrite(cell, form: .structured, context: context, writer: writer, into: output))
        case .structured, .other:
            return scanner.mayHit(cell, context) ? .null : .unchanged
        }
    }

    private func outcome(_ result: ScanResult) -> CellOutcome {
        switch result {
        case .clean: .unchanged
        case .rewritten: .replaced
        case .withheld: .null
        }
    }

    /// JSON is rewritten within strings. Escapes are looked through; a hit that would cut one in two withholds the whole.
    private func scanJSON(_ text: UnsafeRawBufferPointer, _ context: ColumnContext, into output: MaskOutput) -> CellOutcome {
        outcome(scanner.rewrite(text, form: .json, context: context, writer: writer, into: output))
    }

    /// `jsonb_send`: a version byte, 1, then the text. Another version is not known, so it is withheld.
    private func scanBinaryJSON(_ cell: UnsafeRawBufferPointer, _ context: ColumnContext, into output: MaskOutput) -> CellOutcome {
        guard let version = cell.first, version == 1 else { return .null }
        let before = output.count
        output.append(version)
        let result = scanJSON(UnsafeRawBufferPointer(rebasing: cell[1...]), context, into: output)
        if result != .replaced { output.truncate(to: before) }
        return result
    }

    /// True also for bytes that are not such a number: what cannot be read is withheld.
    private func numberMayHit(_ cell: UnsafeRawBufferPointer, _ type: MaskedType, _ context: ColumnContext) -> Bool {
        scratch.removeAll(keepingAtMost: limits.keptBytes)
        let isNumber =
            type == .int8 ? BinaryNumbers.appendInt8(cell, to: scratch)
            : type == .float8 ? BinaryNumbers.appendFloat8(cell, to: scratch) : BinaryNumbers.appendNumeric(cell, to: scratch)
        return !isNumber || scanner.mayHit(scratch.bytes, context, numbersOnly: true)
    }

    /// `bytea` text in hexadecimal, `\x…`: the bytes it stands for. Its escape form shows printable bytes as they are.
    private func hexMayHit(_ text: UnsafeRawBufferPointer, _ context: ColumnContext) -> Bool {
        guard text.count >= 2, text[0] == UInt8(ascii: "\\"), text[1] == UInt8(ascii: "x") else { return false }
        guard text.count % 2 == 0 else { return true }
        scratch.removeAll(keepingAtMost: limits.keptBytes)
        for index in stride(from: 2, to: text.count, by: 2) {
            guard let high = ASCII.hexDigit(text[index]), let low = ASCII.hexDigit(text[index + 1]) else { return true }
            scratch.append(high << 4 | low)
        }
        return scanner.mayHit(scratch.bytes, context)
    }
}
