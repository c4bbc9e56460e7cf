// Decoders, logins and digests against tables and published examples, and everything against hostile bytes.

import Foundation
import NIOCore
import TestSupport
import Testing

@testable import Gateway

@Suite struct PostgresWireTests {
    // MARK: - Openings

    private func opening(_ bytes: [UInt8]) throws -> PostgresOpening { try bytes.withUnsafeBytes { try PostgresOpening.read($0) } }

    private func packet(_ settings: [(String, String)], version: UInt32 = PostgresStartupCode.version3) -> [UInt8] {
        var out = ByteBuffer()
        out.writeInteger(version)
        for (name, value) in settings {
            PostgresCodec.text(name, to: &out)
            PostgresCodec.text(value, to: &out)
        }
        out.writeInteger(UInt8(0))
        return Array(out.readableBytesView)
    }

    @Test func startupIsTakenApart() throws {
        let bytes = packet([
            ("user", "ada"), ("DateStyle", "ISO"), ("search_path", "x"), ("options", "-c a.b=1\\ 2 --work-mem=4MB"), ("_pq_.new", "1"),
        ])
        guard case .startup(let startup) = try opening(bytes) else { throw NotationError(description: "not a start-up packet") }
        #expect(startup.user == "ada" && startup.database == "ada")
        #expect(startup.harmless == [.init(name: "DateStyle", value: "ISO")])
        #expect(
            startup.judged == [
                .init(name: "search_path", value: "x"), .init(name: "a.b", value: "1 2"), .init(name: "work_mem", value: "4MB"),
            ])
        #expect(startup.unknownOptions == ["_pq_.new"] && startup.needsNegotiation)
        #expect(PostgresStartup.statement(for: .init(name: "Role", value: "o'x")) == "SET role = 'o''x'")
    }

    static let refused: [([(String, String)], UInt32)] = [
        ([("database", "x")], 3 << 16), ([("user", "")], 3 << 16), ([("user", "a"), ("user", "b")], 3 << 16),
        ([("user", "a"), ("DateStyle", "x"), ("datestyle", "y")], 3 << 16), ([("user", "a"), ("replication", "true")], 3 << 16),
        ([("user", "a"), ("options", "-c role")], 3 << 16), ([("user", "a"), ("options", "-d 5")], 3 << 16),
        ([("user", "a"), ("options", "-c DateStyle=x -c datestyle=y")], 3 << 16), ([("user", "a"), ("a b", "x")], 3 << 16),
        ([("user", "a"), ("client_encoding", "GBK")], 3 << 16), ([("user", "a")], 2 << 16), ([("user", "a")], 4 << 16),
        ([("user", "a")] + (0..<PostgresLimits.startupParameters).map { ("s\($0)", "1") }, 3 << 16),
    ]

    @Test(arguments: refused.indices) func startupIsRefused(_ index: Int) {
        #expect(throws: PostgresFault.self) { try opening(packet(Self.refused[index].0, version: Self.refused[index].1)) }
    }

    @Test(arguments: [[("options", "-c DateStyle=x"), ("datestyle", "y")], [("datestyle", "y"), ("options", "-c DateStyle=x -c a.b=1")]])
    func aSettingOfItsOwnHoldsAgainstOptions(_ settings: [(String, String)]) throws {
        guard case .startup(let startup) = try opening(packet([("user", "a")] + settings)) else {
            throw NotationError(description: "not a start-up packet")
        }
        #expect(startup.harmless == [.init(name: "datestyle", value: "y")])
        #expect(startup.judged.allSatisfy { $0.name == "a.b" })
    }

    @Test func mostSettingsThatAreTaken() throws {
        let settings = [("user", "a")] + (1..<PostgresLimits.startupParameters).map { ("s\($0)", "1") }
        guard case .startup(let startup) = try opening(packet(settings)) else { throw NotationError(description: "refused") }
        #expect(startup.judged.count == PostgresLimits.startupParameters - 1)
    }

    // MARK: - The client's login

    private func framed(_ bytes: [UInt8]) -> ByteBuffer {
        var out = ByteBuffer()
        out.writeInteger(UInt32(bytes.count + 4))
        out.writeBytes(bytes)
        return out
    }

    private func word(_ number: UInt32) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }

    private func password(_ token: [UInt8]) -> ByteBuffer {
        var out = ByteBuffer()
        PostgresCodec.message(PostgresFrontend.password.rawValue, to: &out) {
            $0.writeBytes(token)
            $0.writeInteger(UInt8(0))
        }
        return out
    }

    @Test func directTLSNeedsItsName() throws {
        for (name, isTaken) in [("postgresql", true), ("http/1.1", false), (nil, false)] as [(String?, Bool)] {
            var login = PostgresLogin(offersTLS: true, allowsCleartext: false)
            var hello = ByteBuffer(bytes: [0x16, 3, 1])
            #expect(try login.receive(&hello) == .startDirectTLS)
            #expect(hello.readableBytes == 3)
            if isTaken { try login.encrypted(applicationProtocol: name) } else {
                #expect(throws: PostgresFault.self) { try login.encrypted(applicationProtocol: name) }
            }
        }
    }

    @Test func encryptionIsAskedForOnce() throws {
        var login = PostgresLogin(offersTLS: true, allowsCleartext: true)
        var ask = framed(word(PostgresStartupCode.gss))
        #expect(try login.receive(&ask) == .answer(ByteBuffer(string: "N")))
        var tls = framed(word(PostgresStartupCode.ssl))
        #expect(try login.receive(&tls) == .startTLS(ByteBuffer(string: "S")))
        var again = framed(word(PostgresStartupCode.ssl))
        #expect(throws: PostgresFault.self) { try login.receive(&again) }
        var stuffed = PostgresLogin(offersTLS: true, allowsCleartext: true)
        var more = framed(word(PostgresStartupCode.ssl))
        more.writeInteger(UInt8(0))
        #expect(throws: PostgresFault.self) { try stuffed.receive(&more) }
    }

    /// Whoever showed a certificate is asked for no password; what comes behind the start-up is left for the session.
    @Test func aShownCertificateIsTheProof() throws {
        for shows in [true, false] {
            var login = PostgresLogin(offersTLS: true, allowsCleartext: false)
            var tls = framed(word(PostgresStartupCode.ssl))
            _ = try login.receive(&tls)
            try login.encrypted(applicationProtocol: nil, showsCertificate: shows)
            var bytes = framed(packet([("user", "a"), ("database", "shop")]))
            bytes.writeBytes([0x51])
            switch try login.receive(&bytes) {
            case .certify(let answer, let startup):
                #expect(shows && answer.readableBytes == 0 && startup.database == "shop" && bytes.readableBytes == 1)
                #expect(try login.receive(&bytes) == .wait)
            case .answer(let answer): #expect(!shows && answer.readableBytes > 0)
            case let step: Issue.record("\(step)")
            }
        }
    }

    @Test(arguments: [(PostgresLimits.startupPacket, true), (PostgresLimits.startupPacket + 1, false)])
    func startupLength(_ length: Int, _ isTaken: Bool) throws {
        var login = PostgresLogin(offersTLS: true, allowsCleartext: true)
        let padding = String(repeating: "x", count: length - 4 - packet([("user", "a"), ("application_name", "")]).count)
        var bytes = framed(packet([("user", "a"), ("application_name", padding)]))
        #expect(bytes.readableBytes == length)
        if isTaken {
            guard case .answer = try login.receive(&bytes) else { throw NotationError(description: "no answer") }
        } else {
            #expect(throws: PostgresFault.self) { try login.receive(&bytes) }
        }
    }

    /// Whoever leaves at once sends Terminate where the start-up packet would be: PostgreSQL hangs up without a word.
    @Test func whoLeavesAtOnceIsToldNothing() throws {
        var login = PostgresLogin(offersTLS: true, allowsCleartext: true)
        var bytes = ByteBuffer(bytes: [0x58, 0, 0, 0, 4])
        let fault = #expect(throws: PostgresFault.self) { try login.receive(&bytes) }
        var told = ByteBuffer()
        try #require(fault).write(to: &told)
        #expect(told.readableBytes == 0)
        #expect(fault?.reason.isEmpty == false)
    }

    /// As PostgreSQL answers it: the whole version, of which libpq 18 makes sure that it is none before 3.0.
    @Test func aNewerProtocolIsAnsweredWithTheHighestSpoken() throws {
        var login = PostgresLogin(offersTLS: true, allowsCleartext: true)
        var bytes = framed(packet([("user", "a"), ("_pq_.x", "1")], version: 3 << 16 | 2))
        guard case .answer(let answer) = try login.receive(&bytes) else { throw NotationError(description: "no answer") }
        #expect(Array(answer.readableBytesView.prefix(20)) == [0x76, 0, 0, 0, 19, 0, 3, 0, 0, 0, 0, 0, 1] + Array("_pq_.x".utf8) + [0])
    }

    @Test(arguments: [(PostgresLimits.tokenBytes, true), (PostgresLimits.tokenBytes + 1, false)])
    func tokenLength(_ length: Int, _ isTaken: Bool) throws {
        var login = PostgresLogin(offersTLS: true, allowsCleartext: true)
        var bytes = framed(packet([("user", "a")]))
        _ = try login.receive(&bytes)
        var token = password([UInt8](repeating: 120, count: length))
        // What a client sends ahead is not read before the session begins.
        token.writeBytes([0x51])
        if isTaken {
            guard case .authenticate(let taken, _) = try login.receive(&token) else { throw NotationError(description: "no token") }
            #expect(taken.count == length && token.readableBytes == 1)
            #expect(try login.receive(&token) == .wait)
        } else {
            #expect(throws: PostgresFault.self) { try login.receive(&token) }
        }
    }

    // MARK: - The backend's login

    /// The example of RFC 7677, section 3, but for the user name, which PostgreSQL leaves empty: its proof is checked against libpq live.
    @Test func scramVerifiesTheServer() throws {
        var scram = PostgresScram(password: Array("pencil".utf8), nonce: "rOprNGfwEbeRWgbNEkqO")
        #expect(scram.first == "n,,n=,r=rOprNGfwEbeRWgbNEkqO")
        let challenge = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
        let answer = try scram.answer(Array(challenge.utf8))
        #expect(answer.hasPrefix("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p="))
        #expect(throws: PostgresFault.self) { try scram.verify(Array("v=AAAA".utf8)) }
        #expect(!scram.isComplete)
    }

    @Test(arguments: [
        "r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", "r=nonce,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", "r=nonceX,s=W22Z,i=1",
        "r=nonceX,s=!,i=4096", "r=nonceX,s=W22Z", "m=x,r=nonceX,s=W22Z,i=4096", "r=nonceX,s=W22Z,i=99999999999999999999", "",
        "r=nonce" + String(repeating: "x", count: 1020) + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
    ])
    func scramRefuses(_ challenge: String) {
        var scram = PostgresScram(password: [112], nonce: "nonce")
        #expect(throws: PostgresFault.self) { try scram.answer(Array(challenge.utf8)) }
    }

    /// RFC 1321, appendix A.5.
    @Test(arguments: [
        ("", "d41d8cd98f00b204e9800998ecf8427e"), ("abc", "900150983cd24fb0d6963f7d28e17f72"),
        ("12345678901234567890123456789012345678901234567890123456789012345678901234567890", "57edf4a22be3c955ac49da2e2107b67a"),
    ])
    func legacyDigest(_ text: String, _ hex: String) {
        #expect(String(decoding: PostgresLegacyDigest.hex(Array(text.utf8)), as: UTF8.self) == hex)
    }

    @Test func backendsAreNotTrusted() throws {
        func login(_ weak: Bool = false) -> PostgresBackendLogin {
            var machine = PostgresBackendLogin(
                credential: .init(user: "u", password: Array("p".utf8), allowsWeakMethods: weak), database: "d", settings: [],
                wantsTLS: false, nonce: "nonce")
            _ = machine.connected()
            return machine
        }
        func request(_ body: [UInt8]) -> ByteBuffer {
            var out = ByteBuffer()
            PostgresCodec.message(PostgresBackend.authentication.rawValue, to: &out) { $0.writeBytes(body) }
            return out
        }
        for body in [word(3), word(5) + [1, 2, 3, 4]] {
            var (strict, weak) = (login(), login(true))
            var (first, second) = (request(body), request(body))
            #expect(throws: PostgresFault.self) { try strict.receive(&first) }
            guard case .send = try weak.receive(&second) else { throw NotationError(description: "no answer") }
        }
        // Let in without the server's proof.
        var machine = login()
        var begin = request(word(10) + Array("SCRAM-SHA-256\0\0".utf8))
        _ = try machine.receive(&begin)
        var early = request(word(0))
        #expect(throws: PostgresFault.self) { try machine.receive(&early) }
        // Plaintext behind the answer to the TLS request, and a refusal of TLS.
        for bytes in ["Sx", "N", "E"] {
            var machine = PostgresBackendLogin(
                credential: .init(user: "u", password: nil), database: "d", settings: [], wantsTLS: true, nonce: "n")
            #expect(machine.connected() == PostgresBackendLogin.tlsRequest)
            var answer = ByteBuffer(string: bytes)
            #expect(throws: PostgresFault.self) { try machine.receive(&answer) }
        }
    }

    // MARK: - Cancel

    @Test func cancelNeedsTheKey() throws {
        let registry = PostgresCancelRegistry()
        let hits = Hits()
        let (key, session) = try registry.register(process: 7) { hits.add() }
        registry.cancel(process: 7, key: key ^ 1, from: "a", at: 0)
        registry.cancel(process: 8, key: key, from: "a", at: 0)
        #expect(hits.count == 0)
        registry.cancel(process: 7, key: key, from: "a", at: 0)
        #expect(hits.count == 1)
        for _ in 0..<PostgresLimits.wrongCancelsPerMinute { registry.cancel(process: 7, key: key ^ 1, from: "b", at: 0) }
        // Who guesses is not looked at any more, until the next minute; others are.
        registry.cancel(process: 7, key: key, from: "b", at: 0)
        #expect(hits.count == 1)
        registry.cancel(process: 7, key: key, from: "b", at: 60_000_000_000)
        #expect(hits.count == 2)
        registry.forget(process: 7, session: session)
        registry.cancel(process: 7, key: key, from: "a", at: 0)
        #expect(hits.count == 2)
    }

    // MARK: - Hostile bytes

    /// Every script's messages, with bytes changed, cut and repeated: whatever comes, the machine ends normally.
    @Test func mutatedSessions() throws {
        let seeds = try WireSeeds.all().map(\.bytes)
        #expect(!seeds.isEmpty)
        let stage = try PostgresStage(policy: PostgresLiveTests.policy)
        let caller = try stage.caller("reader")
        let recording = try stage.session("reader", on: "shop").recording
        var random = SeededGenerator(seed: 7)
        for round in 0..<400 {
            guard !seeds.isEmpty else { break }
            var bytes = seeds[round % seeds.count]
            for _ in 0..<Int.random(in: 0...6, using: &random) where !bytes.isEmpty {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: at)
                case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: at)
                default: bytes = Array(bytes[at...]) + bytes[..<at]
                }
            }
            let gate = stage.gate(caller, on: "shop")
            if let gate { bytes.withUnsafeBytes { PostgresWireProbe.session($0, gate: gate, recording: recording) } }
            for choice in 0..<6 { ([UInt8(choice)] + bytes.prefix(200)).withUnsafeBytes { PostgresWireProbe.decode($0) } }
        }
    }
}

private final class Hits: Sendable {
    private let lock = NSLock()
    nonisolated(unsafe) private var number = 0
    var count: Int { lock.withLock { number } }
    func add() { lock.withLock { number += 1 } }
}
