// What policy and configuration say of an issuer whose callers show certificates, and the checks before it is used.

/// One authority that signs client certificates.
public struct CertificateIssuerSettings: Sendable, Hashable {
    /// Its name in the policy.
    public var name: String
    /// PEM: every certificate in it is an authority that is trusted, roots and intermediate ones alike.
    public var authorities: String
    /// PEM: lists of revoked certificates, one of every authority in a chain. Nil: nothing is ever revoked, and certificates should be short.
    public var revocations: String?
    /// Certificates of other trust domains, and those without a SPIFFE id, are refused. Empty: any.
    public var trustDomains: [String]
    public var claims: [ClaimDeclaration]

    public init(name: String, authorities: String, revocations: String? = nil, trustDomains: [String] = [], claims: [ClaimDeclaration] = []) {
        self.name = name
        self.authorities = authorities
        self.revocations = revocations
        self.trustDomains = trustDomains
        self.claims = claims
    }
}

/// Why authorities cannot be used. Every case names the issuer.
public enum CertificateConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// No claim of a certificate, or not of that type.
    case unknownClaim(issuer: String, claim: String)
    case badTrustDomain(issuer: String, domain: String)
    case badFile(issuer: String, path: String, reason: String)

    public var description: String {
        switch self {
        case .unknownClaim(let issuer, let claim): "issuer \(issuer): certificates have no claim \(claim) of the declared type"
        case .badTrustDomain(let issuer, let domain): "issuer \(issuer): '\(domain)' is no SPIFFE trust domain; write it without spiffe://"
        case .badFile(let issuer, let path, let reason): "issuer \(issuer): \(path) \(reason)"
        }
    }
}
