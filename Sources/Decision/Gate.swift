// The one decision path: every message of every protocol, test and replay is decided by `Gate.consider`.

import Inspect
import Machine
import Mask

/// Decides for one session. Not `Sendable`: it lives on its session's event loop. Warm, it allocates nothing for a message that passes.
public final class Gate {
    /// Longest message that is inspected, in bytes; a longer one is refused.
    public static let messageLimit = 16 << 20

    public let names = SessionNames()
    public let caller: Caller
    public let resource: String

    public init?(policy: VerifiedProgram, caller: Caller, resource: String, facts: SessionFacts, secrets: MaskSecrets, memory: FirstSeen) {
        fatalError()
    }

    /// Decides one message. Nothing else does.
    public func consider(_ message: Message, at circumstances: Circumstances) -> Outcome { fatalError() }

    /// Goes over to another policy. False when the caller's identity or the resource is not in it any more: the session must end.
    public func adopt(_ policy: VerifiedProgram) -> Bool { fatalError() }

    /// The accesses of the message considered last, for `postern inspect`, `explain` and the recording's detail.
    public var lastInspection: Inspection { fatalError() }

    /// Names of the mask rules in force for a `DecisionRecord.masks` this gate made.
    public func maskRuleNames(_ masks: UInt64) -> [String] { fatalError() }
}
