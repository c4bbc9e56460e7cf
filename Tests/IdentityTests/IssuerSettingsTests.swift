// What a configuration of issuers may not say.

import Testing

@testable import Identity

struct IssuerSettingsTests {
    private static func settings(_ change: (inout IssuerSettings) -> Void = { _ in }) -> IssuerSettings {
        var settings = IssuerSettings(name: "main", kind: .oidc, url: "https://issuer.example", audience: "postern")
        change(&settings)
        return settings
    }

    @Test(arguments: [
        ("issuer main: audience is missing", settings { $0.audience = "" }),
        ("issuer main: url is missing", settings { $0.url = "" }),
        ("issuer : name is missing", settings { $0.name = "" }),
        (
            "issuer main: audience is longer than 2048 bytes",
            settings { $0.audience += String(repeating: "a", count: 2048) }
        ),
        ("issuer main: no signature algorithm is allowed", settings { $0.algorithms = [] }),
        ("issuer main: a claim's name is missing", settings { $0.claims = [.init(name: "", type: .string)] }),
        (
            "issuer main: claim a is declared twice",
            settings { $0.claims = [.init(name: "a", type: .string), .init(name: "a", type: .integer)] }
        ),
        ("issuer main: the path of its keys is missing", settings { $0.keys = .file("") }),
        (
            "issuer main: its url must use https, as its host is not this machine",
            settings { $0.url = "http://issuer.example" }
        ),
        ("issuer main: the URL of its keys must use https", settings { $0.keys = .url("ftp://issuer.example") }),
    ])
    func refused(_ words: String, _ settings: IssuerSettings) {
        let error = #expect(throws: IssuerConfigurationError.self) { try TokenVerifier(issuers: [settings]) }
        #expect(error?.description == words)
    }

    @Test func accepted() throws {
        let long = String(repeating: "a", count: IdentityLimits.settingBytes)
        _ = try TokenVerifier(issuers: [Self.settings { $0.audience = long }])
        // Keys from a file: the issuer's name need not be an address.
        var cluster = Self.settings { $0.url = "kubernetes/serviceaccount" }
        cluster.keys = .file("/k")
        _ = try TokenVerifier(issuers: [cluster])
        _ = try TokenVerifier(issuers: [])
    }

    @Test func issuersAmongEachOther() throws {
        let main = Self.settings()
        #expect(throws: IssuerConfigurationError.duplicateName(issuer: "main")) {
            try TokenVerifier(issuers: [main, Self.settings { $0.audience = "b" }])
        }
        #expect(throws: IssuerConfigurationError.duplicateAudience(issuer: "second", other: "main")) {
            try TokenVerifier(issuers: [main, Self.settings { $0.name = "second" }])
        }
        #expect(throws: IssuerConfigurationError.duplicateAudience(issuer: "second", other: "main")) {
            try TokenVerifier(issuers: [
                Self.settings { $0.otherAudiences = ["b"] }, Self.settings { $0.name = "second"; $0.audience = "c"; $0.otherAudiences = ["b"] },
            ])
        }
        #expect(throws: IssuerConfigurationError.missing(issuer: "main", what: "audience")) {
            try TokenVerifier(issuers: [Self.settings { $0.otherAudiences = [""] }])
        }
        var second = Self.settings { $0.name = "second" }
        second.audience = "b"
        _ = try TokenVerifier(issuers: [main, second])
    }

    @Test func noSymmetricAlgorithmCanBeNamed() {
        for name in ["none", "HS256", "HS384", "HS512", "rs256"] { #expect(SignatureAlgorithm(rawValue: name) == nil) }
        #expect(
            SignatureAlgorithm.usual.map(\.rawValue).sorted() == [
                "ES256", "ES384", "EdDSA", "PS256", "RS256", "RS384", "RS512",
            ])
    }
}
