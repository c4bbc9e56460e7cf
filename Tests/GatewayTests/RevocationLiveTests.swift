// A reload that lets somebody in no more ends their sessions at once, wherever they are: nothing that was under way comes through.

import Decision
import Foundation
import Recording
import Testing

@testable import Gateway

@Suite(.serialized) struct RevocationLiveTests {
    private static let policy = """
        policy shop edition 1
        issuer cluster : oidc { url "https://kubernetes.default.svc"  audience "postern"  claims { sub string } }
        identity clerk from cluster { when claim.sub == "clerk" }
        identity guard from cluster { when claim.sub == "guard" }
        identity lead from cluster { when claim.sub == "lead" }
        group dba { lead }
        resource shop : postgres { search_path public }
        allow guards { who guard  on shop  to select }
        allow all { who clerk  on shop  to select, insert, delete, call, transact, listen }
        approve deletes { who clerk  on shop  to delete  by dba  within 10m }
        """

    private struct Place {
        let live: LivePostgres
        let gateway: LiveGateway
        let database: String

        init(pool: GatewayConfiguration.Pool? = nil) throws {
            live = try LivePostgres.shared.get()
            database = LivePostgres.freshName("r")
            try live.makeDatabase(database, "create table notes(id int);")
            gateway = try LiveGateway(try PostgresStage(policy: RevocationLiveTests.policy), database: database, pool: pool)
        }
        func client(_ who: String = "clerk") throws -> RawClient { try gateway.client(who, database: database) }
        func becomes(_ policy: String) throws {
            let next = try PostgresStage(policy: policy)
            gateway.service.adopt(next.program, RecordedProgram(next.program.program, digest: [UInt8(policy.utf8.count & 0xFF)]))
            // Each session goes over on its loop.
            gateway.settle()
        }
        func direct(_ sql: String) throws -> String {
            try live.query(database: database, sql).trimmingCharacters(in: .whitespacesAndNewlines)
        }
        /// Waits until something sleeps in the database.
        func isAsleep() throws -> Bool {
            for _ in 0..<400 {
                let text = "select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep' and query like '%1.5%'"
                if try direct(text + " and pid <> pg_backend_pid()") == "1" { return true }
                _ = try direct("select pg_sleep(0.02)")
            }
            return false
        }
        /// Waits until nothing but this question runs; what runs last.
        func running() throws -> String {
            let text = """
                select coalesce(string_agg(query, ';'), '') from pg_stat_activity
                where datname = current_database() and state = 'active' and pid <> pg_backend_pid()
                """
            var last = ""
            for _ in 0..<200 {
                last = try direct(text)
                if last.isEmpty { break }
                _ = try direct("select pg_sleep(0.05)")
            }
            return last
        }
    }

    /// Told once, at the end of a message, and nothing behind it.
    private static func isEnded(_ lines: [String], _ reason: String) -> Bool {
        guard lines.count > 1, lines.last == "closed" else { return false }
        let told = lines[lines.count - 2]
        return told.contains("S=FATAL") && told.contains("C=57P01") && told.contains(reason)
            && lines.filter { $0.contains("S=FATAL") }.count == 1
    }

    /// The identity is gone, the resource is, or nothing is allowed any more.
    @Test(arguments: [
        ("identity clerk from cluster { when claim.sub == \"clerk\" }", "identity clerk from cluster { when claim.sub == \"nobody\" }", "not in it"),
        (
            "identity clerk from cluster { when claim.sub == \"clerk\" }",
            "identity clerk from cluster { when claim.sub == \"nobody\" }\nidentity sub from cluster { when claim.sub == \"clerk\" }", "not in it"
        ),
        (
            "allow all { who clerk  on shop  to select, insert, delete, call, transact, listen }\napprove deletes { who clerk  on shop",
            "approve deletes { who guard  on shop", "do nothing on this resource"
        ),
    ]) func wherever(_ old: String, _ new: String, _ reason: String) throws {
        let place = try Place()
        let guarding = try place.client("guard")
        let listening = try place.client()
        #expect(try listening.query("listen gossip") == ["C LISTEN", "Z I"])

        let inTransaction = try place.client()
        _ = try inTransaction.query("begin")
        #expect(try inTransaction.query("insert into notes values (1)").last == "Z T")

        let running = try place.client()
        try running.send("P - | select pg_sleep(600) ;; B - - ;; H ;; E - ;; H")
        #expect(running.read(to: "2") == ["1", "2"])

        let streaming = try place.client()
        try streaming.send("Q select repeat('y', 9000), pg_sleep(0.01) from generate_series(1, 1000000)")
        #expect(streaming.read(to: "D").last?.hasPrefix("D ") == true)

        // Rows that do not fit into what is read at once: it is cut in the middle of one, and told behind it.
        let copying = try place.client()
        try copying.send("Q copy (select repeat('x', 300000) from generate_series(1, 1000000)) to stdout")
        #expect(copying.read(to: "d").last?.hasPrefix("d ") == true)

        let copyingIn = try place.client()
        try copyingIn.send("Q copy notes from stdin ;; d 3\\n")
        #expect(copyingIn.read(to: "G") == ["G"])

        let halfSent = try place.client()
        try halfSent.send("Q copy notes from stdin")
        #expect(halfSent.read(to: "G") == ["G"])
        halfSent.send(bytes: [UInt8(ascii: "d"), 0, 0, 1, 0, UInt8(ascii: "4")])

        let waiting = try place.client()
        try waiting.send("Q delete from notes")
        #expect(waiting.read(to: "N").last?.contains("waits for approval") == true)

        try place.becomes(Self.policy.replacing(old, with: new))
        for client in [listening, inTransaction, running, copyingIn, halfSent, waiting] {
            // The client is told before it is closed: from then on nothing is passed on, and this is not.
            let lines = client.read(to: "?")
            #expect(Self.isEnded(lines, reason) && lines.count == 2, "\(lines)")
        }
        for client in [streaming, copying] {
            let lines = client.read(to: "?")
            #expect(Self.isEnded(lines, reason), "\(lines.suffix(3))")
        }
        _ = try place.direct("notify gossip, 'secret'")
        #expect(try place.running().isEmpty)
        #expect(try place.direct("select count(*) from notes") == "0")
        #expect(try guarding.query("select 1") == ["T 1", "D 1", "C SELECT 1", "Z I"])
        #expect(place.gateway.service.sessionCount == 1)
    }

    /// A client that does not read the rest of its row is not waited for.
    @Test func whoDoesNotReadIsClosedAllTheSame() throws {
        let place = try Place()
        let silent = try place.client()
        try silent.send("Q select repeat('x', 100000000) from generate_series(1, 10)")
        #expect(silent.read(to: "T") == ["T 1"])
        try place.becomes(Self.policy.replacing("claim.sub == \"clerk\"", with: "claim.sub == \"nobody\""))
        #expect(try place.running().isEmpty)
        for _ in 0..<400 where place.gateway.service.sessionCount > 0 { _ = try place.direct("select pg_sleep(0.05)") }
        #expect(place.gateway.service.sessionCount == 0)
    }

    /// Over a pool: with a connection, without one, and while it waits for one.
    @Test func overAPool() throws {
        var pool = GatewayConfiguration.Pool(mode: .transaction)
        pool.size = 1
        let place = try Place(pool: pool)
        let queued = try place.client("guard")
        let (resting, held, working) = (try place.client(), try place.client(), try place.client())
        try held.send("Q delete from notes")
        #expect(held.read(to: "N").last?.contains("waits for approval") == true)
        #expect(try working.query("begin").last == "Z T")
        #expect(try working.query("insert into notes values (1)").last == "Z T")
        try queued.send("Q select count(*) from notes")
        for _ in 0..<400 where place.gateway.service.poolCounts.waiting == 0 { _ = try place.direct("select pg_sleep(0.01)") }
        #expect(place.gateway.service.poolCounts.waiting == 1)
        try place.becomes(Self.policy.replacing("claim.sub == \"clerk\"", with: "claim.sub == \"nobody\""))
        for client in [resting, held, working] {
            let lines = client.read(to: "?")
            #expect(Self.isEnded(lines, "not in it") && lines.count == 2, "\(lines)")
        }
        // Whoever waited for the connection has one now, without what was left on it.
        #expect(queued.read() == ["T 1", "D 0", "C SELECT 1", "Z I"])
    }

    /// Who may listen no more hears no more, and everything else of theirs goes on: what runs was let through, the next is judged anew.
    @Test func aChannelIsTakenAway() throws {
        let place = try Place()
        let listening = try place.client()
        #expect(try listening.query("listen gossip") == ["C LISTEN", "Z I"])
        let elsewhere = try place.client()
        #expect(try elsewhere.query("listen weather") == ["C LISTEN", "Z I"])
        let running = try place.client()
        try running.send("Q select pg_sleep(1.5)")
        #expect(try place.isAsleep())
        let left = try place.client()
        #expect(try left.query("unlisten gossip") == ["C UNLISTEN", "Z I"])
        try place.becomes(
            Self.policy.replacing(", listen }", with: " }") + "\nallow weather { who clerk  on shop  to listen weather }\n")
        let lines = listening.read(to: "?")
        #expect(Self.isEnded(lines, "does not let this session listen on \"gossip\"") && lines.count == 2, "\(lines)")
        #expect(running.read() == ["T 1", "D ", "C SELECT 1", "Z I"])
        #expect(try running.query("listen gossip").first?.contains("C=42501") == true)
        #expect(try left.query("select 1").last == "Z I")
        _ = try place.direct("notify weather, 'rain'")
        #expect(elsewhere.read(to: "A").last?.contains("weather rain") == true)
    }

    /// What an allow let begin goes on when that allow is gone but others are there; the next statement, and the next piece of a portal, is
    /// judged by the new policy.
    @Test func anAllowIsWithdrawn() throws {
        let place = try Place()
        let client = try place.client()
        #expect(try client.query("insert into notes select generate_series(1, 9)").last == "Z I")
        #expect(try client.query("begin").last == "Z T")
        try client.send("P - | select id from notes ;; B p - ;; raw 450000000a700000000002 ;; S")
        #expect(client.read() == ["1", "2", "D 1", "D 2", "s", "Z T"])
        let running = try place.client()
        try running.send("Q select pg_sleep(1.5)")
        #expect(try place.isAsleep())
        try place.becomes(Self.policy.replacing("to select, insert, delete, call,", with: "to insert, delete,"))
        try client.send("raw 450000000a700000000002 ;; S")
        #expect(client.read().first?.contains("C=42501") == true)
        #expect(running.read() == ["T 1", "D ", "C SELECT 1", "Z I"])
        #expect(try running.query("select id from notes").first?.contains("C=42501") == true)
    }
}
