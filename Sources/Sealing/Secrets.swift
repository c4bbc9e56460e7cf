// Random bytes, and comparison that does not tell by its time where two secrets differ.
import COpenSSL

/// Randomness and comparison of secrets.
public enum Secrets {
    /// The most random bytes given at once.
    public static let maximumRandomBytes = 1024 * 1024

    /// Bytes from libcrypto's generator (SP 800-90A, seeded by the kernel). `count` from 0 to `maximumRandomBytes` is the caller's duty.
    public static func randomBytes(_ count: Int) throws(SealError) -> [UInt8] {
        precondition(count >= 0 && count <= maximumRandomBytes)
        var done = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { output, filled in
            done = count == 0 || RAND_bytes(output.baseAddress, CInt(count)) == 1
            filled = done ? count : 0
        }
        guard done else { throw .libraryRefused(operation: "random bytes") }
        return bytes
    }

    /// Whether two runs of bytes are equal, in a time that depends on their lengths only.
    public static func areEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count else { return false }
        guard let first = left.baseAddress, let second = right.baseAddress, left.count > 0 else { return true }
        return CRYPTO_memcmp(first, second, left.count) == 0
    }

    public static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.withUnsafeBytes { first in right.withUnsafeBytes { areEqual(first, $0) } }
    }
}
