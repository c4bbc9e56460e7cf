// Whether what people said satisfies the approve rules that cover a message. Asked of the policy in force, which may be another by now.

import Inspect
import Machine

/// The approvals of one session.
struct ApprovalJudge {
    enum Finding {
        case satisfied
        case unmet([ApprovalDemand])
        /// Somebody who may agree to one of the rules does not.
        case declined(ApprovalDemand, by: ApprovalAnswer)
        case expired(ApprovalDemand)
    }

    /// Approvals that hold for a session; past it they hold for their own message only.
    static let sessionLimit = 1024

    let policy: VerifiedProgram
    let caller: Caller
    let resource: String
    let ledger: ApprovalLedger?
    private var ofSession: [StandingKey: StandingApproval] = [:]

    init(policy: VerifiedProgram, caller: Caller, resource: String, ledger: ApprovalLedger?) {
        self.policy = policy
        self.caller = caller
        self.resource = resource
        self.ledger = ledger
    }

    /// The same session under another policy: what was agreed to stays, and is asked of the new policy.
    func under(_ policy: VerifiedProgram, caller: Caller) -> ApprovalJudge {
        var moved = ApprovalJudge(policy: policy, caller: caller, resource: resource, ledger: ledger)
        moved.ofSession = ofSession
        return moved
    }

    /// Holds the rules that ask against the answers and against what was agreed to before.
    mutating func judge(
        _ rules: ArenaBuffer<UInt32>, _ found: Inspection, _ answers: ApprovalAnswers, at moment: Moment
    ) -> Finding {
        if answers.areSupposed { return .satisfied }
        let demands = rules.buffer.sorted().compactMap { rule in
            policy.program.rules[Int(rule)].approval.map { ApprovalDemand(policy, rule: Int(rule), $0) }
        }
        // The verifier lets no approve through without its approval, so that this is each of them.
        guard demands.count == rules.count else { return .unmet(demands) }
        let given = answers.given
        for demand in demands {
            if let refusal = given.first(where: { !$0.agrees && isHeard($0, demand, asked: answers.asked) }) {
                return .declined(demand, by: refusal)
            }
        }
        var unmet: [ApprovalDemand] = []
        var met: [ApprovalDemand] = []
        for demand in demands {
            if isStanding(demand, found, at: moment) { continue }
            if isMet(demand, by: given, asked: answers.asked) {
                met.append(demand)
                continue
            }
            if let asked = answers.asked, moment.seconds >= Self.deadline(demand, asked) { return .expired(demand) }
            unmet.append(demand)
        }
        guard unmet.isEmpty else { return .unmet(unmet) }
        // What was agreed to for a portal holds from its Bind on, however often it is executed.
        if answers.isOwn, let asked = answers.asked {
            for demand in met { remember(demand, found, StandingApproval(answers: given, asked: asked, settled: moment)) }
        }
        return .satisfied
    }

    static func deadline(_ demand: ApprovalDemand, _ asked: Moment) -> Int64 {
        let (end, overflows) = asked.seconds.addingReportingOverflow(demand.within)
        return overflows ? .max : end
    }

    /// As many different subjects as the rule wants, none of them the one that asks.
    private func isMet(_ demand: ApprovalDemand, by answers: [ApprovalAnswer], asked: Moment?) -> Bool {
        struct Subject: Hashable {
            var issuer: String
            var subject: String
        }
        var agreed: Set<Subject> = []
        for answer in answers where answer.agrees && isHeard(answer, demand, asked: asked) {
            agreed.insert(Subject(issuer: answer.claims.issuer, subject: answer.claims.subject))
        }
        return agreed.count >= demand.quorum
    }

    /// Whether somebody has a say in a rule, and said it in time.
    private func isHeard(_ answer: ApprovalAnswer, _ demand: ApprovalDemand, asked: Moment?) -> Bool {
        guard let asked, answer.at.seconds < Self.deadline(demand, asked) else { return false }
        return Self.mayAnswer(answer.claims, demand, of: policy, asking: caller)
    }

    /// Nobody answers for themselves. An empty subject tells nobody apart.
    static func mayAnswer(_ claims: VerifiedClaims, _ demand: ApprovalDemand, of policy: VerifiedProgram, asking: Caller) -> Bool {
        let isSelf = claims.issuer == asking.claims.issuer && claims.subject == asking.claims.subject
        return !isSelf && !claims.subject.isEmpty && policy.mayAgree(claims, to: Int(demand.index))
    }

    // MARK: - What holds for longer

    private func isStanding(_ demand: ApprovalDemand, _ found: Inspection, at moment: Moment) -> Bool {
        guard let key = StandingKey(rule: demand.rule.name, resource: resource, caller: caller, found) else { return false }
        let known: StandingApproval?
        switch demand.valid {
        case .once: return false
        case .session: known = ofSession[key]
        case .seconds(let seconds):
            known = ledger?.approval(key, at: moment)
            // The rule may have been made shorter meanwhile.
            if let known, moment.seconds >= known.settled.seconds.addingReportingOverflow(seconds).partialValue { return false }
        }
        guard let known else { return false }
        // Asked anew of the policy in force: an approver may have left the group that the rule names, or the quorum have grown.
        return isMet(demand, by: known.answers, asked: known.asked)
    }

    private mutating func remember(_ demand: ApprovalDemand, _ found: Inspection, _ approval: StandingApproval) {
        guard let key = StandingKey(rule: demand.rule.name, resource: resource, caller: caller, found) else { return }
        switch demand.valid {
        case .once: break
        case .session: if ofSession.count < Self.sessionLimit { ofSession[key] = approval }
        case .seconds(let seconds): ledger?.remember(approval, for: key, seconds: seconds)
        }
    }
}

extension Gate {
    /// Whether somebody may answer what a request asks, under the policy in force.
    public static func mayAnswer(
        _ claims: VerifiedClaims, _ request: ApprovalRequest, of caller: Caller, under policy: VerifiedProgram
    ) -> Bool {
        request.demands.contains { demand in
            // The rule may have another number by now.
            guard let index = policy.program.rules.firstIndex(where: { policy.text($0.name) == demand.rule.name }) else { return false }
            var current = demand
            current.index = Int32(index)
            return ApprovalJudge.mayAnswer(claims, current, of: policy, asking: caller)
        }
    }
}
