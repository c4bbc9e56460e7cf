// SCRAM's salted passwords, worked out once for each salt: the slow part of every login to a backend.

import Sealing
import Synchronization

/// `SaltedPassword` (RFC 5802, section 3) of one password under the salts that its servers gave last. A role's salt stays until its password
/// is set anew, so that a login costs some hashes instead of 4,096 or more. What is kept is worth no more to a thief than the password beside it.
final class PostgresSaltedPasswords: Sendable {
    private struct Known {
        var salt: [UInt8]
        var iterations: Int
        var key: [UInt8]
    }
    /// Servers of one resource have one salt each at most, and mostly the same.
    private static let limit = 8
    private let known = Mutex<[Known]>([])

    /// - Parameter password: always the same one.
    /// - Throws: what `PasswordKey.derive` does.
    func key(of password: [UInt8], salt: [UInt8], iterations: Int) throws(SealError) -> [UInt8] {
        let found = known.withLock { $0.first { $0.salt == salt && $0.iterations == iterations }?.key }
        if let found { return found }
        // Not under the lock: it takes a millisecond and more.
        let made = try PasswordKey.derive(password: password, salt: salt, iterations: iterations)
        known.withLock { known in
            if known.count == Self.limit { known.removeFirst() }
            known.append(Known(salt: salt, iterations: iterations, key: made))
        }
        return made
    }
}
