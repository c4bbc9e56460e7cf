// What the inspector finds in one statement, for the comparison with a judge.

import Inspect
import Machine

/// One statement as the inspector reads it, for the comparison.
struct Reading {
    private var accesses: [(verb: Verb, schema: String, name: String)] = []
    private var functions: Set<String> = []
    private let whereShape: WhereShape?
    private let hasLimit: Ternary

    init(_ index: Int, of found: Inspection) {
        let statement = found.statements[index]
        whereShape = statement.whereShape
        hasLimit = statement.hasLimit
        let first = Int(statement.firstAccess)
        for access in found.accesses.buffer[first..<first + Int(statement.accessCount)] {
            accesses.append((access.verb, found.string(access.schema), found.string(access.name)))
            if access.verb == .call { functions.insert(found.string(access.name)) }
        }
        let firstFunction = Int(statement.firstFunction)
        for name in found.names.buffer[firstFunction..<firstFunction + Int(statement.functionCount)] {
            functions.insert(found.string(name).split(separator: ".").last.map(String.init) ?? "")
        }
    }

    /// What the statement would do that is not in the accesses; nil when nothing.
    func missing(_ truth: GrammarTruth) -> String? {
        if let missing = missing(truth.touches, truth.functions) { return missing }
        if ["UpdateStmt", "DeleteStmt"].contains(truth.kind), !truth.hasWhere, let whereShape, whereShape != .none, whereShape != .tautology {
            return "no WHERE"
        }
        if truth.kind == "SelectStmt", !truth.hasLimit, hasLimit == .yes { return "no LIMIT" }
        return nil
    }

    /// What would be done that is not in the accesses; nil when nothing.
    func missing(_ touches: Set<GrammarTruth.Touch>, _ called: Set<String>) -> String? {
        for touch in touches where !accesses.contains(where: { covers($0, touch) }) { return "\(touch)" }
        for function in called where !functions.contains(function) { return "function \(function)" }
        return nil
    }

    private func covers(_ access: (verb: Verb, schema: String, name: String), _ touch: GrammarTruth.Touch) -> Bool {
        guard access.name == touch.name, touch.schema == nil || access.schema == touch.schema else { return false }
        switch touch.verb {
        case .any: return true
        case .select: return [.select, .lock, .create, .alter].contains(access.verb)
        case .insert: return access.verb == .insert
        case .update: return access.verb == .update
        case .delete: return access.verb == .delete
        }
    }

    /// Whether nothing is said of tables that the statement does not name so.
    func isExact(_ truth: GrammarTruth) -> Bool { isExact(truth.touches) }
    func isExact(_ touches: Set<GrammarTruth.Touch>) -> Bool {
        let table: VerbSet = [.select, .insert, .update, .delete]
        return accesses.allSatisfy { access in
            !table.contains(access.verb) || touches.contains { $0.name == access.name && ($0.schema ?? access.schema) == access.schema }
        }
    }
}
