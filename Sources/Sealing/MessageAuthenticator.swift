// HMAC-SHA256 (RFC 2104) with a key that is set up once and used many times.
import COpenSSL

/// HMAC-SHA256 under one key. Reused by restarting, so the key schedule is computed once. Not thread-safe: one for each session.
public final class MessageAuthenticator {
    private let context: OpaquePointer

    /// Any key is accepted; RFC 2104 advises at least 32 bytes. Throws `libraryRefused` when libcrypto has no HMAC.
    public init(key: [UInt8]) throws(SealError) {
        // An empty key still needs an address: a null key means "the key of before".
        let padded = key.isEmpty ? [0] : key
        let made = padded.withUnsafeBufferPointer { postern_make_hmac_sha256($0.baseAddress, key.count) }
        guard let made else { throw .libraryRefused(operation: "HMAC") }
        context = made
    }

    deinit { EVP_MAC_CTX_free(context) }

    /// Writes 32 bytes of HMAC over `message` to `output`. False when libcrypto refuses; then `output` holds nothing of use.
    public func authenticate(_ message: UnsafeRawBufferPointer, into output: UnsafeMutablePointer<UInt8>) -> Bool {
        guard postern_restart_hmac(context) == 1 else { return false }
        if let start = message.baseAddress, message.count > 0 {
            guard EVP_MAC_update(context, start.assumingMemoryBound(to: UInt8.self), message.count) == 1 else { return false }
        }
        var written = 0
        return EVP_MAC_final(context, output, &written, SHA256Digest.byteCount) == 1 && written == SHA256Digest.byteCount
    }

    /// The HMAC of a message.
    public func authenticate(_ message: [UInt8]) throws(SealError) -> SHA256Digest {
        var done = false
        let bytes = [UInt8](unsafeUninitializedCapacity: SHA256Digest.byteCount) { output, count in
            guard let start = output.baseAddress else { return }
            done = message.withUnsafeBytes { authenticate($0, into: start) }
            count = done ? SHA256Digest.byteCount : 0
        }
        guard done else { throw .libraryRefused(operation: "HMAC") }
        return SHA256Digest(unchecked: bytes)
    }

    /// One HMAC under a key that is used once.
    public static func authenticate(_ message: [UInt8], key: [UInt8]) throws(SealError) -> SHA256Digest {
        try MessageAuthenticator(key: key).authenticate(message)
    }
}
