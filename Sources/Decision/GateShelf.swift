// What the sessions of one event loop share: those of one user what was read, all of them the room to decide in.

import Inspect
import Machine

/// Inspectors that sessions share while names mean to each what they meant when it began, and the room to decide in. Not thread-safe: one
/// for each event loop.
///
/// What an inspector remembers can be told from how fast it answers, so only sessions of the same subject under the same identity share
/// one. One that nobody uses stays for the user's next session until some other sessions have begun.
public final class GateShelf {
    private struct Key: Hashable {
        var user: [UInt8]
        var searchPath: [String]
        /// The inspector keeps its schema, so the number is of no other while it is here.
        var schema: ObjectIdentifier?
    }
    private var shared: [Key: SQLInspector] = [:]
    /// Sessions that have begun since those that nobody uses were let go.
    private var begun = 0
    /// After how many sessions that is done, or after as many as an eighth of what there is.
    static let round = 16

    let room = DecisionRoom()

    public init() {}

    func inspector(for caller: Caller, searchPath: [String], schema: KnownSchema?) -> SQLInspector {
        let key = Key(user: caller.userBytes, searchPath: searchPath, schema: schema.map(ObjectIdentifier.init))
        if let known = shared[key] { return known }
        begun += 1
        if begun >= max(Self.round, shared.count / 8) { letGo() }
        let made = SQLInspector(searchPath: searchPath, schema: schema)
        shared[key] = made
        return made
    }

    /// Lets go of those that nobody uses.
    private func letGo() {
        begun = 0
        for key in Array(shared.keys) where isKnownUniquelyReferenced(&shared[key]) { shared[key] = nil }
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
