// What the compiler says of claims, issuers, headers, and of groups and tests that rest on them.

import Machine
import PolicyLang

extension Wording {
    static func takesNoKey(_ span: SourceSpan, name: String) -> Diagnostic {
        error(.unknownFact, span, "`\(name)` takes no key", help: "only `claim` and `http.header` do")
    }

    static func needsKey(_ span: SourceSpan, name: String) -> Diagnostic {
        error(.unknownFact, span, "`\(name)` needs a header's name", help: "write `\(name)[\"x-request-id\"]`")
    }

    static func headerName(_ span: SourceSpan) -> Diagnostic {
        error(
            .headerName, span, "no header can be called so",
            help: "write letters, digits and hyphens, at most \(HeaderName.limit), such as \"x-request-id\"")
    }

    static func unknownAlgorithm(_ span: SourceSpan, algorithm: String, known: [String]) -> Diagnostic {
        error(
            .unknownAlgorithm, span, "tokens signed with `\(algorithm)` are never taken",
            help: "write some of \(list(known.map { "`\($0)`" }, "and"))")
    }

    static func certificateClaim(_ span: SourceSpan, claim: String, known: [String]) -> Diagnostic {
        error(.certificateClaim, span, "certificates have no claim `\(claim)`", help: suggestion(claim, known))
    }

    static func certificateClaimType(_ span: SourceSpan, claim: CertificateClaim) -> Diagnostic {
        error(.certificateClaim, span, "`\(claim.rawValue)` of a certificate has another type", help: "write `\(claim.rawValue) \(claim.type.name)`")
    }

    static func trustDomain(_ span: SourceSpan) -> Diagnostic {
        error(
            .certificateClaim, span, "this is no SPIFFE trust domain",
            help: "write it in small letters and without `spiffe://`, such as \"prod.acme.io\"")
    }

    static func testKind(_ span: SourceSpan, resource: String, kind: Machine.ResourceKind) -> Diagnostic {
        error(
            .testKind, span, "`\(resource)` is \(kind.name), and examples are run for postgres only",
            help: "leave the test out: a message of another kind would be read as SQL, and denied whatever the rules say")
    }

    static func unsureGroup(_ span: SourceSpan, group: String, claims: [String], effect: String) -> Diagnostic {
        let claims = list(claims.map { "`\($0)`" }, "or")
        let consequence =
            effect == "allow"
            ? "a token without \(claims) is not in `\(group)`, so this `except` does not leave it out"
            : "a token without \(claims) is not in `\(group)`, so this \(effect) does not hold for it"
        return warning(
            .unsureGroup, span, consequence,
            help: "declare the claim without `optional`, or put its condition into the rule, where what is unknown never helps")
    }

    static func proofOfCertificate(_ span: SourceSpan, issuer: String) -> Diagnostic {
        error(.testFact, span, "callers of `\(issuer)` show certificates, so their proof is `mtls`", help: "leave `identity.proof` out")
    }
}
