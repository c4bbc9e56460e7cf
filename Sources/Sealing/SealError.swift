// What can go wrong in this module, as values.

/// Why a key, a signature, a derivation or a bundle was refused. No case carries secret bytes.
public enum SealError: Error, Equatable, Sendable, CustomStringConvertible {
    /// libcrypto refused an operation that needs no input of ours: no memory, or a provider without the algorithm.
    case libraryRefused(operation: String)
    /// The text is not one PEM block of the expected kind, or its key is encrypted.
    case unreadableKey
    /// A key, but not an Ed25519 key.
    case wrongKeyKind
    /// A PEM text over `KeyLimits.pemBytes`.
    case keyTooLong(bytes: Int)
    /// PBKDF2 iterations outside `PasswordKey.iterations`.
    case iterationsOutOfRange(Int)
    /// PBKDF2 password or salt outside its limits.
    case derivationInputOutOfRange
    /// A certificate name, address or validity that cannot be used.
    case unusableCertificateName(String)
    case unusableValidity(days: Int)

    /// The bytes do not begin with a bundle's magic.
    case notABundle
    /// The bytes end before the bundle does, or go on after it.
    case truncatedBundle(expected: Int, found: Int)
    case trailingBytes(expected: Int, found: Int)
    /// A container version this build does not know.
    case unknownBundleVersion(UInt16)
    /// A container form that is neither signed nor unsigned, or reserved bytes that are not zero.
    case unknownBundleForm(UInt16)
    /// A payload over `SealedBundle.maximumPayload`.
    case payloadTooLong(bytes: UInt64)
    /// The bundle carries no signature and was opened by the road that demands one.
    case unsignedBundle
    /// The bundle carries a signature and was opened as an unsigned one.
    case signedBundle
    /// Signed by a key that is not among the trusted ones.
    case untrustedKey(KeyID)
    /// Names a trusted key, but the signature is not that key's over this payload.
    case badSignature(KeyID)

    public var description: String {
        switch self {
        case .libraryRefused(let operation): "libcrypto refused \(operation)"
        case .unreadableKey: "not an unencrypted PEM key of the expected kind"
        case .wrongKeyKind: "not an Ed25519 key"
        case .keyTooLong(let bytes): "a key text of \(bytes) bytes; at most \(KeyLimits.pemBytes) are read"
        case .iterationsOutOfRange(let count):
            "\(count) iterations; \(PasswordKey.iterations.lowerBound) to \(PasswordKey.iterations.upperBound) are accepted"
        case .derivationInputOutOfRange: "a password or salt of a length that is not accepted"
        case .unusableCertificateName(let name): "\"\(name)\" cannot stand in a certificate"
        case .unusableValidity(let days): "\(days) days of validity cannot be certified"
        case .notABundle: "not a policy bundle"
        case .truncatedBundle(let expected, let found): "the bundle ends after \(found) of \(expected) bytes"
        case .trailingBytes(let expected, let found): "the bundle has \(found) bytes where \(expected) belong to it"
        case .unknownBundleVersion(let version): "bundle version \(version) is not known to this build"
        case .unknownBundleForm(let form): "bundle form \(form) is not known to this build"
        case .payloadTooLong(let bytes): "a payload of \(bytes) bytes; at most \(SealedBundle.maximumPayload) are read"
        case .unsignedBundle: "the bundle is not signed"
        case .signedBundle: "the bundle is signed; its signature must be checked"
        case .untrustedKey(let id): "the bundle is signed by key \(id), which is not trusted"
        case .badSignature(let id): "the signature of key \(id) does not match the bundle"
        }
    }
}

/// Bounds on key texts.
public enum KeyLimits {
    /// The longest PEM text that is read, in bytes. An Ed25519 key needs about 120.
    public static let pemBytes = 16 * 1024
}
