// What an issuer's settings may say, by its kind: algorithms of tokens, claims of certificates.

import Machine
import PolicyLang

extension CompileRun {
    func checkIssuers() {
        for (declaration, _) in names.issuers {
            for setting in declaration.settings { check(setting) }
            if declaration.kind == .mtls {
                for claim in declaration.claims { checkCertificate(claim) }
            }
        }
    }

    /// JWS algorithms that a gateway verifies (RFC 7518, RFC 8037). `none` and the `HS` family never are: with those a gateway's own key,
    /// or none, would do to make a token.
    static let algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]

    private func check(_ setting: IssuerSetting) {
        switch (setting.key.text, setting.value) {
        case ("algorithms", .words(let words)):
            for word in words where !Self.algorithms.contains(word.text) {
                report(Wording.unknownAlgorithm(word.span, algorithm: word.text, known: Self.algorithms))
            }
        case ("trust_domain", .strings(let domains)):
            for domain in domains where !TrustDomain.isOne(domain.value.utf8) { report(Wording.trustDomain(domain.span)) }
        case (_, .strings), (_, .words), (_, .claims): break
        }
    }

    /// A certificate says what it says: another claim would never be there, and another type never right.
    private func checkCertificate(_ claim: PolicyLang.ClaimDeclaration) {
        guard let known = CertificateClaim(rawValue: claim.name.text) else {
            report(Wording.certificateClaim(claim.name.span, claim: claim.name.text, known: CertificateClaim.allCases.map(\.rawValue)))
            return
        }
        if known.type != type(of: claim) { report(Wording.certificateClaimType(claim.typeSpan, claim: known)) }
    }
}
