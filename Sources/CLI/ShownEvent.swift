// What happened around a recorded message, for people and machines.

import Foundation
import Recording

/// An event of a session as JSON; `text` is one line of it.
struct ShownEvent: Encodable {
    var sequence: UInt64
    var at: String
    var approval: RecordedApproval?
    var watch: RecordedWatch?
    /// Rules that only observe and would have acted.
    var observed: [String]?

    init(_ event: RecordedEvent) {
        sequence = event.sequence
        at = RecordedTime.text(event.at)
        switch event.kind {
        case .approval(let approval): self.approval = approval
        case .watch(let watch): self.watch = watch
        case .observed(let rules): observed = rules
        }
    }

    var text: String {
        if let approval { return Self.words(approval) }
        if let watch {
            return "\(watch.observed ? "observe watch" : "watch") \(watch.rule) held: \(watch.rows) rows, \(watch.bytes) bytes"
        }
        return "would have acted: " + (observed ?? []).joined(separator: ", ")
    }

    private static func words(_ approval: RecordedApproval) -> String {
        let reason = approval.reason.map { ": \($0)" } ?? ""
        switch approval.step {
        case .asked:
            let demands = approval.demands.map { "\($0.quorum) of \($0.approvers.joined(separator: ", ")) by \($0.rule)" }
            return "approval \(approval.id) asked of \(demands.joined(separator: " and ")), until \(RecordedTime.text(approval.deadline))"
        case .agreed: return "approval \(approval.id): \(approval.approver ?? "somebody") agreed\(reason)"
        case .refused: return "approval \(approval.id): \(approval.approver ?? "somebody") did not agree\(reason)"
        case .approved, .declined, .expired, .withdrawn: return "approval \(approval.id) \(approval.step.rawValue)\(reason)"
        }
    }
}
