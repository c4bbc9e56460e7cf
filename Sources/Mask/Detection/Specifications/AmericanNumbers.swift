// Numbers that the states of the Americas give to persons and companies.

enum AmericanNumbers {
    static let all: [DetectorSpecification] = [
        // Social Security Administration, RM 10201.030: no area 000, 666 or 9xx, no group 00, no serial 0000.
        .number(
            "pii.us_ssn", [3, 2, 4], compact: .word, formatted: .notElsewhere,
            words: ["ssn", "social", "security", "socsec", "taxpayer"]
        ) { digits in
            let area = digits.number(0, 3)
            return area != 0 && area != 666 && area < 900 && digits.number(3, 2) != 0 && digits.number(5, 4) != 0 && !digits.isOneDigit
                && !sampleSSNs.contains(digits.number(0, 9))
        },
        // IRS Publication 1915, and the group ranges of the Internal Revenue Manual 3.21.263: 9xx and 50-65, 70-88, 90-92, 94-99.
        .number(
            "pii.us_itin", [3, 2, 4], compact: .word, formatted: .notElsewhere, words: ["itin", "taxpayer", "tax", "tin"]
        ) { digits in
            let group = digits.number(3, 2)
            return digits[0] == 9
                && ((50...65).contains(group) || (70...88).contains(group) || (90...92).contains(group) || (94...99).contains(group))
        },
        // Canada Revenue Agency, social insurance number: Luhn; 0 and 8 are not given to persons.
        .number(
            "pii.ca_sin", [3, 3, 3], compact: .word, formatted: .notElsewhere, words: ["sin", "insurance", "nas", "canada", "canadian"]
        ) { $0[0] != 8 && $0[0] != 0 && $0.isLuhn && !$0.isOneDigit },
        // Receita Federal, Instrução Normativa 1.548: CPF, two digits modulo 11 (`:` and `;` weigh 10 and 11).
        DetectorSpecification(
            name: "pii.br_cpf",
            pattern: PatternPart.numberHead + "[0-9]{3}[ .]?[0-9]{3}[ .]?[0-9]{3}[ -]?[0-9]{2}" + PatternPart.numberTail,
            triggers: [.run(11), .pair(3, 3), .pair(3, 6), .pair(3, 8), .pair(6, 3), .pair(6, 5), .pair(8, 2)], digits: 11, shortest: 11,
            words: ["cpf", "cadastro", "contribuinte"], compact: .word, formatted: .notElsewhere, isNumber: true,
            check: { NumberCheck.isBrazilian($0.digits, ":98765432", ";:98765432") ? $0.range : nil }),
        // Receita Federal, Instrução Normativa 2.119: CNPJ, two digits modulo 11.
        DetectorSpecification(
            name: "pii.br_cnpj",
            pattern: PatternPart.numberHead + "[0-9]{2}[ .]?[0-9]{3}[ .]?[0-9]{3}[ /]?[0-9]{4}[ -]?[0-9]{2}" + PatternPart.numberTail,
            triggers: [.run(14), .pair(2, 3), .pair(2, 6), .pair(2, 8), .pair(5, 3), .pair(5, 7), .pair(8, 4), .pair(8, 6), .pair(8, 2)],
            digits: 14, shortest: 14, words: ["cnpj", "cadastro", "empresa"], compact: .word, formatted: .notElsewhere, isNumber: true,
            check: { NumberCheck.isBrazilian($0.digits, "543298765432", "6543298765432") ? $0.range : nil }),
    ]

    /// Numbers that were printed on cards in wallets and advertisements, and the one that everyone types.
    private static let sampleSSNs: Set<Int> = [78_051_120, 219_099_999, 123_456_789, 457_555_462]
}
