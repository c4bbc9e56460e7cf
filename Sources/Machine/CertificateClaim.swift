// What a client certificate says, as claims of an issuer of kind `mtls`: the only claims that such an issuer can declare.

/// A claim of a certificate (RFC 5280; SPIFFE's X.509-SVID). The raw value is its name in a policy.
public enum CertificateClaim: String, CaseIterable, Sendable {
    /// The SPIFFE id: the one URI among the names, where that has the scheme `spiffe`.
    case spiffe
    /// The subject's distinguished name as RFC 4514 writes it; absent where it is empty.
    case subject
    /// The last common name of the subject.
    case commonName = "common_name"
    case organizations
    case organizationalUnits = "organizational_units"
    /// DNS names, in small letters; also those with a wildcard.
    case dns
    case uris
    case emails
    /// The distinguished name of who signed it.
    case signer
    /// Hexadecimal, small letters.
    case serial
    /// SHA-256 of the whole certificate, hexadecimal.
    case sha256
    case notBefore = "not_before"
    case notAfter = "not_after"

    public var type: FactType {
        switch self {
        case .spiffe, .subject, .commonName, .signer, .serial, .sha256: .string
        case .organizations, .organizationalUnits, .dns, .uris, .emails: .strings
        case .notBefore, .notAfter: .time
        }
    }

    /// Whether every certificate says it: sets may be empty.
    public var isAlwaysThere: Bool {
        switch self {
        case .spiffe, .subject, .commonName: false
        case .organizations, .organizationalUnits, .dns, .uris, .emails, .signer, .serial, .sha256, .notBefore, .notAfter: true
        }
    }
}

/// SPIFFE trust domains (the SPIFFE-ID standard, section 2.1): small letters, digits, `.`, `-` and `_`.
public enum TrustDomain {
    public static func isOne(_ bytes: some Collection<UInt8>) -> Bool { (1...255).contains(bytes.count) && bytes.allSatisfy(isPart) }

    public static func isPart(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2E || byte == 0x2D || byte == 0x5F
    }
}
