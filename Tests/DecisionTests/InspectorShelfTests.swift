// Who shares an inspector, and that nobody notices.

import Inspect
import Machine
import Mask
import Testing

@testable import Decision

@Suite struct InspectorShelfTests {
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

    private func gate(_ program: VerifiedProgram, _ subject: String, _ shelf: InspectorShelf) throws -> Gate {
        let caller = try caller(program, subject)
        return try #require(
            Gate(
                policy: program, caller: caller, resource: "r",
                facts: SessionFacts(caller: caller, source: nil, start: Moment(seconds: 0)),
                secrets: MaskSecrets(hashKey: Array(repeating: 7, count: 32)), memory: FirstSeen(), inspectors: shelf))
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
        let shelf = InspectorShelf()
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
        let shelf = InspectorShelf()
        let used = try (0..<5).map { shelf.inspector(for: try caller(program, "bot used \($0)"), searchPath: [], schema: nil) }
        for number in 0..<1_000 { _ = shelf.inspector(for: try caller(program, "bot \(number)"), searchPath: [], schema: nil) }
        #expect(shelf.count <= 2 * InspectorShelf.spares)
        for (number, inspector) in used.enumerated() {
            #expect(shelf.inspector(for: try caller(program, "bot used \(number)"), searchPath: [], schema: nil) === inspector)
        }
    }

    /// What one session does to its names is no other session's: neither a temporary table nor a search path.
    @Test func sessionsDoNotMeet() throws {
        let program = try GatePolicy.compile(Self.policy)
        let shelf = InspectorShelf()
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
}
