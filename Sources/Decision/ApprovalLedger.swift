// Approvals that hold for more than one message: for a session, or for a subject and a while.

import Inspect
import Machine
import Synchronization

/// What an approval that outlives its message is for: one rule, and statements of one shape, of one subject on one resource.
struct StandingKey: Hashable, Sendable {
    let rule: String
    let resource: String
    let issuer: String
    let subject: String
    /// Of every statement of the message in order: its fingerprint, and what its WHERE is worth. Literals and parameters do not matter.
    let shape: [UInt64]

    /// nil for a message that is not understood in whole: it is asked about every time.
    init?(rule: String, resource: String, caller: Caller, _ found: Inspection) {
        guard found.statements.count > 0 else { return nil }
        var shape: [UInt64] = []
        for statement in found.statements.buffer {
            guard let fingerprint = statement.fingerprint else { return nil }
            shape.append(fingerprint)
            shape.append(statement.whereShape.map { UInt64($0.rawValue) } ?? .max)
        }
        for access in found.accesses.buffer where access.verb == .unknown { return nil }
        self.rule = rule
        self.resource = resource
        issuer = caller.claims.issuer
        subject = caller.claims.subject
        self.shape = shape
    }
}

/// What people agreed to, and when. Whether it still counts is asked of the policy in force each time.
struct StandingApproval: Sendable {
    var answers: [ApprovalAnswer]
    var asked: Moment
    var settled: Moment
}

/// Approvals that hold for a while, shared by all sessions of a gateway. They live in memory: a gateway that starts anew asks anew.
public final class ApprovalLedger: Sendable {
    /// Approvals kept. Past it those that are over are let go, and where none is the newest is not kept: it holds for its own message.
    public static let limit = 16_384

    private let standing = Mutex<[StandingKey: (approval: StandingApproval, ends: Int64)]>([:])

    public init() {}

    func approval(_ key: StandingKey, at moment: Moment) -> StandingApproval? {
        standing.withLock { known in
            guard let found = known[key] else { return nil }
            if moment.seconds < found.ends { return found.approval }
            known[key] = nil
            return nil
        }
    }

    func remember(_ approval: StandingApproval, for key: StandingKey, seconds: Int64) {
        standing.withLock { known in
            if known.count >= Self.limit, known[key] == nil {
                known = known.filter { approval.settled.seconds < $0.value.ends }
                guard known.count < Self.limit else { return }
            }
            known[key] = (approval, approval.settled.seconds + seconds)
        }
    }
}
