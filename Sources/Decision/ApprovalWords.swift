// The words of a message that waited for people in vain.

import Machine

extension Refusal {
    init(declined demand: ApprovalDemand, by answer: ApprovalAnswer, _ record: DecisionRecord) {
        let who = "\(answer.claims.subject) of \(answer.claims.issuer)"
        self.init(
            decision: record.ended(.declined, demand),
            message: answer.reason.isEmpty ? "\(who) did not agree" : "\(who) did not agree: \(answer.reason)",
            detail: "approve \(demand.rule.place) asks \(demand.approvers.joined(separator: ", "))",
            hint: "talk to them before you send it again", rule: demand.rule)
    }

    init(expired demand: ApprovalDemand, _ record: DecisionRecord) {
        self.init(
            decision: record.ended(.declined, demand),
            message: "not approved within \(demand.within) s, as rule \(demand.rule.name) demands",
            detail: "approve \(demand.rule.place) wants \(demand.quorum) of \(demand.approvers.joined(separator: ", "))",
            hint: "tell one of them, then send it again", rule: demand.rule)
    }

    /// A message is not waited for any more, for a reason that is told.
    public init(withdrawn request: ApprovalRequest, because reason: String) {
        let rule = request.demands.first?.rule
        var record = request.decision
        record.effect = .withdrawn
        self.init(decision: record, message: reason, detail: rule.map { "it waited for approve \($0.place)" }, rule: rule)
    }
}

extension RuleCitation {
    /// Its name, and where it is written.
    fileprivate var place: String { "\(name) (\(path):\(line))" }
}

extension DecisionRecord {
    fileprivate func ended(_ effect: Effect, _ demand: ApprovalDemand) -> DecisionRecord {
        var record = self
        record.effect = effect
        record.rule = demand.index
        return record
    }
}
