// Value masks against Cases/values.txt, in every type and format, and on text that is made to hide values or to cost time.
import Mask
import Patterns
import TestSupport
import Testing

struct ValueTests {
    let masker: CellMasker

    init() throws { masker = CellMasker(plan: try Given.plan(Given.everything)) }

    @Test func table() throws {
        try CaseTable.check("values.txt", columns: 3) { fields in
            let masker = CellMasker(plan: try Given.plan(fields[0].split(separator: " ").map(String.init)))
            return masker.masked(fields[1], .text(.pass, scans: true))
        }
    }

    @Test func builtInsAreThere() {
        for name in Detector.builtInNames { #expect(Detector.named(name) != nil, "\(name)") }
        #expect(Detector.named("pii.name") == nil)
        #expect(Detector.named("email") == nil)
    }

    static let typed: [(MaskedType, WireFormat, [UInt8], [UInt8]?)] = [
        (.int8, .text, Array("4111111111111111".utf8), nil),
        (.int8, .text, Array("4111111111111112".utf8), Array("4111111111111112".utf8)),
        (.int8, .binary, [0, 0x0e, 0x9b, 0x08, 0xa5, 0x68, 0xf1, 0xc7], nil),
        (.int8, .binary, [0, 0x0e, 0x9b, 0x08, 0xa5, 0x68, 0xf1, 0xc8], [0, 0x0e, 0x9b, 0x08, 0xa5, 0x68, 0xf1, 0xc8]),
        (.int8, .binary, [1, 2, 3], nil),
        (.float8, .binary, [0x43, 0x2d, 0x36, 0x11, 0x4a, 0xd1, 0xe3, 0x8e], nil),
        (.float8, .binary, [0x7f, 0xf0, 0, 0, 0, 0, 0, 0], [0x7f, 0xf0, 0, 0, 0, 0, 0, 0]),
        (.numeric, .binary, [0, 4, 0, 3, 0, 0, 0, 0, 0x10, 0x0f, 0x04, 0x57, 0x04, 0x57, 0x04, 0x57], nil),
        (
            .numeric, .binary, [0, 4, 0, 3, 0, 0, 0, 0, 0x10, 0x0f, 0x04, 0x57, 0x04, 0x57, 0x04, 0x58],
            [0, 4, 0, 3, 0, 0, 0, 0, 0x10, 0x0f, 0x04, 0x57, 0x04, 0x57, 0x04, 0x58]
        ),
        (.numeric, .binary, [0, 4, 0, 3], nil),
        (.bytea, .text, Array("\\x6a616e654061636d652e696f".utf8), nil),
        (.bytea, .text, Array("\\x6a616e65".utf8), Array("\\x6a616e65".utf8)),
        (.bytea, .text, Array("\\x6a6".utf8), nil),
        (.bytea, .binary, Array("\u{1}jane@acme.io\u{2}".utf8), nil),
        (.other, .text, Array("{jane@acme.io}".utf8), nil),
        (.other, .text, Array("{1,2}".utf8), Array("{1,2}".utf8)),
        (.other, .binary, [0, 0, 0, 12] + Array("jane@acme.io".utf8), nil),
        (.text, .binary, Array("x jane@acme.io".utf8), Array("x ja**********".utf8)),
        (.json, .text, Array(#"{"a":"jane@acme.io"}"#.utf8), Array(#"{"a":"ja**********"}"#.utf8)),
        (.json, .binary, Array(#"{"a":"4111111111111111"}"#.utf8), Array(#"{"a":"************1111"}"#.utf8)),
        (.json, .text, Array(#"{"a":4111111111111111}"#.utf8), nil),
        (.json, .text, Array(#"{"a":"jane\u0040acme.io"}"#.utf8), nil),
        (.json, .text, Array(#"{"a":"x\ny"}"#.utf8), Array(#"{"a":"x\ny"}"#.utf8)),
        (.jsonb, .text, Array(#"["jane@acme.io",1]"#.utf8), Array(#"["ja**********",1]"#.utf8)),
        (.jsonb, .binary, [1] + Array(#"["jane@acme.io"]"#.utf8), [1] + Array(#"["ja**********"]"#.utf8)),
        (.jsonb, .binary, [1] + Array(#"[1]"#.utf8), [1] + Array(#"[1]"#.utf8)),
        (.jsonb, .binary, [2] + Array(#"[1]"#.utf8), nil),
        (.jsonb, .binary, [], nil),
    ]

    @Test(arguments: typed.indices)
    func types(index: Int) {
        let (type, format, cell, expected) = Self.typed[index]
        #expect(masker.masked(cell, CellRule(.pass, scansValues: true, type: type, format: format)) == expected)
    }

    @Test func columnMasksKeepTheType() {
        for type in [MaskedType.json, .jsonb, .int8, .float8, .numeric, .bytea, .other] {
            for format in [WireFormat.text, .binary] {
                for transform in [MaskTransform.null, .redact, .hash, .last(2)] {
                    let rule = CellRule(.transform(transform), scansValues: false, type: type, format: format)
                    #expect(masker.masked([49, 50], rule) == nil)
                }
            }
        }
        #expect(masker.masked("abc", .text(.whole)) == "NULL")
        #expect(masker.masked(nil, .text(.transform(.redact))) == nil)
        #expect(masker.masked("abc", .pass) == "abc")
    }

    @Test(arguments: [
        (UInt32(25), MaskedType.text), (1043, .text), (1042, .text), (19, .text), (114, .json), (3802, .jsonb), (20, .int8),
        (1700, .numeric), (17, .bytea), (23, .int4), (1009, .structured), (18, .other), (142, .structured), (2950, .uuid), (0, .other),
        (.max, .other),
    ])
    func typesByOID(oid: UInt32, type: MaskedType) { #expect(MaskedType(oid: oid) == type) }

    /// What `partial` keeps of a cell may hold a value: value masks are applied before it.
    @Test func partialDoesNotUncoverAValue() {
        #expect(masker.masked("jane@acme.io", .text(.transform(.partial(first: 11, last: 0)), scans: true)) == "ja**********")
        let card = masker.masked("4111111111111111", .text(.transform(.partial(first: 14, last: 0)), scans: true))
        #expect(!card.contains("4111111"))
    }

    @Test func cellLimit() throws {
        var limits = MaskLimits()
        limits.cellBytes = 100
        let masker = CellMasker(plan: try Given.plan(["email"]), limits: limits)
        let edge = String(repeating: "a", count: 100)
        #expect(masker.masked(edge, .text(.pass, scans: true)) == edge)
        #expect(masker.masked(edge + "a", .text(.pass, scans: true)) == "NULL")
        #expect(masker.masked(edge + "a", .text(.transform(.redact))) == "NULL")
        #expect(masker.masked(edge + "a", .pass) == edge + "a")
    }

    /// A pattern that runs into its limit withholds the cell.
    @Test func limitWithholds() throws {
        let detector = try Detector(name: "acme.slow", pattern: "(a+)+$")
        let plan = try MaskPlan(columns: [], values: [ValueMask(detector: detector, transform: .redact)], hashKey: [])
        let masker = CellMasker(plan: plan)
        #expect(masker.masked(String(repeating: "a", count: 60) + "!", .text(.pass, scans: true)) == "NULL")
        #expect(masker.failedSearches == 1)
        #expect(masker.masked("baaa", .text(.pass, scans: true)) == "b[redacted]")
        #expect(masker.failedSearches == 1)
    }

    @Test func customChecksums() throws {
        let luhn = try Detector(name: "acme.id", pattern: "[0-9]{4}", checksum: .luhn)
        let empty = try Detector(name: "acme.none", pattern: "x*")
        let plan = try MaskPlan(
            columns: [],
            values: [ValueMask(detector: luhn, transform: .redact), ValueMask(detector: empty, transform: .null)], hashKey: [])
        let masker = CellMasker(plan: plan)
        #expect(masker.masked("1234 1230 é", .text(.pass, scans: true)) == "1234 [redacted] é")
        #expect(masker.masked("1234 x", .text(.pass, scans: true)) == "NULL")
        #expect(throws: PatternError.self) { try Detector(name: "acme.bad", pattern: "(") }
    }

    /// Long texts that a careless search would spend hours on, and that must still be answered right.
    @Test(arguments: ["a", "1", "1 ", "DE89", "a@", "a.", "@", "4111111111111111 ", "a@b.c ", "\u{e9}", "é@", "-", "1-", "aa11 "])
    func longTexts(unit: String) {
        let length = masker.limits.cellBytes / 8
        let text = String(repeating: unit, count: length / unit.utf8.count)
        let output = masker.masked(text, .text(.pass, scans: true))
        #expect(output != "NULL")
        #expect(!output.contains("4111111111111111"))
        #expect(!output.contains("a@b.c"))
    }

    /// A value at a random place in random bytes is always found.
    @Test func alwaysFound() {
        var random = SeededGenerator(seed: 5)
        let values = ["jane@acme.io", "4111111111111111", "GB82WEST12345698765432"]
        let fillers = Array(" ,;:!\n\"\\{}()<>|=\u{0}".utf8) + [0xff, 0xc3]
        for _ in 0..<20_000 {
            let value = Array(values[random.below(3)].utf8)
            let before = (0..<random.below(12)).map { _ in fillers[random.below(fillers.count)] }
            let after = (0..<random.below(12)).map { _ in fillers[random.below(fillers.count)] }
            let output = masker.masked(before + value + after, .text(.pass, scans: true)) ?? []
            let text = String(decoding: output, as: UTF8.self)
            #expect(!text.contains(String(decoding: value, as: UTF8.self)), "\(before) \(after)")
            #expect(output.starts(with: before) && output.suffix(after.count) == after[...])
        }
    }
}
