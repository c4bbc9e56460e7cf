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
              postern test policies/ --coverage --lcov coverage.info

            Exit status 1 when a test fails or the policy has errors.
            """)

    @OptionGroup var input: PolicyInput
    @Option(name: .long, help: "How to print the answer: text, json or junit.")
    var format: TestFormat = .text
    @Flag(name: .long, help: "Fail when a rule decides no step of any test.")
    var requireCoverage = false

    @Flag(name: .long, help: "Say of each rule how many steps it decided, which way its condition never went, and which verbs no step had.")
    var coverage = false
    @Option(name: .long, help: "Write the coverage to this file, as a tracefile of lcov.")
    var lcov: String?

    func run() throws {
        try Output.run {
            let compiled = try input.compile()
            guard let program = compiled.program else {
                Output.diagnostics(compiled.diagnostics, compiled.sources)
                // A system that waits for a report gets one, that says why no test ran.
                if format == .junit { Output.print(JUnitReport(check: compiled.diagnostics, compiled.sources, strict: false).text) }
                throw ExitStatus.found
            }
            let policy = try BundleReader.load(PolicyEncoder.bytes(of: program), "the compiled policy")
            let moment = try input.moment()
            var runner = TestRunner(policy)
            let report = runner.run(compiled.tests.map { TestCase($0, compiled.sources, moment) })
            switch format {
            case .text: Output.print(report.text + (coverage ? report.coverage.text + "\n" : ""))
            case .json:
                try Output.json(TestRecord(passed: report.passed, tests: report.results, rules: report.coverage.rules))
            case .junit: Output.print(JUnitReport(test: report.results).text)
            }
            if let lcov { try write(report.coverage.lcov, lcov) }
            if !report.passed || (requireCoverage && !report.coverage.uncovered.isEmpty) { throw ExitStatus.found }
        }
    }
}

extension TestCommand {
    private func write(_ text: String, _ path: String) throws {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw Impossible("\(path) cannot be written")
        }
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
