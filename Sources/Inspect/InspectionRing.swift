// The memory of kept inspections: blocks one behind the other, the oldest overwritten when there is no more room.

import Machine

/// Blocks of one text and what it does, in one allocation that doubles until `limit` bytes, a power of two, and is then written
/// over from its start. A place is a number that only grows; its remainder by the size is where it lies. So a place tells by
/// itself whether it was written over, and a warm ring allocates nothing.
struct InspectionRing {
    /// What stands before a block's parts: how long they are.
    private struct Header: BitwiseCopyable {
        var messageBytes: UInt32
        var textBytes: UInt32
        var statements: UInt32
        var accesses: UInt32
        var columns: UInt32
        var names: UInt32
        var lexical: UInt64
        /// What names meant, as the inspector numbers it.
        var meaning: Int
        var constants: UInt32
        var unused: UInt32 = 0
        /// Of every inspection that is filled from it.
        var origin: UInt64
    }

    private let limit: Int
    private var memory: UnsafeMutableRawPointer
    private var size: UInt64
    /// Behind the block written last.
    private var head: UInt64 = 0
    /// Behind every block, and every buffer that takes one: parts are moved sixteen bytes at a time.
    private static let slack = 16

    init(limit: Int) {
        self.limit = limit
        size = 4_096
        memory = .allocate(byteCount: Int(size) + Self.slack, alignment: 16)
    }

    /// Gives the memory back; the ring must not be used after it.
    func free() { memory.deallocate() }

    var bytes: Int { Int(min(head, size)) }

    mutating func removeAll() { head = 0 }

    /// Whether the block that was written there is whole.
    @inline(__always) func holds(_ start: UInt64) -> Bool { head <= start &+ size }

    /// The block written at `start`, if it is still there and is this text's under this state, while names mean the same.
    @inline(__always)
    func block(
        at start: UInt64, holding message: UnsafeRawBufferPointer, _ lexical: LexicalState, names: Int
    ) -> UnsafeRawPointer? {
        guard let block = block(at: start, lexical, names: names),
            Int(block.load(as: Header.self).messageBytes) == message.count,
            Self.same(block + MemoryLayout<Header>.stride, message)
        else { return nil }
        return block
    }

    /// The block written at `start`, if it is still there and is of a text under this state, while names mean the same.
    @inline(__always) func block(at start: UInt64, _ lexical: LexicalState, names: Int) -> UnsafeRawPointer? {
        guard holds(start) else { return nil }
        let block = UnsafeRawPointer(memory) + Int(truncatingIfNeeded: start & (size &- 1))
        let header = block.load(as: Header.self)
        return header.lexical == UInt64(Self.code(lexical)) && header.meaning == names ? block : nil
    }

    /// A block's text, readable in whole sixteens of bytes, and its constants.
    @inline(__always) static func shape(_ block: UnsafeRawPointer) -> (
        text: UnsafeRawBufferPointer, constants: UnsafeBufferPointer<Shape.Constant>
    ) {
        let header = block.load(as: Header.self)
        let text = block + MemoryLayout<Header>.stride
        let constants = (text + rounded(Int(header.messageBytes))).assumingMemoryBound(to: Shape.Constant.self)
        return (
            UnsafeRawBufferPointer(start: text, count: Int(header.messageBytes)),
            UnsafeBufferPointer(start: constants, count: Int(header.constants))
        )
    }

    /// Fills an empty inspection from a block.
    @inline(__always) static func give(_ block: UnsafeRawPointer, to inspection: Inspection) {
        let header = block.load(as: Header.self)
        var part = block + MemoryLayout<Header>.stride + rounded(Int(header.messageBytes))
        part += rounded(Int(header.constants) &* MemoryLayout<Shape.Constant>.stride)
        inspection.text.append(sixteens: part, count: Int(header.textBytes))
        part += rounded(Int(header.textBytes))
        inspection.statements.append(sixteens: part, count: Int(header.statements))
        part += rounded(Int(header.statements) &* MemoryLayout<Statement>.stride)
        inspection.accesses.append(sixteens: part, count: Int(header.accesses))
        part += rounded(Int(header.accesses) &* MemoryLayout<Access>.stride)
        inspection.columns.append(sixteens: part, count: Int(header.columns))
        part += rounded(Int(header.columns) &* MemoryLayout<ColumnUse>.stride)
        inspection.names.append(sixteens: part, count: Int(header.names))
        inspection.origin = header.origin
    }

    /// Writes a block; where it begins, or nil when it would take too much of the ring.
    /// - Parameter constants: of a text that stands for those with other constants too; empty for one that is only itself.
    mutating func keep(
        _ message: UnsafeRawBufferPointer, _ lexical: LexicalState, names: Int, _ inspection: Inspection,
        constants: UnsafeBufferPointer<Shape.Constant> = UnsafeBufferPointer(start: nil, count: 0)
    ) -> UInt64? {
        let length =
            MemoryLayout<Header>.stride + Self.rounded(message.count) + Self.rounded(inspection.text.count)
            + Self.rounded(constants.count * MemoryLayout<Shape.Constant>.stride)
            + Self.rounded(inspection.statements.count * MemoryLayout<Statement>.stride)
            + Self.rounded(inspection.accesses.count * MemoryLayout<Access>.stride)
            + Self.rounded(inspection.columns.count * MemoryLayout<ColumnUse>.stride)
            + Self.rounded(inspection.names.count * MemoryLayout<TextRef>.stride)
        guard length <= limit / 4, let start = place(UInt64(length)) else { return nil }
        let block = memory + Int(start & (size - 1))
        block.storeBytes(
            of: Header(
                messageBytes: UInt32(message.count), textBytes: UInt32(inspection.text.count),
                statements: UInt32(inspection.statements.count), accesses: UInt32(inspection.accesses.count),
                columns: UInt32(inspection.columns.count), names: UInt32(inspection.names.count),
                lexical: UInt64(Self.code(lexical)), meaning: names, constants: UInt32(constants.count),
                origin: Inspection.newOrigin()), as: Header.self)
        var part = block + MemoryLayout<Header>.stride
        part = Self.copy(message, to: part)
        part = Self.copy(UnsafeRawBufferPointer(constants), to: part)
        part = Self.copy(UnsafeRawBufferPointer(inspection.text.buffer), to: part)
        part = Self.copy(UnsafeRawBufferPointer(inspection.statements.buffer), to: part)
        part = Self.copy(UnsafeRawBufferPointer(inspection.accesses.buffer), to: part)
        part = Self.copy(UnsafeRawBufferPointer(inspection.columns.buffer), to: part)
        _ = Self.copy(UnsafeRawBufferPointer(inspection.names.buffer), to: part)
        return start
    }

    /// Room for a block, which lies in one piece.
    private mutating func place(_ length: UInt64) -> UInt64? {
        while head + length > size, size < UInt64(limit) { grow() }
        if head & (size - 1) + length > size { head = (head + size) & ~(size - 1) }
        let start = head
        head += length
        return start
    }

    /// Before the end was reached once, every place is where its number says, also in more memory.
    private mutating func grow() {
        let larger = UnsafeMutableRawPointer.allocate(byteCount: Int(size) * 2 + Self.slack, alignment: 16)
        larger.copyMemory(from: memory, byteCount: Int(min(head, size)))
        memory.deallocate()
        memory = larger
        size *= 2
    }

    private static func copy(_ bytes: UnsafeRawBufferPointer, to part: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
        if let base = bytes.baseAddress, bytes.count > 0 { part.copyMemory(from: base, byteCount: bytes.count) }
        return part + rounded(bytes.count)
    }

    @inline(__always) private static func rounded(_ bytes: Int) -> Int { (bytes &+ 15) & ~15 }

    @inline(__always) static func code(_ lexical: LexicalState) -> UInt8 {
        let encoding: UInt8 =
            switch lexical.encoding {
            case .utf8: 0
            case .singleByte: 2
            case .unsafe: 4
            }
        return encoding | (lexical.standardConformingStrings ? 1 : 0) | (lexical.foldsBeyondASCII ? 8 : 0)
    }

    @inline(__always) private static func same(_ kept: UnsafeRawPointer, _ message: UnsafeRawBufferPointer) -> Bool {
        guard let base = message.baseAddress else { return false }
        let count = message.count
        var difference: UInt64 = 0
        var at = 0
        while at &+ 16 <= count {
            difference |= word(kept, at) ^ word(base, at) | word(kept, at &+ 8) ^ word(base, at &+ 8)
            at &+= 16
        }
        if count >= 16 {
            difference |= word(kept, count &- 16) ^ word(base, count &- 16) | word(kept, count &- 8) ^ word(base, count &- 8)
        } else {
            while at < count {
                difference |= UInt64(kept.load(fromByteOffset: at, as: UInt8.self) ^ base.load(fromByteOffset: at, as: UInt8.self))
                at &+= 1
            }
        }
        return difference == 0
    }

    @inline(__always) private static func word(_ bytes: UnsafeRawPointer, _ at: Int) -> UInt64 {
        bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)
    }
}
