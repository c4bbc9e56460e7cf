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

    static func ambiguousIdentities(
        _ name: Name, _ other: Name, claims: [(name: String, value: String?)], isCertain: Bool, asking claim: String?
    ) -> Diagnostic {
        var parts: [String] = []
        let shown = claims.compactMap { claim in claim.value.map { "`\(claim.name) = \($0)`" } }
        let lacking = claims.filter { $0.value == nil }.map { "`\($0.name)`" }
        if !shown.isEmpty { parts.append("with \(list(shown, "and"))") }
        if !lacking.isEmpty { parts.append("without \(list(lacking, "and"))") }
        let token = parts.isEmpty ? "a token" : "a token \(parts.joined(separator: " and "))"
        return warning(
            .ambiguousIdentities, name.span,
            isCertain
                ? "\(token) matches both `\(other.text)` and `\(name.text)`, and is refused"
                : "\(token) matches `\(other.text)` and may match `\(name.text)` as well, and is refused",
            help: claim.map { "ask for the claim in `\(name.text)`: `when has \($0)`; or declare it without `optional`" }
                ?? "give one of the two a condition that the other's tokens do not meet",
            related: [RelatedPlace(message: "the other identity", span: other.span)])
    }

    static func proofOfCertificate(_ span: SourceSpan, issuer: String) -> Diagnostic {
        error(.testFact, span, "callers of `\(issuer)` show certificates, so their proof is `mtls`", help: "leave `identity.proof` out")
    }
}
