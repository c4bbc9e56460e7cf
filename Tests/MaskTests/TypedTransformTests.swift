// Masks of numbers, dates and UUIDs against Cases/typed.txt, in both formats, and what they must never do.
import Mask
import TestSupport
import Testing

struct TypedTransformTests {
    let masker: CellMasker

    init() throws {
        masker = CellMasker(
            plan: try MaskPlan(
                columns: [ColumnMask(schema: nil, table: nil, column: "c", transform: .tokenize)], values: [], hashKey: Given.key))
    }

    func masked(_ cell: [UInt8], _ transform: MaskTransform, _ type: MaskedType, _ format: WireFormat) -> [UInt8]? {
        masker.masked(cell, CellRule(.transform(transform), scansValues: false, type: type, format: format))
    }

    /// `transform | type | format | value`; binary values are hexadecimal.
    @Test func table() throws {
        try CaseTable.check("typed.txt", columns: 5) { fields in
            let transform = try #require(Given.transform(fields[0]), "\(fields)")
            let isBinary = fields[2] == "binary"
            let cell = isBinary ? Self.bytes(fields[3]) : Array(fields[3].utf8)
            guard let found = masked(cell, transform, MaskedType(name: fields[1]), isBinary ? .binary : .text) else { return "NULL" }
            return isBinary ? Self.hex(found) : String(decoding: found, as: UTF8.self)
        }
    }

    static func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex.utf8).map { $0 < 58 ? $0 - 48 : $0 - 87 }
        return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    static func hex(_ bytes: [UInt8]) -> String { bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() }

    static func bigEndian(_ value: Int64, width: Int) -> [UInt8] {
        (0..<width).reversed().map { UInt8(truncatingIfNeeded: value >> Int64($0 * 8)) }
    }

    /// The same number in text and in binary becomes the same number, and equal numbers stay equal.
    @Test func formatsAgree() throws {
        var random = SeededGenerator(seed: 9)
        let types: [(MaskedType, Int)] = [(.int2, 2), (.int4, 4), (.int8, 8)]
        for _ in 0..<3000 {
            let (type, width) = types[random.below(3)]
            let shift = Int64(64 - width * 8)
            let value = (Int64(bitPattern: random.next()) >> shift) >> Int64(random.below(width * 8))
            for transform in [MaskTransform.zero, .range(step: 10), .tokenize] {
                let text = masked(Array(String(value).utf8), transform, type, .text)
                let binary = masked(Self.bigEndian(value, width: width), transform, type, .binary)
                guard let text, let binary else {
                    #expect(text == nil && binary == nil && transform == .range(step: 10))
                    continue
                }
                let number = try #require(Int64(String(decoding: text, as: UTF8.self)))
                #expect(Self.bigEndian(number, width: width) == binary)
                #expect(binary.count == width)
                #expect(transform != .range(step: 10) || number % 10 == 0 && number <= value && value - number < 10)
            }
        }
    }

    /// The year of every day of two cycles of the calendar, held against counting days.
    @Test func yearsOfDays() {
        var wrong: [Int64] = []
        var day = Self.firstDay(1900)
        for year in 1900...2301 {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let first = day
            for _ in 0..<(isLeap ? 366 : 365) {
                if masked(Self.bigEndian(day, width: 4), .year, .date, .binary) != Self.bigEndian(first, width: 4) { wrong.append(day) }
                day += 1
            }
        }
        #expect(wrong.isEmpty)
    }

    /// Days from 2000-01-01 to the first day of an earlier year.
    private static func firstDay(_ year: Int) -> Int64 {
        (year..<2000).reduce(0) { $0 - ($1 % 4 == 0 && ($1 % 100 != 0 || $1 % 400 == 0) ? 366 : 365) }
    }

    @Test func whatHasNoTypedFormIsNull() {
        let types: [MaskedType] = [.int4, .int8, .float8, .numeric, .date, .timestamp, .uuid, .boolean, .json, .bytea, .structured, .plain, .other]
        for type in types {
            for format in [WireFormat.text, .binary] {
                for transform in [MaskTransform.null, .redact, .hash, .domain, .last(2)] {
                    #expect(masked(Array("12".utf8), transform, type, format) == nil)
                }
                // Bytes that are no value of the type.
                for transform in [MaskTransform.range(step: 10), .year, .tokenize] { #expect(masked([0xff, 0x41], transform, type, format) == nil) }
            }
        }
    }

    @Test func tokensKeepShapeAndEquality() {
        var random = SeededGenerator(seed: 4)
        for _ in 0..<2000 {
            let text = (0..<1 + random.below(60)).map { _ in ["a", "Z", "7", "-", " ", "é", "@"][random.below(7)] }.joined()
            let token = masker.masked(text, .text(.transform(.tokenize)))
            #expect(token == masker.masked(text, .text(.transform(.tokenize))))
            #expect(token.unicodeScalars.count == text.unicodeScalars.count)
            for (was, now) in zip(text.unicodeScalars, token.unicodeScalars) {
                let kept = "- @".unicodeScalars.contains(was)
                #expect(kept == (was == now && kept))
                #expect(("0"..."9").contains(was) == ("0"..."9").contains(now))
                #expect(("A"..."Z").contains(was) == ("A"..."Z").contains(now))
            }
        }
        let numbers = (0..<500).map { masker.masked(String(100_000_000 + $0), .text(.transform(.tokenize))) }
        #expect(Set(numbers).count > 490, "texts of one shape share tokens")
        for digit in "0123456789" { #expect(numbers.contains { $0.contains(digit) }) }
    }
}
