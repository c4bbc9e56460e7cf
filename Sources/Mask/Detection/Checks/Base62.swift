// GitHub's token checksum: a CRC-32 in six characters of base62.

package enum Base62 {
    private static let alphabet: StaticString = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

    /// Whether a token's last six characters are the CRC-32 of those between its underscore and them.
    package static func isChecked(_ token: UnsafeRawBufferPointer) -> Bool {
        guard let underscore = token.firstIndex(of: UInt8(ascii: "_")), token.count > underscore + 7 else { return false }
        var sum = CRC32.checksum(UnsafeRawBufferPointer(rebasing: token[(underscore + 1)..<(token.count - 6)]))
        for index in (token.count - 6..<token.count).reversed() {
            guard token[index] == alphabet.utf8Start[Int(sum % 62)] else { return false }
            sum /= 62
        }
        return true
    }
}

/// The CRC-32 of ISO 3309 and zlib, a bit at a time: its texts are thirty bytes.
enum CRC32 {
    static func checksum(_ text: UnsafeRawBufferPointer) -> UInt32 {
        var sum = UInt32.max
        for byte in text {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xedb8_8320 : sum >> 1 }
        }
        return ~sum
    }
}
