// Compiles a policy once, and then versions of it with one small change each, of which only what changed is resolved anew.

import Machine
import PolicyLang

/// The versions of one policy that its tests are held against. It keeps state while it compiles: one for each thread.
///
/// The mutants are the same, in the same order, for the same files.
public final class MutationBench {
    /// More are made of no policy: those behind it, in the order of the files, are left out, and `isCut` says so.
    public static let limit = 20_000

    /// Each mutant writes out the whole program: rules times mutants, at most.
    static let work = 20_000_000

    let run: CompileRun
    private let original: Program
    private var plans: [Plan] = []
    /// In the order of the program: rules, then named conditions, then groups.
    public private(set) var mutants: [PolicyMutant] = []
    public private(set) var isCut = false

    enum Plan {
        /// Nil: the rule is left out.
        case rule(Int, RuleDeclaration?)
        case named(Int, Condition)
        case group(Int, ResolvedGroup)
    }

    /// Nil when the policy has errors: `PolicyCompiler.compile` says which.
    public init?(files: [SourceFile], root: String? = nil, options: CompileOptions) {
        run = CompileRun(files: files, options: options)
        PolicyCompiler.resolve(run, root: root)
        guard !run.hasErrors, !run.policies.isEmpty else { return nil }
        var emitter = ProgramEmitter(run: run)
        original = emitter.emit()
        makeRules()
        makeNamed()
        makeGroups()
    }

    // MARK: compiling

    public enum Outcome {
        case program(Program)
        /// The change says the same as the original.
        case equal
        /// The change is no policy: a type no longer fits, or a word is not known.
        case refused
    }

    /// The program with this mutant's change, and nothing else changed.
    public func compile(_ mutant: Int) -> Outcome {
        let (rules, lets, groups) = (run.rules, run.names.lets, run.groups)
        defer { (run.rules, run.names.lets, run.groups) = (rules, lets, groups) }
        guard run.attempt({ apply(plans[mutant]) }) else { return .refused }
        // `who any` and a list of everyone are the same people.
        if case .rule(let index, .some) = plans[mutant], mutants[mutant].kind == .whoWidened || mutants[mutant].kind == .whoNarrowed,
            let before = certainReach(of: rules[index]), before == certainReach(of: run.rules[index])
        {
            return .equal
        }
        var emitter = ProgramEmitter(run: run)
        let program = emitter.emit()
        return program == original ? .equal : .program(program)
    }

    /// Whom a rule is about, when no token's claims have a say in it.
    private func certainReach(of rule: ResolvedRule) -> Set<Int>? {
        (rule.who.groups + rule.who.exceptGroups).allSatisfy { run.groups[$0].condition == nil } ? rule.reach : nil
    }

    private func apply(_ plan: Plan) {
        switch plan {
        case .rule(let index, nil): run.rules.remove(at: index)
        case .rule(let index, let declaration?): replaceRule(index, declaration)
        case .named(let index, let condition):
            run.names.lets[index].declaration.condition = condition
            for rule in run.rules.indices where !run.rules[rule].declaration.conditions.isEmpty {
                replaceRule(rule, run.rules[rule].declaration)
            }
        case .group(let index, let group): run.groups[index] = group
        }
    }

    func plan(of mutant: Int) -> Plan { plans[mutant] }

    func replaceRule(_ index: Int, _ declaration: RuleDeclaration) {
        let policy = run.names.rules[run.rules[index].index].policy
        run.take(run.resolved(declaration, run.rules[index].index, policy))
        let changed = run.rules.removeLast()
        run.rules[index] = changed
    }

    // MARK: making

    private func makeRules() {
        for (index, rule) in run.rules.enumerated() where rule.isEmitted && !rule.observe {
            guard !run.policies[run.names.rules[rule.index].policy].ships else { continue }
            let subject = "\(rule.effect.name) \(rule.name)"
            for change in RuleChanges(rule.declaration, text).all {
                add(change.kind, subject, change.span, change.replacement, .rule(index, change.rule))
            }
        }
    }

    private func makeNamed() {
        for (index, (declaration, policy)) in run.names.lets.enumerated() where !run.policies[policy].ships {
            guard run.referenced.contains(.let(index)) else { continue }
            let subject = "let \(run.programName(declaration.name.text, policy: policy))"
            for change in declaration.condition.changes(text) {
                add(.init(change.kind), subject, change.span, change.replacement, .named(index, change.condition))
            }
        }
    }

    private func makeGroups() {
        for (index, group) in run.groups.enumerated() where run.referenced.contains(.group(index)) {
            let declaration = run.names.groups[index].declaration
            guard !run.policies[run.names.groups[index].policy].ships else { continue }
            let subject = "group \(group.name)"
            switch declaration.membership {
            case .members(let names):
                for member in group.members {
                    guard let name = names.first(where: { $0.name.text == run.identities[member].declared.text }) else { continue }
                    var fewer = group
                    fewer.members.removeAll { $0 == member }
                    let rest = names.filter { $0 != name }.map(\.text).joined(separator: ", ")
                    add(.memberDropped, subject, RuleChanges.cover(names.map(\.span)), rest, .group(index, fewer))
                }
            case .claims(_, let clauses):
                guard let condition = group.condition else { continue }
                for clause in clauses {
                    var everyone = group
                    everyone.condition = .constant(true)
                    add(.conditionDropped, subject, clause.span, "", .group(index, everyone))
                    var others = group
                    others.condition = .negated(condition)
                    let word = SourceSpan(file: clause.span.file, start: clause.span.start, end: clause.condition.span.start)
                    if clauses.count == 1 {
                        add(.conditionNegated, subject, word, clause.isNegated ? "when " : "unless ", .group(index, others))
                    }
                }
            }
        }
    }

    private func add(_ kind: PolicyMutant.Kind, _ subject: String, _ span: SourceSpan, _ replacement: String, _ plan: Plan) {
        guard mutants.count < Self.limit, mutants.count * run.rules.count < Self.work else {
            isCut = true
            return
        }
        let (before, after) = MutantLine.texts(run.parsed[span.file].source, span, replacement, isWhole: kind == .ruleDropped)
        mutants.append(PolicyMutant(kind: kind, subject: subject, span: span, before: before, after: after))
        plans.append(plan)
    }

    private func text(_ span: SourceSpan) -> String { run.parsed[span.file].source.text(in: span) }
}

/// The line of a change, before and after.
private enum MutantLine {
    static func texts(_ file: SourceFile, _ span: SourceSpan, _ replacement: String, isWhole: Bool) -> (String, String?) {
        let (first, last) = (file.location(of: span.start).line, file.location(of: span.end).line)
        let start = file.range(ofLine: first).lowerBound
        let end = file.range(ofLine: last).upperBound
        func text(_ from: Int, _ to: Int) -> String { file.text(in: SourceSpan(file: span.file, start: from, end: to)) }
        let before = onOneLine(text(start, end))
        if isWhole { return (before, nil) }
        let after = onOneLine(text(start, span.start) + replacement + text(span.end, end))
        return (before, after.isEmpty ? nil : after)
    }

    private static func onOneLine(_ text: String) -> String {
        let words = text.split(whereSeparator: { $0 == " " || $0 == "\t" || $0.isNewline }).joined(separator: " ")
        // What is left out leaves its comma alone.
        return words.split(separator: " ,", omittingEmptySubsequences: false).joined(separator: ",")
    }
}
