// UTF-8 as policy text allows it: well-formed, visible, and in an order that cannot be disguised.

/// One character read from UTF-8.
struct DecodedScalar {
    var value: UInt32
    var length: Int
}

/// Reading UTF-8 by the byte, and the classes of characters that source text must not hold.
enum SourceText {
    /// Reads the character at `offset` (Unicode 15, table 3-7); nil when the bytes are not well-formed there.
    static func scalar(in bytes: [UInt8], at offset: Int) -> DecodedScalar? {
        let first = bytes[offset]
        if first < 0x80 { return DecodedScalar(value: UInt32(first), length: 1) }
        let length: Int
        var value: UInt32
        switch first {
        case 0xC2...0xDF: (length, value) = (2, UInt32(first & 0x1F))
        case 0xE0...0xEF: (length, value) = (3, UInt32(first & 0x0F))
        case 0xF0...0xF4: (length, value) = (4, UInt32(first & 0x07))
        default: return nil
        }
        guard offset + length <= bytes.count else { return nil }
        for index in 1..<length {
            let byte = bytes[offset + index]
            guard byte & 0xC0 == 0x80 else { return nil }
            value = value << 6 | UInt32(byte & 0x3F)
        }
        if length == 3 && (value < 0x800 || (0xD800...0xDFFF).contains(value)) { return nil }
        if length == 4 && !(0x10000...0x10FFFF).contains(value) { return nil }
        return DecodedScalar(value: value, length: length)
    }

    /// Control characters other than tab and line break.
    static func isControl(_ value: UInt32) -> Bool {
        if value == UInt32(Ascii.tab) || value == UInt32(Ascii.newline) { return false }
        return value < 0x20 || (0x7F...0x9F).contains(value)
    }

    /// Characters that reorder or hide text, so that a reviewer would not see what the compiler reads
    /// (Unicode Technical Report 36; "Trojan Source", CVE-2021-42574).
    static func isDeceptive(_ value: UInt32) -> Bool {
        switch value {
        case 0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B...0x180F, 0x200B...0x200F,
            0x2028...0x202E, 0x2060...0x206F, 0x3164, 0xFEFF, 0xFFA0, 0xFFF9...0xFFFB, 0xE0000...0xE0FFF:
            true
        default: false
        }
    }

    /// Whether the bytes at `offset` are the UTF-8 byte order mark.
    static func isByteOrderMark(_ bytes: [UInt8], at offset: Int) -> Bool {
        offset + 3 <= bytes.count && bytes[offset] == 0xEF && bytes[offset + 1] == 0xBB && bytes[offset + 2] == 0xBF
    }
}
