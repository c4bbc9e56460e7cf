// Values as they are read: times, sizes, strings, spelling, places.

import PolicyLang
import Testing

struct ValueTests {
    /// The operand after `==` in a small file; nil when the file has a diagnostic.
    private func operand(_ text: String) -> Operand? {
        let parsed = Parser.parse(text: "policy a edition 1\nlet x = f == \(text)\n")
        guard parsed.diagnostics.isEmpty, case .let(let declaration)? = parsed.tree.declarations.first,
            case .comparison(let comparison) = declaration.condition
        else { return nil }
        return comparison.right
    }

    @Test(arguments: [
        ("1970-01-01", 0), ("2000-02-29", 951_782_400), ("2026-03-02", 1_772_409_600),
        ("2026-03-02T03:00Z", 1_772_420_400), ("2026-03-02T03:00:30+01:00", 1_772_416_830),
        ("2026-03-02T03:00-05:30", 1_772_440_200), ("9999-12-31T23:59:59Z", 253_402_300_799),
    ] as [(String, Int64)])
    func moments(_ text: String, _ seconds: Int64) {
        guard case .moment(let moment)? = operand(text) else {
            Issue.record("\(text) is no moment")
            return
        }
        #expect(moment.epochSeconds == seconds)
        #expect(moment.isDay == !text.contains("T"))
    }

    @Test(arguments: [
        "1969-12-31", "2026-02-29", "1900-02-29", "2026-13-01", "2026-00-01", "2026-01-00", "2026-04-31", "2026-1-1",
        "2026-01-01T24:00Z", "2026-01-01T00:60Z", "2026-01-01T00:00", "2026-01-01T00:00+15:00", "2026-01-01T00:00Zz",
        "2026-01-01T", "2026-01-01T00:00:60Z",
    ])
    func notMoments(_ text: String) { #expect(operand(text) == nil) }

    @Test(arguments: [
        ("30s", 30), ("15m", 900), ("2h", 7_200), ("7d", 604_800), ("0s", 0),
    ] as [(String, Int64)])
    func durations(_ text: String, _ seconds: Int64) {
        guard case .duration(let duration)? = operand(text) else {
            Issue.record("\(text) is no duration")
            return
        }
        #expect(duration.seconds == seconds)
    }

    @Test(arguments: [
        ("1B", 1), ("10KB", 10_000), ("10 KiB", 10_240), ("3 MB", 3_000_000), ("3MiB", 3_145_728), ("1 TiB", 1 << 40),
        ("8388607 TiB", 8_388_607 << 40),
    ] as [(String, Int64)])
    func sizes(_ text: String, _ bytes: Int64) {
        guard case .size(let size)? = operand(text) else {
            Issue.record("\(text) is no size")
            return
        }
        #expect(size.bytes == bytes)
    }

    @Test func numbersAtTheEdge() {
        guard case .integer(let largest)? = operand("9_223_372_036_854_775_807") else {
            Issue.record("the largest number is refused")
            return
        }
        #expect(largest.value == .max)
        #expect(operand("9_223_372_036_854_775_808") == nil)
        #expect(operand("8388608 TiB") == nil)
        #expect(operand("9223372036854775807d") == nil)
    }

    @Test func strings() {
        guard case .string(let literal)? = operand(#""a\"b\\c\n\t\r\u{1F600}\u{e9}é""#) else {
            Issue.record("the string is refused")
            return
        }
        #expect(literal.value == "a\"b\\c\n\t\r\u{1F600}éé")
        #expect(operand(#""\u{D800}""#) == nil)
        #expect(operand(#""\u{1234567}""#) == nil)
    }

    @Test func spelling() {
        #expect(Spelling.nearest(to: "selct", among: Vocabulary.verbs) == "select")
        #expect(Spelling.nearest(to: "udpate", among: Vocabulary.verbs) == "update")
        #expect(Spelling.nearest(to: "Select", among: Vocabulary.verbs) == "select")
        #expect(Spelling.nearest(to: "xy", among: Vocabulary.verbs) == nil)
        #expect(Spelling.nearest(to: "wardrobe", among: Vocabulary.verbs) == nil)
        #expect(Spelling.nearest(to: String(repeating: "x", count: 10_000), among: Vocabulary.verbs) == nil)
    }

    @Test func placesInAFile() {
        let file = SourceFile(path: "a", text: "ab\r\n\né\n")
        #expect(file.lineCount == 4)
        #expect(file.location(of: 0) == LineAndColumn(line: 1, column: 1))
        #expect(file.location(of: 4) == LineAndColumn(line: 2, column: 1))
        #expect(file.location(of: 7) == LineAndColumn(line: 3, column: 3))
        #expect(file.location(of: 99) == LineAndColumn(line: 4, column: 1))
        #expect(file.range(ofLine: 1) == 0..<2)
        #expect(file.range(ofLine: 9) == 8..<8)
        #expect(file.text(in: SourceSpan(file: 0, start: 5, end: 99)) == "é\n")
    }
}
