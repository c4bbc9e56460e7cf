// What PostgreSQL's own PL/pgSQL parser cuts out of a body, and what its grammar says of each piece.

import CPgQuery
import Foundation

/// One body as PostgreSQL reads it: all that any of its statements and expressions may do.
struct BlockTruth {
    var touches: Set<GrammarTruth.Touch> = []
    var functions: Set<String> = []
    /// It executes a text that is no constant.
    var isDynamic = false
    var pieces = 0

    /// Nil when PostgreSQL refuses the body.
    static func read(_ body: String) -> BlockTruth? {
        guard body.utf8.count <= GrammarTruth.longest, !body.utf8.contains(0) else { return nil }
        let tag = "$judged$"
        let result = pg_query_parse_plpgsql("CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS \(tag)\(body)\(tag)")
        defer { pg_query_free_plpgsql_parse_result(result) }
        guard result.error == nil, let functions = result.plpgsql_funcs,
            let root = try? JSONSerialization.jsonObject(with: Data(String(cString: functions).utf8))
        else { return nil }
        var truth = BlockTruth()
        return truth.walk(root, key: "", isAssignment: false) ? truth : nil
    }

    /// False where a piece is not SQL after all.
    private mutating func walk(_ value: Any, key: String, isAssignment: Bool) -> Bool {
        if let list = value as? [Any] { return list.allSatisfy { walk($0, key: key, isAssignment: isAssignment) } }
        guard let fields = value as? [String: Any] else { return true }
        return fields.allSatisfy { name, child in
            guard name == "PLpgSQL_expr", let text = (child as? [String: Any])?["query"] as? String else {
                let isDynamic = ["PLpgSQL_stmt_dynexecute", "PLpgSQL_stmt_dynfors"].contains(name)
                return walk(child, key: isDynamic ? "dynamic" : key == "dynamic" ? "dynamic." + name : name, isAssignment: name == "PLpgSQL_stmt_assign")
            }
            if isAssignment { return assignment(text) }
            return key == "dynamic.query" || key == "dynquery" ? executed(text) : piece(text)
        }
    }

    private mutating func assignment(_ text: String) -> Bool {
        guard let mark = text.firstRange(of: /:?=/) else { return false }
        return piece("SELECT " + text[..<mark.lowerBound]) && piece("SELECT " + text[mark.upperBound...])
    }

    /// A statement, or an expression that stands behind SELECT.
    private mutating func piece(_ text: String) -> Bool {
        guard let truths = GrammarTruth.read(text) ?? GrammarTruth.read("SELECT " + text) else { return false }
        pieces += 1
        for truth in truths {
            touches.formUnion(truth.touches)
            functions.formUnion(truth.functions)
        }
        return true
    }

    private mutating func executed(_ text: String) -> Bool {
        guard let constant = Self.constant(text) else {
            isDynamic = true
            return piece(text)
        }
        guard let truths = GrammarTruth.read(constant) else { return false }
        pieces += 1
        for truth in truths {
            touches.formUnion(truth.touches)
            functions.formUnion(truth.functions)
        }
        return true
    }

    /// The value of an expression that is one string.
    private static func constant(_ text: String) -> String? {
        let result = pg_query_parse("SELECT " + text)
        defer { pg_query_free_parse_result(result) }
        guard result.error == nil, let tree = result.parse_tree,
            let root = try? JSONSerialization.jsonObject(with: Data(String(cString: tree).utf8)) as? [String: Any],
            let statement = ((root["stmts"] as? [[String: Any]])?.first?["stmt"] as? [String: Any])?["SelectStmt"] as? [String: Any],
            let targets = statement["targetList"] as? [[String: Any]], targets.count == 1,
            let value = (targets[0]["ResTarget"] as? [String: Any])?["val"] as? [String: Any],
            let string = (value["A_Const"] as? [String: Any])?["sval"] as? [String: Any]
        else { return nil }
        return string["sval"] as? String
    }
}
