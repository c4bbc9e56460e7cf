// The end of a compilation: the program when there is no error, and what else was learnt.

import Machine
import PolicyLang

extension CompileRun {
    func finish() -> Compilation {
        var program: Program?
        if !hasErrors, !policies.isEmpty, options.makesProgram {
            var emitter = ProgramEmitter(run: self)
            let emitted = emitter.emit()
            checkCosts(emitted)
            if !hasErrors { verify(emitted) }
            if !hasErrors {
                program = emitted
                emitProofs()
            }
        }
        let kept = parsed.indices.filter { $0 < givenCount || policyOfFile[$0] != nil }
        let sources = kept.map { parsed[$0].source }
        let reasoned = program == nil ? nil : ReasonedPolicy(self, sources: sources)
        if options.findsDeadRules, let reasoned { reportFindings(reasoned) }
        return Compilation(
            sources: sources, diagnostics: sortedDiagnostics(), program: program, tests: tests,
            modelMaker: PolicyModelMaker(self), costs: program.map(RuleCost.costs) ?? [],
            reasoned: reasoned, databases: databases)
    }

    /// The verifier refuses what costs too much; the author learns it here, with the place.
    private func checkCosts(_ program: Program) {
        let emitted = rules.filter(\.isEmitted)
        for (rule, record) in zip(emitted, program.rules) {
            guard let range = record.condition, let clause = rule.declaration.conditions.first else { continue }
            checkCost(range, program, clause.span)
        }
        for index in identities.indices {
            guard let clause = names.identities[index].declaration.conditions.first else { continue }
            checkCost(program.identities[index].condition, program, clause.span)
        }
        for (index, group) in program.groups.enumerated() {
            guard let range = group.condition, case .claims(_, let clauses) = names.groups[index].declaration.membership,
                let clause = clauses.first
            else { continue }
            checkCost(range, program, clause.span)
        }
    }

    private func checkCost(_ range: CodeRange, _ program: Program, _ span: SourceSpan) {
        if Int(range.count) > ProgramLimits.conditionCode {
            report(Wording.tooLarge(span, what: "instructions in a condition", limit: ProgramLimits.conditionCode))
        } else if RuleCost.longestPath(range, program.code) > UInt64(ProgramLimits.conditionCost) {
            report(Wording.tooLarge(span, what: "steps in a condition's worst case", limit: ProgramLimits.conditionCost))
        }
    }

    /// Whatever bound has no diagnostic of its own is found here: no program leaves the compiler that a gateway would
    /// refuse.
    private func verify(_ program: Program) {
        var bytes: [UInt8] = []
        do throws(ProgramError) {
            bytes = try ProgramCodec.encode(program)
            _ = try ProgramCodec.decode(bytes)
        } catch {
            // The codec counts bytes, which have no place in a policy.
            report(Wording.notVerifiable(headerSpan, why: error.reason.text))
            return
        }
        do throws(ProgramError) {
            _ = try VerifiedProgram.load(bytes)
        } catch {
            report(Wording.notVerifiable(place(of: error), why: error.reason.text))
        }
    }

    private var headerSpan: SourceSpan {
        let root = policies.first?.files.first ?? 0
        return parsed[root].tree.header?.name.span ?? SourceSpan(file: root, start: 0, end: 0)
    }

    private func place(of error: ProgramError) -> SourceSpan {
        func span<Item>(_ items: [Item], _ of: (Item) -> SourceSpan) -> SourceSpan {
            items.indices.contains(error.offset) ? of(items[error.offset]) : headerSpan
        }
        return switch error.section {
        case .rules: span(rules.filter(\.isEmitted)) { $0.declaration.name.span }
        case .resources: span(resources) { $0.declared.span }
        case .identities: span(identities) { $0.declared.span }
        case .groups: span(groups) { $0.declared.span }
        case .issuers: span(issuers) { $0.declared.span }
        case .header, .symbols, .sources, .claims, .code, .integers, .sets, .numberSets, .patterns, .windows, .zones, .networks, .schemas, .detectors,
            .consequences, nil:
            headerSpan
        }
    }
}
