// What a watch needs when the answer to a message has come, and what it then says.

import Inspect
import Machine

/// A message that a watch may be about, kept until its answer is complete.
public final class WatchTicket {
    let inspection: Inspection
    let text: [UInt8]
    let moment: Moment
    let inTransaction: Ternary
    let firstSeen: [Ternary]

    init(_ inspection: Inspection, text: UnsafeRawBufferPointer, _ request: RequestFacts) {
        self.inspection = inspection.copy()
        self.text = Array(text)
        moment = request.moment
        inTransaction = request.inTransaction
        firstSeen = Array(request.firstSeen)
    }
}

extension WatchTicket {
    /// The text of the message; empty where it comes from several texts.
    public var bytes: [UInt8] { text }
}

/// A watch that holds for a message.
public struct WatchSighting: Sendable, Hashable {
    /// Index into the rules of the policy in force.
    public var index: Int
    public var rule: RuleCitation
    /// The rule only logs what it would have done: nobody is told.
    public var isObserved: Bool
    public var because: String
    /// Channels that are told.
    public var notify: [String]
}

extension Gate {
    /// The watches that hold now that it is known what came of a message: its answer is complete, was cut short, or ended in an error.
    /// They are those of the policy in force. Changes nothing.
    public func watch(_ ticket: WatchTicket, _ result: ResultFacts) -> [WatchSighting] {
        ticket.text.withUnsafeBytes { text in
            ticket.firstSeen.withUnsafeBufferPointer { firstSeen in
                var request = RequestFacts(
                    moment: ticket.moment, inTransaction: ticket.inTransaction, firstSeen: firstSeen, message: text)
                request.result = result
                return watching(ticket.inspection, request).map { rule in
                    WatchSighting(
                        index: rule, rule: RuleCitation(policy, rule), isObserved: policy.program.rules[rule].observe,
                        because: policy.text(policy.program.rules[rule].because), notify: policy.channels(of: rule))
                }
            }
        }
    }
}
