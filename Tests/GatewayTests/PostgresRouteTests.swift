// How clients reach a resource, which of its servers they get, and what the backend's logs say of them: with psql and a real server.

import Foundation
import Testing

@testable import Gateway

@Suite(.serialized) struct PostgresRouteTests {
    private func place(
        _ servers: (SocketEndpoint) -> [SocketEndpoint] = { [$0] }, target: GatewayConfiguration.Target = .any,
        identityIn: Set<GatewayConfiguration.IdentityPlace> = []
    ) throws -> (gateway: LiveGateway, database: String) {
        let live = try LivePostgres.shared.get()
        let database = LivePostgres.freshName("r")
        try live.makeDatabase(database, PostgresLiveTests.schema)
        let stage = try PostgresStage(policy: PostgresLiveTests.policy)
        let gateway = try LiveGateway(
            stage, database: database, servers: servers(SocketEndpoint(host: "127.0.0.1", port: live.port)), target: target,
            identityIn: identityIn)
        return (gateway, database)
    }

    /// Nothing listens there.
    private static let deaf = SocketEndpoint(host: "127.0.0.1", port: 1)

    @Test(arguments: [
        ("dbname=DATABASE user=anybody", true), ("dbname=elsewhere user=by_user", true), ("dbname=elsewhere user=anybody", false),
        ("host=shop.localhost dbname=elsewhere user=anybody sslmode=require", true),
        ("host=shop.localhost dbname=elsewhere user=anybody sslmode=require sslsni=0", false),
        ("host=other.localhost dbname=DATABASE user=anybody sslmode=require", true),
    ]) func routes(_ words: String, _ isReached: Bool) throws {
        let (gateway, database) = try place()
        let connection = words.replacingOccurrences(of: "DATABASE", with: database)
        let run = try PsqlRun(
            "hostaddr=127.0.0.1 port=\(gateway.port) \(connection)", password: "admin", ["select current_database()"])
        #expect(run.output == (isReached ? database + "\n" : ""))
        #expect(run.errors.contains("database \"elsewhere\" does not exist") == !isReached)
    }

    @Test func aServerThatIsNotThereIsPassedOver() throws {
        let (gateway, database) = try place({ [Self.deaf, $0] })
        #expect(try gateway.psql("reader", database: database, ["select count(*) from customers"]).checked() == "2\n")
        let none = try place({ _ in [Self.deaf, Self.deaf] })
        let run = try none.gateway.psql("reader", database: none.database, ["select 1"])
        #expect(run.status != 0)
        #expect(run.errors.contains("the database behind this gateway cannot be reached"))
    }

    @Test(arguments: [
        (GatewayConfiguration.Target.any, true), (.readWrite, true), (.primary, true), (.preferStandby, true), (.standby, false),
        (.readOnly, false),
    ]) func theWantedKindOfServer(_ target: GatewayConfiguration.Target, _ isThere: Bool) throws {
        let (gateway, database) = try place({ [$0, $0] }, target: target)
        let run = try gateway.psql("reader", database: database, ["select count(*) from customers"])
        #expect(run.output == (isThere ? "2\n" : ""))
        #expect((run.status == 0) == isThere)
    }

    /// What a result's column is, only the server that sent it can say: elsewhere its number may be another table's.
    @Test func masksReadTheCatalogueOfTheSessionsOwnServer() throws {
        let (first, second) = (try LivePostgres.shared.get(), try LivePostgres.other.get())
        let database = LivePostgres.freshName("r")
        let columns = "(id int, name text, email text, birthday date)"
        let plain = (0..<100).map { "create table plain\($0) \(columns)" }.joined(separator: "; ")
        try first.makeDatabase(database, "create table customers \(columns); \(plain)")
        let numbers = try first.query(database: database, "select oid from pg_class where relname like 'plain%' order by oid")
        let taken = Set(numbers.split(separator: "\n").compactMap { Int($0) })
        let lowest = try #require(taken.min())
        // A large object takes a number each, so that the next table's is one of those that mean another table on the first server.
        try second.makeDatabase(database, "create table customers \(columns)")
        let customers = "select oid from pg_class where relname = 'customers'"
        var number = try #require(Int(try second.query(database: database, customers).trimmingCharacters(in: .newlines)))
        try #require(number < lowest)
        _ = try second.query(database: database, "select count(lo_create(0)) from generate_series(\(number), \(lowest))")
        for _ in 0..<100 where !taken.contains(number) {
            try second.query(database: database, "drop table customers; select lo_create(0); create table customers \(columns)")
            number = try #require(Int(try second.query(database: database, customers).trimmingCharacters(in: .newlines)))
        }
        try #require(taken.contains(number))
        try second.query(
            database: database,
            "insert into customers values (1, 'Ada', 'ada@acme.io', null); alter database \(database) set default_transaction_read_only = on")
        let gateway = try LiveGateway(
            try PostgresStage(policy: PostgresLiveTests.policy), database: database,
            servers: [first, second].map { SocketEndpoint(host: "127.0.0.1", port: $0.port) }, target: .readOnly)
        #expect(try gateway.psql("reader", database: database, ["select id, email from customers"]).checked() == "1|ad*********\n")
    }

    @Test func theBackendIsToldWhoAsks() throws {
        let (gateway, database) = try place(identityIn: [.applicationName, .settings, .comments])
        let queries = [
            "select current_setting('application_name'), current_setting('postern.identity'), current_setting('postern.proof')",
            "select query from pg_stat_activity where pid = pg_backend_pid() -- to the end",
        ]
        let output = try gateway.psql("admin", database: database, queries).checked()
        let lines = output.split(separator: "\n")
        #expect(lines.first == "admin: psql|admin|bearer")
        #expect(lines.dropFirst().first == "select query from pg_stat_activity where pid = pg_backend_pid() -- to the end")
        #expect(lines.last?.hasPrefix("/*postern_identity='admin',postern_proof='bearer',postern_session='") == true)
        #expect(lines.last?.hasSuffix(",postern_subject='admin'*/") == true)
        let plain = try place()
        #expect(
            try plain.gateway.psql("admin", database: plain.database, ["select current_setting('application_name')"]).checked() == "psql\n")
    }

    /// What PostgreSQL has against a setting of the client's own is told; the rest of what it says while it is logged in to is not.
    @Test(arguments: [
        (["options": "-c no_such_setting=1"], "unrecognized configuration parameter \"no_such_setting\"", "42704"),
        (["options": "-c work_mem=much"], "invalid value for parameter \"work_mem\": \"much\"", "22023"),
        (["options": "-c shared_buffers=1"], "parameter \"shared_buffers\" cannot be changed without restarting the server", "55P02"),
    ]) func aSettingThatTheServerDoesNotTake(_ settings: [String: String], _ message: String, _ state: String) throws {
        let (gateway, database) = try place()
        let client = try gateway.client()
        let lines = try client.login("admin", database: database, settings: settings.map { ($0.key, $0.value) })
        #expect(lines.last?.contains("M=\(message)") == true && lines.last?.contains("C=\(state)") == true, "\(lines)")
    }

    @Test func preparedStatementsAreMarkedToo() throws {
        let (gateway, database) = try place(identityIn: [.comments])
        let client = try gateway.client("admin", database: database)
        let text = "select query ~ 'postern_identity', 41 + 1 from pg_stat_activity where pid = pg_backend_pid() -- end"
        try client.send("P s | \(text) ;; B - s ;; E - ;; S")
        let lines = client.read()
        #expect(lines.contains("D t|42"), "\(lines)")
    }

    @Test(arguments: [
        ("db", "db", 5432), ("db:1", "db", 1), ("[::1]:2", "::1", 2), ("[::1]", "::1", 5432), ("::1", "::1", 5432), ("/run/x", "/run/x", 5432),
        ("10.0.0.1:3", "10.0.0.1", 3),
    ]) func servers(_ text: String, _ host: String, _ port: Int) {
        #expect(SocketEndpoint(text, defaultPort: 5432) == SocketEndpoint(host: host, port: port))
    }
}
