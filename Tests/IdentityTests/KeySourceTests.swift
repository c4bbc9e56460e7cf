// Keys over time: rotation, refresh, sources that fail or lie. Time is passed in; servers and files are real.

import Foundation
import Machine
import Synchronization
import TestSupport
import Testing

@testable import Identity

struct KeySourceTests {
    private static let start: Int64 = 2_000_000_000

    /// A server with one JWKS, the issuer that uses it, and a verifier.
    private struct Scene {
        let server: LoopbackServer
        let verifier: TokenVerifier
        let issuer: String

        init(_ keys: [TestKey], maxAge: Int? = nil, policy: KeyRefreshPolicy = .standard) throws {
            server = try LoopbackServer()
            issuer = "https://issuer.example"
            server.serve("/jwks", .document(TestKey.set(keys), maxAge: maxAge))
            let settings = IssuerSettings(
                name: "main", kind: .jwks, url: issuer, audience: "postern", keys: .url(server.origin + "/jwks"))
            verifier = try TokenVerifier(issuers: [settings], refresh: policy)
        }

        func subject(_ key: TestKey, at seconds: Int64) async throws -> String {
            let token = try key.token(issuer: issuer, now: seconds)
            return try await verifier.verify(token, now: Moment(seconds: seconds)).subject
        }
    }

    @Test func unknownKeyAsksOnce() async throws {
        let (old, new) = (try await TestKey.ed25519("old"), try await TestKey.ed25519("new"))
        let scene = try Scene([old])
        #expect(try await scene.subject(old, at: Self.start) == "job")
        #expect(scene.server.requests.count == 1)
        scene.server.serve("/jwks", .document(TestKey.set([old, new])))
        // Too soon after the last reading: an attacker's made-up key ids must not become requests.
        for second in 1..<30 {
            await #expect(throws: AuthenticationFailure.unknownKey(issuer: "main")) {
                try await scene.subject(new, at: Self.start + Int64(second))
            }
        }
        #expect(scene.server.requests.count == 1)
        #expect(try await scene.subject(new, at: Self.start + 30) == "job")
        #expect(scene.server.requests.count == 2)
        #expect(try await scene.subject(old, at: Self.start + 31) == "job")
        // A key nobody has: one request, then silence.
        let stranger = try await TestKey.ed25519("stranger")
        for second in 60..<90 {
            await #expect(throws: AuthenticationFailure.unknownKey(issuer: "main")) {
                try await scene.subject(stranger, at: Self.start + Int64(second))
            }
        }
        #expect(scene.server.requests.count == 3)
    }

    @Test func manyCallersMakeOneRequest() async throws {
        let key = try await TestKey.ed25519("key")
        let scene = try Scene([key])
        let subjects = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<50 { group.addTask { try await scene.subject(key, at: Self.start) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(subjects == Array(repeating: "job", count: 50))
        #expect(scene.server.requests.count == 1)
    }

    @Test func attemptNeverFetches() async throws {
        let key = try await TestKey.ed25519("key")
        let scene = try Scene([key])
        let token = try key.token(issuer: scene.issuer, now: Self.start)
        let now = Moment(seconds: Self.start)
        #expect(try scene.verifier.attempt(token, now: now) == nil)
        #expect(scene.server.requests.isEmpty)
        await scene.verifier.refresh(now: now)
        #expect(try scene.verifier.attempt(token, now: now)?.subject == "job")
    }

    @Test func withdrawnKeyIsForgotten() async throws {
        let (old, new) = (try await TestKey.ed25519("old"), try await TestKey.ed25519("new"))
        let scene = try Scene([old], maxAge: 100)
        #expect(try await scene.subject(old, at: Self.start) == "job")
        scene.server.serve("/jwks", .document(TestKey.set([new])))
        #expect(try await scene.subject(old, at: Self.start + 100) == "job")
        #expect(scene.server.requests.count == 1)
        // Much older than the source allowed: not used before the source was asked.
        await #expect(throws: AuthenticationFailure.unknownKey(issuer: "main")) {
            try await scene.subject(old, at: Self.start + 161)
        }
        #expect(try await scene.subject(new, at: Self.start + 161) == "job")
        scene.server.serve("/jwks", .document(#"{"keys":[]}"#))
        await scene.verifier.refresh(now: Moment(seconds: Self.start + 10_000))
        await #expect(throws: AuthenticationFailure.unknownKey(issuer: "main")) {
            try await scene.subject(new, at: Self.start + 10_001)
        }
    }

    /// The age that a source asks for is brought within bounds.
    @Test(
        arguments: [(nil, 900), (0, 60), (59, 60), (61, 61), (21_600, 21_600), (9_999_999, 21_600)] as [(Int?, Int64)])
    func age(_ maxAge: Int?, _ kept: Int64) async throws {
        let scene = try Scene([], maxAge: maxAge)
        await scene.verifier.refresh(now: Moment(seconds: Self.start))
        await scene.verifier.refresh(now: Moment(seconds: Self.start + kept))
        #expect(scene.server.requests.count == 1)
        await scene.verifier.refresh(now: Moment(seconds: Self.start + kept + 1))
        #expect(scene.server.requests.count == 2)
    }

    @Test func lastGoodKeysStay() async throws {
        let key = try await TestKey.ed25519("key")
        let scene = try Scene([key], maxAge: 100)
        #expect(try await scene.subject(key, at: Self.start) == "job")
        let failures: [(LoopbackServer.Answer, KeySourceFailure)] = [
            (.init(status: 500), .status(500)), (.document("<html>"), .notKeySet),
            (.document(String(repeating: " ", count: IdentityLimits.documentBytes + 1)), .tooLarge),
            (.init(status: 302, headers: ["Location": "http://localhost:1/jwks"]), .status(302)),
            (.init(status: 204), .status(204)),
        ]
        for (place, (answer, failure)) in failures.enumerated() {
            scene.server.serve("/jwks", answer)
            let now = Self.start + 1000 + Int64(place) * 100
            #expect(try await scene.subject(key, at: now) == "job")
            let status = scene.verifier.status[0]
            #expect(status.failure == failure)
            #expect(status.failingSince == Moment(seconds: Self.start + 1000))
            #expect(status.loaded == Moment(seconds: Self.start) && status.keys == 1)
            // Soon after a failure nobody waits for another one.
            let asked = scene.server.requests.count
            #expect(try await scene.subject(key, at: now + 29) == "job")
            #expect(scene.server.requests.count == asked)
        }
        scene.server.serve("/jwks", .document(TestKey.set([key])))
        await scene.verifier.refresh(now: Moment(seconds: Self.start + 5000))
        #expect(scene.verifier.status[0].failingSince == nil && scene.verifier.status[0].failure == nil)
    }

    @Test func redirectWithinTheHost() async throws {
        let key = try await TestKey.ed25519("key")
        let scene = try Scene([])
        scene.server.serve("/jwks", .init(status: 302, headers: ["Location": scene.server.origin + "/moved"]))
        scene.server.serve("/moved", .document(TestKey.set([key])))
        #expect(try await scene.subject(key, at: Self.start) == "job")
    }

    @Test func redirectsEnd() async throws {
        let key = try await TestKey.ed25519("key")
        let scene = try Scene([])
        scene.server.serve("/jwks", .init(status: 302, headers: ["Location": scene.server.origin + "/jwks"]))
        await #expect(throws: AuthenticationFailure.keysUnavailable(issuer: "main")) {
            try await scene.subject(key, at: Self.start)
        }
        #expect(scene.verifier.status[0].failure == .status(302))
        #expect(scene.server.requests.count == 1 + IdentityLimits.redirects)
    }

    /// A little over their age, keys are used once more while new ones are fetched.
    @Test func refreshBehindTheCaller() async throws {
        let (old, new) = (try await TestKey.ed25519("old"), try await TestKey.ed25519("new"))
        let scene = try Scene([old], maxAge: 100)
        #expect(try await scene.subject(old, at: Self.start) == "job")
        scene.server.serve("/jwks", .document(TestKey.set([new])))
        #expect(try await scene.subject(old, at: Self.start + 101) == "job")
        await scene.verifier.refresh(now: Moment(seconds: Self.start + 101))
        #expect(scene.server.requests.count == 2)
        #expect(try await scene.subject(new, at: Self.start + 101) == "job")
        #expect(scene.server.requests.count == 2)
    }

    /// A clock that is set back must not keep keys from being read.
    @Test func clockSetBack() async throws {
        let (old, new) = (try await TestKey.ed25519("old"), try await TestKey.ed25519("new"))
        let scene = try Scene([old])
        #expect(try await scene.subject(old, at: Self.start) == "job")
        scene.server.serve("/jwks", .document(TestKey.set([new])))
        #expect(try await scene.subject(new, at: Self.start - 1000) == "job")
        #expect(scene.server.requests.count == 2)
    }

    @Test func stallingServerIsGivenUp() async throws {
        var policy = KeyRefreshPolicy.standard
        policy.totalTimeout = 1
        let key = try await TestKey.ed25519("key")
        let scene = try Scene([key], policy: policy)
        scene.server.serve("/jwks", .init(body: "{", stalls: true))
        await #expect(throws: AuthenticationFailure.keysUnavailable(issuer: "main")) {
            try await scene.subject(key, at: Self.start)
        }
        #expect(scene.verifier.status[0].failure == .timedOut)
        // And again later, without anything left over from before.
        scene.server.serve("/jwks", .document(TestKey.set([key])))
        await #expect(throws: AuthenticationFailure.keysUnavailable(issuer: "main")) {
            try await scene.subject(key, at: Self.start + 29)
        }
        #expect(try await scene.subject(key, at: Self.start + 30) == "job")
    }

    @Test func reportsTellAll() async throws {
        let seen = Mutex<[KeySourceStatus]>([])
        let settings = IssuerSettings(
            name: "main", kind: .jwks, url: "https://issuer.example", audience: "postern", keys: .file("/nonexistent"))
        let verifier = try TokenVerifier(issuers: [settings]) { status in seen.withLock { $0.append(status) } }
        await verifier.refresh(now: Moment(seconds: Self.start))
        #expect(seen.withLock { $0 } == verifier.status)
        #expect(verifier.status[0].failure == .unreadable(ENOENT))
        #expect(verifier.status[0].failingSince == Moment(seconds: Self.start))
    }

    // MARK: Files

    @Test func changedFileIsReadAgain() async throws {
        let folder = try TemporaryFolder()
        let (old, new) = (try await TestKey.ed25519("key"), try await TestKey.ed25519("key"))
        let issuer = "https://issuer.example"
        let file = try folder.write(TestKey.set([old]), "jwks.json")
        let verifier = try TokenVerifier(issuers: [
            IssuerSettings(name: "main", kind: .jwks, url: issuer, audience: "postern", keys: .file(file))
        ])
        func subject(_ key: TestKey, _ second: Int64) async throws -> String {
            let token = try key.token(issuer: issuer, now: Self.start)
            return try await verifier.verify(token, now: Moment(seconds: Self.start + second)).subject
        }
        #expect(try await subject(old, 0) == "job")
        // The same key id with another key: only the change of the file tells.
        _ = try folder.write(TestKey.set([new]), "jwks.json")
        #expect(try await subject(new, 1) == "job")
        await #expect(throws: AuthenticationFailure.badSignature(issuer: "main")) { try await subject(old, 1) }
        _ = try folder.write("rubbish", "jwks.json")
        #expect(try await subject(new, 2) == "job")
        #expect(verifier.status[0].failure == .notKeySet)
        #expect(verifier.status[0].failingSince == Moment(seconds: Self.start + 2))
        try FileManager.default.removeItem(atPath: file)
        #expect(try await subject(new, 3) == "job")
        #expect(verifier.status[0].failure == .unreadable(ENOENT))
        _ = try folder.write(TestKey.set([old]), "jwks.json")
        #expect(try await subject(old, 4) == "job")
        #expect(verifier.status[0].failure == nil)
    }

    @Test func filesThatAreNotDocuments() async throws {
        let folder = try TemporaryFolder()
        #expect(throws: KeySourceFailure.notRegularFile) { try KeyFile.read(path: folder.path) }
        #expect(mkfifo(folder.path + "/pipe", 0o600) == 0)
        #expect(throws: KeySourceFailure.notRegularFile) { try KeyFile.read(path: folder.path + "/pipe") }
        #expect(throws: KeySourceFailure.notRegularFile) { try KeyFile.read(path: "/dev/zero") }
        let full = try folder.write(String(repeating: " ", count: IdentityLimits.documentBytes), "full")
        #expect(try KeyFile.read(path: full).count == IdentityLimits.documentBytes)
        let over = try folder.write(String(repeating: " ", count: IdentityLimits.documentBytes + 1), "over")
        #expect(throws: KeySourceFailure.tooLarge) { try KeyFile.read(path: over) }
    }
}
