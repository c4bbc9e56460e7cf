// What the words of a file are: declarations, names that refer to them, facts, verbs, tables.

import PolicyLang

/// The sorts of things that have names.
enum SymbolSort: String, Hashable, CaseIterable {
    case issuer, identity, group, resource, set, `let`, detector, rule, prove
    case tag, claim, policy

    /// Rules and proofs have names of their own.
    var space: SymbolSpace {
        switch self {
        case .issuer, .identity, .group, .resource, .set, .let, .detector: .names
        case .rule, .prove: .rules
        case .tag: .tags
        case .claim: .claims
        case .policy: .policies
        }
    }
}

/// Where names must differ from each other.
enum SymbolSpace: Hashable {
    case names, rules
    /// One for all policies of a folder: a tag or a claim is what it is called.
    case tags, claims
    case policies
}

/// What a word is when it refers to nothing that is declared.
enum PlainRole: Hashable {
    case name
    case fact, word
    case verb, preposition, objectClass
    case schema, table, column
    case setting, kind, type, transform
}

/// One word with a meaning, or a string that names something.
struct Occurrence: Hashable {
    /// In the file; without quotes for a string.
    var start: Int
    var end: Int
    var text: String
    /// The policy's short name before the dot.
    var qualifier: String?
    /// What it may refer to; empty for what refers to nothing.
    var sorts: Set<SymbolSort>
    var role: PlainRole = .name
    var isDeclaration = false
    /// Written as a string: `"dba" in identity.groups`.
    var isString = false

    /// Of several sorts the first in the order of the language: a set would give another one each time.
    var sort: SymbolSort? { SymbolSort.allCases.first { sorts.contains($0) } }
}

/// Walks a tree and notes every word with a meaning.
struct NameFinder {
    private(set) var found: [Occurrence] = []

    /// All of a file, in the order of the text.
    static func occurrences(of file: ParsedFile) -> [Occurrence] {
        var finder = NameFinder()
        finder.walk(file.tree)
        return finder.found.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
    }

    private mutating func add(
        _ name: Name, _ sorts: Set<SymbolSort> = [], role: PlainRole = .name, qualifier: String? = nil, isDeclaration: Bool = false
    ) {
        found.append(
            Occurrence(
                start: name.span.start, end: name.span.end, text: name.text, qualifier: qualifier, sorts: sorts, role: role,
                isDeclaration: isDeclaration))
    }

    private mutating func add(_ name: QualifiedName, _ sorts: Set<SymbolSort>) {
        if let qualifier = name.qualifier { add(qualifier, [.policy], qualifier: "") }
        add(name.name, sorts, qualifier: name.qualifier?.text)
    }

    private mutating func walk(_ tree: SyntaxTree) {
        if let header = tree.header { policy(header.name, isDeclaration: true) }
        for use in tree.uses { policy(use.name, isDeclaration: false) }
        for declaration in tree.declarations { walk(declaration) }
    }

    private mutating func policy(_ name: DottedName, isDeclaration: Bool) {
        found.append(
            Occurrence(
                start: name.span.start, end: name.span.end, text: name.text, sorts: [.policy], isDeclaration: isDeclaration))
    }

    private mutating func walk(_ declaration: Declaration) {
        switch declaration {
        case .issuer(let it):
            add(it.name, [.issuer], isDeclaration: true)
            add(it.kindName, role: .kind)
            for setting in it.settings { walk(setting) }
        case .identity(let it):
            add(it.name, [.identity], isDeclaration: true)
            add(it.issuer, [.issuer])
            for clause in it.conditions { walk(clause.condition) }
        case .group(let it):
            add(it.name, [.group], isDeclaration: true)
            switch it.membership {
            case .members(let names): for name in names { add(name, [.identity, .group]) }
            case .claims(let issuer, let conditions):
                add(issuer, [.issuer])
                for clause in conditions { walk(clause.condition) }
            }
        case .resource(let it):
            add(it.name, [.resource], isDeclaration: true)
            add(it.kindName, role: .kind)
            for tag in it.tags { add(tag, [.tag], isDeclaration: true) }
            for schema in it.searchPath ?? [] { add(schema, role: .schema) }
        case .set(let it):
            add(it.name, [.set], isDeclaration: true)
            for element in it.value.elements { walk(element, comparedWith: nil) }
        case .let(let it):
            add(it.name, [.let], isDeclaration: true)
            walk(it.condition)
        case .rule(let it):
            add(it.name, [.rule], isDeclaration: true)
            for clause in it.clauses { walk(clause) }
        case .detector(let it):
            add(it.name, [.detector], isDeclaration: true)
            if let checksum = it.checksum { add(checksum, role: .word) }
        case .prove(let it):
            add(it.name, [.prove], isDeclaration: true)
            for clause in it.clauses { walk(clause) }
        case .test(let it): walk(it)
        }
    }

    private mutating func walk(_ setting: IssuerSetting) {
        add(setting.key, role: .setting)
        switch setting.value {
        case .strings: break
        case .words(let words): for word in words { add(word, role: .word) }
        case .claims(let claims, _): for claim in claims { add(claim.name, [.claim], isDeclaration: true) }
        }
    }

    // MARK: rules

    private mutating func walk(_ clause: RuleClause) {
        switch clause {
        case .who(let it): walk(it)
        case .on(let it): walk(it)
        case .to(let it): walk(it)
        case .condition(let it): walk(it.condition)
        case .by(let names, _): for name in names { add(name, [.identity, .group]) }
        case .column(let it):
            for target in it.targets { walk(target) }
        case .value(let it):
            for name in it.detectors { add(name, [.detector]) }
        case .notify(let names, _): for name in names { add(name, []) }
        case .because, .expires, .limit, .quorum, .within, .valid, .guarded: break
        }
    }

    private mutating func walk(_ clause: ProveClause) {
        switch clause {
        case .who(let it): walk(it)
        case .on(let it): walk(it)
        case .condition(let it): walk(it.condition)
        case .never(let it), .always(let it): walk(it)
        }
    }

    private mutating func walk(_ clause: WhoClause) {
        for name in clause.names + clause.except { add(name, [.identity, .group]) }
    }

    private mutating func walk(_ clause: OnClause) {
        for selector in clause.include + clause.except {
            switch selector {
            case .any: break
            case .name(let name): add(name, [.resource])
            case .tag(let tag): add(tag, [.tag])
            }
        }
    }

    private mutating func walk(_ clause: ToClause) {
        for part in clause.verbClauses {
            for case .verb(let name) in part.verbs { add(name, role: .verb) }
            if let preposition = part.preposition { add(preposition, role: .preposition) }
            for object in part.objects {
                if let objectClass = object.objectClass, object.span.start <= objectClass.span.start { add(objectClass, role: .objectClass) }
                path(object.path)
                for column in object.columns ?? [] { segment(column, mayBeSet: true, role: .column) }
            }
        }
    }

    /// `orders`, `app.orders`, `app.orders.email`, a set's name, or another policy's set.
    private mutating func path(_ segments: [ObjectSegment]) {
        switch segments.count {
        case 1: segment(segments[0], mayBeSet: true, role: .table)
        case 2:
            let isSet = segments[0].kind == .name && segments[1].kind == .name
            if isSet {
                add(Name(segments[0].text, span: segments[0].span), [.policy], role: .schema, qualifier: "")
                add(Name(segments[1].text, span: segments[1].span), [.set], role: .table, qualifier: segments[0].text)
            } else {
                segment(segments[0], mayBeSet: false, role: segments[0].kind == .any ? .table : .schema)
                segment(segments[1], mayBeSet: false, role: segments[0].kind == .any ? .column : .table)
            }
        default:
            for (part, role) in zip(segments, [PlainRole.schema, .table, .column]) { segment(part, mayBeSet: false, role: role) }
        }
    }

    private mutating func segment(_ segment: ObjectSegment, mayBeSet: Bool, role: PlainRole) {
        guard segment.kind == .name else { return }
        add(Name(segment.text, span: segment.span), mayBeSet ? [.set] : [], role: role)
    }

    private mutating func walk(_ target: ColumnTarget) {
        path(target.table)
        for column in target.columns { segment(column, mayBeSet: true, role: .column) }
    }

    // MARK: conditions

    private mutating func walk(_ condition: Condition) {
        switch condition {
        case .or(let parts, _), .and(let parts, _): for part in parts { walk(part) }
        case .not(let inner, _): walk(inner)
        case .has(let path, _): fact(path)
        case .comparison(let it):
            walk(it.left, comparedWith: Self.named(by: it.right))
            walk(it.right, comparedWith: Self.named(by: it.left))
        case .operand(let operand): walk(operand, comparedWith: nil)
        }
    }

    /// What the words and strings name that are compared with a fact.
    private static func named(by operand: Operand) -> Set<SymbolSort>? {
        guard case .path(let path) = operand else { return nil }
        return switch path.text {
        case "identity.name": [.identity]
        case "identity.issuer": [.issuer]
        case "identity.groups": [.group]
        case "resource.name": [.resource]
        case "resource.tags": [.tag]
        default: nil
        }
    }

    private mutating func walk(_ operand: Operand, comparedWith named: Set<SymbolSort>?) {
        switch operand {
        case .string(let literal):
            guard let named, literal.span.length == literal.value.utf8.count + 2 else { return }
            let parts = literal.value.split(separator: ".", omittingEmptySubsequences: false)
            let qualifier = parts.count == 2 ? String(parts[0]) : nil
            let text = parts.last.map(String.init) ?? ""
            found.append(
                Occurrence(
                    start: literal.span.end - 1 - text.utf8.count, end: literal.span.end - 1, text: text, qualifier: qualifier,
                    sorts: named, role: .word, isString: true))
        case .set(let literal): for element in literal.elements { walk(element, comparedWith: named) }
        case .path(let path):
            if let named, path.segments.count == 1 {
                add(path.segments[0], named.union([.set]), role: .word)
            } else {
                fact(path)
            }
        case .integer, .duration, .size, .moment, .boolean: break
        }
    }

    private mutating func fact(_ path: FactPath) {
        let first = path.segments[0]
        if let key = path.key {
            for segment in path.segments { add(segment, role: .fact) }
            if path.claim != nil { add(Name(key.value, span: key.span), [.claim], role: .fact) }
            return
        }
        switch path.segments.count {
        case 1: add(first, [.let, .set], role: .word)
        case 2 where first.text == "claim":
            add(first, role: .fact)
            add(path.segments[1], [.claim], role: .fact)
        case 2:
            add(first, [.policy], role: .fact, qualifier: "")
            add(path.segments[1], [.let, .set], role: .fact, qualifier: first.text)
        default: for segment in path.segments { add(segment, role: .fact) }
        }
    }

    // MARK: tests

    private mutating func walk(_ test: TestDeclaration) {
        if let subject = test.subject {
            add(subject.identity, [.identity])
            for fact in subject.facts {
                self.fact(fact.path)
                walk(fact.value, comparedWith: nil)
            }
        }
        if let resource = test.resource { add(resource, [.resource]) }
        for example in test.examples {
            switch example {
            case .message(let it): if let rule = it.rule { add(rule, [.rule]) }
            case .row(let it):
                path(it.table)
                for cell in it.input + it.expected { add(cell.column, role: .column) }
            }
        }
    }
}
