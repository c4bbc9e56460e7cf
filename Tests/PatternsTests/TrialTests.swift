// Patterns that explode, and those that only look so, against Cases/trials.txt.
import Patterns
import TestSupport
import Testing

struct TrialTests {
    @Test func table() throws {
        try CaseTable.check("trials.txt", columns: 3) { fields in
            // A bar would end the field.
            let pattern = fields[0].split(separator: "<OR>", omittingEmptySubsequences: false).joined(separator: "|")
            switch try PatternTrial.failure(of: pattern, retries: fields[1] == "retries", steps: 10_000) {
            case nil: return "passes"
            case .explodes(let repetition): return "explodes: \(repetition?.split(separator: "|").joined(separator: "<OR>") ?? "the whole")"
            case .unsupported(let why, let offset): return "\(offset): \(why)"
            }
        }
    }

    @Test func whatDoesNotCompileThrows() {
        #expect(throws: PatternError.self) { try PatternTrial.failure(of: "(", retries: false, steps: 10_000) }
    }

    @Test func groups() throws {
        let pattern = try CompiledPattern("(?<mask>a)(b)?(?<check>c)")
        #expect(pattern.groupNames.map(\.name) == ["check", "mask"] && pattern.groupNames.map(\.number) == [3, 1])
        #expect(pattern.groupCount == 3 && !pattern.mayMatchEmpty)
        #expect(try CompiledPattern("a*").mayMatchEmpty && CompiledPattern("(?=a)").mayMatchEmpty)
        let matcher = Matcher()
        func parts(_ text: String, _ groups: (Int, Int)) -> PartsSearch {
            Array(text.utf8).withUnsafeBytes { matcher.firstParts(of: pattern, in: $0, from: 0, groups: groups) }
        }
        #expect(parts("xacx", (1, 3)) == .found(whole: 1..<3, first: 1..<2, second: 2..<3))
        #expect(parts("xacx", (2, 0)) == .found(whole: 1..<3, first: nil, second: nil))
        #expect(parts("xabcx", (2, 3)) == .found(whole: 1..<4, first: 2..<3, second: 3..<4))
        #expect(parts("x", (1, 3)) == .none)
        #expect(parts("xacx", (4, 0)) == .exceeded)
        let many = try CompiledPattern(String(repeating: "(a)", count: CompiledPattern.maximumGroups + 1))
        #expect([UInt8](repeating: 97, count: 200).withUnsafeBytes { matcher.firstParts(of: many, in: $0, from: 0, groups: (1, 0)) } == .exceeded)
    }
}
