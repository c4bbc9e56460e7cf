// Backends that break the protocol, over real sockets: the client is told that the session is over, and nothing of what was not owed.

import Foundation
import NIOCore
import Testing
import Transport

@testable import Gateway

@Suite struct BrokenBackendTests {
    private static let policy = """
        policy shop edition 1
        issuer cluster : oidc { url "https://kubernetes.default.svc"  audience "postern"  claims { sub string } }
        identity admin from cluster { when claim.sub == "admin" }
        resource shop : postgres { search_path public }
        allow everything { who admin  on shop  to any }
        """

    private func gateway(
        _ backend: BrokenBackend, tls: GatewayConfiguration.BackendTLS = .disable, loginSeconds: Int64 = 30
    ) throws -> LiveGateway {
        try LiveGateway(
            try PostgresStage(policy: Self.policy), database: "broken", tls: tls,
            servers: [SocketEndpoint(host: "127.0.0.1", port: backend.port)], loginSeconds: loginSeconds)
    }

    private func login(_ gateway: LiveGateway) throws -> [String] { try gateway.client().login("admin", database: "broken") }

    // MARK: - Login

    /// CVE-2021-23222: bytes that come before the handshake would be taken for ones that came under it. Nothing is sent after them.
    @Test(arguments: ["SE", "N", "E", "S\u{16}\u{3}\u{1}"]) func answersToTheTLSRequest(_ answer: String) throws {
        let backend = try BrokenBackend { peer in
            _ = try peer.packet()
            peer.send(Array(answer.utf8))
        }
        let lines = try login(try gateway(backend, tls: .require))
        #expect(lines.count == 1 || lines.last?.hasPrefix("E S=FATAL") == true, "\(lines)")
        #expect(lines.joined().contains("C=08006") || lines.joined().contains("cannot be reached"), "\(lines)")
        #expect(backend.received == Array(PostgresBackendLogin.tlsRequest.readableBytesView))
    }

    /// What is asked for that is not taken part in, and what is let in without proof: no password is given away.
    @Test(arguments: ["cleartext", "md5", "gss", "unproven", "wrong signature", "foreign nonce", "no mechanism"])
    func authentication(_ kind: String) throws {
        let backend = try BrokenBackend { peer in
            _ = try peer.packet()
            switch kind {
            case "cleartext": peer.authenticate(3)
            case "md5": peer.authenticate(5, [1, 2, 3, 4])
            case "gss": peer.authenticate(7)
            case "no mechanism": peer.authenticate(10, Array("SCRAM-SHA-1\0\0".utf8))
            default:
                peer.authenticate(10, Array("SCRAM-SHA-256\0\0".utf8))
                let first = String(decoding: try peer.message().1, as: UTF8.self)
                if kind == "unproven" { return try peer.letInUnproven() }
                let nonce = first.components(separatedBy: "r=").last ?? ""
                let theirs = kind == "foreign nonce" ? "another" : nonce + "more"
                peer.authenticate(11, Array("r=\(theirs),s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096".utf8))
                _ = try peer.message()
                peer.authenticate(12, Array("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".utf8))
                try peer.letInUnproven()
            }
        }
        let lines = try login(try gateway(backend))
        #expect(lines.last?.hasPrefix("E S=FATAL") == true && !lines.contains("Z I"), "\(kind): \(lines)")
        #expect(!String(decoding: backend.received, as: UTF8.self).contains(LivePostgres.password))
    }

    /// Notices, NegotiateProtocolVersion and settings may come in any order; the first two are the gateway's own affair.
    @Test func whatMayComeBeforeTheSession() throws {
        let backend = try BrokenBackend { peer in
            _ = try peer.packet()
            try peer.say("N 00000 welcome")
            peer.send([UInt8(ascii: "v"), 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0])
            peer.authenticate(0)
            try peer.say("S client_encoding=UTF8 ;; N 00000 hello ;; S standard_conforming_strings=on ;; Z I")
        }
        let lines = try login(try gateway(backend))
        #expect(lines == ["R", "R", "K", "Z I"], "\(lines)")
    }

    /// An error without SQLSTATE, one that is no list of fields, and messages that have no place in a login.
    @Test(arguments: [
        "45 00 00 00 09 4d 6e 6f 00 00", "45 00 00 00 06 4d 00", "44 00 00 00 06 00 00", "5a 00 00 00 05 49", "53 7f ff ff ff",
        "52 00 00 00 02",
    ])
    func nonsenseInALogin(_ hex: String) throws {
        let bytes = try PostgresNotation.hex(hex)
        let backend = try BrokenBackend { peer in
            _ = try peer.packet()
            peer.send(bytes)
        }
        let lines = try login(try gateway(backend))
        #expect(lines.last?.hasPrefix("E S=FATAL") == true && !lines.contains("Z I"), "\(lines)")
    }

    /// A backend that takes the connection and says nothing does not hold the client for ever, nor one that closes at once.
    @Test(arguments: [true, false]) func halfOpen(_ isSilent: Bool) throws {
        let backend = try BrokenBackend { peer in
            guard isSilent else { throw NotationError(description: "closed") }
            peer.drain()
        }
        let lines = try login(try gateway(backend, loginSeconds: 1))
        #expect(!lines.contains("Z I"), "\(lines)")
    }

    // MARK: - Session

    /// By what the backend says out of turn: to a Query, to an extended request, or unasked.
    static let violations: [(String, String, String)] = [
        ("an unasked row", "", "D secret"), ("an unasked description", "", "T a:0.0:25:0 ;; D secret"), ("an unasked completion", "",
        "C SELECT 1"),
        ("a ReadyForQuery that is not owed", "", "Z I"), ("a ReadyForQuery more", "Q select 1", "C SELECT 1 ;; Z I ;; Z I ;; D secret"),
        ("NegotiateProtocolVersion", "Q select 1", "raw 76 00 00 00 0c 00 00 00 00 00 00 00 00 ;; D secret"),
        ("an authentication request", "Q select 1", "raw 52 00 00 00 08 00 00 00 03 ;; D secret"),
        ("key data", "Q select 1", "raw 4b 00 00 00 0c 00 00 00 01 00 00 00 02 ;; D secret"),
        ("CopyBoth", "Q select 1", "raw 57 00 00 00 07 00 00 00 ;; d secret"), ("an unknown type", "Q select 1",
        "raw 7a 00 00 00 04 ;; D secret"),
        ("an impossible length", "Q select 1", "raw 44 00 00 00 03 ;; D secret"), ("an oversized length", "Q select 1",
        "raw 5a 7f ff ff ff ;; D secret"),
        ("an oversized description", "Q select 1", "raw 54 00 7f ff ff ;; D secret"), ("a bad state", "Q select 1",
        "C SELECT 1 ;; Z X ;; D secret"),
        ("ParseComplete for a Query", "Q select 1", "1 ;; D secret"), ("rows for a Parse", "P - | select 1 ;; S",
        "T a:0.0:25:0 ;; D secret"),
        ("BindComplete before ParseComplete", "P - | select 1 ;; B - - ;; S", "2 ;; D secret"), ("CopyDone outside of a copy",
        "P - | select 1 ;; S", "c ;; D secret"),
        ("a function's result", "Q select 1", "V secret ;; D secret"), ("an error that is none", "Q select 1",
        "raw 45 00 00 00 06 4d 00 ;; D secret"),
        ("a suspended Query", "Q select 1", "s ;; D secret"), ("data for a Sync", "S", "d secret ;; D secret"),
        ("a setting without a value", "Q select 1", "raw 53 00 00 00 06 61 00 ;; D secret"),
    ]

    @Test(arguments: violations.indices) func outOfTurn(_ index: Int) throws {
        let (name, request, answer) = Self.violations[index]
        let backend = try BrokenBackend { peer in
            try peer.letIn()
            if !request.isEmpty { _ = try peer.message() }
            try peer.say(answer)
        }
        let gateway = try gateway(backend)
        let client = try gateway.client("admin", database: "broken")
        if !request.isEmpty { try client.send(request) }
        let lines = client.read(to: "nothing")
        #expect(lines.last == "closed", "\(name): \(lines)")
        #expect(lines.dropLast().last?.hasPrefix("E S=FATAL C=08006") == true, "\(name): \(lines)")
        #expect(!lines.joined().contains("secret"), "\(name): \(lines)")
    }

    /// A second error of one statement, as PostgreSQL sends when undoing fails as well: told, and in step.
    @Test func twoErrors() throws {
        let backend = try BrokenBackend { peer in
            try peer.letIn()
            _ = try peer.message()
            try peer.say("E 22012 one ;; E XX000 two ;; Z I")
            _ = try peer.message()
            try peer.say("T a:0.0:25:0 ;; D fine ;; C SELECT 1 ;; Z I")
        }
        let gateway = try gateway(backend)
        let client = try gateway.client("admin", database: "broken")
        let lines = try client.query("select 1/0")
        #expect(lines.map { String($0.prefix(1)) } == ["E", "E", "Z"], "\(lines)")
        #expect(try client.query("select 1") == ["T 1", "D fine", "C SELECT 1", "Z I"])
    }

    /// The backend's connection ends in the middle of a row: the client sees an end, not a row.
    @Test func cutInTheMiddleOfARow() throws {
        let backend = try BrokenBackend { peer in
            try peer.letIn()
            _ = try peer.message()
            try peer.say("T a:0.0:25:0 ;; raw 44 00 00 00 20 00 01 00")
            throw NotationError(description: "closed")
        }
        let gateway = try gateway(backend)
        let client = try gateway.client("admin", database: "broken")
        try client.send("Q select 1")
        #expect(client.read(to: "nothing") == ["T 1", "closed"])
    }
}

extension BrokenBackend.Peer {
    fileprivate func letInUnproven() throws {
        authenticate(0)
        try say("S client_encoding=UTF8 ;; Z I")
    }
}
