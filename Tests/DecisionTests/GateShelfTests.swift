// What sessions of one loop share, and that nobody notices.

import Inspect
import Mask
import TestSupport
import Testing

@testable import Decision
@testable import Machine

@Suite struct GateShelfTests {
    private static let policy = """
        policy p edition 1
        issuer i : jwks { issuer "https://i.localhost" audience "a" file "k.json" claims { sub string } }
        identity bot from i { when claim.sub starts with "bot" }
        resource r : postgres { search_path public }
        allow reads { who bot on r to select from public.orders }
        allow makes { who bot on r to create, set }
        """

    private func caller(_ program: VerifiedProgram, _ subject: String) throws -> Caller {
        let claims = VerifiedClaims(issuer: "i", subject: subject, values: ["sub": .string(subject)], proof: .bearer)
        guard case .caller(let caller) = program.identify(claims) else { throw ScriptError.noCaller(subject) }
        return caller
    }

    private func gate(_ program: VerifiedProgram, _ subject: String, _ shelf: GateShelf) throws -> Gate {
        let caller = try caller(program, subject)
        return try #require(
            Gate(
                policy: program, caller: caller, resource: "r",
                facts: SessionFacts(caller: caller, source: nil, start: Moment(seconds: 0)),
                secrets: MaskSecrets(hashKey: Array(repeating: 7, count: 32)), memory: FirstSeen(), shelf: shelf))
    }

    private func passes(_ gate: Gate, _ text: String) -> Bool {
        Array(text.utf8).withUnsafeBytes { bytes in
            switch gate.consider(.query(bytes), at: Circumstances(moment: Moment(seconds: 1_772_000_000))) {
            case .forward(let permit):
                if let ticket = permit.ticket { gate.names.settle(ticket, completed: .max) }
                return true
            case .refuse: return false
            case .hold: return false
            }
        }
    }

    @Test func oneForEachUser() throws {
        let program = try GatePolicy.compile(Self.policy)
        let shelf = GateShelf()
        let (one, two) = (try caller(program, "bot1"), try caller(program, "bot2"))
        let first = shelf.inspector(for: one, searchPath: ["public"], schema: nil)
        #expect(shelf.inspector(for: one, searchPath: ["public"], schema: nil) === first)
        #expect(shelf.inspector(for: two, searchPath: ["public"], schema: nil) !== first)
        #expect(shelf.inspector(for: one, searchPath: ["app"], schema: nil) !== first)
        // Precomposed and decomposed: equal as `String`, two subjects all the same.
        let (composed, decomposed) = (try caller(program, "bot\u{E9}"), try caller(program, "bote\u{301}"))
        #expect(
            shelf.inspector(for: composed, searchPath: [], schema: nil) !== shelf.inspector(for: decomposed, searchPath: [], schema: nil))
    }

    @Test func thoseThatNobodyUsesAreLetGo() throws {
        let program = try GatePolicy.compile(Self.policy)
        let shelf = GateShelf()
        let used = try (0..<5).map { shelf.inspector(for: try caller(program, "bot used \($0)"), searchPath: [], schema: nil) }
        for number in 0..<1_000 { _ = shelf.inspector(for: try caller(program, "bot \(number)"), searchPath: [], schema: nil) }
        #expect(shelf.count <= used.count + GateShelf.round)
        // Nor does it remember how many there were.
        var many: [SQLInspector] = []
        for number in 0..<500 { many.append(shelf.inspector(for: try caller(program, "bot many \(number)"), searchPath: [], schema: nil)) }
        #expect(shelf.count >= 500)
        many = []
        for number in 0..<200 { _ = shelf.inspector(for: try caller(program, "bot later \(number)"), searchPath: [], schema: nil) }
        #expect(shelf.count <= used.count + 2 * GateShelf.round)
        for (number, inspector) in used.enumerated() {
            #expect(shelf.inspector(for: try caller(program, "bot used \(number)"), searchPath: [], schema: nil) === inspector)
        }
    }

    /// What one session does to its names is no other session's: neither a temporary table nor a search path.
    @Test func sessionsDoNotMeet() throws {
        let program = try GatePolicy.compile(Self.policy)
        let shelf = GateShelf()
        let (mover, maker, other) = (
            try gate(program, "bot", shelf), try gate(program, "bot", shelf), try gate(program, "bot", shelf)
        )
        for _ in 0..<3 { #expect(passes(other, "select * from orders")) }
        #expect(passes(maker, "create temp table orders (id int)"))
        // It may be the temporary one now, which no rule lets it read.
        #expect(!passes(maker, "select * from orders"))
        #expect(passes(mover, "set search_path to elsewhere"))
        #expect(!passes(mover, "select * from orders"))
        for _ in 0..<3 { #expect(passes(other, "select * from orders")) }
        // And one that comes now begins as the others did.
        #expect(passes(try gate(program, "bot", shelf), "select * from orders"))
    }

    /// Sessions of several users that take turns are answered as if each were alone, refusals in the same words.
    @Test func turnsLeaveNothingBehind() throws {
        let program = try GatePolicy.compile(
            Self.policy + """

                observe deny watched { who bot on r to select from orders(total) because "watched" }
                allow few { who any on r to select from papers when claim.sub ends with "2" }
                mask hides { on r column orders.total with redact }
                """)
        let statements = [
            "select id from orders", "select total from orders", "select * from orders where id in (1, 2, 3)", "select * from papers",
            "select 1; select total from orders; this is no statement", "create table x as select id from orders", "drop table orders",
            "select " + (0..<80).map { "c\($0)" }.joined(separator: ", ") + " from orders", "", "prepare p as select total from orders",
            "execute p", "select * from secrets, orders, papers",
        ]
        let users = ["bot1", "bot2", "bot2"]
        let shelf = GateShelf()
        let together = try users.map { try gate(program, $0, shelf) }
        let alone = try users.map { try gate(program, $0, GateShelf()) }
        var random = SeededGenerator(seed: 7)
        var seen: Set<String> = []
        for _ in 0..<2_000 {
            let (who, text) = (Int.random(in: 0..<users.count, using: &random), statements.randomElement(using: &random) ?? "")
            let (one, other) = (answer(together[who], text), answer(alone[who], text))
            #expect(one == other)
            seen.insert(one)
        }
        // Not all of them the same: some pass, some do not, some are watched.
        #expect(seen.count >= statements.count && seen.contains { !$0.contains("observed []") } && seen.contains { $0.contains("refuse") })
    }

    /// What was prepared is judged as often as it is executed, up to a bound: beyond it nothing is understood.
    @Test func whatIsExecutedTooOftenIsNotUnderstood() throws {
        let program = try GatePolicy.compile(Self.policy + "\nallow tables { who bot on r to select }")
        let gate = try gate(program, "bot", GateShelf())
        let tables = (0..<100).map { "t\($0)" }.joined(separator: ", ")
        #expect(passes(gate, "prepare p as select * from \(tables)"))
        #expect(passes(gate, String(repeating: "execute p; ", count: 500)))
        let refused = answer(gate, String(repeating: "execute p; ", count: 990))
        #expect(refused.contains("more of what was prepared than is judged at once"), "\(refused.prefix(300))")
        #expect(gate.lastInspection.accesses.count < NameExpansion.room + 1_200)
        let last = try #require(gate.lastInspection.statements.buffer.last)
        #expect(last.pathChange == .unknown && last.mayChangeLexicalState)
    }

    /// The memory that one large message took does not stay for ever.
    @Test func memoryIsGivenBack() throws {
        let program = try GatePolicy.compile(Self.policy)
        let shelf = GateShelf()
        let (large, small) = (try gate(program, "bot1", shelf), try gate(program, "bot2", shelf))
        #expect(passes(large, "prepare p as select " + (0..<100).map { "c\($0)" }.joined(separator: ", ") + " from orders"))
        #expect(passes(large, String(repeating: "execute p; ", count: 500)))
        #expect(shelf.room.expanded.columns.capacity > 16_384)
        for _ in 0..<DecisionRoom.turnsKept { #expect(passes(small, "select id from orders")) }
        #expect(shelf.room.expanded.columns.capacity == 16)
        #expect(passes(large, "select id from orders"))
    }

    private func answer(_ gate: Gate, _ text: String) -> String {
        Array(text.utf8).withUnsafeBytes { bytes in
            let words: String
            switch gate.consider(.query(bytes), at: Circumstances(moment: Moment(seconds: 1_772_000_000))) {
            case .forward(let permit):
                words = "rule \(permit.decision.rule), masks \(permit.decision.masks)"
                if let ticket = permit.ticket { gate.names.settle(ticket, completed: .max) }
            case .refuse(let refusal): words = "refused: \(refusal.message)"
            case .hold: words = "held"
            }
            let found = gate.lastInspection
            let accesses = found.accesses.buffer.map { InspectionText.access($0, of: found) }
            return "\(words); observed \(Array(gate.lastObserved)); \(accesses)"
        }
    }
}
