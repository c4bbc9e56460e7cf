// Strings: one line between quotes, with escapes.

// The standard library's own normaliser, which nothing but Foundation shows otherwise.
@_spi(_Unicode) import Swift

extension Lexer {
    /// Reads a string. It ends at its delimiter, or, with a diagnostic, at the end of the line.
    mutating func lexString(delimiter: UInt8) {
        let start = position
        position += 1
        var value: [UInt8] = []
        var isClosed = false
        while position < bytes.count, bytes[position] != Ascii.newline {
            let byte = bytes[position]
            if byte == delimiter {
                position += 1
                isClosed = true
                break
            }
            if byte == Ascii.backslash {
                lexEscape(into: &value)
            } else {
                value.append(byte)
                position += 1
            }
        }
        let end = position
        if !isClosed {
            report(Wording.unterminatedString(span(from: start, to: end)))
        } else if delimiter != Ascii.quote {
            report(Wording.singleQuotes(span(from: start, to: end), content: text(start + 1, end - 1)))
        }
        let text = String(decoding: value, as: UTF8.self)
        if let composed = Self.composed(text) { report(Wording.decomposed(span(from: start, to: end), composed: composed)) }
        add(.string, from: start, to: end, text: text)
        // The string may have swallowed marks, so the place after it cannot be judged.
        if !isClosed { followsFault = true }
    }

    /// A text in normal form C (Unicode Standard Annex 15); nil where it is. Swift holds texts equal that differ only in that, PostgreSQL and
    /// tokens do not: of two such texts one would be lost. In this form texts that are equal are the same bytes.
    private static func composed(_ text: String) -> String? {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return nil }
        var composed = String.UnicodeScalarView()
        composed.append(contentsOf: text._nfc)
        return composed.elementsEqual(text.unicodeScalars) ? nil : String(composed)
    }

    /// Reads one escape; an unknown one is reported and kept as it stands.
    private mutating func lexEscape(into value: inout [UInt8]) {
        let start = position
        guard let byte = peek(1), byte != Ascii.newline, byte != Ascii.carriageReturn else {
            position += 1
            return
        }
        position += 2
        switch byte {
        case UInt8(ascii: "n"): value.append(Ascii.newline)
        case UInt8(ascii: "t"): value.append(Ascii.tab)
        case UInt8(ascii: "r"): value.append(Ascii.carriageReturn)
        case Ascii.quote, Ascii.backslash: value.append(byte)
        case UInt8(ascii: "u"):
            if let scalar = lexUnicodeEscape() {
                value.append(contentsOf: String(Character(scalar)).utf8)
            } else {
                report(Wording.badUnicodeEscape(span(from: start, to: position)))
            }
        default:
            while position < bytes.count, bytes[position] & 0xC0 == 0x80 { position += 1 }
            report(Wording.unknownEscape(span(from: start, to: position), text: text(start, position)))
            value.append(contentsOf: bytes[start..<position])
        }
    }

    /// `{1F600}` after `\u`: one to six hexadecimal digits. U+0000 is refused: C libraries end a string there.
    private mutating func lexUnicodeEscape() -> UnicodeScalar? {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "{") else { return nil }
        position += 1
        var value: UInt32 = 0
        var digits = 0
        while position < bytes.count, let digit = Ascii.hexValue(bytes[position]) {
            if digits < 7 { value = value << 4 | digit }
            digits += 1
            position += 1
        }
        guard position < bytes.count, bytes[position] == UInt8(ascii: "}") else { return nil }
        position += 1
        guard (1...6).contains(digits), value != 0 else { return nil }
        return UnicodeScalar(value)
    }
}
