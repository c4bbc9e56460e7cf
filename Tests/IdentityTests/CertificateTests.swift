// Client certificates, good and hostile, against authorities of their own.

import Foundation
import Machine
import TestSupport
import Testing

@testable import Identity

@Suite(.serialized) struct CertificateTests {
    /// 2026-03-02T03:00:00Z.
    private static let now = Moment(seconds: 1_772_420_400)
    private static let client = "extendedKeyUsage=clientAuth"
    private static let web = "subjectAltName=URI:spiffe://prod.acme.io/web\n" + client

    private static let claims: [ClaimDeclaration] = CertificateClaim.allCases.map { claim in
        ClaimDeclaration(name: claim.rawValue, type: claim.type == .strings ? .strings : claim.type == .time ? .time : .string, optional: true)
    }

    private func settings(
        _ authority: TestAuthority, as name: String = "mesh", _ change: (inout CertificateIssuerSettings) -> Void = { _ in }
    ) -> CertificateIssuerSettings {
        var settings = CertificateIssuerSettings(name: name, authorities: authority.certificate, claims: Self.claims)
        change(&settings)
        return settings
    }

    private func said(_ verifier: CertificateVerifier, _ files: [String], now: Moment = CertificateTests.now) throws -> String {
        let chain = try files.map { try TestAuthority.der($0) }
        do throws(CertificateFailure) {
            let claims = try verifier.verify(chain, now: now)
            return "\(claims.issuer)/\(claims.subject) \(claims.proof.name)"
        } catch {
            return "\(error)"
        }
    }

    @Test func whatACertificateSays() throws {
        let folder = try TemporaryFolder()
        let mesh = try TestAuthority("Mesh CA", in: folder.url)
        let file = try mesh.issue(
            "all", subject: "/O=Acme/OU=web/OU=shop/CN=web \u{E9}",
            "subjectAltName=URI:spiffe://prod.acme.io/ns/shop/Web-1,DNS:Web.Acme.IO,DNS:*.acme.io,email:web@acme.io\n" + Self.client,
            until: "20270101000000Z")
        let claims = try CertificateVerifier(issuers: [settings(mesh)]).verify([try TestAuthority.der(file)], now: Self.now)
        #expect(claims.issuer == "mesh")
        #expect(claims.subject == "spiffe://prod.acme.io/ns/shop/Web-1")
        #expect(claims.proof == .mtls)
        #expect(claims.expires == Moment(rfc3339: "2027-01-01T00:00:00Z")?.seconds)
        #expect(claims.tokenID == "1001")
        var values = claims.values
        guard case .string(let sha256)? = values.removeValue(forKey: "sha256") else { return #expect(Bool(false), "no digest") }
        #expect(sha256.utf8.count == 64)
        let expected: [String: ClaimValue] = [
            "spiffe": .string("spiffe://prod.acme.io/ns/shop/Web-1"), "subject": .string("CN=web \u{E9},OU=shop,OU=web,O=Acme"),
            "common_name": .string("web \u{E9}"), "organizations": .strings(["Acme"]), "organizational_units": .strings(["web", "shop"]),
            "dns": .strings(["web.acme.io", "*.acme.io"]), "uris": .strings(["spiffe://prod.acme.io/ns/shop/Web-1"]),
            "emails": .strings(["web@acme.io"]), "signer": .string("CN=Mesh CA"), "serial": .string("1001"),
            "not_before": .time(1_577_836_800), "not_after": .time(1_798_761_600),
        ]
        #expect(values == expected)
    }

    /// Each: what is in the certificate, and what comes of it.
    @Test func onTheirOwn() throws {
        let folder = try TemporaryFolder()
        let mesh = try TestAuthority("Mesh CA", in: folder.url)
        let verifier = try CertificateVerifier(issuers: [settings(mesh)])
        let badSPIFFE = "issuer mesh: the client certificate has no single valid SPIFFE id"
        let purpose = "issuer mesh: the client certificate is refused, it is not for clients: "
        let unreadable = "the client certificate cannot be read"
        let table: [(extensions: String, subject: String, said: String)] = [
            (Self.web, "/CN=x", "mesh/spiffe://prod.acme.io/web mtls"),
            // Without a purpose of its own it is for any.
            ("subjectAltName=URI:spiffe://prod.acme.io/web", "/CN=x", "mesh/spiffe://prod.acme.io/web mtls"),
            ("extendedKeyUsage=serverAuth,clientAuth", "/O=a/CN=x", "mesh/CN=x,O=a mtls"),
            ("extendedKeyUsage=serverAuth", "/CN=x", purpose + "unsuitable certificate purpose"),
            ("extendedKeyUsage=codeSigning", "/CN=x", purpose + "unsuitable certificate purpose"),
            ("basicConstraints=CA:TRUE\n" + Self.client, "/CN=x", purpose + "it is an authority's own"),
            ("subjectAltName=URI:spiffe://prod.acme.io/web,URI:spiffe://prod.acme.io/db\n" + Self.client, "/CN=x", badSPIFFE),
            ("subjectAltName=URI:spiffe://prod.acme.io/web,URI:https://acme.io\n" + Self.client, "/CN=x", badSPIFFE),
            ("subjectAltName=URI:SPIFFE://prod.acme.io/web\n" + Self.client, "/CN=x", badSPIFFE),
            ("subjectAltName=URI:spiffe://Prod.acme.io/web\n" + Self.client, "/CN=x", badSPIFFE),
            ("subjectAltName=URI:spiffe://prod.acme.io:80/web\n" + Self.client, "/CN=x", badSPIFFE),
            ("subjectAltName=URI:spiffe://u@prod.acme.io/web\n" + Self.client, "/CN=x", badSPIFFE),
            ("subjectAltName=URI:spiffe://prod.acme.io/web/\n" + Self.client, "/CN=x", badSPIFFE),
            ("subjectAltName=URI:spiffe://prod.acme.io/a/../web\n" + Self.client, "/CN=x", badSPIFFE),
            ("subjectAltName=URI:spiffe://prod.acme.io/w%65b\n" + Self.client, "/CN=x", badSPIFFE),
            ("subjectAltName=URI:spiffe://prod.acme.io/web?x\n" + Self.client, "/CN=x", badSPIFFE),
            ("subjectAltName=URI:spiffe:///web\n" + Self.client, "/CN=x", badSPIFFE),
            ("subjectAltName=URI:spiffe://prod.acme.io\n" + Self.client, "/CN=x", "mesh/spiffe://prod.acme.io mtls"),
            ("subjectAltName=URI:https://acme.io/web\n" + Self.client, "/CN=x", "mesh/CN=x mtls"),
            // "a", NUL, "b.io" as a DNS name.
            ("2.5.29.17=DER:30:08:82:06:61:00:62:2E:69:6F\n" + Self.client, "/CN=x", unreadable),
            ("2.5.29.17=DER:30:08:82:06:61:20:62:2E:69:6F\n" + Self.client, "/CN=x", unreadable),
            (Self.client, "/CN=x\u{1}y", unreadable),
        ]
        for (index, row) in table.enumerated() {
            let file = try mesh.issue("row\(index)", subject: row.subject, row.extensions)
            let words = try said(verifier, [file])
            #expect(words == row.said, "\(row.extensions): \(words)")
        }
        // OpenSSL does not even look for who signed such a one.
        let broken = try said(verifier, [try mesh.issue("broken", "2.5.29.17=DER:31:00\n" + Self.client)])
        #expect(!broken.hasPrefix("mesh/"), "\(broken)")
        let small = try mesh.issue("small", Self.web, rsaBits: 1024)
        #expect(try said(verifier, [small]).contains("its chain is not valid"))
        let late = try mesh.issue("late", Self.web, from: "20270101000000Z")
        #expect(try said(verifier, [late]) == "issuer mesh: the client certificate is refused, it is not valid yet: certificate is not yet valid")
        let old = try mesh.issue("old", Self.web, until: "20260302025959Z")
        #expect(try said(verifier, [old]) == "issuer mesh: the client certificate is refused, it has expired: certificate has expired")
        #expect(try said(verifier, [old], now: Moment(seconds: Self.now.seconds - 2)) == "mesh/spiffe://prod.acme.io/web mtls")
    }

    @Test func authorities() throws {
        let folder = try TemporaryFolder()
        let mesh = try TestAuthority("Mesh CA", in: folder.url)
        let twin = try TestAuthority("Mesh CA", in: folder.url)
        let middle = try TestAuthority("Middle CA", in: folder.url, under: mesh, until: "20270101000000Z")
        let leaf = try mesh.issue("leaf", Self.web)
        let forged = try twin.issue("forged", Self.web)
        let below = try middle.issue("below", Self.web)
        let verifier = try CertificateVerifier(issuers: [settings(mesh)])
        #expect(try said(verifier, [leaf]) == "mesh/spiffe://prod.acme.io/web mtls")
        // The same name and another key: not even with the real authority behind it.
        for chain in [[forged], [forged, twin.certificate], [forged, mesh.certificate]] {
            let words = try said(verifier, chain)
            #expect(words.contains("no issuer's authority has signed") || words.contains("refused, its chain is not valid"), "\(words)")
        }
        // The middle one must come along, and bounds how long the session may last.
        #expect(try said(verifier, [below]).hasPrefix("no issuer's authority has signed the client certificate"))
        let chain = try [below, middle.certificate].map { try TestAuthority.der($0) }
        #expect(try verifier.verify(chain, now: Self.now).expires == Moment(rfc3339: "2027-01-01T00:00:00Z")?.seconds)
        // A workload is no authority, whatever it signs.
        let own = try TestAuthority("x", in: folder.url)
        for name in ["ca.pem", "ca.key"] {
            let source = name == "ca.pem" ? leaf : leaf + ".key"
            try FileManager.default.removeItem(atPath: own.directory.path + "/" + name)
            try FileManager.default.copyItem(atPath: source, toPath: own.directory.path + "/" + name)
        }
        let grandchild = try own.issue("grandchild", Self.web)
        #expect(try said(verifier, [grandchild, leaf]).contains("client certificate is refused"))
        // Trusted by itself, the middle one needs nobody above it.
        #expect(try said(try CertificateVerifier(issuers: [settings(middle, as: "middle")]), [below]) == "middle/spiffe://prod.acme.io/web mtls")
        // Two issuers that would both take it.
        let both = try CertificateVerifier(issuers: [settings(mesh, as: "one"), settings(mesh, as: "two")])
        #expect(try said(both, [leaf]) == "the client certificate is good for issuer one and issuer two")
        let separate = try CertificateVerifier(issuers: [settings(mesh, as: "one"), settings(twin, as: "two")])
        #expect(try said(separate, [leaf]) == "one/spiffe://prod.acme.io/web mtls")
        #expect(try said(try CertificateVerifier(issuers: []), [leaf]) == "a client certificate where no issuer of the policy takes any")
    }

    @Test func trustDomainsAndClaims() throws {
        let folder = try TemporaryFolder()
        let mesh = try TestAuthority("Mesh CA", in: folder.url)
        let web = try mesh.issue("web", Self.web)
        let plain = try mesh.issue("plain", Self.client)
        let bound = try CertificateVerifier(issuers: [settings(mesh) { $0.trustDomains = ["dev.acme.io", "prod.acme.io"] }])
        #expect(try said(bound, [web]) == "mesh/spiffe://prod.acme.io/web mtls")
        #expect(try said(bound, [plain]) == "issuer mesh: the client certificate is of another trust domain")
        let other = try CertificateVerifier(issuers: [settings(mesh) { $0.trustDomains = ["acme.io"] }])
        #expect(try said(other, [web]) == "issuer mesh: the client certificate is of another trust domain")
        let demanding = try CertificateVerifier(issuers: [settings(mesh) { $0.claims = [.init(name: "spiffe", type: .string)] }])
        #expect(try said(demanding, [plain]) == "issuer mesh: the client certificate has no spiffe")
        #expect(try said(demanding, [web]) == "mesh/spiffe://prod.acme.io/web mtls")
        let two = try mesh.issue("two", subject: "/CN=a/CN=b", Self.client)
        let named = try CertificateVerifier(issuers: [settings(mesh) { $0.claims = [.init(name: "common_name", type: .string)] }])
        #expect(try said(named, [two]) == "issuer mesh: the client certificate has no common_name")
    }

    @Test func revocation() throws {
        let folder = try TemporaryFolder()
        let mesh = try TestAuthority("Mesh CA", in: folder.url)
        let good = try mesh.issue("good", Self.web)
        let bad = try mesh.issue("bad", Self.web)
        try mesh.writeRevocations(until: "20990101000000Z")
        let verifier = try CertificateVerifier(issuers: [settings(mesh) { $0.revocations = mesh.revocations }])
        #expect(try said(verifier, [bad]) == "mesh/spiffe://prod.acme.io/web mtls")
        try mesh.writeRevocations(of: [bad], until: "20990101000000Z")
        #expect(try said(verifier, [bad]) == "issuer mesh: the client certificate is refused, it has been revoked: certificate revoked")
        #expect(try said(verifier, [good]) == "mesh/spiffe://prod.acme.io/web mtls")
        // Another issuer that knows no list does not let it in.
        let lax = try CertificateVerifier(issuers: [settings(mesh, as: "lax"), settings(mesh) { $0.revocations = mesh.revocations }])
        #expect(try said(lax, [bad]) == "issuer mesh: the client certificate is refused, it has been revoked: certificate revoked")
        // A list that is over says nothing any more, so nobody comes in.
        try mesh.writeRevocations(until: "20260101000000Z")
        #expect(try said(verifier, [good]).contains("CRL has expired"))
        try "nothing".write(toFile: mesh.revocations, atomically: true, encoding: .utf8)
        #expect(try said(verifier, [good]).contains("holds no list of revoked certificates in PEM"))
        try FileManager.default.removeItem(atPath: mesh.revocations)
        #expect(try said(verifier, [good]).contains("cannot be used"))
        try mesh.writeRevocations(until: "20990101000000Z")
        #expect(try said(verifier, [good]) == "mesh/spiffe://prod.acme.io/web mtls")
    }

    @Test func anAuthorityThatIsReplacedIsReadAgain() throws {
        let folder = try TemporaryFolder()
        let (old, new) = (try TestAuthority("Old CA", in: folder.url), try TestAuthority("New CA", in: folder.url))
        let (before, after) = (try old.issue("leaf", Self.web), try new.issue("leaf", Self.web))
        let file = folder.url.appendingPathComponent("ca.pem").path
        try FileManager.default.copyItem(atPath: old.certificate, toPath: file)
        let verifier = try CertificateVerifier(issuers: [settings(old) { $0.authorities = file }])
        #expect(try said(verifier, [before]) == "mesh/spiffe://prod.acme.io/web mtls")
        try String(contentsOfFile: new.certificate, encoding: .utf8).write(toFile: file, atomically: true, encoding: .utf8)
        #expect(try said(verifier, [after]) == "mesh/spiffe://prod.acme.io/web mtls")
        #expect(try said(verifier, [before]).hasPrefix("no issuer's authority has signed"))
        try "".write(toFile: file, atomically: true, encoding: .utf8)
        #expect(try said(verifier, [after]).contains("holds no certificate in PEM"))
    }

    @Test func hostileBytes() throws {
        let folder = try TemporaryFolder()
        let mesh = try TestAuthority("Mesh CA", in: folder.url)
        let leaf = try TestAuthority.der(try mesh.issue("leaf", Self.web))
        let verifier = try CertificateVerifier(issuers: [settings(mesh)])
        func failure(_ chain: [[UInt8]]) -> CertificateFailure? {
            do throws(CertificateFailure) {
                _ = try verifier.verify(chain, now: Self.now)
                return nil
            } catch {
                return error
            }
        }
        #expect(failure([leaf]) == nil)
        #expect(failure([]) == .unreadable)
        #expect(failure([[]]) == .unreadable)
        #expect(failure([leaf + [0]]) == .unreadable)
        #expect(failure([leaf, [0x30, 0x00]]) == .unreadable)
        #expect(failure([Array("-----BEGIN CERTIFICATE-----".utf8)]) == .unreadable)
        #expect(failure(Array(repeating: leaf, count: IdentityLimits.chainCertificates + 1)) == .tooMany)
        for cut in stride(from: 0, to: leaf.count, by: 7) { #expect(failure([Array(leaf[..<cut])]) == .unreadable) }
        // Whatever bit is turned, it is no longer what was signed.
        for bit in stride(from: 0, to: leaf.count * 8, by: 11) {
            var turned = leaf
            turned[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(failure([turned]) != nil, "bit \(bit)")
        }
    }

    @Test func configuration() throws {
        let folder = try TemporaryFolder()
        let mesh = try TestAuthority("Mesh CA", in: folder.url)
        let leaf = try mesh.issue("leaf", Self.web)
        func words(_ change: (inout CertificateIssuerSettings) -> Void) -> String? {
            do throws(CertificateConfigurationError) {
                _ = try CertificateVerifier(issuers: [settings(mesh, change)])
                return nil
            } catch {
                return error.description.replacing(folder.url.path, with: "")
            }
        }
        #expect(words { _ in } == nil)
        #expect(words { $0.authorities = leaf }?.hasSuffix("holds a certificate that is no authority's") == true)
        #expect(words { $0.authorities = "/nonexistent" } == "issuer mesh: /nonexistent cannot be used: the file cannot be read (error 2)")
        #expect(words { $0.revocations = mesh.certificate }?.hasSuffix("holds no list of revoked certificates in PEM") == true)
        #expect(words { $0.claims = [.init(name: "sub", type: .string)] } == "issuer mesh: certificates have no claim sub of the declared type")
        #expect(words { $0.claims = [.init(name: "dns", type: .string)] } == "issuer mesh: certificates have no claim dns of the declared type")
        #expect(
            words { $0.trustDomains = ["spiffe://prod"] } == "issuer mesh: 'spiffe://prod' is no SPIFFE trust domain; write it without spiffe://")
        let broken = folder.url.appendingPathComponent("broken.pem").path
        let text = try String(contentsOfFile: mesh.certificate, encoding: .utf8)
        try (text + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").write(toFile: broken, atomically: true, encoding: .utf8)
        #expect(words { $0.authorities = broken }?.hasSuffix("holds something in PEM that cannot be read") == true)
    }
}
