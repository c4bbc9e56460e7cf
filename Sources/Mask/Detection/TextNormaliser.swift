// Undoes what hides a value from a pattern: other digits and letters, characters without width, escapes, base64 and hexadecimal.

/// Makes another text of a text, and knows where each byte of it came from. Reused; not thread-safe.
package final class TextNormaliser {
    /// The gate's flags without which no character is written otherwise than it is meant.
    static let characterFlags = bits(.high, .percent, .backslash, .entity, .parenthesis, .spaced)
    /// The flag without which nothing is encoded as a whole.
    static let encodingFlags = bits(.long16)
    static let flags = characterFlags | encodingFlags
    /// The shortest encoded text that is looked into, in bytes.
    static let shortestEncoding = 16

    private static func bits(_ flags: DetectorFlag...) -> UInt32 { flags.reduce(0) { $0 | 1 << UInt32($1.rawValue) } }

    private let output = MaskOutput(capacity: 256)
    /// Where each byte of the output begins in the input, and the end.
    private var offsets: UnsafeMutableBufferPointer<UInt32> = .allocate(capacity: 256)

    package init() {}

    deinit { offsets.deallocate() }

    /// What was made last.
    package var text: UnsafeRawBufferPointer { output.bytes }
    /// The place in the input of a place in what was made.
    package func offset(_ place: Int) -> Int { Int(offsets[place]) }

    /// Rewrites characters. False when there was nothing to rewrite.
    package func normalise(_ input: UnsafeRawBufferPointer) -> Bool {
        output.removeAll(keepingAtMost: FindingCollector.window)
        reserve(input.count + 1)
        var index = 0
        var isChanged = false
        let isSpacedOut = EscapedCharacter.isSpacedOut(input)
        while index < input.count {
            let byte = input[index]
            if let (scalar, length) = Self.written(byte, input, index, isSpacedOut: isSpacedOut) {
                isChanged = true
                append(scalar, from: index)
                index += length
            } else {
                append(byte, from: index)
                index += 1
            }
        }
        offsets[output.count] = UInt32(truncatingIfNeeded: input.count)
        return isChanged
    }

    /// What is meant where something else is written: a byte, nil for nothing at all, and how much was read.
    private static func written(_ byte: UInt8, _ input: UnsafeRawBufferPointer, _ index: Int, isSpacedOut: Bool) -> (UInt8?, Int)? {
        switch byte {
        case 0x80...: return EscapedCharacter.unicode(input, index)
        case UInt8(ascii: "%"): return EscapedCharacter.percent(input, index)
        case UInt8(ascii: "\\"): return EscapedCharacter.backslash(input, index)
        case UInt8(ascii: "&"): return EscapedCharacter.entity(input, index)
        case UInt8(ascii: "("), UInt8(ascii: "["): return EscapedCharacter.spelled(input, index)
        case UInt8(ascii: " "):
            // The space before `(at)`, and those of a text that is spaced out.
            guard index + 1 < input.count else { return nil }
            if isSpacedOut, EscapedCharacter.spaced(input, index) { return (nil, 1) }
            return EscapedCharacter.spelled(input, index + 1) == nil ? nil : (nil, 1)
        default: return nil
        }
    }

    private func append(_ byte: UInt8?, from index: Int) {
        guard let byte else { return }
        offsets[output.count] = UInt32(truncatingIfNeeded: index)
        output.append(byte)
    }

    private func reserve(_ count: Int) {
        guard offsets.count < count else { return }
        offsets.deallocate()
        offsets = .allocate(capacity: max(count, 1024))
    }

    /// Decodes the next run of sixteen and more characters that is base64 or hexadecimal of a text. The run; nil when there is none.
    package func decodeNext(_ input: UnsafeRawBufferPointer, from start: Int) -> Range<Int>? {
        var index = start
        while index < input.count {
            guard Self.isEncoding(input[index]) else {
                index += 1
                continue
            }
            let first = index
            while index < input.count, Self.isEncoding(input[index]) { index += 1 }
            let token = UnsafeRawBufferPointer(rebasing: input[first..<index])
            if token.count >= Self.shortestEncoding, decodeHex(token) || decodeBase64(token) { return first..<index }
        }
        return nil
    }

    @inline(__always) private static func isEncoding(_ byte: UInt8) -> Bool {
        if ASCII.isAlphanumeric(byte) { return true }
        return byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "+")
            || byte == UInt8(ascii: "=")
    }

    private func decodeHex(_ token: UnsafeRawBufferPointer) -> Bool {
        guard token.count % 2 == 0 else { return false }
        output.removeAll(keepingAtMost: FindingCollector.window)
        for index in stride(from: 0, to: token.count, by: 2) {
            guard let high = ASCII.hexDigit(token[index]), let low = ASCII.hexDigit(token[index + 1]) else { return false }
            let byte = high << 4 | low
            guard Self.isText(byte) else { return false }
            output.append(byte)
        }
        return true
    }

    private func decodeBase64(_ token: UnsafeRawBufferPointer) -> Bool {
        output.removeAll(keepingAtMost: FindingCollector.window)
        var bits: UInt32 = 0
        var held = 0
        for byte in token {
            guard let value = Base64.value(of: byte) else { break }
            bits = bits << 6 | value
            held += 6
            guard held >= 8 else { continue }
            held -= 8
            let decoded = UInt8(truncatingIfNeeded: bits >> UInt32(held))
            guard Self.isText(decoded) else { return false }
            output.append(decoded)
        }
        return true
    }

    /// A byte that a text may have. One that it has not ends a decoding, nearly always within a few bytes of what is no text.
    private static func isText(_ byte: UInt8) -> Bool { byte >= 32 && byte != 127 || byte == 9 || byte == 10 || byte == 13 }
}
