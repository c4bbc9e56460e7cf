// Limits with a real server: a statement that is cut short stops, what it did is undone, and nothing behind it is lost.

import Foundation
import Recording
import Testing

@testable import Gateway

@Suite(.serialized) struct LimitLiveTests {
    private static let policy = """
        policy shop edition 1
        issuer cluster : oidc { url "https://kubernetes.default.svc"  audience "postern"  claims { sub string } }
        identity clerk from cluster { when claim.sub == "clerk" }
        identity hasty from cluster { when claim.sub == "hasty" }
        resource shop : postgres { search_path public }
        allow reads { who clerk  on shop  to select, call, transact, insert  limit 3 rows }
        allow sits { who hasty  on shop  to select, call, transact, insert  limit 1s runtime }
        """
    private static let schema = """
        create table orders(id int, note text);
        create table wide(n int);
        insert into wide select generate_series(1, 400);
        create sequence steps;
        """
    /// Goes on for as long as it is let, and leaves a trace of every step that no transaction takes back. A server sends in pieces of 8 KiB.
    private static let long = "select nextval('steps'), repeat('x', 9000), pg_sleep(0.02) from wide"

    private struct Place {
        var live: LivePostgres
        var gateway: LiveGateway
        var database: String
        func client(_ name: String = "clerk") throws -> RawClient { try gateway.client(name, database: database) }
        func direct(_ sql: String) throws -> String {
            try live.query(database: database, sql).trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    private func place(pool: GatewayConfiguration.Pool? = nil) throws -> Place {
        let live = try LivePostgres.shared.get()
        let database = LivePostgres.freshName("l")
        try live.makeDatabase(database, Self.schema)
        return Place(live: live, gateway: try LiveGateway(try PostgresStage(policy: Self.policy), database: database, pool: pool), database: database)
    }

    private func isCut(_ line: String) -> Bool { line.hasPrefix("E ") && line.contains("S=ERROR") && line.contains("C=53400") }

    /// What was pipelined behind a statement that is cut runs after it, and the cancel does not hit it.
    @Test func aCutStatementStopsAndWhatIsBehindItRuns() throws {
        let place = try place()
        let client = try place.client()
        try client.send("Q \(Self.long) ;; Q insert into orders values (1, 'kept') ;; Q select note from orders")
        let lines = client.read(to: "Z", 3)
        #expect(lines.filter { $0.hasPrefix("D ") }.count == 4, "\(lines)")
        #expect(lines.filter(isCut).count == 1 && lines.suffix(6) == ["C INSERT 0 1", "Z I", "T 1", "D kept", "C SELECT 1", "Z I"], "\(lines)")
        #expect(try Int(place.direct("select last_value from steps")) ?? 400 < 300)
        let steps = try place.direct("select last_value from steps")
        #expect(try place.direct("select last_value from steps, pg_sleep(0.2)") == steps, "it runs on")
    }

    /// Up to Sync all is one: what ran before is undone with it, and what comes behind is skipped.
    @Test func aCutStatementFailsItsPipeline() throws {
        let place = try place()
        let client = try place.client()
        try client.send(
            """
            P i | insert into orders values ($1, 'x') ;; B - i 1 ;; E - ;; P s | \(Self.long) ;; B - s ;; E - ;; B - i 2 ;; E - ;; S ;; \
            Q insert into orders values (3, 'kept')
            """)
        let lines = client.read(to: "Z", 2)
        #expect(lines.filter(isCut).count == 1 && lines.filter { $0.hasPrefix("E ") }.count == 1, "\(lines)")
        #expect(lines.suffix(3) == ["Z I", "C INSERT 0 1", "Z I"], "\(lines)")
        #expect(try place.direct("select string_agg(id::text, ',') from orders") == "3")
        // Quick ones: the backend is done before any cancel comes.
        for text in ["select n from wide", "insert into orders select 4, 'gone' from wide returning id"] {
            try client.send("B - i 5 ;; E - ;; P - | \(text) ;; B - - ;; E - ;; B - i 6 ;; E - ;; S")
            let lines = client.read()
            #expect(lines.filter(isCut).count == 1 && lines.last == "Z I", "\(lines)")
            try client.send("P - | \(text) ;; B - - ;; E - ;; S")
            #expect(client.read().contains(where: isCut), "\(text)")
        }
        #expect(try place.direct("select string_agg(id::text, ',') from orders") == "3")
    }

    @Test func inATransactionBothSidesKnowThatItHasFailed() throws {
        let place = try place()
        let client = try place.client()
        for text in ["insert into orders select 7, 'x' from wide returning id", "select n from wide", Self.long] {
            for simple in [true, false] {
                #expect(try client.query("begin").last == "Z T")
                #expect(try client.query("insert into orders values (8, 'x')").last == "Z T")
                try client.send(simple ? "Q \(text)" : "P - | \(text) ;; B - - ;; E - ;; S")
                let lines = client.read()
                #expect(lines.filter(isCut).count == 1 && lines.last == "Z E", "\(lines)")
                #expect(try client.query("select 1").first?.contains("C=25P02") == true)
                #expect(try client.query("commit") == ["C ROLLBACK", "Z I"])
            }
        }
        #expect(try place.direct("select count(*) from orders") == "0")
        // Only what is committed within its own message cannot be taken back: the session says so and ends.
        let lines = try client.query("insert into orders select 9, 'x' from wide returning id")
        #expect(lines.contains { $0.contains("S=FATAL") && $0.contains("C=53400") && $0.contains("was carried out") } && lines.last == "closed")
        #expect(try place.direct("select count(*) from orders") == "400")
    }

    @Test func timeIsUpInAPipeline() throws {
        let place = try place()
        let client = try place.client("hasty")
        try client.send("Q insert into orders values (1, 'kept') ;; Q \(Self.long) ;; Q insert into orders values (2, 'kept')")
        let lines = client.read(to: "Z", 3)
        #expect(lines.filter(isCut).count == 1 && lines.last == "Z I", "\(lines)")
        try client.send("P i | insert into orders values (3, 'x') ;; B - i ;; E - ;; P - | \(Self.long) ;; B - - ;; E - ;; B - i ;; E - ;; S")
        #expect(client.read().filter(isCut).count == 1)
        // Copying is watched too, and its data goes on while it is.
        try client.send("Q copy orders from stdin ;; d 4\\tkept\\n")
        #expect(client.read(to: "G") == ["G"])
        #expect(client.read().filter(isCut).count == 1)
        try client.send("c ;; Q copy orders from stdin ;; d 5\\tkept\\n ;; c ;; Q select count(*) from orders")
        #expect(client.read(to: "Z", 2).suffix(2) == ["C SELECT 1", "Z I"])
        #expect(try place.direct("select string_agg(id::text, ',' order by id) from orders") == "1,2,5")
    }

    /// `postern sessions list --refused` finds what was let through and then stopped.
    @Test func whatWasCutIsFound() throws {
        let place = try place()
        let (clerk, hasty, other) = (try place.client(), try place.client("hasty"), try place.client())
        try clerk.send("Q select n from wide ;; Q select 1 ;; Q insert into orders select 9, 'x' from wide returning id")
        #expect(clerk.read(to: "X").last == "closed")
        #expect(try hasty.query(Self.long).contains(where: isCut))
        #expect(try other.query("select 1/0").contains { $0.contains("C=22012") })
        for client in [hasty, other] { try client.send("X") }
        for client in [hasty, other] { #expect(client.read().last == "closed") }
        let recorder = try StageRecording.shared.get()
        recorder.flush()
        let reader = try RecordingReader(directory: StageRecording.directory)
        defer { reader.close() }
        var filter = SessionFilter()
        filter.decision = .refused
        let found = try reader.sessions(filter).filter { $0.database == place.database }
        #expect(found.map { "\($0.claims.subject) \($0.refused) \($0.stopped) of \($0.messages)" } == ["clerk 0 2 of 3", "hasty 0 1 of 1"])
        #expect(try found.map { try reader.messages(of: $0).map { $0.outcome?.sqlstate ?? "-" } } == [["53400", "-", "53400"], ["53400"]])
    }

    /// A connection that others use next is not given on while a cancel is on its way to it.
    @Test func aCancelDoesNotHitTheNextBorrower() throws {
        var pool = GatewayConfiguration.Pool(mode: .transaction)
        pool.size = 1
        let place = try place(pool: pool)
        let (first, second) = (try place.client(), try place.client())
        for round in 0..<20 {
            try first.send("Q select n, repeat('x', 9000 * \(round % 3)) from wide")
            try second.send("Q select pg_sleep(0.02)")
            #expect(first.read().filter(isCut).count == 1)
            #expect(second.read() == ["T 1", "D ", "C SELECT 1", "Z I"])
        }
    }
}
