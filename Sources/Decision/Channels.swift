// Whom the rules behind a decision tell.

import Machine

/// A rule, and the channels that it tells.
public struct ToldRule: Sendable, Hashable {
    public var rule: String
    public var because: String
    public var channels: [String]
}

extension Gate {
    /// The rule that decided, and masks that apply, where they tell somebody. Approves tell by themselves, when people are asked.
    public func channels(of decision: DecisionRecord) -> [ToldRule] {
        var rules: [Int] = []
        if decision.rule >= 0, policy.program.rules[Int(decision.rule)].effect != .approve { rules.append(Int(decision.rule)) }
        if decision.masks != 0, decision.effect.passes { rules += maskRules(decision.masks) }
        return rules.compactMap { rule in
            let channels = policy.channels(of: rule)
            guard !channels.isEmpty else { return nil }
            return ToldRule(rule: policy.ruleName(rule), because: policy.text(policy.program.rules[rule].because), channels: channels)
        }
    }

    /// The text of the message considered last, where it runs what was prepared: each of them, where it may be one of several.
    public var lastText: String {
        let texts = (lastPrepared.map { [$0] } ?? lastCandidates).map { String(decoding: $0.text.bytes, as: UTF8.self) }
        return texts.joined(separator: "\n-- or, as far as is known yet:\n")
    }
}
