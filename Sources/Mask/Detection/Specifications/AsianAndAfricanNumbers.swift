// Numbers that the states of Asia, Oceania and Africa give to persons and companies.

enum AsianAndAfricanNumbers {
    static let all: [DetectorSpecification] = [
        // Australian Taxation Office, tax file number: weights 1, 4, 3, 7, 5, 8, 6, 9, 10, a multiple of 11.
        .number("pii.au_tfn", [3, 3, 3], compact: .word, formatted: .word, words: ["tfn", "tax", "australian"]) {
            $0.weighted("14375869:") % 11 == 0 && !$0.isOneDigit
        },
        // Australian Business Register, format of the ABN: one less at the front, weights, a multiple of 89.
        .number(
            "pii.au_abn", [2, 3, 3, 3], by: " ", compact: .word, formatted: .notElsewhere, words: ["abn", "business", "australian"]
        ) { digits in
            let tail = digits.weighted("01357") + digits[5] * 9 + digits[6] * 11 + digits[7] * 13 + digits[8] * 15 + digits[9] * 17
                + digits[10] * 19
            return digits[0] != 0 && ((digits[0] - 1) * 10 + tail) % 89 == 0
        },
        // Services Australia, Medicare card number: weights 1, 3, 7, 9 over eight digits give the ninth; an individual's number may follow.
        DetectorSpecification(
            name: "pii.au_medicare",
            pattern: PatternPart.numberHead + "[2-6][0-9]{3}[ -]?[0-9]{5}[ -]?[0-9](?:[ /-]?[0-9])?" + PatternPart.numberTail,
            triggers: [.run(10...11), .pair(4, 5), .pair(4, 6), .pair(4, 7), .pair(8, 1), .pair(8, 2)], digits: 10, shortest: 10,
            words: ["medicare"], compact: .word, formatted: .notElsewhere, isNumber: true,
            check: { candidate in
                let digits = candidate.digits
                return digits.weighted("13791379") % 10 == digits[8] ? candidate.range : nil
            }),
        // UIDAI, Aadhaar: twelve digits that do not begin with 0 or 1, Verhoeff.
        .number(
            "pii.in_aadhaar", [4, 4, 4], by: " -", compact: .word, formatted: .notElsewhere,
            words: ["aadhaar", "aadhar", "adhar", "uidai"]
        ) { $0[0] > 1 && !$0.isOneDigit && NumberCheck.isVerhoeff($0) },
        // Income Tax Department, permanent account number: the fourth letter says whose.
        DetectorSpecification(
            name: "pii.in_pan", pattern: "(?<![0-9A-Za-z])[A-Z]{3}[ABCFGHJLPTK][A-Z][0-9]{4}[A-Z](?![0-9A-Za-z])",
            triggers: [.word(10...10)], digits: 4, shortest: 10, words: ["pan", "permanent", "tax"], compact: .notElsewhere,
            formatted: .notElsewhere),
        // Resident registration act of Korea: a date, a digit of sex and century, and until 2020 a check digit.
        .number(
            "pii.kr_rrn", [6, 7], by: "-", compact: .word, formatted: .notElsewhere, words: ["rrn", "resident", "korean", "jumin"]
        ) { digits in
            let sum = digits.weighted("234567892345")
            let isChecked = (11 - sum % 11) % 10 == digits[12]
            let isDate = DigitString.isDate(day: digits.number(4, 2), month: digits.number(2, 2))
            // From October 2020 on the last digits are random: only persons born since can have such a number.
            let isRecent = (digits[6] == 3 || digits[6] == 4 || digits[6] == 7 || digits[6] == 8) && digits.number(0, 2) >= 20
            return isDate && (1...8).contains(digits[6]) && (isChecked || isRecent)
        },
        // Immigration and Checkpoints Authority: NRIC and FIN, weights 2, 7, 6, 5, 4, 3, 2 and a letter by the series.
        DetectorSpecification(
            name: "pii.sg_fin", pattern: "(?<![0-9A-Za-z])(?i:[STFGM][0-9]{7}[A-Z])(?![0-9A-Za-z])",
            triggers: [.word(9...9)], digits: 7, shortest: 9, words: ["nric", "fin", "singapore"], compact: .notElsewhere,
            formatted: .notElsewhere,
            check: { SingaporeNumber.isValid(LetterString($0.bytes)) ? $0.range : nil }),
        // Department of Home Affairs, identity number: a date, Luhn over thirteen digits.
        .number(
            "pii.za_id", [6, 4, 2, 1], by: " ", compact: .notElsewhere, formatted: .notElsewhere,
            words: ["identity", "african", "idnumber"]
        ) { digits in
            DigitString.isDate(day: digits.number(4, 2), month: digits.number(2, 2)) && digits[10] <= 2 && digits.isLuhn
        },
        // GB 11643-1999, resident identity number: region, date, ISO 7064 MOD 11-2.
        DetectorSpecification(
            name: "pii.cn_resident_id",
            pattern: "(?<![0-9A-Za-z])[1-9][0-9]{5}(?:18|19|20)[0-9]{2}[01][0-9][0-3][0-9][0-9]{3}[0-9Xx](?![0-9A-Za-z])",
            triggers: [.run(17...18, before: false, after: nil)], digits: 17, shortest: 18, words: ["resident", "china", "chinese", "shenfen"],
            compact: .notElsewhere, formatted: .notElsewhere, isNumber: true,
            check: { candidate in
                let text = LetterString(candidate.bytes)
                var sum = 0
                for index in 0..<17 { sum = (sum + text.digit(index)) * 2 % 11 }
                let check = (12 - sum) % 11
                let isMatch = check == 10 ? text[17] == UInt8(ascii: "X") : ASCII.isDigit(text[17]) && text.digit(17) == check
                return isMatch && DigitString.isDate(day: text.number(12, 2), month: text.number(10, 2)) ? candidate.range : nil
            }),
    ]
}

enum SingaporeNumber {
    static func isValid(_ text: LetterString) -> Bool {
        var sum = 0
        for (index, weight) in [2, 7, 6, 5, 4, 3, 2].enumerated() { sum += text.digit(index + 1) * weight }
        switch text[0] {
        case UInt8(ascii: "S"): return text.matches(8, "JZIHGFEDCBA", at: sum % 11)
        case UInt8(ascii: "T"): return text.matches(8, "JZIHGFEDCBA", at: (sum + 4) % 11)
        case UInt8(ascii: "F"): return text.matches(8, "XWUTRQPNMLK", at: sum % 11)
        case UInt8(ascii: "G"): return text.matches(8, "XWUTRQPNMLK", at: (sum + 4) % 11)
        default: return text.matches(8, "KLJNPQRTUWX", at: 10 - (sum + 3) % 11)
        }
    }
}
