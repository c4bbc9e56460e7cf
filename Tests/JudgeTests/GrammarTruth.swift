// What PostgreSQL's own grammar says of a message: relations with what is done to them, and functions.

import CPgQuery
import Foundation

/// One statement as the grammar reads it.
struct GrammarTruth {
    /// A relation and what is certain to be done to it.
    struct Touch: Hashable, CustomStringConvertible {
        enum Verb: String { case select, insert, update, delete, any }
        var schema: String?
        var name: String
        var verb: Verb
        var description: String { "\(verb.rawValue) \(schema.map { $0 + "." } ?? "")\(name)" }
    }
    var touches: Set<Touch> = []
    /// Last parts of the names.
    var functions: Set<String> = []
    /// The node of the statement: `SelectStmt`.
    var kind = ""
    var hasWhere = false
    var hasLimit = false

    /// Longer texts are not asked: the library needs quadratic time on some, and its JSON overflows the stack on others.
    static let longest = 4096

    /// The statements of a message; nil when PostgreSQL refuses it.
    static func read(_ text: String) -> [GrammarTruth]? {
        guard text.utf8.count <= longest, !text.utf8.contains(0) else { return nil }
        let result = pg_query_parse(text)
        defer { pg_query_free_parse_result(result) }
        guard result.error == nil, let tree = result.parse_tree,
            let root = try? JSONSerialization.jsonObject(with: Data(String(cString: tree).utf8)) as? [String: Any]
        else { return nil }
        return (root["stmts"] as? [[String: Any]] ?? []).map { statement in
            var truth = GrammarTruth()
            if let node = statement["stmt"] as? [String: Any] {
                truth.kind = node.keys.first ?? ""
                if let fields = node[truth.kind] as? [String: Any] {
                    truth.hasWhere = fields["whereClause"] != nil
                    truth.hasLimit = fields["limitCount"] != nil
                }
                truth.walk(node, [], .any)
            }
            return truth
        }
    }

    /// Nodes whose content runs later, or names no relation.
    private static let skipped: Set<String> = [
        "CreateFunctionStmt", "DefineStmt", "LockingClause", "ConstraintsSetStmt", "ImportForeignSchemaStmt",
    ]

    private mutating func walk(_ value: Any, _ ctes: Set<String>, _ verb: Touch.Verb) {
        if let list = value as? [Any] { return list.forEach { walk($0, ctes, verb) } }
        guard let fields = value as? [String: Any] else { return }
        if let name = fields["relname"] as? String { return note(relation: name, fields, ctes, verb) }
        var visible = ctes
        if let with = fields["withClause"] as? [String: Any] { visible = walk(with: with, ctes) }
        for (key, child) in fields where !Self.skipped.contains(key) && key != "withClause" {
            switch key {
            case "InsertStmt": walk(change: child, .insert, visible)
            case "UpdateStmt": walk(change: child, .update, visible)
            case "DeleteStmt": walk(change: child, .delete, visible)
            case "MergeStmt":
                noteBranches(of: child)
                walk(child, visible, .any)
            case "FuncCall":
                note(function: child)
                walk(child, visible, verb)
            case "fromClause", "usingClause", "sourceRelation": walk(child, visible, .select)
            default: walk(child, visible, verb == .select ? .select : .any)
            }
        }
    }

    /// Walks the queries of WITH, each with the names it sees.
    /// - Returns: the names that the statement sees.
    private mutating func walk(with: [String: Any], _ ctes: Set<String>) -> Set<String> {
        let queries = (with["ctes"] as? [[String: Any]] ?? []).compactMap { $0["CommonTableExpr"] as? [String: Any] }
        let names = queries.compactMap { $0["ctename"] as? String }
        let isRecursive = with["recursive"] as? Bool ?? false
        var visible = isRecursive ? ctes.union(names) : ctes
        for (query, name) in zip(queries, names) {
            if let body = query["ctequery"] { walk(body, visible, .any) }
            visible.insert(name)
        }
        return visible
    }

    private mutating func walk(change: Any, _ verb: Touch.Verb, _ ctes: Set<String>) {
        guard var fields = change as? [String: Any] else { return }
        var visible = ctes
        if let with = fields.removeValue(forKey: "withClause") as? [String: Any] { visible = walk(with: with, ctes) }
        if let target = fields.removeValue(forKey: "relation") as? [String: Any], let name = target["relname"] as? String {
            touches.insert(Touch(schema: target["schemaname"] as? String, name: name, verb: verb))
        }
        walk(fields, visible, .any)
    }

    /// MERGE does to its table what its branches say.
    private mutating func noteBranches(of merge: Any) {
        guard let fields = merge as? [String: Any], let target = fields["relation"] as? [String: Any],
            let name = target["relname"] as? String
        else { return }
        for branch in fields["mergeWhenClauses"] as? [[String: Any]] ?? [] {
            let verb: Touch.Verb
            switch (branch["MergeWhenClause"] as? [String: Any])?["commandType"] as? String {
            case "CMD_INSERT": verb = .insert
            case "CMD_UPDATE": verb = .update
            case "CMD_DELETE": verb = .delete
            default: continue
            }
            touches.insert(Touch(schema: target["schemaname"] as? String, name: name, verb: verb))
        }
    }

    private mutating func note(relation name: String, _ fields: [String: Any], _ ctes: Set<String>, _ verb: Touch.Verb) {
        let schema = fields["schemaname"] as? String
        if schema == nil, ctes.contains(name) { return }
        touches.insert(Touch(schema: schema, name: name, verb: verb))
    }

    private mutating func note(function call: Any) {
        let parts = (call as? [String: Any])?["funcname"] as? [[String: Any]] ?? []
        guard let last = parts.last?["String"] as? [String: Any] else { return }
        guard let name = (last["sval"] ?? last["str"]) as? String else { return }
        functions.insert(name)
    }
}
