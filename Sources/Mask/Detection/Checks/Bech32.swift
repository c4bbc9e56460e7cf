// Bech32 and bech32m (BIP 173, BIP 350): a human-readable part, a one, and characters of five bits with a BCH checksum.

package enum Bech32 {
    private static let alphabet: StaticString = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

    /// Whether a text, all of one case, is a witness address: version 0 with bech32's checksum, later ones with bech32m's.
    package static func isValid(_ text: UnsafeRawBufferPointer) -> Bool {
        guard (14...90).contains(text.count), let separator = text.lastIndex(of: UInt8(ascii: "1")), separator > 0,
            text.count - separator > 7
        else { return false }
        let hasLower = text.contains { ASCII.isLetter($0) && $0 & 32 != 0 }
        let hasUpper = text.contains { ASCII.isLetter($0) && $0 & 32 == 0 }
        guard !(hasLower && hasUpper) else { return false }
        var state: UInt32 = 1
        for byte in text[..<separator] { state = step(state, UInt32(byte | 32) >> 5) }
        state = step(state, 0)
        for byte in text[..<separator] { state = step(state, UInt32(byte | 32) & 31) }
        var version: UInt32?
        for byte in text[(separator + 1)...] {
            guard let value = value(of: ASCII.isLetter(byte) ? byte | 32 : byte) else { return false }
            version = version ?? value
            state = step(state, value)
        }
        return version == 0 ? state == 1 : state == 0x2bc8_30a3
    }

    private static func step(_ state: UInt32, _ value: UInt32) -> UInt32 {
        let top = state >> 25
        var next = (state & 0x1ff_ffff) << 5 ^ value
        if top & 1 != 0 { next ^= 0x3b6a_57b2 }
        if top & 2 != 0 { next ^= 0x2650_8e6d }
        if top & 4 != 0 { next ^= 0x1ea1_19fa }
        if top & 8 != 0 { next ^= 0x3d42_33dd }
        if top & 16 != 0 { next ^= 0x2a14_62b3 }
        return next
    }

    private static func value(of byte: UInt8) -> UInt32? {
        for index in 0..<alphabet.utf8CodeUnitCount where alphabet.utf8Start[index] == byte { return UInt32(index) }
        return nil
    }
}
