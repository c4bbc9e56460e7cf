// Named sets and set literals: their elements, with the sets that they name put in their places.

import PolicyLang

/// One element of a set.
struct SetElement: Hashable {
    enum Value: Hashable {
        /// A name, or several with dots between.
        case path([String])
        case string(String)
        case integer(Int64)
        case duration(Int64)
        case size(Int64)
        case moment(Int64)
        case boolean(Bool)
    }
    var value: Value
    var span: SourceSpan

    /// What a condition compares with: a string, or a path as it is written.
    var text: String? {
        switch value {
        case .path(let segments): segments.joined(separator: ".")
        case .string(let text): text
        case .integer, .duration, .size, .moment, .boolean: nil
        }
    }
}

extension CompileRun {
    /// The elements of a declared set, in order, each once. Empty after a diagnostic.
    func elements(ofSet index: Int) -> [SetElement] {
        notes?.sets.append(index)
        if let known = setElements[index] {
            if let known { return known }
            let declaration = names.sets[index].declaration
            reportCycle([.set(index)], declaration.name.span, name: declaration.name.text)
            return []
        }
        setElements[index] = .some(nil)
        let elements = elements(of: names.sets[index].declaration.value)
        setElements[index] = elements
        return elements
    }

    /// The elements of a literal, in order, each once.
    func elements(of literal: SetLiteral) -> [SetElement] {
        var result: [SetElement] = []
        var seen: Set<SetElement.Value> = []
        func add(_ value: SetElement.Value, _ span: SourceSpan) {
            if seen.insert(value).inserted { result.append(SetElement(value: value, span: span)) }
        }
        for operand in literal.elements {
            let span = operand.span
            switch operand {
            case .string(let it): add(.string(it.value), span)
            case .integer(let it): add(.integer(it.value), span)
            case .duration(let it): add(.duration(it.seconds), span)
            case .size(let it): add(.size(it.bytes), span)
            case .moment(let it): add(.moment(it.epochSeconds), span)
            case .boolean(let it): add(.boolean(it.value), span)
            case .set: continue
            case .path(let path):
                if let set = set(named: path.segments) {
                    for element in elements(ofSet: set) { add(element.value, span) }
                } else {
                    add(.path(path.segments.map(\.text)), span)
                }
            }
            if result.count > CompilerLimits.setElements {
                report(Wording.tooLarge(literal.span, what: "elements of a set", limit: CompilerLimits.setElements))
                return []
            }
        }
        return result
    }

    /// The set that a path names in its file: `contact_columns`, `postgres.catalog_relations`. Nil when it names none.
    func set(named segments: [Name]) -> Int? {
        guard let last = segments.last, segments.count <= 2, let own = policyOfFile[last.span.file] else { return nil }
        var policy = own
        if segments.count == 2 {
            guard let use = usesOfFile[last.span.file].first(where: { $0.qualifier == segments[0].text }), let used = use.policy
            else { return nil }
            policy = used
        }
        guard case .set(let index)? = names.byKey[.init(policy: policy, isRule: false, text: last.text)]?.entity else {
            return nil
        }
        if segments.count == 2 { _ = noteUse(of: segments[0].text, in: last.span.file) }
        referenced.insert(.set(index))
        return index
    }
}
