// Tries every mutant of a policy on several threads, and gathers what came of each in the order of the text.

import Compiler
import Dispatch
import Foundation
import Harness
import Machine
import PolicyLang
import Synchronization

/// What came of one mutant.
enum MutantFate {
    /// By the test of this title.
    case noticed(String)
    /// With a test that would notice, as a policy has it; nil when no example was found that shows the difference.
    case unnoticed(suggestion: String?)
    /// It says what the original says, or is no policy.
    case leftOut
    /// No example of a test can run into it.
    case unseen
}

struct MutationRun {
    private let files: [SourceFile]
    private let root: String?
    private let options: CompileOptions
    private let compiled: Compilation
    private let original: VerifiedProgram
    private let tests: [TestCase]
    private let moment: Moment

    /// Throws after saying why when the policy has errors.
    init(_ input: PolicyInput) throws {
        moment = try input.moment()
        files = try PolicyFileReader.read(input.paths)
        root = input.root
        options = CompileOptions(date: moment, readSchema: PolicyFileReader.schema)
        compiled = PolicyCompiler.compile(files: files, root: root, options: options)
        guard let program = compiled.program else {
            Output.diagnostics(compiled.diagnostics, compiled.sources)
            throw ExitStatus.found
        }
        original = try BundleReader.load(PolicyEncoder.bytes(of: program), "the compiled policy")
        let (sources, moment) = (compiled.sources, moment)
        tests = compiled.tests.map { TestCase($0, sources, moment) }
    }

    /// The same for any number of jobs.
    func report(jobs: Int) -> MutationReport {
        var runner = TestRunner(original)
        let whole = runner.run(tests, jobs: jobs)
        guard whole.passed, let bench = bench() else { return MutationReport(failing: whole.text, sources: compiled.sources) }
        let count = bench.mutants.count
        let fates = Mutex([MutantFate](repeating: .leftOut, count: count))
        let next = Atomic<Int>(0)
        let workers = min(jobs, max(1, count / 8))
        // A bench is one thread's: each worker compiles its own, which is cheap beside what it then tries.
        DispatchQueue.concurrentPerform(iterations: workers) { _ in
            guard let bench = self.bench() else { return }
            let trial = MutantTrial(tests)
            while true {
                let mutant = next.add(1, ordering: .relaxed).oldValue
                guard mutant < count else { return }
                let fate = self.fate(of: mutant, bench, trial)
                fates.withLock { $0[mutant] = fate }
            }
        }
        return MutationReport(
            mutants: Array(zip(bench.mutants, fates.withLock { $0 })), sources: compiled.sources, isCut: bench.isCut)
    }

    private func bench() -> MutationBench? { MutationBench(files: files, root: root, options: options) }

    private func fate(of mutant: Int, _ bench: MutationBench, _ trial: MutantTrial) -> MutantFate {
        if bench.mutants[mutant].kind == .limitUnseen { return .unseen }
        guard case .program(let program) = bench.compile(mutant), let bytes = try? ProgramCodec.encode(program),
            let changed = try? VerifiedProgram.load(bytes)
        else { return .leftOut }
        if let test = trial.firstFailure(changed) { return .noticed(tests[test].title) }
        let candidates = bench.candidates(for: mutant)
        let cases = candidates.map { TestCase($0.test, compiled.sources, moment) }
        guard let found = MutantTrial.distinguishing(original, changed, among: cases) else { return .unnoticed(suggestion: nil) }
        let title = "\(bench.mutants[mutant].subject): \(bench.mutants[mutant].kind.rawValue)"
        return .unnoticed(suggestion: SuggestedTest.text(found.test, candidates[found.index], title: title))
    }
}
