// Where unqualified names are looked up: the schemas they may mean, and whether those are all.

/// The search path of a session as far as it is known. Each schema gives an access of its own, so a schema too many is only coarse;
/// where the list may lack one, statements with unqualified names are `unknown` besides.
public struct NamePath: Hashable, Sendable {
    /// Schemas that unqualified names may mean. In order where only one path is possible.
    public var schemas: [String]
    public var isComplete: Bool
    /// A role taken on later has a schema of its own in it (`$user`).
    public var followsRole: Bool
    /// What may come into force besides when the transaction ends, or goes back to a savepoint, within a message.
    public var behindTransaction: [String] = []

    public init(_ schemas: [String], isComplete: Bool = true, followsRole: Bool = true) {
        self.schemas = schemas
        self.isComplete = isComplete
        self.followsRole = followsRole
    }
}
