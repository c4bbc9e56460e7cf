// Hostile neighbours: whoever shares a pool's connections gets nothing of another's, whatever is left, sent, cancelled or broken off.

import Foundation
import NIOCore
import TestSupport
import Testing

@testable import Gateway

@Suite(.serialized) struct PoolAttackTests {
    /// What could stay on a connection, spelled so as not to be seen; what it would show there; and what one that is clean shows.
    static let leftovers: [(does: [String], asks: String, fresh: String)] = [
        (["create temporary view customers as select 7 as id"], "select count(*) from customers", "2"),
        (["select 1 as id into temp customers"], "select count(*) from customers", "2"),
        (["create table pg_temp.customers(id int)"], "select count(*) from customers", "2"),
        (["create local temp table customers() "], "select count(*) from customers", "2"),
        (["create temp table if not exists customers as values (1)"], "select count(*) from customers", "2"),
        (["create/**/temp/**/table customers as table notes"], "select count(*) from customers", "2"),
        (["set session characteristics as transaction read only"], "show default_transaction_read_only", "off"),
        (["set session characteristics as transaction isolation level serializable"], "show default_transaction_isolation", "read committed"),
        (["select pg_catalog.set_config('search_' || 'path', 'pg_temp', false)"], "show search_path", "\"$user\", public"),
        (
            ["do $$ begin perform set_config('postern.x', 'left', false); end $$"],
            "select coalesce(current_setting('postern.x', true), '')", ""
        ),
        (["begin; set local role pg_monitor; set role pg_monitor; commit"], "select current_user", "app"),
        (["set local work_mem = '77kB'; set /* local */ work_mem = '99kB'"], "show work_mem", "4MB"),
        (["SET\u{000C}SESSION work_mem = '99kB'"], "show work_mem", "4MB"),
        (["begin", "declare c cursor with/**/hold for select 1", "commit"], "select count(*) from pg_cursors", "0"),
        (["begin", "declare c scroll cursor WITH HOLD for select 1", "commit"], "select count(*) from pg_cursors", "0"),
        (["update pg_settings set setting = '99' where name = 'work_mem'"], "show work_mem", "4MB"),
        (
            ["select pg_try_advisory_lock(43), pg_advisory_lock_shared(44)"],
            "select count(*) from pg_locks where objid in (43, 44) and pid = pg_backend_pid()", "0"
        ),
        (
            ["create function pg_temp.now() returns int language sql as 'select 7'"],
            "select count(*) from pg_proc where pronamespace = pg_my_temp_schema()", "0"
        ),
        (["prepare q as select 1; execute q"], "select count(*) from pg_prepared_statements", "0"),
        (["explain analyze create temp table customers as select 1"], "select count(*) from customers", "2"),
    ]

    @Test(arguments: leftovers.indices, GatewayConfiguration.Pool.Mode.allCases)
    func nothingIsLeftBehind(_ index: Int, _ mode: GatewayConfiguration.Pool.Mode) throws {
        let left = Self.leftovers[index]
        let place = try PoolPlace(mode, size: 1) { $0.isShared = true }
        let first = try place.client()
        for text in left.does { _ = try first.query(text) }
        // Its connection may be bound to it: the next one gets it when it has left.
        try first.leave()
        let second = try place.client()
        #expect(try second.value(left.asks) == left.fresh, "\(left.does)")
        #expect(try second.query("select 1").last == "Z I")
    }

    /// In transaction mode the same with both connected: what the first leaves either binds it or is gone.
    @Test(arguments: leftovers.indices) func nothingIsSeenBeside(_ index: Int) throws {
        let left = Self.leftovers[index]
        let place = try PoolPlace(.transaction, size: 2)
        let (first, second) = (try place.client(), try place.client())
        for text in left.does { _ = try first.query(text) }
        for _ in 0..<3 { #expect(try second.value(left.asks) == left.fresh, "\(left.does)") }
    }

    /// A key is good for its own session only, whoever has the connection by now, and for nothing once the session is over.
    @Test func keysOfFormerBorrowersDoNothing() throws {
        let place = try PoolPlace(.transaction, size: 1)
        let (first, second) = (try place.client(), try place.client())
        let former = try place.client()
        #expect(try former.value("select 1") == "1")
        try former.leave()
        #expect(try first.value("select pg_backend_pid()") == second.value("select pg_backend_pid()"))
        try second.send("Q select pg_sleep(0.5)")
        for client in [first, former] {
            for _ in 0..<5 {
                let canceller = try place.gateway.client()
                var request = ByteBuffer()
                for word in [16, PostgresStartupCode.cancel, client.process, client.key] { request.writeInteger(word) }
                canceller.send(request)
                #expect(canceller.message() == nil)
            }
        }
        #expect(second.read() == ["T 1", "D ", "C SELECT 1", "Z I"])
    }

    /// A client that cancels its own statement at every moment never hits the one who has the connection next.
    @Test func cancelsRaceWithHandOvers() throws {
        let place = try PoolPlace(.transaction, size: 1)
        let (first, second) = (try place.client(), try place.client())
        for round in 0..<40 {
            try first.send("Q select pg_sleep(0.00\(round % 7))")
            try second.send("Q select pg_sleep(0.01), 7")
            let canceller = try place.gateway.client()
            var request = ByteBuffer()
            for word in [16, PostgresStartupCode.cancel, first.process, first.key] { request.writeInteger(word) }
            canceller.send(request)
            #expect(second.read() == ["T 2", "D |7", "C SELECT 1", "Z I"])
            #expect(first.read().last == "Z I")
        }
    }

    /// Statements of the same name in two sessions, closed, made anew and broken off in every order, are never one another's.
    @Test func namesOfOthersAreNotReached() throws {
        let place = try PoolPlace(.transaction, size: 2)
        let clients = try (0..<3).map { _ in try place.client() }
        var random = SeededGenerator(seed: 11)
        var known: [[String: Int]] = [[:], [:], [:]]
        var serial = 0
        for _ in 0..<300 {
            let who = Int.random(in: 0..<3, using: &random)
            let (client, name) = (clients[who], ["a", "b"].randomElement(using: &random) ?? "a")
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1:
                serial += 1
                try client.send("P \(name) | select \(serial) ;; S")
                let isNew = known[who][name] == nil
                #expect((client.read().first == "1") == isNew)
                if isNew { known[who][name] = serial }
            case 2:
                try client.send("C S \(name) ;; S")
                #expect(client.read() == ["3", "Z I"])
                known[who][name] = nil
            case 3:
                // Closed and prepared, but behind a failure: neither happens.
                try client.send("P - | select 1/0 ;; B - - ;; E - ;; C S \(name) ;; P \(name) | select -1 ;; S")
                _ = client.read()
            default:
                try client.send("B - \(name) ;; E - ;; S")
                let lines = client.read()
                if let number = known[who][name] {
                    #expect(lines == ["2", "D \(number)", "C SELECT 1", "Z I"])
                } else {
                    #expect(lines.first?.contains("C=26000") == true, "\(lines)")
                }
            }
        }
    }

    /// Whoever leaves in the middle leaves no row, error or notification to who comes next.
    @Test(arguments: [
        "Q select repeat('secret', 100000) from generate_series(1, 100)", "Q begin; insert into notes values ('secret'); select pg_sleep(0.1)",
        "P - | select 'secret' ;; B - - ;; E -", "Q listen gossip; notify gossip, 'secret'",
        "Q copy notes to stdout ;; Q copy notes from stdin ;; d secret\\n",
        "Q do $$ begin raise notice 'secret'; perform pg_sleep(0.1); raise notice 'secret'; end $$",
    ], GatewayConfiguration.Pool.Mode.allCases)
    func answersOfOthersAreNotHeard(_ messages: String, _ mode: GatewayConfiguration.Pool.Mode) throws {
        let place = try PoolPlace(mode, size: 1, isOwn: true) { $0.isShared = true }
        for ending in [" ;; X", ""] {
            let first = try place.client()
            try first.send(messages + ending)
            if ending.isEmpty { first.hangUp() }
            let second = try place.client("migrator")
            let lines = try second.query("select 7") + second.query("select count(*) from notes")
            #expect(lines == ["T 1", "D 7", "C SELECT 1", "Z I", "T 1", "D 0", "C SELECT 1", "Z I"], "\(lines)")
            try second.leave()
        }
    }
}
