// Transforms against Cases/transforms.txt, their order, and that what is masked does not come through.
import Mask
import TestSupport
import Testing

struct TransformTests {
    let masker: CellMasker

    init() throws {
        masker = CellMasker(
            plan: try MaskPlan(
                columns: [ColumnMask(schema: nil, table: nil, column: "c", transform: .hash)], values: [], hashKey: Given.key))
    }

    @Test func table() throws {
        try CaseTable.check("transforms.txt", columns: 3) { fields in
            let transform = try #require(Given.transform(fields[0]), "\(fields)")
            let outputs = [WireFormat.text, .binary].map { format in
                masker.masked(fields[1], CellRule(.transform(transform), scansValues: false, type: .text, format: format))
            }
            #expect(outputs[0] == outputs[1])
            return outputs[0]
        }
    }

    @Test func bytesThatAreNotText() {
        #expect(masker.masked([0xff, 0xc3, 0x28, 0x61], .text(.transform(.last(1)))) == Array("***a".utf8))
        #expect(masker.masked([0xf0, 0x9f, 0x91], .text(.transform(.last(1)))) == [42, 42, 0x91])
    }

    static let ordered: [(MaskTransform, MaskTransform, MaskTransform?)] = [
        (.null, .redact, .null), (.redact, .hash, .redact), (.hash, .last(4), .hash), (.null, .last(4), .null),
        (.last(4), .last(2), .last(2)), (.partial(first: 2, last: 1), .partial(first: 1, last: 1), .partial(first: 1, last: 1)),
        (.partial(first: 2, last: 0), .last(4), nil), (.last(4), .last(4), .last(4)), (.null, .null, .null),
        (.redact, .zero, .redact), (.zero, .hash, .zero), (.hash, .tokenize, .hash), (.tokenize, .year, .tokenize), (.tokenize, .last(1), .tokenize),
        (.year, .domain, nil), (.year, .range(step: 10), nil), (.domain, .last(4), nil), (.range(step: 10), .range(step: 5), .range(step: 10)),
        (.range(step: 10), .range(step: 4), nil), (.year, .year, .year), (.range(step: 10), .last(2), nil),
    ]

    @Test(arguments: ordered.indices)
    func strictness(index: Int) {
        let (left, right, stricter) = Self.ordered[index]
        #expect(MaskTransform.stricter(left, right) == stricter)
        #expect(MaskTransform.stricter(right, left) == stricter)
        #expect(MaskTransform.joined(left, right) == stricter ?? .redact)
    }

    @Test func equalValuesHashEqually() throws {
        let rule = CellRule.text(.transform(.hash))
        let first = masker.masked("jane@acme.io", rule)
        #expect(first == masker.masked("jane@acme.io", rule))
        #expect(first != masker.masked("jane@acme.ii", rule))
        #expect(first.utf8.count == 34)
        let other = try MaskPlan(columns: [], values: [], hashKey: [UInt8](repeating: 8, count: 16))
        #expect(CellMasker(plan: other).masked("jane@acme.io", rule) != first)
        // Without a key there is no hash to give.
        #expect(CellMasker(plan: .none).masked("jane@acme.io", rule) == "NULL")
    }

    /// A masked character never comes through: with letters as values, only the kept ones are letters.
    @Test func nothingButWhatIsKept() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<5_000 {
            let (first, last) = (random.below(5), random.below(5))
            let characters = (0..<random.below(12)).map { _ in ["a", "é", "日", "𝄞"][random.below(4)] }
            let output = masker.masked(characters.joined(), .text(.transform(.partial(first: first, last: last))))
            let shown = output.unicodeScalars.count { $0 != "*" }
            #expect(shown == (characters.count > first + last ? first + last : 0))
            #expect(output.unicodeScalars.count == characters.count)
        }
    }

    @Test func plansThatCannotBeMade() {
        let column = { ColumnMask(schema: nil, table: nil, column: "c", transform: $0) }
        #expect(throws: MaskPlanError.hashKeyTooShort(bytes: 15)) {
            try MaskPlan(columns: [column(.hash)], values: [], hashKey: [UInt8](repeating: 1, count: 15))
        }
        #expect(throws: Never.self) {
            try MaskPlan(columns: [column(.hash)], values: [], hashKey: [UInt8](repeating: 1, count: 16))
        }
        for transform in [MaskTransform.partial(first: -1, last: 0), .last(1025), .range(step: 1), .range(step: 1_000_000_001)] {
            #expect(throws: MaskPlanError.invalidTransform(transform)) {
                try MaskPlan(columns: [column(transform)], values: [], hashKey: [])
            }
        }
        #expect(throws: MaskPlanError.tooManyEntries) {
            try MaskPlan(columns: Array(repeating: column(.null), count: 10_001), values: [], hashKey: [])
        }
    }

    @Test func planLookUp() throws {
        let plan = try MaskPlan(
            columns: [
                ColumnMask(schema: "public", table: "customers", column: "email", transform: .last(4)),
                ColumnMask(schema: nil, table: nil, column: "card", transform: .last(4), isGuarded: true),
                ColumnMask(schema: nil, table: "customers", column: "card", transform: .redact),
                ColumnMask(schema: "public", table: "customers", column: "name", transform: .last(4)),
                ColumnMask(schema: "public", table: nil, column: "name", transform: .partial(first: 1, last: 0)),
            ], values: [], hashKey: [])
        #expect(plan.transform(schema: "public", table: "customers", column: "email") == .last(4))
        #expect(plan.transform(schema: "public", table: "orders", column: "email") == nil)
        #expect(plan.transform(schema: "Public", table: "customers", column: "email") == nil)
        #expect(plan.transform(schema: nil, table: nil, column: "email") == .last(4))
        #expect(plan.transform(schema: "x", table: "y", column: "card") == .last(4))
        #expect(plan.transform(schema: "x", table: "customers", column: "card") == .redact)
        // Not ordered: the compiler refuses it, and should one come through it is never laxer than either.
        #expect(plan.transform(schema: "public", table: "customers", column: "name") == .redact)
        #expect(plan.isGuarded(schema: "x", table: "y", column: "card"))
        #expect(!plan.isGuarded(schema: "public", table: "customers", column: "email"))
        #expect(plan.masksAny(schema: "x", table: "y"))
        #expect(plan.columns(ofSchema: "public", table: "customers").map(\.column) == ["card", "email", "name"])
        #expect(plan.columns(ofSchema: "x", table: "y").map(\.column) == ["card"])
        #expect(!plan.isEmpty)
        #expect(MaskPlan.none.isEmpty)
        #expect(!MaskPlan.none.masksAny(schema: nil, table: nil))
    }
}
