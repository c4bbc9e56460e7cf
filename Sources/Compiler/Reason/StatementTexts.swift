// Writes statements that should make one access, with the facts that are wanted: guesses, in the order of their likelihood.

import Machine

/// Texts for one access.
struct StatementTexts {
    let key: SceneKey
    let kind: Machine.ResourceKind
    let columns: WitnessValues.Columns
    let values: WitnessValues

    private static let most = 40

    func texts() -> [String] {
        guard kind == .postgres || kind == .mysql else { return [key.object.name] }
        var texts: [String] = []
        for text in plain() { for variant in variants(of: text) where !texts.contains(variant) { texts.append(variant) } }
        if case .integer(let count)? = values.scalar(.fact(.statementCount)), count > 1, count <= 64 {
            texts = texts.map { Array(repeating: $0, count: Int(count)).joined(separator: "; ") } + texts
        }
        return Array(texts.prefix(Self.most))
    }

    // MARK: names

    static func quoted(_ name: String) -> String {
        let isPlain = !name.isEmpty && name.utf8.allSatisfy { $0 == 0x5F || (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
        if isPlain, let first = name.utf8.first, !(0x30...0x39).contains(first), !keywords.contains(name) { return name }
        return "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// Reserved words that tables and columns are likely to be called.
    private static let keywords: Set<String> = [
        "user", "order", "group", "table", "select", "from", "where", "limit", "offset", "all", "any", "and", "or", "not", "column",
        "check", "default", "desc", "asc", "end", "for", "grant", "having", "in", "into", "is", "like", "on", "only", "primary",
        "references", "session_user", "current_user", "some", "then", "to", "true", "false", "null", "union", "unique", "using",
        "when", "with", "analyze", "array", "as", "both", "case", "cast", "create", "distinct", "do", "else", "except", "fetch",
        "foreign", "initially", "intersect", "lateral", "leading", "placing", "returning", "symmetric", "trailing", "variadic",
        "window", "authorization", "binary", "collation", "cross", "freeze", "full", "ilike", "inner", "isnull", "join", "left",
        "natural", "notnull", "outer", "overlaps", "right", "similar", "tablesample", "verbose",
    ]

    private static func literal(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }

    private var object: String {
        key.object.schema.isEmpty ? Self.quoted(key.object.name) : "\(Self.quoted(key.object.schema)).\(Self.quoted(key.object.name))"
    }

    // MARK: verbs

    /// A statement without its `where` and `limit`, and whether it may have them.
    private struct Draft {
        var text: String
        var takesWhere = false
        var takesLimit = false
    }

    private func plain() -> [Draft] {
        let names = columns.names.map { $0.map(Self.quoted) }
        let listed = names?.joined(separator: ", ")
        switch key.verb {
        case .select:
            let output = listed.map { $0.isEmpty ? "1" : $0 } ?? "*"
            var drafts = [Draft(text: "select \(output) from \(object)", takesWhere: true, takesLimit: true)]
            if names == [] { drafts.append(Draft(text: "select count(*) from \(object)", takesWhere: true, takesLimit: true)) }
            return drafts
        case .insert:
            guard let names, let listed, !names.isEmpty else { return [Draft(text: "insert into \(object) default values")] }
            return [Draft(text: "insert into \(object) (\(listed)) values (\(names.map { _ in "null" }.joined(separator: ", ")))")]
        case .update:
            let set = (names ?? ["other"]).map { "\($0) = null" }.joined(separator: ", ")
            return [Draft(text: "update \(object) set \(set.isEmpty ? "other = null" : set)", takesWhere: true)]
        case .delete: return [Draft(text: "delete from \(object)", takesWhere: true)]
        case .truncate: return [Draft(text: "truncate \(object)")]
        case .lock: return [Draft(text: "lock table \(object)")]
        case .maintain: return [Draft(text: "analyze \(object)"), Draft(text: "vacuum \(object)")]
        case .call: return [Draft(text: "select \(object)()"), Draft(text: "call \(object)()")]
        case .set:
            let name = key.object.name.split(separator: ".", omittingEmptySubsequences: false).map { Self.quoted(String($0)) }
            return [Draft(text: "set \(name.joined(separator: ".")) = 'x'"), Draft(text: "set \(name.joined(separator: ".")) = 1")]
        case .listen: return [Draft(text: "listen \(object)")]
        case .notify: return [Draft(text: "notify \(object)")]
        case .write: return [Draft(text: "copy (select 1) to \(Self.literal(key.object.name))")]
        case .run: return [Draft(text: "copy (select 1) to program \(Self.literal(key.object.name))")]
        case .read:
            return [Draft(text: "copy other from \(Self.literal(key.object.name))")]
        case .transact: return [Draft(text: "prepare transaction 'other'")]
        case .unknown: return [Draft(text: "do $$ begin execute x; end $$")]
        case .create, .alter, .drop, .comment, .grant, .revoke: return definition().map { Draft(text: $0) }
        default: return []
        }
    }

    private func definition() -> [String] {
        let word = key.object.objectClass.name
        switch (key.verb, key.object.objectClass) {
        case (.drop, .trigger): return ["drop trigger \(Self.quoted(key.object.name)) on other"]
        case (.drop, .function): return ["drop function \(object)()"]
        case (.drop, _): return ["drop \(word) \(object)"]
        case (.comment, _): return ["comment on \(word) \(object) is 'x'"]
        case (.grant, .table), (.grant, .view): return ["grant select on \(object) to other"]
        case (.revoke, .table), (.revoke, .view): return ["revoke select on \(object) from other"]
        case (.grant, .role): return ["grant \(object) to other"]
        case (.revoke, .role): return ["revoke \(object) from other"]
        case (.grant, .function): return ["grant execute on function \(object)() to other"]
        case (.revoke, .function): return ["revoke execute on function \(object)() from other"]
        case (.grant, .sequence), (.grant, .schema), (.grant, .type): return ["grant usage on \(word) \(object) to other"]
        case (.revoke, .sequence), (.revoke, .schema), (.revoke, .type): return ["revoke usage on \(word) \(object) from other"]
        case (.grant, .database): return ["grant connect on database \(object) to other"]
        case (.revoke, .database): return ["revoke connect on database \(object) from other"]
        case (.create, .table): return ["create table \(object) (id int)"]
        case (.create, .view): return ["create view \(object) as select 1 as id"]
        case (.create, .index): return ["create index \(Self.quoted(key.object.name)) on \(Self.quoted(key.object.schema)).other (id)"]
        case (.create, .function): return ["create function \(object)() returns int language sql as 'select 1'"]
        case (.create, .type): return ["create type \(object) as enum ('x')"]
        case (.create, _): return ["create \(word) \(object)"]
        case (.alter, .table): return ["alter table \(object) add column other int"]
        case (.alter, .function): return ["alter function \(object)() stable"]
        case (.alter, .role): return ["alter role \(object) nologin"]
        case (.alter, .extension): return ["alter extension \(object) update"]
        case (.alter, .database): return ["alter database \(object) connection limit 5"]
        case (.alter, _): return ["alter \(word) \(object) rename to other", "alter \(word) \(object) owner to other"]
        case _: return []
        }
    }

    // MARK: facts

    /// The wanted `where` and `limit` first, then the others: what is wanted may follow from something else.
    private func variants(of draft: Draft) -> [String] {
        var wheres = [""]
        if draft.takesWhere {
            let column = (columns.names?.first).map(Self.quoted) ?? "id"
            let shapes: [(String, String)] = [
                ("none", ""), ("tautology", " where true"), ("range", " where \(column) > 1"), ("keyed", " where \(column) = 1"),
            ]
            var wanted: String?
            if case .text(let shape)? = values.scalar(.fact(.statementWhere)) { wanted = shape }
            wheres = shapes.filter { $0.0 == wanted }.map(\.1) + shapes.filter { $0.0 != wanted }.map(\.1)
        }
        var limits = [""]
        if draft.takesLimit {
            var count: Int64?
            if case .integer(let number)? = values.scalar(.fact(.statementLimit)), number >= 0 { count = number }
            let limit = " limit \(count ?? 10)"
            let isWanted = count != nil || values.flag(.statementHasLimit) == .yes
            limits = isWanted ? [limit, ""] : ["", limit]
        }
        var texts: [String] = []
        for limit in limits { for shape in wheres { texts.append(draft.text + shape + limit) } }
        guard case .text(let part)? = values.scalar(.fact(.statementText)), !part.isEmpty, !part.contains("*/"), !part.contains("/*"),
            let space = draft.text.firstIndex(of: " ")
        else { return texts }
        // What must stand in the text can stand in a comment, which changes nothing else.
        var commented = draft.text
        commented.insert(contentsOf: " /*\(part)*/", at: space)
        return texts.prefix(2) + [commented + wheres[0] + limits[0], commented] + texts.dropFirst(2)
    }
}
