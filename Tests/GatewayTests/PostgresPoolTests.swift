// Session pooling with a real server: what one session leaves behind, the next must not find.

import Foundation
import NIOCore
import Testing

@testable import Gateway

/// A gateway with a pool, and a database that no test leaves anything in, or one of its test's own.
struct PoolPlace {
    private static let common = Result { try makeDatabase() }

    let live: LivePostgres
    let gateway: LiveGateway
    let database: String

    init(
        _ mode: GatewayConfiguration.Pool.Mode, size: Int = 20, wait: Int = 10, shared: Bool = false, loops: Int = 1,
        identityIn: Set<GatewayConfiguration.IdentityPlace> = [], policy: String = PostgresLiveTests.policy, isOwn: Bool = false,
        with change: (inout GatewayConfiguration.Pool) -> Void = { _ in }
    ) throws {
        live = try LivePostgres.shared.get()
        database = try isOwn ? Self.makeDatabase() : Self.common.get()
        var pool = GatewayConfiguration.Pool(mode: mode)
        (pool.size, pool.waitSeconds, pool.isShared) = (size, wait, shared)
        change(&pool)
        gateway = try LiveGateway(
            try PostgresStage(policy: policy), database: database, identityIn: identityIn, pool: pool, loops: loops)
    }

    private static func makeDatabase() throws -> String {
        let name = LivePostgres.freshName("p")
        let more = "create sequence numbers; create table notes(note text);"
        try LivePostgres.shared.get().makeDatabase(name, PostgresLiveTests.schema + more)
        return name
    }

    func client(_ token: String = "admin", settings: [(String, String)] = []) throws -> RawClient {
        try gateway.client(token, database: database, settings: settings)
    }

    /// A direct connection's answer.
    @discardableResult
    func direct(_ sql: String) throws -> String {
        try live.query(database: database, sql).trimmingCharacters(in: .newlines)
    }

    /// Waits until so many backends are connected that are not this question's own; the last number seen.
    func backends(become wanted: Int) throws -> Int {
        let count = """
            select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
            and application_name <> 'postern catalogue'
            """
        var last = -1
        for _ in 0..<100 {
            last = Int(try direct(count)) ?? -1
            if last == wanted { break }
            try direct("select pg_sleep(0.05)")
        }
        return last
    }
}

extension RawClient {
    /// The one value that a query answers; nil for anything else.
    func value(_ text: String) throws -> String? {
        let rows = try query(text).filter { $0.hasPrefix("D ") }
        return rows.count == 1 ? String(rows[0].dropFirst(2)) : nil
    }

    func leave() throws { try send("X") }

    /// Sends a CancelRequest, and waits until it was read.
    func cancel(process: UInt32, key: UInt32) throws {
        var out = ByteBuffer()
        for word in [16, PostgresStartupCode.cancel, process, key] { out.writeInteger(word) }
        send(out)
        _ = byte()
    }
}

@Suite(.serialized) struct PostgresPoolTests {
    private static let pid = "select pg_backend_pid()"

    @Test func aConnectionIsKeptForTheNextOfTheSameSubject() throws {
        let place = try PoolPlace(.session, isOwn: true)
        let first = try place.client()
        let process = try first.value(Self.pid)
        #expect(process == "\(first.process)")
        try first.leave()
        #expect(try place.backends(become: 1) == 1)
        let second = try place.client()
        #expect(try second.value(Self.pid) == process)
        #expect(second.process == first.process && second.key != first.key)
        let other = try place.client("migrator")
        #expect(try other.value(Self.pid) != process)
        let third = try place.client(settings: [("datestyle", "German")])
        #expect(try third.value("select date '2026-01-02'") == "02.01.2026")
    }

    /// What a session does, and what would tell the next one of it: a query and the answer of a fresh connection.
    static let leaks: [(does: [String], asks: String, fresh: String)] = [
        (["set search_path = pg_temp, public"], "show search_path", "\"$user\", public"),
        (["set role pg_monitor"], "select current_user", "app"),
        (["set session authorization pg_monitor"], "select session_user", "app"),
        (["set statement_timeout = 12345"], "show statement_timeout", "0"),
        (["select set_config('postern.secret', 'x', false)"], "select coalesce(current_setting('postern.secret', true), '')", ""),
        (["set application_name = 'mine'"], "show application_name", ""),
        (["set datestyle = German", "set timezone = 'Asia/Tokyo'"], "select date '2026-01-02'", "2026-01-02"),
        (["set client_encoding = latin1"], "show client_encoding", "UTF8"),
        (["set standard_conforming_strings = off"], "show standard_conforming_strings", "on"),
        (["create temp table customers as select 1 as id"], "select count(*) from customers", "2"),
        (["select pg_advisory_lock(42)"], "select count(*) from pg_locks where objid = 42 and pid = pg_backend_pid()", "0"),
        (["listen gossip"], "select count(*) from pg_listening_channels()", "0"),
        (["prepare mine as select 1"], "select count(*) from pg_prepared_statements", "0"),
        (["begin", "declare c cursor with hold for select 1", "commit"], "select count(*) from pg_cursors", "0"),
        (["begin", "insert into notes values ('half')"], "select count(*) from notes", "0"),
        (
            ["load 'auto_explain'", "set auto_explain.log_min_duration = 0"],
            "select count(*) from pg_settings where name = 'auto_explain.log_min_duration' and setting = '0'", "0"
        ),
    ]

    @Test(arguments: leaks.indices) func nothingIsLeft(_ index: Int) throws {
        let leak = Self.leaks[index]
        let place = try PoolPlace(.session, size: 1)
        let first = try place.client()
        for text in leak.does { _ = try first.query(text) }
        try first.leave()
        let second = try place.client()
        #expect(try second.value(leak.asks) == leak.fresh, "\(leak.does)")
        #expect(try second.query("select 1").last == "Z I")
    }

    @Test func protocolNamesAreGoneToo() throws {
        let place = try PoolPlace(.session, size: 1)
        let first = try place.client()
        try first.send("P mine | select nextval('numbers') ;; B - mine ;; E - ;; S")
        _ = first.read()
        let process = first.process
        try first.leave()
        let second = try place.client()
        #expect(second.process == process)
        #expect(try second.query("select currval('numbers')").contains { $0.contains("C=55000") })
        try second.send("B - mine ;; E - ;; S")
        #expect(second.read().contains { $0.hasPrefix("E ") })
        try second.send("P mine | select 2 ;; B - mine ;; E - ;; S")
        #expect(second.read().contains("D 2"))
    }

    /// Whoever leaves in the middle of something has its connection closed.
    @Test(arguments: [
        "Q copy notes from stdin ;; d half\\n", "Q select generate_series(1, 1000000) ;; X", "Q begin ;; Q select 1/0",
        "P - | select pg_sleep(0.2) ;; B - - ;; E -", "Q begin ;; Q select 1/0 ;; X", "P - | select 1 ;; X", "Q select 1",
    ]) func whatIsUnderWayIsNotReused(_ messages: String) throws {
        let place = try PoolPlace(.session, size: 1)
        let first = try place.client()
        let process = first.process
        try first.send(messages)
        if !messages.hasSuffix("X") { first.hangUp() }
        let second = try place.client()
        #expect(second.process != process)
        #expect(try second.value("select count(*) from notes") == "0")
    }

    @Test func aConnectionThatDiedIsNotHandedOut() throws {
        let place = try PoolPlace(.session, size: 2, isOwn: true)
        let first = try place.client()
        let process = first.process
        try first.leave()
        #expect(try place.backends(become: 1) == 1)
        try place.direct("select pg_terminate_backend(\(process), 10000)")
        let second = try place.client()
        #expect(second.process != process)
        #expect(try second.value("select 7") == "7")
    }

    @Test func whoFindsNoneWaitsAndIsToldWhenToComeAgain() throws {
        let place = try PoolPlace(.session, size: 1, wait: 1)
        let first = try place.client()
        let late = try place.gateway.client()
        let lines = try late.login("admin", database: place.database)
        #expect(lines.last?.contains("C=53300") == true && lines.last?.contains("try again in 1 seconds") == true, "\(lines)")
        try first.leave()
        #expect(try place.client().value("select 1") == "1")
        // Another subject's idle connection makes room.
        #expect(try place.client("migrator").value("select 1") == "1")
    }

    @Test func manyShareFew() throws {
        let place = try PoolPlace(.session, size: 3, loops: 2)
        let (port, database) = (place.gateway.port, place.database)
        let answers = try Self.concurrently(12) { number in
            var found: [String?] = []
            for _ in 0..<5 {
                let client = try RawClient(port: port)
                try client.login(number % 3 == 0 ? "migrator" : "admin", database: database)
                found.append(try client.value("select \(number)"))
                try client.leave()
            }
            return found
        }
        for (number, found) in answers.enumerated() { #expect(found == Array(repeating: "\(number)", count: 5)) }
        #expect(place.gateway.service.poolCounts.open <= 3)
        #expect(place.gateway.service.poolCounts.waiting == 0)
    }

    /// Runs a body on threads of its own; the results in order.
    static func concurrently<Value: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Value) throws -> [Value] {
        let results = ConcurrentResults<Value>(count)
        let threads = (0..<count).map { number in Thread { results.set(number, Result { try body(number) }) } }
        for thread in threads { thread.start() }
        return try results.wait()
    }

    @Test func theKeyOfAnEndedSessionCancelsNothing() throws {
        let place = try PoolPlace(.session, size: 1)
        let first = try place.client()
        let (process, key) = (first.process, first.key)
        try first.leave()
        let second = try place.client()
        #expect(second.process == process)
        try second.send("Q select pg_sleep(0.5), 5")
        try place.gateway.client().cancel(process: process, key: key)
        #expect(second.read().contains("C SELECT 1"))
        try second.send("Q select pg_sleep(20)")
        _ = try place.direct("select pg_sleep(0.2)")
        try place.gateway.client().cancel(process: second.process, key: second.key)
        #expect(second.read().contains { $0.contains("C=57014") })
    }

    @Test func sharedConnectionsTellWhoAsks() throws {
        let place = try PoolPlace(.session, size: 1, shared: true, identityIn: [.applicationName, .settings])
        let asks = "select current_setting('application_name') || ' ' || current_setting('postern.identity')"
        let first = try place.client("migrator", settings: [("application_name", "psql")])
        #expect(try place.direct("select application_name from pg_stat_activity where pid = \(first.process)") == "migrator: psql")
        try first.leave()
        let second = try place.client()
        #expect(second.process == first.process)
        #expect(try second.value(asks) == "admin admin")
        _ = try second.query("reset all")
        #expect(try second.value(asks) == " ")
        #expect(try second.value("select email from customers where id = 1") == "ada@acme.io")
        try second.leave()
        let third = try place.client("migrator")
        #expect(third.process == first.process)
        #expect(try third.value("select email from customers where id = 1") == "ad*********")
    }

    @Test func whatIsOldOrIdleIsClosed() throws {
        let place = try PoolPlace(.session, size: 4, isOwn: true) { $0.idleSeconds = 1 }
        for client in try (0..<3).map({ _ in try place.client() }) { try client.leave() }
        #expect(try place.backends(become: 0) == 0)
        let kept = try PoolPlace(.session, size: 4, isOwn: true) { ($0.idleSeconds, $0.minIdle) = (1, 1) }
        for client in try (0..<3).map({ _ in try kept.client() }) { try client.leave() }
        #expect(try kept.backends(become: 1) == 1)
        let old = try PoolPlace(.session, size: 4, isOwn: true) { $0.lifetimeSeconds = 1 }
        let first = try old.client()
        try old.direct("select pg_sleep(1.2)")
        try first.leave()
        #expect(try old.backends(become: 0) == 0)
    }

    @Test func drainingClosesThePool() throws {
        let place = try PoolPlace(.session, isOwn: true)
        try place.client().leave()
        #expect(try place.backends(become: 1) == 1)
        place.gateway.service.drain()
        #expect(try place.backends(become: 0) == 0)
    }

    @Test func aResetThatFailsClosesTheConnection() throws {
        let place = try PoolPlace(.session, size: 1) { $0.reset = "select 1/0" }
        let first = try place.client()
        try first.leave()
        #expect(try place.client().process != first.process)
    }
}

/// Results that threads hand in.
private final class ConcurrentResults<Value: Sendable>: @unchecked Sendable {
    // Unchecked: guarded by the condition.
    private let condition = NSCondition()
    private var results: [Result<Value, any Error>?]

    init(_ count: Int) { results = Array(repeating: nil, count: count) }

    func set(_ number: Int, _ result: Result<Value, any Error>) {
        condition.lock()
        results[number] = result
        condition.broadcast()
        condition.unlock()
    }

    func wait() throws -> [Value] {
        condition.lock()
        defer { condition.unlock() }
        while results.contains(where: { $0 == nil }) { condition.wait() }
        return try results.compactMap { try $0?.get() }
    }
}
