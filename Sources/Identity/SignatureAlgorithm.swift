// The signature algorithms a token may use, and the family of key that each needs.

/// An asymmetric JWS algorithm (RFC 7518 section 3.1, RFC 8037). `none` and the `HS` family have no value here,
/// so that no setting can allow them.
public enum SignatureAlgorithm: String, Sendable, Hashable, CaseIterable {
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    case ps256 = "PS256"
    case ps384 = "PS384"
    case ps512 = "PS512"
    case es256 = "ES256"
    case es384 = "ES384"
    case edDSA = "EdDSA"

    /// What an issuer may use when its settings do not say.
    public static let usual: Set<SignatureAlgorithm> = [.rs256, .rs384, .rs512, .ps256, .es256, .es384, .edDSA]

    var family: KeyFamily {
        switch self {
        case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512: .rsa
        case .es256: .p256
        case .es384: .p384
        case .edDSA: .ed25519
        }
    }
}

/// The kinds of public key that can verify a token.
enum KeyFamily: String, Sendable, Hashable {
    case rsa = "RSA"
    case p256 = "P-256"
    case p384 = "P-384"
    case ed25519 = "Ed25519"

    var algorithms: [SignatureAlgorithm] { SignatureAlgorithm.allCases.filter { $0.family == self } }
}
