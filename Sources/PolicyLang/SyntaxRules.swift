// Rules: an effect, a name, and clauses in the order the author wrote them.

/// `[observe] effect NAME { clauses }`.
public struct RuleDeclaration: Hashable, Sendable {
    public var effect: Effect
    public var effectSpan: SourceSpan
    /// The word `observe` before the effect: the rule is logged and changes nothing.
    public var observeSpan: SourceSpan?
    public var name: Name
    public var doc: DocComment?
    public var span: SourceSpan
    var body: Placed<[RuleClause]>

    init(
        effect: Effect, effectSpan: SourceSpan, observeSpan: SourceSpan?, name: Name, clauses: [RuleClause], doc: DocComment?,
        span: SourceSpan
    ) {
        self.effect = effect
        self.effectSpan = effectSpan
        self.observeSpan = observeSpan
        self.name = name
        self.doc = doc
        self.span = span
        body = Placed(clauses)
    }

    /// In the order of the file. A clause that may stand once stands once: a repetition is reported and left out. Of a rule that has
    /// moved since it was read every call makes them anew; who wants one of them asks for that.
    public var clauses: [RuleClause] {
        get { body.value }
        set { body = Placed(newValue) }
    }

    public var clauseCount: Int { body.part.count }
    public var isObserved: Bool { observeSpan != nil }
}

extension RuleDeclaration: CustomReflectable {
    /// With its clauses where they stand now.
    public var customMirror: Mirror {
        Mirror(
            self,
            children: [
                "effect": effect, "effectSpan": effectSpan, "observeSpan": observeSpan as Any, "name": name, "clauses": clauses, "doc": doc as Any,
                "span": span,
            ], displayStyle: .struct)
    }
}

/// What a rule does with the accesses it covers.
public enum Effect: String, Hashable, Sendable, CaseIterable {
    case allow, deny, approve, mask, watch
}

/// One clause of a rule.
public enum RuleClause: Hashable, Sendable {
    case who(WhoClause)
    case on(OnClause)
    case to(ToClause)
    /// `when` or `unless`; any number, all must agree.
    case condition(ConditionClause)
    case because(StringLiteral, SourceSpan)
    case expires(MomentLiteral, SourceSpan)
    case limit([LimitItem], SourceSpan)
    /// The groups or identities whose members may agree.
    case by([QualifiedName], SourceSpan)
    case quorum(IntegerLiteral, SourceSpan)
    case within(DurationLiteral, SourceSpan)
    case valid(Validity, SourceSpan)
    case column(ColumnClause)
    case value(ValueClause)
    case guarded(SourceSpan)
    case notify([QualifiedName], SourceSpan)

    /// From the clause's word to its last token.
    public var span: SourceSpan {
        switch self {
        case .who(let it): it.span
        case .on(let it): it.span
        case .to(let it): it.span
        case .condition(let it): it.span
        case .column(let it): it.span
        case .value(let it): it.span
        case .because(_, let span), .expires(_, let span), .limit(_, let span), .by(_, let span),
            .quorum(_, let span), .within(_, let span), .valid(_, let span), .guarded(let span),
            .notify(_, let span):
            span
        }
    }
}

/// `who any | names [except names]`.
public struct WhoClause: Hashable, Sendable {
    /// The word `any`; nil when names are listed.
    public var anySpan: SourceSpan?
    /// Identities and groups; empty when `anySpan` is set.
    public var names: [QualifiedName]
    /// Identities and groups left out again.
    public var except: [QualifiedName]
    public var span: SourceSpan

    public var isAny: Bool { anySpan != nil }
}

/// `on selectors [except selectors]`.
public struct OnClause: Hashable, Sendable {
    /// A resource is meant when any of these matches it; never empty.
    public var include: [ResourceSelector]
    /// … and none of these does.
    public var except: [ResourceSelector]
    public var span: SourceSpan
}

/// One way to point at resources.
public enum ResourceSelector: Hashable, Sendable {
    case any(SourceSpan)
    case name(QualifiedName)
    /// A word after `tag`.
    case tag(Name)

    public var span: SourceSpan {
        switch self {
        case .any(let span): span
        case .name(let name): name.span
        case .tag(let tag): tag.span
        }
    }
}

/// `to verbs objects, verbs objects, …`; also what stands after `never` and `always`.
public struct ToClause: Hashable, Sendable {
    /// Never empty; an access is meant when any of them matches it.
    public var verbClauses: [VerbClause]
    public var span: SourceSpan
}

/// `verb, verb [from|into|of|on] object, object`.
public struct VerbClause: Hashable, Sendable {
    /// Never empty.
    public var verbs: [VerbPattern]
    /// The word between verbs and objects, which means nothing.
    public var preposition: Name?
    /// Empty when none were written, which means every object.
    public var objects: [ObjectPattern]
    public var span: SourceSpan
}

/// A verb, or `any`.
public enum VerbPattern: Hashable, Sendable {
    case any(SourceSpan)
    /// A verb or a group of verbs (`read`, `write`, `define`); which it is depends on the resource's kind.
    case verb(Name)

    public var span: SourceSpan {
        switch self {
        case .any(let span): span
        case .verb(let name): name.span
        }
    }
}

/// `[class] segment[.segment[.segment]][(columns)]`.
public struct ObjectPattern: Hashable, Sendable {
    /// `table`, `view`, `index`, … after `create`, `alter`, `drop`, `comment`, `grant`, `revoke`. It holds for the
    /// objects after it as well, up to the next class word or verb: in `drop table a, b` both carry it, with the
    /// same span.
    public var objectClass: Name?
    /// One to three segments; empty only for a class alone (`drop table`), which means every object of the class.
    public var path: [ObjectSegment]
    /// The names in parentheses; nil when there are none. Never empty.
    public var columns: [ObjectSegment]?
    public var span: SourceSpan
}

/// One part of an object's name.
public struct ObjectSegment: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// The word `any`.
        case any
        /// A name: of a schema, table, column, function, or of a `set`.
        case name
        /// A string: a pattern of the resource's kind, or a name that is no plain word.
        case text
    }

    public var kind: Kind
    /// The name, the string's value, or `any`.
    public var text: String
    public var span: SourceSpan
}

/// One limit of a `limit` clause.
public struct LimitItem: Hashable, Sendable {
    public var limit: Limit
    public var span: SourceSpan
}

/// What is limited. Amounts are at least one.
public enum Limit: Hashable, Sendable {
    /// `10_000 rows`: rows of one result.
    case rows(Int64)
    /// `600 per minute`: requests in a period.
    case rate(Int64, per: RatePeriod)
    /// `30s runtime`: seconds one request may take.
    case runtime(seconds: Int64)
    /// `5 concurrent`: sessions or requests at once.
    case concurrent(Int64)
    /// `100 MiB bytes`: bytes of one result.
    case bytes(Int64)
}

/// The period of a rate.
public enum RatePeriod: String, Hashable, Sendable, CaseIterable {
    case second, minute, hour, day
}

/// How long an approval holds.
public enum Validity: Hashable, Sendable {
    case once
    case session
    case period(DurationLiteral)
}

/// `column targets with transform`.
public struct ColumnClause: Hashable, Sendable {
    /// Never empty.
    public var targets: [ColumnTarget]
    public var transform: Transform
    public var span: SourceSpan
}

/// `table.column`, `schema.table.column`, `any.column`, `table.{a, b}`.
public struct ColumnTarget: Hashable, Sendable {
    /// One or two segments: a table, or a schema and a table.
    public var table: [ObjectSegment]
    /// Never empty; more than one only in braces. A name may be that of a `set`.
    public var columns: [ObjectSegment]
    public var span: SourceSpan
}

/// `value detectors with transform`.
public struct ValueClause: Hashable, Sendable {
    /// Never empty.
    public var detectors: [QualifiedName]
    public var transform: Transform
    public var span: SourceSpan
}

/// What a mask makes of a value.
public struct Transform: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case null
        case redact
        case hash
        case zero, tokenize, year, domain
        /// `range(n)`: steps of n.
        case range(Int64)
        /// `partial(first: n, last: m)`: that many characters stay at each end; a missing one is 0, both are not.
        case partial(first: Int64, last: Int64)
        /// `last(n)`: the last n characters stay.
        case last(Int64)
    }

    public var kind: Kind
    public var span: SourceSpan
}
