// Tokens, good and hostile, as text; and tokens made by another library.

import Foundation
import Machine
import TestSupport
import Testing

@testable import Identity

struct TokenTests {
    private static let now = Moment(seconds: 2_000_000_000)
    private static let claims = [
        ClaimDeclaration(name: "repo", type: .string), ClaimDeclaration(name: "ref", type: .string, optional: true),
        ClaimDeclaration(name: "level", type: .integer, optional: true),
        ClaimDeclaration(name: "admin", type: .boolean, optional: true),
        ClaimDeclaration(name: "groups", type: .strings, optional: true),
        ClaimDeclaration(name: "levels", type: .integers, optional: true),
        ClaimDeclaration(name: "until", type: .time, optional: true),
    ]

    private func issuers(_ file: String) -> [IssuerSettings] {
        let main = IssuerSettings(
            name: "main", kind: .jwks, url: "https://issuer.example", audience: "postern", claims: Self.claims,
            keys: .file(file))
        var other = main
        other.name = "other"
        other.audience = "other"
        var strict = main
        strict.name = "strict"
        strict.url = "https://strict.example"
        strict.algorithms = [.es256]
        strict.claims = [ClaimDeclaration(name: "sub", type: .string)]
        return [main, other, strict]
    }

    @Test func everyCase() async throws {
        let folder = try TemporaryFolder()
        let ed = try await TestKey.ed25519("ed")
        let es = try await TestKey.p256("es")
        let twin = try await TestKey.ed25519("twin")
        let stranger = try await TestKey.ed25519("ed")
        let file = try folder.write(TestKey.set([ed, es, twin, twin]), "jwks.json")
        let verifier = try TokenVerifier(issuers: issuers(file))
        let keys = ["ed": ed, "es": es, "twin": twin, "stranger": stranger]
        try await CaseFile.check("tokens.txt") { one in
            let token = try token(of: one, keys)
            do {
                return "accepted " + describe(try await verifier.verify(token, now: Self.now))
            } catch {
                return "refused: \(error)"
            }
        }
    }

    /// The token that a case describes: `header`, `payload` or `set`/`drop` on the usual one, `sign`, and `token`, a
    /// template of `{h}`, `{p}` and `{s}`.
    private func token(of one: CaseFile.Case, _ keys: [String: TestKey]) throws -> [UInt8] {
        var members: [(String, String)] = [
            ("iss", #""https://issuer.example""#), ("aud", #""postern""#), ("sub", #""job-7""#),
            ("iat", "1999999990"), ("exp", "2000000300"), ("repo", #""acme/shop""#),
        ]
        for change in one.all("set") {
            let parts = change.split(separator: " ", maxSplits: 1).map(String.init)
            members.removeAll { $0.0 == parts[0] }
            members.append((parts[0], parts[1]))
        }
        members.removeAll { one.all("drop").contains($0.0) }
        let usual = "{" + members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
        let header = Base64URL.encode((one.rest("header") ?? #"{"alg":"EdDSA","kid":"ed"}"#).utf8)
        let payload = Base64URL.encode((one.rest("payload") ?? usual).utf8)
        let signature = try keys[one.rest("sign") ?? "ed"]?.signature(header + "." + payload) ?? ""
        var token = one.rest("token") ?? "{h}.{p}.{s}"
        for (mark, text) in [("{h}", header), ("{p}", payload), ("{s}", signature), ("\\n", "\n"), ("\\0", "\0")] {
            token = token.replacingOccurrences(of: mark, with: text)
        }
        if let count = one.rest("pad").flatMap(Int.init) { token += String(repeating: "A", count: count) }
        return Array(token.utf8)
    }

    private func describe(_ claims: VerifiedClaims) -> String {
        let values = claims.values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        let end = claims.expires.map(String.init) ?? "never"
        return "\(claims.issuer)/\(claims.subject) \(claims.proof) until \(end) id \(claims.tokenID ?? "-"): \(values)"
    }

    @Test func anotherLibraryAgrees() async throws {
        let folder = CaseFile.folder.appendingPathComponent("pyjwt")
        let settings = IssuerSettings(
            name: "py", kind: .jwks, url: "https://pyjwt.example", audience: "postern",
            algorithms: Set(SignatureAlgorithm.allCases),
            claims: [
                .init(name: "groups", type: .strings), .init(name: "admin", type: .boolean),
                .init(name: "level", type: .integer), .init(name: "team", type: .string),
            ],
            keys: .file(folder.appendingPathComponent("jwks.json").path))
        let verifier = try TokenVerifier(issuers: [settings])
        await verifier.refresh(now: Self.now)
        #expect(verifier.status[0].keys == 5)
        #expect(verifier.status[0].skipped.map(\.keyID) == ["rsa-1024"])
        var seen: Set<String> = []
        let lines = try String(contentsOf: folder.appendingPathComponent("tokens.txt"), encoding: .utf8)
        for line in lines.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            let token = Array(words[2].utf8)
            if words[0] == "good" {
                let claims = try #require(try verifier.attempt(token, now: Self.now), "\(words[1])")
                #expect(claims.subject == "jürgen@example" && claims.tokenID == "id-1")
                #expect(claims.values["groups"] == .strings(["dba", "on-call"]))
                #expect(claims.values["admin"] == .boolean(true) && claims.values["level"] == .integer(7))
                #expect(claims.values["team"] == .string("café"))
                seen.insert(words[1])
            } else {
                await #expect(throws: AuthenticationFailure.self, "\(words[1])") {
                    try await verifier.verify(token, now: Self.now)
                }
            }
        }
        #expect(seen == Set(SignatureAlgorithm.allCases.map(\.rawValue)))
    }

    /// A token of exactly the largest size is read, and one byte more is not.
    @Test func largestToken() async throws {
        let folder = try TemporaryFolder()
        let key = try await TestKey.ed25519("ed")
        let verifier = try TokenVerifier(issuers: issuers(try folder.write(TestKey.set([key]), "jwks.json")))
        await verifier.refresh(now: Self.now)
        func token(_ size: Int) throws -> [UInt8] {
            // Base64url cannot have every length; spaces in the header make up for it.
            for (spaces, less) in (0..<6).flatMap({ spaces in (0..<8).map { (spaces, $0) } }) {
                let header = #"{"alg":"EdDSA","kid":"ed"}"# + String(repeating: " ", count: spaces)
                let start = #"{"iss":"https://issuer.example","aud":"postern","sub":"j","repo":"r","exp":2000000300"#
                let fill = (size - header.count * 4 / 3 - 88) * 3 / 4 - start.count - 7 - less
                let payload = start + #","x":""# + String(repeating: "x", count: fill) + "\"}"
                let token = try key.token(header: header, payload: payload)
                if token.count == size { return token }
            }
            throw AuthenticationFailure.malformed("size")
        }
        #expect(try verifier.attempt(try token(IdentityLimits.tokenBytes), now: Self.now)?.subject == "j")
        let larger = try token(IdentityLimits.tokenBytes + 1)
        #expect(throws: AuthenticationFailure.tooLarge) { try verifier.attempt(larger, now: Self.now) }
    }

    /// Whatever is changed in a token, it is not accepted any more.
    @Test func noMutationIsAccepted() async throws {
        let folder = try TemporaryFolder()
        let key = try await TestKey.ed25519("ed")
        let verifier = try TokenVerifier(issuers: issuers(try folder.write(TestKey.set([key]), "jwks.json")))
        await verifier.refresh(now: Self.now)
        let payload = #"{"iss":"https://issuer.example","aud":"postern","sub":"j","repo":"r","exp":2000000300}"#
        let good = try key.token(header: #"{"alg":"EdDSA","kid":"ed","typ":"JWT"}"#, payload: payload)
        #expect(try verifier.attempt(good, now: Self.now)?.subject == "j")
        var generator = SeededGenerator(seed: 1)
        let alphabet = Array("ABCabc019-_.={}\"\0\n\u{FF}".utf8)
        for _ in 0..<3000 {
            var token = good
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: 0..<token.count, using: &generator)
                let byte = alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: token[place] = byte
                case 1: token.insert(byte, at: place)
                case 2: token.remove(at: place)
                default: token.removeSubrange(place...)
                }
                if token.isEmpty { break }
            }
            if token == good { continue }
            let claims: VerifiedClaims?
            do { claims = try verifier.attempt(token, now: Self.now) } catch { continue }
            #expect(claims == nil, "accepted: \(String(decoding: token, as: UTF8.self))")
        }
    }

    /// The log's words never hold what a token holds.
    @Test func failuresTellNothing() async throws {
        let folder = try TemporaryFolder()
        let key = try await TestKey.ed25519("secret-kid")
        let verifier = try TokenVerifier(issuers: issuers(try folder.write(TestKey.set([key]), "jwks.json")))
        let headers = [#"{"alg":"secret"}"#, #"{"alg":"EdDSA","kid":"secret"}"#, #"{"alg":"EdDSA","typ":"secret"}"#]
        for header in headers {
            let token = try key.token(header: header, payload: #"{"iss":"https://issuer.example","aud":"postern"}"#)
            let failure = await #expect(throws: AuthenticationFailure.self) {
                try await verifier.verify(token, now: Self.now)
            }
            #expect(failure.map { !"\($0)".contains("secret") } == true)
        }
        #expect(AuthenticationFailure.publicText == "authentication failed")
    }
}
