// The inspectors of one event loop: sessions of one user share what was read, and nobody else's.

import Inspect
import Machine

/// Inspectors that sessions share while names mean to each what they meant when it began. Not thread-safe: one for each event loop.
///
/// What an inspector remembers can be told from how fast it answers, so only sessions of the same subject under the same identity share
/// one. Those that nobody uses stay for the user's next session, up to `spares` of them.
public final class InspectorShelf {
    private struct Key: Hashable {
        var user: [UInt8]
        var searchPath: [String]
        /// The inspector keeps its schema, so the number is of no other while it is here.
        var schema: ObjectIdentifier?
    }
    private var shared: [Key: SQLInspector] = [:]
    /// How many there may be before those that nobody uses are let go.
    private var limit = spares
    static let spares = 16

    public init() {}

    func inspector(for caller: Caller, searchPath: [String], schema: KnownSchema?) -> SQLInspector {
        let key = Key(user: caller.userBytes, searchPath: searchPath, schema: schema.map(ObjectIdentifier.init))
        if let known = shared[key] { return known }
        if shared.count >= limit {
            for key in Array(shared.keys) where isKnownUniquelyReferenced(&shared[key]) { shared[key] = nil }
            limit = max(Self.spares, 2 * shared.count)
        }
        let made = SQLInspector(searchPath: searchPath, schema: schema)
        shared[key] = made
        return made
    }

    /// Of every user that has a session, and of a few that had.
    var count: Int { shared.count }
}

extension Caller {
    /// One subject under one identity, in bytes: canonically equivalent texts are equal as `String`, and are different subjects.
    public var userBytes: [UInt8] {
        var bytes: [UInt8] = []
        for text in [identity, claims.issuer, claims.subject] {
            // Each with its length, so that no two lists of texts are the same bytes.
            withUnsafeBytes(of: UInt64(text.utf8.count)) { bytes += $0 }
            bytes += text.utf8
        }
        return bytes
    }
}
