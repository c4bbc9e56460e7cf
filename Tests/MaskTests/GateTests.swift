// The gate lets through whatever a pattern would match: findings are equal with it and without, on cells that are made to differ.
import Foundation
import TestSupport
import Testing

@testable import Mask

struct GateTests {
    let engine: MaskEngine
    let ungated: MaskEngine

    init() throws {
        engine = try MaskEngine(DetectorTests.everything)
        ungated = try MaskEngine(DetectorTests.everything, usesGate: false)
    }

    private func compare(_ bytes: [UInt8], column: String?, _ what: @autoclosure () -> String) {
        let gated = DetectorTests.examine(engine, bytes, column: column)
        let all = DetectorTests.examine(ungated, bytes, column: column)
        guard gated != all else { return }
        let missed = all.findings.filter { !gated.findings.contains($0) }.map { "\($0.detector) \($0.range)" }
        Issue.record("\(what()): \(String(decoding: bytes, as: UTF8.self).debugDescription) without \(missed)")
    }

    /// Columns and texts of the case file, for material.
    private static func cases() throws -> [(column: String?, text: [UInt8])] {
        try CaseTable.lines("detectors.txt").filter { !$0.hasPrefix("#") }.map { line in
            let fields = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            return (fields[0] == "-" ? nil : fields[0], Array(fields[1].utf8))
        }
    }

    private static let columns: [String?] = [nil, "ssn", "phone", "order_id", "note", "passport_no", "national_id", "bank_account", "dob"]
    private static let words = [
        "ssn ", "tel:", "phone ", "card ", " order ", "born ", "bank ", "passport ", "tax ", "aws ", "v", "password=", "sig=", "://", "@", "(at) ",
        "%40", "\\u0040", "\u{ff11}", "\u{200b}", "-----", "Bearer ", "0x", "+", "(", ")", "[dot]", "{", "}", "\"", " ", "  ", ",", ".", ":", "-", "/",
    ]

    /// Bytes changed, put in, left out and doubled, cells joined, values moved across the gate's blocks of sixty-four bytes.
    @Test(arguments: [UInt64(1), 2, 3, 4])
    func mutatedCells(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let cases = try Self.cases()
        for _ in 0..<1200 {
            var cell = cases[random.below(cases.count)].text
            if random.below(3) == 0 { cell += cases[random.below(cases.count)].text }
            for _ in 0..<random.below(5) {
                let place = random.below(cell.count + 1)
                switch random.below(6) {
                case 0 where place < cell.count: cell[place] = UInt8(truncatingIfNeeded: random.next())
                case 1 where place < cell.count: cell.remove(at: place)
                case 2: cell.insert(UInt8(ascii: "0") + UInt8(random.below(10)), at: place)
                case 3: cell.insert(contentsOf: Self.words[random.below(Self.words.count)].utf8, at: place)
                case 4 where place < cell.count: cell.insert(cell[place], at: place)
                default: cell = Array(String(repeating: " x", count: random.below(40)).utf8) + cell
                }
            }
            compare(cell, column: Self.columns[random.below(Self.columns.count)], "seed \(seed)")
        }
    }

    /// Random digits, letters and separators, in which numbers of every grouping come up.
    @Test(arguments: [UInt64(11), 12, 13])
    func randomCells(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let alphabets = ["0123456789-. /", "0123456789", "0123456789ABCDEFXYZ -", "abcdef0123456789:.-", "0123456789+() -.", "AKIAghp_sk-xoxb.eyJ0123456789=/+"]
            .map { Array($0.utf8) }
        for _ in 0..<2500 {
            let alphabet = alphabets[random.below(alphabets.count)]
            var cell = (0..<random.below(120)).map { _ in alphabet[random.below(alphabet.count)] }
            if random.below(2) == 0 { cell = Array(Self.words[random.below(Self.words.count)].utf8) + cell }
            compare(cell, column: Self.columns[random.below(Self.columns.count)], "seed \(seed)")
        }
    }

    /// Everyday texts, where nothing should be found and the gate should have spared nearly every call.
    @Test func everySplit() throws {
        for (column, text) in try Self.cases() {
            for padding in stride(from: 1, to: 70, by: 9) {
                compare(Array(String(repeating: ".", count: padding).utf8) + text, column: column, "padding \(padding)")
            }
        }
    }

    /// Long texts of one unit over and over, that a careless pattern would spend hours on: every detector answers, within its limits.
    @Test(arguments: [
        "a", "1", "1 ", "a@", "a.", "@", "4111111111111111 ", "eyJ", "-eyJaaaaaaaa", "eyJa.", "://a:", "a://b:c", "password=", "=", "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----", "+1 ", "1.", "1:", "aa:", "$2b$", "$6$a", "sk-", "ghp_", "xoxb-1", "%40", "\\u0040", "&#64", "(at)", "\u{ff11}",
        "ssn 1", "tel 1-", "born 1", "sig=a", "AB12", "0x", "bc1", "1A1z", "Bearer a", "md5", "a b ", "YWFh", "6161",
    ])
    func longTexts(unit: String) {
        let count = 400_000 / unit.utf8.count
        let bytes = Array(String(repeating: unit, count: count).utf8)
        let masked = DetectorTests.examine(engine, bytes, column: "note").masked
        #expect(masked.map { $0.isEmpty } != true)
    }

    /// A value at the end of a window, in the next, and across the two is found; a long text is answered in windows.
    @Test func windows() throws {
        var random = SeededGenerator(seed: 6)
        let value = Array("jane@acme.io".utf8)
        for place in [0, 65_500, 65_530, 65_536, 57_344 - 6, 57_344, 65_536 * 2 - 5, 200_000] + (0..<20).map({ _ in random.below(250_000) }) {
            var text = [UInt8](repeating: UInt8(ascii: " "), count: 262_144)
            text.replaceSubrange(place..<place + value.count, with: value)
            let answer = DetectorTests.examine(engine, text, column: nil)
            #expect(answer.findings == [MaskEngine.Finding(detector: "pii.email", range: place..<place + value.count)], "at \(place)")
        }
    }

    /// What goes on behind a window is not cut: the cell is withheld.
    @Test func valuesLongerThanAWindowWithhold() {
        let key = Array("-----BEGIN PRIVATE KEY-----\n".utf8) + [UInt8](repeating: UInt8(ascii: "A"), count: 100_000)
        let answer = DetectorTests.examine(engine, key + Array("\n-----END PRIVATE KEY-----".utf8), column: nil)
        #expect(answer.masked == nil)
    }
}
