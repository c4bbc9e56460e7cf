// Declarations after resolution: names have become indices, text has become values. Strings are interned by the emitter.

import Machine
import PolicyLang

struct ResolvedIssuer {
    var name: String
    var kind: Machine.IssuerKind
    /// Keys and values, without the claims.
    var settings: [(key: String, values: [String])]
    var claims: [PolicyModel.Claim]
    var declared: Name
    var doc: DocComment?
    var span: SourceSpan
}

struct ResolvedIdentity {
    var name: String
    var issuer: Int
    /// Nil when every token of the issuer matches.
    var condition: TypedCondition
    var declared: Name
    var doc: DocComment?
    var span: SourceSpan
}

struct ResolvedGroup {
    var name: String
    /// Identities, sorted.
    var members: [Int]
    var issuer: Int?
    var condition: TypedCondition?
    var declared: Name
    var doc: DocComment?
    var span: SourceSpan
}

struct ResolvedResource {
    var name: String
    var kind: Machine.ResourceKind
    /// Sorted.
    var tags: [String]
    var searchPath: [String]
    var declared: Name
    var doc: DocComment?
    var span: SourceSpan
}

/// Who a rule is about.
struct ResolvedWho {
    var everyone: Bool
    var identities: [Int] = []
    var groups: [Int] = []
    var exceptIdentities: [Int] = []
    var exceptGroups: [Int] = []
}

enum ResolvedSchema: Hashable {
    case any
    case exactly(String)
    case searchPath
}

enum ResolvedName: Hashable {
    case any
    case exactly(String)
    case pattern(PatternRecord.Kind, String)
}

struct ResolvedObject: Hashable {
    var objectClass: ObjectClass
    var schema: ResolvedSchema
    var name: ResolvedName
    /// Nil: the whole object. Sorted.
    var columns: [String]?
}

/// Verbs on objects; no objects: any object.
struct ResolvedTarget: Hashable {
    var verbs: VerbSet
    var objects: [ResolvedObject]
}

/// A detector that a policy declares itself.
struct ResolvedDetector {
    /// As the program has it.
    var name: String
    var pattern: String
    var checksum: Checksum
    /// Small letters and digits, each once.
    var words: Set<String>
    var span: SourceSpan
}

struct ResolvedColumnMask {
    var schema: ResolvedSchema
    var table: ResolvedName
    var column: String
    var transform: TransformRecord
    var span: SourceSpan
}

struct ResolvedValueMask {
    var detector: String
    var transform: TransformRecord
    var span: SourceSpan
}

struct ResolvedMask {
    var columns: [ResolvedColumnMask]
    var values: [ResolvedValueMask]
    var guarded: Bool
}
