// COPY in text and CSV: lines into fields, fields through masks, fields into lines.

/// Reads one COPY of text or CSV format. Holds at most one field.
final class CopyLineReader {
    private enum State {
        /// Nothing of the field has come.
        case fieldStart
        case plain
        /// Text: after a backslash.
        case escaped
        /// CSV: within quotes.
        case quoted
        /// CSV: within quotes, after the escape character where that is not the quote.
        case quotedEscape
        /// CSV: after a quote that ends the field, or begins a doubled one.
        case quoteSeen
    }

    private let masker: CellMasker
    private let layout: CopyLayout
    private let rules: [CellRule]
    private let isCSV: Bool
    /// The field as it stands on the wire.
    private let raw = MaskOutput(capacity: 256)
    private let decoded = MaskOutput(capacity: 256)
    private let longestRaw: Int

    private var state = State.fieldStart
    private var column = 0
    private var isHeader: Bool
    private var wasQuoted = false
    private var isTooLong = false
    private var offset = 0

    /// Whether nothing of an unfinished line has come.
    var isAtLineStart: Bool { state == .fieldStart && column == 0 }

    init(_ masker: CellMasker, _ layout: CopyLayout, _ rules: [CellRule]) {
        self.masker = masker
        self.layout = layout
        self.rules = rules
        isCSV = layout.format == .csv
        isHeader = layout.hasHeader
        // A byte may need four on the wire (an octal escape).
        longestRaw = min(masker.limits.cellBytes, 1 << 30) * 4 + 2
    }

    func read(_ piece: UnsafeRawBufferPointer, into output: MaskOutput) throws(MaskError) {
        var index = 0
        while index < piece.count {
            let run = plainRun(in: piece, from: index)
            if run > 0 {
                hold(UnsafeRawBufferPointer(rebasing: piece[index..<(index + run)]), output)
            } else {
                try take(piece[index], into: output)
            }
            index += max(run, 1)
            offset += max(run, 1)
        }
    }

    /// How many bytes from `start` leave the state as it is: they are taken at once.
    private func plainRun(in piece: UnsafeRawBufferPointer, from start: Int) -> Int {
        let first: UInt8
        let second: UInt8
        let third: UInt8
        switch state {
        case .plain: (first, second, third) = (layout.delimiter, 10, isCSV ? layout.quote : UInt8(ascii: "\\"))
        case .quoted: (first, second, third) = (layout.quote, layout.escape, layout.escape)
        case .fieldStart, .escaped, .quotedEscape, .quoteSeen: return 0
        }
        var end = start
        while end < piece.count, piece[end] != first, piece[end] != second, piece[end] != third { end += 1 }
        return end - start
    }

    /// A header has names, not values; a column beyond the rules is an error that is found at the line's end.
    private var isMasked: Bool { !isHeader && column < rules.count && !rules[column].isPass }

    private func take(_ byte: UInt8, into output: MaskOutput) throws(MaskError) {
        guard !rules.isEmpty || byte == 10 else { throw .cellCount(expected: 0, found: 1) }
        switch state {
        case .fieldStart, .plain:
            if byte == layout.delimiter { return try endField(byte, into: output) }
            if byte == 10 { return try endLine(into: output) }
            if isCSV, byte == layout.quote {
                // The server quotes whole fields; a quote within one could be read in more than one way.
                guard state == .fieldStart else { throw .malformedCopy(offset: offset) }
                wasQuoted = true
                state = .quoted
            } else if !isCSV, byte == UInt8(ascii: "\\") {
                state = .escaped
            } else {
                state = .plain
            }
        case .escaped:
            // A line may not end within an escape, and `\.` is the end marker of files and of protocol 2: no server sends it here.
            guard byte != 10, byte != UInt8(ascii: ".") else { throw .malformedCopy(offset: offset) }
            state = .plain
        case .quoted:
            if byte == layout.quote {
                state = .quoteSeen
            } else if byte == layout.escape {
                state = .quotedEscape
            }
        case .quotedEscape:
            state = .quoted
        case .quoteSeen:
            if byte == layout.delimiter { return try endField(byte, into: output) }
            if byte == 10 { return try endLine(into: output) }
            guard byte == layout.quote, layout.escape == layout.quote else { throw .malformedCopy(offset: offset) }
            state = .quoted
        }
        hold(byte, output)
    }

    private func hold(_ byte: UInt8, _ output: MaskOutput) {
        withUnsafeBytes(of: byte) { hold($0, output) }
    }

    private func hold(_ bytes: UnsafeRawBufferPointer, _ output: MaskOutput) {
        guard isMasked else { return output.append(bytes) }
        guard bytes.count <= longestRaw - raw.count else {
            isTooLong = true
            return
        }
        raw.append(bytes)
    }

    private func endField(_ delimiter: UInt8, into output: MaskOutput) throws(MaskError) {
        guard column + 1 < rules.count else { throw .cellCount(expected: rules.count, found: column + 2) }
        finishField(into: output)
        output.append(delimiter)
        column += 1
    }

    private func endLine(into output: MaskOutput) throws(MaskError) {
        // A COPY of no columns has empty lines.
        guard column + 1 == rules.count || rules.isEmpty else { throw .cellCount(expected: rules.count, found: column + 1) }
        finishField(into: output)
        output.append(10)
        column = 0
        isHeader = false
        state = .fieldStart
    }

    private func finishField(into output: MaskOutput) {
        defer {
            state = .fieldStart
            wasQuoted = false
            isTooLong = false
            raw.removeAll(keepingAtMost: masker.limits.keptBytes)
        }
        guard isMasked else { return }
        guard !isTooLong else { return appendNull(output) }
        if isNull { return output.append(raw.bytes) }
        decoded.removeAll(keepingAtMost: masker.limits.keptBytes)
        if isCSV { decodeCSV() } else { decodeText() }
        masker.cell.removeAll(keepingAtMost: masker.limits.keptBytes)
        switch masker.mask(decoded.bytes, rules[column], into: masker.cell) {
        case .unchanged: output.append(raw.bytes)
        case .null: appendNull(output)
        case .replaced:
            if isCSV { encodeCSV(masker.cell.bytes, into: output) } else { encodeText(masker.cell.bytes, into: output) }
        }
    }

    /// Text format writes a value that equals a chosen NULL text as it writes NULL. Then it is taken as a value: else who chooses
    /// `null 'jane@acme.io'` would be shown which rows have it. `\N` cannot be a value, CSV quotes such a value, and the empty text
    /// gives away nothing.
    private var isNull: Bool {
        let isCertain = isCSV ? !wasQuoted : layout.null.isEmpty || layout.null == [UInt8(ascii: "\\"), UInt8(ascii: "N")]
        return isCertain && raw.bytes.elementsEqual(layout.null)
    }

    private func appendNull(_ output: MaskOutput) {
        layout.null.withUnsafeBytes { output.append($0) }
    }

    /// `CopyReadAttributesText`: a backslash, then a letter, up to three octal or two hexadecimal digits, or any character for itself.
    private func decodeText() {
        let raw = raw.bytes
        var index = 0
        while index < raw.count {
            guard raw[index] == UInt8(ascii: "\\"), index + 1 < raw.count else {
                decoded.append(raw[index])
                index += 1
                continue
            }
            let escape = raw[index + 1]
            index += 2
            switch escape {
            case UInt8(ascii: "b"): decoded.append(8)
            case UInt8(ascii: "f"): decoded.append(12)
            case UInt8(ascii: "n"): decoded.append(10)
            case UInt8(ascii: "r"): decoded.append(13)
            case UInt8(ascii: "t"): decoded.append(9)
            case UInt8(ascii: "v"): decoded.append(11)
            case 48...55:
                var value = escape & 7
                let end = min(index + 2, raw.count)
                while index < end, (48...55).contains(raw[index]) {
                    value = value << 3 | raw[index] & 7
                    index += 1
                }
                decoded.append(value)
            case UInt8(ascii: "x") where index < raw.count && ASCII.hexDigit(raw[index]) != nil:
                var value: UInt8 = 0
                let end = min(index + 2, raw.count)
                while index < end, let digit = ASCII.hexDigit(raw[index]) {
                    value = value << 4 | digit
                    index += 1
                }
                decoded.append(value)
            default: decoded.append(escape)
            }
        }
    }

    /// As `CopyAttributeOutText` writes a value.
    private func encodeText(_ value: UnsafeRawBufferPointer, into output: MaskOutput) {
        for byte in value {
            let letter: UInt8
            switch byte {
            case 8: letter = UInt8(ascii: "b")
            case 12: letter = UInt8(ascii: "f")
            case 10: letter = UInt8(ascii: "n")
            case 13: letter = UInt8(ascii: "r")
            case 9: letter = UInt8(ascii: "t")
            case 11: letter = UInt8(ascii: "v")
            case UInt8(ascii: "\\"), layout.delimiter: letter = byte
            default:
                output.append(byte)
                continue
            }
            output.append(UInt8(ascii: "\\"))
            output.append(letter)
        }
    }

    private func decodeCSV() {
        let raw = raw.bytes
        guard wasQuoted else { return decoded.append(raw) }
        // Between the first quote and the last.
        var index = 1
        while index < raw.count - 1 {
            let escapes = raw[index] == layout.escape && (raw[index + 1] == layout.quote || raw[index + 1] == layout.escape)
            if escapes, index + 1 < raw.count - 1 { index += 1 }
            decoded.append(raw[index])
            index += 1
        }
    }

    /// As `CopyAttributeOutCSV` writes a value; quoted also where the original was, so that FORCE_QUOTE holds.
    private func encodeCSV(_ value: UnsafeRawBufferPointer, into output: MaskOutput) {
        let needsQuotes =
            wasQuoted || value.elementsEqual(layout.null) || value.elementsEqual([UInt8(ascii: "\\"), UInt8(ascii: ".")])
            || value.contains { $0 == layout.delimiter || $0 == layout.quote || layout.endsLine($0) }
        guard needsQuotes else { return output.append(value) }
        output.append(layout.quote)
        for byte in value {
            if byte == layout.quote || byte == layout.escape { output.append(layout.escape) }
            output.append(byte)
        }
        output.append(layout.quote)
    }
}
