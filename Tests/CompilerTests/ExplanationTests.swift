// What `postern explain CODE` says: every code has a text, and every example is as it claims.

import Foundation
import Machine
import PolicyLang
import TestSupport
import Testing

@testable import Compiler

struct ExplanationTests {
    /// The compiler's codes by their type, the parser's as they stand in its wording.
    static func everyCode() throws -> [String] {
        let folder = CaseFolder.project.appendingPathComponent("Sources/PolicyLang")
        var codes = CompilerCode.allCases.map(\.rawValue)
        for name in ["Wording.swift", "WordingOfGrammar.swift"] {
            let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
            for part in text.components(separatedBy: "\"P").dropFirst() {
                let digits = part.prefix(4)
                if digits.count == 4, digits.allSatisfy(\.isNumber) { codes.append("P" + digits) }
            }
        }
        return codes.sorted()
    }

    @Test func everyCodeIsExplainedOnce() throws {
        let codes = try Self.everyCode()
        #expect(codes.count > 110)
        #expect(CodeExplanation.all.map(\.code) == codes)
    }

    @Test(arguments: CodeExplanation.all)
    func theExampleHasTheCodeAndMendedItHasNoError(_ explanation: CodeExplanation) {
        let wrong = Self.diagnostics(explanation.wrong, explanation.code)
        #expect(wrong.contains { $0.code == explanation.code }, "\(explanation.code) gives \(wrong.map(\.code))")
        let right = Self.diagnostics(explanation.right, explanation.code)
        #expect(!right.contains { $0.code == explanation.code }, "\(explanation.code) is still there when mended")
        let errors = right.filter { $0.severity == .error }
        #expect(errors.isEmpty, "\(explanation.code) mended gives \(errors.map { "\($0.code): \($0.message)" })")
    }

    /// Nothing else is wrong with an example: a reader should look for one thing.
    @Test(arguments: CodeExplanation.all)
    func theExampleHasNoOtherError(_ explanation: CodeExplanation) {
        let others = Self.diagnostics(explanation.wrong, explanation.code).filter {
            $0.code != explanation.code && $0.severity == .error
        }
        // What cannot be avoided beside it: the hundred mistakes before, a number without its unit, more elements than a set holds.
        let follows = [
            "P0903": ["P0501", "C0201"], "P0116": ["C0306"], "P0117": ["C0306"], "P0902": ["P0213", "C0801"],
        ]
        let known = follows[explanation.code] ?? []
        #expect(
            others.allSatisfy { known.contains($0.code) },
            "\(explanation.code) also gives \(others.map { "\($0.code): \($0.message)" })")
    }

    @Test func textsAreSentences() {
        for explanation in CodeExplanation.all {
            #expect(explanation.meaning.hasSuffix(".") || explanation.meaning.hasSuffix(".)"), "\(explanation.code)")
            #expect(explanation.wrong != explanation.right && !explanation.wrong.isEmpty && !explanation.right.isEmpty)
        }
    }

    @Test func codesAreFoundInAnyCaseAndOnlyWhole() {
        #expect(CodeExplanation.of("p0211")?.code == "P0211" && CodeExplanation.of("P9999") == nil && CodeExplanation.of("") == nil)
        #expect(["P0211", "c0101"].allSatisfy(CodeExplanation.isCode))
        #expect(!["", "P021", "P02111", "X0211", "P021a", "select"].contains(where: CodeExplanation.isCode))
    }

    private static func diagnostics(_ example: String, _ code: String) -> [Diagnostic] {
        let files = CodeExplanation.files(of: example)
        let sources = files.filter { !$0.path.hasSuffix(".sql") }.enumerated().map {
            SourceFile(path: $1.path, bytes: $1.bytes, index: $0)
        }
        let schemas = Dictionary(files.filter { $0.path.hasSuffix(".sql") }.map { ($0.path, $0.bytes) }, uniquingKeysWith: { one, _ in one })
        var options = CompileOptions(date: DiagnosticTests.date) { schemas[$0] }
        options.findsDeadRules = MarkedPolicies.findings.contains(code)
        return PolicyCompiler.compile(files: sources, root: code == "C0108" ? "shop" : nil, options: options).diagnostics
    }
}
