// Every bound of the compiler, at its edge: the last that is accepted, and the first that is not.

import Machine
import PolicyLang
import Testing

@testable import Compiler

struct LimitTests {
    /// Codes whose cases are here: their files would be too large to keep, or need more than files.
    static let codes: [CompilerCode] = [.tooLarge, .noSuchRoot, .notVerifiable]

    private static let head = """
        policy a edition 1
        issuer dev : oidc { url "https://dev.example"  audience "postern"  claims { sub string } }
        identity ada from dev { when claim.sub == "ada" }
        resource db : postgres { tags production }

        """

    private func codes(_ text: String) -> [String] {
        let file = SourceFile(path: "a.postern", text: Self.head + text)
        let result = PolicyCompiler.compile(files: [file], options: CompileOptions(date: Moment(seconds: 0)))
        return result.diagnostics.filter { $0.severity == .error }.map(\.code)
    }

    private func deny(_ clauses: String, to: String = "drop") -> String { "deny x {\n  on db\n  to \(to)\n  \(clauses)\n}\n" }

    @Test func files() {
        func compile(_ count: Int) -> Compilation {
            let files = (0..<count).map { SourceFile(path: "\($0).postern", text: "policy a edition 1\n") }
            return PolicyCompiler.compile(files: files, options: CompileOptions(date: Moment(seconds: 0)))
        }
        #expect(compile(CompilerLimits.files).diagnostics.isEmpty)
        #expect(compile(CompilerLimits.files + 1).diagnostics.map(\.code) == ["C0801"])
    }

    @Test func approvals() {
        func approve(_ clauses: String) -> String { "approve x {\n  on db\n  to drop\n  by ada\n  \(clauses)\n}\n" }
        let most = ProgramLimits.approvalSeconds
        #expect(codes(approve("quorum 65_535  within \(most)s  valid \(most)s")) == [])
        for over in ["quorum 65_536", "within \(most + 1)s", "valid \(most + 1)s"] { #expect(codes(approve(over)) == ["C0801"], "\(over)") }
        func notify(_ count: Int) -> String { deny("notify " + (0..<count).map { "c\($0)" }.joined(separator: ", ")) }
        #expect(codes(notify(ProgramLimits.channels)) == [])
        #expect(codes(notify(ProgramLimits.channels + 1)) == ["C0801"])
    }

    @Test func testsOfOneCondition() {
        func policy(_ count: Int) -> String {
            deny("when " + (0..<count).map { "statement.limit == \($0)" }.joined(separator: " or "))
        }
        #expect(codes(policy(CompilerLimits.conditionTests)) == [])
        #expect(codes(policy(CompilerLimits.conditionTests + 1)) == ["C0801"])
    }

    @Test func letsThatDouble() {
        // Each doubles the one before: written out, the last would be longer than memory.
        var text = "let l0 = statement.has_where\n"
        for index in 1...CompilerLimits.letDepth - 1 { text += "let l\(index) = l\(index - 1) and l\(index - 1)\n" }
        let found = codes(text + deny("when l\(CompilerLimits.letDepth - 1)"))
        #expect(!found.isEmpty && Set(found) == ["C0801"])
    }

    @Test func letDepth() {
        func policy(_ depth: Int) -> String {
            var text = "let l0 = statement.has_where\n"
            for index in 1..<depth { text += "let l\(index) = not l\(index - 1)\n" }
            return text + deny("when l\(depth - 1)")
        }
        #expect(codes(policy(CompilerLimits.letDepth)) == [])
        #expect(Set(codes(policy(CompilerLimits.letDepth + 2))) == ["C0801"])
    }

    /// The parser bounds the depth of one condition, but each `let` begins anew.
    @Test func conditionsInsideEachOther() {
        func policy(lets: Int, depth: Int) -> String {
            var text = "let l0 = statement.has_where\n"
            for index in 1...lets {
                text += "let l\(index) = "
                for level in 0..<depth { text += level % 2 == 0 ? "statement.has_limit and (" : "statement.first_seen or (" }
                text += "l\(index - 1)" + String(repeating: ")", count: depth) + "\n"
            }
            return text + deny("when l\(lets)")
        }
        // Two times sixty, the operands at either end, and the condition itself.
        #expect(codes(policy(lets: 2, depth: 60)) == [])
        #expect(Set(codes(policy(lets: 3, depth: 60))) == ["C0801"])
        #expect(Set(codes(policy(lets: CompilerLimits.letDepth - 2, depth: 60))) == ["C0801"])
    }

    @Test func setElements() {
        func policy(_ count: Int) -> String {
            "set s = { \((0..<count).map { "t\($0)" }.joined(separator: ", ")) }\n" + deny("when statement.kind in s")
        }
        #expect(codes(policy(CompilerLimits.setElements)) == [])
        #expect(codes(policy(CompilerLimits.setElements + 1)) == ["C0801"])
    }

    @Test func setsOfSetsAreNotWrittenOut() {
        var text = "set s0 = { a, b }\n"
        for index in 1..<200 { text += "set s\(index) = { s\(index - 1), s\(index - 1), s\(index - 1) }\n" }
        #expect(codes(text + deny("when statement.kind in s199")) == [])
    }

    @Test func objectsOfOneRule() {
        let set = "set s = { \((0..<CompilerLimits.setElements).map { "t\($0)" }.joined(separator: ", ")) }\n"
        #expect(codes(set + deny("", to: "drop s, select from s")) == [])
        #expect(codes(set + deny("", to: "drop s, select from s, extra")) == ["C0801"])
    }

    @Test func groupsInsideEachOther() {
        func policy(_ depth: Int) -> String {
            var text = "group g0 { ada }\n"
            for index in 1..<depth { text += "group g\(index) { g\(index - 1) }\n" }
            return text + "deny x {\n  who g\(depth - 1)\n  on db\n  to drop\n}\n"
        }
        #expect(codes(policy(CompilerLimits.groupDepth)) == [])
        #expect(Set(codes(policy(CompilerLimits.groupDepth + 1))) == ["C0801"])
    }

    @Test func costOfOneCondition() {
        func policy(_ count: Int) -> String {
            deny("when " + (0..<count).map { "statement.text like \"*\($0)*\"" }.joined(separator: " or "))
        }
        // A pattern costs a thousand units and what it takes to load and test.
        #expect(codes(policy(199)) == [])
        #expect(codes(policy(200)) == ["C0801"])
    }

    @Test func charactersThatAMaskKeeps() {
        func policy(_ count: Int) -> String {
            "mask m {\n  on db\n  column customers.email with last(\(count))\n}\n"
        }
        #expect(codes(policy(ProgramLimits.keptCharacters)) == [])
        #expect(codes(policy(ProgramLimits.keptCharacters + 1)) == ["C0801"])
    }

    @Test func bytesOfAPattern() {
        func policy(_ count: Int) -> String { deny("when statement.text matches \"\(String(repeating: "a", count: count))\"") }
        #expect(codes(policy(ProgramLimits.patternBytes)) == [])
        #expect(codes(policy(ProgramLimits.patternBytes + 1)) == ["C0311"])
    }

    /// Bounds of the machine without a diagnostic of their own.
    @Test func whatTheVerifierWouldRefuse() {
        func because(_ count: Int) -> String { deny("because \"\(String(repeating: "x", count: count))\"") }
        #expect(codes(because(ProgramLimits.symbolBytes)) == [])
        #expect(codes(because(ProgramLimits.symbolBytes + 1)) == ["C0802"])
        func tags(_ count: Int) -> String {
            "resource big : postgres { tags \((0..<count).map { "t\($0)" }.joined(separator: ", ")) }\n"
        }
        #expect(codes(tags(ProgramLimits.tags)) == [])
        #expect(codes(tags(ProgramLimits.tags + 1)) == ["C0802"])
    }

    /// Not a limit, but far beyond what a person writes: it must come to an end soon.
    @Test func manyRules() {
        var text = ""
        for index in 0..<600 {
            text += "allow a\(index) {\n  who ada\n  on db\n  to select from t\(index)(id, c\(index)), any\n}\n"
            text += "mask m\(index) {\n  on db\n  column t\(index).c\(index) with last(\(index % 4))\n}\n"
            text += "deny d\(index) {\n  on db\n  to drop t\(index)\n  unless statement.count == \(index)\n}\n"
        }
        #expect(codes(text) == [])
    }

    // MARK: roots

    private func compile(_ texts: [String], root: String? = nil) -> Compilation {
        let files = texts.enumerated().map { SourceFile(path: "\($0).postern", text: $1, index: $0) }
        return PolicyCompiler.compile(files: files, root: root, options: CompileOptions(date: Moment(seconds: 0)))
    }

    @Test func theRootIsWhatNoOtherUsesOrWhatIsAskedFor() {
        let texts = ["policy a edition 1\nuse b\n", "policy b edition 1\n", "policy c edition 1\n"]
        #expect(compile([texts[1], texts[0]]).program?.name == "a")
        #expect(compile(texts, root: "c").program?.name == "c")
        #expect(compile(texts).diagnostics.contains { $0.code == "C0103" })
    }

    @Test func aRootThatIsNotThere() {
        #expect(compile([]).diagnostics.map(\.code) == ["C0108"])
        let result = compile(["policy orders edition 1\n"], root: "order")
        #expect(result.diagnostics.map(\.code) == ["C0108"])
        #expect(result.diagnostics.first?.help == "did you mean `orders`?")
        #expect(result.program == nil)
    }
}
