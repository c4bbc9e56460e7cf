// The container of a compiled policy: a magic, a version, a signature, the payload.

/// Puts a payload into a container and takes it out again. All numbers are little-endian:
///
///     0   8  magic "PSTRNBDL"
///     8   2  version, 1
///     10  2  form: 0 unsigned, 1 signed with Ed25519
///     12  4  reserved, zero
///     16  8  key id; zero when unsigned
///     24  8  payload length in bytes
///     32 64  signature over `domain` followed by the payload; zero when unsigned
///     96  n  payload
///
/// The signature does not cover the header, and need not: version and form are part of the domain, the key id is checked against
/// the key that verifies, and the length must be the file's.
public enum SealedBundle {
    /// What a payload was signed by.
    public struct Opened: Equatable, Sendable {
        public let payload: [UInt8]
        public let keyID: KeyID
    }

    /// What a container says of itself, with no signature checked: for tools that show, never for one that decides.
    public struct Claim: Equatable, Sendable {
        /// nil when unsigned.
        public let keyID: KeyID?
        public let payload: [UInt8]
    }

    public static let magic: [UInt8] = Array("PSTRNBDL".utf8)
    public static let version: UInt16 = 1
    /// Bytes before the payload.
    public static let headerByteCount = 96
    /// The longest payload, in bytes.
    public static let maximumPayload: UInt64 = 256 * 1024 * 1024
    /// What a signature is for: a signature made for anything else under the same key opens no bundle.
    static let domain: [UInt8] = Array("postern policy bundle, version 1, ed25519\0".utf8)

    private enum Form: UInt16 {
        case unsigned = 0
        case signed = 1
    }

    /// A signed container. Throws `payloadTooLong` or `libraryRefused`.
    public static func seal(payload: [UInt8], with key: SigningKey) throws(SealError) -> [UInt8] {
        try bundle(payload, form: .signed, keyID: key.id.bytes, signature: key.sign(domain + payload))
    }

    /// A container without a signature, which only `openUnsigned` and `claim` read.
    public static func wrapUnsigned(payload: [UInt8]) throws(SealError) -> [UInt8] {
        let none = [UInt8](repeating: 0, count: signatureByteCount)
        return try bundle(payload, form: .unsigned, keyID: Array(none.prefix(KeyID.byteCount)), signature: none)
    }

    /// The payload of a container that one of the trusted keys signed. Every other bytes are refused with the reason.
    public static func open(_ bytes: [UInt8], trusting keys: [VerifyingKey]) throws(SealError) -> Opened {
        let (form, keyID, payload) = try read(bytes)
        guard form == .signed, let keyID else { throw .unsignedBundle }
        let candidates = keys.filter { $0.id == keyID }
        guard !candidates.isEmpty else { throw .untrustedKey(keyID) }
        let signature = Array(bytes[32..<headerByteCount])
        let message = domain + payload
        guard candidates.contains(where: { $0.verifies(signature: signature, of: message) }) else { throw .badSignature(keyID) }
        return Opened(payload: payload, keyID: keyID)
    }

    /// The payload of a container that carries no signature. A signed one is refused: its signature must not go unchecked.
    public static func openUnsigned(_ bytes: [UInt8]) throws(SealError) -> [UInt8] {
        let (form, _, payload) = try read(bytes)
        guard form == .unsigned else { throw .signedBundle }
        return payload
    }

    /// What a container of either form says of itself. Nothing is verified.
    public static func claim(_ bytes: [UInt8]) throws(SealError) -> Claim {
        let (_, keyID, payload) = try read(bytes)
        return Claim(keyID: keyID, payload: payload)
    }

    private static func bundle(
        _ payload: [UInt8], form: Form, keyID: [UInt8], signature: [UInt8]
    ) throws(SealError) -> [UInt8] {
        guard UInt64(payload.count) <= maximumPayload else { throw .payloadTooLong(bytes: UInt64(payload.count)) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(headerByteCount + payload.count)
        bytes += magic
        append(UInt64(version), width: 2, to: &bytes)
        append(UInt64(form.rawValue), width: 2, to: &bytes)
        append(0, width: 4, to: &bytes)
        bytes += keyID
        append(UInt64(payload.count), width: 8, to: &bytes)
        bytes += signature
        bytes += payload
        return bytes
    }

    private static func read(_ bytes: [UInt8]) throws(SealError) -> (Form, KeyID?, [UInt8]) {
        guard bytes.starts(with: magic) else { throw .notABundle }
        guard bytes.count >= headerByteCount else { throw .truncatedBundle(expected: headerByteCount, found: bytes.count) }
        let found = UInt16(truncatingIfNeeded: number(bytes, at: 8, width: 2))
        guard found == version else { throw .unknownBundleVersion(found) }
        let formNumber = UInt16(truncatingIfNeeded: number(bytes, at: 10, width: 2))
        guard let form = Form(rawValue: formNumber), number(bytes, at: 12, width: 4) == 0 else {
            throw .unknownBundleForm(formNumber)
        }
        let length = number(bytes, at: 24, width: 8)
        guard length <= maximumPayload else { throw .payloadTooLong(bytes: length) }
        let expected = headerByteCount + Int(length)
        guard bytes.count >= expected else { throw .truncatedBundle(expected: expected, found: bytes.count) }
        guard bytes.count == expected else { throw .trailingBytes(expected: expected, found: bytes.count) }
        let payload = Array(bytes[headerByteCount...])
        switch form {
        case .unsigned:
            // One encoding each: an unsigned container with a key id or half a signature is neither form.
            let blank = bytes[16..<24].allSatisfy { $0 == 0 } && bytes[32..<headerByteCount].allSatisfy { $0 == 0 }
            guard blank else { throw .unknownBundleForm(formNumber) }
            return (form, nil, payload)
        case .signed:
            return (form, KeyID(bytes: bytes[16..<24]), payload)
        }
    }

    private static func append(_ value: UInt64, width: Int, to bytes: inout [UInt8]) {
        for shift in 0..<width { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(shift)))) }
    }

    private static func number(_ bytes: [UInt8], at offset: Int, width: Int) -> UInt64 {
        (0..<width).reduce(0) { $0 | UInt64(bytes[offset + $1]) << (8 * UInt64($1)) }
    }
}
