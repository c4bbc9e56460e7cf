// A register's content: plain, so that a condition runs without counting references.

/// What a register or a fact holds. `unknown` has no other field, but for whether something is there all the same.
struct Value: BitwiseCopyable {
    enum Kind: UInt8, BitwiseCopyable {
        case unknown = 0
        case boolean, integer, string, strings, address, integers
    }
    var kind: Kind
    /// Of a string: its number, `SymbolView.absent` when the program does not mention it, or `SymbolView.unasked`.
    /// Of a set of strings: how many items behind its own it may hold as well.
    var symbol: UInt32
    /// Boolean (0, 1), integer, time, duration or size; the upper half of an address.
    var word: UInt64
    /// Bytes of a string; items of a set; numbers of a set of integers.
    var pointer: UnsafeRawPointer?
    /// Bytes, items or numbers; the lower half of an address.
    var count: Int

    static var unknown: Value { Value(kind: .unknown, symbol: 0, word: 0, pointer: nil, count: 0) }
    /// Something is there, so that `has` is true, but what it is cannot be told.
    static var unclear: Value { Value(kind: .unknown, symbol: 0, word: 1, pointer: nil, count: 0) }

    /// What `has` says.
    @inline(__always)
    var isThere: Bool { kind != .unknown || word != 0 }

    @inline(__always)
    static func boolean(_ value: Ternary) -> Value {
        value == .unknown ? .unknown : Value(kind: .boolean, symbol: 0, word: UInt64(value.rawValue), pointer: nil, count: 0)
    }
    @inline(__always)
    static func integer(_ value: Int64) -> Value {
        Value(kind: .integer, symbol: 0, word: UInt64(bitPattern: value), pointer: nil, count: 0)
    }
    @inline(__always)
    static func string(_ bytes: UnsafeRawBufferPointer, symbol: UInt32) -> Value {
        Value(kind: .string, symbol: symbol, word: 0, pointer: bytes.baseAddress, count: bytes.count)
    }
    @inline(__always)
    static func strings(_ items: UnsafePointer<TextItem>, count: Int, possible: Int = 0) -> Value {
        Value(kind: .strings, symbol: UInt32(possible), word: 0, pointer: UnsafeRawPointer(items), count: count)
    }
    @inline(__always)
    static func integers(_ numbers: UnsafePointer<Int64>, count: Int) -> Value {
        Value(kind: .integers, symbol: 0, word: 0, pointer: UnsafeRawPointer(numbers), count: count)
    }
    static func address(_ address: NetworkAddress) -> Value {
        Value(kind: .address, symbol: 0, word: address.high, pointer: nil, count: Int(bitPattern: UInt(address.low)))
    }

    var number: Int64 { Int64(bitPattern: word) }
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: pointer, count: pointer == nil ? 0 : count) }
    var items: UnsafePointer<TextItem>? { pointer?.assumingMemoryBound(to: TextItem.self) }
    var numbers: UnsafePointer<Int64>? { pointer?.assumingMemoryBound(to: Int64.self) }
}

/// One member of a set of strings.
struct TextItem: BitwiseCopyable {
    var pointer: UnsafeRawPointer?
    var count: Int
    /// As in `Value`.
    var symbol: UInt32

    var value: Value { Value(kind: .string, symbol: symbol, word: 0, pointer: pointer, count: count) }
}

/// An IP address as 128 bits; IPv4 as `::ffff:a.b.c.d`, as `NetworkRecord` has it.
public struct NetworkAddress: BitwiseCopyable, Sendable, Hashable {
    public var high: UInt64
    public var low: UInt64
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
    /// An IPv4 address in host byte order: 127.0.0.1 is 0x7F000001.
    public init(ipv4: UInt32) {
        high = 0
        low = 0xFFFF_0000_0000 | UInt64(ipv4)
    }

    func isInside(_ network: NetworkRecord) -> Bool {
        isInside(high: network.high, low: network.low, prefix: network.prefix)
    }

    @inline(__always)
    func isInside(high networkHigh: UInt64, low networkLow: UInt64, prefix: UInt8) -> Bool {
        let (highMask, lowMask) = Self.masks(prefix)
        return high & highMask == networkHigh & highMask && low & lowMask == networkLow & lowMask
    }

    /// The bits that a prefix of 0 to 128 fixes, in the upper and lower half. Swift's shifts give 0 for a width of 64 or more.
    @inline(__always)
    static func masks(_ prefix: UInt8) -> (UInt64, UInt64) {
        prefix <= 64 ? (~0 << (64 - UInt64(prefix)), 0) : (~0, ~0 << (128 - min(UInt64(prefix), 128)))
    }
}
