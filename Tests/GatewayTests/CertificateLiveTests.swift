// Client certificates the whole way: psql with sslcert and sslkey, and no password, against a gateway and a server of its own.

import Compiler
import Foundation
import Identity
import Logging
import Machine
import NIOCore
import PolicyLang
import Recording
import Sealing
import TestSupport
import Testing

@testable import Gateway

@Suite(.serialized) struct CertificateLiveTests {
    private static let policy = """
        policy shop edition 1
        issuer mesh : mtls {
          ca            "mesh/ca.pem"
          trust_domain  "prod.acme.io"
          claims        { spiffe string, dns set of string, not_after time }
        }
        issuer dev : jwks {
          file     "jwks.json"
          issuer   "https://issuer.localhost"
          audience "postern"
          claims   { sub string }
        }
        identity web from mesh { when claim.spiffe == "spiffe://prod.acme.io/web" }
        identity job from mesh { when claim.spiffe == "spiffe://prod.acme.io/job" or "job.acme.io" in claim.dns }
        identity twin from mesh { when claim.spiffe == "spiffe://prod.acme.io/twin" }
        identity other_twin from mesh { when claim.spiffe == "spiffe://prod.acme.io/twin" }
        identity app from dev { when claim.sub == "app" }
        resource shop : postgres { search_path public }
        allow strong {
          who   web, job, twin, other_twin
          on    shop
          to    select from orders
          when  identity.proof == mtls and request.time < claim.not_after
        }
        allow weak { who app  on shop  to select from notes }
        """

    private final class Place {
        private let folder: TemporaryFolder
        var directory: String { folder.path }
        let database: String
        let authority: TestAuthority
        let stranger: TestAuthority
        let issuer: DevelopmentIssuer
        let server: GatewayServer
        var port: Int { server.addresses[0].port ?? 0 }

        /// - Parameter names: whether the configuration names the authority's files.
        init(policy: String = CertificateLiveTests.policy, names: Bool = true) async throws {
            let live = try LivePostgres.shared.get()
            database = LivePostgres.freshName("t")
            try live.makeDatabase(
                database,
                "create table orders(id int primary key); insert into orders values (1), (2); create table notes(id int); insert into notes values (7);"
            )
            folder = try TemporaryFolder()
            let directory = folder.path
            authority = try TestAuthority("Mesh CA", in: folder.url)
            stranger = try TestAuthority("Other CA", in: folder.url)
            try authority.writeRevocations()
            issuer = try await DevelopmentIssuer.open(directory: directory, url: "https://issuer.localhost")
            try LivePostgres.password.write(toFile: directory + "/password", atomically: true, encoding: .utf8)
            try Self.writeBundle(policy, in: directory)
            let configuration = try ConfigurationFile.parse(
                """
                policy: { bundle: shop.bundle, allow_unsigned: true }
                recording: recording
                listeners: [{ address: "127.0.0.1:0", tls: { development: tls }, cleartext_on_loopback: true }]
                issuers: \(names ? "{ mesh: { ca: \(authority.certificate), crl: \(authority.revocations) } }" : "{}")
                limits: { event_loops: 1, drain_seconds: 0 }
                resources:
                  - name: shop
                    database: \(database)
                    backend: { host: 127.0.0.1, port: \(live.port), user: app, password_file: password, tls: disable }
                """, path: "postern.yaml", directory: directory)
            var logger = Logger(label: "certificate-test")
            logger.logLevel = .critical
            server = try await GatewayServer.start(configuration, logger: logger)
        }

        static func writeBundle(_ policy: String, in directory: String) throws {
            let compiled = PolicyCompiler.compile(
                files: [SourceFile(path: "shop.postern", text: policy)], options: CompileOptions(date: Moment(seconds: 1_772_000_000)))
            let program = try #require(compiled.program, "\(DiagnosticText.render(compiled.diagnostics, files: compiled.sources))")
            let bundle = try SealedBundle.wrapUnsigned(payload: try ProgramCodec.encode(program))
            try Data(bundle).write(to: URL(fileURLWithPath: directory + "/shop.bundle"))
        }

        static func spiffe(_ path: String, purpose: String = "clientAuth") -> String {
            "subjectAltName=URI:spiffe://prod.acme.io/\(path)\nextendedKeyUsage=\(purpose)"
        }

        /// psql with a certificate, or without one.
        func psql(_ certificate: String?, password: String = "", tls: String = "require", _ commands: [String]) throws -> PsqlRun {
            var connection = "host=127.0.0.1 port=\(port) dbname=\(database) user=app sslmode=\(tls)"
            if let certificate {
                // libpq takes no key that others may read.
                try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: certificate + ".key")
                connection += " sslcert=\(certificate) sslkey=\(certificate).key"
            }
            return try PsqlRun(connection, password: password, ["select id from orders order by id"] + commands)
        }

        func token(_ subject: String) throws -> String {
            try issuer.mint(subject: subject, audience: "postern", claims: [:], at: Moment(seconds: Int64(Date().timeIntervalSince1970)))
        }
    }

    @Test func aCertificateIsTheWholeProof() async throws {
        let place = try await Place()
        let web = try place.authority.issue("web", Place.spiffe("web"))
        let run = try place.psql(web, [])
        #expect(run.output == "1\n2\n", "\(run.errors)")
        // No password was asked for, and one that is there changes nothing.
        let token = try place.token("app")
        #expect(try place.psql(web, password: token, ["select id from notes"]).errors.contains("public.notes"))
        // Without a certificate the token is the proof, as before.
        let plain = try place.psql(nil, password: token, ["select id from notes"])
        #expect(plain.errors.contains("public.orders"))
        let notes = try PsqlRun(
            "host=127.0.0.1 port=\(place.port) dbname=\(place.database) user=app sslmode=require", password: token, ["select id from notes"])
        #expect(notes.output == "7\n", "\(notes.errors)")
        // Direct without TLS there is no certificate to show.
        #expect(try place.psql(web, tls: "disable", []).status != 0)
        await place.server.drain()
        let reader = try RecordingReader(directory: place.directory + "/recording")
        defer { reader.close() }
        let sessions = try reader.sessions().filter { $0.identity == "web" }
        #expect(sessions.count == 2)
        #expect(sessions.allSatisfy { $0.claims.proof == .mtls && $0.claims.subject == "spiffe://prod.acme.io/web" && $0.claims.issuer == "mesh" })
    }

    @Test func refusalsSayWhatIsWrong() async throws {
        let place = try await Place()
        func refusal(_ certificate: String) throws -> String {
            let run = try place.psql(certificate, password: try place.token("app"), [])
            #expect(run.output.isEmpty && run.status != 0)
            return run.errors
        }
        let authority = place.authority
        let nobody = try refusal(try authority.issue("nobody", Place.spiffe("nobody")))
        #expect(nobody.contains("authentication failed"))
        #expect(try refusal(try authority.issue("twin", Place.spiffe("twin"))).contains("authentication failed"))
        #expect(try refusal(try place.stranger.issue("stranger", Place.spiffe("web"))).contains("no authority that is trusted here has signed it"))
        #expect(try refusal(try authority.issue("server", Place.spiffe("web", purpose: "serverAuth"))).contains("it is not for clients"))
        #expect(try refusal(try authority.issue("old", Place.spiffe("web"), until: "20250101000000Z")).contains("it has expired"))
        #expect(try refusal(try authority.issue("late", Place.spiffe("web"), from: "20980101000000Z")).contains("it is not valid yet"))
        #expect(try refusal(try authority.issue("plain", "extendedKeyUsage=clientAuth")).contains("it cannot be taken here"))
        let web = try authority.issue("web", Place.spiffe("web"))
        #expect(try place.psql(web, []).output == "1\n2\n")
        try authority.writeRevocations(of: [web])
        #expect(try refusal(web).contains("it has been revoked"))
        #expect(try place.psql(try authority.issue("job", Place.spiffe("job")), []).output == "1\n2\n")
        await place.server.drain()
    }

    /// A policy without such an issuer asks for no certificate: one that a client has anyway is not even sent, and its token counts.
    @Test func aPolicyWithoutTheIssuerAsksForNone() async throws {
        let place = try await Place(
            policy: """
                policy shop edition 1
                issuer dev : jwks { file "jwks.json"  issuer "https://issuer.localhost"  audience "postern"  claims { sub string } }
                identity app from dev { when claim.sub == "app" }
                resource shop : postgres { search_path public }
                allow weak { who app  on shop  to select from orders  when identity.proof == bearer }
                """, names: false)
        let web = try place.authority.issue("web", Place.spiffe("web"))
        #expect(try place.psql(web, password: try place.token("app"), []).output == "1\n2\n")
        #expect(try place.psql(web, password: try place.token("web"), []).errors.contains("authentication failed"))
        await place.server.drain()
    }

    @Test func whatCannotBeVerifiedIsNotStarted() async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("postern-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let saml = """
            policy shop edition 1
            issuer school : saml { metadata "m.xml"  audience "postern"  claims { groups set of string } }
            identity teacher from school { when "teacher" in claim.groups }
            resource shop : postgres { search_path public }
            allow all { on shop  to select }
            """
        func failure(_ policy: String, _ issuers: String) throws -> String {
            try Place.writeBundle(policy, in: directory)
            let configuration = try ConfigurationFile.parse(
                """
                policy: { bundle: shop.bundle, allow_unsigned: true }
                recording: recording
                listeners: [{ address: "127.0.0.1:0", tls: { development: tls } }]
                issuers: \(issuers)
                resources: [{ name: shop, backend: { host: 127.0.0.1, database: x, user: app, tls: disable } }]
                """, path: "postern.yaml", directory: directory)
            do {
                try GatewayServer.check(configuration, logger: Logger(label: "certificate-test"))
                return "started"
            } catch {
                return "\(error)".replacing(directory, with: "")
            }
        }
        #expect(
            try failure(saml, "{}")
                == "issuer school of the policy is of kind saml, and this gateway verifies no SAML assertions: nobody could come in by it. "
                + "Take it out, or let the identity provider issue tokens (kind oidc)"
        )
        #expect(try failure(Self.policy, "{}") == "issuer mesh: /mesh/ca.pem cannot be used: the file cannot be read (error 2)")
        #expect(
            try failure(Self.policy, "{ dev: { ca: ca.pem } }")
                == "issuers.dev of the configuration: ca and crl are for issuers of kind mtls, and this is one of tokens")
        #expect(
            try failure(Self.policy, "{ mesh: { keys: k.json } }")
                == "issuers.mesh of the configuration: keys are for issuers of tokens, and this is one of certificates: write ca")
        #expect(try failure(Self.policy, "{ mash: { ca: ca.pem } }").hasPrefix("issuers.mash of the configuration: the policy has no issuer of this name"))
    }
}
