// A private key in text: from its first line to its last, or to the end of its base64 where the last is cut off.

enum PrivateKeyText {
    static func hit(_ candidate: Candidate) -> Range<Int>? {
        let text = candidate.text
        var index = candidate.range.upperBound
        // Base64, header lines of older formats (`Proc-Type: 4,ENCRYPTED`), white space, and newlines that were escaped (`\n`).
        while index < text.count {
            let byte = text[index]
            if byte == UInt8(ascii: "-"), stands("-----END ", in: text, at: index) {
                var end = index + 9
                while end < text.count, end - index < 80, !stands("-----", in: text, at: end) { end += 1 }
                return candidate.range.lowerBound..<min(end + 5, text.count)
            }
            guard isBody(byte) else { break }
            index += 1
        }
        while index > candidate.range.upperBound, text[index - 1] <= 32 { index -= 1 }
        return candidate.range.lowerBound..<index
    }

    private static func stands(_ mark: StaticString, in text: UnsafeRawBufferPointer, at start: Int) -> Bool {
        guard start + mark.utf8CodeUnitCount <= text.count else { return false }
        return (0..<mark.utf8CodeUnitCount).allSatisfy { text[start + $0] == mark.utf8Start[$0] }
    }

    private static func isBody(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="), UInt8(ascii: "\\"), UInt8(ascii: ":"), UInt8(ascii: ","),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), 32, 9, 10, 13:
            true
        default: ASCII.isAlphanumeric(byte)
        }
    }
}
