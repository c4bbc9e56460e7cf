// Resolves rules: who, on, to, conditions, and what the effect needs.

import Machine
import PolicyLang

extension CompileRun {
    func resolveRules() {
        if let memory = options.memory { return resolveRules(memory) }
        for (index, (declaration, policy)) in names.rules.enumerated() { take(resolved(declaration, index, policy)) }
    }

    /// Keeps a resolved rule. What depends on the day is looked at here, as a remembered rule may be of yesterday.
    func take(_ rule: ResolvedRule) {
        checkExpiry(rule)
        rules.append(rule)
    }

    func resolved(_ declaration: RuleDeclaration, _ index: Int, _ policy: Int) -> ResolvedRule {
        let who = resolve(declaration.who)
        let reach = reach(of: who)
        let on = resolve(declaration.on)
        let effect = Self.effect(declaration.effect)
        var targets = TargetResolver(run: self, effect: effect, on: on)
        let kinds = Machine.ResourceKind.allCases.filter { kind in on.contains { resources[$0].kind == kind } }
        let issuers = Set(reach.map { identities[$0].issuer }).filter { $0 >= 0 }.sorted()
        let place = ConditionPlace(use: .rule(effect), issuers: issuers, kinds: kinds)
        var rule = ResolvedRule.Parts(
            name: programName(declaration.name.text, policy: policy), index: index, effect: effect,
            observe: declaration.isObserved, who: who, reach: reach, on: on, targets: targets.resolve(declaration.to),
            condition: typed(declaration.conditions, in: place), because: declaration.because?.value,
            expires: declaration.expires?.epochSeconds, mask: nil, declaration: declaration)
        if effect == .mask { rule.mask = resolveMask(of: declaration, on: on) }
        if effect == .allow { rule.limit = resolveLimit(of: declaration) }
        if effect == .approve { rule.approval = resolveApproval(of: declaration) }
        rule.notify = resolveChannels(of: declaration)
        rule.isEmitted = !on.isEmpty
        return ResolvedRule(rule)
    }

    static func effect(_ effect: PolicyLang.Effect) -> Machine.Effect {
        switch effect {
        case .allow: .allow
        case .deny: .deny
        case .approve: .approve
        case .mask: .mask
        case .watch: .watch
        }
    }

    /// An expired allow no longer helps anyone; an expired deny or mask would silently have stopped to protect.
    private func checkExpiry(_ rule: ResolvedRule) {
        guard let expires = rule.declaration.expires, expires.epochSeconds <= options.date.seconds else { return }
        switch rule.effect {
        case .allow: report(Wording.expiredAllow(expires.span, rule: rule.declaration.name.text))
        case .deny, .mask, .approve, .watch:
            report(Wording.expired(expires.span, effect: rule.declaration.effect.rawValue, rule: rule.declaration.name.text))
        }
    }

    // MARK: masks

    private func resolveMask(of declaration: RuleDeclaration, on: [Int]) -> ResolvedMask {
        var mask = ResolvedMask(columns: [], values: [], guarded: declaration.isGuarded)
        for clause in declaration.columns {
            if let resource = on.first(where: { ResourceFamily(resources[$0].kind) != .sql }), let target = clause.targets.first {
                report(
                    Wording.maskWithoutColumns(
                        target.span, kind: resources[resource].kind, resource: resources[resource].declared.text))
                continue
            }
            guard let transform = record(of: clause.transform) else { continue }
            for target in clause.targets { mask.columns += masks(target, transform, on) }
            if mask.columns.count > ProgramLimits.masks {
                report(Wording.tooLarge(clause.span, what: "columns of one mask", limit: ProgramLimits.masks))
                return mask
            }
        }
        for clause in declaration.values {
            guard let transform = record(of: clause.transform) else { continue }
            for name in clause.detectors {
                guard case .detector(let index)? = resolve(name, as: [.detector], what: "detector") else { continue }
                let (detector, policy) = names.detectors[index]
                mask.values.append(ResolvedValueMask(detector: detectorName(detector.name.text, policy: policy), transform: transform, span: name.span))
            }
        }
        return mask
    }

    private func record(of transform: Transform) -> TransformRecord? {
        func count(_ value: Int64) -> UInt16? {
            guard value >= 0, value <= Int64(ProgramLimits.keptCharacters) else {
                report(Wording.tooGreat(transform.span, what: "characters kept by a mask", limit: ProgramLimits.keptCharacters))
                return nil
            }
            return UInt16(value)
        }
        switch transform.kind {
        case .null: return TransformRecord(kind: .null)
        case .redact: return TransformRecord(kind: .redact)
        case .hash: return TransformRecord(kind: .hash)
        case .zero: return TransformRecord(kind: .zero)
        case .tokenize: return TransformRecord(kind: .tokenize)
        case .year: return TransformRecord(kind: .year)
        case .domain: return TransformRecord(kind: .domain)
        case .range(let step):
            guard (2...Int64(TransformRecord.maximumStep)).contains(step) else {
                report(Wording.stepOutOfRange(transform.span, most: TransformRecord.maximumStep))
                return nil
            }
            return .range(step: Int(step))
        case .partial(let first, let last):
            guard let first = count(first), let last = count(last) else { return nil }
            return TransformRecord(kind: .partial, first: first, last: last)
        case .last(let kept):
            return count(kept).map { TransformRecord(kind: .last, last: $0) }
        }
    }

    private func masks(_ target: ColumnTarget, _ transform: TransformRecord, _ on: [Int]) -> [ResolvedColumnMask] {
        var columns: [(name: String, span: SourceSpan)] = []
        for segment in target.columns {
            switch segment.kind {
            case .any: report(Wording.maskEveryColumn(segment.span))
            case .text: columns.append((segment.text, segment.span))
            case .name: columns += columnNames(segment).map { ($0, segment.span) }
            }
        }
        var result: [ResolvedColumnMask] = []
        for path in paths(target.table) ?? [] {
            guard path.count <= 2, let table = path.last else {
                report(
                    Wording.objectShape(
                        target.span, why: "a mask takes a table, or a schema and a table", help: "write `schema.table.column`"))
                return []
            }
            let schema: ResolvedSchema
            switch (path.count, path[0]) {
            case (2, .exactly(let name)): schema = .exactly(name)
            case (1, .exactly): schema = .searchPath
            case (_, .any), (_, .pattern), (_, .exactly): schema = .any
            }
            checkKnown(.init(schema: schema, name: table, span: target.table.last?.span ?? target.span, columns: columns), on: on)
            for column in columns {
                result.append(
                    ResolvedColumnMask(schema: schema, table: table, column: column.name, transform: transform, span: column.span)
                )
            }
        }
        return result
    }
}
