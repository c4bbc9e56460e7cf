// A checksum of a program's bytes: what a disk, a copy or a hand has changed is refused, also where nothing is signed.

/// No protection against anybody who wants to change a program: that is the signature's.
///
/// Every step is a bijection of the sum for the same word, and of the word for the same sum: an exclusive or, a multiplication by an odd
/// number, an exclusive or with its own upper half. So bytes that differ in one word only, whatever the bits, never have the same sum.
enum ProgramChecksum {
    static let bytes = 8
    private static let odd: UInt64 = 0x9FB2_1C65_1E98_DF25

    /// Of words of eight bytes, the last one filled up with zeros; the length is part of what is summed. Cost is linear.
    static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var sum: UInt64 = 0x2545_F491_4F6C_DD1D
        var offset = 0
        while offset + 8 <= bytes.count {
            sum = step(sum, UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
            offset += 8
        }
        var rest: UInt64 = 0
        for index in offset..<bytes.count { rest |= UInt64(bytes[index]) << UInt64(8 * (index - offset)) }
        return step(sum, rest)
    }

    @inline(__always)
    private static func step(_ sum: UInt64, _ word: UInt64) -> UInt64 {
        let product = (sum ^ word) &* odd
        return product ^ product >> 32
    }
}
