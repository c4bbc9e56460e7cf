// Ed25519 keys (RFC 8032): made, read and written as PEM, signing and verifying.
import COpenSSL

/// Names a key: the first 16 hexadecimal digits of the SHA-256 of its SubjectPublicKeyInfo.
public struct KeyID: Hashable, Sendable, CustomStringConvertible {
    /// How many bytes an id has.
    public static let byteCount = 8
    /// Exactly 8 bytes.
    public let bytes: [UInt8]

    /// nil unless there are exactly 8 bytes.
    public init?(bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    init(publicKeyInfo: [UInt8]) { bytes = Array(SHA256Digest(hashing: publicKeyInfo).bytes.prefix(Self.byteCount)) }

    /// 16 lower-case hexadecimal digits.
    public var description: String { Hex.text(of: bytes) }
}

/// An Ed25519 signature's length in bytes.
public let signatureByteCount = 64

/// The public half: verifies. Immutable.
public final class VerifyingKey: Sendable {
    // An EVP_PKEY that is never written after init; libcrypto allows its use from every thread.
    private nonisolated(unsafe) let key: OpaquePointer
    /// The DER SubjectPublicKeyInfo (RFC 8410), 44 bytes.
    public let publicKeyInfo: [UInt8]
    public let id: KeyID

    /// Takes over the reference.
    fileprivate init(owning key: OpaquePointer) throws(SealError) {
        self.key = key
        guard let info = KeyCodec.publicKeyInfo(of: key) else {
            publicKeyInfo = []
            id = KeyID(publicKeyInfo: [])
            throw .libraryRefused(operation: "encoding a public key")
        }
        publicKeyInfo = info
        id = KeyID(publicKeyInfo: info)
    }

    deinit { EVP_PKEY_free(key) }

    /// Reads a `PUBLIC KEY` PEM (SPKI). Throws `unreadableKey`, `wrongKeyKind`, `keyTooLong`.
    public convenience init(pem: String) throws(SealError) {
        try self.init(owning: KeyCodec.read(pem: pem, isPrivate: false))
    }

    /// The key as a `PUBLIC KEY` PEM.
    public func pem() throws(SealError) -> String {
        try KeyCodec.write { PEM_write_bio_PUBKEY($0, key) }
    }

    /// Whether `signature` is this key's over `message`. Any bytes are taken.
    public func verifies(signature: [UInt8], of message: [UInt8]) -> Bool {
        guard signature.count == signatureByteCount, let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1 else { return false }
        // A missing message still needs an address.
        let padded = message.isEmpty ? [0] : message
        let matches = EVP_DigestVerify(context, signature, signature.count, padded, message.count) == 1
        if !matches { ERR_clear_error() }
        return matches
    }
}

/// The private half: signs. Immutable.
public final class SigningKey: Sendable {
    // As in VerifyingKey.
    private nonisolated(unsafe) let key: OpaquePointer
    public let verifyingKey: VerifyingKey
    public var id: KeyID { verifyingKey.id }

    private init(owning key: OpaquePointer) throws(SealError) {
        self.key = key
        EVP_PKEY_up_ref(key)
        verifyingKey = try VerifyingKey(owning: key)
    }

    deinit { EVP_PKEY_free(key) }

    /// A new key from libcrypto's generator.
    public static func generate() throws(SealError) -> SigningKey {
        guard let key = postern_make_ed25519() else { throw .libraryRefused(operation: "making an Ed25519 key") }
        return try SigningKey(owning: key)
    }

    /// Reads a `PRIVATE KEY` PEM (PKCS#8, not encrypted). Throws `unreadableKey`, `wrongKeyKind`, `keyTooLong`.
    public convenience init(pem: String) throws(SealError) {
        try self.init(owning: KeyCodec.read(pem: pem, isPrivate: true))
    }

    /// The key as a `PRIVATE KEY` PEM, not encrypted: the caller guards where it goes.
    public func pem() throws(SealError) -> String {
        try KeyCodec.write { postern_write_private_pem($0, key) }
    }

    /// The 64-byte signature over `message`. Deterministic.
    public func sign(_ message: [UInt8]) throws(SealError) -> [UInt8] {
        guard let context = EVP_MD_CTX_new() else { throw .libraryRefused(operation: "signing") }
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestSignInit(context, nil, nil, nil, key) == 1 else { throw .libraryRefused(operation: "signing") }
        let padded = message.isEmpty ? [0] : message
        var signature = [UInt8](repeating: 0, count: signatureByteCount)
        var written = signatureByteCount
        guard EVP_DigestSign(context, &signature, &written, padded, message.count) == 1, written == signatureByteCount else {
            throw .libraryRefused(operation: "signing")
        }
        return signature
    }
}

/// Keys between memory and PEM or DER.
enum KeyCodec {
    static func read(pem: String, isPrivate: Bool) throws(SealError) -> OpaquePointer {
        var pem = pem
        let length = pem.utf8.count
        guard length <= KeyLimits.pemBytes else { throw .keyTooLong(bytes: length) }
        let key: OpaquePointer? = pem.withUTF8 { text in
            guard let start = text.baseAddress, let bio = BIO_new_mem_buf(start, CInt(text.count)) else { return nil }
            defer { BIO_free(bio) }
            return isPrivate ? postern_read_private_pem(bio) : postern_read_public_pem(bio)
        }
        guard let key else {
            ERR_clear_error()
            throw .unreadableKey
        }
        guard EVP_PKEY_get_id(key) == EVP_PKEY_ED25519 else {
            EVP_PKEY_free(key)
            throw .wrongKeyKind
        }
        return key
    }

    static func write(_ writing: (OpaquePointer) -> CInt) throws(SealError) -> String {
        guard let bio = BIO_new(BIO_s_mem()) else { throw .libraryRefused(operation: "writing PEM") }
        defer { BIO_free(bio) }
        var start: UnsafeMutablePointer<CChar>?
        guard writing(bio) == 1 else { throw .libraryRefused(operation: "writing PEM") }
        let count = postern_bio_bytes(bio, &start)
        guard let start, count > 0 else { throw .libraryRefused(operation: "writing PEM") }
        return String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
    }

    static func publicKeyInfo(of key: OpaquePointer) -> [UInt8]? {
        var start: UnsafeMutablePointer<UInt8>?
        let count = i2d_PUBKEY(key, &start)
        guard count > 0, let start else { return nil }
        defer { CRYPTO_free(start, #file, #line) }
        return Array(UnsafeBufferPointer(start: start, count: Int(count)))
    }
}
