// Patterns: what compiles, what is refused and where, and what a limit answers.
import Patterns
import TestSupport
import Testing

struct PatternTests {
    let matcher = Matcher()

    func search(_ pattern: String, _ text: [UInt8], _ options: PatternOptions = [], from: Int = 0) throws -> MatchSearch {
        let pattern = try CompiledPattern(pattern, options: options)
        return text.withUnsafeBytes { matcher.firstMatch(of: pattern, in: $0, from: from) }
    }

    @Test func finds() throws {
        #expect(try search("b+", Array("abbbc".utf8)) == .found(1..<4))
        #expect(try search("b+", Array("abbbc".utf8), from: 2) == .found(2..<4))
        #expect(try search("B+", Array("abbbc".utf8)) == .none)
        #expect(try search("B+", Array("abbbc".utf8), .caseless) == .found(1..<4))
        #expect(try search("b+", Array("abbbc".utf8), .whole) == .none)
        #expect(try search("ab+c|a", Array("abbbc".utf8), .whole) == .found(0..<5))
        #expect(try search("a|ab", Array("ab".utf8), .whole) == .found(0..<2))
        #expect(try search("", []) == .found(0..<0))
        #expect(try search("x", []) == .none)
        #expect(try search("É", Array("été".utf8), .caseless) == .found(0..<2))
    }

    @Test func startOutOfBoundsIsNotEstablished() throws {
        #expect(try search("a", [97], from: 2) == .exceeded)
        #expect(try search("a", [97], from: -1) == .exceeded)
        #expect(try search("a", [97], from: 1) == .none)
    }

    @Test func bytesThatAreNotUTF8() throws {
        #expect(try search("b", [0xff, 0xfe, 98]) == .found(2..<3))
        #expect(try search(".", [0xff]) == .none)
        #expect(try search("a.b", [97, 0xc3, 98]) == .none)
    }

    @Test(arguments: [
        ("(", 1), ("a\\C", 3), ("a(?C1)b", 0), ("[z-a]", 3), ("a(?<n", 5), ("\\", 1), ("(*SCRIPT", 8),
    ])
    func refused(pattern: String, offset: Int) {
        let error = #expect(throws: PatternError.self) { try CompiledPattern(pattern) }
        #expect(error?.offset == offset, "\(pattern): \(error?.description ?? "")")
        #expect(error?.message.isEmpty == false)
    }

    @Test func refusedByLimits() throws {
        #expect(throws: PatternError.self) { try CompiledPattern(String(repeating: "a", count: CompiledPattern.maximumLength + 1)) }
        #expect(throws: Never.self) { try CompiledPattern(String(repeating: "a", count: CompiledPattern.maximumLength)) }
        let nested = { (depth: Int) in String(repeating: "(", count: depth) + String(repeating: ")", count: depth) }
        #expect(throws: PatternError.self) { try CompiledPattern(nested(Int(CompiledPattern.maximumNesting) + 1)) }
        #expect(throws: Never.self) { try CompiledPattern(nested(Int(CompiledPattern.maximumNesting))) }
        #expect(throws: PatternError.self) { try CompiledPattern("a", options: PatternOptions(rawValue: 8)) }
        #expect(throws: PatternError.self) { try CompiledPattern(bytes: [0xff]) }
    }

    @Test(arguments: ["(a+)+$", "(a|aa)+$", "(*NO_JIT)(a+)+$", "(*LIMIT_MATCH=4000000000)(a+)+$"])
    func backtrackingEndsAtTheLimit(pattern: String) throws {
        let text = [UInt8](repeating: 97, count: 60) + [33]
        #expect(try search(pattern, text) == .exceeded)
        #expect(try search(pattern, Array("aaa".utf8)) == .found(0..<3))
    }

    @Test func recursionEndsAtTheLimit() throws {
        let text = [UInt8](repeating: 40, count: 200_000) + [41]
        #expect(try search("\\((?:[^()]|(?R))*+\\)", text) == .exceeded)
    }

    @Test func subjectLimit() throws {
        let text = [UInt8](repeating: 98, count: matcher.limits.subjectBytes + 1)
        #expect(try search("a", text) == .exceeded)
        #expect(try search("a", text.dropLast()) == .none)
    }

    @Test func outcomes() throws {
        let pattern = try CompiledPattern("^a+$")
        let outcome = { (text: [UInt8]) in text.withUnsafeBytes { matcher.matches(pattern, $0) } }
        #expect(outcome([97]) == .yes)
        #expect(outcome([98]) == .no)
        #expect(outcome([UInt8](repeating: 97, count: matcher.limits.subjectBytes + 1)) == .exceeded)
    }

    /// Any bytes as a pattern, on any bytes: an answer, never a crash.
    @Test func anyPatternAnswers() {
        var random = SeededGenerator(seed: 11)
        let alphabet = Array("ab()[]{}*+?|\\^$.<>=!:-0129,PRCEQKdwsbx#\u{e9}".utf8) + [0xff, 0]
        for _ in 0..<5_000 {
            let source = (0..<random.below(14)).map { _ in alphabet[random.below(alphabet.count)] }
            let subject = (0..<random.below(40)).map { _ in alphabet[random.below(alphabet.count)] }
            guard let pattern = try? CompiledPattern(bytes: source) else { continue }
            switch subject.withUnsafeBytes({ matcher.firstMatch(of: pattern, in: $0, from: 0) }) {
            case .none, .exceeded: break
            case .found(let range): #expect(range.upperBound <= subject.count)
            }
        }
    }
}
