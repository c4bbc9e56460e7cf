// Why a client certificate was refused: the whole for the log, the certificate's own fault for the caller.

/// Why a certificate is no proof. A caller may be told what is wrong with its own certificate, as TLS itself would by an alert; what the
/// gateway trusts it is not told.
public enum CertificateFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The policy in force has no issuer of kind `mtls`.
    case notAsked
    /// The certificate, or one that came with it, cannot be read.
    case unreadable
    /// More certificates than `IdentityLimits.chainCertificates`.
    case tooMany
    /// No issuer's authority has signed it. The reason is OpenSSL's.
    case untrusted(reason: String)
    /// One of an issuer's authority, but it cannot be taken: expired, revoked, for another purpose.
    case refused(issuer: String, fault: Fault, reason: String)
    /// The authorities of two issuers have signed it.
    case ambiguousIssuer(String, String)
    /// The issuer's files cannot be read now.
    case authorityUnavailable(issuer: String, reason: String)
    /// It has more than one URI, and one of them is a SPIFFE id; or a SPIFFE id that is none.
    case badSPIFFE(issuer: String)
    /// The issuer has trust domains, and the certificate is of none of them.
    case wrongTrustDomain(issuer: String)
    /// It names nobody: no SPIFFE id, no subject, not one DNS name alone.
    case nameless(issuer: String)
    /// A declared claim that is not optional.
    case missingClaim(issuer: String, claim: String)

    /// What a caller may know of its own certificate.
    public enum Fault: String, Sendable, Hashable {
        case expired = "it has expired"
        case notYetValid = "it is not valid yet"
        case revoked = "it has been revoked"
        case purpose = "it is not for clients"
        case other = "its chain is not valid"
    }

    public var publicText: String {
        let reason: String
        switch self {
        case .refused(_, let fault, _): reason = fault.rawValue
        case .untrusted: reason = "no authority that is trusted here has signed it"
        case .unreadable, .tooMany: reason = "it cannot be read"
        case .badSPIFFE: reason = "its SPIFFE id is not valid"
        case .wrongTrustDomain, .nameless, .missingClaim, .notAsked, .ambiguousIssuer, .authorityUnavailable:
            reason = "it cannot be taken here"
        }
        return "the client certificate is refused: \(reason)"
    }

    public var description: String {
        switch self {
        case .notAsked: "a client certificate where no issuer of the policy takes any"
        case .unreadable: "the client certificate cannot be read"
        case .tooMany: "the client sent more than \(IdentityLimits.chainCertificates) certificates"
        case .untrusted(let reason): "no issuer's authority has signed the client certificate: \(reason)"
        case .refused(let issuer, let fault, let reason): "issuer \(issuer): the client certificate is refused, \(fault.rawValue): \(reason)"
        case .ambiguousIssuer(let first, let second): "the client certificate is good for issuer \(first) and issuer \(second)"
        case .authorityUnavailable(let issuer, let reason): "issuer \(issuer): \(reason)"
        case .badSPIFFE(let issuer): "issuer \(issuer): the client certificate has no single valid SPIFFE id"
        case .wrongTrustDomain(let issuer): "issuer \(issuer): the client certificate is of another trust domain"
        case .nameless(let issuer): "issuer \(issuer): the client certificate names nobody"
        case .missingClaim(let issuer, let claim): "issuer \(issuer): the client certificate has no \(claim)"
        }
    }
}
