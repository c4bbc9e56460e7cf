// The linter: what each rule says under its place, what it does not complain about, and what mending makes of a file.

import Foundation
import Machine
import PolicyLang
import TestSupport
import Testing

@testable import Compiler

struct LintTests {
    static let wrong = CaseFolder.files(in: "lint", ending: ".wrong.postern")
    static let right = CaseFolder.files(in: "lint", ending: ".right.postern")
    /// Of no test is anything known but in the cases of L0010.
    static func options(_ path: String) -> LintOptions { LintOptions(untested: path.contains("L0010.wrong") ? ["drops"] : nil) }

    private static func code(of file: CaseFile) -> String { String(file.path.split(separator: "/").last?.prefix(5) ?? "") }

    @Test func everyRuleHasBoth() {
        let codes = PolicyLint.rules.map(\.code)
        #expect(codes.count >= 20 && Set(codes).count == codes.count)
        #expect(Set(Self.wrong.map(Self.code)) == Set(codes))
        #expect(Set(Self.right.map(Self.code)) == Set(codes))
    }

    /// The case holds what is said under each place; beside it stands the text after mending.
    @Test(arguments: wrong) func saysWhatIsWrittenUnderThePlace(_ file: CaseFile) throws {
        let marked = MarkedPolicies(try file.text(), path: file.path)
        let compile = marked.options(date: DiagnosticTests.date)
        let result = PolicyLint.lint(files: marked.sources, options: compile, lint: Self.options(file.path))
        #expect(!result.hasErrors)
        let code = Self.code(of: file)
        #expect(result.diagnostics.contains { $0.code == code })
        try CaseFolder.expect(marked.marked(with: result.diagnostics.filter { $0.span.file < marked.sources.count }, result.sources), matches: file.path)
        let fixes = LintFixes(files: marked.sources, options: compile, lint: Self.options(file.path))
        let fixed = fixes.files.map { String(decoding: $0.bytes, as: UTF8.self) }.joined(separator: "====\n")
        try CaseFolder.expect(fixed, matches: String(file.path.dropLast(".postern".count)) + ".fixed")
        // What was mended is gone, and what can be mended has been.
        let after = PolicyLint.lint(files: fixes.files, options: compile, lint: Self.options(file.path))
        #expect(!after.hasErrors && !after.diagnostics.contains { $0.fixIt != nil })
        #expect(fixes.count > 0 || result.diagnostics.allSatisfy { $0.fixIt == nil })
    }

    @Test(arguments: right) func saysNothing(_ file: CaseFile) throws {
        let marked = MarkedPolicies(try file.text(), path: file.path)
        let result = PolicyLint.lint(
            files: marked.sources, options: marked.options(date: DiagnosticTests.date), lint: Self.options(file.path))
        #expect(!result.hasErrors)
        #expect(!result.diagnostics.contains { $0.code == Self.code(of: file) })
    }

    @Test(arguments: PolicyLint.rules.map(\.explanation)) func theExplanationIsAsItClaims(_ explanation: CodeExplanation) {
        func count(_ example: String) -> Int {
            let sources = CodeExplanation.files(of: example).enumerated().map { SourceFile(path: $1.path, bytes: $1.bytes, index: $0) }
            let lint = Self.options("\(explanation.code).\(example == explanation.wrong ? "wrong" : "right")")
            let result = PolicyLint.lint(files: sources, options: CompileOptions(date: DiagnosticTests.date), lint: lint)
            #expect(!result.hasErrors, "\(explanation.code): \(result.diagnostics.map(\.message))")
            return result.diagnostics.count { $0.code == explanation.code }
        }
        // What stands above the examples has some of it, too.
        #expect(count(explanation.wrong) > count(explanation.right))
        #expect(count(explanation.right) <= count(""))
        #expect(CodeExplanation.of(explanation.code.lowercased()) == explanation && CodeExplanation.isCode(explanation.code))
    }

    @Test func aPolicyWithErrorsIsNotAdvised() {
        let file = SourceFile(path: "a.postern", text: "policy a edition 1\nallow x { on nothing }\n")
        let result = PolicyLint.lint(files: [file], options: CompileOptions(date: DiagnosticTests.date))
        #expect(result.hasErrors && result.diagnostics.allSatisfy { !$0.code.hasPrefix("L") })
        #expect(LintFixes(files: [file], options: CompileOptions(date: DiagnosticTests.date)).count == 0)
    }

    /// Random policies, made worse to read and mended: the machine decides as before, whatever it is asked.
    @Test(arguments: 0..<4) func mendingChangesNoDecision(_ series: Int) throws {
        var mended = 0
        var compared = 0
        for number in 0..<20 {
            var random = RandomPolicy(seed: UInt64(900_000 + series * 20 + number))
            let text = Self.worse(random.policy())
            let options = CompileOptions(date: ReferenceTests.date) { _ in Array(RandomPolicy.schema.utf8) }
            let file = SourceFile(path: "world.postern", text: text)
            let fixes = LintFixes(files: [file], options: options)
            mended += fixes.count
            let before = try Self.program([file], options)
            let after = try Self.program(fixes.files, options)
            for _ in 0..<15 {
                let request = random.request()
                guard let one = ReferenceTests.machine(before, request), let other = ReferenceTests.machine(after, request) else {
                    #expect((ReferenceTests.machine(before, request) == nil) == (ReferenceTests.machine(after, request) == nil))
                    continue
                }
                compared += 1
                #expect(
                    ReferenceTests.decide(one.machine, before, request) == ReferenceTests.decide(other.machine, after, request),
                    "\(text)\n----\n\(String(decoding: fixes.files[0].bytes, as: UTF8.self))")
            }
        }
        #expect(mended > 20 && compared > 100)
    }

    /// Things that the linter mends, strewn over a policy without changing it.
    private static func worse(_ text: String) -> String {
        var lines: [String] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var line = String(line)
            if let range = line.range(of: "when "), !line.contains("{ when"), !line.contains(" or ") {
                line = line[..<range.upperBound] + "true and " + line[range.upperBound...]
            }
            lines.append(line)
        }
        return lines.joined(separator: "\n") + "\nset never_used = { \"a\", \"a\" }\nlet nor_this = not not statement.in_transaction\n"
    }

    private static func program(_ files: [SourceFile], _ options: CompileOptions) throws -> VerifiedProgram {
        let result = PolicyCompiler.compile(files: files, options: options)
        let errors = result.diagnostics.filter { $0.severity == .error }
        return try VerifiedProgram.load(
            ProgramCodec.encode(try #require(result.program, "\(DiagnosticText.render(errors, files: result.sources))")))
    }
}
