// Reads the statements of a dump that say who may do what.

struct GrantReader {
    private(set) var state = GrantState()
    private var words: [SQLWord] = []
    private var at = 0

    mutating func read(_ statement: [SQLWord]) {
        (words, at) = (statement, 0)
        switch words.first?.keyword {
        case "grant": readGrant(isGrant: true)
        case "revoke": readGrant(isGrant: false)
        case "create": readCreate()
        case "alter": readAlter()
        default: break
        }
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

    // MARK: roles

    private mutating func readCreate() {
        at = 1
        if take("policy") {
            guard let policy = name(), take("on"), let table = qualified() else { return }
            state.rowSecurity.insert(GrantedObject(kind: .table, schema: table.schema, name: table.name))
            state.note("The row security policy \(policy) on \(shown(table)): which rows may be seen has no counterpart.")
            return
        }
        _ = take("or")
        _ = take("replace")
        if take("function") || take("procedure") {
            guard let function = qualified(), takeMark("(") else { return }
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
        _ = take("only")
        guard let object = qualified() else { return }
        let rest = words[at...].compactMap(\.keyword)
        if rest.starts(with: ["enable", "row"]) || rest.starts(with: ["force", "row"]) {
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
        if !isGrant, take("grant") || take("admin") {
            // `REVOKE GRANT OPTION FOR`: the privilege itself stays.
            return
        }
        guard let on = words.firstIndex(of: .word("on")), !words[..<on].contains(.word("to")) else { return readMembership(isGrant) }
        let privileges = self.privileges(upTo: on)
        at = on + 1
        let sort = objectSort()
        var objects: [(schema: String?, name: String)] = []
        repeat {
            guard let object = qualified() else { break }
            objects.append(object)
            if takeMark("(") {
                let start = at
                passParentheses()
                state.noteSignature(of: object, words[start..<min(at, words.count)])
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
                privilege.columns = columns
            }
            privileges.append(privilege)
        }
        return privileges
    }

    private enum ObjectSort { case table, sequence, function, schema, allTables, other(String) }

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
                    for known in state.tables(in: object.name) { change(false, privilege, known, grantee) }
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

    /// ALL is what there is today (PostgreSQL manual, 5.8); MAINTAIN came with 17.
    private static let everything = ["select", "insert", "update", "delete", "truncate", "references", "trigger", "maintain"]

    private mutating func change(_ isGrant: Bool, _ privilege: Privilege, _ object: GrantedObject, _ grantee: String) {
        let all = object.kind == .function ? ["execute"] : Self.everything
        for name in privilege.name == "all" ? all : [privilege.name] {
            // An older server has no MAINTAIN: what ALL gives there is less.
            if name == "maintain", privilege.name == "all", isGrant { continue }
            if isGrant {
                state.grant(name, columns: privilege.columns, on: object, to: grantee)
            } else {
                state.revoke(name, columns: privilege.columns, on: object, from: grantee)
            }
        }
    }

    private mutating func readMembership(_ isGrant: Bool) {
        at = 1
        let groups = names()
        guard take(isGrant ? "to" : "from") else { return }
        let members = names()
        let options = words[at...].compactMap(\.keyword)
        for group in groups {
            for member in members {
                if !isGrant {
                    state.members[group]?.removeAll { $0 == member }
                } else if zip(options, options.dropFirst()).contains(where: { $0 == ("inherit", "false") }) {
                    state.note("\(member) is a member of \(group) without its privileges.")
                } else if state.members[group]?.contains(member) != true {
                    state.members[group, default: []].append(member)
                }
            }
        }
    }

    private func shown(_ object: (schema: String?, name: String)) -> String { (object.schema.map { $0 + "." } ?? "") + object.name }
}
