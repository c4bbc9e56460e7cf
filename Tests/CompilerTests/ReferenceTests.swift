// Random policies and requests: compiler, codec, verifier and machine together must decide as the reference evaluator does.

import Foundation
import Machine
import PolicyLang
import Testing

@testable import Compiler

struct ReferenceTests {
    /// `REFERENCE_POLICIES=2000` looks longer; seeds go on where the ordinary run ends.
    static let policiesPerSeries = ProcessInfo.processInfo.environment["REFERENCE_POLICIES"].flatMap { Int($0) } ?? 80
    static let requestsPerPolicy = 25
    /// Long before every `expires` in the random policies.
    static let date = Moment(seconds: 1_767_225_600)

    @Test(arguments: 0..<8) func machineAndReferenceAgree(_ series: Int) throws {
        var compared = 0
        var limited = 0
        var agreed = 0
        var outcomes: [Verdict.Outcome: Int] = [:]
        for number in 0..<Self.policiesPerSeries {
            let seed = UInt64(series * Self.policiesPerSeries + number)
            var random = RandomPolicy(seed: seed)
            let text = random.policy()
            let file = SourceFile(path: "world.postern", text: text)
            let result = PolicyCompiler.compile(files: [file], options: CompileOptions(date: Self.date) { _ in Array(RandomPolicy.schema.utf8) })
            guard let program = result.program else {
                Issue.record(
                    "seed \(seed)\n\(DiagnosticText.render(result.diagnostics.filter { $0.severity == .error }, files: result.sources))"
                )
                return
            }
            let verified = try VerifiedProgram.load(try ProgramCodec.encode(program))
            let tree = Parser.parse(file).tree
            for turn in 0..<Self.requestsPerPolicy {
                let request = random.request()
                let reference = ReferenceEvaluator(tree, request)
                let approvals = Self.approvals(verified, tree, request, reference)
                agreed += approvals.count { $0.machine }
                guard approvals.allSatisfy({ $0.machine == $0.reference }) else {
                    Issue.record("seed \(seed), turn \(turn): who may agree, \(approvals)\n\(request)\n\(text)")
                    return
                }
                guard let machine = Self.machine(verified, request) else {
                    #expect(reference.identity == nil, "seed \(seed), turn \(turn): the machine has no caller")
                    continue
                }
                guard machine.caller.identity == reference.identity, Set(machine.caller.groups) == reference.groups,
                    Set(machine.caller.possibleGroups) == reference.possibleGroups
                else {
                    Issue.record(
                        """
                        seed \(seed), turn \(turn): \(machine.caller) is not \(String(describing: reference.identity)), \(reference.groups), \
                        perhaps \(reference.possibleGroups)
                        """
                    )
                    return
                }
                let expected = reference.decide()
                let actual = Self.decide(machine.machine, verified, request)
                compared += 1
                limited += expected.limits.isEmpty ? 0 : 1
                outcomes[expected.outcome, default: 0] += 1
                guard actual == expected else {
                    Issue.record("seed \(seed), turn \(turn)\nmachine   \(actual)\nreference \(expected)\n\(request)\n\(text)")
                    return
                }
            }
        }
        #expect(limited > compared / 50)
        #expect(agreed > compared / 500)
        // A generator that meets nothing would prove nothing.
        #expect(compared > Self.policiesPerSeries * Self.requestsPerPolicy / 2)
        for outcome in [Verdict.Outcome.allowed, .uncovered] {
            #expect(outcomes[outcome, default: 0] > compared / 100, "\(outcome) of \(outcomes)")
        }
        // Few rules forbid or ask: in a series that happens to have few of them these are rare.
        for outcome in [Verdict.Outcome.denied, .approval] {
            #expect(outcomes[outcome, default: 0] > compared / 500, "\(outcome) of \(outcomes)")
        }
    }

    /// Whether somebody with the request's claims may agree to each approve, as the machine and as the reference have it.
    private static func approvals(
        _ verified: VerifiedProgram, _ tree: SyntaxTree, _ request: ReferenceRequest, _ reference: ReferenceEvaluator
    ) -> [(machine: Bool, reference: Bool)] {
        let claims = VerifiedClaims(issuer: request.issuer, subject: "", values: request.claims, proof: request.proof)
        return tree.declarations.compactMap { declaration in
            guard case .rule(let rule) = declaration, rule.effect == .approve,
                let index = verified.program.rules.indices.first(where: { verified.ruleName($0) == rule.name.text })
            else { return nil }
            return (verified.mayAgree(claims, to: index), reference.mayAgree(to: rule))
        }
    }

    static func machine(
        _ verified: VerifiedProgram, _ request: ReferenceRequest
    ) -> (caller: Caller, machine: VirtualMachine)? {
        let claims = VerifiedClaims(issuer: request.issuer, subject: "", values: request.claims, proof: request.proof)
        guard case .caller(let caller) = verified.identify(claims),
            let specialisation = verified.specialise(for: caller, resource: request.resource)
        else { return nil }
        let source = request.source.map { text in
            NetworkAddress(ipv4: text.split(separator: ".").reduce(0) { $0 << 8 | (UInt32($1) ?? 0) })
        }
        let session = SessionFacts(
            caller: caller, source: source, start: Moment(seconds: request.sessionStart), reason: request.reason)
        return (caller, VirtualMachine(specialisation, session: session))
    }

    static func decide(
        _ machine: VirtualMachine, _ verified: VerifiedProgram, _ request: ReferenceRequest
    ) -> ReferenceEvaluator.Decision {
        let inspection = request.inspection()
        let firstSeen = request.statements.map { $0.firstSeen.map(Ternary.init) ?? .unknown }
        let verdict = firstSeen.withUnsafeBufferPointer { firstSeen in
            Array(request.text.utf8).withUnsafeBytes { message in
                request.withHeaders { headers in
                    var facts = RequestFacts(
                        moment: Moment(seconds: request.moment),
                        inTransaction: request.inTransaction.map(Ternary.init) ?? .unknown,
                        firstSeen: firstSeen, message: message)
                    facts.headers = headers
                    return machine.decide(inspection, facts)
                }
            }
        }
        var decision = ReferenceEvaluator.Decision(
            outcome: verdict.outcome, rule: verdict.rule < 0 ? nil : verified.ruleName(Int(verdict.rule)),
            access: verdict.access < 0 ? nil : Int(verdict.access))
        for (bit, rule) in verified.maskRules.enumerated() where machine.maskWords[bit / 64] >> UInt64(bit % 64) & 1 == 1 {
            decision.masks.insert(verified.ruleName(rule))
        }
        for index in 0..<machine.limitingRules.count {
            decision.limits.insert(verified.ruleName(Int(machine.limitingRules[index])))
        }
        for index in 0..<machine.approvingRules.count {
            decision.asking.insert(verified.ruleName(Int(machine.approvingRules[index])))
        }
        for index in 0..<machine.watchingRules.count {
            decision.watching.insert(verified.ruleName(Int(machine.watchingRules[index])))
        }
        for index in 0..<machine.observedRules.count {
            decision.observed.insert(verified.ruleName(Int(machine.observedRules[index])))
        }
        if verdict.outcome == .allowed || verdict.outcome == .approval {
            decision.watched = watched(machine, verified, request, inspection, firstSeen)
        }
        return decision
    }

    private static func watched(
        _ machine: VirtualMachine, _ verified: VerifiedProgram, _ request: ReferenceRequest, _ inspection: Inspection, _ firstSeen: [Ternary]
    ) -> Set<String> {
        firstSeen.withUnsafeBufferPointer { firstSeen in
            Array(request.text.utf8).withUnsafeBytes { message in
                var facts = RequestFacts(
                    moment: Moment(seconds: request.moment), inTransaction: request.inTransaction.map(Ternary.init) ?? .unknown,
                    firstSeen: firstSeen, message: message)
                facts.result = request.rows.map { ResultFacts(rows: UInt64($0), bytes: 0) }
                return Set(machine.watch(inspection, facts).map { verified.ruleName($0) })
            }
        }
    }
}
