// The example policies compile without a diagnostic, load as verified programs, and are laid out as the formatter would.

import Foundation
import Inspect
import Machine
import PolicyLang
import TestSupport
import Testing

@testable import Compiler

struct ExampleTests {
    static func files(of example: String) throws -> [SourceFile] {
        let folder = CaseFolder.project.appendingPathComponent("policies/examples/\(example)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".postern") }
            .sorted()
        return try names.enumerated().map { index, name in
            let bytes = Array(try Data(contentsOf: folder.appendingPathComponent(name)))
            return SourceFile(path: "\(example)/\(name)", bytes: bytes, index: index)
        }
    }

    /// Schema files lie beside the policies that name them.
    static func options(_ seconds: Int64, revision: UInt64 = 0) -> CompileOptions {
        CompileOptions(revision: revision, date: Moment(seconds: seconds)) { path in
            let url = CaseFolder.project.appendingPathComponent("policies/examples").appendingPathComponent(path)
            return (try? Data(contentsOf: url)).map { Array($0) }
        }
    }

    @Test(arguments: ["shop", "ci_deployer", "ai_agent", "nightly_batch"]) func compilesAndLoads(_ example: String) throws {
        let files = try Self.files(of: example)
        #expect(!files.isEmpty)
        let result = PolicyCompiler.compile(
            files: files, options: Self.options(1_772_000_000, revision: 7))
        #expect(result.diagnostics.isEmpty, "\(DiagnosticText.render(result.diagnostics, files: result.sources))")
        let program = try #require(result.program)
        let verified = try VerifiedProgram.load(try ProgramCodec.encode(program))
        #expect(verified.revision == 7)
        #expect(result.costs.count == program.rules.count)
        for (index, cost) in result.costs.enumerated() {
            #expect(verified.worstCaseCost(index) == Int(cost.cost), "the verifier's bound differs for \(cost.rule)")
        }
        #expect(!result.tests.isEmpty)
        for test in result.tests {
            // The claims that the policy itself demands make exactly this caller.
            let claims = VerifiedClaims(issuer: test.issuer, subject: "", values: test.claims, proof: test.proof ?? .bearer)
            guard case .caller(let caller) = verified.identify(claims) else {
                Issue.record("\(test.title): no caller")
                continue
            }
            #expect(caller.identity == test.identity)
            #expect(verified.specialise(for: caller, resource: test.resource) != nil)
        }
    }

    @Test(arguments: ["shop", "ci_deployer", "ai_agent", "nightly_batch"]) func theOrderOfTheFilesChangesNothing(_ example: String) throws {
        let files = try Self.files(of: example)
        let options = Self.options(0, revision: 1)
        let first = PolicyCompiler.compile(files: files, options: options)
        let second = PolicyCompiler.compile(files: files.reversed(), options: options)
        #expect(first.program != nil && first.program == second.program)
    }

    @Test(arguments: ["shop", "ci_deployer", "ai_agent", "nightly_batch"]) func isFormatted(_ example: String) throws {
        for file in try Self.files(of: example) {
            let formatted = try #require(PolicyFormatter.format(Parser.parse(file)))
            let url = CaseFolder.project.appendingPathComponent("policies/examples/\(file.path)")
            try CaseFolder.expect(formatted, at: url)
        }
    }

    /// The messages of the example's own tests, through inspector and machine, without a gateway.
    @Test(arguments: ["shop"]) func itsOwnTestsHold(_ example: String) throws {
        let files = try Self.files(of: example)
        let result = PolicyCompiler.compile(files: files, options: Self.options(1_772_000_000))
        let verified = try VerifiedProgram.load(try ProgramCodec.encode(try #require(result.program)))
        for test in result.tests {
            let claims = VerifiedClaims(issuer: test.issuer, subject: "", values: test.claims, proof: test.proof ?? .bearer)
            guard case .caller(let caller) = verified.identify(claims),
                let specialisation = verified.specialise(for: caller, resource: test.resource)
            else {
                Issue.record("\(test.title): no caller")
                continue
            }
            let moment = test.moment ?? Moment(seconds: 1_772_420_400)
            let machine = VirtualMachine(specialisation, session: SessionFacts(caller: caller, source: nil, start: moment))
            let searchPath = result.model.resources.first { $0.named.name == test.resource }?.searchPath ?? []
            let inspector = SQLInspector(searchPath: searchPath, schema: KnownSchema.of(resource: test.resource, in: verified))
            for case .message(let message) in test.examples {
                let inspection = Inspection()
                let verdict = Array(message.text.utf8).withUnsafeBytes { bytes in
                    inspector.inspect(bytes, lexical: LexicalState(), into: inspection)
                    return machine.decide(inspection, RequestFacts(moment: moment, inTransaction: .no, message: bytes))
                }
                #expect((verdict.outcome == .allowed) == (message.outcome == .allow), "\(test.identity): \(message.text)")
                guard let rule = message.rule else { continue }
                #expect(verdict.rule >= 0 && verified.ruleName(Int(verdict.rule)) == rule, "\(test.identity): \(message.text)")
            }
        }
    }
}
