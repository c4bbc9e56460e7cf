// Why a token was refused: precise for the log, one sentence for the caller.

/// Why a proof was refused. The description is for the log and holds nothing of the token; a caller is only ever
/// told `publicText`.
public enum AuthenticationFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// Over `IdentityLimits.tokenBytes`, or one of its parts over its own limit.
    case tooLarge
    /// Not three parts, as a signed token in compact form has.
    case notThreeParts
    /// A part is not strict base64url without padding.
    case notBase64URL(TokenPart)
    /// A part is not strict JSON, or not an object.
    case notJSON(TokenPart)
    /// A part names a member twice, at any depth.
    case duplicateMember(TokenPart)
    /// `alg` is missing, unknown, or not allowed for this issuer.
    case algorithmNotAllowed
    /// `typ` is something other than a JWT or an access token.
    case wrongType
    /// The header demands an extension (`crit`), or is that of an encrypted or compressed token.
    case extensionNotSupported
    /// A header or registered claim has the wrong JSON type or is out of bounds.
    case malformed(String)
    case unknownIssuer
    case wrongAudience
    /// The token names the audiences of two issuers that share an `iss`.
    case ambiguousIssuer(String)
    /// No keys of this issuer were ever read.
    case keysUnavailable(issuer: String)
    /// No key has the token's key id, also after asking the issuer again where that was due.
    case unknownKey(issuer: String)
    /// More than one key could have signed it.
    case ambiguousKey(issuer: String)
    /// The named key exists but is not for the token's algorithm.
    case keyAlgorithmMismatch(issuer: String)
    case badSignature(issuer: String)
    case expired(issuer: String)
    case notYetValid(issuer: String)
    case issuedInTheFuture(issuer: String)
    /// `exp`, `sub`, or a declared claim that is not optional.
    case missingClaim(issuer: String, claim: String)
    /// A declared claim has another type than declared.
    case wrongClaimType(issuer: String, claim: String)

    /// All that a caller is told, whatever happened.
    public static let publicText = "authentication failed"

    public var description: String {
        switch self {
        case .tooLarge: "the token is too large"
        case .notThreeParts: "the token does not have the three parts of a signed JWT"
        case .notBase64URL(let part): "the token's \(part.rawValue) is not base64url"
        case .notJSON(let part): "the token's \(part.rawValue) is not a JSON object"
        case .duplicateMember(let part): "the token's \(part.rawValue) has a member twice"
        case .algorithmNotAllowed: "the token's algorithm is not allowed"
        case .wrongType: "the token's typ is not that of a JWT"
        case .extensionNotSupported: "the token's header demands what is not supported"
        case .malformed(let what): "the token's \(what) is malformed"
        case .unknownIssuer: "the token's issuer is not known"
        case .wrongAudience: "the token is for another audience"
        case .ambiguousIssuer(let name): "the token fits issuer \(name) and another one"
        case .keysUnavailable(let issuer): "issuer \(issuer): no keys have been read"
        case .unknownKey(let issuer): "issuer \(issuer): the token's key is not known"
        case .ambiguousKey(let issuer): "issuer \(issuer): more than one key fits the token"
        case .keyAlgorithmMismatch(let issuer): "issuer \(issuer): the token's key is for another algorithm"
        case .badSignature(let issuer): "issuer \(issuer): the signature is wrong"
        case .expired(let issuer): "issuer \(issuer): the token has expired"
        case .notYetValid(let issuer): "issuer \(issuer): the token is not valid yet"
        case .issuedInTheFuture(let issuer): "issuer \(issuer): the token was issued in the future"
        case .missingClaim(let issuer, let claim): "issuer \(issuer): the token has no claim \(claim)"
        case .wrongClaimType(let issuer, let claim): "issuer \(issuer): claim \(claim) is not of its declared type"
        }
    }
}

/// The parts of a signed token in compact form (RFC 7515 section 7.1).
public enum TokenPart: String, Sendable, Hashable {
    case header, payload, signature
}
