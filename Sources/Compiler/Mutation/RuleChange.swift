// Small changes of one rule: what a good test of the policy would notice, one at a time.

import PolicyLang

/// A rule with one thing changed, and how the change reads in its text.
struct RuleChange {
    var kind: PolicyMutant.Kind
    /// What is replaced in the text, and by what; an empty replacement leaves it out.
    var span: SourceSpan
    var replacement: String
    /// Nil: the rule is left out.
    var rule: RuleDeclaration?
}

/// Makes every change of one rule, in the order of its clauses.
struct RuleChanges {
    private let rule: RuleDeclaration
    private let text: (SourceSpan) -> String
    private(set) var all: [RuleChange] = []

    init(_ rule: RuleDeclaration, _ text: @escaping (SourceSpan) -> String) {
        self.rule = rule
        self.text = text
        changeEffect()
        for (index, clause) in rule.clauses.enumerated() { change(clause, index) }
    }

    private mutating func add(_ kind: PolicyMutant.Kind, _ span: SourceSpan, _ replacement: String, _ rule: RuleDeclaration?) {
        all.append(RuleChange(kind: kind, span: span, replacement: replacement, rule: rule))
    }

    /// The rule with a clause in the place of another; nil leaves it out.
    private func with(_ clause: RuleClause?, at index: Int) -> RuleDeclaration {
        var changed = rule
        if let clause { changed.clauses[index] = clause } else { changed.clauses.remove(at: index) }
        return changed
    }

    // MARK: the whole rule

    private mutating func changeEffect() {
        add(.ruleDropped, rule.name.span, "", nil)
        let other: PolicyLang.Effect
        switch rule.effect {
        case .allow: other = .deny
        case .deny, .approve: other = .allow
        case .mask, .watch: return
        }
        var flipped = rule
        flipped.effect = other
        // What only the old effect may have would be refused of the new one.
        flipped.clauses.removeAll { clause in
            switch clause {
            case .limit, .by, .quorum, .within, .valid, .guarded: true
            case .who, .on, .to, .condition, .because, .expires, .column, .value, .notify: false
            }
        }
        add(.effectFlipped, rule.effectSpan, other.rawValue, flipped)
    }

    private mutating func change(_ clause: RuleClause, _ index: Int) {
        switch clause {
        case .who(let who): change(who, index)
        case .on(let on): change(on, index)
        case .to(let to): change(to, index)
        case .condition(let condition): change(condition, index)
        case .expires(_, let span): add(.expiryDropped, span, "", with(nil, at: index))
        case .limit(let items, let span): change(items, span, index)
        case .quorum(let count, _) where count.value > 1:
            var fewer = count
            fewer.value -= 1
            add(.quorumLowered, count.span, String(fewer.value), with(.quorum(fewer, clause.span), at: index))
        case .column(let column): change(column, index)
        case .value(let value): change(value, index)
        case .guarded(let span): add(.guardDropped, span, "", with(nil, at: index))
        case .because, .by, .quorum, .within, .valid, .notify: break
        }
    }

    // MARK: who and where

    private mutating func change(_ clause: WhoClause, _ index: Int) {
        if let any = clause.anySpan {
            if !clause.except.isEmpty {
                for changed in Self.shorter(clause.except) { exceptChanged(clause, changed, any.end, index) }
            }
            return
        }
        var wide = clause
        wide.anySpan = clause.span
        wide.names = []
        wide.except = []
        add(.whoWidened, clause.span, "who any", with(.who(wide), at: index))
        if clause.names.count > 1 {
            for names in Self.shorter(clause.names) {
                var fewer = clause
                fewer.names = names
                add(.whoNarrowed, Self.cover(clause.names.map(\.span)), names.map(\.text).joined(separator: ", "), with(.who(fewer), at: index))
            }
        }
        let end = clause.names.last?.span.end ?? clause.span.end
        for changed in Self.shorter(clause.except) { exceptChanged(clause, changed, end, index) }
    }

    private mutating func exceptChanged(_ clause: WhoClause, _ except: [QualifiedName], _ end: Int, _ index: Int) {
        var changed = clause
        changed.except = except
        let span = SourceSpan(file: clause.span.file, start: end, end: clause.span.end)
        let written = except.isEmpty ? "" : " except " + except.map(\.text).joined(separator: ", ")
        add(.whoWidened, span, written, with(.who(changed), at: index))
    }

    private mutating func change(_ clause: OnClause, _ index: Int) {
        var isAny = false
        for case .any in clause.include { isAny = true }
        if !isAny {
            var wide = clause
            wide.include = [.any(clause.span)]
            wide.except = []
            add(.onWidened, clause.span, "on any", with(.on(wide), at: index))
        }
        if !clause.except.isEmpty {
            var wide = clause
            wide.except = []
            let end = clause.include.map(\.span.end).max() ?? clause.span.end
            let span = SourceSpan(file: clause.span.file, start: end, end: clause.span.end)
            add(.onWidened, span, "", with(.on(wide), at: index))
        }
    }

    // MARK: accesses

    private mutating func change(_ clause: ToClause, _ index: Int) {
        add(.objectsWidened, clause.span, "", with(nil, at: index))
        let whole = rule
        for (number, part) in clause.verbClauses.enumerated() {
            func put(_ changed: VerbClause?) -> RuleDeclaration {
                var (to, rule) = (clause, whole)
                if let changed { to.verbClauses[number] = changed } else { to.verbClauses.remove(at: number) }
                rule.clauses[index] = .to(to)
                return rule
            }
            if clause.verbClauses.count > 1 {
                let kept = clause.verbClauses.indices.filter { $0 != number }.map { text(clause.verbClauses[$0].span) }
                add(.accessDropped, Self.cover(clause.verbClauses.map(\.span)), kept.joined(separator: ", "), put(nil))
            }
            changeVerbs(part, put)
            changeObjects(part, put)
        }
    }

    private mutating func changeVerbs(_ part: VerbClause, _ put: (VerbClause) -> RuleDeclaration) {
        let span = Self.cover(part.verbs.map(\.span))
        var isAny = false
        for case .any in part.verbs { isAny = true }
        // Every verb has no objects that all of them could have: then the clause as a whole is widened.
        if !isAny, part.objects.isEmpty {
            var wide = part
            wide.verbs = [.any(span)]
            add(.verbsWidened, span, "any", put(wide))
        }
        guard part.verbs.count > 1 else { return }
        for verb in part.verbs.indices {
            var fewer = part
            fewer.verbs.remove(at: verb)
            add(.verbDropped, span, fewer.verbs.map { text($0.span) }.joined(separator: ", "), put(fewer))
        }
    }

    private mutating func changeObjects(_ part: VerbClause, _ put: (VerbClause) -> RuleDeclaration) {
        guard !part.objects.isEmpty else { return }
        let span = Self.cover(part.objects.map(\.span))
        var wide = part
        wide.objects = []
        let start = part.preposition?.span.start ?? span.start
        add(.objectsWidened, SourceSpan(file: span.file, start: start, end: span.end), "", put(wide))
        for object in part.objects.indices {
            if part.objects.count > 1 {
                var fewer = part
                fewer.objects.remove(at: object)
                add(.objectDropped, span, fewer.objects.map { text($0.span) }.joined(separator: ", "), put(fewer))
            }
            guard let columns = part.objects[object].columns, let first = columns.first, let last = columns.last else { continue }
            let inner = first.span.joined(with: last.span)
            var whole = part
            whole.objects[object].columns = nil
            let braces = SourceSpan(
                file: inner.file, start: part.objects[object].path.last?.span.end ?? inner.start, end: part.objects[object].span.end)
            add(.columnsWidened, braces, "", put(whole))
            guard columns.count > 1 else { continue }
            for column in columns.indices {
                var fewer = part
                fewer.objects[object].columns?.remove(at: column)
                let kept = columns.indices.filter { $0 != column }.map { text(columns[$0].span) }
                add(.columnDropped, inner, kept.joined(separator: ", "), put(fewer))
            }
        }
    }

    // MARK: conditions and limits

    private mutating func change(_ clause: ConditionClause, _ index: Int) {
        add(.conditionDropped, clause.span, "", with(nil, at: index))
        var negated = clause
        negated.isNegated.toggle()
        let word = SourceSpan(file: clause.span.file, start: clause.span.start, end: clause.condition.span.start)
        if !clause.condition.isAtom { add(.conditionNegated, word, negated.isNegated ? "unless " : "when ", with(.condition(negated), at: index)) }
        for change in clause.condition.changes(text) {
            var changed = clause
            changed.condition = change.condition
            add(.init(change.kind), change.span, change.replacement, with(.condition(changed), at: index))
        }
    }

    private mutating func change(_ items: [LimitItem], _ span: SourceSpan, _ index: Int) {
        for item in items.indices {
            var fewer = items
            fewer.remove(at: item)
            let clause = fewer.isEmpty ? nil : RuleClause.limit(fewer, span)
            let replaced = fewer.isEmpty ? span : Self.cover(items.map(\.span))
            let written = fewer.map { text($0.span) }.joined(separator: ", ")
            switch items[item].limit {
            case .rate: add(.limitDropped, replaced, written, with(clause, at: index))
            // What comes back, how long it takes and who else is there is not for a test to say.
            case .rows, .runtime, .concurrent, .bytes: add(.limitUnseen, replaced, written, with(clause, at: index))
            }
        }
    }

    /// The lists that lack one element each.
    private static func shorter<Element>(_ list: [Element]) -> [[Element]] {
        list.indices.map { index in
            var fewer = list
            fewer.remove(at: index)
            return fewer
        }
    }

    static func cover(_ spans: [SourceSpan]) -> SourceSpan {
        guard let first = spans.first, let last = spans.last else { return SourceSpan(file: 0, start: 0, end: 0) }
        return first.joined(with: last)
    }
}

// MARK: masks

extension RuleChanges {
    private mutating func change(_ clause: ColumnClause, _ index: Int) {
        for (number, target) in clause.targets.enumerated() {
            if clause.targets.count > 1 {
                var fewer = clause
                fewer.targets.remove(at: number)
                let span = Self.cover(clause.targets.map(\.span))
                add(.maskDropped, span, fewer.targets.map { text($0.span) }.joined(separator: ", "), with(.column(fewer), at: index))
            }
            guard target.columns.count > 1 else { continue }
            for column in target.columns.indices {
                var fewer = clause
                fewer.targets[number].columns.remove(at: column)
                let kept = target.columns.indices.filter { $0 != column }.map { text(target.columns[$0].span) }
                add(.maskDropped, Self.cover(target.columns.map(\.span)), kept.joined(separator: ", "), with(.column(fewer), at: index))
            }
        }
        if rule.columns.count + rule.values.count > 1 { add(.maskDropped, clause.span, "", with(nil, at: index)) }
        guard let (kind, word) = Self.weaker(clause.transform.kind) else { return }
        var weak = clause
        weak.transform.kind = kind
        add(.transformWeakened, clause.transform.span, word, with(.column(weak), at: index))
    }

    private mutating func change(_ clause: ValueClause, _ index: Int) {
        if clause.detectors.count > 1 {
            for number in clause.detectors.indices {
                var fewer = clause
                fewer.detectors.remove(at: number)
                let span = Self.cover(clause.detectors.map(\.span))
                add(.maskDropped, span, fewer.detectors.map(\.text).joined(separator: ", "), with(.value(fewer), at: index))
            }
        }
        if rule.columns.count + rule.values.count > 1 { add(.maskDropped, clause.span, "", with(nil, at: index)) }
        guard let (kind, word) = Self.weaker(clause.transform.kind) else { return }
        var weak = clause
        weak.transform.kind = kind
        add(.transformWeakened, clause.transform.span, word, with(.value(weak), at: index))
    }

    /// The transform that shows a little more, and its text.
    private static func weaker(_ kind: Transform.Kind) -> (Transform.Kind, String)? {
        switch kind {
        case .null: (.redact, "redact")
        case .redact, .hash, .zero, .tokenize, .year, .domain: (.partial(first: 2, last: 0), "partial(first: 2)")
        case .range(let step): step > 2 ? (.range(max(2, step / 2)), "range(\(max(2, step / 2)))") : nil
        case .partial(let first, let last) where last == 0: (.partial(first: first + 1, last: 0), "partial(first: \(first + 1))")
        case .partial(let first, let last): (.partial(first: first, last: last + 1), "partial(first: \(first), last: \(last + 1))")
        case .last(let kept): (.last(kept + 1), "last(\(kept + 1))")
        }
    }
}
