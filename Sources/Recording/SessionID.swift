// The name of a recorded session: unique, ordered by time, and readable.

/// A version 7 UUID (RFC 9562 section 5.7): 48 bits of milliseconds since 1970, then random bits. Sorting ids sorts sessions by start.
public struct SessionID: Sendable, Hashable, Comparable {
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A new id for a session that starts now, `nanoseconds` since 1970.
    public init(startedAt nanoseconds: UInt64, random: inout some RandomNumberGenerator) {
        let milliseconds = (nanoseconds / 1_000_000) & 0xFFFF_FFFF_FFFF
        // The twelve bits after the version order sessions within a millisecond (method 3 of section 6.2).
        let fraction = (nanoseconds % 1_000_000) * 4096 / 1_000_000
        high = milliseconds << 16 | 0x7000 | fraction
        low = 0x8000_0000_0000_0000 | random.next() >> 2
    }

    /// Reads the text form, in either case; nil for anything else.
    public init?(_ text: String) {
        var value: (UInt64, UInt64) = (0, 0)
        var digits = 0
        for (index, byte) in text.utf8.enumerated() {
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard digits < 32, let digit = Self.digit(byte) else { return nil }
            if digits < 16 { value.0 = value.0 << 4 | digit } else { value.1 = value.1 << 4 | digit }
            digits += 1
        }
        guard digits == 32 else { return nil }
        self.init(high: value.0, low: value.1)
    }

    private static func digit(_ byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    public static func < (a: SessionID, b: SessionID) -> Bool { (a.high, a.low) < (b.high, b.low) }
}

extension SessionID: CustomStringConvertible {
    /// Lower case, `xxxxxxxx-xxxx-7xxx-xxxx-xxxxxxxxxxxx`.
    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(36)
        for place in 0..<32 {
            if place == 8 || place == 12 || place == 16 || place == 20 { bytes.append(UInt8(ascii: "-")) }
            let word = place < 16 ? high : low
            bytes.append(digits[Int(word >> UInt64(60 - (place & 15) * 4) & 15)])
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
