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
    /// What the message touches, name by name: a name looked up along another path is another object, and the program or file that a
    /// literal names is one too. It also leaves nothing to two texts that were made to share a fingerprint.
    let accesses: [UInt8]

    /// Bytes of names that are kept; a message with more is asked about every time.
    private static let nameLimit = 64 << 10

    /// nil for a message that is not understood in whole: it is asked about every time.
    init?(rule: String, resource: String, caller: Caller, _ found: Inspection) {
        guard found.statements.count > 0 else { return nil }
        var shape: [UInt64] = []
        for statement in found.statements.buffer {
            guard let fingerprint = statement.fingerprint else { return nil }
            shape.append(fingerprint)
            shape.append(statement.whereShape.map { UInt64($0.rawValue) } ?? .max)
        }
        guard let accesses = Self.accesses(of: found) else { return nil }
        self.rule = rule
        self.resource = resource
        issuer = caller.claims.issuer
        subject = caller.claims.subject
        self.shape = shape
        self.accesses = accesses
    }

    /// nil where something is not understood, or where there is too much of it.
    private static func accesses(of found: Inspection) -> [UInt8]? {
        var all: [UInt8] = []
        func add(_ name: TextRef) {
            withUnsafeBytes(of: name.count) { all.append(contentsOf: $0) }
            all.append(contentsOf: found.bytes(name))
        }
        for access in found.accesses.buffer {
            if access.verb == .unknown || all.count > nameLimit { return nil }
            all += [access.verb.rawValue, access.objectClass.rawValue, access.everyColumn ? 1 : 0]
            withUnsafeBytes(of: (access.statement, access.through, access.columnCount)) { all.append(contentsOf: $0) }
            add(access.schema)
            add(access.name)
            let first = Int(access.firstColumn)
            for index in first..<(first + Int(access.columnCount)) { add(found.columns[index].name) }
        }
        return all.count > nameLimit ? nil : all
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
