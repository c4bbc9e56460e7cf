// Why a step was denied or held, for people: each access where it is written, the rules that were held against it, and what of their
// conditions was so.

import Decision
import Inspect
import Machine

public struct StepExplanation: Sendable, Hashable, Codable {
    /// One comparison of a condition.
    public struct Comparison: Sendable, Hashable, Codable {
        public var text: String
        public var place: TestPlace
        /// How it came out; what is not known counts as it does for the rule.
        public var held: Bool
    }
    public struct Considered: Sendable, Hashable, Codable {
        public var rule: String
        public var effect: String
        public var observe: Bool
        /// `covers`, or what kept it from that.
        public var finding: String
        public var place: TestPlace
        public var comparisons: [Comparison]
    }
    public struct AccessReport: Sendable, Hashable, Codable {
        public var access: String
        /// The words of the statement; nil for what stands nowhere in it.
        public var written: String?
        public var considered: [Considered]
    }

    public var place: TestPlace
    public var step: String
    public var decision: String
    public var accesses: [AccessReport]

    /// - Parameter tried: what the step tried of every rule, in the same circumstances.
    init(
        _ step: TestCase.MessageStep, _ decision: String, _ gate: Gate, _ policy: VerifiedProgram, _ circumstances: Circumstances,
        _ tried: Set<RuleExercise>, _ coverage: RuleCoverage
    ) {
        place = step.place
        self.step = step.text
        self.decision = decision
        let bytes = Array(step.text.utf8)
        let explained = bytes.withUnsafeBytes { gate.explain($0, at: circumstances) }
        accesses = explained.map { explanation in
            let source = gate.lastInspection.accesses[explanation.access].source
            let range = Int(source.offset)..<Int(source.offset) + Int(source.count)
            return AccessReport(
                access: InspectionText.whole(explanation.access, of: gate.lastInspection),
                written: range.isEmpty || range.upperBound > bytes.count ? nil : String(decoding: bytes[range], as: UTF8.self),
                // The rules behind the policy's own are the coverage's.
                considered: explanation.considered.filter { coverage.rules.indices.contains($0.rule) }.map { considered in
                    let place = policy.place(of: considered.rule)
                    return Considered(
                        rule: policy.ruleName(considered.rule), effect: considered.effect.name, observe: considered.observe,
                        finding: considered.finding.words, place: TestPlace(path: place.path, line: place.line),
                        comparisons: coverage.comparisons(of: considered.rule, in: tried))
                })
        }
    }

    /// Lines for people.
    public var text: [String] {
        var lines = ["\(place.path):\(place.line)  \(Excerpt.line(step))  -> \(decision)"]
        for access in accesses {
            lines.append("  \(access.access)" + (access.written.map { "   written: \(Excerpt.line($0))" } ?? ""))
            if access.considered.isEmpty { lines.append("    no rule has this verb and object") }
            for rule in access.considered {
                let observed = rule.observe ? "observe " : ""
                lines.append("    \(observed)\(rule.effect) \(rule.rule) (\(rule.place.path):\(rule.place.line)) \(rule.finding)")
                for comparison in rule.comparisons {
                    lines.append("      \(comparison.held ? "so:    " : "not so:")  \(comparison.text)  (line \(comparison.place.line))")
                }
            }
        }
        return lines
    }
}
