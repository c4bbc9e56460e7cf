// A message that waits for people leaves its pooled connection to others: with a real server, a pool of one, and somebody else at work.

import Decision
import Foundation
import Machine
import Recording
import Synchronization
import Testing

@testable import Gateway

@Suite(.serialized) struct HeldPoolLiveTests {
    private static let people = """
        policy shop edition 1
        issuer cluster : oidc { url "https://kubernetes.default.svc"  audience "postern"  claims { sub string } }
        identity agent from cluster { when claim.sub == "agent" }
        identity other from cluster { when claim.sub == "other" }
        identity lead from cluster { when claim.sub == "lead" }
        group dba { lead }
        resource shop : postgres { search_path public }
        allow all { who agent, other  on shop  to select, insert, update, delete, call, transact, set }
        """
    private static let policy =
        people + """

        approve deletes { who agent  on shop  to delete  by dba  within 10m }
        approve updates { who agent  on shop  to update  by dba  within 1s }
        """

    /// A gateway whose pool has one connection, and somebody at work on it.
    private final class Place {
        let place: PoolPlace
        let other: RawClient
        let recorded: PostgresStage

        init(wait: Int = 10) throws {
            place = try PoolPlace(.transaction, size: 1, wait: wait, policy: HeldPoolLiveTests.policy, isOwn: true)
            recorded = try PostgresStage(policy: HeldPoolLiveTests.policy)
            other = try place.client("other")
            try fill()
        }

        func fill() throws { #expect(try other.query("insert into notes values ('a'), ('b')").last == "Z I") }

        /// One whose message waits.
        func held(_ messages: String = "Q delete from notes") throws -> RawClient {
            let client = try place.client("agent")
            try wait(client, messages)
            return client
        }

        func wait(_ client: RawClient, _ messages: String) throws {
            try client.send(messages)
            let told = client.read(to: "N").last
            #expect(told?.contains("waits for approval") == true, "\(messages): \(told ?? "nothing")")
        }

        /// Somebody else does all that a transaction may, on the one connection.
        func work() throws {
            #expect(try other.query("begin").last == "Z T")
            #expect(try other.query("insert into notes values ('c')").last == "Z T")
            #expect(try other.query("rollback").last == "Z I")
            #expect(try other.value("select count(*) from notes") == "2")
            #expect(place.gateway.service.poolCounts.open == 1)
            #expect(place.gateway.service.poolCounts.waiting == 0)
        }

        var cards: [ApprovalCard] { place.gateway.service.surroundings.desk.all }

        /// Somebody answers the request that waits longest.
        func answer(_ agrees: Bool) throws -> Said {
            let card = try #require(cards.first)
            let claims = try recorded.caller("lead").claims
            let said = Said()
            card.answer(
                ApprovalAnswer(claims: claims, agrees: agrees, reason: "", at: Moment(seconds: Int64(Date().timeIntervalSince1970)))
            ) { said.end($0) }
            return said
        }

        func becomes(_ policy: String) throws {
            let next = try PostgresStage(policy: policy)
            place.gateway.service.adopt(next.program, RecordedProgram(next.program.program, digest: [UInt8(policy.utf8.count & 0xFF)]))
            place.gateway.settle()
        }
    }

    /// What whoever has answered is told.
    private final class Said: Sendable {
        private let done = DispatchSemaphore(value: 0)
        private let reply = Mutex<ApprovalReply?>(nil)
        func end(_ reply: ApprovalReply) {
            self.reply.withLock { $0 = reply }
            done.signal()
        }
        func told() throws -> ApprovalReply {
            try #require(done.wait(timeout: .now() + 60) == .success, "nothing was told")
            return try #require(reply.withLock { $0 })
        }
    }

    /// Every way in which drivers send one statement.
    @Test(arguments: [
        "Q delete from notes", "P - | delete from notes ;; B - - ;; D P - ;; E - ;; S",
        "P d | delete from notes ;; D S d ;; H ;; B - d ;; E - ;; S",
        "P d | delete from notes ;; D S d ;; S ;; B - d ;; E - ;; S", "Q select 1 ;; Q delete from notes",
        "P - | select 1 ;; B - - ;; E - ;; S ;; P - | delete from notes ;; B - - ;; E - ;; S",
    ]) func others(_ messages: String) throws {
        let place = try Place()
        let held = try place.held(messages)
        for _ in 0..<3 { try place.work() }
        #expect(try place.answer(true).told() == .ended(.approved))
        let lines = held.read(to: "C DELETE")
        #expect(lines.last == "C DELETE 2" && !lines.contains { $0.hasPrefix("E ") }, "\(messages): \(lines)")
        #expect(held.read() == ["Z I"])
        #expect(try place.other.value("select count(*) from notes") == "0")
        #expect(try held.value("select 7") == "7")
    }

    /// A reload has the message decided again: a pool that is busy for longer than anybody waits for a connection takes it from nobody.
    @Test func aReloadWhileNothingIsFree() throws {
        let place = try Place(wait: 1)
        let held = try place.held()
        #expect(try place.other.query("begin").last == "Z T")
        try place.becomes(Self.policy)
        #expect(try place.other.query("select pg_sleep(2.5)").last == "Z T")
        #expect(place.cards.count == 1)
        #expect(try place.other.query("rollback").last == "Z I")
        #expect(try place.answer(true).told() == .ended(.approved))
        #expect(held.read(to: "C DELETE").last == "C DELETE 2")
        #expect(held.read() == ["Z I"])
    }

    @Test func manyWaitOnNothing() throws {
        let place = try Place()
        let all = try (0..<6).map { _ in try place.held() }
        try place.work()
        for client in all {
            _ = try place.answer(true).told()
            try place.fill()
            _ = client
        }
        for client in all { #expect(client.read(to: "Z").first?.hasPrefix("C DELETE") == true) }
        #expect(place.cards.isEmpty)
    }

    /// The answer comes while somebody has the connection: it counts, the message waits for the connection, and whoever has answered is told
    /// in the end.
    @Test func theAnswerComesWhileNothingIsFree() throws {
        let place = try Place()
        let held = try place.held()
        #expect(try place.other.query("begin").last == "Z T")
        let said = try place.answer(true)
        #expect(try place.other.query("insert into notes values ('c')").last == "Z T")
        #expect(try place.other.query("commit").last == "Z I")
        #expect(try said.told() == .ended(.approved))
        #expect(held.read() == ["C DELETE 3", "Z I"])
    }

    @Test func refused() throws {
        let place = try Place()
        let held = try place.held("P - | delete from notes ;; B - - ;; E - ;; S ;; Q select 1")
        try place.work()
        #expect(try place.answer(false).told() == .ended(.declined))
        let lines = held.read(to: "Z", 2)
        #expect(lines.contains { $0.contains("C=42501") && $0.contains("did not agree") } && lines.contains("D 1"), "\(lines)")
        try place.work()
    }

    @Test func timeIsUp() throws {
        let place = try Place()
        let held = try place.held("Q update notes set note = 'x'")
        try place.work()
        #expect(held.read().contains { $0.contains("not approved within 1 s") })
        try place.work()
        #expect(place.cards.isEmpty)
    }

    @Test func cancelled() throws {
        let place = try Place()
        let held = try place.held("P - | delete from notes ;; B - - ;; E - ;; S")
        try place.work()
        try RawClient(port: place.place.gateway.port).cancel(process: held.process, key: held.key)
        let lines = held.read()
        #expect(lines.contains { $0.contains("C=57014") } && lines.last == "Z I", "\(lines)")
        try place.work()
        #expect(try held.value("select 7") == "7")
        #expect(place.cards.isEmpty)
    }

    @Test func theClientGoesAway() throws {
        let place = try Place()
        try place.held().hangUp()
        let next = try place.held()
        for _ in 0..<500 where place.cards.count > 1 { try place.place.direct("select pg_sleep(0.01)") }
        #expect(place.cards.count == 1)
        try place.work()
        #expect(try place.answer(true).told() == .ended(.approved))
        #expect(next.read() == ["C DELETE 2", "Z I"])
    }

    @Test func anotherPolicy() throws {
        let place = try Place()
        let (first, second) = (try place.held(), try place.held("P - | update notes set note = 'x' ;; B - - ;; E - ;; S"))
        // It still asks for one of them.
        try place.becomes(Self.people + "\napprove deletes { who agent  on shop  to delete  by dba  within 20m }\n")
        #expect(second.read(to: "Z").suffix(2) == ["C UPDATE 2", "Z I"])
        try place.work()
        #expect(place.cards.count == 1)
        try place.becomes(Self.people + "\ndeny deletes { on shop  to delete  because \"closed\" }\n")
        #expect(first.read().contains { $0.contains("closed") })
        try place.work()
        // One whose session may not go on is told so.
        try place.becomes(Self.policy)
        let last = try place.held()
        try place.becomes(Self.policy.replacing("claim.sub == \"agent\"", with: "claim.sub == \"nobody\""))
        #expect(last.read(to: "?").contains { $0.contains("S=FATAL") && $0.contains("not in it any more") })
        try place.work()
    }

    /// Nobody waits while the gateway drains, with a connection or without.
    @Test func theGatewayDrains() throws {
        let place = try Place()
        let held = try place.held()
        place.place.gateway.service.drain()
        let lines = held.read(to: "?")
        #expect(lines.contains { $0.contains("S=FATAL") && $0.contains("C=57P01") } && lines.last == "closed", "\(lines)")
        #expect(place.cards.isEmpty)
        #expect(try place.place.direct("select count(*) from notes") == "2")
    }

    /// In a transaction the connection is kept, as for any statement there.
    @Test func inATransactionItIsKept() throws {
        let place = try Place(wait: 1)
        let client = try place.place.client("agent")
        #expect(try client.query("begin").last == "Z T")
        try place.wait(client, "Q delete from notes")
        #expect(try place.other.query("select 1").contains { $0.contains("C=53300") })
        #expect(try place.answer(true).told() == .ended(.approved))
        #expect(client.read() == ["C DELETE 2", "Z T"])
        #expect(try client.query("rollback").last == "Z I")
        #expect(try client.value("select count(*) from notes") == "2")
    }
}
