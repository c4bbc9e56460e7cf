// Masks the cells of a PostgreSQL DataRow.

/// Whether a row was changed.
public enum RowOutcome: Equatable, Sendable {
    /// Forward the row as it came; nothing was appended.
    case unchanged
    /// Forward what was appended to the output instead.
    case rewritten
}

/// Masks DataRow bodies. A view on a session's `CellMasker`; not thread-safe.
public struct DataRowMasker {
    private let masker: CellMasker

    public init(_ masker: CellMasker) { self.masker = masker }

    /// Masks a DataRow's body: the message without type and length (PostgreSQL manual, "Message Formats"): an Int16 count, then for
    /// each cell an Int32 length, -1 for NULL, and its bytes. There must be one rule for each cell. On `rewritten` the whole new body
    /// was appended to `output`; on `unchanged` and on an error nothing was. `body` must not lie in `output`.
    public func mask(
        _ body: UnsafeRawBufferPointer, rules: [CellRule], into output: MaskOutput
    ) throws(MaskError) -> RowOutcome {
        guard body.count >= 2 else { throw .malformedRow(offset: 0) }
        let count = Int(UInt16(bigEndian: body.loadUnaligned(as: UInt16.self)))
        guard count == rules.count else { throw .cellCount(expected: rules.count, found: count) }
        let before = output.count
        var offset = 2
        /// Up to here the row is in the output, or is still to be copied as it is.
        var copied = 0
        var isChanged = false
        for index in 0..<count {
            guard let cell = Self.cell(of: body, at: offset) else {
                output.truncate(to: before)
                throw .malformedRow(offset: offset)
            }
            let next = offset + 4 + (cell?.count ?? 0)
            if !rules[index].isPass, cell != nil {
                let masked = masker.cell
                masked.removeAll(keepingAtMost: masker.limits.keptBytes)
                let outcome = masker.mask(cell, rules[index], into: masked)
                if outcome != .unchanged {
                    output.append(UnsafeRawBufferPointer(rebasing: body[copied..<offset]))
                    output.append(int32: outcome == .null ? -1 : Int32(truncatingIfNeeded: masked.count))
                    if outcome == .replaced { output.append(masked.bytes) }
                    copied = next
                    isChanged = true
                }
            }
            offset = next
        }
        guard offset == body.count else {
            output.truncate(to: before)
            throw .malformedRow(offset: offset)
        }
        guard isChanged else { return .unchanged }
        output.append(UnsafeRawBufferPointer(rebasing: body[copied...]))
        return .rewritten
    }

    /// The cell at an offset: nil when there is none, `.some(nil)` when it is NULL.
    private static func cell(of body: UnsafeRawBufferPointer, at offset: Int) -> UnsafeRawBufferPointer?? {
        guard body.count - offset >= 4 else { return nil }
        let length = Int(Int32(bigEndian: body.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
        if length == -1 { return .some(nil) }
        guard length >= 0, body.count - offset - 4 >= length else { return nil }
        return .some(UnsafeRawBufferPointer(rebasing: body[(offset + 4)..<(offset + 4 + length)]))
    }
}
