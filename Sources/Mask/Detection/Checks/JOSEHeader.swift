// The header of a JSON Web Token: base64url of a JSON object that names an algorithm (RFC 7515 section 4).

package enum JOSEHeader {
    /// The longest header that is looked at, in characters of base64url.
    static let longest = 4096

    /// Whether what stands before the first dot decodes to printable JSON that begins with a brace and has `"alg"`.
    package static func isHeader(of token: UnsafeRawBufferPointer) -> Bool {
        guard let dot = token.firstIndex(of: UInt8(ascii: ".")), dot <= longest else { return false }
        let encoded = UnsafeRawBufferPointer(rebasing: token[..<dot])
        return withUnsafeTemporaryAllocation(byteCount: encoded.count / 4 * 3 + 3, alignment: 8) { memory in
            guard let count = Base64.decode(encoded, into: memory) else { return false }
            let text = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(memory)[..<count])
            guard text.first == UInt8(ascii: "{") else { return false }
            let name: StaticString = "\"alg\""
            var start = 0
            while start + name.utf8CodeUnitCount <= text.count {
                if (0..<name.utf8CodeUnitCount).allSatisfy({ text[start + $0] == name.utf8Start[$0] }) { return true }
                start += 1
            }
            return false
        }
    }
}

/// RFC 4648: both alphabets, padding or none.
enum Base64 {
    /// How many bytes were decoded; nil for another character, or for more than `memory` holds.
    static func decode(_ text: UnsafeRawBufferPointer, into memory: UnsafeMutableRawBufferPointer) -> Int? {
        var bits: UInt32 = 0
        var held = 0
        var count = 0
        for byte in text {
            if byte == UInt8(ascii: "=") { break }
            guard let value = value(of: byte) else { return nil }
            bits = bits << 6 | value
            held += 6
            guard held >= 8 else { continue }
            held -= 8
            guard count < memory.count else { return nil }
            memory[count] = UInt8(truncatingIfNeeded: bits >> UInt32(held))
            count += 1
        }
        return count
    }

    /// The six bits of a character; nil for one of neither alphabet.
    @inline(__always) static func value(of byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte) - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte) - 71
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte) + 4
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
