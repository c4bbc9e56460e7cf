// What a gate asks people: where an approve covers, a message passes when they have agreed.

import Inspect
import Machine

extension Gate {
    /// What is to happen to what is judged.
    enum Step {
        /// Text is prepared; nothing of it is run, and nobody is asked.
        case prepare
        /// A portal is made of it: people are asked, nothing is counted.
        case bind
        case run
    }

    /// What keeps a message from passing although nothing forbids it.
    enum Unsettled {
        case refused(Refusal)
        case held(ApprovalRequest)

        func outcome() -> Outcome {
            switch self {
            case .refused(let refusal): .refuse(refusal)
            case .held(let request): .hold(HeldMessage(request: request, mark: 0))
            }
        }
    }

    /// nil when those who are asked have agreed, or when there is nothing to agree to yet.
    func settleApprovals(
        _ record: inout DecisionRecord, _ found: Inspection, _ circumstances: Circumstances, _ step: Step
    ) -> Unsettled? {
        if step == .prepare {
            // It runs only when people have agreed, so that it is not seen yet: no fingerprint may be remembered for it.
            (record.effect, record.rule, record.fingerprint) = (.allow, -1, 0)
            return nil
        }
        switch approvals.judge(machine.approvingRules, found, answers, at: circumstances.moment) {
        case .satisfied:
            record.effect = .approved
            return nil
        case .declined(let demand, let answer): return .refused(Refusal(declined: demand, by: answer, record))
        case .expired(let demand): return .refused(Refusal(expired: demand, record))
        case .unmet(let demands):
            let asked = answers.asked ?? circumstances.moment
            let listed = (0..<min(found.accesses.count, ApprovalRequest.listedAccesses)).map { InspectionText.whole($0, of: found) }
            let deadline = demands.map { ApprovalJudge.deadline($0, asked) }.min() ?? asked.seconds
            return .held(
                ApprovalRequest(
                    decision: record, demands: demands, accesses: listed, asked: asked, deadline: Moment(seconds: deadline)))
        }
    }
}
