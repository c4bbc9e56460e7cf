// Reads IP addresses and networks: "10.0.0.0/8", "2001:db8::/32", "192.0.2.7" (RFC 4291, RFC 4632).

import Machine

extension NetworkRecord {
    /// Reads an address with an optional prefix; nil when it is none, or has bits set behind its prefix.
    init?(text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2 else { return nil }
        let isV6 = parts[0].utf8.contains(UInt8(ascii: ":"))
        guard let address = isV6 ? Self.v6(parts[0]) : Self.v4(parts[0]).map({ (0, 0xFFFF_0000_0000 | UInt64($0)) }) else {
            return nil
        }
        let width = isV6 ? 128 : 32
        var prefix = width
        if parts.count == 2 {
            guard let written = Self.decimal(parts[1], limit: width) else { return nil }
            prefix = written
        }
        let whole = isV6 ? prefix : prefix + 96
        let highMask: UInt64 = whole >= 64 ? .max : whole == 0 ? 0 : ~0 << UInt64(64 - whole)
        let lowMask: UInt64 = whole <= 64 ? 0 : whole == 128 ? .max : ~0 << UInt64(128 - whole)
        // Host bits behind the prefix are a slip: refuse rather than guess which half was meant.
        guard address.0 & ~highMask == 0, address.1 & ~lowMask == 0 else { return nil }
        self.init(high: address.0, low: address.1, prefix: UInt8(whole))
    }

    private static func v4(_ text: Substring) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt32 = 0
        for part in parts {
            guard let octet = decimal(part, limit: 255) else { return nil }
            value = value << 8 | UInt32(octet)
        }
        return value
    }

    private static func v6(_ text: Substring) -> (UInt64, UInt64)? {
        let bytes = Array(text.utf8)
        let colon = UInt8(ascii: ":")
        var gap: Int?
        var position = 0
        while position + 1 < bytes.count {
            if bytes[position] == colon, bytes[position + 1] == colon {
                guard gap == nil else { return nil }
                gap = position
                position += 1
            }
            position += 1
        }
        func groups(_ part: ArraySlice<UInt8>) -> [UInt16]? {
            if part.isEmpty { return [] }
            var result: [UInt16] = []
            for group in part.split(separator: colon, omittingEmptySubsequences: false) {
                // Digits alone: `UInt16(_:radix:)` would also take a sign.
                guard (1...4).contains(group.count), group.allSatisfy(isHexDigit),
                    let value = UInt16(String(decoding: group, as: UTF8.self), radix: 16)
                else { return nil }
                result.append(value)
            }
            return result
        }
        var all: [UInt16]
        if let gap {
            guard let before = groups(bytes[..<gap]), let after = groups(bytes[(gap + 2)...]), before.count + after.count < 8
            else { return nil }
            all = before + Array(repeating: 0, count: 8 - before.count - after.count) + after
        } else {
            guard let found = groups(bytes[...]), found.count == 8 else { return nil }
            all = found
        }
        let high = all[..<4].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        let low = all[4...].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        return (high, low)
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
    }

    /// Digits without a sign or leading zeros, at most `limit`.
    private static func decimal(_ text: Substring, limit: Int) -> Int? {
        guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            text.utf8.count == 1 || text.utf8.first != 0x30, let value = Int(text), value <= limit
        else { return nil }
        return value
    }
}
