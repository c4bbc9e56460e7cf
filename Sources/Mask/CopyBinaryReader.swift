// COPY in binary: header, tuples, trailer.

/// Reads one COPY of binary format (PostgreSQL manual, COPY, "Binary Format"). Holds at most one field.
final class CopyBinaryReader {
    private enum State {
        case signature, flags, extensionLength
        case headerExtension(left: Int)
        case fieldCount, fieldLength
        /// Of a field that goes through, is dropped, or is held until it is whole.
        case passing(left: Int)
        case dropping(left: Int)
        case holding(left: Int)
        case ended
    }

    private static let signature: [UInt8] = Array("PGCOPY\n".utf8) + [0xff, 0x0d, 0x0a, 0x00]

    private let masker: CellMasker
    private let rules: [CellRule]
    private let held = MaskOutput(capacity: 256)
    private var state = State.signature
    private var column = 0
    private var offset = 0
    /// A number that is being read, and how many of its bytes have come.
    private var number: UInt32 = 0
    private var numberBytes = 0

    var isComplete: Bool { if case .ended = state { true } else { false } }

    init(_ masker: CellMasker, _ rules: [CellRule]) {
        self.masker = masker
        self.rules = rules
    }

    func read(_ piece: UnsafeRawBufferPointer, into output: MaskOutput) throws(MaskError) {
        var index = 0
        while index < piece.count {
            let used = try step(UnsafeRawBufferPointer(rebasing: piece[index...]), into: output)
            index += used
            offset += used
        }
    }

    /// Takes at least one byte, and says how many.
    private func step(_ bytes: UnsafeRawBufferPointer, into output: MaskOutput) throws(MaskError) -> Int {
        switch state {
        case .signature:
            guard bytes[0] == Self.signature[numberBytes] else { throw .malformedCopy(offset: offset) }
            output.append(bytes[0])
            numberBytes += 1
            if numberBytes == Self.signature.count {
                numberBytes = 0
                state = .flags
            }
            return 1
        case .flags, .extensionLength, .fieldCount, .fieldLength:
            try takeNumber(bytes[0], into: output)
            return 1
        case .headerExtension(let left):
            let used = pass(bytes, left, output)
            state = left == used ? .fieldCount : .headerExtension(left: left - used)
            return used
        case .passing(let left):
            let used = pass(bytes, left, output)
            if left == used { endField() } else { state = .passing(left: left - used) }
            return used
        case .dropping(let left):
            let used = min(bytes.count, left)
            if left == used { endField() } else { state = .dropping(left: left - used) }
            return used
        case .holding(let left):
            let used = pass(bytes, left, held)
            if left == used { finishHeld(into: output) } else { state = .holding(left: left - used) }
            return used
        case .ended:
            throw .malformedCopy(offset: offset)
        }
    }

    private func pass(_ bytes: UnsafeRawBufferPointer, _ left: Int, _ output: MaskOutput) -> Int {
        let used = min(bytes.count, left)
        output.append(UnsafeRawBufferPointer(rebasing: bytes[..<used]))
        return used
    }

    private func takeNumber(_ byte: UInt8, into output: MaskOutput) throws(MaskError) {
        number = number << 8 | UInt32(byte)
        numberBytes += 1
        if case .fieldCount = state {
            guard numberBytes == 2 else { return }
            try startTuple(Int16(truncatingIfNeeded: number), into: output)
        } else {
            guard numberBytes == 4 else { return }
            if case .fieldLength = state {
                try startField(Int32(bitPattern: number), into: output)
            } else {
                try takeHeader(into: output)
            }
        }
        number = 0
        numberBytes = 0
    }

    private func takeHeader(into output: MaskOutput) throws(MaskError) {
        output.append(int32: Int32(bitPattern: number))
        if case .flags = state {
            // Bits 16 to 31 are critical; bit 16 is OIDs, which no server since version 12 sends.
            guard number >> 16 == 0 else { throw .unsupportedCopyFlags(number) }
            state = .extensionLength
        } else {
            guard number <= UInt32(clamping: masker.limits.copyHeaderBytes) else { throw .malformedCopy(offset: offset) }
            state = number == 0 ? .fieldCount : .headerExtension(left: Int(number))
        }
    }

    private func startTuple(_ count: Int16, into output: MaskOutput) throws(MaskError) {
        output.append(UInt8(truncatingIfNeeded: UInt16(bitPattern: count) >> 8))
        output.append(UInt8(truncatingIfNeeded: count))
        if count == -1 {
            state = .ended
            return
        }
        guard Int(count) == rules.count else { throw .cellCount(expected: rules.count, found: Int(count)) }
        column = 0
        state = rules.isEmpty ? .fieldCount : .fieldLength
    }

    private func startField(_ length: Int32, into output: MaskOutput) throws(MaskError) {
        guard length >= -1 else { throw .malformedCopy(offset: offset) }
        let rule = rules[column]
        if length == -1 || rule.isPass {
            output.append(int32: length)
            if length > 0 { state = .passing(left: Int(length)) } else { endField() }
        } else if Int(length) > masker.limits.cellBytes {
            output.append(int32: -1)
            state = .dropping(left: Int(length))
        } else {
            held.removeAll(keepingAtMost: masker.limits.keptBytes)
            if length == 0 { finishHeld(into: output) } else { state = .holding(left: Int(length)) }
        }
    }

    private func finishHeld(into output: MaskOutput) {
        masker.cell.removeAll(keepingAtMost: masker.limits.keptBytes)
        let outcome = masker.mask(held.bytes, rules[column], into: masker.cell)
        let cell = outcome == .unchanged ? held : masker.cell
        if outcome == .null {
            output.append(int32: -1)
        } else {
            output.append(int32: Int32(truncatingIfNeeded: cell.count))
            output.append(cell.bytes)
        }
        endField()
    }

    private func endField() {
        column += 1
        state = column == rules.count ? .fieldCount : .fieldLength
    }
}
