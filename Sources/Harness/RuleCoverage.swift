// Which rules the tests have exercised.

import Decision
import Machine

/// A rule is covered when it decided a step, or, for a mask, when it applied to one.
public struct RuleCoverage: Sendable, Hashable {
    public struct Rule: Sendable, Hashable, Codable {
        public var name: String
        public var effect: String
        public var place: TestPlace
        public var isCovered: Bool
    }
    /// In the program's order.
    public private(set) var rules: [Rule]

    init(_ policy: VerifiedProgram) {
        rules = policy.program.rules.indices.map { index in
            let place = policy.place(of: index)
            return Rule(
                name: policy.ruleName(index), effect: policy.program.rules[index].effect.name,
                place: TestPlace(path: place.path, line: place.line), isCovered: false)
        }
    }

    public var covered: Int { rules.count { $0.isCovered } }
    public var uncovered: [Rule] { rules.filter { !$0.isCovered } }

    mutating func note(_ record: DecisionRecord, masks: [String]) {
        if record.rule >= 0, Int(record.rule) < rules.count { rules[Int(record.rule)].isCovered = true }
        note(masks: masks)
    }

    mutating func note(masks: [String]) {
        for name in masks {
            for index in rules.indices where rules[index].name == name { rules[index].isCovered = true }
        }
    }
}
