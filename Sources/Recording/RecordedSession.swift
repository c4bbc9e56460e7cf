// What the recording says about sessions and messages, read back.

import Decision
import Machine

/// A session as recorded.
public struct RecordedSession: Sendable, Hashable {
    public var id: SessionID
    public var identity: String
    public var groups: [String]
    /// Enough to find the identity again under another policy.
    public var claims: VerifiedClaims
    public var resource: String
    /// `postgres`, `ssh`, …
    public var kind: String
    public var sourceAddress: String
    public var database: String
    public var backendUser: String
    /// The program it began under; empty and 0 where the recording does not know it.
    public var programName: String
    public var programRevision: UInt64
    /// Nanoseconds since 1970.
    public var startedAt: UInt64
    public var lastAt: UInt64
    /// nil while it runs.
    public var endedAt: UInt64?
    public var endReason: String?
    public var messages: UInt64
    public var refused: UInt64
    /// Messages that were let through and that the gateway stopped nevertheless: at a limit, or because their result could not be masked.
    /// None in what a gateway of an older version recorded.
    public var stopped: UInt64

    /// Row of the database.
    let number: Int64
}

/// A client message as recorded, with its decision and, where it was forwarded and answered, its outcome.
public struct RecordedMessage: Sendable, Hashable {
    /// From 1, in the order in which the gateway judged them.
    public var sequence: UInt64
    /// Nanoseconds since 1970.
    public var at: UInt64
    public var kind: MessageKind
    public var text: [UInt8]
    /// Of the statement; for a function call its schema.
    public var name: String
    public var portal: String
    public var parameters: [UInt8]
    public var effect: DecisionRecord.Effect
    /// The deciding rule; nil when no rule decided.
    public var rule: String?
    /// Revision of the program that decided; 0 where the recording does not know it.
    public var programRevision: UInt64
    public var masks: UInt64
    /// Sorted names of the mask rules that applied.
    public var maskRules: [String]
    /// What those rules do, as far as the recording knows it.
    public var maskDetails: [RecordedMask]
    /// 0 when the text was not understood.
    public var fingerprint: UInt64
    public var circumstances: RecordedCircumstances
    /// nil when it was refused, or when the gateway ended before the answer.
    public var outcome: RecordedOutcome?
}

/// What became of a message.
public struct RecordedOutcome: Sendable, Hashable {
    /// Nanoseconds.
    public var duration: UInt64
    public var rows: UInt64
    public var bytes: UInt64
    /// Statements of the message that the backend ran to their end.
    public var completed: UInt32
    /// nil when there was no error.
    public var sqlstate: String?
}

/// Which sessions are meant. Everything that is given must agree.
public struct SessionFilter: Sendable, Hashable {
    public enum Decision: String, Sendable, CaseIterable {
        /// Sessions in which something was refused or stopped.
        case refused
        /// Sessions in which nothing was.
        case allowed
    }
    public var identity: String?
    public var resource: String?
    /// Start of the text form of an id.
    public var idPrefix: String?
    /// Sessions with a message or their start in this time, in nanoseconds since 1970; the end is exclusive.
    public var from: UInt64?
    public var until: UInt64?
    public var decision: Decision?
    /// At most so many; nil: all.
    public var limit: Int?
    /// The latest first; otherwise in order of their start.
    public var latestFirst = false

    public init() {}
}
