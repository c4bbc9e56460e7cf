// Mutants of policies: which there are, which of them the policy's tests notice, and that the suggested examples notice the rest.

import Compiler
import Foundation
import Harness
import Machine
import PolicyLang
import Testing

@Suite struct MutantTests {
    static let names = CaseFile.names("mutants")

    @Test func thereAreCases() { #expect(Self.names.count >= 3) }

    /// One line for each mutant: what was done where, and what came of it.
    @Test(arguments: names) func fates(_ name: String) throws {
        var file = try CaseFile("mutants", name, parts: 2)
        let policy = try CompiledPolicy(file.parts[0])
        let bench = try Self.bench(file.parts[0])
        let trial = MutantTrial(policy.tests.map { TestCase($0, in: policy.source) })
        #expect(trial.firstFailure(policy.program) == nil, "the tests must pass on the policy itself")
        var lines: [String] = []
        for (index, mutant) in bench.mutants.enumerated() {
            let line = policy.source.location(of: mutant.span.start).line
            lines.append("\(line) \(mutant.subject): \(mutant.kind.rawValue)\n  - \(mutant.before)" + (mutant.after.map { "\n  + \($0)" } ?? ""))
            lines.append("  = " + (try fate(index, bench, trial, policy)))
        }
        try file.check(lines.joined(separator: "\n") + "\n")
    }

    private func fate(_ index: Int, _ bench: MutationBench, _ trial: MutantTrial, _ policy: CompiledPolicy) throws -> String {
        switch bench.compile(index) {
        case .equal: return "says the same"
        case .refused: return "is no policy"
        case .program(let program):
            let changed = try VerifiedProgram.load(ProgramCodec.encode(program))
            if let test = trial.firstFailure(changed) { return "noticed by \(policy.tests[test].title)" }
            let candidates = bench.candidates(for: index).map { TestCase($0.test, in: policy.source) }
            guard let found = MutantTrial.distinguishing(policy.program, changed, among: candidates) else { return "not noticed" }
            // What is suggested holds for the policy, and fails for the mutant.
            let suggested = MutantTrial([found.test])
            #expect(suggested.firstFailure(policy.program) == nil)
            #expect(suggested.firstFailure(changed) == 0)
            return "not noticed; would be by \(Self.words(found.test))"
        }
    }

    private static func words(_ test: TestCase) -> String {
        let steps = test.steps.map { step in
            switch step {
            case .message(let message): "\"\(message.text)\" -> \(message.expected.rawValue)" + (message.rule.map { " by \($0)" } ?? "")
            case .row(let row):
                "row \(row.table ?? "") \(row.cells.map { "\($0.column): \($0.value ?? "null")" }) -> \(row.expected.map { $0.value ?? "null" })"
            }
        }
        return "\(test.identity) on \(test.resource): \(steps.joined(separator: ", "))"
    }

    private static func bench(_ text: String) throws -> MutationBench {
        try #require(
            MutationBench(
                files: [SourceFile(path: "shop.postern", text: text)],
                options: CompileOptions(revision: 1, date: Moment(seconds: 1_772_000_000))))
    }

    /// A bench is as it was after every compilation, whatever came of it.
    @Test func theOrderOfCompilingChangesNothing() throws {
        let text = try CaseFile("mutants", try #require(Self.names.first), parts: 2).parts[0]
        let (forwards, backwards) = (try Self.bench(text), try Self.bench(text))
        let first = forwards.mutants.indices.map { Self.bytes(forwards.compile($0)) }
        let second = backwards.mutants.indices.reversed().map { Self.bytes(backwards.compile($0)) }.reversed()
        #expect(first == Array(second))
    }

    private static func bytes(_ outcome: MutationBench.Outcome) -> [UInt8]? {
        guard case .program(let program) = outcome else { return nil }
        return try? ProgramCodec.encode(program)
    }

    @Test func aPolicyWithErrorsHasNoBench() {
        let file = SourceFile(path: "a.postern", text: "policy a edition 1\nallow x { who nobody on nothing }\n")
        #expect(MutationBench(files: [file], options: CompileOptions(date: Moment(seconds: 0))) == nil)
    }
}
