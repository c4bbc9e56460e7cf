// Warnings: policies that compile and probably do not say what was meant.

import Machine
import PolicyLang

extension CompileRun {
    /// Only for a policy without errors: after one, what looks unused may only be misspelt elsewhere.
    func lint() {
        guard !hasErrors, !policies.isEmpty else { return }
        for index in rules.indices { lintReach(index) }
        lintUnused()
        lintUses()
        lintIdentities()
        lintUnknown()
        lintMasks()
        lintQuorums()
    }

    // MARK: rules that never apply

    private func lintReach(_ index: Int) {
        let rule = rules[index]
        let name = rule.declaration.name
        if rule.reach.isEmpty, !identities.isEmpty {
            report(Wording.unreachableRule(rule.declaration.who?.span ?? name.span, rule: name.text, why: "it is about nobody"))
        }
        // A policy that others use may speak of tags that this root does not have.
        if rule.on.isEmpty, policyOfFile[name.span.file] == 0 {
            report(
                Wording.unreachableRule(rule.declaration.on?.span ?? name.span, rule: name.text, why: "it is about no resource"))
        }
        guard case .constant(let value)? = rule.condition, let clause = rule.declaration.conditions.first else { return }
        report(Wording.constantCondition(clause.span, rule: name.text, value: value))
    }

    // MARK: what nothing uses

    private func lintUnused() {
        for declared in names.all where !referenced.contains(declared.entity) {
            switch declared.entity {
            case .set, .let:
                // Another policy may have declared it for others to use.
                guard declared.policy == 0 else { continue }
                report(Wording.unusedDeclaration(declared.name.span, sort: declared.entity.sort, name: declared.name.text))
            // A group may be used as a word, in `"dba" in identity.groups`.
            case .group, .issuer, .identity, .resource, .detector, .rule, .prove: continue
            }
        }
    }

    private func lintUses() {
        for (file, uses) in usesOfFile.enumerated() {
            // What ships may be about tags that this policy has not: its own uses are then not looked at.
            guard let own = policyOfFile[file], !policies[own].ships else { continue }
            for use in uses where !use.isReferenced {
                // A policy with rules works by being used.
                guard let policy = use.policy, !names.rules.contains(where: { $0.policy == policy }) else { continue }
                report(Wording.unusedUse(use.span, qualifier: use.qualifier))
            }
        }
    }

    private func lintIdentities() {
        var allowed: Set<Int> = []
        for rule in rules where (rule.effect == .allow || rule.effect == .approve) && !rule.observe { allowed.formUnion(rule.reach) }
        // Whoever is there to agree need not be allowed anything.
        for case let approval? in rules.map(\.approval) {
            allowed.formUnion(approval.identities.map(Int.init))
            for group in approval.groups { allowed.formUnion(groups[Int(group)].members) }
        }
        for (index, identity) in identities.enumerated() where !allowed.contains(index) && names.identities[index].policy == 0 {
            report(Wording.identityWithoutAllow(identity.declared.span, name: identity.declared.text))
        }
    }

    // MARK: what is not understood

    /// An allow that covers `unknown` lets text through that no deny and no approve by verb can recognise.
    private func lintUnknown() {
        let denies = rules.filter {
            ($0.effect == .deny || $0.effect == .approve) && !$0.observe && !$0.targets.isEmpty && !covers(.unknown, $0)
        }
        let refusals = rules.filter { $0.effect == .deny && !$0.observe && $0.isAlways && covers(.unknown, $0) }
        for allow in rules where allow.effect == .allow && !allow.observe && covers(.unknown, allow) {
            // Whoever writes the verb means it.
            if allow.declaration.to.map(namesUnknown) == true { continue }
            if refusals.contains(where: { allow.reach.isSubset(of: $0.reach) && Set(allow.on).isSubset(of: $0.on) }) { continue }
            let passed = denies.first { !shared(allow.on, $0.on).isEmpty && !allow.reach.isDisjoint(with: $0.reach) }
            guard let passed else { continue }
            var verbs: VerbSet = []
            for target in passed.targets { verbs.formUnion(target.verbs) }
            let words = Verb.allCases.filter { verbs.contains($0) }.prefix(3).map { "`\($0.name)`" }
            report(
                Wording.allowCoversUnknown(
                    allow.declaration.to?.span ?? allow.declaration.name.span, deny: passed.declaration.name.text,
                    verbs: Wording.list(Array(words), "or"), denySpan: passed.declaration.name.span))
        }
    }

    private func namesUnknown(_ clause: ToClause) -> Bool {
        clause.verbClauses.contains { part in
            part.verbs.contains { if case .verb(let name) = $0 { name.text == Verb.unknown.name } else { false } }
        }
    }

    private func covers(_ verb: Verb, _ rule: ResolvedRule) -> Bool {
        rule.targets.isEmpty || rule.targets.contains { $0.verbs.contains(verb) && $0.objects.isEmpty }
    }

    // MARK: masks

    private func lintMasks() {
        let allows = rules.filter { ($0.effect == .allow || $0.effect == .approve) && !$0.observe }
        let readers = MaskReaders(allows)
        for rule in rules where rule.effect == .mask {
            for mask in rule.mask?.columns ?? [] {
                let isRead = readers.mayRead(mask.table).contains { index in
                    let allow = allows[index]
                    let resources = shared(allow.on, rule.on)
                    guard !resources.isEmpty, !allow.reach.isDisjoint(with: rule.reach) else { return false }
                    return reads(allow, mask, resources)
                }
                if !isRead { report(Wording.maskNeverAllowed(mask.span, column: mask.column)) }
            }
        }
    }

    private func reads(_ allow: ResolvedRule, _ mask: ResolvedColumnMask, _ resources: [Int]) -> Bool {
        if allow.targets.isEmpty { return true }
        return allow.targets.contains { target in
            // What is written may also come back, by RETURNING.
            guard !target.verbs.isDisjoint(with: [.select, .insert, .update, .delete]) else { return false }
            return target.objects.isEmpty || target.objects.contains { overlap(mask, $0, on: resources) }
        }
    }
}

/// Allows by the tables that they name, so that a mask is not held against every allow of a large policy.
private struct MaskReaders {
    private var byTable: [String: [Int]] = [:]
    /// Those that may be about any table.
    private var wide: [Int] = []
    private let all: Range<Int>

    init(_ allows: [ResolvedRule]) {
        all = allows.indices
        for (index, allow) in allows.enumerated() {
            var isWide = allow.targets.isEmpty
            for target in allow.targets {
                if target.objects.isEmpty { isWide = true }
                for object in target.objects {
                    guard case .exactly(let table) = object.name else {
                        isWide = true
                        continue
                    }
                    if byTable[table]?.last != index { byTable[table, default: []].append(index) }
                }
            }
            if isWide { wide.append(index) }
        }
    }

    /// Indices of the allows that can be about a masked table.
    func mayRead(_ table: ResolvedName) -> [Int] {
        guard case .exactly(let name) = table else { return Array(all) }
        return (byTable[name] ?? []) + wide
    }
}
