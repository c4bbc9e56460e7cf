// Base58check, as Bitcoin's addresses use it: a version, twenty bytes, and four of a double SHA-256.
import Sealing

package enum Base58 {
    private static let alphabet: StaticString = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

    /// Of Bitcoin, its test network, Litecoin, Dogecoin, Dash and Tron.
    private static let versions: [UInt8] = [0x00, 0x05, 0x6f, 0xc4, 0x30, 0x32, 0x1e, 0x16, 0x4c, 0x10, 0x41]

    /// Whether text is 25 bytes in base58 whose checksum is right and whose version is of an address. Cost: of 35 characters.
    package static func isAddress(_ text: UnsafeRawBufferPointer) -> Bool {
        guard (26...35).contains(text.count) else { return false }
        return withUnsafeTemporaryAllocation(byteCount: 25, alignment: 8) { bytes in
            guard decode(text, into: bytes), versions.contains(bytes[0]) else { return false }
            let first = SHA256Digest(hashing: UnsafeRawBufferPointer(rebasing: bytes[..<21]))
            let second = SHA256Digest(hashing: first.bytes)
            return second.bytes.prefix(4).elementsEqual(bytes[21...])
        }
    }

    /// Decodes into all of `bytes`. False for a character that is none of base58, a number that does not fit, and wrong leading ones.
    static func decode(_ text: UnsafeRawBufferPointer, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
        for index in bytes.indices { bytes[index] = 0 }
        for byte in text {
            guard let digit = value(of: byte) else { return false }
            var carry = digit
            for index in bytes.indices.reversed() {
                carry += Int(bytes[index]) * 58
                bytes[index] = UInt8(truncatingIfNeeded: carry)
                carry >>= 8
            }
            guard carry == 0 else { return false }
        }
        // Each zero byte at the front is written as a one.
        let ones = text.prefix { $0 == UInt8(ascii: "1") }.count
        return bytes.prefix { $0 == 0 }.count == ones
    }

    private static func value(of byte: UInt8) -> Int? {
        for index in 0..<alphabet.utf8CodeUnitCount where alphabet.utf8Start[index] == byte { return index }
        return nil
    }
}
