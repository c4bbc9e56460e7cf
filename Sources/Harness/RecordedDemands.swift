// What people were asked about a recorded message, held against what another program would ask.

import Decision
import Recording

/// The rules that asked, and of whom.
struct RecordedDemands {
    let rules: [RecordedApproval.Demand]

    /// Whether who answered then has answered what is asked now: every rule that asks is one that asked, of the same people and as many.
    func answers(_ request: ApprovalRequest) -> Bool {
        request.demands.allSatisfy { demand in
            rules.contains { $0.rule == demand.rule.name && Set($0.approvers) == Set(demand.approvers) && $0.quorum >= demand.quorum }
        }
    }
}

extension MessageStream {
    /// By the number of the message that was let through or refused in the end.
    func demands() throws -> [UInt64: RecordedDemands] {
        var found: [UInt64: RecordedDemands] = [:]
        for event in try events() {
            guard case .approval(let approval) = event.kind, approval.step.isLast else { continue }
            found[event.sequence] = RecordedDemands(rules: approval.demands)
        }
        return found
    }
}
