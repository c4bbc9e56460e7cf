// DataRow bodies: what is rewritten, what is left, what is refused.
import Mask
import TestSupport
import Testing

/// A DataRow's body; nil is NULL.
func row(_ cells: [[UInt8]?]) -> [UInt8] {
    var body = big(UInt32(cells.count), 2)
    for cell in cells { body += big(cell.map { UInt32($0.count) } ?? .max, 4) + (cell ?? []) }
    return body
}

func big(_ value: UInt32, _ width: Int) -> [UInt8] { (0..<width).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * (width - 1 - $0))) } }

struct RowTests {
    let masker: DataRowMasker
    static let rules: [CellRule] = [
        .text(.transform(.partial(first: 2, last: 0))),
        .pass,
        .text(.pass, scans: true),
        CellRule(.whole, scansValues: false, type: .other, format: .binary),
    ]

    init() throws { masker = DataRowMasker(CellMasker(plan: try Given.plan(Given.everything))) }

    func masked(_ body: [UInt8], _ rules: [CellRule] = Self.rules) throws -> [UInt8]? {
        let output = MaskOutput()
        output.append("before")
        do {
            switch try body.withUnsafeBytes({ try masker.mask($0, rules: rules, into: output) }) {
            case .unchanged:
                #expect(output.count == 6)
                return nil
            case .rewritten: return Array(output.bytes.dropFirst(6))
            }
        } catch {
            #expect(output.count == 6)
            throw error
        }
    }

    @Test func rewrites() throws {
        let text = { (text: String) in Array(text.utf8) }
        #expect(
            try masked(row([text("jane@acme.io"), text("x"), text("no hit"), [1]]))
                == row([text("ja**********"), text("x"), text("no hit"), nil]))
        #expect(
            try masked(row([nil, text("4111111111111111"), text("to a@b.c"), nil]))
                == row([nil, text("4111111111111111"), text("to a@***"), nil]))
        #expect(try masked(row([nil, text("x"), text("no hit"), nil])) == nil)
        #expect(try masked(row([[], [], [], nil])) == row([[], [], [], nil]))
        #expect(try masked(row([]), []) == nil)
    }

    @Test func refuses() throws {
        let good = row([[1], [2], [3], [4]])
        #expect(throws: MaskError.malformedRow(offset: 0)) { try masked([]) }
        #expect(throws: MaskError.malformedRow(offset: 0)) { try masked([0]) }
        for count in 2..<good.count { #expect(throws: MaskError.self) { try masked(Array(good.prefix(count))) } }
        #expect(throws: MaskError.malformedRow(offset: good.count)) { try masked(good + [0]) }
        #expect(throws: MaskError.cellCount(expected: 4, found: 3)) { try masked(row([nil, nil, nil])) }
        #expect(throws: MaskError.cellCount(expected: 4, found: 5)) { try masked(row([nil, nil, nil, nil, nil])) }
        #expect(throws: MaskError.malformedRow(offset: 2)) { try masked(big(4, 2) + big(.max - 1, 4)) }
        #expect(throws: MaskError.malformedRow(offset: 2)) { try masked(big(4, 2) + big(0x7fff_ffff, 4) + [1]) }
    }

    /// Rows with changed bytes give a row of the same number of cells or an error, and never a masked cell's text.
    @Test func mutations() throws {
        var random = SeededGenerator(seed: 9)
        let secret = Array("secretsecret".utf8)
        let good = row([secret, [1, 2], Array("jane@acme.io".utf8), [7]])
        for _ in 0..<20_000 {
            var changed = good
            for _ in 0...random.below(3) { changed[random.below(changed.count)] = UInt8(truncatingIfNeeded: random.next()) }
            if random.below(4) == 0 { changed.removeLast(random.below(changed.count)) }
            guard let output = try? masked(changed) else { continue }
            #expect(output.prefix(2) == changed.prefix(2))
            #expect(throws: Never.self) { try masked(output, Array(repeating: .pass, count: 4)) }
        }
    }
}
