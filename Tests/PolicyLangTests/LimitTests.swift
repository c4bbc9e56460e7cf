// Every named limit, at its edge: what just fits passes, one more is refused.

import PolicyLang
import Testing

struct LimitTests {
    /// The codes that have their case here.
    static let codes = ["P0901", "P0902", "P0903", "P0506", "P0121"]

    private func codes(_ text: String) -> [String] { Parser.parse(text: text).diagnostics.map(\.code) }

    @Test func fileBytes() {
        let head = "policy a edition 1\n//"
        let fitting = head + String(repeating: "x", count: LanguageLimits.fileBytes - head.utf8.count)
        #expect(codes(fitting) == [])
        #expect(codes(fitting + "x") == ["P0901"])
    }

    @Test func tokens() {
        // The header has four tokens; each `use` two.
        let uses = (LanguageLimits.tokens - 4) / 2
        let fitting = "policy a edition 1\n" + String(repeating: "use b\n", count: uses)
        #expect(codes(fitting) == [])
        #expect(codes(fitting + "use b\n") == ["P0902"])
    }

    @Test(arguments: [("(", ")"), ("not ", ""), ("not (", ")")])
    func conditionDepth(_ nest: (open: String, close: String)) {
        let perNest = nest.open == "not (" ? 2 : 1
        func text(_ depth: Int) -> String {
            "policy a edition 1\nlet x = " + String(repeating: nest.open, count: depth) + "claim.a"
                + String(repeating: nest.close, count: depth)
        }
        let deepest = LanguageLimits.conditionDepth / perNest
        #expect(codes(text(deepest)) == [])
        #expect(codes(text(deepest + 1)) == ["P0506"])
        #expect(codes(text(50_000)) == ["P0506"])
    }

    @Test func depthCountsNestingAndNotLength() {
        let chain = Array(repeating: "not (claim.a == 1)", count: 1_000).joined(separator: " and ")
        #expect(codes("policy a edition 1\nlet x = \(chain)") == [])
    }

    @Test func nameBytes() {
        let name = String(repeating: "n", count: LanguageLimits.nameBytes)
        #expect(codes("policy \(name) edition 1") == [])
        #expect(codes("policy \(name)n edition 1") == ["P0121"])
    }

    @Test func diagnostics() {
        func text(_ count: Int) -> String {
            "policy a edition 1\n" + String(repeating: "let x = claim.a = 1\n", count: count)
        }
        #expect(codes(text(LanguageLimits.diagnostics)).count == LanguageLimits.diagnostics)
        let over = codes(text(LanguageLimits.diagnostics + 1))
        #expect(over.count == LanguageLimits.diagnostics + 1)
        #expect(over.last == "P0903")
    }

    @Test func edition() {
        #expect(codes("policy a edition \(LanguageLimits.newestEdition)") == [])
        #expect(codes("policy a edition \(LanguageLimits.newestEdition + 1)") == ["P0204"])
        #expect(codes("policy a edition 0") == ["P0204"])
    }
}
