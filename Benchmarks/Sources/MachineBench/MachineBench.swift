// How long a decision takes against 10, 1,000 and 10,000 rules.
//
//   MachineBench              a million decisions a round
//   MachineBench 1000         as many as said: run under valgrind with two numbers, the "total heap usage" shows that
//                             a warm decision allocates nothing (both runs make the same number of allocations)
import Machine

@main
enum MachineBench {
    static func main() throws {
        let decisions = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1_000_000
        print("rules  accesses  CPU ns/decide (best of 5)  load ms  specialise ms")
        for rules in [10, 1_000, 10_000] {
            for accesses in [1, 10] { try run(rules: rules, accesses: accesses, decisions: max(decisions, 1)) }
        }
    }

    private static func run(rules: Int, accesses: Int, decisions: Int) throws {
        let bytes = try ProgramCodec.encode(BenchPolicy.program(rules: rules))
        let clock = ContinuousClock()
        var loaded: VerifiedProgram?
        let load = try clock.measure { loaded = try VerifiedProgram.load(bytes) }
        guard let program = loaded else { return }
        let claims = VerifiedClaims(issuer: "cluster", subject: "job", values: ["sub": .string("job")], proof: .bearer)
        guard case .caller(let caller) = program.identify(claims) else { return }
        var made: Specialisation?
        let specialise = clock.measure { made = program.specialise(for: caller, resource: "db") }
        guard let specialisation = made else { return }
        let machine = VirtualMachine(
            specialisation, session: SessionFacts(caller: caller, source: nil, start: Moment(seconds: 0)))
        // Two inspections in turn, so that the optimiser cannot hoist the call; one is allowed, one is denied a column.
        let inspections = [BenchPolicy.inspection(accesses: accesses), BenchPolicy.inspection(accesses: accesses)]
        inspections[1].modifyStatement(0) { $0.whereShape = .range }
        var allowed = 0
        for turn in 0..<1_000 { allowed += decide(machine, inspections[turn & 1], turn) }
        var best = Double.infinity
        for _ in 0..<5 {
            let start = ProcessorTime.now
            for turn in 0..<decisions { allowed += decide(machine, inspections[turn & 1], turn) }
            best = min(best, (ProcessorTime.now - start) / Double(decisions))
        }
        precondition(allowed == 5 * decisions + 1_000, "every decision of this benchmark allows")
        print("\(rules)  \(accesses)  \(tenths(best))  \(milliseconds(load))  \(milliseconds(specialise))")
    }

    @inline(never)
    private static func decide(_ machine: VirtualMachine, _ inspection: Inspection, _ turn: Int) -> Int {
        let request = RequestFacts(moment: Moment(seconds: Int64(turn)), inTransaction: .no)
        return machine.decide(inspection, request).outcome == .allowed ? 1 : 0
    }

    private static func tenths(_ value: Double) -> Double { (value * 10).rounded() / 10 }

    private static func milliseconds(_ duration: Duration) -> Double {
        tenths(Double(duration.components.attoseconds) / 1e15 + Double(duration.components.seconds) * 1e3)
    }
}
