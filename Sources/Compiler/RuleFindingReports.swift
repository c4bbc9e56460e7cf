// What a check adds for whoever asks for it: rules that make no difference, and tests that come out the same whatever the rules say.

import Inspect
import Machine
import PolicyLang

extension CompileRun {
    /// Only for a policy that compiles. It argues about all requests, so that it is not for every keystroke.
    func reportFindings(_ policy: ReasonedPolicy) {
        let findings = RuleFindings(policy).findings { rule in
            // What another policy says may matter elsewhere; a constant condition and an expired allow have been said.
            guard policyOfFile[rule.declaration.name.span.file] == 0 else { return false }
            if case .constant? = rule.condition, !rule.declaration.conditions.isEmpty { return false }
            return !(rule.effect == .allow && rule.expires.map { $0 <= options.date.seconds } ?? false)
        }
        for finding in findings {
            let name = finding.rule.declaration.name
            switch finding.kind {
            case .neverApplies:
                let clauses = finding.rule.declaration.conditions
                report(Wording.contradictoryRule(clauses.first?.span ?? name.span, rule: name.text, conditions: clauses.count))
            case .overridden: report(Wording.overriddenRule(name.span, rule: name.text, finding.rule.effect, Self.places(finding.others)))
            case .covered: report(Wording.coveredRule(name.span, rule: name.text, finding.rule.effect, Self.places(finding.others)))
            }
        }
        reportIdentities(policy)
        reportTests(policy)
    }

    private func reportIdentities(_ policy: ReasonedPolicy) {
        for overlap in IdentityFindings(policy).overlaps() {
            let (first, second) = (identities[overlap.first].declared, identities[overlap.second].declared)
            guard policyOfFile[first.span.file] == 0 || policyOfFile[second.span.file] == 0 else { continue }
            report(
                Wording.ambiguousIdentities(
                    second, first, claims: overlap.claims, isCertain: overlap.isCertain, asking: overlap.missing))
        }
    }

    /// Those that are worth a line each.
    private static func places(_ rules: [ResolvedRule]) -> [(name: String, span: SourceSpan)] {
        rules.prefix(4).map { ($0.declaration.name.text, $0.declaration.name.span) }
    }

    /// A message that is not understood is denied for that alone, unless a rule lets through what is not understood.
    private func reportTests(_ policy: ReasonedPolicy) {
        for test in tests where policyOfFile[test.span.file] == 0 {
            guard let identity = policy.identity(test.identity), let resource = policy.resource(test.resource),
                policy.resources[resource].kind == .postgres
            else { continue }
            let isPassed = policy.rules.contains { rule in
                (rule.effect == .allow || rule.effect == .approve) && rule.on.contains(resource) && rule.reach.contains(identity)
                    && rule.isAbout(.unknown)
            }
            if isPassed { continue }
            // The tables of a schema make no difference to what is understood of a text.
            let inspector = SQLInspector(searchPath: policy.resources[resource].searchPath)
            let inspection = Inspection()
            for case .message(let message) in test.examples where message.outcome == .deny && message.rule == nil {
                Array(message.text.utf8).withUnsafeBytes { inspector.inspect($0, lexical: LexicalState(), into: inspection) }
                guard inspection.accesses.buffer.contains(where: { $0.verb == .unknown }) else { continue }
                report(Wording.testCannotFail(message.span))
            }
        }
    }
}
