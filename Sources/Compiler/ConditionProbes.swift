// A program that also tells, of each comparison in a rule's condition, which way it went: for the coverage of tests.

import Machine
import PolicyLang

/// One comparison, fact or named condition's part in the condition of a rule.
public struct ConditionProbe: Sendable, Hashable {
    /// The rule's index in the program.
    public var rule: Int
    /// Where it is written: for a part of a `let`, there.
    public var span: SourceSpan
    public var text: String
    /// Whether the probe's condition is the opposite of what is written: it stands under a `not`, or in an `unless`.
    public var isNegated: Bool
}

/// A program of which each probe is a rule that only observes, behind the policy's own rules and in the order of `probes`.
public struct ProbedProgram: Sendable {
    public var program: Program
    public var probes: [ConditionProbe]
}

extension PolicyCompiler {
    /// The policy's program with probes; nil when the policy has errors, or would be too large with them. It decides and masks as the
    /// policy's own does: what only observes changes nothing.
    public static func probed(files: [SourceFile], root: String? = nil, options: CompileOptions) -> ProbedProgram? {
        let run = CompileRun(files: files, options: options)
        resolve(run, root: root)
        guard !run.hasErrors, !run.policies.isEmpty else { return nil }
        let probes = run.addProbes()
        let masks = run.rules.count { $0.effect == .mask }
        guard run.rules.count <= ProgramLimits.rules, masks <= CompilerLimits.maskRules else { return nil }
        var emitter = ProgramEmitter(run: run)
        return ProbedProgram(program: emitter.emit(), probes: probes)
    }
}

extension CompileRun {
    /// Most of a policy; conditions behind them are not taken apart.
    private static var probeLimit: Int { 4_096 }

    fileprivate func addProbes() -> [ConditionProbe] {
        var probes: [ConditionProbe] = []
        var added: [ResolvedRule] = []
        var index = -1
        for rule in rules where rule.isEmitted {
            index += 1
            guard !rule.observe, let whole = rule.condition, whole.testCount > 1 else { continue }
            let place = place(of: rule)
            for clause in rule.declaration.conditions {
                for part in parts(of: clause.condition, isNegated: clause.isNegated, depth: 0) {
                    guard added.count < Self.probeLimit, let condition = probe(part, place) else { continue }
                    var clone = rule
                    clone.change {
                        $0.name += "#\(added.count)"
                        $0.observe = true
                        $0.condition = condition
                        $0.limit = nil
                    }
                    added.append(clone)
                    probes.append(
                        ConditionProbe(
                            rule: index, span: part.condition.span, text: parsed[part.condition.span.file].source.text(in: part.condition.span),
                            isNegated: part.isNegated))
                }
            }
        }
        rules += added
        return probes
    }

    private struct Part {
        var condition: Condition
        var isNegated: Bool
    }

    private func place(of rule: ResolvedRule) -> ConditionPlace {
        let kinds = Machine.ResourceKind.allCases.filter { kind in rule.on.contains { resources[$0].kind == kind } }
        let issuers = Set(rule.reach.map { identities[$0].issuer }).filter { $0 >= 0 }.sorted()
        return ConditionPlace(use: .rule(rule.effect), issuers: issuers, kinds: kinds)
    }

    /// Under a `not` the opposite is asked, so that what is unknown counts as it does in the rule.
    private func probe(_ part: Part, _ place: ConditionPlace) -> TypedCondition? {
        var typer = ConditionTyper(run: self, place: place)
        guard let typed = typer.typed(part.condition), typed.testCount > 0 else { return nil }
        return part.isNegated ? .negated(typed) : typed
    }

    /// Comparisons and facts in the order of the text; those of a named condition where it is named.
    private func parts(of condition: Condition, isNegated: Bool, depth: Int) -> [Part] {
        switch condition {
        case .and(let parts, _), .or(let parts, _): parts.flatMap { self.parts(of: $0, isNegated: isNegated, depth: depth) }
        case .not(let inner, _): parts(of: inner, isNegated: !isNegated, depth: depth)
        case .has, .comparison: [Part(condition: condition, isNegated: isNegated)]
        case .operand(let operand):
            if let named = named(operand), depth < CompilerLimits.letDepth {
                parts(of: named, isNegated: isNegated, depth: depth + 1)
            } else {
                [Part(condition: condition, isNegated: isNegated)]
            }
        }
    }

    /// The condition behind the name of a `let` of the same policy.
    private func named(_ operand: Operand) -> Condition? {
        guard case .path(let path) = operand, path.segments.count == 1, let name = path.segments.first,
            let policy = policyOfFile[path.span.file], Fact.named(path.text) == nil,
            case .let(let index)? = names.byKey[.init(policy: policy, isRule: false, text: name.text)]?.entity
        else { return nil }
        return names.lets[index].declaration.condition
    }
}
