// A token that ends in the middle of a session ends it where nothing runs, wherever that is; what was sent before is answered.

import Foundation
import Testing

@testable import Gateway

@Suite(.serialized) struct ExpiryLiveTests {
    private static let policy = """
        policy shop edition 1
        issuer cluster : oidc { url "https://kubernetes.default.svc"  audience "postern"  claims { sub string } }
        identity clerk from cluster { when claim.sub == "clerk" }
        identity lead from cluster { when claim.sub == "lead" }
        group dba { lead }
        resource shop : postgres { search_path public }
        allow all { who clerk  on shop  to select, insert, delete, call, transact, listen }
        approve deletes { who clerk  on shop  to delete  by dba  within 10m }
        """

    /// A gateway whose tokens are good for some seconds, and its database.
    private struct Place {
        let live: LivePostgres
        let gateway: LiveGateway
        let database: String

        init(pool: GatewayConfiguration.Pool? = nil) throws {
            live = try LivePostgres.shared.get()
            database = LivePostgres.freshName("e")
            try live.makeDatabase(database, "create table notes(id int);")
            gateway = try LiveGateway(try PostgresStage(policy: ExpiryLiveTests.policy), database: database, pool: pool, tokenSeconds: 3)
        }
        func client() throws -> RawClient { try gateway.client("clerk", database: database) }
        var notes: String {
            get throws {
                try live.query(database: database, "select coalesce(string_agg(id::text, ',' order by id), '') from notes")
                    .trimmingCharacters(in: .whitespacesAndNewlines)
            }
        }
    }

    private static func isExpired(_ lines: [String]) -> Bool {
        guard lines.count > 1, lines.last == "closed" else { return false }
        let told = lines[lines.count - 2]
        return told.contains("S=FATAL") && told.contains("C=57P01") && told.contains("the token of this session has expired")
            && lines.filter { $0.contains("S=FATAL") }.count == 1
    }

    /// The whole life of each client is within this one test: they all wait for the same seconds.
    @Test func wherever() throws {
        let place = try Place()
        let idle = try place.client()
        _ = try idle.query("listen gossip")

        let inTransaction = try place.client()
        _ = try inTransaction.query("begin")
        #expect(try inTransaction.query("insert into notes values (1)").last == "Z T")

        let running = try place.client()
        try running.send("Q select pg_sleep(4) ;; Q insert into notes values (2)")

        let copyingOut = try place.client()
        try copyingOut.send("Q copy (select n, pg_sleep(0.1) from generate_series(1, 40) n) to stdout")

        let copyingIn = try place.client()
        try copyingIn.send("Q copy notes from stdin ;; d 3\\n")
        #expect(copyingIn.read(to: "G") == ["G"])

        // No Sync: its answers would stay in the server's buffer.
        let pipelining = try place.client()
        try pipelining.send("P - | select pg_sleep(4) ;; B - - ;; E -")

        // Half a message that is passed on as it arrives.
        let halfSent = try place.client()
        try halfSent.send("Q copy notes from stdin")
        #expect(halfSent.read(to: "G") == ["G"])
        halfSent.send(bytes: [UInt8(ascii: "d"), 0, 0, 1, 0, UInt8(ascii: "4")])

        let waiting = try place.client()
        try waiting.send("Q delete from notes")
        #expect(waiting.read(to: "N").last?.contains("waits for approval") == true)

        for client in [idle, inTransaction, copyingIn, halfSent, waiting] {
            let lines = client.read(to: "?")
            #expect(Self.isExpired(lines) && lines.count == 2, "\(lines)")
        }
        let ran = running.read(to: "?")
        #expect(Self.isExpired(ran) && ran.starts(with: ["T 1", "D ", "C SELECT 1", "Z I", "C INSERT 0 1", "Z I"]), "\(ran)")
        let copied = copyingOut.read(to: "?")
        #expect(Self.isExpired(copied) && copied.filter { $0.hasPrefix("d ") }.count == 40 && copied.contains("C COPY 40"), "\(copied)")
        let piped = pipelining.read(to: "?")
        #expect(Self.isExpired(piped) && piped.starts(with: ["1", "2", "D ", "C SELECT 1"]), "\(piped)")
        #expect(try place.notes == "2")
    }

    /// A pooled connection that was lent when the token ended is not given to the next with what was left on it.
    @Test func whatWasLentGoesBackClean() throws {
        var pool = GatewayConfiguration.Pool(mode: .transaction)
        pool.size = 1
        let place = try Place(pool: pool)
        let client = try place.client()
        _ = try client.query("begin")
        #expect(try client.query("insert into notes values (1)").last == "Z T")
        #expect(Self.isExpired(client.read(to: "?")))
        let next = try place.client()
        #expect(try next.query("select count(*) from notes") == ["T 1", "D 0", "C SELECT 1", "Z I"])
        // Nobody has a connection of its own: it ends all the same.
        #expect(Self.isExpired(next.read(to: "?")))
        let refused = try place.gateway.client("clerk", database: place.database)
        #expect(try refused.query("select 1").last == "Z I")
    }
}
