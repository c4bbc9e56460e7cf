// Names to numbers: a program's symbols in one block of bytes, found by an open-addressing hash over bytes.

/// Strings with numbers, compared byte for byte (never by Unicode equivalence). Immutable.
final class SymbolTable: Sendable {
    private let text: FixedMemory<UInt8>
    private let offsets: FixedMemory<UInt32>
    private let slots: FixedMemory<SymbolView.Slot>
    let count: Int

    /// The number of the first string that is there twice, instead of a table.
    struct Duplicate: Error { var index: Int }

    /// Numbers the strings in order. At most a quarter of the slots is used, so probes stay short.
    init(_ strings: [String]) throws(Duplicate) {
        var text: [UInt8] = []
        var offsets: [UInt32] = [0]
        offsets.reserveCapacity(strings.count + 1)
        for string in strings {
            text.append(contentsOf: string.utf8)
            offsets.append(UInt32(text.count))
        }
        var size = 16
        while size < strings.count * 4 { size *= 2 }
        var slots = [SymbolView.Slot](repeating: .init(hash: 0, symbol: SymbolView.absent), count: size)
        let duplicate = text.withUnsafeBytes { bytes in Self.fill(&slots, bytes, offsets) }
        if let duplicate { throw Duplicate(index: duplicate) }
        self.text = FixedMemory(text)
        self.offsets = FixedMemory(offsets)
        self.slots = FixedMemory(slots)
        count = strings.count
    }

    private static func fill(
        _ slots: inout [SymbolView.Slot], _ bytes: UnsafeRawBufferPointer, _ offsets: [UInt32]
    ) -> Int? {
        let mask = slots.count - 1
        for index in 0..<(offsets.count - 1) {
            let name = bytes[Int(offsets[index])..<Int(offsets[index + 1])]
            let hash = SymbolView.hash(name.baseAddress, name.count)
            var slot = Int(hash) & mask
            while slots[slot].symbol != SymbolView.absent {
                let other = Int(slots[slot].symbol)
                if slots[slot].hash == hash,
                    bytes[Int(offsets[other])..<Int(offsets[other + 1])].elementsEqual(name)
                {
                    return index
                }
                slot = (slot + 1) & mask
            }
            slots[slot] = .init(hash: hash, symbol: UInt32(index))
        }
        return nil
    }

    var view: SymbolView {
        SymbolView(text: text.base, offsets: offsets.base, slots: slots.base, mask: slots.count - 1)
    }

    func find(_ string: String) -> UInt32 {
        var string = string
        return string.withUTF8 { view.find($0.baseAddress, $0.count) }
    }
}

extension Slice where Base == UnsafeRawBufferPointer {
    fileprivate var baseAddress: UnsafeRawPointer? { base.baseAddress.map { $0 + startIndex } }
}

/// A symbol table as plain pointers, for hot loops. Valid while its table lives.
struct SymbolView: BitwiseCopyable, Sendable {
    struct Slot: BitwiseCopyable, Sendable {
        var hash: UInt32
        var symbol: UInt32
    }
    /// The answer for a name that the program does not mention.
    static let absent = UInt32.max
    /// A symbol that has not been looked up.
    static let unasked = UInt32.max - 1

    // Unchecked by BitwiseCopyable's own rules: the memory behind is immutable.
    nonisolated(unsafe) let text: UnsafePointer<UInt8>
    nonisolated(unsafe) let offsets: UnsafePointer<UInt32>
    nonisolated(unsafe) let slots: UnsafePointer<Slot>
    let mask: Int

    /// Eight bytes a step; a name's length is mixed in, so that a tail of zeros differs from none.
    @inline(__always)
    static func hash(_ name: UnsafeRawPointer?, _ count: Int) -> UInt32 {
        var hash = UInt64(truncatingIfNeeded: count) &* 0x9E37_79B9_7F4A_7C15
        guard let name else { return UInt32(truncatingIfNeeded: hash >> 32) }
        var offset = 0
        while offset &+ 8 <= count {
            hash = mix(hash ^ name.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset &+= 8
        }
        var tail: UInt64 = 0
        if count >= 8 {
            tail = name.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
        } else if count >= 4 {
            let low = UInt64(name.loadUnaligned(as: UInt32.self))
            let high = UInt64(name.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self))
            tail = low | high << 32
        } else {
            while offset < count {
                tail = tail << 8 | UInt64(name.load(fromByteOffset: offset, as: UInt8.self))
                offset &+= 1
            }
        }
        return UInt32(truncatingIfNeeded: mix(hash ^ tail) >> 32)
    }

    @inline(__always)
    private static func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0x9FB2_1C65_1E98_DF25)
        return product.low ^ product.high
    }

    /// The number of these bytes, or `absent`.
    @inline(__always)
    func find(_ name: UnsafeRawPointer?, _ count: Int) -> UInt32 {
        if count == 0 { return 0 }
        guard let name else { return Self.absent }
        let hash = Self.hash(name, count)
        var slot = Int(hash) & mask
        while true {
            let entry = slots[slot]
            if entry.symbol == Self.absent { return Self.absent }
            if entry.hash == hash {
                let start = Int(offsets[Int(entry.symbol)])
                let length = Int(offsets[Int(entry.symbol) &+ 1]) &- start
                if length == count, equalBytes(UnsafeRawPointer(text + start), name, count) { return entry.symbol }
            }
            slot = (slot &+ 1) & mask
        }
    }

    @inline(__always)
    func bytes(_ symbol: UInt32) -> UnsafeRawBufferPointer {
        let start = Int(offsets[Int(symbol)])
        return UnsafeRawBufferPointer(start: text + start, count: Int(offsets[Int(symbol) &+ 1]) &- start)
    }
}

/// Whether two runs of `count` bytes are the same.
@inline(__always)
func equalBytes(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ count: Int) -> Bool {
    var offset = 0
    while offset &+ 8 <= count {
        if a.loadUnaligned(fromByteOffset: offset, as: UInt64.self) != b.loadUnaligned(fromByteOffset: offset, as: UInt64.self) {
            return false
        }
        offset &+= 8
    }
    while offset < count {
        if a.load(fromByteOffset: offset, as: UInt8.self) != b.load(fromByteOffset: offset, as: UInt8.self) { return false }
        offset &+= 1
    }
    return true
}
