// Holds a policy's tests against changed versions of it: whether one notices, and which example would.

import Decision
import Machine
import Mask

/// Tests of one policy, run until the first that fails.
public struct MutantTrial {
    private let tests: [TestCase]

    public init(_ tests: [TestCase]) { self.tests = tests }

    /// The index of the first test that fails; nil when none notices.
    public func firstFailure(_ policy: VerifiedProgram) -> Int? {
        var runner = TestRunner(policy)
        return tests.indices.first { !runner.run([tests[$0]]).passed }
    }

    /// The first candidate that comes out otherwise, by its index, with what the original makes of it as its expectation; nil when none
    /// does.
    public static func distinguishing(
        _ original: VerifiedProgram, _ changed: VerifiedProgram, among candidates: [TestCase]
    ) -> (index: Int, test: TestCase)? {
        let (before, after) = (TestRunner(original), TestRunner(changed))
        // A decision that differs says more than a rule that does.
        var byRule: (Int, TestCase)?
        for (index, candidate) in candidates.enumerated() {
            guard let wanted = before.observe(candidate), let became = after.observe(candidate), wanted != became else { continue }
            let expected = candidate.expecting(wanted)
            if zip(wanted, became).contains(where: { $0.differsInDecision(from: $1) }) {
                return (index, expected.withoutRules)
            }
            if byRule == nil, wanted.contains(where: \.namesRule) { byRule = (index, expected) }
        }
        return byRule
    }
}

/// What came of one step.
enum StepOutcome: Hashable {
    case message(TestCase.Expectation, rule: String?)
    case row([TestCase.Cell])

    /// Whether a policy's test could say which rule decided.
    var namesRule: Bool {
        if case .message(_, .some) = self { true } else { false }
    }

    func differsInDecision(from other: StepOutcome) -> Bool {
        if case .message(let mine, _) = self, case .message(let theirs, _) = other { return mine != theirs }
        return self != other
    }
}

extension TestCase {
    fileprivate func expecting(_ outcomes: [StepOutcome]) -> TestCase {
        var changed = self
        for (index, outcome) in outcomes.enumerated() {
            switch (steps[index], outcome) {
            case (.message(var step), .message(let expected, let rule)):
                step.expected = expected
                step.rule = rule
                changed.steps[index] = .message(step)
            case (.row(var step), .row(let cells)):
                step.expected = cells
                changed.steps[index] = .row(step)
            case (.message, .row), (.row, .message): break
            }
        }
        return changed
    }

    fileprivate var withoutRules: TestCase {
        var changed = self
        for (index, step) in steps.enumerated() {
            guard case .message(var message) = step else { continue }
            message.rule = nil
            changed.steps[index] = .message(message)
        }
        return changed
    }
}
