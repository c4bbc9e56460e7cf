// PBKDF2-HMAC-SHA256 (RFC 8018 section 5.2), as SCRAM's Hi() needs it.
import COpenSSL

/// Keys derived from passwords.
public enum PasswordKey {
    /// The iteration counts that are accepted. The lower bound is RFC 7677's, so that a backend cannot ask for a proof that is cheap
    /// to guess from; the upper one keeps it from costing more than about a second.
    public static let iterations = 4096...1_000_000
    /// The longest password and salt, in bytes.
    public static let passwordBytes = 64 * 1024
    public static let saltBytes = 1...1024

    /// SCRAM's `Hi(password, salt, iterations)` (RFC 5802 section 2.2): 32 bytes. The password is used as it comes: SASLprep is the
    /// caller's duty. Throws `iterationsOutOfRange` or `derivationInputOutOfRange`.
    public static func derive(password: [UInt8], salt: [UInt8], iterations count: Int) throws(SealError) -> [UInt8] {
        guard iterations.contains(count) else { throw .iterationsOutOfRange(count) }
        guard password.count <= passwordBytes, saltBytes.contains(salt.count) else { throw .derivationInputOutOfRange }
        var done = false
        let key = [UInt8](unsafeUninitializedCapacity: SHA256Digest.byteCount) { output, filled in
            done = password.withUnsafeBytes { password in
                PKCS5_PBKDF2_HMAC(
                    password.baseAddress?.assumingMemoryBound(to: CChar.self), CInt(password.count),
                    salt, CInt(salt.count), CInt(count), DigestAlgorithm.sha256, CInt(SHA256Digest.byteCount), output.baseAddress) == 1
            }
            filled = done ? SHA256Digest.byteCount : 0
        }
        guard done else { throw .libraryRefused(operation: "PBKDF2") }
        return key
    }
}
