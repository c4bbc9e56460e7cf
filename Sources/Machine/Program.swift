// A policy as data: what the compiler hands over and the codec carries. Nothing here is trusted before the verifier passed it.

/// Index into `Program.symbols`.
public typealias Symbol = UInt32

/// A byte range of one of the program's sources: lets a denial point at its line.
public struct SourcePlace: Sendable, Hashable {
    public var file: UInt16
    public var start: UInt32
    public var end: UInt32
    public init(file: UInt16, start: UInt32, end: UInt32) {
        self.file = file
        self.start = start
        self.end = end
    }
}

/// A run of instructions that decides one condition.
public struct CodeRange: Sendable, Hashable {
    public var start: UInt32
    public var count: UInt32
    public init(start: UInt32, count: UInt32) {
        self.start = start
        self.count = count
    }
}

/// A compiled policy, as decoded. Run it only as a `VerifiedProgram`.
public struct Program: Sendable, Hashable {
    public var edition: UInt16 = 1
    /// Grows with every build of a policy; a gateway refuses an older one than it has.
    public var revision: UInt64 = 0
    /// The name of the root policy.
    public var name: String = ""
    /// Distinct strings; index 0 is the empty string.
    public var symbols: [String] = [""]
    public var sources: [SourceText] = []
    public var issuers: [IssuerRecord] = []
    /// Every claim name that any issuer declares, once; a name has one type in a program.
    public var claims: [ClaimRecord] = []
    public var identities: [IdentityRecord] = []
    public var groups: [GroupRecord] = []
    public var resources: [ResourceRecord] = []
    public var rules: [RuleRecord] = []
    public var code: [Instruction] = []
    public var integers: [Int64] = []
    /// Sorted symbols.
    public var sets: [[Symbol]] = []
    /// Sets of integers, each ascending.
    public var numberSets: [[Int64]] = []
    public var patterns: [PatternRecord] = []
    public var windows: [WindowRecord] = []
    public var zones: [ZoneRecord] = []
    public var networks: [NetworkRecord] = []
    /// What the databases behind resources hold, where the policy has schema files.
    public var schemas: [SchemaRecord] = []
    /// Detectors that the policy declares itself, in ascending order of name.
    public var detectors: [DetectorRecord] = []

    public init() {}
}

public struct SourceText: Sendable, Hashable {
    /// As given on the command line, relative to the policy's root.
    public var path: String
    public var bytes: [UInt8]
    public init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }
}

public struct ClaimRecord: Sendable, Hashable {
    public var name: Symbol
    public var type: FactType
    public init(name: Symbol, type: FactType) {
        self.name = name
        self.type = type
    }
}

public enum IssuerKind: UInt8, Sendable, CaseIterable {
    case oidc = 1
    case jwks, mtls, saml
}

public struct IssuerRecord: Sendable, Hashable {
    public struct Claim: Sendable, Hashable {
        /// Index into `Program.claims`.
        public var claim: UInt32
        public var optional: Bool
        public init(claim: UInt32, optional: Bool) {
            self.claim = claim
            self.optional = optional
        }
    }
    public var name: Symbol
    public var kind: IssuerKind
    /// Named settings (`url`, `audience`, `file`, `issuer`, `algorithms`, …) in the order written; a list has several values.
    public var settings: [Setting]
    public var claims: [Claim]
    public var place: SourcePlace
    public struct Setting: Sendable, Hashable {
        public var key: Symbol
        public var values: [Symbol]
        public init(key: Symbol, values: [Symbol]) {
            self.key = key
            self.values = values
        }
    }
    public init(name: Symbol, kind: IssuerKind, settings: [Setting], claims: [Claim], place: SourcePlace) {
        self.name = name
        self.kind = kind
        self.settings = settings
        self.claims = claims
        self.place = place
    }
}

public struct IdentityRecord: Sendable, Hashable {
    public var name: Symbol
    public var issuer: UInt32
    /// Only claims, compiled as an allow: unknown does not match.
    public var condition: CodeRange
    public var place: SourcePlace
    public init(name: Symbol, issuer: UInt32, condition: CodeRange, place: SourcePlace) {
        self.name = name
        self.issuer = issuer
        self.condition = condition
        self.place = place
    }
}

public struct GroupRecord: Sendable, Hashable {
    public var name: Symbol
    /// Identities by index, sorted; nested groups are already flattened.
    public var members: [UInt32]
    /// A condition on the claims of one issuer, in addition to the members.
    public var issuer: UInt32?
    public var condition: CodeRange?
    public var place: SourcePlace
    public init(name: Symbol, members: [UInt32], issuer: UInt32?, condition: CodeRange?, place: SourcePlace) {
        self.name = name
        self.members = members
        self.issuer = issuer
        self.condition = condition
        self.place = place
    }
}

public struct ResourceRecord: Sendable, Hashable {
    public var name: Symbol
    public var kind: ResourceKind
    /// Sorted.
    public var tags: [Symbol]
    /// In order; SQL kinds only.
    public var searchPath: [Symbol]
    public var place: SourcePlace
    public init(name: Symbol, kind: ResourceKind, tags: [Symbol], searchPath: [Symbol], place: SourcePlace) {
        self.name = name
        self.kind = kind
        self.tags = tags
        self.searchPath = searchPath
        self.place = place
    }
}

public enum Effect: UInt8, Sendable, CaseIterable {
    case allow = 1
    case deny, approve, mask, watch
    public var name: String { "\(self)" }
}

/// Who a rule is about: everyone or those listed, less those excepted. Indices of identities and groups, sorted.
public struct WhoRecord: Sendable, Hashable {
    public var everyone: Bool
    public var identities: [UInt32] = []
    public var groups: [UInt32] = []
    public var exceptIdentities: [UInt32] = []
    public var exceptGroups: [UInt32] = []
    public init(everyone: Bool) { self.everyone = everyone }
}

/// A name in a pattern.
public enum NamePattern: Sendable, Hashable {
    case any
    case exactly(Symbol)
    /// A glob, by index into `Program.patterns` (file and program objects).
    case pattern(UInt32)
}

public enum SchemaPattern: Sendable, Hashable {
    case any
    case exactly(Symbol)
    /// Unqualified: the resource's search path. An allow needs a path of exactly one schema; anything else takes all of it.
    case searchPath
}

public struct ObjectPattern: Sendable, Hashable {
    public var objectClass: ObjectClass
    public var schema: SchemaPattern
    public var name: NamePattern
    /// nil: the whole object. Sorted.
    public var columns: [Symbol]?
    public init(objectClass: ObjectClass, schema: SchemaPattern, name: NamePattern, columns: [Symbol]?) {
        self.objectClass = objectClass
        self.schema = schema
        self.name = name
        self.columns = columns
    }
}

/// Some verbs on some objects. No objects: any object.
public struct TargetRecord: Sendable, Hashable {
    public var verbs: VerbSet
    public var objects: [ObjectPattern]
    public init(verbs: VerbSet, objects: [ObjectPattern]) {
        self.verbs = verbs
        self.objects = objects
    }
}

public struct TransformRecord: Sendable, Hashable {
    public enum Kind: UInt8, Sendable, CaseIterable {
        case null = 1
        case redact, partial, last, hash, zero, tokenize, year, domain, range
    }
    public var kind: Kind
    /// Characters kept, for `partial` and `last`; for `range`, the step's high and low half.
    public var first: UInt16
    public var last: UInt16
    public init(kind: Kind, first: UInt16 = 0, last: UInt16 = 0) {
        self.kind = kind
        self.first = first
        self.last = last
    }

    /// The widest step of `range`.
    public static let maximumStep = 1_000_000_000

    /// `range` with a step.
    public static func range(step: Int) -> TransformRecord {
        TransformRecord(kind: .range, first: UInt16(truncatingIfNeeded: step >> 16), last: UInt16(truncatingIfNeeded: step))
    }

    /// The step of a `range`.
    public var step: Int { Int(first) << 16 | Int(last) }
}

public struct MaskRecord: Sendable, Hashable {
    public struct Column: Sendable, Hashable {
        public var schema: SchemaPattern
        public var table: NamePattern
        public var column: Symbol
        public var transform: TransformRecord
        public init(schema: SchemaPattern, table: NamePattern, column: Symbol, transform: TransformRecord) {
            self.schema = schema
            self.table = table
            self.column = column
            self.transform = transform
        }
    }
    public struct Value: Sendable, Hashable {
        /// `pii.email`, `secrets.all`: one of `DetectorNames`, or one of `Program.detectors`.
        public var detector: Symbol
        public var transform: TransformRecord
        public init(detector: Symbol, transform: TransformRecord) {
            self.detector = detector
            self.transform = transform
        }
    }
    public var columns: [Column]
    public var values: [Value]
    /// A statement that uses a column of this rule in any way but as plain output is refused.
    public var guarded: Bool
    public init(columns: [Column], values: [Value], guarded: Bool) {
        self.columns = columns
        self.values = values
        self.guarded = guarded
    }
}

/// What an allow bounds. Amounts are at least 1; nil is no bound.
public struct LimitRecord: Sendable, Hashable {
    public struct Rate: Sendable, Hashable {
        /// Requests in any `seconds`.
        public var count: Int64
        /// 1, 60, 3600 or 86400.
        public var seconds: Int64
        public init(count: Int64, seconds: Int64) {
            self.count = count
            self.seconds = seconds
        }
        public static let periods: [Int64] = [1, 60, 3600, 86_400]
        private static let names = ["second", "minute", "hour", "day"]
        public var description: String {
            "\(count) per " + (zip(Self.periods, Self.names).first { $0.0 == seconds }?.1 ?? "\(seconds) seconds")
        }
    }
    /// Rows of one result.
    public var rows: Int64?
    /// Bytes of one result.
    public var bytes: Int64?
    /// Seconds that one request may take.
    public var runtime: Int64?
    /// Sessions at once.
    public var concurrent: Int64?
    public var rates: [Rate]
    /// The rule's condition once more, so that unknown accepts: the bounds hold for whatever the rule may cover. nil: always.
    public var condition: CodeRange?
    public init(
        rows: Int64? = nil, bytes: Int64? = nil, runtime: Int64? = nil, concurrent: Int64? = nil, rates: [Rate] = [],
        condition: CodeRange? = nil
    ) {
        self.rows = rows
        self.bytes = bytes
        self.runtime = runtime
        self.concurrent = concurrent
        self.rates = rates
        self.condition = condition
    }
    /// As a policy writes it.
    public var description: String {
        var parts: [String] = []
        if let rows { parts.append("\(rows) rows") }
        if let bytes { parts.append("\(bytes) bytes") }
        if let runtime { parts.append("\(runtime)s runtime") }
        if let concurrent { parts.append("\(concurrent) concurrent") }
        parts += rates.map(\.description)
        return parts.joined(separator: ", ")
    }
    public var isEmpty: Bool { rows == nil && bytes == nil && runtime == nil && concurrent == nil && rates.isEmpty }
}

public struct RuleRecord: Sendable, Hashable {
    public var name: Symbol
    public var effect: Effect
    /// Logs what it would have done, and changes nothing.
    public var observe: Bool
    public var who: WhoRecord
    /// Resources by index, sorted.
    public var on: [UInt32]
    /// No targets: any.
    public var targets: [TargetRecord]
    /// nil: always. Compiled for this effect: unknown rejects for allow, accepts for all others.
    public var condition: CodeRange?
    /// Empty when there is none.
    public var because: Symbol
    /// Seconds since 1970; from then on an allow no longer applies.
    public var expires: Int64?
    public var mask: MaskRecord?
    /// Only on an allow.
    public var limit: LimitRecord?
    /// Only on an approve.
    public var approval: ApprovalRecord?
    /// Names of the channels that are told, sorted.
    public var notify: [Symbol] = []
    public var place: SourcePlace
    public init(name: Symbol, effect: Effect, observe: Bool, who: WhoRecord, on: [UInt32], place: SourcePlace) {
        self.name = name
        self.effect = effect
        self.observe = observe
        self.who = who
        self.on = on
        targets = []
        condition = nil
        because = 0
        expires = nil
        mask = nil
        self.place = place
    }
}

public struct PatternRecord: Sendable, Hashable {
    public enum Kind: UInt8, Sendable, CaseIterable {
        case glob = 1
        case pcre
        /// Word by word, `**` the rest: SSH command lines.
        case words
    }
    public var kind: Kind
    public var text: Symbol
    public init(kind: Kind, text: Symbol) {
        self.kind = kind
        self.text = text
    }
}

/// A weekly window: days as bits from Monday (1) to Sunday (64), minutes of the day in the zone, end exclusive.
/// A window whose end is not after its start runs past midnight into the next day.
public struct WindowRecord: Sendable, Hashable {
    public var days: UInt8
    public var startMinute: UInt16
    public var endMinute: UInt16
    public var zone: UInt32
    public init(days: UInt8, startMinute: UInt16, endMinute: UInt16, zone: UInt32) {
        self.days = days
        self.startMinute = startMinute
        self.endMinute = endMinute
        self.zone = zone
    }
}

/// A time zone's offsets, carried in the program because the machine has no files: sorted moments and seconds east of UTC from then on.
/// Outside `validFrom ..< validUntil` a window is unknown.
public struct ZoneRecord: Sendable, Hashable {
    public struct Transition: Sendable, Hashable {
        public var at: Int64
        public var offset: Int32
        public init(at: Int64, offset: Int32) {
            self.at = at
            self.offset = offset
        }
    }
    public var name: Symbol
    public var validFrom: Int64
    public var validUntil: Int64
    public var transitions: [Transition]
    public init(name: Symbol, validFrom: Int64, validUntil: Int64, transitions: [Transition]) {
        self.name = name
        self.validFrom = validFrom
        self.validUntil = validUntil
        self.transitions = transitions
    }
}

/// An IP network; IPv4 is carried as `::ffff:a.b.c.d` with 96 added to its prefix.
public struct NetworkRecord: Sendable, Hashable {
    public var high: UInt64
    public var low: UInt64
    public var prefix: UInt8
    public init(high: UInt64, low: UInt64, prefix: UInt8) {
        self.high = high
        self.low = low
        self.prefix = prefix
    }
}
