// Cedar policies as a tree: what the grammar of the Cedar language has, without what only its validator needs.

/// `Type::"id"`.
struct CedarEntity: Hashable {
    var type: String
    var id: String
    var text: String { "\(type)::\(PolicyText.quoted(id))" }
}

/// What stands between the parentheses for one of the three.
enum CedarScope: Hashable {
    case any
    case equal(CedarEntity)
    case inside([CedarEntity])
    /// `is T`, perhaps `in` an entity.
    case type(String, in: CedarEntity?)
    /// `?principal`, `?resource`: a template's.
    case slot

    /// The last words of the types that it names, in small letters.
    var types: Set<String> {
        func last(_ type: String) -> String { type.split(separator: ":").last.map { $0.lowercased() } ?? "" }
        return switch self {
        case .any, .slot: []
        case .equal(let entity): [last(entity.type)]
        case .inside(let entities): Set(entities.map { last($0.type) })
        case .type(let type, _): [last(type)]
        }
    }
}

indirect enum CedarExpression: Hashable {
    case boolean(Bool)
    case integer(Int64)
    case string(String)
    case entity(CedarEntity)
    case set([CedarExpression])
    /// `principal`, `action`, `resource`, `context`.
    case variable(String)
    case attribute(CedarExpression, String)
    case has(CedarExpression, String)
    /// The pattern with its escapes read; `*` that was escaped is not told apart, and then `isPlain` is false.
    case like(CedarExpression, String, isPlain: Bool)
    case isType(CedarExpression, String, in: CedarExpression?)
    case compare(CedarExpression, String, CedarExpression)
    case and(CedarExpression, CedarExpression)
    case or(CedarExpression, CedarExpression)
    case not(CedarExpression)
    case call(CedarExpression, String, [CedarExpression])
    /// What the language has and nothing here can say: `if`, arithmetic, records, extension functions.
    case other
}

struct CedarPolicy: Hashable {
    var isPermit: Bool
    /// `@id("…")`, and the other annotations in words.
    var id: String?
    var annotations: [String]
    var principal: CedarScope
    var action: CedarScope
    var resource: CedarScope
    /// True for `when`.
    var conditions: [(isWhen: Bool, expression: CedarExpression, text: String)]
    /// As it is written.
    var text: String

    static func == (a: Self, b: Self) -> Bool { a.text == b.text }
    func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

enum CedarToken: Hashable {
    case word(String)
    /// The text with its escapes read, and whether a `\*` was among them.
    case string(String, isPlain: Bool)
    case integer(Int64)
    case mark(String)
}
