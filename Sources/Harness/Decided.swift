// One message through the gate, as a value that can be kept: what was decided, and what would follow an agreement.

import Decision
import Machine
import Mask

/// A decision whose permit is spent: nothing is sent, and what the message prepares takes effect. A message that is held goes on as if
/// those who are asked had agreed.
struct Decided {
    /// The first decision: of a held message that it is held.
    let record: DecisionRecord
    /// What people are asked; nil for a message that nobody is asked about.
    let held: ApprovalRequest?
    let refusal: Refusal?
    let maskRules: [String]
    let plan: MaskPlan?
    /// Rules that only observe and would have acted.
    let observed: [Int]

    /// It is let through, perhaps after an agreement.
    var passes: Bool { refusal == nil }

    /// - Parameter completed: how many statements of the message the backend ran; nil when that is not known, and then what it
    ///   prepared stays possible and unconfirmed.
    init(_ message: Message, _ gate: Gate, _ circumstances: Circumstances, completed: Int? = .max) {
        switch gate.consider(message, at: circumstances) {
        case .forward(let permit):
            let first = permit.decision
            self.init(permit, gate, completed, first: first, held: nil)
        case .refuse(let refusal): self.init(refusal, gate, first: refusal.decision, held: nil)
        case .hold(let waiting):
            let request = waiting.request
            switch gate.suppose(waiting, message, at: circumstances) {
            case .forward(let permit): self.init(permit, gate, completed, first: request.decision, held: request)
            case .refuse(let refusal): self.init(refusal, gate, first: request.decision, held: request)
            // Everybody agrees: nothing is left to be asked.
            case .hold(let still): self.init(Refusal(withdrawn: still.request, because: "it waits"), gate, first: request.decision, held: request)
            }
        }
    }

    private init(
        _ permit: consuming ForwardPermit, _ gate: Gate, _ completed: Int?, first: DecisionRecord, held: ApprovalRequest?
    ) {
        record = first
        self.held = held
        refusal = nil
        maskRules = gate.maskRuleNames(permit.decision.masks).sorted()
        plan = permit.masks
        observed = gate.lastObserved.map(Int.init)
        if let ticket = permit.ticket, let completed { gate.names.settle(ticket, completed: completed) }
        permit.spend()
    }

    private init(_ refusal: Refusal, _ gate: Gate, first: DecisionRecord, held: ApprovalRequest?) {
        record = first
        self.held = held
        self.refusal = refusal
        maskRules = []
        plan = nil
        observed = gate.lastObserved.map(Int.init)
    }
}
