// Types conditions: what each path means where it stands, and `let` put in its place.

import Machine
import PolicyLang

/// Where a condition stands, which decides what it may speak of.
struct ConditionPlace {
    enum Use {
        /// Of an identity or a group: nothing is known but the token.
        case claimsOnly
        case rule(Machine.Effect)
        /// Of a `let` by itself: checked further wherever it is used.
        case anywhere
    }
    var use: Use
    /// Issuers whose tokens may come here.
    var issuers: [Int]
    /// Kinds of the resources that it is about.
    var kinds: [Machine.ResourceKind]
}

extension CompileRun {
    /// All clauses joined; `unless c` is `when not c`. What had a diagnostic counts as true, which no program is made of.
    func typed(_ clauses: [ConditionClause], in place: ConditionPlace) -> TypedCondition {
        var typer = ConditionTyper(run: self, place: place)
        var parts: [TypedCondition] = []
        for clause in clauses {
            guard let part = typer.typed(clause.condition) else { continue }
            parts.append(clause.isNegated ? .negated(part) : part)
        }
        let whole = TypedCondition.all(parts)
        if whole.testCount > CompilerLimits.conditionTests, let first = clauses.first {
            report(Wording.tooLarge(first.span, what: "comparisons in one condition", limit: CompilerLimits.conditionTests))
            return .constant(true)
        }
        return whole
    }

    /// Types every `let` by itself, so that one that nothing uses is checked as well.
    func checkNamedConditions() {
        let place = ConditionPlace(use: .anywhere, issuers: [], kinds: [])
        for (index, (declaration, _)) in names.lets.enumerated() {
            var typer = ConditionTyper(run: self, place: place)
            typer.path = [index]
            _ = typer.typed(declaration.condition)
        }
    }
}

/// One condition on its way to types.
struct ConditionTyper {
    let run: CompileRun
    let place: ConditionPlace
    /// The `let`s that are being put in place.
    var path: [Int] = []
    private var remaining = CompilerLimits.conditionNodes
    private var depth = 0
    /// The condition as the author wrote it, in which everything else stands: what is too large is said of it, and not of a
    /// `let` far away that is small by itself.
    private var whole: SourceSpan?

    init(run: CompileRun, place: ConditionPlace) {
        self.run = run
        self.place = place
    }

    /// An operand after its names have been settled.
    enum Typed {
        case value(TypedValue, FactType, SourceSpan)
        /// Strings, numbers and so on.
        case literal(SetElement)
        /// A single bare name that is declared nowhere: the other side may know it.
        case word(String, SourceSpan)
        case elements([SetElement], SourceSpan)
        case condition(TypedCondition, SourceSpan)

        var span: SourceSpan {
            switch self {
            case .value(_, _, let span), .word(_, let span), .elements(_, let span), .condition(_, let span): span
            case .literal(let element): element.span
            }
        }
    }

    /// Nil after a diagnostic.
    mutating func typed(_ condition: Condition) -> TypedCondition? {
        let begins = whole == nil
        if begins { whole = condition.span }
        defer { if begins { whole = nil } }
        guard spend(at: whole ?? condition.span) else { return nil }
        // Everything after this walks the condition by calling itself, on stacks that may be small.
        depth += 1
        defer { depth -= 1 }
        guard depth <= CompilerLimits.conditionDepth else {
            let what = "conditions inside each other, with every `let` in its place,"
            run.report(Wording.tooLarge(whole ?? condition.span, what: what, limit: CompilerLimits.conditionDepth))
            return nil
        }
        switch condition {
        case .or(let parts, _): return joined(parts).map(TypedCondition.any)
        case .and(let parts, _): return joined(parts).map(TypedCondition.all)
        case .not(let inner, _): return typed(inner).map(TypedCondition.negated)
        case .has(let path, _):
            guard let operand = typed(path) else { return nil }
            guard case .value(let value, _, _) = operand else {
                run.report(Wording.unknownFact(path.span, name: path.text, nearest: nil))
                return nil
            }
            return .test(.known(value))
        case .comparison(let comparison): return typed(comparison)
        case .operand(let operand):
            guard let operand = typed(operand) else { return nil }
            return asCondition(operand)
        }
    }

    /// Every part is looked at, also after one that had a diagnostic.
    private mutating func joined(_ parts: [Condition]) -> [TypedCondition]? {
        var result: [TypedCondition] = []
        for part in parts {
            if let typed = typed(part) { result.append(typed) }
        }
        return result.count == parts.count ? result : nil
    }

    private func asCondition(_ operand: Typed) -> TypedCondition? {
        switch operand {
        case .condition(let condition, _): return condition
        case .value(let value, .boolean, _): return .test(.isTrue(value))
        case .literal(let element):
            if case .boolean(let value) = element.value { return .constant(value) }
            run.report(Wording.notACondition(element.span, what: "value alone"))
        case .value(_, let type, let span):
            run.report(Wording.notACondition(span, what: "\(type.name)"))
        case .elements(_, let span):
            run.report(Wording.notACondition(span, what: "set"))
        case .word(let text, let span):
            reportUnknown(text, span)
        }
        return nil
    }

    // MARK: operands

    /// Nil after a diagnostic.
    mutating func typed(_ operand: Operand) -> Typed? {
        let span = operand.span
        func literal(_ value: SetElement.Value) -> Typed { .literal(SetElement(value: value, span: span)) }
        switch operand {
        case .string(let it): return literal(.string(it.value))
        case .integer(let it): return literal(.integer(it.value))
        case .duration(let it): return literal(.duration(it.seconds))
        case .size(let it): return literal(.size(it.bytes))
        case .moment(let it): return literal(.moment(it.epochSeconds))
        case .boolean(let it): return literal(.boolean(it.value))
        case .set(let it): return .elements(run.elements(of: it), span)
        case .path(let path): return typed(path)
        }
    }

    private mutating func typed(_ path: FactPath) -> Typed? {
        if let claim = path.claim { return self.claim(claim, path.span) }
        if let key = path.key { return keyed(path, key) }
        if let fact = Fact.named(path.text) {
            if !fact.takesKey { return self.fact(fact, path.span) }
            run.report(Wording.needsKey(path.span, name: path.text))
            return nil
        }
        if let set = run.set(named: path.segments) { return .elements(run.elements(ofSet: set), path.span) }
        if let named = namedCondition(path) { return named.map { .condition($0, path.span) } }
        if path.segments.count == 1 { return .word(path.segments[0].text, path.span) }
        if path.segments.count == 2, run.usesOfFile[path.span.file].contains(where: { $0.qualifier == path.segments[0].text }) {
            let name = QualifiedName(qualifier: path.segments[0], name: path.segments[1])
            _ = run.resolve(name, as: [.let, .set], what: "set or let")
            return nil
        }
        let nearest = Spelling.nearest(to: path.text, among: Fact.allCases.map(\.entry.name))
        run.report(Wording.unknownFact(path.span, name: path.text, nearest: nearest))
        return nil
    }

    private func keyed(_ path: FactPath, _ key: StringLiteral) -> Typed? {
        guard Fact.named(path.text)?.takesKey == true else {
            run.report(Wording.takesNoKey(path.span, name: path.text))
            return nil
        }
        guard let name = HeaderName.normal(key.value) else {
            run.report(Wording.headerName(key.span))
            return nil
        }
        guard case .value(_, let type, let span)? = fact(.httpHeader, path.span) else { return nil }
        return .value(.header(name), type, span)
    }

    private func claim(_ name: Name, _ span: SourceSpan) -> Typed? {
        let issuers = place.issuers.map { run.issuers[$0] }
        let lacking = issuers.filter { issuer in !issuer.claims.contains { $0.name == name.text } }
        if let type = run.claimTypes[name.text], lacking.isEmpty { return .value(.claim(name.text), type, span) }
        // In a `let` that nobody could use, it is one mistake however many rules name it.
        if issuers.isEmpty || run.claimTypes[name.text] == nil && !path.isEmpty {
            run.report(Wording.claimNotDeclared(name.span, claim: name.text, issuers: [], known: run.claimTypes.keys.sorted()))
            return nil
        }
        let known = Set(lacking.flatMap { $0.claims.map(\.name) }).sorted()
        run.report(Wording.claimNotDeclared(name.span, claim: name.text, issuers: lacking.map(\.name), known: known))
        return nil
    }

    private func fact(_ fact: Fact, _ span: SourceSpan) -> Typed? {
        let entry = fact.entry
        switch place.use {
        case .claimsOnly:
            run.report(Wording.factNotHere(span, fact: entry.name, why: .onlyClaims))
            return nil
        case .rule(let effect):
            if entry.scope == .result, effect != .watch {
                run.report(Wording.factNotHere(span, fact: entry.name, why: .onlyAfterResult))
                return nil
            }
            if entry.scope == .access, effect == .mask {
                run.report(Wording.factNotHere(span, fact: entry.name, why: .maskIsNotAboutOneAccess))
                return nil
            }
        case .anywhere: break
        }
        if let kind = place.kinds.first(where: { !fact.exists(for: $0) }) {
            run.report(Wording.factNotOfKind(span, fact: entry.name, kind: kind, kinds: entry.kinds ?? []))
            return nil
        }
        return .value(.fact(fact), entry.type, span)
    }

    /// Outer nil: the path names no `let`. Inner nil: it does, and there was a diagnostic.
    private mutating func namedCondition(_ path: FactPath) -> TypedCondition?? {
        guard path.segments.count <= 2, let last = path.segments.last, let own = run.policyOfFile[last.span.file] else {
            return .none
        }
        var policy = own
        if path.segments.count == 2 {
            let qualifier = path.segments[0].text
            guard let used = run.usesOfFile[last.span.file].first(where: { $0.qualifier == qualifier })?.policy else {
                return .none
            }
            policy = used
        }
        guard case .let(let index)? = run.names.byKey[.init(policy: policy, isRule: false, text: last.text)]?.entity else {
            return .none
        }
        if path.segments.count == 2 { _ = run.noteUse(of: path.segments[0].text, in: last.span.file) }
        run.referenced.insert(.let(index))
        let declaration = run.names.lets[index].declaration
        if let start = self.path.firstIndex(of: index) {
            run.reportCycle(self.path[start...].map { Entity.let($0) }, path.span, name: declaration.name.text)
            return .some(nil)
        }
        guard self.path.count < CompilerLimits.letDepth else {
            run.report(Wording.tooLarge(whole ?? path.span, what: "`let` inside each other", limit: CompilerLimits.letDepth))
            return .some(nil)
        }
        self.path.append(index)
        defer { self.path.removeLast() }
        return .some(typed(declaration.condition))
    }

    func reportUnknown(_ text: String, _ span: SourceSpan) {
        guard let policy = run.policyOfFile[span.file] else { return }
        let known = run.names.names(of: policy, sorts: [.let, .set]) + Fact.allCases.map(\.entry.name)
        run.report(Wording.unknownName(span, name: text, what: "fact, set or let", policy: nil, known: known))
    }

    private mutating func spend(at span: SourceSpan) -> Bool {
        remaining -= 1
        if remaining == 0 {
            run.report(
                Wording.tooLarge(
                    span, what: "parts of a condition with every `let` in its place", limit: CompilerLimits.conditionNodes))
        }
        return remaining > 0
    }
}
