// The message being read, copied so that zeros stand behind it: whoever looks ahead need not ask where it ends.

/// A copy of one message with `padding` zeros behind it, in memory that is kept from message to message.
struct PaddedText {
    /// Zeros behind the last byte: what the longest look ahead needs.
    static let padding = 16

    private(set) var base: UnsafeMutablePointer<UInt8>
    private(set) var count = 0
    /// Some byte is zero; some byte is 0x80 or above.
    private(set) var hasZero = false
    private(set) var hasHigh = false
    private var capacity: Int

    init() {
        capacity = 1024
        base = .allocate(capacity: capacity)
        base.initialize(repeating: 0, count: capacity)
    }

    /// Gives the memory back; the text must not be used after it.
    func free() { base.deallocate() }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    mutating func copy(_ message: UnsafeRawBufferPointer) {
        count = message.count
        if count + Self.padding > capacity { grow(to: count + Self.padding) }
        hasZero = false
        hasHigh = false
        let copy = UnsafeMutableRawPointer(base)
        guard let source = message.baseAddress, count > 0 else { return end(copy) }
        var high: UInt64 = 0
        var zero: UInt64 = 0
        var at = 0
        if count >= 16 {
            var (highs, zeros) = (SIMD2<UInt64>(), SIMD2<UInt64>())
            while at &+ 16 <= count {
                let sixteen = source.loadUnaligned(fromByteOffset: at, as: SIMD2<UInt64>.self)
                copy.storeBytes(of: sixteen, toByteOffset: at, as: SIMD2<UInt64>.self)
                highs |= sixteen
                zeros |= (sixteen &- SIMD2(repeating: EightBytes.repeating(1))) & ~sixteen
                at &+= 16
            }
            high = highs[0] | highs[1]
            zero = (zeros[0] | zeros[1]) & EightBytes.highBits
        }
        if at &+ 8 <= count {
            let eight = load(source, at)
            copy.storeBytes(of: eight, toByteOffset: at, as: UInt64.self)
            high |= eight
            zero |= EightBytes.zero(eight)
            at &+= 8
        }
        while at < count {
            let byte = source.load(fromByteOffset: at, as: UInt8.self)
            base[at] = byte
            high |= UInt64(byte)
            if byte == 0 { zero = 1 }
            at &+= 1
        }
        end(copy)
        hasZero = zero != 0
        hasHigh = high & EightBytes.highBits != 0
    }

    @inline(__always) private func load(_ source: UnsafeRawPointer, _ at: Int) -> UInt64 {
        source.loadUnaligned(fromByteOffset: at, as: UInt64.self)
    }

    private func end(_ copy: UnsafeMutableRawPointer) {
        copy.storeBytes(of: 0, toByteOffset: count, as: UInt64.self)
        copy.storeBytes(of: 0, toByteOffset: count + 8, as: UInt64.self)
    }

    private mutating func grow(to needed: Int) {
        base.deallocate()
        capacity = max(needed, capacity * 2)
        base = .allocate(capacity: capacity)
        base.initialize(repeating: 0, count: capacity)
    }
}
