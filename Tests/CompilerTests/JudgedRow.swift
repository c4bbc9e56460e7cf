// One row of a judged table as text: who asks, what the message does, and what must come of it.

import Foundation
import Machine

/// A request and its decision. Nil as the decision: the caller is nobody, or more than one identity.
///
///     ci/app team:shop groups:[dba] on:db at:2026-03-02T09:15:00Z | select where:keyed { select public.orders(id, email) } | allow reads
///
/// What is not written is not known. `(*)` is every column, and `then` stands before an access that another one sets going.
struct JudgedRow {
    var request: ReferenceRequest
    var decision: ReferenceEvaluator.Decision?
}

/// A line that is no row.
struct NoRow: Error, CustomStringConvertible {
    var description: String
}

// MARK: writing

extension JudgedRow {
    var text: String { [Self.caller(request), Self.message(request), Self.text(decision)].joined(separator: " | ") }

    private static func caller(_ request: ReferenceRequest) -> String {
        var subject = ""
        if case .string(let text)? = request.claims["sub"] { subject = text }
        var words = ["\(request.issuer)/\(subject)"]
        for (name, value) in request.claims.sorted(by: { $0.key < $1.key }) where name != "sub" {
            switch value {
            case .string(let text): words.append("\(name):\(quoted(text))")
            case .integer(let number): words.append("\(name):\(number)")
            case .boolean(let value): words.append("\(name):\(value ? "yes" : "no")")
            case .time(let seconds): words.append("\(name):\(seconds)")
            case .integers(let numbers): words.append("\(name):\(list(numbers.map(String.init)))")
            case .strings(let texts): words.append("\(name):\(list(texts))")
            }
        }
        if request.proof != .bearer { words.append("proof:\(request.proof.name)") }
        words += ["on:\(request.resource)", "at:\(Date(timeIntervalSince1970: TimeInterval(request.moment)).ISO8601Format())"]
        if request.sessionStart != request.moment { words.append("age:\(request.moment - request.sessionStart)") }
        if let reason = request.reason { words.append("reason:\(quoted(reason))") }
        if let source = request.source { words.append("from:\(source)") }
        if let inTransaction = request.inTransaction { words.append("open:\(inTransaction ? "yes" : "no")") }
        if let rows = request.rows { words.append("rows:\(rows)") }
        return words.joined(separator: " ")
    }

    private static func message(_ request: ReferenceRequest) -> String {
        request.statements.enumerated().map { index, statement in
            var words = [statement.kind.map(quoted) ?? "?"]
            if let shape = statement.whereShape { words.append("where:\(shape.name)") }
            if let hasLimit = statement.hasLimit { words.append("limited:\(hasLimit ? "yes" : "no")") }
            if let limit = statement.limit { words.append("limit:\(limit)") }
            if !statement.functions.isEmpty { words.append("calls:\(list(statement.functions))") }
            if let fingerprint = statement.fingerprint { words.append("print:\(fingerprint)") }
            if let firstSeen = statement.firstSeen { words.append("new:\(firstSeen ? "yes" : "no")") }
            let text = String(decoding: Array(request.text.utf8)[statement.text], as: UTF8.self)
            if !text.isEmpty { words.append("text:\(quoted(text))") }
            let accesses = request.accesses.filter { $0.statement == index }.map(Self.text)
            return words.joined(separator: " ") + " { " + accesses.joined(separator: "; ") + " }"
        }.joined(separator: " ")
    }

    private static func text(_ access: ReferenceAccess) -> String {
        var words = access.isThrough ? ["then", access.verb.name] : [access.verb.name]
        if access.objectClass != defaultClass(access.verb) { words.append(access.objectClass.name) }
        var name = quoted(access.schema.isEmpty ? access.name : access.schema + "." + access.name)
        if let columns = access.columns {
            if hasColumns(access.verb) { name += "(\(columns.map(quoted).joined(separator: ", ")))" }
        } else {
            name += "(*)"
        }
        return (words + [name]).joined(separator: " ")
    }

    private static func text(_ decision: ReferenceEvaluator.Decision?) -> String {
        guard let decision else { return "nobody" }
        var words: [String]
        switch decision.outcome {
        case .allowed: words = ["allow"]
        case .denied: words = ["deny"]
        case .uncovered: words = ["uncovered"]
        case .approval: words = ["approve"]
        }
        if let rule = decision.rule { words.append(rule) }
        if let access = decision.access { words.append("at:\(access)") }
        for (word, names) in [
            ("mask", decision.masks), ("limit", decision.limits), ("ask", decision.asking), ("watch", decision.watching),
            ("watched", decision.watched), ("observe", decision.observed),
        ] where !names.isEmpty { words.append("\(word):\(list(names.sorted()))") }
        return words.joined(separator: " ")
    }

    private static func list(_ items: [String]) -> String { "[" + items.map(quoted).joined(separator: ",") + "]" }

    private static func quoted(_ text: String) -> String {
        let isPlain = !text.isEmpty && text.allSatisfy { $0.isLetter || $0.isNumber || "_.-".contains($0) }
        return isPlain ? text : "\"" + text + "\""
    }

    static func hasColumns(_ verb: Verb) -> Bool { verb == .select || verb == .insert || verb == .update }

    static func defaultClass(_ verb: Verb) -> ObjectClass {
        switch verb {
        case .call: .function
        case .set: .parameter
        case .listen, .notify: .channel
        case .read, .write: .file
        case .run: .program
        case .unknown: .any
        default: .table
        }
    }
}

// MARK: reading

extension JudgedRow {
    init(_ line: String) throws {
        var reader = RowReader(line)
        request = ReferenceRequest()
        let caller = try reader.word().split(separator: "/", maxSplits: 1).map(String.init)
        guard caller.count == 2 else { throw NoRow(description: "who asks is written issuer/subject: \(line)") }
        request.issuer = caller[0]
        request.claims["sub"] = .string(caller[1])
        while !reader.take("|") { try Self.readFact(&reader, &request) }
        if request.sessionStart == 0 { request.sessionStart = request.moment }
        while !reader.take("|") { try Self.readStatement(&reader, &request) }
        decision = try Self.readDecision(&reader)
    }

    private static func readFact(_ reader: inout RowReader, _ request: inout ReferenceRequest) throws {
        let name = try reader.word(before: ":")
        switch name {
        case "on": request.resource = try reader.word()
        case "at": request.moment = Int64(try Date(try reader.word(), strategy: .iso8601).timeIntervalSince1970)
        case "age": request.sessionStart = request.moment - (try reader.number())
        case "proof":
            let word = try reader.word()
            guard let proof = Proof.allCases.first(where: { $0.name == word }) else { throw NoRow(description: "no proof: \(word)") }
            request.proof = proof
        case "reason": request.reason = try reader.word()
        case "from": request.source = try reader.word()
        case "open": request.inTransaction = try reader.word() == "yes"
        case "rows": request.rows = try reader.number()
        case "groups": request.claims[name] = .strings(try reader.list())
        case "level": request.claims[name] = .integer(try reader.number())
        case "admin": request.claims[name] = .boolean(try reader.word() == "yes")
        default: request.claims[name] = .string(try reader.word())
        }
    }

    private static func readStatement(_ reader: inout RowReader, _ request: inout ReferenceRequest) throws {
        var statement = ReferenceStatement()
        let kind = try reader.word()
        statement.kind = kind == "?" ? nil : kind
        let start = request.text.utf8.count
        while !reader.take("{") {
            switch try reader.word(before: ":") {
            case "where":
                let word = try reader.word()
                statement.whereShape = WhereShape.allCases.first { $0.name == word }
            case "limited": statement.hasLimit = try reader.word() == "yes"
            case "limit": statement.limit = try reader.number()
            case "calls": statement.functions = try reader.list()
            case "print": statement.fingerprint = UInt64(try reader.word())
            case "new": statement.firstSeen = try reader.word() == "yes"
            case "text": request.text += try reader.word()
            case let word: throw NoRow(description: "no fact of a statement: \(word)")
            }
        }
        statement.text = start..<request.text.utf8.count
        request.statements.append(statement)
        while !reader.take("}") {
            request.accesses.append(try readAccess(&reader, request.statements.count - 1))
            _ = reader.take(";")
        }
    }

    private static func readAccess(_ reader: inout RowReader, _ statement: Int) throws -> ReferenceAccess {
        var word = try reader.word()
        let isThrough = word == "then"
        if isThrough { word = try reader.word() }
        guard let verb = Verb.allCases.first(where: { $0.name == word }) else { throw NoRow(description: "no verb: \(word)") }
        var access = ReferenceAccess(
            verb: verb, objectClass: defaultClass(verb), statement: statement, schema: "", name: "", columns: [], isThrough: isThrough)
        var name = try reader.word()
        if let named = ObjectClass.allCases.first(where: { $0.name == name }), !reader.isAt(";"), !reader.isAt("}"), !reader.isAt("(") {
            access.objectClass = named
            name = try reader.word()
        }
        let isBare = [.parameter, .file, .program, .channel, .any, .role, .schema, .database].contains(access.objectClass)
        let parts = isBare ? [name] : name.split(separator: ".", maxSplits: 1).map(String.init)
        (access.schema, access.name) = parts.count == 2 ? (parts[0], parts[1]) : ("", name)
        guard reader.take("(") else { return access }
        var columns: [String] = []
        while !reader.take(")") {
            columns.append(try reader.word())
            _ = reader.take(",")
        }
        access.columns = columns == ["*"] ? nil : columns
        return access
    }

    private static func readDecision(_ reader: inout RowReader) throws -> ReferenceEvaluator.Decision? {
        let outcomes: [String: Verdict.Outcome] = ["allow": .allowed, "deny": .denied, "uncovered": .uncovered, "approve": .approval]
        let word = try reader.word()
        if word == "nobody" { return nil }
        guard let outcome = outcomes[word] else { throw NoRow(description: "no decision: \(word)") }
        var decision = ReferenceEvaluator.Decision(outcome: outcome, rule: nil, access: nil)
        while !reader.isAtEnd {
            let word = try reader.word()
            guard reader.take(":") else {
                decision.rule = word
                continue
            }
            switch word {
            case "at": decision.access = Int(try reader.number())
            case "mask": decision.masks = Set(try reader.list())
            case "limit": decision.limits = Set(try reader.list())
            case "ask": decision.asking = Set(try reader.list())
            case "watch": decision.watching = Set(try reader.list())
            case "watched": decision.watched = Set(try reader.list())
            case "observe": decision.observed = Set(try reader.list())
            default: throw NoRow(description: "a decision has no \(word)")
            }
        }
        return decision
    }
}

/// Words, strings, numbers and lists of a row.
struct RowReader {
    private var rest: Substring
    private let line: String

    init(_ line: String) {
        self.line = line
        rest = line[...]
        skipSpace()
    }

    var isAtEnd: Bool { rest.isEmpty }

    private mutating func skipSpace() { rest = rest.drop { $0 == " " } }

    func isAt(_ mark: Character) -> Bool { rest.first == mark }

    mutating func take(_ mark: Character) -> Bool {
        guard rest.first == mark else { return false }
        rest.removeFirst()
        skipSpace()
        return true
    }

    /// Up to a mark or a space, or between quotes. A time has marks of its own.
    mutating func word() throws -> String {
        if rest.first == "\"" {
            rest.removeFirst()
            guard let end = rest.firstIndex(of: "\"") else { throw NoRow(description: "a string without an end: \(line)") }
            let word = String(rest[..<end])
            rest = rest[rest.index(after: end)...]
            skipSpace()
            return word
        }
        let isTime = rest.first?.isNumber == true && rest.dropFirst(4).first == "-"
        let word = rest.prefix { !" {}()[];,|".contains($0) && (isTime || $0 != ":") }
        guard !word.isEmpty else { throw NoRow(description: "a word is missing before `\(rest)`: \(line)") }
        rest = rest[word.endIndex...]
        skipSpace()
        return String(word)
    }

    mutating func word(before mark: Character) throws -> String {
        let word = try word()
        guard take(mark) else { throw NoRow(description: "`\(mark)` is missing before `\(rest)`: \(line)") }
        return word
    }

    mutating func number() throws -> Int64 {
        let word = try word()
        guard let number = Int64(word) else { throw NoRow(description: "no number: \(word)") }
        return number
    }

    mutating func list() throws -> [String] {
        guard take("[") else { throw NoRow(description: "no list: \(line)") }
        var items: [String] = []
        while !take("]") {
            items.append(try word())
            _ = take(",")
        }
        return items
    }
}
