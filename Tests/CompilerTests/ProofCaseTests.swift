// Proofs with known answers: one for each kind of fact and comparison, the answer on the line above.

import Foundation
import Machine
import PolicyLang
import TestSupport
import Testing

@testable import Compiler

struct ProofCaseTests {
    @Test(arguments: CaseFolder.files(in: "proofs", ending: ".postern"))
    func everyProofIsDecidedAsItSays(_ file: CaseFile) throws {
        let text = try file.text()
        let result = PolicyCompiler.compile(
            files: [SourceFile(path: file.path, text: text)], options: CompileOptions(date: DiagnosticTests.date))
        #expect(result.diagnostics.filter { $0.severity == .error }.isEmpty, "\(DiagnosticText.render(result.diagnostics, files: result.sources))")
        let reasoned = try #require(result.reasoned)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let results = Prover(reasoned).results()
        #expect(results.count > 10)
        for result in results {
            let expected = String(lines[result.line - 2].dropFirst(3))
            // One that rests on what was not worked out is no answer.
            let broken = result.candidates.contains { !$0.witness.abstract.isOpen }
            let isClosed = result.candidates.isEmpty && result.undecided == nil
            let answer = broken ? "false" : isClosed ? "proved" : "not decided"
            #expect(answer == expected, "\(result.name): \(answer), \(result.candidates.first.map { "\($0.witness)" } ?? "")")
        }
    }

    @Test func overBudgetIsNotDecided() throws {
        let text = """
            policy world edition 1
            issuer dev : oidc { url "https://dev.example"  audience "p"  claims { sub string } }
            identity ada from dev { when claim.sub == "ada" }
            resource db : postgres { tags t }
            allow reads { on db  to select from a  when claim.sub contains "a" and statement.has_where }
            prove never_reads { on db  unless statement.has_where  never select }
            """
        let result = PolicyCompiler.compile(files: [SourceFile(path: "p", text: text)], options: CompileOptions(date: DiagnosticTests.date))
        let reasoned = try #require(result.reasoned)
        let small = try #require(Prover(reasoned, budget: 3).results().first)
        #expect(small.undecided != nil)
        let enough = try #require(Prover(reasoned).results().first)
        #expect(enough.undecided == nil && enough.candidates.isEmpty)
    }

    /// A view reads its table for whoever may read the view; only a deny on the table stands against that.
    @Test func whatASchemaSetsGoingCounts() throws {
        let schema = "create table public.secrets (id int, word text);\ncreate view public.open as select id, word from public.secrets;\n"
        func verdict(_ rule: String) throws -> Bool {
            let text = """
                policy world edition 1
                issuer dev : oidc { url "https://dev.example"  audience "p"  claims { sub string } }
                identity ada from dev { when claim.sub == "ada" }
                resource db : postgres { tags t  search_path public  schema "s.sql" }
                allow reads { on db  to select from open }
                \(rule)
                prove no_secrets { on db  never select from secrets }
                """
            let result = PolicyCompiler.compile(
                files: [SourceFile(path: "p", text: text)], options: CompileOptions(date: DiagnosticTests.date) { _ in Array(schema.utf8) })
            let reasoned = try #require(result.reasoned)
            let proof = try #require(Prover(reasoned).results().first)
            return proof.candidates.isEmpty && proof.undecided == nil
        }
        #expect(try !verdict(""))
        #expect(try verdict("deny secrets { on db  to select from secrets }"))
    }
}
