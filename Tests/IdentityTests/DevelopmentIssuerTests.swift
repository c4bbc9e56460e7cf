// The development issuer: its tokens are good ones, and its key stays its owner's.

import Foundation
import Machine
import TestSupport
import Testing

@testable import Identity

struct DevelopmentIssuerTests {
    private static let now = Moment(seconds: 2_000_000_000)

    @Test func tokensAreGood() async throws {
        let folder = try TemporaryFolder()
        let issuer = try await DevelopmentIssuer.open(directory: folder.path, url: "https://dev.example")
        let claims: [String: ClaimValue] = [
            "repo": .string("ü\"\\\n"), "level": .integer(-1), "admin": .boolean(true), "groups": .strings(["a", ""]),
        ]
        let verifier = try TokenVerifier(issuers: [
            IssuerSettings(
                name: "dev", kind: .jwks, url: issuer.url, audience: "postern",
                claims: [
                    .init(name: "repo", type: .string), .init(name: "level", type: .integer),
                    .init(name: "admin", type: .boolean), .init(name: "groups", type: .strings),
                ],
                keys: .file(issuer.keySetFile))
        ])
        let token = try issuer.mint(subject: "job", audience: "postern", claims: claims, at: Self.now)
        let verified = try await verifier.verify(Array(token.utf8), now: Self.now)
        #expect(verified.subject == "job" && verified.values == claims && verified.issuer == "dev")
        #expect(verified.expires == Self.now.seconds + 600)
        // The same directory, opened again, is the same issuer.
        let again = try await DevelopmentIssuer.open(directory: folder.path, url: issuer.url)
        let second = try again.mint(subject: "job", audience: "postern", claims: claims, at: Self.now)
        #expect(try await verifier.verify(Array(second.utf8), now: Self.now) == verified)
    }

    @Test func keyIsItsOwners() async throws {
        let folder = try TemporaryFolder()
        let issuer = try await DevelopmentIssuer.open(directory: folder.path, url: "https://dev.example")
        let mode = try FileManager.default.attributesOfItem(atPath: issuer.keyFile)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try !String(contentsOfFile: issuer.keySetFile, encoding: .utf8).contains("\"d\""))
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: issuer.keyFile)
        await #expect(throws: DevelopmentIssuerError.keyFileOpenToOthers(path: issuer.keyFile)) {
            try await DevelopmentIssuer.open(directory: folder.path, url: "https://dev.example")
        }
    }

    @Test func refused() async throws {
        let folder = try TemporaryFolder()
        await #expect(throws: DevelopmentIssuerError.self) {
            try await DevelopmentIssuer.open(directory: folder.path + "/nowhere", url: "x")
        }
        let issuer = try await DevelopmentIssuer.open(directory: folder.path, url: "https://dev.example")
        for lifetime in [0, 86_401, Int64.max] {
            #expect(throws: DevelopmentIssuerError.lifetime(lifetime)) {
                try issuer.mint(subject: "a", audience: "b", lifetime: lifetime, at: Self.now)
            }
        }
        #expect(throws: DevelopmentIssuerError.reservedClaim("exp")) {
            try issuer.mint(subject: "a", audience: "b", claims: ["exp": .integer(1)], at: Self.now)
        }
        try "rubbish".write(toFile: issuer.keyFile, atomically: false, encoding: .utf8)
        await #expect(throws: DevelopmentIssuerError.notKey(path: issuer.keyFile)) {
            try await DevelopmentIssuer.open(directory: folder.path, url: "https://dev.example")
        }
    }
}
