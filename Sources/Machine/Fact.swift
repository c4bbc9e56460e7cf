// The catalogue of facts a condition may use: one table for compiler, verifier, machine and docs.

/// The type of a fact or a literal.
public enum FactType: UInt8, Sendable, CaseIterable {
    case boolean = 1
    case integer, string, strings, time, address, duration, size
    /// A set of integers.
    case integers
    public var name: String {
        switch self {
        case .strings: "set of string"
        case .integers: "set of int"
        default: "\(self)"
        }
    }
}

/// Over what a fact stays the same.
public enum FactScope: UInt8, Sendable {
    /// Known when the session starts.
    case session
    /// Per statement of a message.
    case statement
    /// Per access.
    case access
    /// Only after the result, for `watch`.
    case result
}

/// A fact by number. Raw values are part of the program format and never reused. Claims are not here: they are declared by issuers.
public enum Fact: UInt8, CaseIterable, Sendable {
    case identityName = 1
    case identityIssuer, identityGroups, identityProof
    case resourceName, resourceKind, resourceTags
    case accessVerb, accessObject, accessSchema, accessTable, accessColumns
    case requestTime, requestSource
    case sessionReason, sessionAge
    case statementKind, statementCount, statementWhere, statementHasWhere, statementHasLimit, statementLimit
    case statementTables, statementFunctions, statementText, statementFingerprint, statementFirstSeen
    case statementInTransaction
    case commandName, commandArgs, commandFlags, commandText, commandInteractive
    case httpMethod, httpPath, httpSize
    case kubeVerb, kubeGroup, kubeResource, kubeNamespace, kubeName, kubeSubresource
    case resultRows, resultBytes
    /// By a header's name: `http.header["x-team"]`.
    case httpHeader
}

extension Fact {
    /// A row of the catalogue.
    public struct Entry: Sendable {
        public let name: String
        public let type: FactType
        public let scope: FactScope
        /// nil: every kind.
        public let kinds: [ResourceKind]?
        public let about: String
    }

    /// The fact written so in a policy (`statement.has_where`), or nil.
    public init?(name: String) {
        guard let fact = Self.allCases.first(where: { $0.entry.name == name }) else { return nil }
        self = fact
    }

    /// Whether it is written with a key, and loaded by it.
    public var takesKey: Bool { self == .httpHeader }

    public func exists(for kind: ResourceKind) -> Bool { entry.kinds?.contains(kind) ?? true }

    public var entry: Entry {
        let sql: [ResourceKind] = [.postgres, .mysql]
        switch self {
        case .identityName: return .init("identity.name", .string, .session, nil, "the caller's identity")
        case .identityIssuer: return .init("identity.issuer", .string, .session, nil, "the issuer that vouched for the caller")
        case .identityGroups: return .init("identity.groups", .strings, .session, nil, "the groups the caller is in")
        case .identityProof: return .init("identity.proof", .integer, .session, nil, "strength of the proof: bearer < dpop < mtls")
        case .resourceName: return .init("resource.name", .string, .session, nil, "the resource")
        case .resourceKind: return .init("resource.kind", .string, .session, nil, "the resource's kind")
        case .resourceTags: return .init("resource.tags", .strings, .session, nil, "the resource's tags")
        case .accessVerb: return .init("access.verb", .string, .access, nil, "the verb of the access under decision")
        case .accessObject: return .init("access.object", .string, .access, nil, "schema.name, or the name alone where there is no schema")
        case .accessSchema: return .init("access.schema", .string, .access, sql, "the schema of the object")
        case .accessTable: return .init("access.table", .string, .access, sql, "the table, function or parameter, without its schema")
        case .accessColumns: return .init("access.columns", .strings, .access, sql, "the columns; unknown when it is every column")
        case .requestTime: return .init("request.time", .time, .statement, nil, "when the request was made")
        case .requestSource: return .init("request.source", .address, .session, nil, "the address the client connected from")
        case .sessionReason: return .init("session.reason", .string, .session, nil, "the reason the caller gave; unknown when none")
        case .sessionAge: return .init("session.age", .duration, .statement, nil, "time since the session started")
        case .statementKind: return .init("statement.kind", .string, .statement, sql, "select, insert, create table, …")
        case .statementCount: return .init("statement.count", .integer, .statement, sql, "statements in the message")
        case .statementWhere: return .init("statement.where", .string, .statement, sql, "none, tautology, range or keyed")
        case .statementHasWhere: return .init("statement.has_where", .boolean, .statement, sql, "where is range or keyed")
        case .statementHasLimit: return .init("statement.has_limit", .boolean, .statement, sql, "a LIMIT or FETCH FIRST bounds the result")
        case .statementLimit: return .init("statement.limit", .integer, .statement, sql, "that bound, in rows, where constant")
        case .statementTables: return .init("statement.tables", .strings, .statement, sql, "schema.table of every relation touched")
        case .statementFunctions: return .init("statement.functions", .strings, .statement, sql, "every function called")
        case .statementText: return .init("statement.text", .string, .statement, sql, "the statement as written")
        case .statementFingerprint: return .init("statement.fingerprint", .string, .statement, sql, "16 hex digits, stable over literals and spacing")
        case .statementFirstSeen: return .init("statement.first_seen", .boolean, .statement, sql, "this identity never ran this fingerprint before")
        case .statementInTransaction: return .init("statement.in_transaction", .boolean, .statement, sql, "inside an open transaction")
        case .commandName: return .init("command.name", .string, .statement, [.ssh], "the program, without its path")
        case .commandArgs: return .init("command.args", .strings, .statement, [.ssh], "its arguments")
        case .commandFlags: return .init("command.flags", .strings, .statement, [.ssh], "its arguments that start with -")
        case .commandText: return .init("command.text", .string, .statement, [.ssh], "the command line")
        case .commandInteractive: return .init("command.interactive", .boolean, .statement, [.ssh], "a terminal was asked for")
        case .httpMethod: return .init("http.method", .string, .statement, [.http, .kubernetes], "the method")
        case .httpPath: return .init("http.path", .string, .statement, [.http, .kubernetes], "the path, normalised")
        case .httpSize: return .init("http.size", .size, .statement, [.http, .kubernetes], "the body's size")
        case .httpHeader: return .init("http.header", .string, .statement, [.http, .kubernetes], "a header by its name; unknown when it is there twice")
        case .kubeVerb: return .init("kube.verb", .string, .statement, [.kubernetes], "the Kubernetes verb")
        case .kubeGroup: return .init("kube.group", .string, .statement, [.kubernetes], "the API group")
        case .kubeResource: return .init("kube.resource", .string, .statement, [.kubernetes], "the resource type")
        case .kubeNamespace: return .init("kube.namespace", .string, .statement, [.kubernetes], "the namespace")
        case .kubeName: return .init("kube.name", .string, .statement, [.kubernetes], "the object's name")
        case .kubeSubresource: return .init("kube.subresource", .string, .statement, [.kubernetes], "the subresource")
        case .resultRows: return .init("result.rows", .integer, .result, nil, "rows returned")
        case .resultBytes: return .init("result.bytes", .size, .result, nil, "bytes returned")
        }
    }
}

extension Fact.Entry {
    fileprivate init(_ name: String, _ type: FactType, _ scope: FactScope, _ kinds: [ResourceKind]?, _ about: String) {
        self.init(name: name, type: type, scope: scope, kinds: kinds, about: about)
    }
}
