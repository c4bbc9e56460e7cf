// Reads the statements of a dump that say who may do what.

struct GrantReader {
    private(set) var state = GrantState()
    private var words: [SQLWord] = []
    private var at = 0

    /// Schemas that a name without one is looked up in; nil where the dump does not say.
    private var path: [String]?
    /// A dump of several databases: one policy is about the first that has privileges.
    private var isElsewhere = false

    mutating func read(_ statement: [SQLWord]) {
        (words, at) = (statement, 0)
        if words == SQLStatements.connects { return connect() }
        if isElsewhere, isAboutObjects { return state.note("The dump goes on with another database, whose privileges are left out.") }
        switch words.first?.keyword {
        case "grant": readGrant(isGrant: true)
        case "revoke": readGrant(isGrant: false)
        case "create": readCreate()
        case "alter": readAlter()
        case "set", "reset": readPath()
        // `SELECT pg_catalog.set_config('search_path', '', false)`: all names have their schemas.
        case "select" where words.contains(.word("set_config")): path = nil
        default: break
        }
    }

    private mutating func connect() {
        path = nil
        if !state.grants.isEmpty { isElsewhere = true } else { state.forgetUsage() }
    }

    private var isAboutObjects: Bool {
        let roles: Set<String> = ["role", "user", "group"]
        switch words.first?.keyword {
        case "grant", "revoke": return words.contains(.word("on"))
        case "create", "alter": return !(words.count > 1 && roles.contains(words[1].keyword ?? ""))
        default: return false
        }
    }

    private mutating func readPath() {
        let isReset = words[0].keyword == "reset"
        at = 1
        if !isReset { _ = take("session") || take("local") }
        guard take("search_path") else { return }
        let names = words[at...].compactMap(\.name).filter { $0 != "to" && $0 != "pg_catalog" }
        path = isReset || names == ["default"] || words.contains(.text) || names.isEmpty ? nil : names
    }

    private var keyword: String? { at < words.count ? words[at].keyword : nil }

    private mutating func take(_ keyword: String) -> Bool {
        guard self.keyword == keyword else { return false }
        at += 1
        return true
    }

    private mutating func takeMark(_ mark: Unicode.Scalar) -> Bool {
        guard at < words.count, words[at] == .mark(UInt8(ascii: mark)) else { return false }
        at += 1
        return true
    }

    private mutating func name() -> String? {
        guard at < words.count, let name = words[at].name else { return nil }
        at += 1
        return name
    }

    private mutating func qualified() -> (schema: String?, name: String)? {
        guard let first = name() else { return nil }
        guard takeMark("."), let second = name() else { return (nil, first) }
        return (first, second)
    }

    /// A table or function: along a path of one schema its name says which; along a longer one nothing does.
    private func placed(_ object: (schema: String?, name: String)) -> (schema: String?, name: String) {
        guard object.schema == nil, let path, path.count == 1 else { return object }
        return (path[0], object.name)
    }

    // MARK: roles

    private mutating func readCreate() {
        at = 1
        if take("policy") {
            guard let policy = name(), take("on"), let table = qualified().map(placed) else { return }
            state.rowSecurity.insert(GrantedObject(kind: .table, schema: table.schema, name: table.name))
            state.note("The row security policy \(policy) on \(shown(table)): which rows may be seen has no counterpart.")
            return
        }
        _ = take("or")
        _ = take("replace")
        if take("view") {
            guard let view = qualified().map(placed), words[at...].prefix(12).contains(.word("security_invoker")) else { return }
            return state.invokes(view)
        }
        if take("function") || take("procedure") {
            guard let function = qualified().map(placed), takeMark("(") else { return }
            let start = at
            passParentheses()
            // Names and defaults of arguments are written here and not in a GRANT: only that there are several counts.
            return state.noteDefinition(of: function, words[start..<min(at, words.count)])
        }
        guard take("role") || take("user") || take("group"), let role = name() else { return }
        if state.roles[role] == nil { state.roles[role] = words[1] == .word("user") }
        readOptions(of: role)
    }

    private mutating func readAlter() {
        at = 1
        if take("default") {
            let text = words.compactMap(\.name).prefix(24).joined(separator: " ")
            return state.note("Privileges on what will be made later: \(text).")
        }
        if take("role") || take("user") {
            guard let role = name() else { return }
            return readOptions(of: role)
        }
        let isTable = take("table") || take("view") || take("sequence") || take("function") || take("schema") || take("materialized")
        guard isTable else { return }
        _ = take("view")
        if take("if") { _ = take("exists") }
        _ = take("only")
        guard let object = qualified().map(placed) else { return }
        let rest = words[at...].compactMap(\.keyword)
        if rest.contains("security_invoker") { state.invokes(object) }
        if zip(rest, rest.dropFirst()).contains(where: { ($0.0 == "enable" || $0.0 == "force") && $0.1 == "row" }) {
            state.rowSecurity.insert(GrantedObject(kind: .table, schema: object.schema, name: object.name))
        } else if rest.starts(with: ["owner", "to"]), words.count > at + 2, let owner = words[at + 2].name {
            state.note("\(owner) owns objects, and may do everything with them.")
        }
    }

    private mutating func readOptions(of role: String) {
        for word in words[min(at, words.count)...] {
            switch word.keyword {
            case "login": state.roles[role] = true
            case "nologin": state.roles[role] = false
            case "superuser": state.superusers.insert(role)
            case "nosuperuser": state.superusers.remove(role)
            case "noinherit": state.withoutInheritance.insert(role)
            case "inherit": state.withoutInheritance.remove(role)
            default: break
            }
        }
    }

    // MARK: grants

    private mutating func readGrant(isGrant: Bool) {
        at = 1
        if !isGrant, words.dropFirst(2).first == .word("option"), let option = words[1].keyword {
            // `REVOKE GRANT OPTION FOR`: the privilege itself stays. Without INHERIT a member has no privileges of its group.
            guard option == "inherit" else { return }
            return readMembership(false, from: 4)
        }
        guard let on = words.firstIndex(of: .word("on")), !words[..<on].contains(.word("to")) else { return readMembership(isGrant) }
        let privileges = self.privileges(upTo: on)
        at = on + 1
        let sort = objectSort()
        var objects: [(schema: String?, name: String)] = []
        repeat {
            guard let object = qualified() else { break }
            objects.append(object)
            if case .table = sort { objects[objects.count - 1] = placed(object) }
            if case .function = sort { objects[objects.count - 1] = placed(object) }
            if takeMark("(") {
                let start = at
                passParentheses()
                state.noteSignature(of: objects[objects.count - 1], words[start..<min(at, words.count)])
            }
        } while takeMark(",")
        guard take(isGrant ? "to" : "from") else { return }
        for grantee in names() {
            for object in objects { apply(isGrant, privileges, sort, object, grantee) }
        }
    }

    private struct Privilege {
        var name: String
        var columns: Set<String>?
    }

    private mutating func privileges(upTo end: Int) -> [Privilege] {
        var privileges: [Privilege] = []
        while at < end {
            guard let word = name() else {
                at += 1
                continue
            }
            if word == "privileges" { continue }
            var privilege = Privilege(name: word)
            if takeMark("(") {
                var columns: Set<String> = []
                while at < end, !takeMark(")") {
                    if let column = name() { columns.insert(column) } else { at += 1 }
                }
                // PostgreSQL takes no list without columns; a privilege on none of them is none.
                if columns.isEmpty { continue }
                privilege.columns = columns
            }
            privileges.append(privilege)
        }
        return privileges
    }

    private enum ObjectSort { case table, sequence, function, schema, allTables, allFunctions, other(String) }

    private mutating func objectSort() -> ObjectSort {
        switch keyword {
        case "table":
            at += 1
            return .table
        case "sequence":
            at += 1
            return .sequence
        case "function", "procedure", "routine":
            at += 1
            return .function
        case "schema":
            at += 1
            return .schema
        case "all":
            let what = at + 1 < words.count ? words[at + 1].keyword ?? "" : ""
            at += 4
            if ["functions", "procedures", "routines"].contains(what) { return .allFunctions }
            return what == "tables" ? .allTables : .other("all \(what) of a schema")
        case "database", "tablespace", "language", "type", "domain", "parameter":
            let word = keyword ?? ""
            at += 1
            return .other(word)
        case "foreign":
            at += 3
            return .other("foreign server or wrapper")
        case "large":
            at += 2
            return .other("large object")
        default: return .table
        }
    }

    private mutating func passParentheses() {
        var depth = 1
        while at < words.count, depth > 0 {
            if words[at] == .mark(UInt8(ascii: "(")) { depth += 1 }
            if words[at] == .mark(UInt8(ascii: ")")) { depth -= 1 }
            at += 1
        }
    }

    private mutating func names() -> [String] {
        var names: [String] = []
        repeat {
            _ = take("group")
            guard let name = name() else { break }
            names.append(name)
        } while takeMark(",")
        return names
    }

    private mutating func apply(
        _ isGrant: Bool, _ privileges: [Privilege], _ sort: ObjectSort, _ object: (schema: String?, name: String), _ grantee: String
    ) {
        for privilege in privileges {
            switch sort {
            case .table: change(isGrant, privilege, GrantedObject(kind: .table, schema: object.schema, name: object.name), grantee)
            // Tables that are there when it runs, which is not those that a rule on the schema would be about; a dump names them one by one.
            case .allTables:
                if isGrant {
                    state.note("\(grantee) has \(privilege.name) on all tables that were in the schema \(object.name).")
                } else {
                    for known in state.objects(.table, in: object.name) { change(false, privilege, known, grantee) }
                }
            case .allFunctions:
                if isGrant {
                    state.note("\(grantee) has \(privilege.name) on all functions that were in the schema \(object.name).")
                } else {
                    for known in state.objects(.function, in: object.name) { change(false, privilege, known, grantee) }
                }
            case .function: change(isGrant, privilege, GrantedObject(kind: .function, schema: object.schema, name: object.name), grantee)
            case .schema:
                if privilege.name == "usage" || privilege.name == "all" { state.setUsage(object.name, grantee, isGranted: isGrant) }
                if privilege.name == "create" || privilege.name == "all", isGrant {
                    state.note("\(grantee) may make objects in the schema \(object.name).")
                }
            case .sequence: if isGrant { state.note("\(grantee) may \(privilege.name) the sequence \(shown(object)).") }
            case .other(let word): if isGrant { state.note("\(grantee) has \(privilege.name) on the \(word) \(shown(object)).") }
            }
        }
    }

    private static let ofColumns: Set<String> = ["select", "insert", "update", "references"]
    /// ALL is what there is today (PostgreSQL manual, 5.8); MAINTAIN came with 17.
    private static let everything = ["select", "insert", "update", "delete", "truncate", "references", "trigger", "maintain"]

    private mutating func change(_ isGrant: Bool, _ privilege: Privilege, _ object: GrantedObject, _ grantee: String) {
        if isGrant, object.schema == nil, let path, path.count > 1 {
            return state.note("\(grantee) has \(privilege.name) on \(object.name), which is in one of the schemas \(path.joined(separator: ", ")).")
        }
        let whole = object.kind == .function ? ["execute"] : Self.everything
        // A column has these and no others.
        let all = privilege.columns == nil ? whole : whole.filter(Self.ofColumns.contains)
        for name in privilege.name == "all" ? all : [privilege.name] {
            // An older server has no MAINTAIN: what ALL gives there is less.
            if name == "maintain", privilege.name == "all", isGrant { continue }
            if isGrant {
                state.grant(name, columns: privilege.columns, on: object, to: grantee)
            } else {
                // Where one of the two says no schema they may be the same.
                for one in state.objects(object.kind, named: object.name)
                where one.schema == nil || object.schema == nil || one.schema == object.schema {
                    state.revoke(name, columns: privilege.columns, on: one, from: grantee)
                }
            }
        }
    }

    private mutating func readMembership(_ isGrant: Bool, from start: Int = 1) {
        at = start
        let groups = names()
        guard take(isGrant ? "to" : "from") else { return }
        let members = names()
        let options = words[at...].compactMap(\.keyword)
        for group in groups {
            // PostgreSQL takes `PUBLIC` as no member of a role.
            for member in members where member != GrantState.publicRole {
                if !isGrant {
                    state.members[group]?.removeAll { $0 == member }
                } else if zip(options, options.dropFirst()).contains(where: { $0 == ("inherit", "false") }) {
                    state.members[group]?.removeAll { $0 == member }
                    state.note("\(member) is a member of \(group) without its privileges.")
                } else if state.members[group]?.contains(member) != true {
                    state.members[group, default: []].append(member)
                }
            }
        }
    }

    private func shown(_ object: (schema: String?, name: String)) -> String { (object.schema.map { $0 + "." } ?? "") + object.name }
}
