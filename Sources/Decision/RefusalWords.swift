// The words of a refusal: what was asked, which rule or which missing rule stands against it, and what to do.

import Inspect
import Machine

extension DecisionRecord.Effect {
    init(_ outcome: VerdictOutcome) {
        switch outcome {
        case .allowed: self = .allow
        case .denied: self = .deny
        case .uncovered: self = .uncovered
        }
    }
}

extension Refusal {
    /// Accesses named in one refusal's hint; more would hide the first.
    private static let hintLimit = 2

    init(
        _ record: DecisionRecord, _ verdict: Verdict, _ found: Inspection, policy: VerifiedProgram, caller: Caller,
        resource: String, _ explanations: [AccessExplanation]
    ) {
        let access = verdict.access >= 0 ? InspectionText.access(Int(verdict.access), of: found) : "nothing"
        if verdict.outcome == .denied, verdict.rule >= 0 {
            let rule = policy.program.rules[Int(verdict.rule)]
            let citation = RuleCitation(policy, Int(verdict.rule))
            let because = policy.program.symbols[Int(rule.because)]
            self.init(
                decision: record,
                message: because.isEmpty ? "rule \(citation.name) denies \(access) on \(resource)" : because,
                detail: "deny \(citation.name) (\(citation.path):\(citation.line)) covers: \(access); identity \(caller.identity), resource \(resource)",
                hint: "run 'postern explain' with this statement to see every rule that was considered",
                rule: citation, access: access)
            return
        }
        let nearly = explanations.first { $0.access == Int(verdict.access) }?.nearMisses.prefix(Self.hintLimit) ?? []
        let misses = nearly.map { miss in
            let citation = RuleCitation(policy, miss.rule)
            return "allow \(citation.name) (\(citation.path):\(citation.line)) \(miss.reason)"
        }
        self.init(
            decision: record,
            message: "no rule allows \(caller.identity) to \(access) on \(resource)",
            detail: "every access must be allowed; this one is not: \(access)",
            hint: misses.isEmpty
                ? "ask the owners of this policy for an allow rule that names it" : "nearest: " + misses.joined(separator: "; "),
            access: access)
    }

    init(guarded misuse: MaskGuard.Misuse, _ record: DecisionRecord, _ found: Inspection) {
        let access = InspectionText.access(misuse.access, of: found)
        self.init(
            decision: record,
            message: misuse.stored
                ? "masked columns cannot be copied elsewhere: \(misuse.column) would be stored unmasked"
                : "masked column \(misuse.column) is guarded: it may only be read as a plain output column",
            detail: "the access is: \(access)",
            hint: misuse.stored
                ? "name the columns you need without the masked ones"
                : "select it as it is, and filter or compute on other columns",
            access: access)
    }
}

extension RuleCitation {
    init(_ policy: VerifiedProgram, _ rule: Int) {
        let place = policy.place(ofRule: rule)
        self.init(name: policy.program.symbols[Int(policy.program.rules[rule].name)], path: place.path, line: place.line)
    }
}
