// From the certificates that a client showed to verified claims.

import Machine

/// Verifies client certificates for a fixed set of issuers. One is shared by all connections; safe from any thread.
///
/// TLS has shown that the client has the key. Everything else is decided here, against each issuer's own authorities: a certificate that
/// two of them vouch for is refused, and one that any of them has revoked is not let in by another.
public final class CertificateVerifier: Sendable {
    private struct Issuer: Sendable {
        let settings: CertificateIssuerSettings
        let authority: CertificateAuthority
    }
    private let issuers: [Issuer]

    /// Reads the files of all issuers.
    public init(issuers: [CertificateIssuerSettings]) throws(CertificateConfigurationError) {
        var made: [Issuer] = []
        for settings in issuers {
            for claim in settings.claims {
                guard let known = CertificateClaim(rawValue: claim.name), Self.type(known) == claim.type else {
                    throw .unknownClaim(issuer: settings.name, claim: claim.name)
                }
            }
            for domain in settings.trustDomains where !TrustDomain.isOne(domain.utf8) {
                throw .badTrustDomain(issuer: settings.name, domain: domain)
            }
            made.append(Issuer(settings: settings, authority: try CertificateAuthority(settings)))
        }
        self.issuers = made
    }

    /// Whether any issuer takes certificates: only then are clients asked for one.
    public var takesAny: Bool { !issuers.isEmpty }

    /// The claims of a chain at `now`. Never waits for a network; reads files that have changed.
    /// - Parameter certificates: DER, the client's own first, as the handshake had them.
    public func verify(_ certificates: [[UInt8]], now: Moment) throws(CertificateFailure) -> VerifiedClaims {
        guard takesAny else { throw .notAsked }
        let chain = try ClientChain(certificates)
        var good: [(issuer: CertificateIssuerSettings, until: Int64)] = []
        var reason = ""
        for issuer in issuers {
            switch issuer.authority.judge(chain, now: now) {
            case .good(let until): good.append((issuer.settings, until))
            case .untrusted(let words): reason = words
            case .refused(let fault, let words): throw .refused(issuer: issuer.settings.name, fault: fault, reason: words)
            case .unavailable(let words): throw .authorityUnavailable(issuer: issuer.settings.name, reason: words)
            }
        }
        guard let first = good.first else { throw .untrusted(reason: reason) }
        if good.count > 1 { throw .ambiguousIssuer(first.issuer.name, good[1].issuer.name) }
        return try CertificateReader(certificate: chain.own, issuer: first.issuer).read(until: first.until)
    }

    private static func type(_ claim: CertificateClaim) -> ClaimType {
        switch claim.type {
        case .strings: .strings
        case .time: .time
        case .boolean: .boolean
        case .integer, .duration, .size: .integer
        case .integers: .integers
        case .string, .address: .string
        }
    }
}
