// A decision that is remembered is the decision that would be made: warm gates against new ones, on random policies and messages.

import Inspect
import Machine
import Mask
import TestSupport
import Testing

@testable import Decision

/// Every message is decided by a gate that has decided the others before it, and by one that was made for it alone.
@Suite struct KnownDecisionTests {
    private static let head = """
        policy p edition 1
        issuer i : jwks { issuer "https://i.localhost" audience "a" file "k.json" claims { sub string } }
        identity bot from i { when claim.sub == "bot" }
        identity boss from i { when claim.sub == "boss" }
        resource r : postgres { search_path public }

        """

    /// Each asks about something else; a random part of them makes a policy.
    private static let rules = [
        "allow a0 { who bot on r to select from orders }",
        "allow a1 { who bot on r to select from orders(id, day) when statement.has_where }",
        "allow a2 { who bot on r to select, update of stock when request.time in \"Mon-Fri 08:00-18:00 UTC\" }",
        "allow a3 { who bot on r to select from stock when statement.in_transaction }",
        "allow a4 { who bot on r to insert into orders unless statement.text contains \"7\" }",
        "allow a5 { who bot on r to delete from orders when statement.first_seen }",
        "allow a6 { who bot on r to update of orders expires 2026-03-05 }",
        "allow a7 { who bot on r to any when session.age < 10d and statement.count < 2 }",
        "allow a8 { who bot on r to select from stock when statement.limit <= 5 limit 5 rows }",
        "allow a9 { who bot on r to create, drop, call lower }",
        "deny d0 { on r to delete from orders unless statement.where == \"keyed\" }",
        "deny d1 { on r to any when statement.text matches \"id = [0-4]$\" }",
        "deny d2 { on r to select from orders(total) when not statement.in_transaction }",
        "approve p0 { who bot on r to update of orders unless statement.has_where by boss within 5m valid once }",
        "mask m0 { who bot on r column orders.total with redact }",
        "mask m1 { who bot on r column stock.note with redact when request.time in \"Mon-Fri 08:00-18:00 UTC\" }",
        "mask m2 { who bot on r column orders.total with null guarded when statement.has_limit }",
        "watch w0 { who bot on r to select from stock when result.rows > 3 }",
        "observe deny o0 { on r to select from orders when statement.has_limit }",
    ]

    private static let texts = [
        "select id, day from orders where id = #", "select * from orders where id = #", "select total from orders limit #",
        "select * from orders", "select * from stock where id in (#, #)", "select * from stock limit #", "select * from stock limit 5",
        "update stock set n = # where id = #", "update orders set total = #", "update orders set total = # where id = #",
        "insert into orders values (#, '#')", "delete from orders where id = #", "delete from orders", "select lower('#')",
        "create temp table orders (id int)", "select id from orders; select id from stock", "begin", "commit",
        "insert into stock select total from orders where id = #", "select total + # from orders",
    ]

    @Test(arguments: 0..<32) func asIfMetFirst(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var text = Self.head
        for rule in Self.rules where random.next() % 2 == 0 { text += rule + "\n" }
        let program = try GatePolicy.compile(text)
        let shelf = GateShelf()
        let (warmSeen, coldSeen) = (FirstSeen(), FirstSeen())
        let warm = try Self.gate(program, warmSeen, shelf)
        // How the temporary table was made, if it was.
        var made: Circumstances?
        for step in 0..<90 {
            var message = ""
            for character in Self.texts[Int(random.next() % UInt64(Self.texts.count))] {
                message += character == "#" ? "\(random.next() % 9)" : String(character)
            }
            // A temporary table stays; the new gate would not know of it.
            if message.hasPrefix("create"), random.next() % 8 != 0 { continue }
            let moment = Moment(seconds: 1_772_400_000 + Int64(random.next() % 1_000_000))
            let at = Circumstances(moment: moment, inTransaction: [.yes, .no, .unknown][Int(random.next() % 3)])
            let cold = try Self.gate(program, coldSeen, nil)
            if let made { Self.tell(cold, "create temp table orders (id int)", made) }
            let (first, second) = (Self.tell(warm, message, at), Self.tell(cold, message, at))
            #expect(first == second, "seed \(seed), step \(step): \(message)\n\(text)")
            if message.hasPrefix("create"), first.hasPrefix("allow") { made = at }
        }
    }

    /// Only what was known before its decision can be answered from memory, so that the test above is about something.
    @Test func remembers() throws {
        let program = try GatePolicy.compile(Self.head + "allow a { who bot on r to select from orders when statement.has_where }")
        let gate = try Self.gate(program, FirstSeen(), nil)
        let at = Circumstances(moment: Moment(seconds: 1_772_400_000))
        for number in 0..<4 {
            let told = Self.tell(gate, "select id from orders where id = \(number)", at)
            #expect(told.hasPrefix("allow"))
            #expect((gate.lastInspection.origin != 0) == (number >= 2), "a shape is kept when it comes a second time")
        }
        #expect(Self.tell(gate, "select id from orders", at).hasPrefix("uncovered"))
    }

    private static func gate(_ program: VerifiedProgram, _ memory: FirstSeen, _ shelf: GateShelf?) throws -> Gate {
        let claims = VerifiedClaims(issuer: "i", subject: "bot", values: ["sub": .string("bot")], proof: .bearer)
        guard case .caller(let caller) = program.identify(claims) else { throw ScriptError.noCaller("bot") }
        return try #require(
            Gate(
                policy: program, caller: caller, resource: "r",
                facts: SessionFacts(caller: caller, source: nil, start: Moment(seconds: 1_772_000_000)),
                secrets: MaskSecrets(hashKey: Array(repeating: 7, count: 32)), memory: memory, shelf: shelf))
    }

    /// Everything that an outcome says.
    @discardableResult
    private static func tell(_ gate: Gate, _ message: String, _ at: Circumstances) -> String {
        Array(message.utf8).withUnsafeBytes { bytes in
            let told: String
            switch gate.consider(.query(bytes), at: at) {
            case .forward(let permit):
                let masks = permit.masks.map { "\($0.columns.map { "\($0)" }.sorted())" } ?? ""
                told = "\(Self.text(permit.decision)) \(masks) \(permit.limits != nil) \(permit.watch != nil) \(permit.ticket != nil)"
                if let ticket = permit.ticket { gate.names.settle(ticket, completed: .max) }
            case .refuse(let refusal): told = "\(Self.text(refusal.decision)) \(refusal.message) \(refusal.detail ?? "")"
            case .hold(let held): told = "\(Self.text(held.request.decision)) \(held.request.demands.map(\.rule))"
            }
            return told + " observed \(gate.lastObserved.map { $0 })"
        }
    }

    private static func text(_ record: DecisionRecord) -> String {
        "\(record.effect) \(record.rule) \(record.masks) \(record.fingerprint)"
    }
}
