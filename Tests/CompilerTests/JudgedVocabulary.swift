// The words of a policy that requests are made of: what its rules name, and values on either side of what its conditions compare with.

import Foundation
import Machine
import PolicyLang

struct JudgedVocabulary {
    struct Target {
        var verbs: [Verb]
        var objectClass: ObjectClass?
        /// `*` for any.
        var path: [String]
        var columns: [String]
        /// A path of the server, or a program.
        var isText: Bool
    }

    private static let sets: Set<String> = [
        "claim.groups", "identity.groups", "resource.tags", "access.columns", "statement.tables", "statement.functions",
    ]

    private let tree: SyntaxTree
    private(set) var issuers: [IssuerDeclaration] = []
    private(set) var resources: [ResourceDeclaration] = []
    private(set) var targets: [Target] = []
    private(set) var tables: Set<String> = ["elsewhere"]
    private(set) var columns: Set<String> = ["plain"]
    /// The facts that conditions ask for.
    private(set) var facts: Set<String> = []
    private var texts: [String: Set<String>] = [:]
    private var numbers: [String: Set<Int64>] = [:]
    private(set) var moments: Set<Int64> = []

    init(_ tree: SyntaxTree) {
        self.tree = tree
        for declaration in tree.declarations {
            switch declaration {
            case .issuer(let it): issuers.append(it)
            case .resource(let it): resources.append(it)
            case .identity(let it): it.conditions.forEach { walk($0.condition) }
            case .group(let it): if case .claims(_, let conditions) = it.membership { conditions.forEach { walk($0.condition) } }
            case .let(let it): walk(it.condition)
            case .rule(let it): add(it)
            case .set, .detector, .prove, .test: continue
            }
        }
        for text in (texts["access.object"] ?? []).union(texts["statement.tables"] ?? []) {
            if let name = text.split(separator: ".").last { tables.insert(String(name)) }
        }
        columns.formUnion(texts["access.columns"] ?? [])
    }

    /// Values that conditions on a fact tell from each other, and one that none names.
    func texts(_ fact: String) -> [String] { (texts[fact] ?? []).union(["other"]).sorted() }
    func numbers(_ fact: String) -> [Int64] { (numbers[fact] ?? [7]).sorted() }

    // MARK: rules

    private mutating func add(_ rule: RuleDeclaration) {
        rule.conditions.forEach { walk($0.condition) }
        if let expires = rule.expires { moments.formUnion([expires.epochSeconds - 1, expires.epochSeconds]) }
        for clause in rule.to?.verbClauses ?? [] { add(clause) }
        for target in rule.columns.flatMap(\.targets) {
            let names = target.columns.flatMap { expanded($0).map { $0.joined(separator: ".") } }
            columns.formUnion(names)
            let path = target.table.map { $0.kind == .any ? "*" : $0.text }
            if let name = path.last, name != "*" { tables.insert(name) }
            targets.append(Target(verbs: [.select], path: path, columns: names, isText: false))
        }
    }

    private mutating func add(_ clause: VerbClause) {
        let verbs = clause.verbs.flatMap { pattern -> [Verb] in
            guard case .verb(let name) = pattern else { return [.select, .update, .delete, .drop, .call, .set, .unknown] }
            if let verb = Verb.allCases.first(where: { $0.name == name.text }), VerbGroup(rawValue: name.text) == nil || isText(clause) {
                return [verb]
            }
            return Verb.allCases.filter { VerbGroup(rawValue: name.text)?.verbs.contains($0) ?? false }
        }
        if clause.objects.isEmpty { targets.append(Target(verbs: verbs, path: ["*"], columns: [], isText: false)) }
        for object in clause.objects {
            let named = (object.columns ?? []).flatMap { expanded($0).map { $0.joined(separator: ".") } }
            columns.formUnion(named)
            let objectClass = object.objectClass.flatMap { word in ObjectClass.allCases.first { $0.name == word.text } }
            for path in paths(object.path) {
                var path = path
                // `any.salary` is a column wherever it is.
                if named.isEmpty, verbs.contains(where: JudgedRow.hasColumns), path.count == 3 || path.count == 2 && path[0] == "*" && path[1] != "*" {
                    columns.insert(path[path.count - 1])
                    path.removeLast()
                }
                let isText = object.path.contains { $0.kind == .text }
                if let name = path.last, name != "*", !isText { tables.insert(name) }
                targets.append(Target(verbs: verbs, objectClass: objectClass, path: path.isEmpty ? ["*"] : path, columns: named, isText: isText))
            }
        }
    }

    private func isText(_ clause: VerbClause) -> Bool { clause.objects.contains { $0.path.count == 1 && $0.path[0].kind == .text } }

    private func paths(_ segments: [ObjectSegment]) -> [[String]] {
        guard segments.count == 1 else { return [segments.map { $0.kind == .any ? "*" : $0.text }] }
        return expanded(segments[0])
    }

    /// A name, or what the set of this name holds.
    private func expanded(_ segment: ObjectSegment) -> [[String]] {
        if segment.kind == .any { return [["*"]] }
        guard segment.kind == .name, let elements = ReferenceFacts.elements(ofSet: segment.text, tree) else { return [[segment.text]] }
        return elements.compactMap { element in
            switch element {
            case .path(let path): path.segments.map(\.text)
            case .string(let text): [text.value]
            case .integer, .duration, .size, .moment, .boolean, .set: nil
            }
        }
    }

    // MARK: conditions

    private mutating func walk(_ condition: Condition) {
        switch condition {
        case .or(let parts, _), .and(let parts, _): parts.forEach { walk($0) }
        case .not(let inner, _): walk(inner)
        case .has(let path, _): facts.insert(path.text)
        case .operand(.path(let path)): facts.insert(path.text)
        case .operand: return
        case .comparison(let it):
            walk(it.left, it.relation, it.right)
            walk(it.right, it.relation, it.left)
        }
    }

    private mutating func walk(_ asked: Operand, _ relation: Relation, _ other: Operand) {
        guard case .path(let path) = asked, path.text.contains(".") else { return }
        facts.insert(path.text)
        switch other {
        case .set(let literal): literal.elements.forEach { add($0, .equal, path.text) }
        case .path(let named) where ReferenceFacts.elements(ofSet: named.text, tree) != nil:
            (ReferenceFacts.elements(ofSet: named.text, tree) ?? []).forEach { add($0, .equal, path.text) }
        default: add(other, relation, path.text)
        }
    }

    private mutating func add(_ value: Operand, _ relation: Relation, _ fact: String) {
        switch value {
        case .string(let it): add(it.value, relation, fact)
        case .path(let it): if !it.text.contains(".") { add(it.text, relation, fact) }
        case .integer(let it): numbers[fact, default: []].formUnion([it.value - 1, it.value, it.value + 1])
        case .duration(let it): numbers[fact, default: []].formUnion([it.seconds - 1, it.seconds, it.seconds + 1])
        case .size(let it): numbers[fact, default: []].insert(it.bytes)
        case .moment(let it): moments.formUnion([it.epochSeconds - 1, it.epochSeconds])
        case .boolean, .set: return
        }
    }

    private mutating func add(_ text: String, _ relation: Relation, _ fact: String) {
        switch fact {
        case "request.time": moments.formUnion(Self.edges(ofWindow: text))
        case "request.source": texts[fact, default: []].insert(Self.inside(text))
        default:
            switch relation {
            case .startsWith: texts[fact, default: []].insert(text + " z")
            case .endsWith: texts[fact, default: []].insert("a " + text)
            case .contains: texts[fact, default: []].formUnion(Self.sets.contains(fact) ? [text] : [text, "a " + text + " z"])
            case .like: texts[fact, default: []].insert(text.replacing("*", with: "x1"))
            case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .in, .matches: texts[fact, default: []].insert(text)
            }
        }
    }

    /// An address of a network: neither its first nor its last.
    private static func inside(_ network: String) -> String {
        let parts = (network.split(separator: "/").first ?? "").split(separator: ".")
        return network.contains("/") ? (parts.dropLast() + ["9"]).joined(separator: ".") : network
    }

    /// Seconds around the beginnings and ends of a window in two weeks, the one with the change to summer time in America among them.
    private static func edges(ofWindow text: String) -> [Int64] {
        let parts = text.split(separator: " ").map(String.init)
        guard parts.count == 3, let zone = TimeZone(identifier: parts[2]) else { return [] }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let times = parts[1].split(separator: "-").map { $0.split(separator: ":").compactMap { Int($0) } }
        return (1...14).flatMap { day in
            times.flatMap { time -> [Int64] in
                let date = calendar.date(from: DateComponents(year: 2026, month: 3, day: day, hour: time[0], minute: time[1]))
                return date.map { [Int64($0.timeIntervalSince1970) - 1, Int64($0.timeIntervalSince1970)] } ?? []
            }
        }
    }
}
