// Transaction pooling with a real server: sessions that share connections see nothing of each other, and lose nothing of their own.

import Foundation
import Testing

@testable import Gateway

@Suite(.serialized) struct PostgresTransactionPoolTests {
    private static let pid = "select pg_backend_pid()"

    @Test func oneConnectionServesMany() throws {
        let place = try PoolPlace(.transaction, size: 1, isOwn: true)
        let clients = try (0..<3).map { _ in try place.client() }
        #expect(Set(clients.map(\.process)).count == 3)
        let processes = try clients.map { try $0.value(Self.pid) }
        #expect(Set(processes).count == 1)
        _ = try clients[0].query("begin")
        _ = try clients[0].query("insert into notes values ('a')")
        try clients[1].send("Q select count(*) from notes")
        #expect(try clients[0].query("commit") == ["C COMMIT", "Z I"])
        #expect(clients[1].read() == ["T 1", "D 1", "C SELECT 1", "Z I"])
        #expect(try clients[2].query("select 1/0").contains { $0.contains("C=22012") })
        #expect(try clients[1].value(Self.pid) == processes[0])
    }

    /// What cannot be carried binds the session: it keeps what it has done, and nobody else has it.
    @Test(arguments: PostgresPoolTests.leaks.indices) func nothingLeaksAndNothingIsLost(_ index: Int) throws {
        let leak = PostgresPoolTests.leaks[index]
        let place = try PoolPlace(.transaction, size: 2)
        let (first, second) = (try place.client(), try place.client())
        for text in leak.does { _ = try first.query(text) }
        for _ in 0..<2 { #expect(try second.value(leak.asks) == leak.fresh, "\(leak.does)") }
        if !leak.does.joined().contains("half") { #expect(try first.value(leak.asks) != leak.fresh, "\(leak.does)") }
        try first.leave()
        for client in [second, try place.client(), try place.client()] {
            #expect(try client.value(leak.asks) == leak.fresh, "\(leak.does)")
        }
    }

    @Test func trackedSettingsGoWithTheSession() throws {
        let place = try PoolPlace(.transaction, size: 1)
        let named = [("application_name", "one")]
        let (first, second) = (try place.client(settings: named), try place.client(settings: named))
        let process = try second.value(Self.pid)
        for text in [
            "set datestyle = German", "set timezone to 'Asia/Tokyo'", "set application_name = E'it''s \\\\ mine'",
            "set intervalstyle = iso_8601", "set standard_conforming_strings = off", "set client_encoding = latin1",
        ] { #expect(try first.query(text).last == "Z I") }
        let asks = """
            select date '2026-01-02' || ' ' || current_setting('timezone') || ' ' || current_setting('application_name') || ' '
            || interval '1 day' || ' ' || current_setting('client_encoding')
            """
        for _ in 0..<3 {
            #expect(try first.value(asks) == "02.01.2026 Asia/Tokyo it's \\ mine P1D LATIN1")
            #expect(try first.value("select '\\\\'") == "\\")
            #expect(try second.value(asks)?.hasPrefix("2026-01-02 ") == true)
            #expect(try second.value(asks)?.hasSuffix(" one 1 day UTF8") == true)
            #expect(try second.value("select '\\\\'") == "\\\\")
            #expect(try second.value(Self.pid) == process)
        }
        #expect(try first.query("begin; set timezone = 'UTC'; rollback").last == "Z I")
        #expect(try first.value("show timezone") == "Asia/Tokyo")
        #expect(try first.query("reset all").last == "Z I")
        #expect(try first.value("show application_name") == "one")
        #expect(try second.value(Self.pid) == process)
    }

    @Test func whatEndsWithTheTransactionBindsNobody() throws {
        let place = try PoolPlace(.transaction, size: 1, isOwn: true)
        let (first, second) = (try place.client(), try place.client())
        for text in [
            "begin; set local search_path = pg_catalog; select 1; commit", "begin; SET  LOCAL statement_timeout = 5; commit",
            "begin; select pg_advisory_xact_lock(1); commit", "begin; declare c cursor for select 1; fetch c; commit",
            "begin; lock table notes; commit", "select nextval('numbers'), now(), current_setting('timezone')", "unlisten *",
            "select pg_advisory_unlock_all()", "close all", "reset all", "discard all", "deallocate all", "notify gossip",
            "set transaction isolation level serializable", "create table made(a int); drop table made",
            "set session timezone = 'UTC'", "select '' as held", "show search_path", "insert into notes values ('x')",
        ] {
            #expect(try first.query(text).last == "Z I", "\(text)")
            #expect(try second.value("select 4") == "4", "\(text)")
        }
    }

    // MARK: - Prepared statements

    /// Two connections: `second` has one in a transaction, so that `first` gets the other; answers its process there.
    private func moved(_ first: RawClient, _ second: RawClient) throws -> String? {
        _ = try second.query("begin")
        return try first.value(Self.pid)
    }

    @Test func preparedStatementsAreCarried() throws {
        let place = try PoolPlace(.transaction, size: 2)
        let (first, second) = (try place.client(), try place.client())
        let process = try first.value(Self.pid)
        try first.send("P s1 | select id, name from customers where id = 1 ;; D S s1 ;; S")
        #expect(first.read() == ["1", "t", "T 2", "Z I"])
        #expect(try moved(first, second) != process)
        try first.send("B - s1 ;; D P - ;; E - ;; S ;; D S s1 ;; S")
        #expect(first.read(to: "Z", 2) == ["2", "T 2", "D 1|Ada", "C SELECT 1", "Z I", "t", "T 2", "Z I"])
        // The same name is another statement elsewhere.
        try second.send("P s1 | select 'second' ;; B - s1 ;; E - ;; S")
        #expect(second.read().contains("D second"))
        _ = try second.query("commit")
        for _ in 0..<3 {
            try first.send("B - s1 ;; E - ;; S")
            #expect(first.read() == ["2", "D 1|Ada", "C SELECT 1", "Z I"])
            try second.send("B - s1 ;; E - ;; S")
            #expect(second.read() == ["2", "D second", "C SELECT 1", "Z I"])
        }
        try first.send("P s1 | select 2 ;; S")
        #expect(first.read().first?.contains("C=42P05") == true)
        try first.send("C S s1 ;; P s1 | select 3 ;; B - s1 ;; E - ;; S")
        #expect(first.read() == ["3", "1", "2", "D 3", "C SELECT 1", "Z I"])
        try first.send("C S s1 ;; S ;; B - s1 ;; E - ;; S")
        let lines = first.read(to: "Z", 2)
        #expect(lines.prefix(2) == ["3", "Z I"])
        #expect(lines[2].contains("C=26000") && lines[2].contains("\"s1\""), "\(lines)")
        try second.send("B - s1 ;; E - ;; S")
        #expect(second.read().contains("D second"))
    }

    @Test func errorsNameTheClientsStatement() throws {
        let place = try PoolPlace(.transaction)
        let client = try place.client()
        try client.send("P twice | select 1 ;; P twice | select 2 ;; S")
        let lines = client.read()
        #expect(lines.count == 3 && lines[1].contains("C=42P05") && lines[1].contains("\"twice\""), "\(lines)")
        // The pipeline failed after the first Parse, which stands.
        try client.send("B - twice ;; E - ;; S")
        #expect(client.read() == ["2", "D 1", "C SELECT 1", "Z I"])
        try client.send("D S none ;; S ;; B - - ;; E - ;; S")
        #expect(client.read(to: "Z", 2).filter { $0.contains("C=26000") }.count == 2)
    }

    @Test func pipelinesOverSyncs() throws {
        let place = try PoolPlace(.transaction, size: 1)
        let client = try place.client()
        let rounds = (0..<20).map { number in
            [
                "P s\(number) | select \(number) ;; S", "B - s\(number) ;; E - ;; S", "P - | select \(number) ;; B - - ;; E - ;; S",
                "C S s\(number) ;; S", "Q select \(number)",
            ].joined(separator: " ;; ")
        }
        try client.send(rounds.joined(separator: " ;; "))
        let lines = client.read(to: "Z", 100)
        #expect(lines.filter { $0.hasPrefix("D ") } == (0..<20).flatMap { ["D \($0)", "D \($0)", "D \($0)"] })
        #expect(lines.allSatisfy { !$0.hasPrefix("E") })
        try client.send("P bad | selec ;; S ;; B - bad ;; E - ;; S ;; P bad | select 9 ;; S ;; B - bad ;; E - ;; S")
        let after = client.read(to: "Z", 4)
        #expect(after.filter { $0.hasPrefix("E ") }.count == 2 && after.contains("D 9"), "\(after)")
    }

    @Test func theUnnamedStatementIsNobodyElses() throws {
        let place = try PoolPlace(.transaction, size: 1)
        let (first, second) = (try place.client(), try place.client())
        try first.send("P - | select 'first' ;; D S - ;; S")
        #expect(first.read() == ["1", "t", "T 1", "Z I"])
        try second.send("B - - ;; E - ;; S")
        #expect(second.read().contains { $0.contains("C=26000") })
        try second.send("P - | select 'second' ;; S")
        _ = second.read()
        for _ in 0..<2 {
            try first.send("B - - ;; E - ;; S")
            #expect(first.read() == ["2", "D first", "C SELECT 1", "Z I"])
            try second.send("B - - ;; E - ;; S")
            #expect(second.read() == ["2", "D second", "C SELECT 1", "Z I"])
        }
        _ = try first.query("select 1")
        try first.send("B - - ;; E - ;; S")
        #expect(first.read().contains { $0.contains("C=26000") })
    }

    @Test func namesOfSQLAndOfTheProtocol() throws {
        let place = try PoolPlace(.transaction, size: 1)
        let (first, second) = (try place.client(), try place.client())
        try first.send("P s1 | select 'one' ;; S")
        _ = first.read()
        #expect(try first.query("deallocate s1") == ["C DEALLOCATE", "Z I"])
        try first.send("B - s1 ;; S")
        #expect(first.read().contains { $0.contains("C=26000") })
        try first.send("P s1 | select 'one' ;; P s2 | select 'two' ;; S")
        _ = first.read()
        try second.send("P s1 | select 'other' ;; S")
        _ = second.read()
        try first.send("P - | deallocate s2 ;; B - - ;; E - ;; S")
        #expect(first.read() == ["1", "2", "C DEALLOCATE", "Z I"])
        #expect(try first.query("deallocate all") == ["C DEALLOCATE ALL", "Z I"])
        try first.send("B - s1 ;; S")
        #expect(first.read().contains { $0.contains("C=26000") })
        try second.send("B - s1 ;; E - ;; S")
        #expect(second.read().contains("D other"))
        #expect(try second.query("discard all").last == "Z I")
        try second.send("B - s1 ;; S")
        #expect(second.read().contains { $0.contains("C=26000") })
        // Nobody is bound so far.
        #expect(try first.value("select 1") == "1")
        try first.send("P s1 | select 'one' ;; S")
        _ = first.read()
        #expect(try first.value("execute s1") == "one")
        #expect(try first.query("prepare s1 as select 2").contains { $0.contains("C=42P05") })
        #expect(try first.query("prepare s3 as select 'three'").last == "Z I")
        try first.send("B - s3 ;; E - ;; S ;; B - s1 ;; E - ;; S ;; P s3 | select 4 ;; S")
        let lines = first.read(to: "Z", 3)
        #expect(lines.filter { $0.hasPrefix("D ") } == ["D three", "D one"] && lines.contains { $0.contains("C=42P05") }, "\(lines)")
        // All that bound it is undone.
        #expect(try first.query("discard all").last == "Z I")
        #expect(try second.value("select 5") == "5")
        #expect(try second.value("select count(*) from pg_prepared_statements") == "0")
    }

    @Test func theNamesOfTheGatewayAreNobodys() throws {
        let place = try PoolPlace(.transaction, size: 1)
        let client = try place.client()
        try client.send("P mine | select 'mine' ;; S")
        _ = client.read()
        let name = try #require(try client.value("select name from pg_prepared_statements"))
        #expect(name.hasPrefix("postern "))
        for text in ["prepare \"\(name)\" as select 1", "deallocate \"\(name)\"", "execute \"\(name)\""] {
            #expect(try client.query(text).contains { $0.contains("C=08P01") }, "\(text)")
        }
        try client.send("B - mine ;; E - ;; S")
        #expect(client.read().contains("D mine"))
    }

    @Test func fewStatementsAreKeptOnAConnection() throws {
        let place = try PoolPlace(.transaction, size: 1) { $0.preparedStatements = 3 }
        let client = try place.client()
        for number in 0..<10 {
            try client.send("P s\(number) | select \(number) ;; S")
            #expect(client.read() == ["1", "Z I"])
        }
        for number in [0, 9, 5, 0, 0, 1, 2, 3] {
            try client.send("B - s\(number) ;; E - ;; S")
            #expect(client.read() == ["2", "D \(number)", "C SELECT 1", "Z I"])
        }
        #expect(try client.value("select count(*) from pg_prepared_statements") == "3")
        try client.send((0..<10).map { "B - s\($0) ;; E -" }.joined(separator: " ;; ") + " ;; S")
        #expect(client.read().filter { $0.hasPrefix("D ") } == (0..<10).map { "D \($0)" })
    }

    /// What was to be prepared or closed behind a failure was not: later messages find what is there, also those sent before the failure
    /// was known.
    @Test func whatIsSkippedChangesNothingOnTheConnection() throws {
        let place = try PoolPlace(.transaction, size: 1) { $0.preparedStatements = 2 }
        let client = try place.client()
        for name in ["a", "b", "c"] {
            try client.send("P \(name) | select '\(name)' ;; S")
            #expect(client.read() == ["1", "Z I"])
        }
        let found = ["2", "D a", "C SELECT 1", "Z I"]
        for skipped in ["B - a ;; E - ;; P d | select 'd'", "B - a ;; E - ;; B - b ;; E - ;; B - c ;; E -", "P d | select 'd' ;; B - a"] {
            try client.send("D P nothing ;; \(skipped) ;; S ;; B - a ;; E - ;; S")
            #expect(client.read().first?.contains("C=34000") == true)
            #expect(client.read() == found, "\(skipped)")
            try client.send("B - a ;; E - ;; S")
            #expect(client.read() == found, "\(skipped)")
        }
        // The unnamed one is prepared anew behind another's, and then skipped.
        let other = try place.client()
        try client.send("P - | select 'a' ;; S")
        _ = client.read()
        try other.send("P - | select 'other' ;; S")
        _ = other.read()
        try client.send("D P nothing ;; B - - ;; E - ;; S ;; B - - ;; E - ;; S")
        #expect(client.read().first?.contains("C=34000") == true)
        #expect(client.read() == found)
    }

    /// What the gateway asks between two borrowers drops the unnamed statement of the one who comes back.
    @Test func theUnnamedStatementSurvivesTheGatewaysOwnQueries() throws {
        let place = try PoolPlace(.transaction, size: 1)
        let (first, second) = (try place.client(), try place.client())
        _ = try first.query("set timezone to 'Asia/Tokyo'")
        try first.send("P - | select 'first' ;; S")
        #expect(first.read() == ["1", "Z I"])
        try second.send("P named | select 'second' ;; S")
        #expect(second.read() == ["1", "Z I"])
        for _ in 0..<2 {
            try second.send("B - named ;; E - ;; S")
            #expect(second.read() == ["2", "D second", "C SELECT 1", "Z I"])
            try first.send("B - - ;; E - ;; S")
            #expect(first.read() == ["2", "D first", "C SELECT 1", "Z I"])
        }
    }

    /// A refused Query drops the unnamed statement as one that was let through does.
    @Test func aQueryDropsTheUnnamedStatementWhateverBecomesOfIt() throws {
        let place = try PoolPlace(.transaction, size: 1)
        let client = try place.client()
        try client.send("P - | select 1 ;; S")
        _ = client.read()
        _ = try client.query("selec")
        try client.send("B - - ;; E - ;; S")
        #expect(client.read().contains { $0.contains("C=26000") })
    }

    @Test func lastValuesOfSequences() throws {
        let place = try PoolPlace(.transaction, size: 1, isOwn: true)
        let (first, second) = (try place.client(), try place.client())
        _ = try first.query("select nextval('numbers')")
        #expect(try second.query("select lastval()").contains { $0.contains("C=55000") })
        try second.leave()
        let third = try place.client()
        _ = try first.query("select nextval('numbers')")
        try third.send("P - | select currval('numbers') ;; B - - ;; E - ;; S")
        #expect(third.read().contains { $0.contains("C=55000") })
        try third.leave()
        _ = try first.query("begin")
        _ = try first.query("select nextval('numbers')")
        #expect(try first.value("select lastval()") == "3")
        _ = try first.query("commit")
        #expect(try first.value("select currval('numbers')") == "3")
    }

    // MARK: - Ends, cancels, masks

    @Test(arguments: [
        "Q begin ;; Q insert into notes values ('half')", "Q copy notes from stdin ;; d half\\n",
        "P - | insert into notes values ('half') ;; B - - ;; E -",
        "Q begin ;; Q select 1/0", "Q select generate_series(1, 1000000)", "Q begin ;; Q insert into notes values ('half') ;; X",
        "Q select pg_sleep(20)", "Q set search_path = pg_catalog",
    ]) func whoeverLeavesInTheMiddleLeavesNothing(_ messages: String) throws {
        let place = try PoolPlace(.transaction, size: 1)
        let first = try place.client()
        try first.send(messages)
        if !messages.hasSuffix("X") { first.hangUp() }
        let second = try place.client()
        #expect(try second.value("select count(*) from notes") == "0")
        #expect(try second.value("select current_schema()") == "public")
    }

    @Test func aCancelIsForItsOwnSession() throws {
        let place = try PoolPlace(.transaction, size: 1)
        let (first, second) = (try place.client(), try place.client())
        try second.send("Q select pg_sleep(0.6), 5")
        _ = try place.direct("select pg_sleep(0.2)")
        try place.gateway.client().cancel(process: first.process, key: first.key)
        #expect(second.read().contains("C SELECT 1"))
        try first.send("Q select pg_sleep(20)")
        _ = try place.direct("select pg_sleep(0.2)")
        try second.send("Q select pg_sleep(0.2), 6")
        try place.gateway.client().cancel(process: first.process, key: first.key)
        #expect(first.read().contains { $0.contains("C=57014") })
        #expect(second.read().contains("C SELECT 1"))
    }

    @Test func masksAreTheSessionsOwn() throws {
        let place = try PoolPlace(.transaction, size: 1, shared: true, identityIn: [.applicationName, .settings], isOwn: true)
        let (open, masked) = (try place.client(), try place.client("migrator"))
        for client in [open, masked] {
            try client.send("P s1 | select email from customers where id = 1 ;; S")
            #expect(client.read() == ["1", "Z I"])
        }
        for _ in 0..<3 {
            try open.send("B - s1 ;; E - ;; S")
            #expect(open.read().contains("D ada@acme.io"))
            try masked.send("B - s1 ;; E - ;; S")
            #expect(masked.read().contains("D ad*********"))
            #expect(try masked.value("select email from customers where id = 2") == "bo*********")
            #expect(try open.value("select current_setting('application_name') || current_setting('postern.identity')") == "adminadmin")
        }
        // What code in the database has set without a statement that says so does not go to another identity either.
        let body = "begin perform set_config(''search_path'', ''pg_catalog'', false); return new; end"
        _ = try masked.query("create function sets() returns trigger language plpgsql as '\(body)'")
        _ = try masked.query("create trigger t before insert on notes for each row execute function sets()")
        _ = try masked.query("insert into notes values ('x')")
        #expect(try open.value("select count(*) from notes") == "1")
    }

    @Test func identitiesDoNotShareUnlessTheyMay() throws {
        let place = try PoolPlace(.transaction, size: 2)
        let (first, second) = (try place.client(), try place.client("migrator"))
        #expect(try first.value(Self.pid) != second.value(Self.pid))
        #expect(try first.value(Self.pid) != second.value(Self.pid))
    }

    // MARK: - Waiting and failing over

    @Test func whoWaitsTooLongIsToldWhenToComeAgain() throws {
        let place = try PoolPlace(.transaction, size: 1, wait: 1)
        let (first, second) = (try place.client(), try place.client())
        _ = try first.query("begin")
        let lines = try second.query("select 1")
        #expect(lines.contains { $0.contains("C=53300") && $0.contains("try again in 1 seconds") } && lines.last == "closed", "\(lines)")
        #expect(try first.query("commit").last == "Z I")
    }

    @Test func anIdleSessionDoesNotNoticeThatItsBackendIsLost() throws {
        let place = try PoolPlace(.transaction, size: 2)
        let client = try place.client()
        try client.send("P s1 | select 'still' ;; S")
        _ = client.read()
        let process = try #require(try client.value(Self.pid))
        try place.direct("select pg_terminate_backend(\(process), 10000)")
        try client.send("B - s1 ;; E - ;; S")
        #expect(client.read() == ["2", "D still", "C SELECT 1", "Z I"])
        #expect(try client.value(Self.pid) != process)
        // One that is bound is told.
        _ = try client.query("listen gossip")
        let bound = try #require(try client.value(Self.pid))
        try place.direct("select pg_terminate_backend(\(bound), 10000)")
        #expect(client.read().contains { $0.contains("C=57P01") })
    }

    @Test func aServerThatIsStartedAgainIsWaitedFor() throws {
        let place = try PoolPlace(.transaction, size: 2, isOwn: true)
        let client = try place.client()
        #expect(try client.value("select 1") == "1")
        try place.live.query(
            database: "postgres",
            """
            alter database \(place.database) with allow_connections false;
            select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = '\(place.database)'
            """)
        try client.send("Q select 2")
        try place.live.query(database: "postgres", "select pg_sleep(0.7)")
        try place.live.query(database: "postgres", "alter database \(place.database) with allow_connections true")
        #expect(client.read() == ["T 1", "D 2", "C SELECT 1", "Z I"])
        let impatient = try PoolPlace(.transaction, size: 2, wait: 1, isOwn: true)
        let lost = try impatient.client()
        try impatient.live.query(
            database: "postgres",
            """
            alter database \(impatient.database) with allow_connections false;
            select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = '\(impatient.database)'
            """)
        let lines = try lost.query("select 3")
        #expect(lines.first?.contains("C=08006") == true && lines.last == "closed", "\(lines)")
    }

    @Test func marksInAnyEncoding() throws {
        let policy = PostgresLiveTests.policy.replacingOccurrences(of: "claim.sub == \"admin\"", with: "claim.sub == \"Zoë 語\"")
        let place = try PoolPlace(.transaction, size: 1, shared: true, identityIn: [.settings], policy: policy)
        let (first, second) = (try place.client("Zoë 語", settings: [("client_encoding", "LATIN1")]), try place.client("migrator"))
        for _ in 0..<3 {
            let asks = "select current_setting('postern.subject') = U&'Zo\\00eb \\8a9e', current_setting('client_encoding')"
            #expect(try first.value(asks) == "t|LATIN1")
            #expect(try second.value("select 1") == "1")
        }
    }

    /// The first server turns into one that may not be written to: idle sessions of both modes find the other.
    @Test(arguments: [GatewayConfiguration.Pool.Mode.transaction, .session, nil])
    func anotherServerTakesOver(_ mode: GatewayConfiguration.Pool.Mode?) throws {
        let (first, second) = (try LivePostgres.shared.get(), try LivePostgres.other.get())
        let database = LivePostgres.freshName("f")
        for (number, server) in [first, second].enumerated() {
            try server.makeDatabase(database, PostgresLiveTests.schema + "create table which as select \(number) as number")
        }
        let gateway = try LiveGateway(
            try PostgresStage(policy: PostgresLiveTests.policy), database: database,
            servers: [first, second].map { SocketEndpoint(host: "127.0.0.1", port: $0.port) }, target: .readWrite,
            pool: mode.map { GatewayConfiguration.Pool(mode: $0) })
        let client = try gateway.client("admin", database: database)
        try client.send("P s1 | select number from which ;; B - s1 ;; E - ;; S")
        #expect(client.read().contains("D 0"))
        try first.query(
            database: database,
            """
            alter database \(database) set default_transaction_read_only = on;
            select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
            """)
        if mode == .transaction {
            try client.send("B - s1 ;; E - ;; S")
            #expect(client.read() == ["2", "D 1", "C SELECT 1", "Z I"])
            #expect(try client.value("select email from customers where id = 1") == "ada@acme.io")
        } else {
            #expect(client.read().contains { $0.contains("C=57P01") })
        }
        #expect(try gateway.client("admin", database: database).value("select number from which") == "1")
    }

    @Test(arguments: [1, 2]) func manyTransactionsOnFewConnections(_ loops: Int) throws {
        let place = try PoolPlace(.transaction, size: 3, wait: 60, loops: loops, isOwn: true)
        try place.direct("create table accounts as select id, 100 as balance from generate_series(0, 9) id")
        let (port, database) = (place.gateway.port, place.database)
        let wrong = try PostgresPoolTests.concurrently(10) { number in
            let client = try RawClient(port: port)
            try client.login(number % 4 == 0 ? "migrator" : "admin", database: database)
            var wrong = 0
            try client.send("P move | update accounts set balance = balance + 1 where id = \(number) ;; S")
            if client.read() != ["1", "Z I"] { wrong += 1 }
            for round in 0..<20 {
                _ = try client.query("begin")
                try client.send("B - move ;; E - ;; S")
                if client.read() != ["2", "C UPDATE 1", "Z T"] { wrong += 1 }
                _ = try client.query(round % 2 == 0 ? "commit" : "rollback")
                if try client.value("select \(number * 100 + round)") != "\(number * 100 + round)" { wrong += 1 }
            }
            return wrong
        }
        #expect(wrong.allSatisfy { $0 == 0 }, "\(wrong)")
        #expect(try place.direct("select string_agg(distinct balance::text, ',') from accounts") == "110")
        #expect(place.gateway.service.poolCounts.open <= 3)
        #expect(place.gateway.service.poolCounts.waiting == 0)
    }
}
