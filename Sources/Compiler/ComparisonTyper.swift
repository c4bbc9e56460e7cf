// Types comparisons: which relation stands between which types, and what a literal means beside a fact.

import Machine
import Patterns
import PolicyLang

extension ConditionTyper {
    /// Nil after a diagnostic.
    mutating func typed(_ comparison: Comparison) -> TypedCondition? {
        let left = typed(comparison.left)
        let right = typed(comparison.right)
        guard let left, let right else { return nil }
        switch comparison.relation {
        case .equal: return equality(left, right, comparison)
        case .notEqual: return equality(left, right, comparison).map(TypedCondition.negated)
        case .less: return order(left, right, orEqual: false, comparison)
        case .lessOrEqual: return order(left, right, orEqual: true, comparison)
        case .greater: return order(right, left, orEqual: false, comparison)
        case .greaterOrEqual: return order(right, left, orEqual: true, comparison)
        case .in: return membership(left, right, comparison)
        case .like: return pattern(left, right, .glob, comparison)
        case .matches: return pattern(left, right, .pcre, comparison)
        case .startsWith: return text(left, right, comparison) { .startsWith($0, $1) }
        case .endsWith: return text(left, right, comparison) { .endsWith($0, $1) }
        case .contains: return containment(left, right, comparison)
        }
    }

    // MARK: equality and order

    private func equality(_ left: Typed, _ right: Typed, _ comparison: Comparison) -> TypedCondition? {
        guard case .value(let value, let type, let span) = left else {
            if case .value = right { return equality(right, left, comparison) }
            return noFact(left, right, comparison)
        }
        switch type {
        case .strings, .integers: return refuse(type, span, comparison)
        case .boolean:
            if case .literal(let element) = right, case .boolean(let wanted) = element.value {
                return wanted ? .test(.isTrue(value)) : .not(.test(.isTrue(value)))
            }
        case .address:
            if case .literal(let element) = right { return network(value, element) }
        case .integer, .string, .time, .duration, .size: break
        }
        guard let other = operand(right, like: value, type) else { return nil }
        return .test(.equal(value, other))
    }

    /// `small < large`.
    private func order(_ small: Typed, _ large: Typed, orEqual: Bool, _ comparison: Comparison) -> TypedCondition? {
        let first: TypedValue
        let second: TypedValue
        if case .value(let value, let type, let span) = small {
            guard isOrdered(type) else { return refuse(type, span, comparison) }
            guard let other = operand(large, like: value, type) else { return nil }
            (first, second) = (value, other)
        } else if case .value(let value, let type, let span) = large {
            guard isOrdered(type) else { return refuse(type, span, comparison) }
            guard let other = operand(small, like: value, type) else { return nil }
            (first, second) = (other, value)
        } else {
            return noFact(small, large, comparison)
        }
        return .test(orEqual ? .atMost(first, second) : .less(first, second))
    }

    private func isOrdered(_ type: FactType) -> Bool {
        switch type {
        case .integer, .time, .duration, .size: true
        case .boolean, .string, .strings, .integers, .address: false
        }
    }

    /// The other side of a comparison with `value`, which must have its type. Nil after a diagnostic.
    private func operand(_ operand: Typed, like value: TypedValue, _ type: FactType) -> TypedValue? {
        switch operand {
        case .value(let other, let otherType, let span):
            // A proof's strength is a number only inside the machine.
            guard otherType == type, isProof(other) == isProof(value) else {
                run.report(Wording.typeMismatch(span, found: otherType.name, wanted: wanted(value, type)))
                return nil
            }
            return other
        case .literal(let element): return constant(element, like: value, type)
        case .word(let text, let span):
            return constant(SetElement(value: .path([text]), span: span), like: value, type)
        case .elements(_, let span):
            run.report(Wording.typeMismatch(span, found: "set", wanted: wanted(value, type), help: "compare with a set by `in`"))
            return nil
        case .condition(_, let span):
            run.report(Wording.typeMismatch(span, found: "condition", wanted: wanted(value, type)))
            return nil
        }
    }

    /// A literal as a value of the type. Nil after a diagnostic.
    private func constant(_ element: SetElement, like value: TypedValue, _ type: FactType) -> TypedValue? {
        let span = element.span
        switch (element.value, type) {
        case (.path(let segments), _): return word(segments.joined(separator: "."), isBare: true, like: value, type, span)
        case (.string(let text), .string): return word(text, isBare: false, like: value, type, span)
        case (.integer(let number), .integer) where !isProof(value): return .integer(number)
        case (.duration(let number), .duration), (.size(let number), .size), (.moment(let number), .time):
            return .integer(number)
        case (.string, _), (.integer, _), (.duration, _), (.size, _), (.moment, _), (.boolean, _):
            run.report(Wording.typeMismatch(span, found: Self.kind(of: element.value), wanted: wanted(value, type)))
            return nil
        }
    }

    private func word(
        _ text: String, isBare: Bool, like value: TypedValue, _ type: FactType, _ span: SourceSpan
    ) -> TypedValue? {
        guard case .fact(let fact) = value else {
            if !isBare, type == .string { return .string(text) }
            reportUnknown(text, span)
            return nil
        }
        if isBare, run.words(of: fact) == nil {
            reportUnknown(text, span)
            return nil
        }
        guard let meant = run.word(text, isBare: isBare, of: fact, span) else { return nil }
        if fact == .identityProof {
            return Proof.allCases.first { $0.name == meant }.map { .integer(Int64($0.rawValue)) }
        }
        return .string(meant)
    }

    private func isProof(_ value: TypedValue) -> Bool { value == .fact(.identityProof) }

    private func wanted(_ value: TypedValue, _ type: FactType) -> String {
        isProof(value) ? "`bearer`, `dpop` or `mtls`" : type.name
    }

    static func kind(of value: SetElement.Value) -> String {
        switch value {
        case .path: "name"
        case .string: "string"
        case .integer: "integer"
        case .duration: "duration"
        case .size: "size"
        case .moment: "time"
        case .boolean: "boolean"
        }
    }

    // MARK: membership

    private func membership(_ left: Typed, _ right: Typed, _ comparison: Comparison) -> TypedCondition? {
        // `"dba" in claim.groups`, `identity.name in claim.owners`, `3 in claim.levels`.
        if case .value(let set, .strings, _) = right { return has(set, left, comparison) }
        if case .value(let set, .integers, _) = right { return has(numbers: set, left, comparison) }
        guard case .value(let value, let type, let span) = left else { return noFact(left, right, comparison) }
        let elements: [SetElement]
        switch right {
        case .elements(let found, _): elements = found
        case .literal(let element):
            guard type == .time || type == .address else {
                run.report(
                    Wording.typeMismatch(
                        element.span, found: Self.kind(of: element.value), wanted: "set",
                        help: "write a set in braces, or compare with `==`"))
                return nil
            }
            elements = [element]
        case .value(_, let other, let span):
            run.report(Wording.typeMismatch(span, found: other.name, wanted: "set"))
            return nil
        case .word(let text, let span):
            reportUnknown(text, span)
            return nil
        case .condition(_, let span):
            run.report(Wording.typeMismatch(span, found: "condition", wanted: "set"))
            return nil
        }
        switch type {
        case .string, .strings: return inSet(value, type, elements)
        case .integers: return integers(of: elements).map { .test(.subsetOfNumbers(value, $0)) }
        case .time: return joined(elements) { window(value, $0) }
        case .address: return joined(elements) { network(value, $0) }
        case .integer, .duration, .size:
            return joined(elements) { element in constant(element, like: value, type).map { .test(.equal(value, $0)) } }
        case .boolean: return refuse(type, span, comparison)
        }
    }

    private func inSet(_ value: TypedValue, _ type: FactType, _ elements: [SetElement]) -> TypedCondition? {
        var members: Set<String> = []
        for element in elements {
            guard let text = element.text else {
                run.report(Wording.setElement(element.span, found: Self.kind(of: element.value), wanted: "strings"))
                return nil
            }
            guard case .fact(let fact) = value, run.words(of: fact) != nil else {
                members.insert(text)
                continue
            }
            var isBare = false
            if case .path = element.value { isBare = true }
            guard let meant = run.word(text, isBare: isBare, of: fact, element.span) else { return nil }
            members.insert(meant)
        }
        let sorted = members.sorted()
        return .test(type == .strings ? .subsetOfSet(value, sorted) : .inSet(value, sorted))
    }

    /// Ascending, each once. Nil after a diagnostic.
    private func integers(of elements: [SetElement]) -> [Int64]? {
        var numbers: Set<Int64> = []
        for element in elements {
            guard case .integer(let number) = element.value else {
                run.report(Wording.setElement(element.span, found: Self.kind(of: element.value), wanted: "integers"))
                return nil
            }
            numbers.insert(number)
        }
        return numbers.sorted()
    }

    private func has(numbers set: TypedValue, _ member: Typed, _ comparison: Comparison) -> TypedCondition? {
        switch member {
        case .value(let value, .integer, _) where !isProof(value): return .test(.has(set, value))
        case .literal(let element):
            if case .integer(let number) = element.value { return .test(.has(set, .integer(number))) }
            run.report(Wording.typeMismatch(element.span, found: Self.kind(of: element.value), wanted: "integer"))
        case .word(let text, let span): reportUnknown(text, span)
        case .value(_, .integers, _), .value(_, .strings, _):
            run.report(
                Wording.relationNotForType(comparison.relationSpan, relation: comparison.relation, type: FactType.integers.name))
        case .value(let value, let type, let span):
            run.report(Wording.typeMismatch(span, found: isProof(value) ? "proof" : type.name, wanted: "integer"))
        case .elements(_, let span): run.report(Wording.typeMismatch(span, found: "set", wanted: "integer"))
        case .condition(_, let span): run.report(Wording.typeMismatch(span, found: "condition", wanted: "integer"))
        }
        return nil
    }

    private func joined(_ elements: [SetElement], _ test: (SetElement) -> TypedCondition?) -> TypedCondition? {
        let parts = elements.compactMap(test)
        return parts.count == elements.count ? .any(parts) : nil
    }

    private func has(_ set: TypedValue, _ member: Typed, _ comparison: Comparison) -> TypedCondition? {
        if case .value(_, .strings, _) = member {
            let set = FactType.strings.name
            run.report(Wording.relationNotForType(comparison.relationSpan, relation: comparison.relation, type: set))
            return nil
        }
        return stringOperand(member, like: set).map { .test(.has(set, $0)) }
    }

    /// A string beside a set fact. Nil after a diagnostic.
    private func stringOperand(_ operand: Typed, like set: TypedValue) -> TypedValue? {
        switch operand {
        case .value(let value, .string, _): return value
        case .literal(let element):
            if case .string(let text) = element.value { return word(text, isBare: false, like: set, .string, element.span) }
            run.report(Wording.typeMismatch(element.span, found: Self.kind(of: element.value), wanted: "string"))
        case .word(let text, let span): return word(text, isBare: true, like: set, .string, span)
        case .value(_, let type, let span):
            run.report(Wording.typeMismatch(span, found: type.name, wanted: "string"))
        case .elements(_, let span):
            run.report(Wording.typeMismatch(span, found: "set", wanted: "string"))
        case .condition(_, let span):
            run.report(Wording.typeMismatch(span, found: "condition", wanted: "string"))
        }
        return nil
    }

    // MARK: text

    private func containment(_ left: Typed, _ right: Typed, _ comparison: Comparison) -> TypedCondition? {
        if case .value(let set, .strings, _) = left { return has(set, right, comparison) }
        if case .value(let set, .integers, _) = left { return has(numbers: set, right, comparison) }
        return text(left, right, comparison) { .contains($0, $1) }
    }

    private func text(
        _ left: Typed, _ right: Typed, _ comparison: Comparison, _ make: (TypedValue, TypedValue) -> TypedTest
    ) -> TypedCondition? {
        guard case .value(let value, let type, let span) = left else { return noFact(left, right, comparison) }
        guard type == .string else { return refuse(type, span, comparison) }
        switch right {
        case .value(let other, .string, _): return .test(make(value, other))
        case .literal(let element):
            if case .string(let text) = element.value { return .test(make(value, .string(text))) }
            run.report(Wording.typeMismatch(element.span, found: Self.kind(of: element.value), wanted: "string"))
        case .word(let text, let span): reportUnknown(text, span)
        case .value(_, let type, let span): run.report(Wording.typeMismatch(span, found: type.name, wanted: "string"))
        case .elements(_, let span): run.report(Wording.typeMismatch(span, found: "set", wanted: "string"))
        case .condition(_, let span): run.report(Wording.typeMismatch(span, found: "condition", wanted: "string"))
        }
        return nil
    }

    private func pattern(
        _ left: Typed, _ right: Typed, _ kind: PatternRecord.Kind, _ comparison: Comparison
    ) -> TypedCondition? {
        guard case .value(let value, let type, let span) = left else { return noFact(left, right, comparison) }
        guard type == .string else { return refuse(type, span, comparison) }
        guard case .literal(let element) = right, case .string(let text) = element.value else {
            run.report(Wording.badPattern(right.span, why: "a pattern must be a string written here"))
            return nil
        }
        guard run.isPattern(text, kind, element.span) else { return nil }
        return .test(.matches(value, kind, text))
    }

    // MARK: time and place

    private func window(_ value: TypedValue, _ element: SetElement) -> TypedCondition? {
        guard case .string(let text) = element.value else {
            run.report(
                Wording.setElement(
                    element.span, found: Self.kind(of: element.value),
                    wanted: "windows such as \"Mon-Fri 08:00-18:00 Europe/Berlin\""))
            return nil
        }
        switch WeeklyWindow.parse(text) {
        case .success(let window):
            if ZoneTable.record(of: window.zone) == nil {
                run.report(Wording.unknownZone(element.span, zone: window.zone, nearest: ZoneTable.nearest(to: window.zone)))
                return nil
            }
            return .test(.inWindow(value, window))
        case .failure(let fault):
            run.report(Wording.badWindow(element.span, why: fault.why))
            return nil
        }
    }

    private func network(_ value: TypedValue, _ element: SetElement) -> TypedCondition? {
        guard case .string(let text) = element.value, let network = NetworkRecord(text: text) else {
            run.report(Wording.badNetwork(element.span))
            return nil
        }
        return .test(.inNetwork(value, network))
    }

    // MARK: refusals

    private func refuse(_ type: FactType, _ span: SourceSpan, _ comparison: Comparison) -> TypedCondition? {
        run.report(Wording.relationNotForType(comparison.relationSpan, relation: comparison.relation, type: type.name))
        return nil
    }

    private func noFact(_ left: Typed, _ right: Typed, _ comparison: Comparison) -> TypedCondition? {
        for side in [left, right] {
            if case .word(let text, let span) = side {
                reportUnknown(text, span)
                return nil
            }
        }
        run.report(Wording.noFactCompared(comparison.span))
        return nil
    }
}

extension CompileRun {
    /// Whether a pattern can be compiled; else reports why.
    func isPattern(_ text: String, _ kind: PatternRecord.Kind, _ span: SourceSpan) -> Bool {
        switch kind {
        case .pcre:
            do throws(PatternError) {
                _ = try CompiledPattern(text)
            } catch {
                report(Wording.badPattern(span, why: error.description))
                return false
            }
        case .glob:
            do throws(GlobError) {
                _ = try GlobPattern(text)
            } catch {
                report(Wording.badPattern(span, why: error.description))
                return false
            }
        case .words: break
        }
        if text.utf8.count > ProgramLimits.patternBytes {
            report(Wording.tooLarge(span, what: "bytes of a pattern", limit: ProgramLimits.patternBytes))
            return false
        }
        return true
    }
}
