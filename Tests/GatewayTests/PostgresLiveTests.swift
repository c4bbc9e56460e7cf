// The whole way, with the real psql and a real server: what a client sees through the gateway.

import Foundation
import NIOCore
import Recording
import Testing

@testable import Gateway

@Suite(.serialized) struct PostgresLiveTests {
    static let policy = """
        policy shop edition 1
        issuer cluster : oidc { url "https://kubernetes.default.svc"  audience "postern"  claims { sub string } }
        identity reader from cluster { when claim.sub == "reader" }
        identity teller from cluster { when claim.sub == "teller" }
        identity migrator from cluster { when claim.sub == "migrator" }
        identity writer from cluster { when claim.sub == "writer" }
        identity admin from cluster { when claim.sub == "admin" }
        identity rationed from cluster { when claim.sub == "rationed" }
        resource shop : postgres { search_path public }
        allow everything_for_admin { who admin  on shop  to any }
        allow reads { who reader, writer  on shop  to select, insert, call }
        allow migrates { who migrator  on shop  to any }
        allow rations { who rationed  on shop  to select, call, transact  limit 3 rows, 1s runtime }
        allow tells { who teller  on shop  to select, call, notify, set }
        deny no_delete { who any except admin, migrator  on shop  to delete  because "Orders are never deleted." }
        mask contact {
          who     reader, teller, migrator
          on      shop
          column  customers.email with partial(first: 2)
          column  customers.birthday with null
        }
        """

    static let schema = """
        create table customers(id int primary key, name text, email text, birthday date);
        insert into customers values (1, 'Ada', 'ada@acme.io', '1990-01-02'), (2, 'Bob', 'bob@acme.io', null);
        create table orders(id int primary key, note text);
        create view contacts as select id, email as mail, upper(email) as shout from customers;
        create function spill() returns text language sql as $$ select email from customers order by id limit 1 $$;
        """

    private struct Place {
        var live: LivePostgres
        var gateway: LiveGateway
        var database: String
    }

    /// A database and a gateway of this test's own.
    private func place(cleartext: Bool = true, tls: GatewayConfiguration.BackendTLS = .disable, host: String = "127.0.0.1") throws -> Place {
        let live = try LivePostgres.shared.get()
        let database = LivePostgres.freshName("t")
        try live.makeDatabase(database, Self.schema)
        let gateway = try LiveGateway(
            try PostgresStage(policy: Self.policy), database: database, cleartext: cleartext, tls: tls, host: host)
        return Place(live: live, gateway: gateway, database: database)
    }

    // MARK: - limits

    @Test func limitsCutShort() throws {
        let place = try place()
        let run = try place.gateway.psql(
            "rationed", database: place.database,
            [
                "select generate_series(1, 3) from customers where id = 1", "select id, generate_series(1, 5) from customers",
                "select count(*) from customers", "begin", "select id, generate_series(1, 1000000) from customers",
                "select count(*) from customers", "rollback",
                "select id, pg_sleep(20) from customers", "select count(*) from customers",
            ])
        #expect(run.output == "1\n2\n3\n2\n2\n")
        #expect(run.errors.components(separatedBy: "the limit of rule rations is reached").count == 4)
        #expect(run.errors.contains("current transaction is aborted"))
        #expect(run.errors.contains("allows 1 seconds for one request"))
        // The backend keeps the answers to Parse and Bind back until it is done.
        let client = try place.gateway.client("rationed", database: place.database)
        try client.send("P - | select id, pg_sleep(20) from customers ;; B - - ;; E - ;; S")
        let lines = client.read()
        #expect(lines.contains { $0.hasPrefix("E ") && $0.contains("C=53400") }, "\(lines)")
        #expect(lines.last == "Z I")
    }

    // MARK: - psql

    @Test func psqlOverTLS() throws {
        let place = try place(cleartext: false)
        let run = try place.gateway.psql(
            "reader", database: place.database,
            [
                "select id, email as other, birthday from (select * from customers) c order by id",
                "select upper(email) is null from customers", "delete from orders",
            ])
        #expect(run.output == "1|ad*********|\n2|bo*********|\n\n\n")
        #expect(run.errors.contains("ERROR:  Orders are never deleted."))
        #expect(run.errors.contains("test.policy:15"))
        let copied = try place.gateway.psql(
            "reader", database: place.database,
            [
                "copy customers to stdout", "copy (select email, id from customers) to stdout csv header",
                "select mail, shout from contacts where id = 1", "select spill()",
            ])
        #expect(
            copied.output
                == "1\tAda\tad*********\t\\N\n2\tBob\tbo*********\t\\N\nemail,id\nad*********,1\nbo*********,2\nad*********|\n\n")
    }

    @Test func tlsIsDemanded() throws {
        let place = try place(cleartext: false)
        let run = try place.gateway.psql("reader", database: place.database, ["select 1"], tls: "disable")
        #expect(run.errors.contains("TLS only"))
    }

    /// Who is not known does not learn which databases there are.
    @Test func onlyTheKnownAreToldWhichDatabasesThereAre() throws {
        let place = try place()
        let wrongToken = try place.gateway.psql("nobody", database: place.database, ["select 1"])
        let wrongBoth = try place.gateway.psql("nobody", database: "elsewhere", ["select 1"])
        let wrongDatabase = try place.gateway.psql("reader", database: "elsewhere", ["select 1"])
        #expect(wrongToken.errors.contains("authentication failed"))
        #expect(wrongToken.errors == wrongBoth.errors)
        #expect(wrongDatabase.errors.contains("database \"elsewhere\" does not exist"))
    }

    @Test func copyIn() throws {
        let place = try place()
        let client = try place.gateway.client("writer", database: place.database)
        try client.send("Q copy orders from stdin ;; d 1\\tone\\n2\\tt ;; d wo\\n ;; c")
        #expect(client.read() == ["G", "C COPY 2", "Z I"])
        #expect(try client.query("select note from orders order by id") == ["T 1", "D one", "D two", "C SELECT 2", "Z I"])
        try client.send("P - | copy orders from stdin ;; B - - ;; E - ;; S ;; d 3\\tthree\\n ;; c ;; S ;; Q select 1")
        #expect(client.read(to: "Z", 2) == ["1", "2", "G", "C COPY 1", "Z I", "T 1", "D 1", "C SELECT 1", "Z I"])
        try client.send("Q copy orders from stdin ;; d x\\ty\\n ;; d 9\\ty\\n ;; c ;; Q select count(*) from orders")
        let lines = client.read(to: "Z", 2).filter { !$0.hasPrefix("E") }
        #expect(lines == ["G", "Z I", "T 1", "D 3", "C SELECT 1", "Z I"])
    }

    @Test(arguments: [GatewayConfiguration.BackendTLS.require, .verifyFull(ca: nil)])
    func backendTLS(_ asked: GatewayConfiguration.BackendTLS) throws {
        let live = try LivePostgres.shared.get()
        var tls = asked
        if case .verifyFull = asked { tls = .verifyFull(ca: live.certificate) }
        let place = try place(tls: tls, host: "localhost")
        let client = try place.gateway.client("reader", database: place.database)
        #expect(try client.query("select email from customers where id = 1") == ["T 1", "D ad*********", "C SELECT 1", "Z I"])
    }

    @Test func unverifiedBackendIsRefused() throws {
        let place = try place(tls: .verifyFull(ca: nil), host: "localhost")
        let run = try place.gateway.psql("reader", database: place.database, ["select 1"])
        #expect(run.errors.contains("cannot be reached"))
    }

    /// A session whose gate was made before a policy was loaded, and which begins after, is under the new one from its first message.
    @Test func aPolicyLoadedDuringALoginHolds() throws {
        let place = try place()
        let next = try PostgresStage(policy: Self.policy + "\ndeny closed { on shop to select from orders because \"closed\" }\n")
        place.gateway.service.adopt(next.program, RecordedProgram(next.program.program, digest: [1]))
        let client = try place.gateway.client("reader", database: place.database)
        #expect(try client.query("select id from orders where id = 1").first?.contains("closed") == true)
    }

    @Test func aPolicyLoadedDuringALoginMayKnowTheCallerNoMore() throws {
        let place = try place()
        let next = try PostgresStage(policy: Self.policy.replacing("claim.sub == \"reader\"", with: "claim.sub == \"somebody\""))
        place.gateway.service.adopt(next.program, RecordedProgram(next.program.program, digest: [2]))
        let lines = try place.gateway.client().login("reader", database: place.database)
        #expect(lines.contains { $0.contains("57P01") })
        #expect(!lines.contains("Z I"))
        #expect(place.gateway.service.sessionCount == 0)
    }

    // MARK: - Order and transactions, beside the same without a gateway

    @Test func refusedInAPipeline() throws {
        let place = try place()
        let client = try place.gateway.client("writer", database: place.database)
        let insert = { (id: Int) in "P - | insert into orders values (\(id)) ;; B - - ;; E -" }
        try client.send("\(insert(1)) ;; P - | delete from orders ;; B - - ;; E - ;; \(insert(3)) ;; S")
        let lines = client.read()
        #expect(lines.map { String($0.prefix(1)) } == ["1", "2", "C", "E", "Z"])
        #expect(lines.last == "Z I")
        #expect(lines[3].contains("C=42501"))
        #expect(try place.live.query(database: place.database, "select count(*) from orders") == "0\n")
    }

    @Test func textBehindTheEndOfATransaction() throws {
        let place = try place()
        let client = try place.gateway.client("admin", database: place.database)
        for end in ["rollback", "commit", "rollback to s", "set standard_conforming_strings = on"] {
            try client.send("Q begin ;; Q savepoint s ;; Q \(end) ;; Q select 1 ;; Q rollback ;; Q select 2")
            let lines = client.read(to: "Z", 6).filter { !$0.hasPrefix("N") }
            #expect(lines.filter { $0.hasPrefix("D") } == ["D 1", "D 2"], "\(end)")
        }
    }

    @Test func refusedInATransaction() throws {
        let place = try place()
        let client = try place.gateway.client("writer", database: place.database)
        #expect(try client.query("begin").last == "Z T")
        #expect(try client.query("insert into orders values (1)").last == "Z T")
        #expect(try client.query("delete from orders").last == "Z E")
        #expect(try client.query("commit") == ["C ROLLBACK", "Z I"])
        #expect(try client.query("begin").last == "Z T")
        #expect(try client.query("savepoint s").last == "Z T")
        #expect(try client.query("delete from orders").last == "Z E")
        #expect(try client.query("rollback to s").last == "Z T")
        #expect(try client.query("insert into orders values (2)").last == "Z T")
        #expect(try client.query("commit") == ["C COMMIT", "Z I"])
        #expect(try place.live.query(database: place.database, "select id from orders") == "2\n")
    }

    @Test func refusedAmongSeveralStatements() throws {
        let place = try place()
        let client = try place.gateway.client("writer", database: place.database)
        let lines = try client.query("insert into orders values (1); delete from orders; insert into orders values (3)")
        #expect(lines.count == 2 && lines[0].hasPrefix("E") && lines[1] == "Z I")
        #expect(try place.live.query(database: place.database, "select count(*) from orders") == "0\n")
    }

    // MARK: - Masks

    @Test func masksWithoutDescribeAndInBinary() throws {
        let place = try place()
        let client = try place.gateway.client("reader", database: place.database)
        try client.send("P s | select email, id, upper(email) from customers where id = 1 ;; S")
        #expect(client.read() == ["1", "Z I"])
        try client.send("B - s ;; E - ;; S")
        #expect(client.read() == ["2", "D ad*********|1|~", "C SELECT 1", "Z I"])
        // All results in binary.
        var bind = ByteBuffer()
        PostgresCodec.message(PostgresFrontend.bind.rawValue, to: &bind) {
            PostgresCodec.text("p", to: &$0)
            PostgresCodec.text("s", to: &$0)
            $0.writeMultipleIntegers(UInt16(0), UInt16(0), UInt16(1), UInt16(1))
        }
        client.send(bind)
        try client.send("E p ;; S")
        #expect(client.read() == ["2", "D ad*********|\0\0\0\u{1}|~", "C SELECT 1", "Z I"])
        // A binary COPY.
        try client.send("Q copy (select email from customers where id = 1) to stdout (format binary)")
        let data = client.read().filter { $0.hasPrefix("d") }.joined()
        #expect(data.contains("ad*********") && !data.contains("acme"))
    }

    @Test func aNewViewIsFollowed() throws {
        let place = try place()
        let reader = try place.gateway.client("reader", database: place.database)
        #expect(try reader.query("select shout from contacts where id = 1") == ["T 1", "D ~", "C SELECT 1", "Z I"])
        let admin = try place.gateway.client("admin", database: place.database)
        let view = "create view later as select email as x, id as y, length(email) as z from contacts join customers using (id)"
        #expect(try admin.query(view).last == "Z I")
        #expect(try reader.query("select x, y, z from later where y = 1") == ["T 3", "D ad*********|1|~", "C SELECT 1", "Z I"])
    }

    @Test func aViewThatAnotherSessionReplacesIsFollowed() throws {
        let place = try place()
        let admin = try place.gateway.client("admin", database: place.database)
        #expect(try admin.query("create view swapped as select name as a, email as b from customers where id = 1").last == "Z I")
        let reader = try place.gateway.client("reader", database: place.database)
        #expect(try reader.query("select a, b from swapped") == ["T 2", "D Ada|ad*********", "C SELECT 1", "Z I"])
        #expect(try admin.query("create or replace view swapped as select email as a, name as b from customers where id = 1").last == "Z I")
        #expect(try reader.query("select a, b from swapped") == ["T 2", "D ad*********|Ada", "C SELECT 1", "Z I"])
    }

    @Test func rowsOfARuleAreMasked() throws {
        let place = try place()
        let rule = "create rule r as on insert to orders do also select email, upper(email) from customers where id = 1"
        try place.live.query(database: place.database, rule)
        let reader = try place.gateway.client("reader", database: place.database)
        let lines = try reader.query("insert into orders values (1)")
        // Rows of a rewritten statement come without origin.
        #expect(lines == ["T 2", "D ~|~", "C INSERT 0 1", "Z I"])
        #expect(try reader.query("prepare p as insert into orders values (2)").last == "Z I")
        #expect(try reader.query("execute p") == ["T 2", "D ~|~", "C INSERT 0 1", "Z I"])
    }

    @Test(arguments: [
        "select pg_notify('x', mail) from contacts", "select set_config('a.b', shout, false) from contacts",
        "select pg_notify('x', email) from vip", "select pg_notify('x', c::text) from contacts c",
        "select set_config('a.b', 'v', false) from contacts where mail like 'ada%'",
    ]) func whatAViewShowsIsNotCarriedAway(_ sql: String) throws {
        let place = try place()
        try place.live.query(database: place.database, "create table vip () inherits (customers)")
        let reader = try place.gateway.client("teller", database: place.database)
        let lines = try reader.query(sql)
        #expect(lines.first?.contains("would be stored where no mask applies") == true, "\(lines)")
        // The same functions beside what is only shown, or over what is not masked.
        let shown = "select set_config('a.b', id::text, false), mail from contacts where id = 1"
        #expect(try reader.query(shown) == ["T 2", "D ~|ad*********", "C SELECT 1", "Z I"])
    }

    /// Whoever may alter still sees nothing of masked columns before the change is committed and known.
    @Test(arguments: [
        ("alter table vip inherit plain", "select email from plain"),
        ("alter view contacts rename to renamed", "select set_config('a.b', mail, false) from renamed where id = 1"),
        ("alter table vip rename to renamed", "select set_config('a.b', email, false) from renamed"),
        ("alter view contacts rename column mail to f", "select set_config('a.b', f, false) from contacts where id = 1"),
        ("alter table customers rename column email to f", "select set_config('a.b', f, false) from customers where id = 1"),
        ("alter view contacts rename column mail to f", "select f from contacts where id = 1"),
    ]) func nothingIsSeenInsideAChange(_ change: String, _ sql: String) throws {
        let place = try place()
        try place.live.query(
            database: place.database,
            """
            create table plain (id int primary key, name text, email text, birthday date); create table vip () inherits (customers);
            insert into vip values (9, 'Eve', 'eve@acme.io', null)
            """)
        let client = try place.gateway.client("migrator", database: place.database)
        #expect(try client.query("begin").last == "Z T")
        #expect(try client.query(change).last == "Z T")
        let lines = try client.query(sql)
        #expect(!lines.joined().contains("acme") && lines.last != "Z I", "\(lines)")
        #expect(!(try client.query("show a.b").joined().contains("acme")))
    }

    /// Somebody's open ALTER of a view does not keep others waiting for the catalogue.
    @Test func aLockedViewDelaysNobody() throws {
        let place = try place()
        let migrator = try place.gateway.client("migrator", database: place.database)
        #expect(try migrator.query("begin; alter view contacts rename column mail to f").last == "Z T")
        // A new table that no catalogue has yet makes the next session load it, while the view is locked.
        try place.live.query(database: place.database, "create table fresh as select 1 as id, 'x' as email")
        let reader = try place.gateway.client("reader", database: place.database)
        #expect(try reader.query("select name from customers where id = 1") == ["T 1", "D Ada", "C SELECT 1", "Z I"])
        #expect(try reader.query("select id from fresh") == ["T 1", "D 1", "C SELECT 1", "Z I"])
        #expect(try migrator.query("select id from customers order by id")[1] == "D 1")
    }

    @Test func errorsDoNotQuote() throws {
        let place = try place()
        let client = try place.gateway.client("reader", database: place.database)
        let lines = try client.query("select email::int from customers")
        #expect(lines.contains { $0.hasPrefix("E") } && !lines.joined().contains("acme"))
        let duplicate = try client.query("insert into customers(id, email) select 1, 'x'")
        #expect(duplicate.contains { $0.contains("C=23505") && !$0.contains("(1)") })
    }

    // MARK: - Cancel and end

    @Test func cancelHitsWhatRuns() throws {
        let place = try place()
        let client = try place.gateway.client("admin", database: place.database)
        let backend = try client.query("select pg_backend_pid()")[1]
        #expect(backend == "D \(client.process)")
        try client.send("Q select pg_sleep(60)")
        try waitUntilRunning(place, 1)
        // A wrong key does nothing; the right one ends the statement.
        try cancel(place, client.process, client.key ^ 1)
        try cancel(place, client.process, client.key)
        let lines = client.read()
        #expect(lines.contains { $0.contains("C=57014") } && lines.last == "Z I")
        // With nothing running, nothing is hit.
        try cancel(place, client.process, client.key)
        #expect(try client.query("select 2") == ["T 1", "D 2", "C SELECT 1", "Z I"])
    }

    @Test func hangingUpStopsWhatRuns() throws {
        let place = try place()
        let client = try place.gateway.client("admin", database: place.database)
        try client.send("Q select pg_sleep(60)")
        try waitUntilRunning(place, 1)
        client.hangUp()
        try waitUntilRunning(place, 0)
    }

    @Test func terminateLetsThePipelineRun() throws {
        let place = try place()
        let client = try place.gateway.client("writer", database: place.database)
        try client.send("Q select pg_sleep(0.2); insert into orders values (7) ;; X")
        #expect(client.read(to: "nothing").last == "closed")
        _ = try place.live.query(
            database: place.database,
            "do $$ begin for i in 1..200 loop exit when exists (select from orders); perform pg_sleep(0.05); end loop; end $$")
        #expect(try place.live.query(database: place.database, "select id from orders") == "7\n")
    }

    @Test func aKilledBackendIsToldOnce() throws {
        let place = try place()
        let client = try place.gateway.client("admin", database: place.database)
        try place.live.query(database: place.database, "select pg_terminate_backend(\(client.process))")
        let lines = client.read(to: "nothing")
        #expect(lines.count == 2 && lines[0].contains("C=57P01") && lines[1] == "closed")
    }

    @Test func drainEndsIdleSessions() throws {
        let place = try place()
        let client = try place.gateway.client("admin", database: place.database)
        #expect(try client.query("begin").last == "Z T")
        place.gateway.service.drain()
        #expect(try client.query("select 1").last == "Z T")
        #expect(try client.query("commit") == ["C COMMIT", "Z I"])
        let lines = client.read(to: "nothing")
        #expect(lines.first?.contains("C=57P01") == true && lines.last == "closed")
    }

    // MARK: - Openings

    @Test func connectionsAreCounted() throws {
        let place = try place()
        let client = try place.gateway.client("admin", database: place.database)
        let metrics = place.gateway.service.surroundings.metrics
        #expect(metrics.activeConnections == 1)
        client.hangUp()
        for _ in 0..<100 where metrics.activeConnections > 0 { usleep(20_000) }
        #expect(metrics.activeConnections == 0)
    }

    @Test func openings() throws {
        let place = try place()
        let gss = try place.gateway.client()
        gss.send(bytes: [0, 0, 0, 8] + words(PostgresStartupCode.gss))
        #expect(gss.byte() == UInt8(ascii: "N"))
        #expect(try gss.login("reader", database: place.database).last == "Z I")
        let stuffed = try place.gateway.client()
        stuffed.send(bytes: [0, 0, 0, 8] + words(PostgresStartupCode.ssl) + [0, 0])
        #expect(stuffed.read(to: "nothing").last == "closed")
        let newer = try place.gateway.client()
        #expect(try newer.login("reader", database: place.database, settings: [("_pq_.x", "1")], version: 3 << 16 | 2).contains("v"))
        for settings in [
            [("replication", "database")], [("role", "postgres")], [("options", "-c role=postgres")], [("client_encoding", "SJIS")],
            [("database", "again")], [("options", "-x")],
        ] {
            let client = try place.gateway.client()
            let lines = try client.login("reader", database: place.database, settings: settings)
            #expect(lines.last?.hasPrefix("E S=FATAL") == true, "\(settings)")
        }
        let harmless = try place.gateway.client()
        let lines = try harmless.login(
            "reader", database: place.database, settings: [("DateStyle", "German"), ("application_name", "x"), ("client_encoding", "'utf-8'")])
        #expect(lines.last == "Z I")
        #expect(try harmless.query("select date '2026-01-02'")[1] == "D 02.01.2026")
    }

    // MARK: -

    private func words(_ number: UInt32) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }

    private func cancel(_ place: Place, _ process: UInt32, _ key: UInt32) throws {
        let client = try place.gateway.client()
        client.send(bytes: [0, 0, 0, 16] + words(PostgresStartupCode.cancel) + words(process) + words(key))
        #expect(client.byte() == nil)
    }

    /// Waits, in the server, until so many of this database's statements sleep.
    private func waitUntilRunning(_ place: Place, _ count: Int) throws {
        let found = try place.live.query(
            database: "postgres",
            """
            do $$ begin for i in 1..400 loop
              perform pg_stat_clear_snapshot();
              exit when (select count(*) from pg_stat_activity where datname = '\(place.database)' and state = 'active') = \(count);
              perform pg_sleep(0.05);
            end loop; end $$;
            select count(*) from pg_stat_activity where datname = '\(place.database)' and state = 'active'
            """)
        #expect(found == "\(count)\n")
    }
}
