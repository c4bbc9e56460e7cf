// The words of a refusal: what was asked, which rule or which missing rule stands against it, and what to do.

import Inspect
import Machine

extension DecisionRecord.Effect {
    init(_ outcome: Verdict.Outcome) {
        switch outcome {
        case .allowed: self = .allow
        case .denied: self = .deny
        case .uncovered: self = .uncovered
        case .approval: self = .held
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
        let access = verdict.access >= 0 ? InspectionText.whole(Int(verdict.access), of: found) : "nothing"
        if verdict.outcome == .denied, verdict.rule >= 0 {
            let rule = policy.program.rules[Int(verdict.rule)]
            let citation = RuleCitation(policy, Int(verdict.rule))
            let because = policy.text(rule.because)
            let open = caller.possibleGroups.filter { group in
                (rule.who.groups + rule.who.exceptGroups).contains { policy.text(policy.program.groups[Int($0)].name) == group }
            }
            self.init(
                decision: record,
                message: because.isEmpty ? "rule \(citation.name) denies \(access) on \(resource)" : because,
                detail: "deny \(citation.name) (\(citation.path):\(citation.line)) covers: \(access); identity \(caller.identity), resource \(resource)",
                hint: Self.hint(of: caller, open)
                    ?? "run 'postern explain' with this statement to see every rule that was considered",
                rule: citation, access: access)
            return
        }
        let considered = explanations.first { $0.access == Int(verdict.access) }?.considered ?? []
        let nearly = considered.filter { $0.effect == .allow && !$0.observe && $0.finding != .covers }
        let misses = nearly.prefix(Self.hintLimit).map { miss in
            let citation = RuleCitation(policy, miss.rule)
            return "allow \(citation.name) (\(citation.path):\(citation.line)) \(miss.finding.words)"
        }
        self.init(
            decision: record,
            message: "no rule allows \(caller.identity) to \(access) on \(resource)",
            detail: "every access must be allowed; this one is not: \(access)",
            hint: misses.isEmpty
                ? Self.hint(of: caller, caller.possibleGroups) ?? "ask the owners of this policy for an allow rule that names it"
                : "nearest: " + misses.joined(separator: "; "),
            access: access)
    }

    /// What a token leaves open; nil when that is nothing.
    private static func hint(of caller: Caller, _ groups: [String]) -> String? {
        if groups.isEmpty { return nil }
        return "the proof lacks a claim that would say whether \(caller.identity) is in \(groups.joined(separator: ", "))"
    }

    init(limited reached: LimitReached, _ record: DecisionRecord, _ found: Inspection, _ policy: VerifiedProgram) {
        var record = record
        record.effect = .limited
        record.rule = Int32(reached.rule)
        let citation = RuleCitation(policy, reached.rule)
        let access = found.accesses.count > 0 ? InspectionText.whole(0, of: found) : "nothing"
        self.init(
            decision: record, message: reached.message, detail: "allow \(citation.name) (\(citation.path):\(citation.line)) limits it",
            hint: reached.hint, rule: citation, access: access)
    }

    init(guarded misuse: MaskGuard.Misuse, _ record: DecisionRecord, _ found: Inspection) {
        let access = InspectionText.whole(misuse.access, of: found)
        let (message, hint) =
            switch misuse.wrong {
            case .stored:
                (
                    "masked columns cannot be copied elsewhere: \(misuse.column) would be stored unmasked",
                    "name the columns you need without the masked ones"
                )
            case .guarded:
                (
                    "masked column \(misuse.column) is guarded: it may only be read as a plain output column",
                    "select it as it is, and filter or compute on other columns"
                )
            case .foreign:
                (
                    "foreign tables cannot be made while columns are masked: they may show them under other names",
                    "have somebody make them for whom no column is masked"
                )
            case .unknown:
                (
                    "a statement that is not understood cannot run while columns are masked",
                    "write it so that every table and column it uses can be seen; 'postern inspect' shows what is"
                )
            }
        self.init(decision: record, message: message, detail: "the access is: \(access)", hint: hint, access: access)
    }
}

extension RuleCitation {
    init(_ policy: VerifiedProgram, _ rule: Int) {
        let place = policy.place(of: rule)
        self.init(name: policy.ruleName(rule), path: place.path, line: place.line)
    }
}

extension AccessExplanation.Finding {
    /// Why an allow that matches verb and object does not cover, as the end of a sentence that begins with the rule.
    public var words: String {
        switch self {
        case .covers: "covers it"
        case .columns: "does not have all of these columns"
        case .condition: "does not hold: its condition is not met"
        case .expired: "has expired"
        }
    }
}
