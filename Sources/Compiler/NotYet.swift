// Refuses what the language knows and this compiler cannot honour yet: better said than silently ignored.

import Machine
import PolicyLang

extension CompileRun {
    func refuseWhatIsNotYet() {
        for (declaration, _) in names.issuers { refuseWhatIsNotYet(of: declaration) }
        for (declaration, _) in names.rules {
            switch declaration.effect {
            case .approve, .watch:
                report(
                    Wording.notYet(
                        declaration.effectSpan, what: "`\(declaration.effect.rawValue)` rules",
                        help: "leave the rule out, or write a `deny`"))
                continue
            case .allow, .deny, .mask: break
            }
            for clause in declaration.clauses {
                switch clause {
                case .notify(_, let span): report(Wording.notYet(span, what: "`notify`", help: "leave the clause out"))
                case .who, .on, .to, .condition, .because, .expires, .by, .quorum, .within, .valid, .column, .value, .guarded, .limit:
                    break
                }
            }
        }
        // The detectors that ship are known to the masker by name.
        for (declaration, policy) in names.detectors where !policies[policy].ships {
            report(Wording.notYet(declaration.name.span, what: "detectors of your own", help: "use those of `std.pii`"))
        }
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
            case .strings(let texts) where setting.key.text == "audience" && texts.count > 1:
                report(Wording.notYet(texts[1].span, what: "several audiences", help: "write an issuer for each"))
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
