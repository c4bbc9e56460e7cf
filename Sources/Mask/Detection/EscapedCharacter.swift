// One character that is written otherwise than it is meant: escapes of URLs, JSON and HTML, and look-alikes of Unicode.

/// Each answers the ASCII byte that is meant (nil: none, as for a character without width) and how many bytes it was written in.
enum EscapedCharacter {
    /// RFC 3986 section 2.1, where the first digit is one of ASCII's: `%40`, `%2B`.
    static func percent(_ text: UnsafeRawBufferPointer, _ index: Int) -> (UInt8?, Int)? {
        guard index + 2 < text.count, text[index + 1] >= UInt8(ascii: "2"), text[index + 1] <= UInt8(ascii: "7"),
            let high = ASCII.hexDigit(text[index + 1]), let low = ASCII.hexDigit(text[index + 2])
        else { return nil }
        return (high << 4 | low, 3)
    }

    /// RFC 8259 section 7, `\u0040`, and C's `\x40`.
    static func backslash(_ text: UnsafeRawBufferPointer, _ index: Int) -> (UInt8?, Int)? {
        guard index + 1 < text.count else { return nil }
        let digits: Int
        switch text[index + 1] {
        case UInt8(ascii: "u"): digits = 4
        case UInt8(ascii: "x"): digits = 2
        case UInt8(ascii: "/"): return (UInt8(ascii: "/"), 2)
        // A line break within a value is white space.
        case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"): return (UInt8(ascii: " "), 2)
        default: return nil
        }
        guard index + 2 + digits <= text.count else { return nil }
        var scalar: UInt32 = 0
        for place in index + 2..<index + 2 + digits {
            guard let digit = ASCII.hexDigit(text[place]) else { return nil }
            scalar = scalar << 4 | UInt32(digit)
        }
        return meaning(of: scalar).map { ($0, 2 + digits) }
    }

    /// HTML's numeric references: `&#64;`, `&#x40;`.
    static func entity(_ text: UnsafeRawBufferPointer, _ index: Int) -> (UInt8?, Int)? {
        guard index + 3 < text.count, text[index + 1] == UInt8(ascii: "#") else { return nil }
        var place = index + 2
        let isHex = text[place] | 32 == UInt8(ascii: "x")
        if isHex { place += 1 }
        var scalar: UInt32 = 0
        var digits = 0
        while place < text.count, digits < 7, let digit = ASCII.hexDigit(text[place]), isHex || digit < 10 {
            scalar = scalar * (isHex ? 16 : 10) + UInt32(digit)
            digits += 1
            place += 1
        }
        guard digits > 0 else { return nil }
        if place < text.count, text[place] == UInt8(ascii: ";") { place += 1 }
        return meaning(of: scalar).map { ($0, place - index) }
    }

    /// `(at)` and `[dot]`, with a space after it.
    static func spelled(_ text: UnsafeRawBufferPointer, _ index: Int) -> (UInt8?, Int)? {
        guard index + 3 < text.count, text[index] == UInt8(ascii: "(") || text[index] == UInt8(ascii: "[") else { return nil }
        let closing = text[index] == UInt8(ascii: "(") ? UInt8(ascii: ")") : UInt8(ascii: "]")
        let byte: UInt8
        var end: Int
        if text[index + 1] | 32 == UInt8(ascii: "a"), text[index + 2] | 32 == UInt8(ascii: "t") {
            (byte, end) = (UInt8(ascii: "@"), index + 3)
        } else if index + 4 < text.count, text[index + 1] | 32 == UInt8(ascii: "d"), text[index + 2] | 32 == UInt8(ascii: "o"),
            text[index + 3] | 32 == UInt8(ascii: "t")
        {
            (byte, end) = (UInt8(ascii: "."), index + 4)
        } else {
            return nil
        }
        guard text[end] == closing else { return nil }
        end += 1
        if end < text.count, text[end] == UInt8(ascii: " ") { end += 1 }
        return (byte, end - index)
    }

    /// Whether six spaces stand with one byte between each two: `4 1 1 1 1 1 1`.
    static func isSpacedOut(_ text: UnsafeRawBufferPointer) -> Bool {
        var run = 0
        var lane = (0, 0)
        // Even and odd places by turns.
        for index in 0..<text.count {
            run = text[index] == UInt8(ascii: " ") ? lane.0 + 1 : 0
            if run == 6 { return true }
            lane = (lane.1, run)
        }
        return false
    }

    /// Whether a space stands between two single characters.
    static func spaced(_ text: UnsafeRawBufferPointer, _ index: Int) -> Bool {
        let space = UInt8(ascii: " ")
        guard index > 0, index + 1 < text.count, text[index - 1] != space, text[index + 1] != space else { return false }
        return (index == 1 || text[index - 2] == space) && (index + 2 == text.count || text[index + 2] == space)
    }

    /// A scalar of UTF-8 that looks like, or is as good as, one of ASCII.
    static func unicode(_ text: UnsafeRawBufferPointer, _ index: Int) -> (UInt8?, Int)? {
        let first = text[index]
        let length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
        guard first >= 0xc2, first <= 0xf4, index + length <= text.count else { return nil }
        var scalar = UInt32(first) & (length == 4 ? 7 : length == 3 ? 15 : 31)
        for place in index + 1..<index + length {
            guard text[place] & 0xc0 == 0x80 else { return nil }
            scalar = scalar << 6 | UInt32(text[place] & 63)
        }
        guard scalar >= 0x80 else { return nil }
        return meaning(of: scalar).map { ($0, length) }
    }

    /// What a scalar is meant as. The outer nil: as itself.
    private static func meaning(of scalar: UInt32) -> UInt8?? {
        switch scalar {
        case 0x20..<0x7f: return .some(UInt8(scalar))
        case 0xff01...0xff5e: return .some(UInt8(scalar - 0xfee0))  // full-width forms
        case 0xa0, 0x2000...0x200a, 0x202f, 0x205f, 0x3000: return .some(UInt8(ascii: " "))
        case 0xad, 0x180e, 0x200b...0x200f, 0x202a...0x202e, 0x2060...0x2069, 0xfe00...0xfe0f, 0xfeff: return .some(nil)  // no width
        case 0x2010...0x2015, 0x2212, 0xfe58, 0xfe63: return .some(UInt8(ascii: "-"))
        case 0x2024, 0x3002, 0xff61: return .some(UInt8(ascii: "."))
        case 0xfe6b: return .some(UInt8(ascii: "@"))
        case 0x660...0x669: return .some(UInt8(scalar - 0x660) + 48)
        case 0x6f0...0x6f9: return .some(UInt8(scalar - 0x6f0) + 48)
        case 0x966...0x96f: return .some(UInt8(scalar - 0x966) + 48)
        case 0x2460...0x2468: return .some(UInt8(scalar - 0x2460) + 49)  // circled
        case 0x2070, 0x2074...0x2079: return .some(UInt8(scalar - 0x2070) + 48)  // superscript
        case 0x2080...0x2089: return .some(UInt8(scalar - 0x2080) + 48)  // subscript
        case 0x1d7ce...0x1d7ff: return .some(UInt8((scalar - 0x1d7ce) % 10) + 48)  // mathematical digits
        case 0x1d400...0x1d433, 0x1d5a0...0x1d5d3, 0x1d5d4...0x1d607, 0x1d670...0x1d6a3:
            // Mathematical letters, bold, sans-serif and monospace: capitals, then small ones.
            let base: UInt32 =
                scalar < 0x1d5a0 ? 0x1d400 : scalar < 0x1d5d4 ? 0x1d5a0 : scalar < 0x1d670 ? 0x1d5d4 : 0x1d670
            let place = scalar - base
            return .some(UInt8(place < 26 ? 65 + place : 71 + place))
        default: return lookAlike(scalar)
        }
    }

    /// Cyrillic letters that cannot be told from Latin ones.
    private static func lookAlike(_ scalar: UInt32) -> UInt8?? {
        switch scalar {
        case 0x430: .some(UInt8(ascii: "a"))
        case 0x435: .some(UInt8(ascii: "e"))
        case 0x43e: .some(UInt8(ascii: "o"))
        case 0x440: .some(UInt8(ascii: "p"))
        case 0x441: .some(UInt8(ascii: "c"))
        case 0x443: .some(UInt8(ascii: "y"))
        case 0x445: .some(UInt8(ascii: "x"))
        case 0x456: .some(UInt8(ascii: "i"))
        default: nil
        }
    }
}
