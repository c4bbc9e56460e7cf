// The first look at a file: finds bytes that no place in policy text may hold, before anything is read.

/// What the first look found.
struct TextHygiene {
    /// The refused ranges, in order, never touching each other.
    private(set) var refused: [Range<Int>] = []
    private(set) var diagnostics: [Diagnostic] = []

    private enum Fault: Hashable {
        case malformed, control, deceptive
    }

    /// Looks at every byte of a range once. It begins and ends where a line does.
    init(_ source: SourceFile, in range: Range<Int>) {
        let bytes = source.bytes
        var offset = range.lowerBound
        if offset == 0, !range.isEmpty, SourceText.isByteOrderMark(bytes, at: 0) {
            refused.append(0..<3)
            diagnostics.append(Wording.byteOrderMark(SourceSpan(file: source.index, start: 0, end: 3)))
            offset = 3
        }
        var run: (fault: Fault, start: Int, value: UInt32)?
        while offset < range.upperBound {
            let (fault, value, length) = Self.look(bytes, offset)
            if let open = run, open.fault != fault {
                close(open, at: offset, in: source)
                run = nil
            }
            if let fault, run == nil { run = (fault, offset, value) }
            offset += length
        }
        if let open = run { close(open, at: offset, in: source) }
    }

    private static func look(_ bytes: [UInt8], _ offset: Int) -> (Fault?, UInt32, Int) {
        let byte = bytes[offset]
        if byte >= 0x20 && byte < 0x7F || byte == Ascii.newline || byte == Ascii.tab { return (nil, 0, 1) }
        if byte == Ascii.carriageReturn, offset + 1 < bytes.count, bytes[offset + 1] == Ascii.newline {
            return (nil, 0, 1)
        }
        guard let scalar = SourceText.scalar(in: bytes, at: offset) else { return (.malformed, 0, 1) }
        if SourceText.isControl(scalar.value) { return (.control, scalar.value, scalar.length) }
        if SourceText.isDeceptive(scalar.value) { return (.deceptive, scalar.value, scalar.length) }
        return (nil, 0, scalar.length)
    }

    private mutating func close(_ run: (fault: Fault, start: Int, value: UInt32), at end: Int, in source: SourceFile) {
        refused.append(run.start..<end)
        guard diagnostics.count <= LanguageLimits.diagnostics else { return }
        let span = SourceSpan(file: source.index, start: run.start, end: end)
        switch run.fault {
        case .malformed: diagnostics.append(Wording.malformedUTF8(span))
        case .control: diagnostics.append(Wording.controlCharacter(span, value: run.value))
        case .deceptive: diagnostics.append(Wording.deceptiveCharacter(span, value: run.value))
        }
    }
}
