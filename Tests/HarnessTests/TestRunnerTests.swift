// Runs policies' own tests and compares the report: what passes, what fails and how that is said, what no test decides.

import Foundation
import Harness
import Machine
import Testing

@Suite struct TestRunnerTests {
    static let names = CaseFile.names("tests")

    @Test func thereAreCases() { #expect(Self.names.count >= 4) }

    @Test(arguments: names) func report(_ name: String) throws {
        var file = try CaseFile("tests", name, parts: 2)
        let policy = try CompiledPolicy(file.parts[0])
        var runner = TestRunner(policy.program)
        let report = runner.run(policy.tests.map { TestCase($0, in: policy.source) })
        #expect(report.passed == report.results.allSatisfy { $0.failures.isEmpty })
        try file.check(report.text)
    }

    /// The report as text, and as the tracefile of lcov.
    @Test(arguments: CaseFile.names("coverage")) func coverage(_ name: String) throws {
        var file = try CaseFile("coverage", name, parts: 2)
        let policy = try CompiledPolicy(file.parts[0])
        let probed = try ProbedPolicy(file.parts[0])
        var runner = TestRunner(probed.program, probes: probed.probes)
        let coverage = runner.run(policy.tests.map { TestCase($0, in: policy.source) }).coverage
        try file.check(coverage.text + "\n\n" + coverage.lcov)
    }

    /// Reports, explanations and coverage are the same on one thread and on many, and in the order of the tests.
    @Test(arguments: CaseFile.names("coverage")) func threadsChangeNothing(_ name: String) throws {
        let text = try CaseFile("coverage", name, parts: 2).parts[0]
        let policy = try CompiledPolicy(text)
        let probed = try ProbedPolicy(text)
        let once = policy.tests.map { TestCase($0, in: policy.source) }
        let tests = (0..<60).flatMap { round in
            once.map { test in
                var test = test
                test.title += " \(round)"
                return test
            }
        }
        func report(_ jobs: Int) -> TestReport {
            var runner = TestRunner(probed.program, probes: probed.probes, explains: true)
            return runner.run(tests, jobs: jobs)
        }
        let alone = report(1)
        #expect(alone.results.map(\.title) == tests.map(\.title))
        for jobs in [2, 5, tests.count + 1] { #expect(report(jobs) == alone, "\(jobs) jobs") }
    }

    @Test func noTestsAreNoneOnManyThreads() throws {
        let policy = try CompiledPolicy(CaseFile("tests", "passing.case", parts: 2).parts[0])
        var runner = TestRunner(policy.program)
        #expect(runner.run([], jobs: 8).results.isEmpty)
    }

    @Test func thereAreCoverageCases() { #expect(CaseFile.names("coverage").count >= 2) }

    @Test func addresses() {
        let cases: [(String, NetworkAddress?)] = [
            ("10.0.0.7", NetworkAddress(ipv4: 0x0A00_0007)), ("10.0.0.7:5432", NetworkAddress(ipv4: 0x0A00_0007)),
            ("::ffff:10.0.0.7", NetworkAddress(ipv4: 0x0A00_0007)), ("fd00::1", NetworkAddress(high: 0xFD00 << 48, low: 1)),
            ("[fd00::1]:5432", NetworkAddress(high: 0xFD00 << 48, low: 1)), ("", nil), ("10.0.0", nil), ("10.0.0.256", nil),
            ("[fd00::1", nil), ("localhost", nil), ("10.0.0.7:1:2", nil), ("a\u{0}b", nil),
        ]
        for (text, expected) in cases { #expect(NetworkAddress(text: text) == expected, "\(text)") }
    }
}

extension TestRunnerTests {
    /// The compiler refuses such an address; the runner must not take it for "unknown" should it come from elsewhere.
    @Test func anAddressThatIsNoneFailsTheTest() throws {
        let policy = try CompiledPolicy(CaseFile("tests", "passing.case", parts: 2).parts[0])
        var test = TestCase(policy.tests[0], in: policy.source)
        test.source = "10.0.0.300"
        var runner = TestRunner(policy.program)
        let report = runner.run([test])
        #expect(report.results.first?.failures.first?.actual == "10.0.0.300 is no IP address")
        #expect(!report.passed)
    }
}
