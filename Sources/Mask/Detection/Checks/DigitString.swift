// A candidate's digits or letters and digits, without its separators, in a value of fixed size.

/// Up to 64 ASCII digits.
struct DigitString {
    private var storage = SIMD64<UInt8>(repeating: 0)
    private(set) var count = 0

    init(_ text: UnsafeRawBufferPointer) {
        for byte in text where ASCII.isDigit(byte) {
            guard count < 64 else { return }
            storage[count] = byte & 15
            count += 1
        }
    }

    /// The digit at a position, 0 to 9; 0 beyond the end.
    @inline(__always) subscript(_ index: Int) -> Int { Int(storage[index & 63]) }

    /// The number that digits stand for; at most 18 of them.
    func number(_ range: Range<Int>) -> Int { range.reduce(0) { $0 * 10 + self[$1] } }
    func number(_ start: Int, _ length: Int) -> Int { number(start..<start + length) }

    /// The sum of the first digits by weights.
    func weighted(_ weights: StaticString) -> Int {
        var sum = 0
        for index in 0..<weights.utf8CodeUnitCount { sum += self[index] * Int(weights.utf8Start[index] & 15) }
        return sum
    }

    var isLuhn: Bool {
        var sum = LuhnSum()
        for index in 0..<count { sum.add(UInt8(self[index])) }
        return sum.count > 0 && sum.isValid
    }

    /// `0000…`: no number of anyone.
    var isOneDigit: Bool { !(1..<max(count, 1)).contains { self[$0] != self[0] } }

    /// Whether digits are a date of some century; month and day in their usual ranges.
    static func isDate(day: Int, month: Int) -> Bool {
        guard (1...12).contains(month), day >= 1 else { return false }
        return day <= (month == 2 ? 29 : [4, 6, 9, 11].contains(month) ? 30 : 31)
    }
}

/// Up to 64 ASCII letters, folded to upper case, and digits.
struct LetterString {
    private var storage = SIMD64<UInt8>(repeating: 0)
    private(set) var count = 0

    init(_ text: UnsafeRawBufferPointer) {
        for byte in text where ASCII.isAlphanumeric(byte) {
            guard count < 64 else { return }
            storage[count] = ASCII.upper(byte)
            count += 1
        }
    }

    @inline(__always) subscript(_ index: Int) -> UInt8 { storage[index & 63] }
    /// The digit at a position; 0 for a letter.
    @inline(__always) func digit(_ index: Int) -> Int { ASCII.isDigit(self[index]) ? Int(self[index] & 15) : 0 }
    func number(_ start: Int, _ length: Int) -> Int { (start..<start + length).reduce(0) { $0 * 10 + digit($1) } }
    /// 0 to 25 for a letter.
    func letter(_ index: Int) -> Int { Int(self[index]) - 65 }

    /// Whether the character at a position is the one that a table has at `value`.
    func matches(_ index: Int, _ table: StaticString, at value: Int) -> Bool {
        value >= 0 && value < table.utf8CodeUnitCount && table.utf8Start[value] == self[index]
    }
}
