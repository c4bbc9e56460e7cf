// For whom a pooled connection was opened: nobody else gets it.

import Decision
import Machine

/// What two borrowers must have in common to be lent the same connection: what they asked for at the start, and unless the pool is shared
/// who they are. Compared by bytes: canonically equivalent texts are equal as `String`, and are different names to PostgreSQL.
struct PostgresPoolKey: Hashable {
    private let bytes: [UInt8]

    /// - Parameter caller: nil where the pool is shared.
    init(startup: [PostgresStartup.Setting], caller: Caller?) {
        var bytes: [UInt8] = []
        for setting in startup.sorted(by: { ($0.name, $0.value) < ($1.name, $1.value) }) {
            Self.add(setting.name.lowercased(), to: &bytes)
            Self.add(setting.value, to: &bytes)
        }
        if let caller { bytes += caller.userBytes }
        self.bytes = bytes
    }

    /// Each with its length, so that no two lists of texts are the same bytes.
    private static func add(_ text: String, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: UInt64(text.utf8.count)) { bytes += $0 }
        bytes += text.utf8
    }
}
