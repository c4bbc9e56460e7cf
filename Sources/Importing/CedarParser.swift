// Reads Cedar policies: annotations, effect, scope, conditions.

struct CedarParser {
    /// Expressions inside each other.
    private static let depthLimit = 100

    private let bytes: [UInt8]
    private let tokens: [CedarLexer.Lexed]
    private var at = 0
    private var depth = 0

    static func parse(_ bytes: [UInt8]) throws(ImportError) -> [CedarPolicy] {
        var parser = CedarParser(bytes: bytes, tokens: try CedarLexer.lex(bytes))
        var policies: [CedarPolicy] = []
        while parser.at < parser.tokens.count { policies.append(try parser.policy()) }
        return policies
    }

    private init(bytes: [UInt8], tokens: [CedarLexer.Lexed]) {
        self.bytes = bytes
        self.tokens = tokens
    }

    // MARK: tokens

    private var token: CedarToken? { at < tokens.count ? tokens[at].token : nil }

    private func wrong(_ wanted: String) -> ImportError {
        let offset = at < tokens.count ? tokens[at].start : bytes.count
        let line = bytes[..<offset].count { $0 == UInt8(ascii: "\n") } + 1
        return ImportError("line \(line) is no Cedar that can be read: \(wanted) is wanted")
    }

    private mutating func take(_ mark: String) -> Bool {
        guard token == .mark(mark) else { return false }
        at += 1
        return true
    }

    private mutating func take(word: String) -> Bool {
        guard token == .word(word) else { return false }
        at += 1
        return true
    }

    private mutating func want(_ mark: String) throws(ImportError) { guard take(mark) else { throw wrong("`\(mark)`") } }

    private mutating func word() throws(ImportError) -> String {
        guard case .word(let word)? = token else { throw wrong("a name") }
        at += 1
        return word
    }

    private func text(from start: Int) -> String {
        guard start < at, at <= tokens.count else { return "" }
        return String(decoding: bytes[tokens[start].start..<tokens[at - 1].end], as: UTF8.self)
    }

    // MARK: policies

    private mutating func policy() throws(ImportError) -> CedarPolicy {
        let start = at
        var id: String?
        var annotations: [String] = []
        while take("@") {
            let name = try word()
            var value = ""
            if take("(") {
                if case .string(let text, _)? = token {
                    value = text
                    at += 1
                }
                try want(")")
            }
            if name == "id" { id = value } else { annotations.append(value.isEmpty ? name : "\(name): \(value)") }
        }
        let effect = try word()
        guard effect == "permit" || effect == "forbid" else { throw wrong("`permit` or `forbid`") }
        try want("(")
        let principal = try scope("principal")
        try want(",")
        let action = try scope("action")
        try want(",")
        let resource = try scope("resource")
        _ = take(",")
        try want(")")
        var conditions: [(isWhen: Bool, expression: CedarExpression, text: String)] = []
        while token == .word("when") || token == .word("unless") {
            let isWhen = token == .word("when")
            at += 1
            try want("{")
            let first = at
            let expression = try self.expression()
            conditions.append((isWhen, expression, text(from: first)))
            try want("}")
        }
        try want(";")
        return CedarPolicy(
            isPermit: effect == "permit", id: id, annotations: annotations, principal: principal, action: action, resource: resource,
            conditions: conditions, text: text(from: start))
    }

    private mutating func scope(_ variable: String) throws(ImportError) -> CedarScope {
        guard take(word: variable) else { throw wrong("`\(variable)`") }
        if take("==") { return take("?") ? try slot() : .equal(try entity()) }
        if take(word: "is") {
            let type = try path()
            return .type(type, in: take(word: "in") ? try entity() : nil)
        }
        guard take(word: "in") else { return .any }
        if take("?") { return try slot() }
        guard take("[") else { return .inside([try entity()]) }
        var entities: [CedarEntity] = []
        while !take("]") {
            entities.append(try entity())
            if !take(",") {
                try want("]")
                break
            }
        }
        return .inside(entities)
    }

    private mutating func slot() throws(ImportError) -> CedarScope {
        _ = try word()
        return .slot
    }

    private mutating func path() throws(ImportError) -> String {
        var path = try word()
        while token == .mark("::"), at + 1 < tokens.count, case .word(let next) = tokens[at + 1].token {
            path += "::" + next
            at += 2
        }
        return path
    }

    private mutating func entity() throws(ImportError) -> CedarEntity {
        let type = try path()
        try want("::")
        guard case .string(let id, _)? = token else { throw wrong("an entity's id") }
        at += 1
        return CedarEntity(type: type, id: id)
    }

    // MARK: expressions

    private mutating func expression() throws(ImportError) -> CedarExpression {
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.depthLimit else { throw wrong("fewer expressions inside each other") }
        if take(word: "if") {
            _ = try expression()
            guard take(word: "then") else { throw wrong("`then`") }
            _ = try expression()
            guard take(word: "else") else { throw wrong("`else`") }
            _ = try expression()
            return .other
        }
        var left = try conjunction()
        while take("||") { left = .or(left, try conjunction()) }
        return left
    }

    private mutating func conjunction() throws(ImportError) -> CedarExpression {
        var left = try relation()
        while take("&&") { left = .and(left, try relation()) }
        return left
    }

    private mutating func relation() throws(ImportError) -> CedarExpression {
        let left = try sum()
        for mark in ["==", "!=", "<=", ">=", "<", ">"] where take(mark) { return .compare(left, mark, try sum()) }
        if take(word: "in") { return .compare(left, "in", try sum()) }
        if take(word: "has") {
            if case .string(let name, _)? = token {
                at += 1
                return .has(left, name)
            }
            let name = try word()
            // `has a.b` asks for more than one attribute.
            var isDeep = false
            while take(".") {
                _ = try word()
                isDeep = true
            }
            return isDeep ? .other : .has(left, name)
        }
        if take(word: "like") {
            guard case .string(let pattern, let isPlain)? = token else { throw wrong("a pattern") }
            at += 1
            return .like(left, pattern, isPlain: isPlain)
        }
        if take(word: "is") {
            let type = try path()
            return .isType(left, type, in: take(word: "in") ? try sum() : nil)
        }
        return left
    }

    private mutating func sum() throws(ImportError) -> CedarExpression {
        var left = try unary()
        while token == .mark("+") || token == .mark("-") || token == .mark("*") {
            at += 1
            _ = try unary()
            left = .other
        }
        return left
    }

    private mutating func unary() throws(ImportError) -> CedarExpression {
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.depthLimit else { throw wrong("fewer expressions inside each other") }
        if take("!") { return .not(try unary()) }
        if take("-") {
            guard case .integer(let number) = try unary() else { return .other }
            return .integer(-number)
        }
        return try member()
    }

    private mutating func member() throws(ImportError) -> CedarExpression {
        var value = try primary()
        while true {
            if take(".") {
                let name = try word()
                value = take("(") ? .call(value, name, try list(until: ")")) : .attribute(value, name)
            } else if take("[") {
                guard case .string(let name, _)? = token else { throw wrong("an attribute's name") }
                at += 1
                try want("]")
                value = .attribute(value, name)
            } else {
                return value
            }
        }
    }

    private mutating func list(until close: String) throws(ImportError) -> [CedarExpression] {
        var items: [CedarExpression] = []
        while !take(close) {
            items.append(try expression())
            if !take(",") {
                try want(close)
                break
            }
        }
        return items
    }

    private mutating func primary() throws(ImportError) -> CedarExpression {
        switch token {
        case .string(let text, _):
            at += 1
            return .string(text)
        case .integer(let number):
            at += 1
            return .integer(number)
        case .mark("("):
            at += 1
            let inner = try expression()
            try want(")")
            return inner
        case .mark("["):
            at += 1
            return .set(try list(until: "]"))
        case .mark("{"):
            at += 1
            try passRecord()
            return .other
        case .word("true"), .word("false"):
            let value = token == .word("true")
            at += 1
            return .boolean(value)
        case .word(let word):
            if at + 1 < tokens.count, tokens[at + 1].token == .mark("::") { return .entity(try entity()) }
            at += 1
            if ["principal", "action", "resource", "context"].contains(word) { return .variable(word) }
            guard take("(") else { throw wrong("a value") }
            _ = try list(until: ")")
            return .other
        case .mark, nil: throw wrong("a value")
        }
    }

    private mutating func passRecord() throws(ImportError) {
        while !take("}") {
            at += 1
            try want(":")
            _ = try expression()
            if !take(",") {
                try want("}")
                break
            }
        }
    }
}
