// Cards and accounts: what money moves by.

enum BankingDetectors {
    static let all: [DetectorSpecification] = [
        // ISO/IEC 7812-1: issuer ranges, 13 to 19 digits (Maestro's shorter ones are not in use), Luhn.
        DetectorSpecification(
            name: "pii.credit_card", pattern: "(?<![0-9])[0-9](?:[-\\x{20}./_|\\t\\r\\n\\x80-\\xff]{0,3}+[0-9]){12}",
            triggers: [
                .run(13...19, before: nil, after: nil), .run(31...31, before: nil, after: nil),
            ] + (1...8).flatMap { first in (1...8).map { .pair(first, $0) } },
            digits: 13, shortest: 13,
            words: ["card", "visa", "mastercard", "amex", "credit", "debit", "pan", "ccn", "maestro", "payment", "cvv", "carte", "karte"],
            compact: .notElsewhere, formatted: .notElsewhere, isNumber: true, check: { CardNumber.hit($0) }),
        // ISO 13616-1 and the SWIFT registry of IBAN lengths; ISO/IEC 7064 MOD 97-10.
        DetectorSpecification(
            name: "pii.iban", pattern: "(?:[A-Z]{2}|(?<![A-Za-z0-9])[A-Za-z]{2})[0-9]{2}", triggers: [.flag(.country)],
            digits: 6, shortest: IBAN.shortest, words: ["iban", "account", "bank", "konto"], check: { IBAN.hit($0) },
            nearly: { IBAN.hit($0, isChecked: false) }),
        // ISO 9362: institution, country, place, branch. Any eight capitals with a country inside look like one.
        DetectorSpecification(
            name: "pii.bic", pattern: "(?<![0-9A-Za-z])[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?(?![0-9A-Za-z])",
            triggers: [.word(8...8), .word(11...11)], shortest: 8, words: ["bic", "swift", "bank"], compact: .word, formatted: .word,
            check: { BusinessCode.isCountry($0.bytes[4], $0.bytes[5]) ? $0.range : nil }),
        // ABA routing number (American Bankers Association, key to routing numbers): Federal Reserve ranges, weights 3, 7, 1.
        .number(
            "pii.us_aba_routing", [9], compact: .word, formatted: .word,
            words: ["aba", "routing", "rtn", "transit", "ach", "wire", "bank"]
        ) { digits in
            let region = digits.number(0, 2)
            let isRegion = (0...12).contains(region) || (21...32).contains(region) || (61...72).contains(region) || region == 80
            return isRegion && !digits.isOneDigit && digits.weighted("371371371") % 10 == 0
        },
    ]
}

enum CardNumber {
    /// The longest card number that begins with the candidate: it ends where a digit group does, so that a number after it (an expiry,
    /// a check code) does not hide it.
    static func hit(_ candidate: Candidate) -> Range<Int>? {
        let text = candidate.text
        let start = candidate.range.lowerBound
        var sum = LuhnSum()
        var prefix = 0
        var end: Int?
        var index = start
        var gap = 0
        var isOneDigit = true
        // One point and no other separator: a decimal number.
        var points = 0
        var separators = 0
        while index < text.count, sum.count < 19 {
            let byte = text[index]
            if ASCII.isDigit(byte) {
                sum.add(byte)
                isOneDigit = isOneDigit && byte == text[start]
                if sum.count <= 6 { prefix = prefix * 10 + Int(byte & 15) }
                gap = 0
                let groupEnds = index + 1 == text.count || !ASCII.isDigit(text[index + 1])
                let isDecimal = points == 1 && separators == 1
                if groupEnds, sum.count >= 13, sum.isValid, !isOneDigit, !isDecimal, isIssued(prefix, length: sum.count) { end = index + 1 }
            } else {
                gap += 1
                separators += 1
                points += byte == UInt8(ascii: ".") ? 1 : 0
                guard gap <= 3, isSeparator(byte) else { break }
            }
            index += 1
        }
        return end.map { start..<$0 }
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "-"), UInt8(ascii: " "), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "_"), UInt8(ascii: "|"), 9, 10, 13:
            true
        default: byte >= 0x80
        }
    }

    /// Whether a network issues numbers that begin with these six digits, of this length.
    private static func isIssued(_ prefix: Int, length: Int) -> Bool {
        let two = prefix / 10_000
        let three = prefix / 1000
        let four = prefix / 100
        switch two {
        case 40...49: return [13, 16, 18, 19].contains(length)  // Visa
        case 51...55: return length == 16  // Mastercard
        case 22...27:
            // Mastercard's second series, and Mir.
            return (2221...2720).contains(four) && length == 16 || (2200...2204).contains(four) && (16...19).contains(length)
        case 34, 37: return length == 15  // American Express
        case 30, 36, 38, 39: return (two != 30 || three <= 305 || three == 309) && (14...19).contains(length)  // Diners Club
        case 35: return (16...19).contains(length)  // JCB (3528 to 3589), RuPay
        case 50, 56, 57, 58, 63, 67, 68, 69, 59: return two != 59 && (13...19).contains(length)  // Maestro, Verve, RuPay, Elo
        case 60, 61, 62, 64, 65, 66: return (14...19).contains(length) && two != 61  // Discover, UnionPay, RuPay, Maestro
        case 81, 82: return (16...19).contains(length)  // UnionPay, RuPay
        case 97: return four == 9792 && length == 16  // Troy
        case 10...19: return two == 10 ? false : three / 10 == 18 && length == 15  // JCB's 1800
        default: return four == 2131 && length == 15  // JCB's 2131
        }
    }
}

enum BusinessCode {
    /// ISO 3166-1 alpha-2, and XK, which SWIFT uses.
    static func isCountry(_ first: UInt8, _ second: UInt8) -> Bool {
        var index = 0
        while index + 1 < countries.utf8CodeUnitCount {
            if countries.utf8Start[index] == first, countries.utf8Start[index + 1] == second { return true }
            index += 2
        }
        return false
    }

    private static let countries: StaticString = """
        ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZECEE\
        EGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLC\
        LILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURW\
        SASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSYEYTZAZMZWXK
        """
}

extension IBAN {
    /// An account number that begins at a head: exactly as long as its country says.
    /// Unchecked, it ends where a word does, and has no other letters and digits around it.
    static func hit(_ candidate: Candidate, isChecked: Bool = true) -> Range<Int>? {
        let text = candidate.text
        let start = candidate.range.lowerBound
        guard let length = length(first: text[start], second: text[start + 1]) else { return nil }
        var index = start
        var count = 0
        var digits = 0
        var gap = 0
        while index < text.count, count < length {
            if ASCII.isAlphanumeric(text[index]) {
                count += 1
                digits += ASCII.isDigit(text[index]) ? 1 : 0
                gap = 0
            } else {
                gap += 1
                guard text[index] == UInt8(ascii: " ") || text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "."), gap < 2
                else { return nil }
            }
            index += 1
        }
        guard count == length, digits >= 6 else { return nil }
        if isChecked { return remainder(of: UnsafeRawBufferPointer(rebasing: text[start..<index])) == 1 ? start..<index : nil }
        let isAlone = (start == 0 || !ASCII.isAlphanumeric(text[start - 1])) && (index == text.count || !ASCII.isAlphanumeric(text[index]))
        return isAlone ? start..<index : nil
    }
}
