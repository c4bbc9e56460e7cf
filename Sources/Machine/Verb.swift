// What an access does: the verbs of every resource kind, with stable numbers that bytecode may carry.

/// A kind of resource. The raw value is part of the program format.
public enum ResourceKind: UInt8, CaseIterable, Sendable {
    case postgres = 1
    case mysql, ssh, kubernetes, http

    public var name: String {
        switch self {
        case .postgres: "postgres"
        case .mysql: "mysql"
        case .ssh: "ssh"
        case .kubernetes: "kubernetes"
        case .http: "http"
        }
    }

    public init?(name: String) {
        guard let kind = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = kind
    }

    /// The verbs an access to a resource of this kind can have.
    public var verbs: VerbSet {
        switch self {
        case .postgres, .mysql:
            [
                .select, .insert, .update, .delete, .truncate, .create, .alter, .drop, .comment, .grant, .revoke, .call,
                .lock, .set, .listen, .notify, .maintain, .read, .write, .run, .transact, .unknown,
            ]
        case .ssh: [.run, .read, .write, .forward, .upload, .download, .unknown]
        case .kubernetes:
            [
                .get, .list, .watch, .create, .update, .patch, .delete, .exec, .attach, .logs, .portforward, .proxy, .run,
                .unknown,
            ]
        case .http: [.get, .head, .post, .put, .patch, .delete, .options, .trace, .connect, .unknown]
        }
    }
}

/// A verb of an access. Raw values are below 64 and never reused: they index `VerbSet` and stand in bytecode.
public enum Verb: UInt8, CaseIterable, BitwiseCopyable, Sendable {
    case unknown = 0
    // SQL
    case select, insert, update, delete, truncate
    case create, alter, drop, comment, grant, revoke
    case call, lock, set, listen, notify, maintain
    case read, write, run, transact
    // SSH
    case forward, upload, download
    // HTTP and Kubernetes
    case get, head, post, put, patch, options, trace, connect
    case list, watch, exec, attach, logs, portforward, proxy

    public var name: String { "\(self)" }

    /// The verb written so in a policy, or nil.
    public init?(name: String) {
        guard let verb = Self.named[name] else { return nil }
        self = verb
    }

    private static let named = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })
}

/// A set of verbs, one bit each.
public struct VerbSet: OptionSet, BitwiseCopyable, Sendable, Hashable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }
    public init(_ verb: Verb) { rawValue = 1 << UInt64(verb.rawValue) }
    public init(arrayLiteral verbs: Verb...) { rawValue = verbs.reduce(0) { $0 | 1 << UInt64($1.rawValue) } }

    /// Every verb, `unknown` included: what a rule without `to`, or with `to any`, covers.
    public static let all = VerbSet(rawValue: Verb.allCases.reduce(0) { $0 | 1 << UInt64($1.rawValue) })
    public func contains(_ verb: Verb) -> Bool { rawValue & (1 << UInt64(verb.rawValue)) != 0 }
}

/// The groups of verbs that `language.md` names for SQL kinds. `read` and `write` are also verbs of their own
/// (server files): as a group they are meant only on relations, and the compiler resolves which by the object.
public enum VerbGroup: String, CaseIterable, Sendable {
    case read, write, define

    public var verbs: VerbSet {
        switch self {
        case .read: [.select]
        case .write: [.insert, .update, .delete]
        case .define: [.create, .alter, .drop, .truncate, .comment]
        }
    }
}

/// What sort of thing an access touches. The raw value is part of the program format.
public enum ObjectClass: UInt8, CaseIterable, BitwiseCopyable, Sendable {
    /// A pattern of this class matches every class; an access of this class is of a sort we have no word for.
    case any = 0
    case table, view, index, sequence, schema, function, trigger, type, role, database, `extension`
    /// A configuration parameter (`set`), a path on the server (`read`, `write`), a program (`run`), a channel (`listen`, `notify`).
    case parameter, file, program, channel

    public var name: String { self == .extension ? "extension" : "\(self)" }
}
