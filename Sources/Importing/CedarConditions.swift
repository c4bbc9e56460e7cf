// Cedar's expressions as conditions, or as something safely stricter where they cannot be said.

/// What a condition came to.
indirect enum CedarCondition: Hashable {
    case constant(Bool)
    case test(String)
    case and(CedarCondition, CedarCondition)
    case or(CedarCondition, CedarCondition)
    case not(CedarCondition)

    static func both(_ a: Self, _ b: Self) -> Self {
        switch (a, b) {
        case (.constant(false), _), (_, .constant(false)): .constant(false)
        case (.constant(true), let other), (let other, .constant(true)): other
        default: .and(a, b)
        }
    }

    static func either(_ a: Self, _ b: Self) -> Self {
        switch (a, b) {
        case (.constant(true), _), (_, .constant(true)): .constant(true)
        case (.constant(false), let other), (let other, .constant(false)): other
        default: .or(a, b)
        }
    }

    static func opposite(_ a: Self) -> Self {
        switch a {
        case .constant(let value): .constant(!value)
        case .not(let inner): inner
        case .test, .and, .or: .not(a)
        }
    }

    var text: String {
        switch self {
        case .constant(let value): String(value)
        case .test(let text): text
        case .not(let inner): "not (\(inner.text))"
        case .and(let a, let b): "\(a.inAnd) and \(b.inAnd)"
        case .or(let a, let b): "\(a.text) or \(b.text)"
        }
    }

    private var inAnd: String { if case .or = self { "(\(text))" } else { text } }
}

/// Translates one policy's conditions. What cannot be said becomes, in a permit, what never holds, and in a forbid, what always does.
struct CedarConditions {
    /// The types of claims, by name, found so far in the whole file; a claim of two types is not one.
    private(set) var claims: [String: String] = [:]
    /// Claims that the file asks for, whatever their type.
    private var asked: Set<String> = []
    /// `name type`, sorted. One of which nothing but its name is known is a string.
    var declarations: [String] {
        let typed = claims.merging(asked.map { ($0, "string") }) { known, _ in known }
        return typed.filter { $0.key != "sub" }.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value) optional" }
    }
    /// What could not be said, of the policy under translation.
    private(set) var unsaid: [String] = []

    /// Principals that the file names, and the identities that stand for them.
    private(set) var identities: [(name: String, entity: CedarEntity)] = []
    var page: PolicyPage
    private var isPermit = true

    init(page: PolicyPage) { self.page = page }

    mutating func begin(isPermit: Bool) {
        unsaid = []
        self.isPermit = isPermit
    }

    mutating func identity(_ entity: CedarEntity) -> String {
        let name = page.name(entity.text, sort: "identity")
        if !identities.contains(where: { $0.name == name }) { identities.append((name, entity)) }
        return name
    }

    /// - Parameter isStrict: true where it must not hold more often than the original (a permit's `when`), false where it must not hold
    ///   less often.
    mutating func condition(_ expression: CedarExpression, isStrict: Bool, text: String) -> CedarCondition {
        let before = unsaid.count
        let result = translate(expression, isStrict)
        if unsaid.count > before { unsaid.append(text) }
        return result
    }

    private mutating func translate(_ expression: CedarExpression, _ isStrict: Bool) -> CedarCondition {
        switch expression {
        case .boolean(let value): return .constant(value)
        // In Cedar a missing attribute is an error that ends the whole, however the other side comes out; a permit then does not hold.
        // Here one side may decide alone, so a permit asks besides for what the other side needs.
        case .and(let a, let b):
            let (left, right) = (translate(a, isStrict), translate(b, isStrict))
            guard isPermit, !isStrict, let known = known(a) else { return .both(left, right) }
            return .both(left, .either(right, .opposite(known)))
        case .or(let a, let b):
            let (left, right) = (translate(a, isStrict), translate(b, isStrict))
            guard isPermit, isStrict, let known = known(a) else { return .either(left, right) }
            return .either(left, .both(known, right))
        case .not(let inner): return .opposite(translate(inner, !isStrict))
        case .compare(let a, let relation, let b): return comparison(a, relation, b) ?? unsayable(isStrict, "a comparison")
        case .has(.variable("principal"), let name):
            guard PolicyText.name(name) == name, name != "sub" else { return unsayable(isStrict, "`has`") }
            asked.insert(name)
            return .test("has claim.\(name)")
        case .like(let value, let pattern, let isPlain):
            // A glob reads `?`, `[` and the backslash as marks of its own; Cedar's patterns have `*` alone.
            guard isPlain, !pattern.contains(where: { "?[]\\{}".contains($0) }), let claim = claim(of: value, "string") else {
                return unsayable(isStrict, "`like`")
            }
            return .test("\(claim) like \(PolicyText.quoted(pattern))")
        case .isType(.variable("principal"), let type, nil):
            guard let claim = claim("type", "string") else { return unsayable(isStrict, "`is`") }
            return .test("claim.\(claim) == \(PolicyText.quoted(type))")
        case .call(let set, "contains", let items):
            guard items.count == 1, case .string(let item) = items[0], let claim = claim(of: set, "set of string") else {
                return unsayable(isStrict, "`contains`")
            }
            return .test("\(PolicyText.quoted(item)) in \(claim)")
        // A boolean attribute alone.
        case .attribute: return claim(of: expression, "bool").map { .test($0) } ?? unsayable(isStrict, "an attribute")
        case .has, .isType, .call, .other, .integer, .string, .entity, .set, .variable: return unsayable(isStrict, "an expression")
        }
    }

    private mutating func unsayable(_ isStrict: Bool, _ what: String) -> CedarCondition {
        unsaid.append(what)
        return .constant(!isStrict)
    }

    private mutating func comparison(_ a: CedarExpression, _ relation: String, _ b: CedarExpression) -> CedarCondition? {
        switch (a, relation, b) {
        // `principal in Group::"x"`: the entity itself and all above it. Which groups a caller is in, its token says.
        case (.variable("principal"), "in", .entity(let group)):
            return claim("groups", "set of string").map { .test("\(PolicyText.quoted(group.id)) in claim.\($0)") }
        case (.variable("principal"), "==", .entity(let entity)), (.variable("principal"), "!=", .entity(let entity)):
            return .test("identity.name \(relation) \(PolicyText.quoted(identity(entity)))")
        case (_, "in", _): return nil
        default: break
        }
        switch b {
        case .string(let text) where relation == "==" || relation == "!=":
            return claim(of: a, "string").map { .test("\($0) \(relation) \(PolicyText.quoted(text))") }
        case .integer(let number): return claim(of: a, "int").map { .test("\($0) \(relation) \(number)") }
        case .boolean(let flag) where relation == "==" || relation == "!=":
            return claim(of: a, "bool").map { flag == (relation == "==") ? .test($0) : .not(.test($0)) }
        case .attribute where isValue(a): return comparison(b, Self.turned(relation), a)
        case .boolean, .string, .entity, .set, .variable, .attribute, .has, .like, .isType, .compare, .and, .or, .not, .call, .other: return nil
        }
    }

    private func isValue(_ expression: CedarExpression) -> Bool {
        switch expression {
        case .string, .integer, .boolean: true
        case .entity, .set, .variable, .attribute, .has, .like, .isType, .compare, .and, .or, .not, .call, .other: false
        }
    }

    private static func turned(_ relation: String) -> String {
        switch relation {
        case "<": ">"
        case "<=": ">="
        case ">": "<"
        case ">=": "<="
        default: relation
        }
    }

    // MARK: attributes that must be there

    /// That every attribute is there without which the expression is an error; nil when it needs none.
    private func known(_ expression: CedarExpression) -> CedarCondition? {
        let names = needed(expression).sorted()
        guard let first = names.first else { return nil }
        return names.dropFirst().reduce(CedarCondition.test("has claim.\(first)")) { .both($0, .test("has claim.\($1)")) }
    }

    private func needed(_ expression: CedarExpression) -> Set<String> {
        switch expression {
        case .boolean, .integer, .string, .entity, .variable, .other: []
        case .set(let items): items.reduce(into: []) { $0.formUnion(needed($1)) }
        case .attribute(.variable("principal"), let name): claims[name] == nil || name == "sub" ? [] : [name]
        case .attribute(let inner, _), .has(let inner, _), .like(let inner, _, _), .isType(let inner, _, _), .not(let inner): needed(inner)
        case .compare(let a, _, let b), .or(let a, let b): needed(a).union(needed(b))
        case .and(let a, let b): needed(a).union(needed(b).subtracting(askedFor(a)))
        case .call(let inner, _, let items): items.reduce(into: needed(inner)) { $0.formUnion(needed($1)) }
        }
    }

    /// Attributes that are there whenever the expression is true.
    private func askedFor(_ expression: CedarExpression) -> Set<String> {
        switch expression {
        case .has(.variable("principal"), let name): [name]
        case .and(let a, let b): askedFor(a).union(askedFor(b))
        case .boolean, .integer, .string, .entity, .set, .variable, .attribute, .has, .like, .isType, .compare, .or, .not, .call, .other: []
        }
    }

    // MARK: claims

    /// `principal.name` as `claim.name`; nil for any other value.
    private mutating func claim(of value: CedarExpression, _ type: String) -> String? {
        guard case .attribute(.variable("principal"), let name) = value else { return nil }
        return claim(name, type).map { "claim." + $0 }
    }

    mutating func claim(_ name: String, _ type: String) -> String? {
        guard PolicyText.name(name) == name, name != "sub" || type == "string" else { return nil }
        if let known = claims[name] { return known == type ? name : nil }
        claims[name] = type
        return name
    }
}
