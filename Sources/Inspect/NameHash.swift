// How names are hashed and compared: eight bytes at a time, upper case ASCII as lower case where names fold.

/// The hash that tokens, symbols, word tables and fingerprints share. It is the same in every process, so that fingerprints
/// are; names made to collide are met by bounds on the steps of a search, not by a secret.
enum NameHash {
    @inline(__always) static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 { short(wide(bytes, folding: false)) }

    @inline(__always) static func short(_ hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash ^ hash >> 32) }

    /// 64 bits over all bytes.
    @inline(__always) static func wide(_ bytes: UnsafeRawBufferPointer, folding: Bool) -> UInt64 {
        guard let base = bytes.baseAddress else { return 0 }
        let count = bytes.count
        var hash = 0x9E37_79B9_7F4A_7C15 ^ UInt64(count)
        var at = 0
        while at + 8 < count {
            hash = mix(hash, load(base + at, folding))
            at += 8
        }
        return mix(hash, tail(base + at, count - at, folding))
    }

    /// Whether `word` is the bytes at `start`.
    @inline(__always) static func same(_ start: UnsafeRawPointer, _ word: UnsafeRawBufferPointer) -> Bool {
        same(start, word, folding: false)
    }

    /// Whether `word`, folded, is the bytes at `start`.
    @inline(__always) static func sameFolded(_ start: UnsafeRawPointer, _ word: UnsafeRawBufferPointer) -> Bool {
        same(start, word, folding: true)
    }

    @inline(__always)
    private static func same(_ start: UnsafeRawPointer, _ word: UnsafeRawBufferPointer, folding: Bool) -> Bool {
        guard let base = word.baseAddress else { return true }
        var at = 0
        while at + 8 < word.count {
            if load(start + at, false) != load(base + at, folding) { return false }
            at += 8
        }
        return tail(start + at, word.count - at, false) == tail(base + at, word.count - at, folding)
    }

    @inline(__always) private static func load(_ bytes: UnsafeRawPointer, _ folding: Bool) -> UInt64 {
        let eight = bytes.loadUnaligned(as: UInt64.self)
        return folding ? folded(eight) : eight
    }

    /// The last bytes, eight at most; parts that overlap say no less than parts that do not.
    @inline(__always) private static func tail(_ bytes: UnsafeRawPointer, _ count: Int, _ folding: Bool) -> UInt64 {
        var value: UInt64 = 0
        if count >= 4 {
            value = UInt64(bytes.loadUnaligned(as: UInt32.self))
            value |= UInt64((bytes + count - 4).loadUnaligned(as: UInt32.self)) << 32
        } else if count > 0 {
            value = UInt64(bytes.load(as: UInt8.self))
            value |= UInt64((bytes + count / 2).load(as: UInt8.self)) << 8
            value |= UInt64((bytes + count - 1).load(as: UInt8.self)) << 16
        }
        return folding ? folded(value) : value
    }

    /// Each of eight bytes in lower case, where it is an ASCII letter in upper case.
    @inline(__always) private static func folded(_ eight: UInt64) -> UInt64 {
        let low = eight & 0x7F7F_7F7F_7F7F_7F7F
        let fromA = low &+ 0x3F3F_3F3F_3F3F_3F3F
        let beyondZ = low &+ 0x2525_2525_2525_2525
        return eight | ((fromA ^ beyondZ) & ~eight & 0x8080_8080_8080_8080) >> 2
    }

    @inline(__always) private static func mix(_ hash: UInt64, _ value: UInt64) -> UInt64 {
        let product = (hash ^ value).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        return (product.high ^ product.low) &+ 0x2545_F491_4F6C_DD1D
    }
}
