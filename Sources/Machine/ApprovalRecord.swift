// What an approve rule asks for: who may agree, how many of them, how long they have, and how long it holds.

/// An approve rule's own part. Times are in seconds, at least 1.
public struct ApprovalRecord: Sendable, Hashable {
    public enum Validity: Sendable, Hashable {
        /// For the very message that was shown.
        case once
        /// For statements of the same shape until the session ends.
        case session
        /// For statements of the same shape of the same subject on the same resource.
        case seconds(Int64)
    }
    /// Who may agree: indices of identities and groups, sorted; not both are empty.
    public var identities: [UInt32]
    public var groups: [UInt32]
    /// How many different subjects have to agree; at least 1.
    public var quorum: UInt16
    /// How long a message waits for them.
    public var within: Int64
    public var valid: Validity
    /// The rule's condition once more, so that unknown rejects: an access that no allow covers may pass by agreement only where the rule
    /// is known to be about it. nil: always.
    public var condition: CodeRange?

    public init(
        identities: [UInt32] = [], groups: [UInt32] = [], quorum: UInt16 = 1, within: Int64 = Self.usualWithin, valid: Validity = .once,
        condition: CodeRange? = nil
    ) {
        self.identities = identities
        self.groups = groups
        self.quorum = quorum
        self.within = within
        self.valid = valid
        self.condition = condition
    }

    /// Where a policy does not say how long a message waits.
    public static let usualWithin: Int64 = 900

    /// `valid` as a policy writes it.
    public var validity: String {
        switch valid {
        case .once: "once"
        case .session: "session"
        case .seconds(let seconds): "\(seconds)s"
        }
    }
}
