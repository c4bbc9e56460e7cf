// The whole way of an approval: psql waits, another person answers with the command, and a channel is told of both.

import Compiler
import Foundation
import Identity
import Logging
import Machine
import NIOCore
import PolicyLang
import Recording
import Sealing
import Synchronization
import TestSupport
import Testing

@testable import Gateway

@Suite(.serialized) struct ApprovalLiveTests {
    static let policy = """
        policy shop edition 1
        issuer dev : jwks {
          file     "jwks.json"
          issuer   "https://issuer.localhost"
          audience "postern", "postern-admin"
          claims   { sub string, groups set of string optional }
        }
        identity app from dev { when claim.sub == "app" }
        group dba from dev { when claim.groups contains "dba" }
        resource shop : postgres { search_path public }
        allow all { who app  on shop  to select, insert, update, delete }
        approve wide_writes {
          who     app
          on      shop
          to      update, delete
          unless  statement.where == keyed
          by      dba
          within  5m
          because "Touches more than one row."
          notify  secops
        }
        watch exports { on shop  to select from orders  when result.rows > 2  notify secops }
        """

    /// A gateway of its own, with tokens as production has them, and a channel that this test listens on.
    private final class Place {
        private let folder: TemporaryFolder
        var directory: String { folder.path }
        let issuer: DevelopmentIssuer
        let database: String
        let hook: Webhook
        let server: GatewayServer
        let live: LivePostgres
        var port: Int { server.addresses[0].port ?? 0 }
        var admin: String { "http://127.0.0.1:\(server.addresses[1].port ?? 0)" }

        init() async throws {
            live = try LivePostgres.shared.get()
            database = LivePostgres.freshName("t")
            try live.makeDatabase(database, "create table orders(id int primary key, note text); insert into orders values (1), (2), (3);")
            folder = try TemporaryFolder()
            let directory = folder.path
            issuer = try await DevelopmentIssuer.open(directory: directory, url: "https://issuer.localhost")
            let compiled = PolicyCompiler.compile(
                files: [SourceFile(path: "shop.postern", text: ApprovalLiveTests.policy)],
                options: CompileOptions(date: Moment(seconds: 1_772_000_000)))
            let program = try #require(compiled.program, "\(DiagnosticText.render(compiled.diagnostics, files: compiled.sources))")
            let bundle = try SealedBundle.wrapUnsigned(payload: try ProgramCodec.encode(program))
            try Data(bundle).write(to: URL(fileURLWithPath: directory + "/shop.bundle"))
            try "webhook secret".write(toFile: directory + "/secret", atomically: true, encoding: .utf8)
            try LivePostgres.password.write(toFile: directory + "/password", atomically: true, encoding: .utf8)
            hook = try Webhook()
            let configuration = try ConfigurationFile.parse(
                """
                policy: { bundle: shop.bundle, allow_unsigned: true }
                recording: recording
                listeners: [{ address: "127.0.0.1:0", tls: { development: tls }, cleartext_on_loopback: true }]
                admin: { address: "127.0.0.1:0" }
                notify: { secops: { webhook: "\(hook.address)", secret_file: secret } }
                limits: { event_loops: 1, drain_seconds: 0 }
                resources:
                  - name: shop
                    database: \(database)
                    backend: { host: 127.0.0.1, port: \(live.port), user: app, password_file: password, tls: disable }
                """, path: "postern.yaml", directory: directory)
            var logger = Logger(label: "approval-test")
            logger.logLevel = .critical
            server = try await GatewayServer.start(configuration, logger: logger)
        }

        func token(_ subject: String, _ groups: [String] = [], audience: String = "postern") throws -> String {
            try issuer.mint(
                subject: subject, audience: audience, claims: groups.isEmpty ? [:] : ["groups": .strings(groups)],
                at: Moment(seconds: Int64(Date().timeIntervalSince1970)))
        }

        func tokenFile(_ subject: String, _ groups: [String] = []) throws -> String {
            let path = directory + "/\(subject).jwt"
            try token(subject, groups, audience: "postern-admin").write(toFile: path, atomically: true, encoding: .utf8)
            return path
        }

        /// Runs psql on a thread of its own.
        func begin(_ commands: [String]) throws -> Waiting {
            let connection = "host=127.0.0.1 port=\(port) dbname=\(database) user=app sslmode=require"
            let token = try token("app")
            let waiting = Waiting()
            Thread.detachNewThread { waiting.end(Result { try PsqlRun(connection, password: token, commands) }) }
            return waiting
        }

        func approvals(_ arguments: [String]) throws -> (status: Int32, output: String) {
            let run = try ProgramRun(BuiltProgram.path("postern"), ["approvals"] + arguments + ["--gateway", admin])
            return (run.status, run.output)
        }
    }

    /// Something that runs elsewhere and ends.
    private final class Waiting: Sendable {
        private let done = DispatchSemaphore(value: 0)
        private let result = Mutex<Result<PsqlRun, any Error>?>(nil)
        func end(_ result: Result<PsqlRun, any Error>) {
            self.result.withLock { $0 = result }
            done.signal()
        }
        func run() throws -> PsqlRun {
            #expect(done.wait(timeout: .now() + 120) == .success)
            return try #require(result.withLock { $0 }).get()
        }
    }

    @Test func anotherPersonAnswers() async throws {
        let place = try await Place()
        let lead = try place.tokenFile("lead", ["dba"])
        let app = try place.tokenFile("app", ["dba"])
        let stranger = try place.tokenFile("stranger")

        let agreed = try place.begin(["delete from orders", "select count(*) from orders"])
        let asked = try place.hook.next()
        #expect(asked["event"] as? String == "approval asked" && asked["statement"] as? String == "delete from orders")
        let id = try #require(asked["request"] as? String)
        // Nobody answers for themselves, and whoever may not answer sees nothing.
        for file in [app, stranger] {
            #expect(try place.approvals(["list", "--token-file", file]).output == "nothing waits for you\n")
            #expect(try place.approvals(["approve", id, "--token-file", file]).status == 2)
        }
        #expect(try place.approvals(["list", "--token-file", lead]).output.contains("delete from orders"))
        let shown = try place.approvals(["show", id, "--token-file", lead]).output
        for part in ["asked by  app (app of dev)", "wide_writes (shop.postern:", "1 of dba, valid once", "delete public.orders"] {
            #expect(shown.contains(part), "\(part) is not in\n\(shown)")
        }
        let answer = try place.approvals(["approve", id, "--token-file", lead, "--reason", "ticket 812"])
        #expect(answer.status == 0 && answer.output == "\(id): approved\n", "\(answer)")
        let run = try agreed.run()
        #expect(run.status == 0 && run.output == "0\n", "\(run)")
        #expect(run.errors.contains("waits for approval by 1 of dba (rule wide_writes)") && run.errors.contains(id))
        #expect(try place.hook.next()["event"] as? String == "approval approved")
        #expect(try place.approvals(["approve", id, "--token-file", lead]).status == 2)

        let refused = try place.begin(["update orders set note = 'x'"])
        let second = try #require(try place.hook.next()["request"] as? String)
        #expect(try place.approvals(["deny", second, "--token-file", lead, "--reason", "not today"]).output == "\(second): declined\n")
        #expect(try refused.run().errors.contains("lead of dev did not agree: not today"))
        #expect(try place.hook.next()["event"] as? String == "approval declined")

        // A gateway that shuts down withdraws what waits.
        let left = try place.begin(["delete from orders"])
        _ = try place.hook.next()
        await place.server.drain()
        let stopped = try left.run()
        #expect(stopped.status != 0 && stopped.errors.contains("the gateway is shutting down"), "\(stopped)")

        let reader = try RecordingReader(directory: place.directory + "/recording")
        defer { reader.close() }
        var steps: [String] = []
        for session in try reader.sessions() {
            for event in try reader.events(of: session) {
                guard case .approval(let approval) = event.kind else { continue }
                steps.append("\(approval.step.rawValue) \(approval.asker) \(approval.approver ?? "-") \(approval.reason ?? "-")")
            }
        }
        #expect(
            steps == [
                "asked app of dev - -", "agreed app of dev lead of dev ticket 812", "approved app of dev - -", "asked app of dev - -",
                "refused app of dev lead of dev not today", "declined app of dev - -", "asked app of dev - -",
                "withdrawn app of dev - the gateway is shutting down",
            ], "\(steps)")
    }

    @Test func whoeverCancelsOrGoesAwayWithdraws() async throws {
        let place = try await Place()
        let client = try RawClient(port: place.port)
        let greeting = try client.login(try place.token("app"), database: place.database)
        #expect(greeting.last == "Z I")
        try client.send("Q delete from orders")
        #expect(try place.hook.next()["event"] as? String == "approval asked")
        // Others have their turn meanwhile, on each loop.
        for _ in 0..<4 { #expect(try place.begin(["select 1"]).run().output == "1\n") }
        let canceller = try RawClient(port: place.port)
        var request = ByteBuffer()
        for word in [16, PostgresStartupCode.cancel, client.process, client.key] { request.writeInteger(word) }
        canceller.send(request)
        #expect(try place.hook.next()["event"] as? String == "approval withdrawn")
        let lines = client.read()
        #expect(lines.contains { $0.contains("C=57014 M=canceling statement due to user request") }, "\(lines)")
        try client.send("Q delete from orders ;; Q select 1")
        #expect(try place.hook.next()["event"] as? String == "approval asked")
        client.hangUp()
        #expect(try place.hook.next()["event"] as? String == "approval withdrawn")
        await place.server.drain()
    }

    @Test func watchesTellOnce() async throws {
        let place = try await Place()
        let run = try place.begin(["select id from orders", "select id from orders where id < 3"]).run()
        #expect(run.output == "1\n2\n3\n1\n2\n", "\(run)")
        let told = try place.hook.next()
        #expect(told["event"] as? String == "watch" && told["rule"] as? String == "exports" && told["rows"] as? Int == 3, "\(told)")
        await place.server.drain()
        let reader = try RecordingReader(directory: place.directory + "/recording")
        defer { reader.close() }
        let events = try reader.sessions().flatMap { try reader.events(of: $0) }
        #expect(events.map(\.kind) == [.watch(RecordedWatch(rule: "exports", observed: false, rows: 3, bytes: events.bytesOfWatch))])
    }
}

extension [RecordedEvent] {
    fileprivate var bytesOfWatch: UInt64 {
        for event in self { if case .watch(let watch) = event.kind { return watch.bytes } }
        return 0
    }
}

/// Takes POSTs on this machine, checks their signature, and keeps them in order.
final class Webhook: Sendable {
    private let listener: LoopbackListener
    private let arrived = DispatchSemaphore(value: 0)
    private let bodies = Mutex<[Data]>([])

    var address: String { "http://127.0.0.1:\(listener.port)/hook" }

    init() throws {
        listener = try LoopbackListener()
        listener.start { [weak self] connection in
            if let self { self.serve(connection) } else { close(connection) }
        }
    }

    /// The next notice that was told; waits for it.
    func next() throws -> [String: Any] {
        try #require(arrived.wait(timeout: .now() + 60) == .success, "no notice came")
        let body = bodies.withLock { $0.removeFirst() }
        return try #require(try JSONSerialization.jsonObject(with: body) as? [String: Any])
    }

    private func serve(_ connection: Int32) {
        defer { close(connection) }
        var bytes = Data()
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(connection, &chunk, chunk.count)
            guard count > 0 else { return }
            bytes.append(contentsOf: chunk[..<count])
            guard let end = bytes.range(of: Data("\r\n\r\n".utf8)) else { continue }
            let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).lowercased()
            let field = { (name: String) in
                head.components(separatedBy: "\r\n").first { $0.hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) }
            }
            guard let length = field("content-length").flatMap({ Int($0) }), bytes.count - end.upperBound >= length else { continue }
            let body = bytes[end.upperBound..<end.upperBound + length]
            let expected = try? MessageAuthenticator.authenticate(Array(body), key: Array("webhook secret".utf8)).hex
            let isSigned = expected.map { field("x-postern-signature") == "sha256=" + $0 } ?? false
            let answer = Array("HTTP/1.1 \(isSigned ? 204 : 400) x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8)
            _ = write(connection, answer, answer.count)
            guard isSigned else { return }
            bodies.withLock { $0.append(Data(body)) }
            arrived.signal()
            return
        }
    }
}
