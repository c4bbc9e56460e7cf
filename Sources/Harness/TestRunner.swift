// Runs a policy's tests through the gate that production uses.

import Decision
import Machine
import Mask

/// Runs tests against one program. Each test is a session of its own; only the coverage is shared.
public struct TestRunner: Sendable {
    private let policy: VerifiedProgram
    private let secrets: MaskSecrets
    var coverage: RuleCoverage
    /// Of nothing yet.
    let blank: RuleCoverage
    private let explains: Bool

    /// - Parameter hashKey: key of `hash` masks; expectations of such cells depend on it. Tests have their own, fixed one by default.
    /// - Parameter probes: what the program's last rules stand for, of a program that was compiled with probes.
    /// - Parameter explains: whether results say why steps were denied or held.
    public init(
        _ policy: VerifiedProgram, hashKey: [UInt8] = TestRunner.testHashKey, probes: [RuleCoverage.Probe] = [], explains: Bool = false
    ) {
        self.policy = policy
        self.explains = explains
        secrets = MaskSecrets(hashKey: hashKey)
        blank = RuleCoverage(policy, probes: probes)
        coverage = blank
    }

    /// No secret: it only makes what `hash` writes in tests the same everywhere.
    public static let testHashKey = Array("postern test: this key is public".utf8)

    /// The report is in the order of the tests, and the same for any number of jobs.
    /// - Parameter jobs: on so many threads at once, at most.
    public mutating func run(_ tests: [TestCase], jobs: Int = 1) -> TestReport {
        let results = jobs > 1 ? runTogether(tests, jobs: jobs) : tests.map { run($0) }
        return TestReport(results: results, coverage: coverage)
    }

    mutating func run(_ test: TestCase) -> TestResult {
        var result = TestResult(title: test.title, place: test.place, steps: test.steps.count, failures: [])
        let gate: Gate
        switch openGate(test) {
        case .success(let opened): gate = opened
        case .failure(let problem):
            result.failures.append(StepFailure(place: test.place, step: "", expected: "a session", actual: problem.sentence))
            return result
        }
        var inTransaction = Ternary.no
        for step in test.steps {
            let circumstances = Circumstances(moment: test.moment, inTransaction: inTransaction)
            switch step {
            case .message(let message):
                let judged = judge(message, gate, circumstances)
                if let failure = judged.failure { result.failures.append(failure) }
                if let explanation = judged.explanation { result.explanations = (result.explanations ?? []) + [explanation] }
                if judged.passed { inTransaction = Transaction.state(after: gate.lastInspection, before: inTransaction) }
            case .row(let row):
                result.failures += RowCheck.failures(row, gate, circumstances, noting: &coverage)
            }
        }
        return result
    }

    /// What comes of each step, whatever it expects; nil when the session cannot begin.
    func observe(_ test: TestCase) -> [StepOutcome]? {
        guard case .success(let gate) = openGate(test) else { return nil }
        var inTransaction = Ternary.no
        return test.steps.map { step in
            let circumstances = Circumstances(moment: test.moment, inTransaction: inTransaction)
            switch step {
            case .message(let message):
                var text = message.text
                let decided = text.withUTF8 { Decided(.query(UnsafeRawBufferPointer($0)), gate, circumstances) }
                if decided.passes { inTransaction = Transaction.state(after: gate.lastInspection, before: inTransaction) }
                return .message(Self.outcome(decided), rule: rules(of: decided).first)
            case .row(let row): return .row(RowCheck.outcome(row, gate, circumstances))
            }
        }
    }

    private struct Problem: Error {
        let sentence: String
    }

    private func openGate(_ test: TestCase) -> Result<Gate, Problem> {
        let caller: Caller
        switch policy.identify(test.claims) {
        case .caller(let found):
            guard found.identity == test.identity else {
                return .failure(Problem(sentence: "the test's claims make the identity \(found.identity), not \(test.identity)"))
            }
            caller = found
        case .nobody:
            return .failure(
                Problem(
                    sentence: "the test's claims make no identity; say with `with { claim.… = … }` what \(test.identity) asks for"))
        case .ambiguous(let names):
            return .failure(Problem(sentence: "the test's claims match more than one identity: \(names.joined(separator: ", "))"))
        case .unsure(let name, let others):
            let list = others.joined(separator: ", ")
            return .failure(
                Problem(sentence: "the test's claims make \(name), and lack one that would say whether they make \(list) as well; say it with `with { … }`"))
        }
        var source: NetworkAddress?
        if let text = test.source {
            source = NetworkAddress(text: text)
            if source == nil { return .failure(Problem(sentence: "\(text) is no IP address")) }
        }
        let facts = SessionFacts(caller: caller, source: source, start: test.moment, reason: test.reason)
        let gate = Gate(
            policy: policy, caller: caller, resource: test.resource, facts: facts, secrets: secrets, memory: FirstSeen(),
            ledger: LimitLedger())
        guard let gate else { return .failure(Problem(sentence: "the policy has no resource \(test.resource)")) }
        return .success(gate)
    }

    private mutating func judge(
        _ step: TestCase.MessageStep, _ gate: Gate, _ circumstances: Circumstances
    ) -> (failure: StepFailure?, passed: Bool, explanation: StepExplanation?) {
        var text = step.text
        let tried = text.withUTF8 { gate.exercise(UnsafeRawBufferPointer($0), at: circumstances) }
        let decided = text.withUTF8 { Decided(.query(UnsafeRawBufferPointer($0)), gate, circumstances) }
        coverage.note(decided)
        coverage.note(tried, isAllowed: decided.passes)
        let actual = Self.outcome(decided)
        let rules = rules(of: decided)
        let isExpected = actual == step.expected && (step.rule.map(rules.contains) ?? true)
        let explanation =
            explains && (actual != .allow || !isExpected)
            ? StepExplanation(step, actual.rawValue, gate, policy, circumstances, tried, coverage) : nil
        // A test goes on as if those who are asked had agreed.
        if isExpected { return (nil, decided.passes, explanation) }
        let first = rules.first
        let failure = StepFailure(
            place: step.place, step: step.text, expected: step.expected.rawValue + (step.rule.map { " by \($0)" } ?? ""),
            actual: actual.rawValue + (first.map { " by \($0)" } ?? ""), rule: first,
            rulePlace: decided.record.rule >= 0 ? place(ofRule: Int(decided.record.rule)) : nil,
            access: decided.refusal?.access ?? decided.held?.accesses.first, reason: decided.refusal?.message)
        return (failure, decided.passes, explanation)
    }

    private static func outcome(_ decided: Decided) -> TestCase.Expectation {
        decided.held != nil ? .approve : decided.passes ? .allow : .deny
    }

    /// The rules whose people are asked, else the one that decided.
    private func rules(of decided: Decided) -> [String] {
        if let held = decided.held { return held.demands.map(\.rule.name) }
        return decided.record.rule >= 0 ? [policy.ruleName(Int(decided.record.rule))] : []
    }

    private func place(ofRule rule: Int) -> TestPlace {
        let place = policy.place(of: rule)
        return TestPlace(path: place.path, line: place.line)
    }
}

/// Whether a session is in a transaction, told from what it ran: there is no backend to ask.
enum Transaction {
    static func state(after inspection: Inspection, before: Ternary) -> Ternary {
        var state = before
        for index in 0..<inspection.statements.count {
            let kind = inspection.string(inspection.statements[index].kind)
            switch kind.split(separator: " ").first {
            case "begin", "start": state = .yes
            case "commit", "end", "abort": state = .no
            // ROLLBACK TO keeps the transaction; its kind is longer.
            case "rollback": if kind == "rollback" { state = .no }
            default: break
            }
        }
        return state
    }
}
