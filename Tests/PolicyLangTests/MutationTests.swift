// Broken input: the case files, mutated by a seeded generator. Nothing may crash, hang or answer nonsense.

import PolicyLang
import TestSupport
import Testing

struct MutationTests {
    static let seeds =
        CaseFolder.files(in: "trees", ending: ".postern") + CaseFolder.files(in: "format", ending: ".postern")
        + CaseFolder.files(in: "diagnostics", ending: ".postern")

    private static let scraps = [
        "{", "}", "(", ")", "[", "]", ",", ".", ":", "=", "==", "->", "\"", "\\", "//", "///", "/*", "\n", "\r\n", " ",
        "any", "except", "tag", "on", "to", "from", "into", "of", "when", "who", "with", "not", "and", "or", "in",
        "allow x {", "identity", "test \"t\" {", "select", "update", "limit", "10 MiB", "2026-03-02T03:00Z", "30s",
        "-", "_", "\u{FEFF}", "\u{202E}", "é", "9223372036854775808", "\u{0}", "table", "null", "value", "by", "has",
    ]

    @Test(arguments: seeds)
    func brokenInputIsAnsweredInOrder(_ file: CaseFile) throws {
        let original = try file.bytes()
        var generator = SeededGenerator(seed: UInt64(original.count) &* 7_919 &+ 17)
        for _ in 0..<60 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &generator) { Self.mutate(&bytes, &generator) }
            Self.check(bytes)
        }
    }

    @Test(arguments: ["trees/rules.postern", "diagnostics/five_mistakes.postern"])
    func everyBeginningIsAnsweredInOrder(_ path: String) throws {
        let bytes = try CaseFile(path: path).bytes()
        for length in stride(from: 0, to: bytes.count, by: 3) { Self.check(Array(bytes.prefix(length))) }
    }

    static func mutate(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
        let place = Int.random(in: 0...bytes.count, using: &generator)
        let end = min(bytes.count, place + Int.random(in: 1...12, using: &generator))
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: bytes.removeSubrange(place..<end)
        case 1: bytes.insert(contentsOf: Array((scraps.randomElement(using: &generator) ?? "").utf8), at: place)
        case 2: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
        case 3: bytes.replaceSubrange(place..<end, with: Array(" \(scraps.randomElement(using: &generator) ?? "") ".utf8))
        case 4: bytes.insert(contentsOf: Array(bytes[place..<end]), at: Int.random(in: 0...bytes.count, using: &generator))
        default: bytes.insert(contentsOf: Array("\n// c\n".utf8), at: place)
        }
    }

    /// What must hold for any bytes.
    static func check(_ bytes: [UInt8]) {
        let source = SourceFile(path: "mutated.postern", bytes: bytes)
        let parsed = Parser.parse(source)
        #expect(parsed.diagnostics.count <= LanguageLimits.diagnostics + 1)
        for diagnostic in parsed.diagnostics {
            let span = diagnostic.span
            let isInside = span.start >= 0 && span.start <= span.end && span.end <= bytes.count
            #expect(isInside, "\(diagnostic.code) \(span)")
        }
        _ = DiagnosticText.render(parsed.diagnostics, files: [source])
        if parsed.hasErrors {
            let formatted = PolicyFormatter.format(parsed)
            #expect(formatted == nil)
        } else {
            FormatPromises.check(parsed)
        }
    }
}
