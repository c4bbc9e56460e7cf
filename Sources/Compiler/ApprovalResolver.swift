// Resolves what an approve asks for, and whom a rule tells.

import Machine
import PolicyLang

extension CompileRun {
    func resolveApproval(of declaration: RuleDeclaration) -> ApprovalRecord {
        let (identities, groups) = callers(declaration.approvers)
        var approval = ApprovalRecord(identities: identities.map(UInt32.init), groups: groups.map(UInt32.init))
        if let quorum = declaration.quorum {
            approval.quorum = UInt16(clamping: quorum.value)
            if quorum.value > Int64(UInt16.max) {
                report(Wording.tooGreat(quorum.span, what: "approvers of one rule", limit: Int(UInt16.max)))
            }
        }
        if let within = declaration.within { approval.within = seconds(within) }
        switch declaration.valid {
        case .once, nil: approval.valid = .once
        case .session: approval.valid = .session
        case .period(let period): approval.valid = .seconds(seconds(period))
        }
        return approval
    }

    private func seconds(_ duration: DurationLiteral) -> Int64 {
        guard duration.seconds > ProgramLimits.approvalSeconds else { return duration.seconds }
        report(Wording.tooGreat(duration.span, what: "seconds of an approval", limit: Int(ProgramLimits.approvalSeconds)))
        return ProgramLimits.approvalSeconds
    }

    /// Names of channels mean nothing to the policy: the gateway's configuration says what they are.
    func resolveChannels(of declaration: RuleDeclaration) -> [String] {
        let names = declaration.notify
        if names.count > ProgramLimits.channels {
            report(Wording.tooLarge(names[0].span, what: "channels of one rule", limit: ProgramLimits.channels))
        }
        return Set(names.prefix(ProgramLimits.channels).map(\.text)).sorted()
    }
}
