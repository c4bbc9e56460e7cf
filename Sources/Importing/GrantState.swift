// Who has which privilege after all GRANTs and REVOKEs of a dump, in their order.

/// A relation of a dump.
struct GrantedObject: Hashable, Comparable {
    enum Kind: Hashable { case table, function }
    var kind: Kind
    /// Nil where the dump does not say.
    var schema: String?
    var name: String

    static func < (a: Self, b: Self) -> Bool { (a.schema ?? "", a.name) < (b.schema ?? "", b.name) }
}

/// A privilege on a relation, of all its columns or of some.
struct Grant: Hashable {
    var grantee: String
    var privilege: String
    var object: GrantedObject
}

struct GrantState {
    /// Roles that the dump makes, and whether they may log in. `PUBLIC` is none of them.
    var roles: [String: Bool] = [:]
    var superusers: Set<String> = []
    /// Roles that do not have the privileges of those they are members of.
    var withoutInheritance: Set<String> = []
    /// Group to members, in the order of the dump.
    var members: [String: [String]] = [:]
    /// The columns of each grant; nil: all.
    private(set) var grants: [Grant: Set<String>?] = [:]
    /// Schema to those who may use it. `public` is everybody's until it is taken away (PostgreSQL manual, 5.8).
    private(set) var usage: [String: Set<String>] = ["public": [publicRole]]
    var rowSecurity: Set<GrantedObject> = []
    private var invokers: Set<GrantedObject> = []
    /// Signatures by a function's name: as GRANTs have them, and as definitions do, where names and defaults of arguments stand as well.
    private var signatures: [String: Set<[SQLWord]>] = [:]
    private var definitions: [String: Set<[SQLWord]>] = [:]
    /// What has no counterpart, in words, in the order of the dump.
    private(set) var notes: [String] = []
    private var noted: Set<String> = []

    /// No role can have this name: PostgreSQL keeps it.
    static let publicRole = "public"

    mutating func note(_ text: String) { if noted.insert(text).inserted { notes.append(text) } }

    mutating func grant(_ privilege: String, columns: Set<String>?, on object: GrantedObject, to grantee: String) {
        let key = Grant(grantee: grantee, privilege: privilege, object: object)
        switch (grants[key], columns) {
        case (.some(.none), _): break
        case (_, nil): grants.updateValue(nil, forKey: key)
        case (.some(.some(let known)), let columns?): grants.updateValue(known.union(columns), forKey: key)
        case (.none, let columns?): grants.updateValue(columns, forKey: key)
        }
    }

    /// Taking a privilege on a table away takes those on its columns away as well; one on a column does not touch that on the table.
    mutating func revoke(_ privilege: String, columns: Set<String>?, on object: GrantedObject, from grantee: String) {
        let key = Grant(grantee: grantee, privilege: privilege, object: object)
        guard let columns else {
            grants.removeValue(forKey: key)
            return
        }
        guard case .some(.some(let known)) = grants[key] else { return }
        let left = known.subtracting(columns)
        if left.isEmpty { grants.removeValue(forKey: key) } else { grants.updateValue(left, forKey: key) }
    }

    mutating func noteSignature(of function: (schema: String?, name: String), _ words: ArraySlice<SQLWord>) {
        signatures[Self.key(function), default: []].insert(Array(words))
    }

    mutating func noteDefinition(of function: (schema: String?, name: String), _ words: ArraySlice<SQLWord>) {
        definitions[Self.key(function), default: []].insert(Array(words))
    }

    /// Whether a function's name means several: a rule is about the name.
    func isOverloaded(_ object: GrantedObject) -> Bool {
        let key = Self.key((object.schema, object.name))
        return (signatures[key]?.count ?? 0) > 1 || (definitions[key]?.count ?? 0) > 1
    }

    private static func key(_ object: (schema: String?, name: String)) -> String { "\(object.schema ?? "")\u{0}\(object.name)" }

    func objects(_ kind: GrantedObject.Kind, in schema: String) -> [GrantedObject] {
        Set(grants.keys.map(\.object).filter { $0.kind == kind && ($0.schema ?? schema) == schema }).sorted()
    }

    func objects(_ kind: GrantedObject.Kind, named name: String) -> [GrantedObject] {
        Set(grants.keys.map(\.object).filter { $0.kind == kind && $0.name == name }).sorted()
    }

    /// Whether a row security policy may be on a table; without a schema its name may mean that table.
    func hasRowSecurity(_ object: GrantedObject) -> Bool { isAmong(rowSecurity, object) }

    /// A view that reads with its reader's rights: whoever is given it needs the tables as well.
    mutating func invokes(_ view: (schema: String?, name: String)) {
        invokers.insert(GrantedObject(kind: .table, schema: view.schema, name: view.name))
    }

    func isInvoker(_ object: GrantedObject) -> Bool { isAmong(invokers, object) }

    private func isAmong(_ objects: Set<GrantedObject>, _ object: GrantedObject) -> Bool {
        guard object.kind == .table else { return false }
        return object.schema == nil
            ? objects.contains { $0.name == object.name } : objects.contains(object) || objects.contains { $0.schema == nil && $0.name == object.name }
    }

    /// Another database begins: schemas are its own.
    mutating func forgetUsage() { usage = ["public": [Self.publicRole]] }

    mutating func setUsage(_ schema: String, _ grantee: String, isGranted: Bool) {
        if isGranted { usage[schema, default: []].insert(grantee) } else { usage[schema]?.remove(grantee) }
    }

    /// Whether the grantee, a role it is a member of, or everybody may use the schema. What a dump does not say is not so.
    func mayUse(_ schema: String?, _ grantee: String) -> Bool {
        guard let schema else { return true }
        guard let users = usage[schema] else { return false }
        if users.contains(Self.publicRole) || users.contains(grantee) { return true }
        return rolesAbove(grantee).contains { users.contains($0) }
    }

    /// Roles whose privileges a role has, through roles between them.
    private func rolesAbove(_ role: String) -> Set<String> {
        var found: Set<String> = []
        var pending = [role]
        while let current = pending.popLast() {
            guard !withoutInheritance.contains(current) else { continue }
            for (group, members) in self.members where members.contains(current) && found.insert(group).inserted { pending.append(group) }
        }
        return found
    }

    /// Roles that may log in and have a role's privileges, through roles between them; itself first.
    func logins(of role: String) -> [String] {
        var found: [String] = []
        var seen: Set<String> = [role]
        var pending = [role]
        while !pending.isEmpty {
            let current = pending.removeFirst()
            if roles[current] ?? true { found.append(current) }
            for member in members[current] ?? [] where !withoutInheritance.contains(member) && seen.insert(member).inserted { pending.append(member) }
        }
        return found
    }
}
