// Numbers that the states of Europe give to persons.

enum EuropeanNumbers {
    static let all: [DetectorSpecification] = [
        // NHS Data Dictionary, NHS number: modulo 11; a check digit of ten is not given out.
        .number(
            "pii.uk_nhs", [3, 3, 4], compact: .word, formatted: .notElsewhere, words: ["nhs", "patient", "chi", "medical", "hospital"]
        ) { digits in
            let check = 11 - digits.weighted(":98765432") % 11
            return check != 10 && check % 11 == digits[9] && !digits.isOneDigit
        },
        // HMRC National Insurance Manual NIM39110: letters that are not used, and prefixes that are not given.
        DetectorSpecification(
            name: "pii.uk_nino",
            pattern: "(?<![0-9A-Za-z])(?i:[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?[A-D])"
                + "(?![0-9A-Za-z])",
            triggers: [
                .run(6...6, before: true, after: nil), .run(6...6, before: nil, after: true), .flag(.badge), .pair(2, 2), .pair(2, 4),
                .pair(4, 2),
            ], digits: 6,
            mostDigits: 6, shortest: 9, words: ["nino", "insurance", "national"], compact: .notElsewhere, formatted: .notElsewhere,
            check: { candidate in
                let text = LetterString(candidate.bytes)
                let isKept = ["BG", "GB", "NK", "KN", "TN", "NT", "ZZ"].contains { (prefix: StaticString) in
                    prefix.utf8Start[0] == text[0] && prefix.utf8Start[1] == text[1]
                }
                return isKept ? nil : candidate.range
            }, nearly: { $0.range }),
        // Ministerio del Interior, cálculo del dígito de control del NIF/NIE: the remainder by 23 chooses the letter.
        DetectorSpecification(
            name: "pii.es_nif", pattern: "(?<![0-9A-Za-z.-])(?i:[0-9]{2}\\.?[0-9]{3}\\.?[0-9]{3}[ -]?[A-HJ-NP-TV-Z])(?![0-9A-Za-z])",
            triggers: [.run(8...8, before: false, after: nil), .pair(2, 3), .pair(2, 6), .pair(5, 3)], digits: 8, shortest: 9,
            words: ["nif", "dni", "documento", "identidad", "spanish"], compact: .notElsewhere, formatted: .notElsewhere,
            check: { candidate in
                let text = LetterString(candidate.bytes)
                return text.matches(8, spanish, at: text.number(0, 8) % 23) ? candidate.range : nil
            }),
        DetectorSpecification(
            name: "pii.es_nie", pattern: "(?<![0-9A-Za-z])(?i:[XYZ][ -]?[0-9]\\.?[0-9]{3}\\.?[0-9]{3}[ -]?[A-HJ-NP-TV-Z])(?![0-9A-Za-z])",
            triggers: [.run(7...7, before: nil, after: nil), .pair(1, 3), .pair(1, 6), .pair(4, 3)], digits: 7, mostDigits: 7, shortest: 9,
            words: ["nie", "extranjero", "foreigner"], compact: .notElsewhere, formatted: .notElsewhere,
            check: { candidate in
                let text = LetterString(candidate.bytes)
                let number = (text.letter(0) - 23) * 10_000_000 + text.number(1, 7)
                return text.matches(8, spanish, at: number % 23) ? candidate.range : nil
            }),
        // Decreto ministeriale 23 dicembre 1976: codice fiscale, with the letters that tell namesakes apart in place of digits.
        DetectorSpecification(
            name: "pii.it_codice_fiscale",
            pattern: "(?<![0-9A-Za-z])(?i:[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPR-T][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z])(?![0-9A-Za-z])",
            triggers: [.word(16...16)], shortest: 16, words: ["codice", "fiscale"], compact: .notElsewhere, formatted: .notElsewhere,
            check: { ItalianCode.isValid(LetterString($0.bytes)) ? $0.range : nil }),
        // INSEE, répertoire national d'identification des personnes physiques: key 97 less the remainder by 97; Corsica is 2A and 2B.
        DetectorSpecification(
            name: "pii.fr_nir",
            pattern: PatternPart.numberHead
                + "[1-478][ .]?[0-9]{2}[ .]?[0-9]{2}[ .]?(?:[0-9]{2}|2[ABab])[ .]?[0-9]{3}[ .]?[0-9]{3}[ .-]?[0-9]{2}(?![0-9A-Za-z])",
            triggers: [
                .run(15), .run(6...6, before: false, after: true), .pair(1, 2), .pair(1, 4), .pair(3, 2), .pair(5, 2), .pair(5, 8),
                .pair(7, 3), .pair(7, 6), .pair(7, 8), .pair(8, 2), .pair(8, 3), .pair(8, 5), .pair(1, 8), .pair(1, 6), .pair(3, 8),
            ], digits: 14, shortest: 15, words: ["nir", "securite", "sociale", "insee", "secu"], compact: .notElsewhere,
            formatted: .notElsewhere, isNumber: true, check: { FrenchNumber.isValid(LetterString($0.bytes)) ? $0.range : nil }),
        // Bundeszentralamt für Steuern, Steuerliche Identifikationsnummer: one digit of the first ten comes twice or thrice; MOD 11,10.
        .number(
            "pii.de_tax_id", [2, 3, 3, 3], by: " .", compact: .word, formatted: .notElsewhere,
            words: ["steuer", "idnr", "identifikationsnummer", "steuerid", "tin", "finanzamt", "tax"]
        ) { digits in
            let counts = (0..<10).map { digit in (0..<10).count { digits[$0] == digit } }
            let repeated = counts.filter { $0 > 1 }
            return digits[0] != 0 && repeated.count == 1 && repeated[0] <= 3 && NumberCheck.isMod11And10(digits)
        },
        // Logisch ontwerp GBA, burgerservicenummer: weights nine to two, and minus one.
        .number(
            "pii.nl_bsn", [4, 2, 3], compact: .word, formatted: .word,
            words: ["bsn", "burgerservicenummer", "sofinummer", "sofi", "burger", "dutch"]
        ) { digits in
            let sum = digits.weighted("98765432") - digits[8]
            return sum % 11 == 0 && !digits.isOneDigit
        },
        // Rijksregister, koninklijk besluit van 3 april 1984: 97 less the remainder by 97, from 2000 on with a 2 before.
        DetectorSpecification(
            name: "pii.be_national_number",
            pattern: PatternPart.numberHead
                + "[0-9]{2}[ .-]?[0-9]{2}[ .-]?[0-9]{2}[ .-]?[0-9]{3}[ .-]?[0-9]{2}" + PatternPart.numberTail,
            triggers: [.run(11), .pair(2, 2), .pair(2, 4), .pair(4, 2), .pair(6, 3), .pair(6, 5), .pair(8, 2), .pair(2, 8)],
            digits: 11, shortest: 11, words: ["rijksregister", "national", "niss", "insz", "belg", "registre", "nrn"], compact: .word,
            formatted: .notElsewhere, isNumber: true,
            check: { candidate in
                let digits = candidate.digits
                guard digits.number(2, 2) % 20 <= 12, digits.number(4, 2) <= 31, !digits.isOneDigit else { return nil }
                let key = digits.number(9, 2)
                let body = digits.number(0, 9)
                return 97 - body % 97 == key || 97 - (2_000_000_000 + body) % 97 == key ? candidate.range : nil
            }),
        // Ustawa o ewidencji ludności: PESEL, weights 1, 3, 7, 9; the month says the century.
        .number("pii.pl_pesel", [11], compact: .word, formatted: .word, words: ["pesel", "polish", "ewidencyjny", "national"]) { digits in
            DigitString.isDate(day: digits.number(4, 2), month: digits.number(2, 2) % 20)
                && (digits.weighted("1379137913") + digits[10]) % 10 == 0
        },
        // Digi- ja väestötietovirasto, henkilötunnus: the remainder by 31 chooses the last character; separators as of 2023.
        DetectorSpecification(
            name: "pii.fi_hetu", pattern: "(?<![0-9A-Za-z])[0-9]{6}[-+ABCDEFYXWVU][0-9]{3}[0-9A-FHJ-NPR-Y](?![0-9A-Za-z])",
            triggers: [.pair(6, 3), .pair(6, 4), .run(6...6, before: false, after: true)], digits: 9, shortest: 11,
            words: ["hetu", "henkil"], compact: .nothing, formatted: .nothing,
            check: { candidate in
                let bytes = candidate.bytes
                let digits = DigitString(UnsafeRawBufferPointer(rebasing: bytes[..<6]))
                let serial = DigitString(UnsafeRawBufferPointer(rebasing: bytes[7..<10]))
                guard DigitString.isDate(day: digits.number(0, 2), month: digits.number(2, 2)) else { return nil }
                let rest = (digits.number(0, 6) * 1000 + serial.number(0, 3)) % 31
                return finnish.utf8Start[rest] == bytes[10] ? candidate.range : nil
            }),
        // Skatteverket, SKV 704: personnummer, Luhn over the last ten digits; sixty is added to the day of a co-ordination number.
        DetectorSpecification(
            name: "pii.se_personnummer",
            pattern: PatternPart.numberHead + "(?:(?:18|19|20)[0-9]{6}[-+ ]?[0-9]{4}|[0-9]{6}[-+]?[0-9]{4})" + PatternPart.numberTail,
            triggers: [.run(10), .run(12), .pair(6, 4), .pair(8, 4)], digits: 10, shortest: 10,
            words: ["personnummer", "personnr", "pnr", "samordningsnummer", "svensk", "swedish"], compact: .word, formatted: .notElsewhere,
            isNumber: true,
            check: { candidate in
                let digits = candidate.digits
                let skipped = digits.count - 10
                var sum = LuhnSum()
                for index in skipped..<digits.count { sum.add(UInt8(digits[index])) }
                let day = digits.number(skipped + 4, 2)
                let isDate = DigitString.isDate(day: day > 60 ? day - 60 : day, month: digits.number(skipped + 2, 2))
                return isDate && sum.isValid ? candidate.range : nil
            }),
        // CPR-kontoret, "Personnummeret i CPR": a date, and a number that since 2007 need not pass modulo 11.
        DetectorSpecification(
            name: "pii.dk_cpr", pattern: PatternPart.numberHead + "[0-9]{6}[- ]?[0-9]{4}" + PatternPart.numberTail,
            triggers: [.run(10), .pair(6, 4)], digits: 10, shortest: 10, words: ["cpr", "personnummer", "danish", "dansk"], compact: .word,
            formatted: .notElsewhere, isNumber: true,
            check: { candidate in
                let digits = candidate.digits
                let isDate = DigitString.isDate(day: digits.number(0, 2), month: digits.number(2, 2))
                return isDate && digits.number(6, 4) != 0 ? candidate.range : nil
            }),
        // Nüfus ve Vatandaşlık İşleri: T.C. kimlik numarası, two check digits.
        .number(
            "pii.tr_identity_number", [11], compact: .word, formatted: .word,
            words: ["kimlik", "tckn", "tcno", "vatandas", "turkish", "national"]
        ) { digits in
            let odd = digits[0] + digits[2] + digits[4] + digits[6] + digits[8]
            let even = digits[1] + digits[3] + digits[5] + digits[7]
            let tenth = ((odd * 7 - even) % 10 + 10) % 10
            return digits[0] != 0 && tenth == digits[9] && (odd + even + tenth) % 10 == digits[10]
        },
    ]

    private static let spanish: StaticString = "TRWAGMYFPDXBNJZSQVHLCKE"
    private static let finnish: StaticString = "0123456789ABCDEFHJKLMNPRSTUVWXY"
}

enum ItalianCode {
    /// Odd places weigh by this table, even ones by their order; the remainder by 26 is the last letter.
    private static let odd: [Int] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]

    static func isValid(_ text: LetterString) -> Bool {
        var sum = 0
        for index in 0..<15 {
            let value = ASCII.isDigit(text[index]) ? text.digit(index) : text.letter(index)
            sum += index % 2 == 0 ? odd[value] : value
        }
        return text.letter(15) == sum % 26
    }
}

enum FrenchNumber {
    static func isValid(_ text: LetterString) -> Bool {
        let month = text.number(3, 2)
        guard (1...12).contains(month) || (20...42).contains(month) || month >= 50 else { return false }
        // Corsica counts as 19 and 18 in the sum.
        var body = text.number(0, 5)
        switch text[6] {
        case UInt8(ascii: "A"): body = body * 100 + 19
        case UInt8(ascii: "B"): body = body * 100 + 18
        default: body = body * 100 + text.number(5, 2)
        }
        body = body * 1_000_000 + text.number(7, 6)
        return 97 - body % 97 == text.number(13, 2)
    }
}
