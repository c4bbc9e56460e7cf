// COPY streams against Cases/copy.txt, in every way of being cut into pieces, and against bytes that are no COPY.
import Mask
import TestSupport
import Testing

struct CopyCase: Sendable, CustomTestStringConvertible {
    var layout: String
    var input: [UInt8]
    var expected: [UInt8]
    var testDescription: String { layout }

    static let all: [CopyCase] = blocks.map { block in
        let bytes = { (part: ArraySlice<String>) in
            Array(part.map { $0.split(separator: "<T>", omittingEmptySubsequences: false).joined(separator: "\t") + "\n" }.joined().utf8)
        }
        let arrow = block.firstIndex(of: "=>") ?? block.endIndex - 1
        return CopyCase(layout: block[0], input: bytes(block[1..<arrow]), expected: bytes(block[(arrow + 1)...]))
    }

    /// The blocks of the file, without their last line.
    static let blocks: [[String]] =
        ((try? CaseTable.lines("copy.txt")) ?? []).filter { !$0.hasPrefix("#") }.split(separator: ".").map(Array.init)

    func made() throws -> CopyLayout {
        var options: [String: String] = [:]
        for word in layout.split(separator: " ").dropFirst() {
            let parts = word.split(separator: "=")
            options[String(parts[0])] = parts.count == 2 ? String(parts[1]) : ""
        }
        let byte = { (name: String) in options[name]?.utf8.first }
        let null = options["null"].map { Array($0.utf8) }
        let hasHeader = options["header"] != nil
        return layout.hasPrefix("csv")
            ? try .csv(
                delimiter: byte("delimiter") ?? 0x2c, quote: byte("quote") ?? 0x22, escape: byte("escape"), null: null ?? [],
                hasHeader: hasHeader)
            : try .text(delimiter: byte("delimiter") ?? 9, null: null ?? [0x5c, 0x4e], hasHeader: hasHeader)
    }
}

struct CopyTests {
    let masker: CellMasker
    static let rules: [CellRule] = [.text(.transform(.partial(first: 2, last: 0))), .pass, .text(.pass, scans: true)]
    static let binaryRules = rules.map { CellRule($0.treatment, scansValues: $0.scansValues, type: .text, format: .binary) }

    init() throws { masker = CellMasker(plan: try Given.plan(Given.everything)) }

    /// What comes out of a stream cut at the given places, or the error's name.
    func masked(_ input: [UInt8], _ layout: CopyLayout, _ rules: [CellRule], cuts: [Int] = [], masker: CellMasker? = nil) -> [UInt8] {
        let output = MaskOutput()
        do {
            let copy = try CopyMasker(masker ?? self.masker, layout: layout, rules: rules)
            var start = 0
            for end in cuts + [input.count] {
                try Array(input[start..<end]).withUnsafeBytes { try copy.mask($0, into: output) }
                start = end
            }
            try copy.finish()
            return Array(output.bytes)
        } catch MaskError.truncatedCopy {
            return Array("truncatedCopy\n".utf8)
        } catch {
            return Array("malformedCopy or cellCount\n".utf8)
        }
    }

    @Test func table() throws {
        try #require(!CopyCase.all.isEmpty)
        var lines = try CaseTable.lines("copy.txt").filter { $0.hasPrefix("#") }
        for (given, block) in zip(CopyCase.all, CopyCase.blocks) {
            let output = String(decoding: masked(given.input, try given.made(), Self.rules), as: UTF8.self)
            if !CaseFolder.isUpdating { #expect(output == String(decoding: given.expected, as: UTF8.self), "\(block)") }
            lines += block.prefix { $0 != "=>" } + ["=>"]
            lines += output.split(separator: "\n").map { line in
                line.split(separator: "\t", omittingEmptySubsequences: false).joined(separator: "<T>")
            }
            lines.append(".")
        }
        if CaseFolder.isUpdating { try CaseTable.write(lines, to: "copy.txt") }
    }

    /// Any way of cutting gives the same bytes: every single cut, each byte alone, and random cuts.
    @Test(arguments: CopyCase.all)
    func pieces(given: CopyCase) throws {
        let layout = try given.made()
        for cut in 0...given.input.count {
            #expect(masked(given.input, layout, Self.rules, cuts: [cut]) == given.expected)
        }
        #expect(masked(given.input, layout, Self.rules, cuts: Array(given.input.indices)) == given.expected)
    }

    static let header = Array("PGCOPY\n".utf8) + [0xff, 13, 10, 0]

    static func binary(_ rows: [[[UInt8]?]], flags: UInt32 = 0, extension bytes: [UInt8] = []) -> [UInt8] {
        header + big(flags, 4) + big(UInt32(bytes.count), 4) + bytes + rows.flatMap(row) + [0xff, 0xff]
    }

    static let rows: [[[UInt8]?]] = [
        [Array("jane".utf8), [0, 1], Array("a@b.c".utf8)], [nil, nil, nil], [[], [], []], [Array("xyz".utf8), nil, [9]],
    ]
    static let maskedRows: [[[UInt8]?]] = [
        [Array("ja**".utf8), [0, 1], Array("a@***".utf8)], [nil, nil, nil], [[], [], []], [Array("xy*".utf8), nil, [9]],
    ]

    @Test func binaryStreams() {
        for bytes in [[], [1, 2, 3]] as [[UInt8]] {
            let input = Self.binary(Self.rows, extension: bytes)
            let expected = Self.binary(Self.maskedRows, extension: bytes)
            #expect(masked(input, .binary, Self.binaryRules) == expected)
            for cut in 0...input.count { #expect(masked(input, .binary, Self.binaryRules, cuts: [cut]) == expected) }
            #expect(masked(input, .binary, Self.binaryRules, cuts: Array(input.indices)) == expected)
        }
    }

    @Test func binaryRefusals() {
        let bad = Array("malformedCopy or cellCount\n".utf8)
        let good = Self.binary(Self.rows)
        #expect(masked(good + [0], .binary, Self.binaryRules) == bad)
        #expect(masked(Self.binary(Self.rows, flags: 0x1_0000), .binary, Self.binaryRules) == bad)
        #expect(masked(Self.binary([[nil, nil]]), .binary, Self.binaryRules) == bad)
        #expect(masked(Self.header + big(0, 4) + big(65_537, 4), .binary, Self.binaryRules) == bad)
        #expect(masked(Self.header + big(0, 8) + big(3, 2) + big(0xffff_fffe, 4), .binary, Self.binaryRules) == bad)
        #expect(masked(Array("PGCOPX".utf8), .binary, Self.binaryRules) == bad)
        for count in good.indices {
            #expect(masked(Array(good.prefix(count)), .binary, Self.binaryRules) == Array("truncatedCopy\n".utf8))
        }
    }

    /// Over the limit a cell becomes NULL, whatever its length, and nothing of it is held.
    @Test func cellLimit() throws {
        var limits = MaskLimits()
        limits.cellBytes = 10
        let small = CellMasker(plan: masker.plan, limits: limits)
        let cell = { (count: Int) in [UInt8](repeating: 97, count: count) }
        #expect(
            masked(Self.binary([[cell(11), cell(11), cell(10)]]), .binary, Self.binaryRules, masker: small)
                == Self.binary([[nil, cell(11), cell(10)]]))
        let line = { (count: Int) in cell(count) + [9] + cell(count) + [9] + cell(count) + [10] }
        let text = masked(line(11) + line(1_000), try .text(), Self.rules, masker: small)
        let null = Array("\\N".utf8)
        #expect(text == null + [9] + cell(11) + [9] + null + [10] + null + [9] + cell(1_000) + [9] + null + [10])
    }

    @Test func layoutsThatCannotBe() {
        for delimiter in [UInt8(0), 10, 13, 0x5c, 0x2e, 0x61, 0x30] {
            #expect(throws: MaskError.invalidCopyLayout) { try CopyLayout.text(delimiter: delimiter) }
        }
        #expect(throws: MaskError.invalidCopyLayout) { try CopyLayout.text(null: [9]) }
        #expect(throws: MaskError.invalidCopyLayout) { try CopyLayout.text(null: [UInt8](repeating: 65, count: 1025)) }
        #expect(throws: MaskError.invalidCopyLayout) { try CopyLayout.csv(delimiter: 34) }
        #expect(throws: MaskError.invalidCopyLayout) { try CopyLayout.csv(null: [34]) }
        #expect(throws: MaskError.invalidCopyLayout) { _ = try CopyMasker(masker, layout: .binary, rules: Self.rules) }
        let columnless = Array("\n\n".utf8)
        #expect((try? masked(columnless, .text(), [])) == columnless)
        #expect((try? masked(Array("x\n".utf8), .text(), [])) == Array("malformedCopy or cellCount\n".utf8))
    }

    /// After an error every later piece is refused too.
    @Test func errorsStay() throws {
        let copy = try CopyMasker(masker, layout: .binary, rules: Self.binaryRules)
        let output = MaskOutput()
        #expect(throws: MaskError.malformedCopy(offset: 0)) { try [UInt8(1)].withUnsafeBytes { try copy.mask($0, into: output) } }
        #expect(throws: MaskError.malformedCopy(offset: 0)) { try Self.header.withUnsafeBytes { try copy.mask($0, into: output) } }
        #expect(throws: MaskError.malformedCopy(offset: 0)) { try copy.finish() }
    }

    /// Any bytes: an answer, the same for any cut, and no masked value in it.
    @Test func mutations() throws {
        var random = SeededGenerator(seed: 13)
        var seeds: [([UInt8], CopyLayout, [CellRule])] = [(Self.binary(Self.rows), .binary, Self.binaryRules)]
        for given in CopyCase.all { seeds.append((given.input, try given.made(), Self.rules)) }
        for _ in 0..<5_000 {
            var (bytes, layout, rules) = seeds[random.below(seeds.count)]
            for _ in 0...random.below(4) {
                let place = random.below(bytes.count)
                switch random.below(3) {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.insert(Array("\\\"\t,\n;'|".utf8)[random.below(8)], at: place)
                default: if bytes.count > 1 { bytes.remove(at: place) }
                }
            }
            let whole = masked(bytes, layout, rules)
            let cuts = (0..<random.below(4)).map { _ in random.below(bytes.count + 1) }.sorted()
            #expect(masked(bytes, layout, rules, cuts: cuts) == whole)
        }
    }

    /// Random rows, written as a server would, masked, and read back, are the rows with each cell masked by itself.
    @Test func masksWhatTheCellMaskerMasks() throws {
        var random = SeededGenerator(seed: 17)
        let alphabet = Array("ab\\N\t\n\r,\"'|;.x7 ".utf8)
        for _ in 0..<3_000 {
            let cells = (0..<3).map { _ in (0..<random.below(8)).map { _ in alphabet[random.below(alphabet.count)] } }
            let expected = zip(cells, Self.rules).map { masker.masked($0, $1) ?? [] }
            #expect(masked(Self.text(cells), try .text(), Self.rules) == Self.text(expected), "\(cells)")
            #expect(masked(Self.csv(cells), try .csv(), Self.rules) == Self.csv(expected), "\(cells)")
        }
    }

    static func text(_ cells: [[UInt8]]) -> [UInt8] {
        let escapes: [UInt8: Character] = [9: "t", 10: "n", 13: "r", 0x5c: "\\"]
        let fields = cells.map { $0.flatMap { byte in escapes[byte].map { Array("\\\($0)".utf8) } ?? [byte] } }
        return Array(fields.joined(separator: [9])) + [10]
    }

    static func csv(_ cells: [[UInt8]]) -> [UInt8] {
        let fields = cells.map { [34] + $0.flatMap { $0 == 34 ? [34, 34] : [$0] } + [34] as [UInt8] }
        return Array(fields.joined(separator: [0x2c])) + [10]
    }
}
