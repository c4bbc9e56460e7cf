// Check digits of numbers, by the family of their arithmetic.

enum NumberCheck {
    /// ISO/IEC 7064 MOD 11,10 over all digits, as German tax numbers use it.
    static func isMod11And10(_ digits: DigitString) -> Bool {
        var product = 10
        for index in 0..<digits.count - 1 {
            var sum = (digits[index] + product) % 10
            if sum == 0 { sum = 10 }
            product = sum * 2 % 11
        }
        return (11 - product) % 10 == digits[digits.count - 1]
    }

    /// ISO/IEC 7064 MOD 11-2 over two characters and more: digits, and at the end perhaps an X, which is ten.
    static func isMod11And2(_ text: LetterString) -> Bool {
        guard (2..<64).contains(text.count), (0..<text.count - 1).allSatisfy({ ASCII.isDigit(text[$0]) }) else { return false }
        let last = text[text.count - 1]
        guard ASCII.isDigit(last) || last == UInt8(ascii: "X") else { return false }
        var sum = 0
        for index in 0..<text.count - 1 { sum = (sum + text.digit(index)) * 2 % 11 }
        return (sum + (ASCII.isDigit(last) ? Int(last & 15) : 10)) % 11 == 1
    }
    /// Verhoeff's check over the dihedral group of order ten (J. Verhoeff, "Error Detecting Decimal Codes", 1969).
    static func isVerhoeff(_ digits: DigitString) -> Bool {
        var check = 0
        for place in 0..<digits.count {
            check = dihedral(check, permuted(digits[digits.count - 1 - place], place))
        }
        return check == 0
    }

    /// The product of two elements of the dihedral group: rotations 0 to 4, reflections 5 to 9.
    private static func dihedral(_ left: Int, _ right: Int) -> Int {
        if left < 5 { return right < 5 ? (left + right) % 5 : 5 + (left + right - 5) % 5 }
        return right < 5 ? 5 + (left - 5 - right + 5) % 5 : (left - right + 5) % 5
    }

    private static let permutation: StaticString = "1576283094"

    /// Verhoeff's permutation, applied as often as the place says.
    private static func permuted(_ digit: Int, _ place: Int) -> Int {
        (0..<place % 8).reduce(digit) { digit, _ in Int(permutation.utf8Start[digit] & 15) }
    }

    /// The two check digits of Brazil's registers: each is eleven less the remainder, 0 for ten and eleven.
    static func isBrazilian(_ digits: DigitString, _ first: StaticString, _ second: StaticString) -> Bool {
        func check(_ weights: StaticString) -> Int {
            let rest = digits.weighted(weights) % 11
            return rest < 2 ? 0 : 11 - rest
        }
        return !digits.isOneDigit && check(first) == digits[digits.count - 2] && check(second) == digits[digits.count - 1]
    }
}
