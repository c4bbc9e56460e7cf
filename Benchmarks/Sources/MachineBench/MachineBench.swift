// How long a decision takes against 10, 1,000 and 10,000 rules, and how often it allocates.
import Machine

@main
enum MachineBench {
    static func main() throws {
        print("rules  accesses  CPU ns/decide (best of 5)  mallocs per 1,000,000 decisions  load ms  specialise ms")
        for rules in [10, 1_000, 10_000] {
            for accesses in [1, 10] { try run(rules: rules, accesses: accesses) }
        }
    }

    private static func run(rules: Int, accesses: Int) throws {
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
        let count = 1_000_000
        var best = Double.infinity
        let before = AllocationCount.now
        for _ in 0..<5 {
            let start = ProcessorTime.now
            for turn in 0..<count { allowed += decide(machine, inspections[turn & 1], turn) }
            best = min(best, (ProcessorTime.now - start) / Double(count))
        }
        let mallocs = AllocationCount.now - before
        precondition(allowed == 5 * count + 1_000, "every decision of this benchmark allows")
        print("\(rules)  \(accesses)  \(tenths(best))  \(mallocs / 5)  \(milliseconds(load))  \(milliseconds(specialise))")
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
