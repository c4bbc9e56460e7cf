// The messages of all sessions that wait for people. It decides nothing: it shows them, and carries answers to their sessions.

import Decision
import Machine
import Recording
import Synchronization

/// What became of an answer.
enum ApprovalReply: Sendable, Equatable {
    /// It counts, and others are still waited for.
    case waiting
    case ended(RecordedApproval.Step)
    /// The request is not waiting any more.
    case gone
}

/// One message that waits.
struct ApprovalCard: Sendable {
    var id: String
    var session: String
    var caller: Caller
    var resource: String
    var text: String
    var parameters: [String]
    var request: ApprovalRequest
    var answers: [ApprovalAnswer]
    /// Hops to the session's loop. The last argument is called once, from there.
    var answer: @Sendable (ApprovalAnswer, @escaping @Sendable (ApprovalReply) -> Void) -> Void
}

/// One for a gateway. As many requests wait as there are sessions that wait: each holds one message at most.
final class ApprovalDesk: Sendable {
    private let cards = Mutex<[String: ApprovalCard]>([:])

    func put(_ card: ApprovalCard) { cards.withLock { $0[card.id] = card } }
    func remove(_ id: String) { cards.withLock { _ = $0.removeValue(forKey: id) } }
    func card(_ id: String) -> ApprovalCard? { cards.withLock { $0[id] } }
    var count: Int { cards.withLock { $0.count } }

    /// The longest waiting first.
    var all: [ApprovalCard] {
        cards.withLock { Array($0.values) }.sorted { ($0.request.asked.seconds, $0.id) < ($1.request.asked.seconds, $1.id) }
    }
}
