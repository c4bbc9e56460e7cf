// The two things that are timed: the gate, which takes SQL text, and the machine alone, which is given what was found in it.
import Decision
import Inspect
import Machine
import Mask

struct BenchGate {
    private let gate: Gate

    init(rules: Int) throws {
        let policy = try VerifiedProgram.load(try SizedPolicy.compile(SizedPolicy.sources(rules: rules)))
        guard case .caller(let caller) = policy.identify(Self.claims),
            let gate = Gate(
                policy: policy, caller: caller, resource: "db",
                facts: SessionFacts(caller: caller, source: nil, start: Moment(seconds: 0)),
                secrets: MaskSecrets(hashKey: Array(repeating: 1, count: 32)), memory: FirstSeen())
        else { throw BenchFailure(description: "the policy does not know the benchmark's caller") }
        self.gate = gate
    }

    static let claims = VerifiedClaims(issuer: "dev", subject: "bot", values: ["sub": .string("bot")], proof: .bearer)

    @inline(never)
    func consider(_ text: [UInt8]) -> Bool {
        text.withUnsafeBytes { bytes in
            switch gate.consider(.query(bytes), at: Circumstances(moment: Moment(seconds: 0))) {
            case .forward(let permit):
                permit.spend()
                return true
            case .refuse: return false
            default: return false
            }
        }
    }
}

/// The decision without taking the text apart: 64 requests that were inspected before.
struct MachineOnly {
    private let machine: VirtualMachine
    private let inspections: [Inspection]

    init(rules: Int, texts: [[UInt8]]) throws {
        let policy = try VerifiedProgram.load(try SizedPolicy.compile(SizedPolicy.sources(rules: rules)))
        guard case .caller(let caller) = policy.identify(BenchGate.claims),
            let specialisation = policy.specialise(for: caller, resource: "db")
        else { throw BenchFailure(description: "the policy does not know the benchmark's caller") }
        machine = VirtualMachine(specialisation, session: SessionFacts(caller: caller, source: nil, start: Moment(seconds: 0)))
        let inspector = SQLInspector(searchPath: ["public"])
        inspections = texts.map { text in
            let inspection = Inspection()
            text.withUnsafeBytes { inspector.inspect($0, lexical: LexicalState(), into: inspection) }
            return inspection
        }
    }

    /// The account of every decision, which a refusal gives: how many rules the requests were held against.
    @inline(never)
    func explainAll() -> Int {
        let request = RequestFacts(moment: Moment(seconds: 0), inTransaction: .no)
        return inspections.reduce(into: 0) { sum, inspection in
            sum += machine.explain(inspection, request).reduce(0) { $0 + $1.considered.count }
        }
    }

    @inline(never)
    func decideAll() -> Int {
        let request = RequestFacts(moment: Moment(seconds: 0), inTransaction: .no)
        return inspections.reduce(into: 0) { $0 += machine.decide($1, request).outcome == .allowed ? 1 : 0 }
    }
}
