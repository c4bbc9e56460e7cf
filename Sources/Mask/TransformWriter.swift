// Writes what a transform makes of a text.
import Sealing

/// Writes masked values. Holds the keyed authentication code for `hash` and `tokenize`.
final class TransformWriter {
    /// The prefix of a hashed value, and how many hexadecimal digits follow it.
    static let hashPrefix: StaticString = "h:"
    static let hashDigits = 32

    private let authenticator: MessageAuthenticator?
    let code = UnsafeMutablePointer<UInt8>.allocate(capacity: SHA256Digest.byteCount)

    init(hashKey: [UInt8]) {
        authenticator = hashKey.count >= MaskPlan.shortestHashKey ? try? MessageAuthenticator(key: hashKey) : nil
    }

    deinit { code.deallocate() }

    /// Appends what `transform` makes of a text. False for `null`, and where a hash cannot be made: then the value must become NULL.
    func write(_ transform: MaskTransform, of text: UnsafeRawBufferPointer, into output: MaskOutput) -> Bool {
        switch transform {
        case .null:
            return false
        case .redact:
            output.append(MaskTransform.redacted)
            return true
        case .partial(let first, let last):
            writePartial(text, max(0, first), max(0, last), into: output)
            return true
        case .zero: return true
        case .year: return writeYear(text, into: output)
        case .domain: return writeDomain(text, into: output)
        case .range(let step): return writeRange(text, step, into: output)
        case .tokenize: return writeToken(text, into: output)
        case .hash:
            guard let authenticator, authenticator.authenticate(text, into: code) else { return false }
            output.append(Self.hashPrefix)
            for index in 0..<(Self.hashDigits / 2) {
                output.append(Self.digit(code[index] >> 4))
                output.append(Self.digit(code[index] & 15))
            }
            return true
        }
    }

    /// Fills `code` with a keyed digest that no `hash` shows. False when there is no key.
    func seed(_ text: UnsafeRawBufferPointer) -> Bool {
        guard let authenticator, authenticator.authenticate(text, into: code) else { return false }
        return nextCode()
    }

    /// The digest that follows in the chain.
    func nextCode() -> Bool {
        authenticator?.authenticate(UnsafeRawBufferPointer(start: code, count: SHA256Digest.byteCount), into: code) == true
    }

    private func writePartial(_ text: UnsafeRawBufferPointer, _ first: Int, _ last: Int, into output: MaskOutput) {
        let characters = Self.characterCount(of: text)
        guard characters > first + last else {
            output.append(repeating: UInt8(ascii: "*"), count: characters)
            return
        }
        var head = 0
        for _ in 0..<first { head += Self.width(of: text, at: head) }
        var tail = head
        for _ in 0..<(characters - first - last) { tail += Self.width(of: text, at: tail) }
        output.append(UnsafeRawBufferPointer(rebasing: text[..<head]))
        output.append(repeating: UInt8(ascii: "*"), count: characters - first - last)
        output.append(UnsafeRawBufferPointer(rebasing: text[tail...]))
    }

    static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }

    static func characterCount(of text: UnsafeRawBufferPointer) -> Int {
        var count = 0
        var offset = 0
        while offset < text.count {
            offset += width(of: text, at: offset)
            count += 1
        }
        return count
    }

    /// The bytes of the character at an offset; 1 for a byte that begins no whole one.
    static func width(of text: UnsafeRawBufferPointer, at offset: Int) -> Int {
        let first = text[offset]
        guard first >= 0xc2, first <= 0xf4 else { return 1 }
        let width = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
        guard offset + width <= text.count else { return 1 }
        for index in 1..<width where text[offset + index] & 0xc0 != 0x80 { return 1 }
        return width
    }
}
