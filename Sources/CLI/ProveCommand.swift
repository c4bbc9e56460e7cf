// `postern prove`: the policy's invariants, over all possible requests.

import ArgumentParser
import Compiler
import Harness
import Machine
import PolicyLang

struct ProveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove", abstract: "Decide the invariants that policy files state with 'prove'.",
        discussion: """
            Argues about every possible request. A proof that does not hold is answered with a request that breaks it: an identity with
            its claims, a time and a statement, tried on the gateway's own decision path, and as a test that can be put into the policy.

              postern prove policies/
              postern prove policies/ --format junit > proofs.xml

            Exit status 1 when a proof is false or cannot be decided, or the policy has errors.
            """)

    @OptionGroup var input: PolicyInput
    @Option(name: .long, help: "How to print the answer: text, json or junit.")
    var format: TestFormat = .text
    @Option(name: .long, help: "Steps that one proof may take before it is 'not decided'.")
    var budget = Prover.defaultBudget

    func validate() throws {
        if budget < 1 { throw ValidationError("--budget must be at least 1") }
    }

    func run() throws {
        try Output.run {
            let compiled = try input.compile()
            guard let program = compiled.program, let reasoned = compiled.reasoned else {
                Output.diagnostics(compiled.diagnostics, compiled.sources)
                if format == .junit { Output.print(JUnitReport(check: compiled.diagnostics, compiled.sources, strict: false).text) }
                throw ExitStatus.found
            }
            let policy = try BundleReader.load(PolicyEncoder.bytes(of: program), "the compiled policy")
            let answers = try Prover(reasoned, budget: budget).results().map { try ProofAnswer($0, policy) }
            switch format {
            case .text: Output.print(answers.isEmpty ? "no proofs" : answers.map(\.text).joined(separator: "\n"))
            case .json: try Output.json(ProveRecord(proved: answers.allSatisfy(\.isProved), proofs: answers.map(\.record)))
            case .junit: Output.print(JUnitReport(proofs: answers).text)
            }
            if !answers.allSatisfy(\.isProved) { throw ExitStatus.found }
        }
    }
}

/// One proof, with its witnesses tried.
struct ProofAnswer {
    enum Verdict {
        case proved
        case broken(ShownWitness, isNever: Bool)
        case undecided(String)
    }

    var result: ProofResult
    var verdict: Verdict

    var isProved: Bool { if case .proved = verdict { true } else { false } }

    init(_ result: ProofResult, _ policy: VerifiedProgram) throws {
        self.result = result
        for candidate in result.candidates {
            if let shown = try Self.show(candidate, policy) {
                verdict = .broken(shown, isNever: candidate.isNever)
                return
            }
        }
        if let first = result.candidates.first {
            let why = result.candidates.contains { !$0.witness.canBeTried }
                ? "requests to `\(first.witness.kind.name)` cannot be tried by this version"
                : "a request may break it (\(first.witness.access) by \(first.witness.identity)), and no statement was found that does"
            verdict = .undecided(why)
        } else {
            verdict = result.undecided.map { .undecided($0) } ?? .proved
        }
    }

    private static func show(_ candidate: ProofResult.Candidate, _ policy: VerifiedProgram) throws -> ShownWitness? {
        guard candidate.witness.canBeTried, let program = candidate.check else { return nil }
        let check = try BundleReader.load(PolicyEncoder.bytes(of: program), "the proof")
        for text in candidate.witness.texts {
            let request = candidate.witness.request(text)
            guard let decision = request.decide(by: policy), let meant = request.decide(by: check),
                decision.identity == candidate.witness.identity
            else { continue }
            // With an agreement is never nothing, and always is without one.
            let holds = candidate.isNever ? meant.effect == .deny && decision.mayPass : meant.effect == .allow && !decision.passes
            if holds { return ShownWitness(witness: candidate.witness, text: text, decision: decision) }
        }
        return nil
    }

    // MARK: text

    var text: String {
        let place = "\(result.path):\(result.line)"
        switch verdict {
        case .proved: return "proved       \(result.name)  \(place)  (\(result.cases) cases, \(result.steps) steps)"
        case .undecided(let why): return "not decided  \(result.name)  \(place): \(why)"
        case .broken(let shown, let isNever):
            return (["false        \(result.name)  \(place)"] + Self.lines(shown).map { "  " + $0 }
                + ["  as a test, which fails until the policy or the proof is mended:"]
                + test(shown, isNever).split(separator: "\n").map { "    " + $0 }).joined(separator: "\n")
        }
    }

    private static func lines(_ shown: ShownWitness) -> [String] {
        let witness = shown.witness
        var lines = ["\(witness.identity) on \(witness.resource) at \(Witness.shown(witness.moment))"]
        if !witness.circumstances.isEmpty { lines.append("  " + witness.circumstances.joined(separator: ", ")) }
        lines.append("  " + shown.text)
        return lines + ["is \(Self.outcome(shown.decision))"]
    }

    static func outcome(_ decision: SingleDecision) -> String {
        let by = decision.rule.map { " by \($0.name) (\($0.path):\($0.line))" }
        if decision.isHeld { return "asked about: needs approval by \(decision.asked)" + (by.map { ", asked" + $0 } ?? "") }
        switch decision.effect {
        case .allow: return "allowed" + (by ?? "")
        case .uncovered: return "denied: no rule allows it"
        default: return "denied" + (by ?? decision.message.map { ": " + $0 } ?? "")
        }
    }

    private func test(_ shown: ShownWitness, _ isNever: Bool) -> String {
        let test = shown.witness.test(title: "\(result.name) holds", text: shown.text, expecting: isNever ? "deny" : "allow")
        return shown.witness.isTestable ? test : "// A test cannot say how old the session is, or what ran before.\n" + test
    }

    // MARK: json, junit

    var record: ProveRecord.Proof {
        var record = ProveRecord.Proof(
            name: result.name, path: result.path, line: result.line, verdict: "proved", cases: result.cases, steps: result.steps)
        switch verdict {
        case .proved: break
        case .undecided(let why):
            record.verdict = "not decided"
            record.reason = why
        case .broken(let shown, let isNever):
            record.verdict = "false"
            record.witness = WitnessRecord(shown, test: test(shown, isNever))
        }
        return record
    }
}

/// What `prove --format json` prints.
struct ProveRecord: Encodable {
    var proved: Bool
    var proofs: [Proof]

    struct Proof: Encodable {
        var name: String
        var path: String
        var line: Int
        /// `proved`, `false` or `not decided`.
        var verdict: String
        var cases: Int
        var steps: Int
        var reason: String?
        var witness: WitnessRecord?
    }
}

/// A witness in JSON.
struct WitnessRecord: Encodable {
    var identity: String
    var issuer: String
    var claims: [String: String]
    var circumstances: [String]
    var resource: String
    var time: String
    var access: String
    var text: String
    var outcome: String
    var before: String?
    var test: String?

    init(_ shown: ShownWitness, test: String? = nil) {
        let witness = shown.witness
        identity = witness.identity
        issuer = witness.issuer
        claims = witness.claims.mapValues { value in
            switch value {
            case .string(let text): text
            case .integer(let number): "\(number)"
            case .boolean(let flag): "\(flag)"
            case .strings(let texts): texts.joined(separator: ",")
            case .integers(let numbers): numbers.map(String.init).joined(separator: ",")
            case .time(let seconds): Moment(seconds: seconds).rfc3339
            }
        }
        circumstances = witness.circumstances
        resource = witness.resource
        time = Witness.shown(witness.moment)
        access = witness.access
        text = shown.text
        outcome = shown.before == nil && shown.after == nil ? ProofAnswer.outcome(shown.decision) : shown.outcome
        before = shown.before == nil && shown.after == nil ? nil : shown.outcomeBefore
        self.test = test
    }
}

extension JUnitReport {
    /// One case for each proof, in the suite of its file.
    init(proofs answers: [ProofAnswer]) {
        name = "postern prove"
        cases = answers.map { answer in
            var item = Case(name: answer.result.name, suite: answer.result.path, line: answer.result.line)
            if !answer.isProved { item.failures = [Failure(type: "proof", message: answer.record.verdict, text: answer.text)] }
            return item
        }
    }
}
