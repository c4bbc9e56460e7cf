// The checksums that tell a number of account from a number.
import Machine

extension Checksum {
    /// Whether bytes pass. Other characters than digits (and letters) are passed over by the checks over numbers; the others are over the
    /// text as it stands.
    public func accepts(_ text: UnsafeRawBufferPointer) -> Bool {
        switch self {
        case .none: return true
        case .luhn:
            var sum = LuhnSum()
            for byte in text where ASCII.isDigit(byte) { sum.add(byte) }
            return sum.count > 0 && sum.isValid
        case .mod97: return IBAN.remainder(of: text) == 1
        case .mod97_10: return IBAN.plainRemainder(of: text) == 1
        case .mod11_2: return NumberCheck.isMod11And2(LetterString(text))
        case .mod11_10: return Self.digits(of: text).map { $0.count >= 2 && NumberCheck.isMod11And10($0) } ?? false
        case .verhoeff: return Self.digits(of: text).map { $0.count >= 2 && NumberCheck.isVerhoeff($0) } ?? false
        case .aba: return Self.digits(of: text).map { $0.count == 9 && $0.weighted("371371371") % 10 == 0 } ?? false
        case .nhs: return Self.digits(of: text).map { $0.count == 10 && ($0.weighted(":98765432") + $0[9]) % 11 == 0 } ?? false
        case .base58: return Base58.isAddress(text)
        case .bech32: return Bech32.isValid(text)
        case .eip55: return text.starts(with: "0x".utf8) && text.dropFirst(2).allSatisfy { ASCII.hexDigit($0) != nil } && EthereumAddress.isValid(text)
        case .crc32: return Base62.isChecked(text)
        }
    }

    /// nil for more digits than are kept: nothing is concluded from a part of them.
    private static func digits(of text: UnsafeRawBufferPointer) -> DigitString? {
        let digits = DigitString(text)
        return digits.count < 64 ? digits : nil
    }
}

/// Luhn's sum over digits from left to right, for either parity of their final number.
struct LuhnSum {
    private(set) var count = 0
    private var doublingEven = 0
    private var doublingOdd = 0

    /// Adds an ASCII digit.
    mutating func add(_ byte: UInt8) {
        let digit = Int(byte & 15)
        let doubled = digit > 4 ? digit * 2 - 9 : digit * 2
        doublingEven += count & 1 == 0 ? doubled : digit
        doublingOdd += count & 1 == 0 ? digit : doubled
        count += 1
    }

    /// The last digit is not doubled, the one before it is.
    var isValid: Bool { (count & 1 == 0 ? doublingEven : doublingOdd) % 10 == 0 }
}

/// International bank account numbers (ISO 13616).
enum IBAN {
    /// The shortest and the longest in `length`.
    static let shortest = 15
    static let longest = 34

    /// How many letters and digits an IBAN of a country has, by the SWIFT registry; nil for what is no country in it.
    static func length(first: UInt8, second: UInt8) -> Int? {
        let country = UInt16(ASCII.upper(first)) << 8 | UInt16(ASCII.upper(second))
        for entry in lengths where entry.0 == country { return entry.1 }
        return nil
    }

    /// The remainder by 97 of an IBAN's letters and digits, the first four of them moved to the end; nil under five.
    static func remainder(of text: UnsafeRawBufferPointer) -> Int? {
        var rest = 0
        var seen = 0
        for byte in text where ASCII.isAlphanumeric(byte) {
            seen += 1
            if seen > 4 { rest = append(byte, to: rest) }
        }
        guard seen > 4 else { return nil }
        seen = 0
        for byte in text where ASCII.isAlphanumeric(byte) {
            seen += 1
            guard seen <= 4 else { break }
            rest = append(byte, to: rest)
        }
        return rest
    }

    /// The remainder by 97 of letters and digits as they stand; nil under three.
    static func plainRemainder(of text: UnsafeRawBufferPointer) -> Int? {
        var rest = 0
        var seen = 0
        for byte in text where ASCII.isAlphanumeric(byte) {
            seen += 1
            rest = append(byte, to: rest)
        }
        return seen > 2 ? rest : nil
    }

    private static func append(_ byte: UInt8, to rest: Int) -> Int {
        ASCII.isDigit(byte) ? (rest * 10 + Int(byte & 15)) % 97 : (rest * 100 + Int(ASCII.upper(byte)) - 55) % 97
    }

    private static let lengths: [(UInt16, Int)] = [
        ("AD", 24), ("AE", 23), ("AL", 28), ("AT", 20), ("AZ", 28), ("BA", 20), ("BE", 16), ("BG", 22), ("BH", 22), ("BI", 27),
        ("BR", 29), ("BY", 28), ("CH", 21), ("CR", 22), ("CY", 28), ("CZ", 24), ("DE", 22), ("DJ", 27), ("DK", 18), ("DO", 28),
        ("EE", 20), ("EG", 29), ("ES", 24), ("FI", 18), ("FK", 18), ("FO", 18), ("FR", 27), ("GB", 22), ("GE", 22), ("GI", 23),
        ("GL", 18), ("GR", 27), ("GT", 28), ("HN", 28), ("HR", 21), ("HU", 28), ("IE", 22), ("IL", 23), ("IQ", 23), ("IS", 26),
        ("IT", 27), ("JO", 30), ("KW", 30), ("KZ", 20), ("LB", 28), ("LC", 32), ("LI", 21), ("LT", 20), ("LU", 20), ("LV", 21),
        ("LY", 25), ("MC", 27), ("MD", 24), ("ME", 22), ("MK", 19), ("MN", 20), ("MR", 27), ("MT", 31), ("MU", 30), ("NI", 28),
        ("NL", 18), ("NO", 15), ("OM", 23), ("PK", 24), ("PL", 28), ("PS", 29), ("PT", 25), ("QA", 29), ("RO", 24), ("RS", 22),
        ("RU", 33), ("SA", 24), ("SC", 31), ("SD", 18), ("SE", 24), ("SI", 19), ("SK", 24), ("SM", 27), ("SO", 23), ("ST", 25),
        ("SV", 28), ("TL", 23), ("TN", 24), ("TR", 26), ("UA", 29), ("VA", 22), ("VG", 24), ("XK", 20), ("YE", 30),
    ].map { country, length in (country.utf8.reduce(UInt16(0)) { $0 << 8 | UInt16($1) }, length) }
}

/// Classes of ASCII bytes.
enum ASCII {
    @inline(__always) static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }
    @inline(__always) static func isLetter(_ byte: UInt8) -> Bool { (byte | 32) &- 97 < 26 }
    @inline(__always) static func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || isLetter(byte) }
    @inline(__always) static func upper(_ byte: UInt8) -> UInt8 { isLetter(byte) ? byte & ~32 : byte }

    /// What a hexadecimal digit of either case stands for.
    @inline(__always) static func hexDigit(_ byte: UInt8) -> UInt8? {
        if isDigit(byte) { return byte & 15 }
        let lower = byte | 32
        return lower >= 97 && lower <= 102 ? lower - 87 : nil
    }
}
