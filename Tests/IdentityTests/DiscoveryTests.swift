// OpenID Connect discovery: followed only where it leads home.

import Machine
import TestSupport
import Testing

@testable import Identity

struct DiscoveryTests {
    private static let now = Moment(seconds: 2_000_000_000)
    private static let path = "/.well-known/openid-configuration"

    private func verifier(_ url: String) throws -> TokenVerifier {
        try TokenVerifier(issuers: [IssuerSettings(name: "main", kind: .oidc, url: url, audience: "postern")])
    }

    /// Also with a slash at the end of the issuer's URL, which is part of its `iss` and not of the address.
    @Test(arguments: ["", "/tenant", "/tenant/"]) func found(_ suffix: String) async throws {
        let server = try LoopbackServer()
        let key = try await TestKey.ed25519("key")
        let url = server.origin + suffix
        let base = suffix.isEmpty ? "" : "/tenant"
        server.serve(base + Self.path, .document(#"{"issuer":"\#(url)","jwks_uri":"\#(server.origin)/keys","x":[1]}"#))
        server.serve("/keys", .document(TestKey.set([key])))
        let verifier = try verifier(url)
        let token = try key.token(issuer: url, now: Self.now.seconds)
        #expect(try await verifier.verify(token, now: Self.now).issuer == "main")
        #expect(server.requests == [base + Self.path, "/keys"])
    }

    @Test func anotherIssuerIsRefused() async throws {
        let server = try LoopbackServer()
        let key = try await TestKey.ed25519("key")
        server.serve("/keys", .document(TestKey.set([key])))
        for named in [server.origin + "/", "https://issuer.example", server.origin.uppercased()] {
            server.serve(Self.path, .document(#"{"issuer":"\#(named)","jwks_uri":"\#(server.origin)/keys"}"#))
            let verifier = try verifier(server.origin)
            let token = try key.token(issuer: server.origin, now: Self.now.seconds)
            await #expect(throws: AuthenticationFailure.keysUnavailable(issuer: "main")) {
                try await verifier.verify(token, now: Self.now)
            }
            #expect(verifier.status[0].failure == .otherIssuer)
        }
        #expect(!server.requests.contains("/keys"))
    }

    @Test(
        arguments: [
            ("https://issuer.example", "https://keys.example/jwks", nil),
            (
                "https://issuer.example", "http://keys.example/jwks",
                .unsafeURL("must use https, as its host is not this machine")
            ),
            ("https://issuer.example", "http://127.0.0.1/jwks", .unsafeURL("must use https")),
            ("http://127.0.0.1:1", "http://127.0.0.1/jwks", nil), ("http://127.0.0.1:1", "https://keys.example", nil),
            ("https://issuer.example", "file:///etc/passwd", .unsafeURL("is not a URL with a host")),
            ("https://issuer.example", "", .unsafeURL("is not a URL with a host")),
        ] as [(String, String, KeySourceFailure?)])
    func keysAddress(_ issuer: String, _ keys: String, _ failure: KeySourceFailure?) throws {
        let document = Array(#"{"issuer":"\#(issuer)","jwks_uri":"\#(keys)"}"#.utf8)
        let asked = try SafeURL(issuer + Self.path)
        if let failure {
            #expect(throws: failure) { try KeyLoader.keysAddress(in: document, from: asked, issuer: issuer) }
        } else {
            _ = try KeyLoader.keysAddress(in: document, from: asked, issuer: issuer)
        }
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"issuer":"https://i.example"}"#, #"{"jwks_uri":"https://i.example/k"}"#,
        #"{"issuer":1,"jwks_uri":"https://i.example/k"}"#,
        #"{"issuer":"https://i.example","issuer":"https://i.example","jwks_uri":"https://i.example/k"}"#,
    ])
    func notDiscovery(_ text: String) throws {
        let asked = try SafeURL("https://i.example" + Self.path)
        #expect(throws: KeySourceFailure.notDiscovery) {
            try KeyLoader.keysAddress(in: Array(text.utf8), from: asked, issuer: "https://i.example")
        }
    }
}
