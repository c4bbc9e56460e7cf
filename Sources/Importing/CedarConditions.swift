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
    /// Claims that stand for no attribute: `groups` for what the principal is in, `type` for what it is.
    private var relations: Set<String> = []
    /// The type of each group, by its id.
    private var groupTypes: [String: String] = [:]
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
            guard PolicyText.name(name) == name, name != "sub", !relations.contains(name) else { return unsayable(isStrict, "`has`") }
            asked.insert(name)
            return .test("has claim.\(name)")
        case .like(let value, let pattern, let isPlain):
            // A glob reads `?`, `[` and the backslash as marks of its own; Cedar's patterns have `*` alone.
            guard isPlain, !pattern.contains(where: { "?[]\\{}".contains($0) }), let claim = claim(of: value, "string") else {
                return unsayable(isStrict, "`like`")
            }
            return .test("\(claim) like \(PolicyText.quoted(pattern))")
        case .isType(.variable("principal"), let type, nil):
            return isOf(type: type).map { .test($0) } ?? unsayable(isStrict, "`is`")
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
            return isIn(group).map { .test($0) }
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

    // MARK: what must be so for an expression not to be an error

    /// That the expression is no error: every attribute is there that it needs. `false` where that cannot be said, because it may end in an
    /// error for something that is not known here; nil when it never is one.
    private func known(_ expression: CedarExpression) -> CedarCondition? {
        guard let needed = needed(expression) else { return .constant(false) }
        let names = needed.sorted()
        guard let first = names.first else { return nil }
        return names.dropFirst().reduce(CedarCondition.test("has claim.\(first)")) { .both($0, .test("has claim.\($1)")) }
    }

    /// Attributes that a condition needs; nil where it may be an error whatever they are.
    private func needed(_ expression: CedarExpression) -> Set<String>? {
        switch expression {
        case .boolean: []
        case .not(let inner): needed(inner)
        case .or(let a, let b): union(needed(a), needed(b))
        case .and(let a, let b): union(needed(a), needed(b)?.subtracting(askedFor(a)))
        case .compare(let a, "==", let b), .compare(let a, "!=", let b): union(value(a), value(b))
        case .compare(.variable(let variable), "in", .entity) where variable != "context": []
        case .compare(_, "in", _): nil
        case .compare(let a, _, let b): union(value(a, "int"), value(b, "int"))
        case .has(.variable, _), .isType(.variable("principal"), _, in: nil), .isType(.variable("resource"), _, in: nil): []
        case .like(let inner, _, _): value(inner, "string")
        case .call(let set, "contains", let items) where items.count == 1: union(value(set, "set of string"), value(items[0]))
        case .attribute: value(expression, "bool")
        case .has, .isType, .call, .other, .integer, .string, .entity, .set, .variable: nil
        }
    }

    /// Attributes that a value needs; nil where it is not of the type, or may be an error whatever they are.
    private func value(_ expression: CedarExpression, _ type: String? = nil) -> Set<String>? {
        switch expression {
        case .integer: type == nil || type == "int" ? [] : nil
        case .string: type == nil || type == "string" ? [] : nil
        case .boolean, .entity, .variable: type == nil ? [] : nil
        case .attribute(.variable("principal"), "sub"): type == nil || type == "string" ? [] : nil
        case .attribute(.variable("principal"), let name):
            claims[name] != nil && (type == nil || claims[name] == type) && !relations.contains(name) ? [name] : nil
        case .attribute, .has, .like, .isType, .compare, .and, .or, .not, .call, .set, .other: nil
        }
    }

    private func union(_ a: Set<String>?, _ b: Set<String>?) -> Set<String>? {
        guard let a, let b else { return nil }
        return a.union(b)
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

    private mutating func claim(_ name: String, _ type: String) -> String? {
        guard PolicyText.name(name) == name, name != "sub" || type == "string", !relations.contains(name) else { return nil }
        if let known = claims[name] { return known == type ? name : nil }
        claims[name] = type
        return name
    }

    /// That the principal is in a group. One claim holds the groups' ids: two groups of one id are not told apart, and an attribute of the
    /// claim's name is something else.
    mutating func isIn(_ group: CedarEntity) -> String? {
        guard isRelation("groups", "set of string"), groupTypes[group.id, default: group.type] == group.type else { return nil }
        groupTypes[group.id] = group.type
        return "\(PolicyText.quoted(group.id)) in claim.groups"
    }

    mutating func isOf(type: String) -> String? {
        isRelation("type", "string") ? "claim.type == \(PolicyText.quoted(type))" : nil
    }

    private mutating func isRelation(_ name: String, _ type: String) -> Bool {
        if relations.contains(name) { return true }
        guard claims[name] == nil, !asked.contains(name) else { return false }
        claims[name] = type
        relations.insert(name)
        return true
    }
}
