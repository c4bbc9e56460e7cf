// A request as the reference evaluator sees it: plain strings and optionals, nothing interned.

import Machine

/// One message of one caller, with everything that may be asked about it. Nil is "not established".
struct ReferenceRequest {
    var issuer = ""
    var claims: [String: ClaimValue] = [:]
    var proof: Proof = .bearer
    var resource = ""
    var moment: Int64 = 0
    var sessionStart: Int64 = 0
    var reason: String?
    /// Dotted IPv4.
    var source: String?
    var inTransaction: Bool?
    var text = ""
    var headers: [(name: String, value: String)] = []
    /// Rows that came of it.
    var rows: Int64?
    var statements: [ReferenceStatement] = []
    var accesses: [ReferenceAccess] = []
}

struct ReferenceStatement {
    var kind: String?
    var whereShape: WhereShape?
    var hasLimit: Bool?
    var limit: Int64?
    var functions: [String] = []
    var fingerprint: UInt64?
    var firstSeen: Bool?
    /// Where in the message's text.
    var text: Range<Int> = 0..<0
}

struct ReferenceAccess {
    var verb: Verb
    var objectClass: ObjectClass
    var statement: Int
    var schema: String
    var name: String
    /// Nil is every column.
    var columns: [String]?
    /// Another access of the statement sets it going.
    var isThrough = false
}

extension ReferenceRequest {
    /// The headers as they lie in memory while the body runs.
    func withHeaders<Result>(_ body: (UnsafeBufferPointer<HeaderField>) -> Result) -> Result {
        let bytes = headers.flatMap { Array($0.name.utf8) + Array($0.value.utf8) }
        return bytes.withUnsafeBytes { bytes in
            var fields: [HeaderField] = []
            var offset = 0
            func next(_ count: Int) -> UnsafeRawBufferPointer {
                defer { offset += count }
                return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
            }
            for header in headers { fields.append(HeaderField(name: next(header.name.utf8.count), value: next(header.value.utf8.count))) }
            return fields.withUnsafeBufferPointer(body)
        }
    }

    /// The same message as an inspector would hand it over.
    func inspection() -> Inspection {
        let inspection = Inspection()
        var placed: [(first: Int, count: Int)] = Array(repeating: (0, 0), count: statements.count)
        for statement in statements.indices {
            placed[statement].first = inspection.accesses.count
            for access in accesses where access.statement == statement {
                append(access, to: inspection)
                placed[statement].count += 1
            }
        }
        for (index, statement) in statements.enumerated() {
            var made = Statement()
            if let kind = statement.kind { made.kind = inspection.intern(kind) }
            made.text = TextRef(offset: UInt32(statement.text.lowerBound), count: UInt32(statement.text.count))
            made.fingerprint = statement.fingerprint
            made.whereShape = statement.whereShape
            made.hasLimit = statement.hasLimit.map(Ternary.init) ?? .unknown
            made.limit = statement.limit
            made.firstAccess = UInt32(placed[index].first)
            made.accessCount = UInt32(placed[index].count)
            made.firstFunction = UInt32(inspection.names.count)
            made.functionCount = UInt32(statement.functions.count)
            for name in statement.functions { inspection.append(name: inspection.intern(name)) }
            inspection.append(made)
        }
        return inspection
    }

    private func append(_ access: ReferenceAccess, to inspection: Inspection) {
        var made = Access(verb: access.verb, objectClass: access.objectClass, statement: UInt16(access.statement))
        if !access.schema.isEmpty { made.schema = inspection.intern(access.schema) }
        if !access.name.isEmpty { made.name = inspection.intern(access.name) }
        made.everyColumn = access.columns == nil
        if access.isThrough { made.through = 1 }
        inspection.append(made)
        for column in access.columns ?? [] {
            inspection.appendColumn(ColumnUse(name: inspection.intern(column), uses: .output))
        }
    }
}
