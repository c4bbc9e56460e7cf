// The limits of what a session's search path may be, each at its edge.

import Decision
import Inspect
import Machine
import Testing

@Suite struct SessionPathLimitTests {
    private static let policy = """
        policy test edition 1
        issuer dev : jwks { file "k"  issuer "https://i"  audience "postern"  claims { sub string } }
        identity bot from dev { when claim.sub == "bot" }
        resource db : postgres { search_path public }
        allow everything { who bot on db to any }
        """

    private let gate: Gate

    init() throws { gate = try GatePolicy.gate(try GatePolicy.compile(Self.policy), as: "bot", on: "db") }

    /// Lets a message through and leaves what it does to names unsettled, or says that it was done.
    private func send(_ text: String, inTransaction: Ternary = .no, settled: Bool = false) {
        var text = text
        text.withUTF8 { bytes in
            let circumstances = Circumstances(moment: Moment(seconds: 1_772_000_000), inTransaction: inTransaction)
            if case .forward(let permit) = gate.consider(.query(UnsafeRawBufferPointer(bytes)), at: circumstances) {
                if settled, let ticket = permit.ticket { gate.names.settle(ticket, completed: .max) }
            }
        }
    }

    private func schemas(inTransaction: Ternary = .no) -> (names: Int, isKnown: Bool) {
        send("select 1 from t", inTransaction: inTransaction)
        let accesses = gate.lastInspection.accesses.buffer
        return (accesses.count { $0.verb == .select }, !accesses.contains { $0.verb == .unknown })
    }

    /// 64 schemas are kept apart, `public` among them.
    @Test func schemasInDoubt() {
        for index in 0..<63 { send("set search_path = s\(index)") }
        #expect(schemas() == (64, true))
        send("set search_path = one_more")
        #expect(schemas() == (64, false))
        // A path that is certain again is known again.
        send("set search_path = public", settled: true)
        #expect(schemas().isKnown == false, "the others are still awaited")
    }

    @Test func schemasThatSetConfigMayHaveSet() {
        for index in 0..<64 { send("select set_config('search_path', 's\(index)', false) from x.y", settled: true) }
        #expect(schemas().isKnown)
        send("select set_config('search_path', 'one_more', false) from x.y", settled: true)
        #expect(!schemas().isKnown)
        send("set search_path = public", settled: true)
        #expect(schemas() == (1, true))
    }

    /// Behind 64 savepoints it is not followed where ROLLBACK TO goes.
    @Test func savepoints() {
        send("begin")
        send("set local search_path = a", inTransaction: .yes, settled: true)
        for index in 0..<64 { send("savepoint s\(index)", inTransaction: .yes, settled: true) }
        #expect(schemas(inTransaction: .yes) == (1, true))
        send("savepoint one_more", inTransaction: .yes, settled: true)
        #expect(schemas(inTransaction: .yes) == (2, true))
    }
}
