// How names are hashed and compared: eight bytes at a time, upper case ASCII as lower case where names fold.

/// The hash that symbols, word tables and fingerprints share: each eight bytes in turn, the last padded with zeros. It is the
/// same in every process, so that fingerprints are; names made to collide are met by bounds on the steps of a search, not by
/// a secret.
enum NameHash {
    static let seed: UInt64 = 0x9E37_79B9_7F4A_7C15

    @inline(__always) static func mix(_ hash: UInt64, _ value: UInt64) -> UInt64 {
        let product = (hash ^ value).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        return (product.high ^ product.low) &+ 0x2545_F491_4F6C_DD1D
    }

    @inline(__always) static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 { short(wide(bytes)) }

    @inline(__always) static func short(_ hash: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: hash ^ hash >> 32)
    }

    /// 64 bits over all bytes.
    @inline(__always) static func wide(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        guard let base = bytes.baseAddress else { return seed }
        var hash = seed
        var at = 0
        while at + 8 <= bytes.count {
            hash = mix(hash, base.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            at += 8
        }
        return at < bytes.count ? mix(hash, tail(base + at, bytes.count - at)) : hash
    }

    /// Whether `word` is the bytes at `start`.
    @inline(__always) static func same(_ start: UnsafeRawPointer, _ word: UnsafeRawBufferPointer)
        -> Bool
    {
        guard let base = word.baseAddress else { return true }
        var at = 0
        while at + 8 <= word.count {
            if start.loadUnaligned(fromByteOffset: at, as: UInt64.self)
                != base.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            {
                return false
            }
            at += 8
        }
        return at == word.count || tail(start + at, word.count - at) == tail(base + at, word.count - at)
    }

    /// One to seven bytes as a number whose other bytes are zero. Reads that overlap see the same bytes twice.
    @inline(__always) private static func tail(_ bytes: UnsafeRawPointer, _ count: Int) -> UInt64 {
        if count >= 4 {
            let low = UInt64(bytes.loadUnaligned(as: UInt32.self))
            return low | UInt64((bytes + count - 4).loadUnaligned(as: UInt32.self))
                << UInt64((count - 4) * 8)
        }
        let (middle, last) = (count / 2, count - 1)
        return UInt64(bytes.load(as: UInt8.self)) | UInt64((bytes + middle).load(as: UInt8.self))
            << UInt64(middle * 8)
            | UInt64((bytes + last).load(as: UInt8.self)) << UInt64(last * 8)
    }
}
