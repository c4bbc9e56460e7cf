// A fast 64-bit checksum that tells a whole journal entry from a torn or damaged one. It is no seal: it keeps no attacker out.

/// Sixteen bytes a step, each step a 64×64→128 bit multiplication whose halves are folded together.
enum Checksum {
    static func of(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
        guard let base = bytes.baseAddress else { return fold(seed ^ first, second) }
        let count = bytes.count
        var state = seed ^ first
        var at = 0
        while count &- at >= 16 {
            state = fold(
                base.loadUnaligned(fromByteOffset: at, as: UInt64.self) ^ state,
                base.loadUnaligned(fromByteOffset: at &+ 8, as: UInt64.self) ^ second)
            at &+= 16
        }
        var tail: (UInt64, UInt64) = (0, 0)
        let left = count &- at
        if left > 0 {
            withUnsafeMutableBytes(of: &tail) {
                $0.copyMemory(from: UnsafeRawBufferPointer(start: base + at, count: left))
            }
        }
        state = fold(tail.0 ^ state, tail.1 ^ third)
        return fold(state ^ UInt64(truncatingIfNeeded: count), fourth)
    }

    // Odd constants with as many ones as zeros, so that no lane starts empty: the fractions of the square roots of 2, 3, 5 and 7.
    private static let first: UInt64 = 0x6A09_E667_F3BC_C909
    private static let second: UInt64 = 0xBB67_AE85_84CA_A73B
    private static let third: UInt64 = 0x3C6E_F372_FE94_F82B
    private static let fourth: UInt64 = 0xA54F_F53A_5F1D_36F1

    @inline(__always) private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }
}
