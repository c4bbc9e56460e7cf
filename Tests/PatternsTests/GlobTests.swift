// Globs against the table in Cases/globs.txt, against a slow matcher, and at their limits.
import Patterns
import TestSupport
import Testing

struct GlobTests {
    @Test func table() throws {
        try CaseTable.check("globs.txt", columns: 4) { fields in
            let glob = try GlobPattern(fields[0], separator: fields[1] == "-" ? nil : fields[1].utf8.first)
            return glob.matches(fields[2]) ? "yes" : "no"
        }
    }

    @Test func refused() {
        #expect(throws: GlobError.danglingEscape(offset: 1)) { try GlobPattern("a\\") }
        #expect(throws: GlobError.notUTF8) { try GlobPattern(bytes: [0xff]) }
        #expect(throws: GlobError.notUTF8) { try GlobPattern(bytes: [0x5c, 0xc3]) }
        #expect(throws: GlobError.tooLong(elements: 1024)) { try GlobPattern(String(repeating: "?", count: 1024)) }
    }

    @Test func longestPattern() throws {
        let text = String(repeating: "a", count: GlobPattern.maximumElements)
        #expect(try GlobPattern(text).matches(text))
        #expect(try !GlobPattern(text).matches(text + "a"))
        #expect(try GlobPattern(String(repeating: "?", count: 1023)).matches(text))
    }

    @Test func bytesThatAreNotText() throws {
        let check = { (pattern: String, bytes: [UInt8]) in
            try GlobPattern(pattern).matches(bytes.withUnsafeBytes { Array($0) })
        }
        #expect(try check("?", [0xff]))
        #expect(try check("??", [0xc3, 0x28]))
        #expect(try check("*", [0xed, 0xa0, 0x80]))
        #expect(try !check("ÿ", [0xff]))
    }

    /// A pattern and a subject on which trying every split would not end.
    @Test func manyStars() throws {
        let pattern = String(repeating: "*a", count: 200) + "*b"
        let subject = String(repeating: "a", count: 20_000)
        #expect(try !GlobPattern(pattern).matches(subject))
        #expect(try GlobPattern(pattern).matches(subject + "b"))
    }

    /// Random small patterns and subjects, against a matcher that follows the definition word by word.
    @Test func agreesWithTheDefinition() throws {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            let pattern = (0..<random.below(7)).map { _ in Array("ab/*?")[random.below(5)] }
            let subject = (0..<random.below(7)).map { _ in Array("ab/")[random.below(3)] }
            for separator in [nil, Character("/")] {
                let fast = try GlobPattern(String(pattern), separator: separator?.asciiValue).matches(String(subject))
                #expect(fast == slow(pattern[...], subject[...], separator), "\(String(pattern)) \(String(subject))")
            }
        }
    }

    func slow(_ pattern: ArraySlice<Character>, _ subject: ArraySlice<Character>, _ separator: Character?) -> Bool {
        guard let first = pattern.first else { return subject.isEmpty }
        if first == "*" {
            let double = pattern.dropFirst().first == "*"
            let rest = pattern.dropFirst(double ? 2 : 1)
            if slow(rest, subject, separator) { return true }
            guard let next = subject.first, double || next != separator else { return false }
            return slow(pattern, subject.dropFirst(), separator)
        }
        guard let next = subject.first else { return false }
        guard first == "?" ? next != separator : next == first else { return false }
        return slow(pattern.dropFirst(), subject.dropFirst(), separator)
    }
}

extension GlobPattern {
    func matches(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { matches($0) } }
}
