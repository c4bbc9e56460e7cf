// The words of the language, in tables: what the parser knows, the formatter lays out and an editor completes.

/// The words with a meaning of their own. None is reserved everywhere: each counts only where it can stand.
public enum Vocabulary {
    /// Words that begin a declaration.
    public static let declarations = [
        "policy", "use", "issuer", "identity", "group", "resource", "set", "let", "allow", "deny", "approve", "mask",
        "watch", "observe", "detector", "prove", "test",
    ]

    /// Words that cannot be the name of a declaration, because a list or a condition would read them otherwise.
    public static let reservedNames: Set<String> = [
        "any", "except", "tag", "and", "or", "not", "has", "in", "like", "matches", "contains", "true", "false", "null",
    ]

    /// Every verb of every kind of resource, and the groups of verbs; which of them a resource has is the
    /// compiler's to say.
    public static let verbs = [
        "select", "insert", "update", "delete", "truncate", "create", "alter", "drop", "comment", "grant", "revoke",
        "call", "lock", "set", "listen", "notify", "maintain", "read", "write", "run", "transact", "unknown", "define",
        "forward", "upload", "download", "get", "list", "watch", "patch", "exec", "attach", "logs", "portforward",
        "proxy", "head", "post", "put", "options", "connect", "trace",
    ]

    /// Words between verbs and objects.
    public static let prepositions: Set<String> = ["from", "into", "of", "on"]

    /// Verbs after which an object may begin with a word for its class.
    public static let verbsWithClasses: Set<String> = [
        "create", "alter", "drop", "comment", "grant", "revoke", "define",
    ]

    /// Words for the class of an object.
    public static let objectClasses = [
        "table", "view", "index", "sequence", "schema", "function", "trigger", "type", "role", "database", "extension",
    ]

    /// The words that compare.
    public static let relationWords = ["in", "like", "matches", "contains", "starts", "ends"]

    static let verbSet = Set(verbs)
    static let objectClassSet = Set(objectClasses)
    static let declarationSet = Set(declarations)

    /// Every word that begins a clause in some block: at the beginning of a line it might not be read as a name.
    static let clauseWords = Set(
        ClauseWord.words + IssuerKeys.allNames + [
            "tags", "search_path", "schema", "pattern", "checksum", "context", "never", "always", "as", "at", "row",
        ])

    /// The preposition that reads best after a verb; nil for none.
    static func bestPreposition(after verb: String) -> String? {
        switch verb {
        case "select", "delete": "from"
        case "insert": "into"
        default: nil
        }
    }
}

/// The words that begin a clause of a rule.
enum ClauseWord: String, CaseIterable {
    case who, on, to, when, unless, because, expires, limit, by, quorum, within, valid, column, value, guarded, notify

    /// The effects whose rules may have the clause.
    var effects: [Effect] {
        switch self {
        case .who, .on, .to, .when, .unless, .because, .expires, .notify: Effect.allCases
        case .limit: [.allow]
        case .by, .quorum, .within, .valid: [.approve]
        case .column, .value, .guarded: [.mask]
        }
    }

    /// Whether it may stand more than once in a rule.
    var mayRepeat: Bool {
        switch self {
        case .when, .unless, .column, .value: true
        case .who, .on, .to, .because, .expires, .limit, .by, .quorum, .within, .valid, .guarded, .notify: false
        }
    }

    /// Of rules of any effect. Kept, as every rule of a file asks for it.
    static let words = allCases.map(\.rawValue)
    private static let wordsByEffect = Dictionary(
        uniqueKeysWithValues: Effect.allCases.map { effect in
            (effect, allCases.filter { $0.effects.contains(effect) }.map(\.rawValue))
        })

    static func words(for effect: Effect) -> [String] { wordsByEffect[effect] ?? [] }
}

/// The settings of issuers, by kind.
enum IssuerKeys {
    /// The shape of a setting's value.
    enum Shape {
        case string, strings, words, claims
    }

    struct Key {
        var name: String
        var shape: Shape
        var isRequired: Bool
    }

    /// The settings that an issuer of this kind may have.
    static func keys(of kind: IssuerKind) -> [Key] {
        let audience = Key(name: "audience", shape: .strings, isRequired: true)
        let claims = Key(name: "claims", shape: .claims, isRequired: false)
        let algorithms = Key(name: "algorithms", shape: .words, isRequired: false)
        return switch kind {
        case .oidc:
            [Key(name: "url", shape: .string, isRequired: true), audience, claims, algorithms]
        case .jwks:
            [
                Key(name: "file", shape: .string, isRequired: false),
                Key(name: "url", shape: .string, isRequired: false),
                Key(name: "issuer", shape: .string, isRequired: true), audience, claims, algorithms,
            ]
        case .mtls:
            [
                Key(name: "ca", shape: .string, isRequired: true),
                Key(name: "trust_domain", shape: .strings, isRequired: false), claims,
            ]
        case .saml:
            [
                Key(name: "metadata", shape: .string, isRequired: true),
                Key(name: "issuer", shape: .string, isRequired: false), audience, claims,
            ]
        }
    }

    /// The shape of a key in any kind; nil for a key that no kind has.
    static func shape(of key: String) -> Shape? {
        for kind in IssuerKind.allCases {
            if let found = keys(of: kind).first(where: { $0.name == key }) { return found.shape }
        }
        return nil
    }

    /// Every key of every kind.
    static let allNames: [String] = {
        var names: [String] = []
        for kind in IssuerKind.allCases {
            for key in keys(of: kind) where !names.contains(key.name) { names.append(key.name) }
        }
        return names
    }()
}
