// Eight bytes of a message at once: which of them end a word or are a byte looked for, and their folded form.

/// Arithmetic on eight bytes in one register. In a result that marks bytes, the high bit of each marked byte is set.
enum EightBytes {
    @inline(__always) static func load(_ bytes: UnsafePointer<UInt8>) -> UInt64 {
        UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self)
    }

    static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// The bytes that cannot be inside an identifier, as `ByteClass.continuesIdentifier` says; and all bytes with upper case
    /// ASCII letters in lower case.
    @inline(__always) static func word(_ eight: UInt64) -> (outside: UInt64, folded: UInt64) {
        let low = eight & ~highBits
        let lowered = low | 0x2020_2020_2020_2020
        let letters = (lowered &+ repeating(0x80 - 0x61)) ^ (lowered &+ repeating(0x80 - 0x7B))
        let digits = (low &+ repeating(0x80 - 0x30)) ^ (low &+ repeating(0x80 - 0x3A))
        // `_` and `$`: a sum with 0x7F has no high bit only where the difference is nothing.
        let others =
            ((low ^ repeating(0x5F)) &+ repeating(0x7F)) & ((low ^ repeating(0x24)) &+ repeating(0x7F))
        return (
            outside: ~(letters | digits | eight | ~others) & highBits,
            folded: eight | (letters & ~eight & highBits) >> 2
        )
    }

    /// The bytes that are `byte`. Exact up to and including the first one marked.
    @inline(__always) static func equal(_ eight: UInt64, _ byte: UInt8) -> UInt64 {
        zero(eight ^ repeating(byte))
    }

    /// The bytes that are zero. Exact up to and including the first one marked; nothing is marked where there is none.
    @inline(__always) static func zero(_ eight: UInt64) -> UInt64 {
        (eight &- repeating(1)) & ~eight & highBits
    }

    // MARK: For hashes, which need not tell bytes from 0x80 up from those below

    /// 1 for each byte that is `'`.
    @inline(__always) static func areQuotes(_ eight: UInt64) -> UInt64 {
        ~((((eight ^ repeating(0x27)) & ~highBits) &+ ~highBits) >> 7) & repeating(1)
    }

    /// Of bytes that are 0 or 1: the sum of each and those before it.
    @inline(__always) static func count(upToEach bits: UInt64) -> UInt64 { bits &* repeating(1) }

    /// The number of each letter in the alphabet, and of each other byte from 0x40 up a number below 32. 0 for the other
    /// bytes, and for those that `without` has an odd number for.
    @inline(__always) static func letters(_ eight: UInt64, without odd: UInt64) -> UInt64 {
        let kept = (eight >> 6) & ~odd & repeating(1)
        return eight & ((kept << 5) &- kept)
    }

    /// Numbers below 32, doubled and cut to that.
    @inline(__always) static func doubled(_ numbers: UInt64) -> UInt64 { (numbers & repeating(0x0F)) << 1 }

    /// The sum of all bytes.
    @inline(__always) static func sum(_ eight: UInt64) -> UInt64 {
        let pairs = (eight & 0x00FF_00FF_00FF_00FF) &+ ((eight >> 8) & 0x00FF_00FF_00FF_00FF)
        return (pairs &* 0x0001_0001_0001_0001) >> 48
    }

    // MARK: Places

    /// How many bytes are before the first one marked.
    @inline(__always) static func before(_ marked: UInt64) -> Int { marked.trailingZeroBitCount >> 3 }

    /// A mask of that many bytes, fewer than eight.
    @inline(__always) static func first(_ count: Int) -> UInt64 {
        (1 &<< UInt64(truncatingIfNeeded: count &* 8)) &- 1
    }

    @inline(__always) static func repeating(_ byte: UInt8) -> UInt64 {
        UInt64(byte) &* 0x0101_0101_0101_0101
    }
}
