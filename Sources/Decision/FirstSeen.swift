// Which statements an identity has run before, by fingerprint: what `statement.first_seen` asks.

import Synchronization

/// Shared by all sessions of a gateway; seeded from the recording when the gateway starts.
public final class FirstSeen: Sendable {
    /// Fingerprints kept per identity. Past it nothing more is remembered, so a new statement stays new: that can only ask more of it.
    public static let limit = 100_000

    private let seen = Mutex<[String: Set<UInt64>]>([:])

    public init() {}

    public func isNew(_ fingerprint: UInt64, for identity: String) -> Bool {
        seen.withLock { !($0[identity]?.contains(fingerprint) ?? false) }
    }

    public func remember(_ fingerprint: UInt64, for identity: String) {
        seen.withLock {
            guard $0[identity, default: []].count < Self.limit else { return }
            $0[identity, default: []].insert(fingerprint)
        }
    }
}
