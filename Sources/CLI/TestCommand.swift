// `postern test`: the policy's own examples, through the gateway's own decision path.

import ArgumentParser
import Compiler
import Foundation
import Harness
import Machine
import PolicyLang

struct TestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Run the tests that policy files hold.",
        discussion: """
            Decides each statement, and masks each row, by the same code that the gateway runs, and says which rules no test decides.

              postern test policies/
              postern test policies/ --require-coverage --format json
              postern test policies/ --format junit > tests.xml
              postern test policies/ --coverage --lcov coverage.info --html coverage/
              postern test policies/ --mutate --fail-under 90
              postern test policies/ --filter 'the nightly *' --explain
              postern test policies/ --jobs 8

            --mutate makes one small mistake in the policy at a time (an effect flipped, a condition dropped, an object widened) and lists
            the mistakes that no test notices, each with an example that would.

            Tests, and the mistakes of --mutate, run on all processors at once, or on as many as --jobs says; what is printed is the same.

            Exit status 1 when a test fails, when the policy has errors, or when the score is under --fail-under.
            """)

    @OptionGroup var input: PolicyInput
    @Option(name: .long, help: "How to print the answer: text, json or junit.")
    var format: TestFormat = .text
    @Option(name: .long, help: "Run only tests whose title has this text, or matches it where it has a `*`. May be given several times.")
    var filter: [String] = []
    @Flag(name: .long, help: "Say of each denied or held step which rules were held against it, and what of their conditions was so.")
    var explain = false
    @Option(name: .shortAndLong, help: "Run so many tests, or with --mutate mistakes, at once. Default: as many as there are processors.")
    var jobs: Int?
    @Flag(name: .long, help: "Fail when a rule decides no step of any test.")
    var requireCoverage = false

    @Flag(name: .long, help: "Say of each rule how many steps it decided, which way its condition never went, and which verbs no step had.")
    var coverage = false
    @Option(name: .long, help: "Write the coverage to this file, as a tracefile of lcov.")
    var lcov: String?

    @Option(name: .long, help: "Write the coverage into this directory, as pages: one for each policy file.", completion: .directory)
    var html: String?
    @Flag(name: .long, help: "Make one small mistake in the policy at a time, and list those that no test notices.")
    var mutate = false
    @Option(name: .long, help: "With --mutate: fail when a smaller part of the mistakes is noticed, in percent.")
    var failUnder: Int?

    func validate() throws {
        if let jobs, !(1...Self.jobsLimit).contains(jobs) { throw ValidationError("--jobs is 1 to \(Self.jobsLimit)") }
        if failUnder != nil, !mutate { throw ValidationError("--fail-under says how --mutate may come out") }
        if let failUnder, !(0...100).contains(failUnder) { throw ValidationError("--fail-under is a percentage, 0 to 100") }
        if mutate, explain || !filter.isEmpty { throw ValidationError("--mutate runs every test, and explains what none notices") }
        if mutate, format == .junit { throw ValidationError("--mutate is answered as text or json") }
        if mutate, coverage || lcov != nil || html != nil || requireCoverage { throw ValidationError("ask for coverage without --mutate") }
    }

    func run() throws {
        try Output.run {
            if mutate { return try runMutants() }
            let compiled = try input.compile()
            guard let program = compiled.program else {
                Output.diagnostics(compiled.diagnostics, compiled.sources)
                // A system that waits for a report gets one, that says why no test ran.
                if format == .junit { Output.print(JUnitReport(check: compiled.diagnostics, compiled.sources, strict: false).text) }
                throw ExitStatus.found
            }
            let moment = try input.moment()
            var runner = try self.runner(program, compiled)
            let tests = compiled.tests.filter { isWanted($0.title) }
            if tests.isEmpty, !compiled.tests.isEmpty {
                throw Impossible("no test's title has \(filter.map { "'\($0)'" }.joined(separator: " or ")); there are \(compiled.tests.count)")
            }
            let report = runner.run(tests.map { TestCase($0, compiled.sources, moment) }, jobs: jobsAtOnce)
            switch format {
            case .text: Output.print(report.text + (coverage ? report.coverage.text + "\n" : ""))
            case .json:
                try Output.json(TestRecord(passed: report.passed, tests: report.results, rules: report.coverage.rules))
            case .junit: Output.print(JUnitReport(test: report.results).text)
            }
            if let lcov { try CommandFile.write(report.coverage.lcov.utf8, to: lcov) }
            if let html {
                let sources = compiled.sources.map { CoveragePages.Source(path: $0.path, text: String(decoding: $0.bytes, as: UTF8.self)) }
                try write(CoveragePages(report.coverage, sources), html)
            }
            // What ships is not the author's to test.
            let given = Set(try PolicyFileReader.read(input.paths).map(\.path))
            let uncovered = report.coverage.uncovered.filter { given.contains($0.place.path) }
            if !report.passed || (requireCoverage && !uncovered.isEmpty) { throw ExitStatus.found }
        }
    }
}

extension TestCommand {
    private func isWanted(_ title: String) -> Bool {
        filter.isEmpty || filter.contains { $0.contains("*") ? Self.matches(title[...], $0[...]) : title.contains($0) }
    }

    /// `*` stands for any characters.
    private static func matches(_ title: Substring, _ pattern: Substring) -> Bool {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard let first = parts.first, let last = parts.last, parts.count > 1 else { return title == pattern }
        guard title.hasPrefix(first), title.dropFirst(first.count).hasSuffix(last) else { return false }
        var rest = title.dropFirst(first.count).dropLast(last.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let found = rest.range(of: part) else { return false }
            rest = rest[found.upperBound...]
        }
        return true
    }

    private static let jobsLimit = 1024

    private var jobsAtOnce: Int { jobs ?? ProcessInfo.processInfo.activeProcessorCount }

    private func runMutants() throws {
        let report = try MutationRun(input).report(jobs: jobsAtOnce)
        switch format {
        case .text, .junit: Output.print(report.text)
        case .json: try Output.json(report.record)
        }
        if !report.testsPass || report.score < (failUnder ?? 0) { throw ExitStatus.found }
    }

    /// For coverage, of the program with probes: it decides the same, and tells of every comparison which way it went.
    private func runner(_ program: Program, _ compiled: Compilation) throws -> TestRunner {
        let plain = try BundleReader.load(PolicyEncoder.bytes(of: program), "the compiled policy")
        guard coverage || explain || lcov != nil || html != nil || format == .json else { return TestRunner(plain) }
        let options = CompileOptions(date: try input.moment(), readSchema: PolicyFileReader.schema)
        // A policy that is too large with probes is covered without them.
        guard let probed = PolicyCompiler.probed(files: try PolicyFileReader.read(input.paths), root: input.root, options: options),
            let bytes = try? ProgramCodec.encode(probed.program), let policy = try? VerifiedProgram.load(bytes)
        else { return TestRunner(plain, explains: explain) }
        let probes = probed.probes.map {
            RuleCoverage.Probe(rule: $0.rule, text: $0.text, place: TestPlace($0.span, compiled.sources), isNegated: $0.isNegated)
        }
        return TestRunner(policy, probes: probes, explains: explain)
    }

    private func write(_ pages: CoveragePages, _ directory: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw Impossible("\(directory) cannot be made")
        }
        for page in pages.pages { try CommandFile.write(page.html.utf8, to: directory + "/" + page.name) }
    }
}

/// What `test --format json` prints.
private struct TestRecord: Encodable {
    var passed: Bool
    var tests: [TestResult]
    var rules: [RuleCoverage.Rule]
}

extension TestCase {
    /// A test without `at` is judged at `moment`.
    init(_ test: PolicyTest, _ sources: [SourceFile], _ moment: Moment) {
        let place = { (span: SourceSpan) in TestPlace(span, sources) }
        let claims = VerifiedClaims(
            issuer: test.issuer, subject: test.identity, values: test.claims, proof: test.proof ?? .bearer)
        self.init(
            title: test.title, identity: test.identity, claims: claims, source: test.source, reason: test.reason,
            resource: test.resource, moment: test.moment ?? moment,
            steps: test.examples.map { example in
                switch example {
                case .message(let message):
                    .message(
                        MessageStep(
                            text: message.text, expected: Expectation(message.outcome), rule: message.rule, place: place(message.span)))
                case .row(let row):
                    .row(
                        RowStep(
                            schema: row.schema, table: row.table, cells: row.cells.map { Cell(column: $0.column, value: $0.value) },
                            expected: row.expected.map { Cell(column: $0.column, value: $0.value) }, place: place(row.span)))
                }
            }, place: place(test.span))
    }
}

extension TestCase.Expectation {
    fileprivate init(_ outcome: TestOutcome) {
        switch outcome {
        case .allow: self = .allow
        case .deny: self = .deny
        case .approve: self = .approve
        }
    }
}

extension TestPlace {
    fileprivate init(_ span: SourceSpan, _ sources: [SourceFile]) {
        let file = sources.first { $0.index == span.file }
        self.init(path: file?.path ?? "", line: file?.location(of: span.start).line ?? 1)
    }
}
