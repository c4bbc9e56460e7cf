// A set of built-in detectors: two words, for the loops over cells.
import MaskGate

/// Positions in `DetectorCatalogue.all`, at most 128.
struct DetectorSet: Hashable, BitwiseCopyable, Sendable {
    var low: UInt64 = 0
    var high: UInt64 = 0

    static let capacity = 128
    static let empty = DetectorSet()
    static let all = DetectorSet(low: .max, high: .max)

    @inline(__always) init(low: UInt64 = 0, high: UInt64 = 0) {
        self.low = low
        self.high = high
    }

    @inline(__always) init(_ set: maskgate_set) { self.init(low: set.low, high: set.high) }

    init(_ positions: some Sequence<Int>) {
        self.init()
        for position in positions { insert(position) }
    }

    @inline(__always) var isEmpty: Bool { low | high == 0 }
    @inline(__always) func contains(_ position: Int) -> Bool {
        position < 64 ? low >> UInt64(position) & 1 == 1 : high >> UInt64(position - 64) & 1 == 1
    }
    @inline(__always) mutating func insert(_ position: Int) {
        if position < 64 { low |= 1 << UInt64(position) } else { high |= 1 << UInt64(position - 64) }
    }
    @inline(__always) func union(_ other: DetectorSet) -> DetectorSet { DetectorSet(low: low | other.low, high: high | other.high) }
    @inline(__always) func intersection(_ other: DetectorSet) -> DetectorSet {
        DetectorSet(low: low & other.low, high: high & other.high)
    }
    @inline(__always) func subtracting(_ other: DetectorSet) -> DetectorSet {
        DetectorSet(low: low & ~other.low, high: high & ~other.high)
    }

    /// Takes the lowest position out; nil when there is none.
    @inline(__always) mutating func popFirst() -> Int? {
        if low != 0 {
            let position = low.trailingZeroBitCount
            low &= low - 1
            return position
        }
        guard high != 0 else { return nil }
        let position = high.trailingZeroBitCount
        high &= high - 1
        return position + 64
    }
}
