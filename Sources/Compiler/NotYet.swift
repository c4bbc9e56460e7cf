// Refuses what the language knows and this compiler cannot honour yet: better said than silently ignored.

import Machine
import PolicyLang

extension CompileRun {
    func refuseWhatIsNotYet() {
        for (declaration, _) in names.issuers { refuseWhatIsNotYet(of: declaration) }
    }

    /// JWS algorithms that a gateway verifies (RFC 7518, RFC 8037). `none` and the `HS` family never are.
    private static let algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]

    private func refuseWhatIsNotYet(of issuer: IssuerDeclaration) {
        switch issuer.kind {
        case .mtls, .saml:
            report(
                Wording.notYet(issuer.kindName.span, what: "issuers of kind `\(issuer.kindName.text)`", help: "use `oidc` or `jwks`"))
        case .oidc, .jwks, nil: break
        }
        for setting in issuer.settings {
            switch setting.value {
            case .words(let words) where setting.key.text == "algorithms":
                for word in words where !Self.algorithms.contains(word.text) {
                    report(
                        Wording.notYet(
                            word.span, what: "the algorithm `\(word.text)`",
                            help: "use some of " + Self.algorithms.joined(separator: ", ")))
                }
            case .strings, .words, .claims: break
            }
        }
    }
}
