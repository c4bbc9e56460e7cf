// What running a policy's tests gave, for people and for machines.

/// A step that did not come out as written.
public struct StepFailure: Sendable, Hashable, Codable {
    public var place: TestPlace
    /// The message's text, or `row`; empty when the session itself could not begin.
    public var step: String
    public var expected: String
    public var actual: String
    /// The rule that decided, and where it is written.
    public var rule: String?
    public var rulePlace: TestPlace?
    /// The access that decided.
    public var access: String?
    public var reason: String?

    init(
        place: TestPlace, step: String, expected: String, actual: String, rule: String? = nil, rulePlace: TestPlace? = nil,
        access: String? = nil, reason: String? = nil
    ) {
        self.place = place
        self.step = step
        self.expected = expected
        self.actual = actual
        self.rule = rule
        self.rulePlace = rulePlace
        self.access = access
        self.reason = reason
    }

    /// Lines for people.
    public var text: [String] {
        var lines = ["\(place.path):\(place.line)" + (step.isEmpty ? "" : "  \(Excerpt.line(step))")]
        lines.append("  expected  \(expected)")
        lines.append("  got       \(actual)")
        if let place = rulePlace { lines.append("  rule at   \(place.path):\(place.line)") }
        if let access { lines.append("  access    \(access)") }
        if let reason { lines.append("  because   \(reason)") }
        return lines
    }
}

/// One test's outcome.
public struct TestResult: Sendable, Hashable, Codable {
    public var title: String
    public var place: TestPlace
    public var steps: Int
    public var failures: [StepFailure]
    /// Of the steps that were denied or held, or failed, when that was asked for.
    public var explanations: [StepExplanation]?
    public var passed: Bool { failures.isEmpty }
}

/// The outcome of all tests.
public struct TestReport: Sendable, Hashable {
    public var results: [TestResult]
    public var coverage: RuleCoverage

    public var passed: Bool { results.allSatisfy(\.passed) }

    /// Lines for a terminal or a pull request. Failures in full, the rest in a line each.
    public var text: String {
        var lines: [String] = []
        for result in results {
            lines.append("\(result.passed ? "ok  " : "FAIL") \(result.title)  (\(result.place.path):\(result.place.line))")
            for failure in result.failures { lines += failure.text.map { "     " + $0 } }
            for explanation in result.explanations ?? [] { lines += explanation.text.map { "     " + $0 } }
        }
        let failed = results.count { !$0.passed }
        let steps = results.reduce(0) { $0 + $1.steps }
        if !lines.isEmpty { lines.append("") }
        lines.append(
            failed == 0
                ? "\(Count.of(results.count, "test")) passed, \(Count.of(steps, "step"))"
                : "\(failed) of \(Count.of(results.count, "test")) failed")
        lines.append("rules decided by a test: \(coverage.covered) of \(coverage.rules.count)")
        for rule in coverage.uncovered {
            lines.append("  not covered: \(rule.effect) \(rule.name)  (\(rule.place.path):\(rule.place.line))")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
