// Declarations of who and where: issuers, identities, groups, resources, and named sets and conditions.

/// `issuer NAME : KIND { settings }`.
public struct IssuerDeclaration: Hashable, Sendable {
    public var name: Name
    /// The word after the colon as written.
    public var kindName: Name
    /// Nil when `kindName` is no known kind (there is a diagnostic then).
    public var kind: IssuerKind?
    public var settings: [IssuerSetting]
    public var doc: DocComment?
    public var span: SourceSpan

    /// The first setting with this key.
    public func setting(_ key: String) -> IssuerSetting? { settings.first { $0.key.text == key } }

    /// The declared claims; empty when there is no `claims` setting.
    public var claims: [ClaimDeclaration] {
        for setting in settings {
            if case .claims(let claims, _) = setting.value { return claims }
        }
        return []
    }
}

/// The ways a workload can be vouched for.
public enum IssuerKind: String, Hashable, Sendable, CaseIterable {
    case oidc, jwks, mtls, saml
}

/// One `key value` line of an issuer.
public struct IssuerSetting: Hashable, Sendable {
    public var key: Name
    public var value: IssuerValue
    public var span: SourceSpan
}

/// A setting's value; which shape a key takes is fixed by the key (`IssuerKeys`).
public enum IssuerValue: Hashable, Sendable {
    /// One or more strings, by commas: `audience "a", "b"`.
    case strings([StringLiteral])
    /// One or more words, by commas: `algorithms RS256, ES256`.
    case words([Name])
    /// `claims { … }`, with the span of the braces.
    case claims([ClaimDeclaration], SourceSpan)
}

/// `name type [optional]` inside `claims`.
public struct ClaimDeclaration: Hashable, Sendable {
    public var name: Name
    public var type: ClaimType
    public var typeSpan: SourceSpan
    public var isOptional: Bool
    public var span: SourceSpan
}

/// The type of a claim: a scalar, or a set of one.
public enum ClaimType: Hashable, Sendable {
    case scalar(ClaimScalar)
    case set(of: ClaimElement)
}

/// The scalar types a claim may have.
public enum ClaimScalar: String, Hashable, Sendable, CaseIterable {
    case string, int, bool, time
}

/// What a claim that is a set may hold.
public enum ClaimElement: String, Hashable, Sendable, CaseIterable {
    case string, int
}

/// `identity NAME from ISSUER { when … }`.
public struct IdentityDeclaration: Hashable, Sendable {
    public var name: Name
    public var issuer: QualifiedName
    /// All must hold. Empty means every token of the issuer.
    public var conditions: [ConditionClause]
    public var doc: DocComment?
    public var span: SourceSpan
}

/// `group NAME { a, b }` or `group NAME from ISSUER { when … }`.
public struct GroupDeclaration: Hashable, Sendable {
    public var name: Name
    public var membership: GroupMembership
    public var doc: DocComment?
    public var span: SourceSpan
}

/// How one gets into a group.
public enum GroupMembership: Hashable, Sendable {
    /// Identities (or groups) by name.
    case members([QualifiedName])
    /// A condition on the claims of one issuer's tokens; all clauses must hold.
    case claims(issuer: QualifiedName, conditions: [ConditionClause])
}

/// `resource NAME : KIND { … }`.
public struct ResourceDeclaration: Hashable, Sendable {
    public var name: Name
    /// The word after the colon as written.
    public var kindName: Name
    /// Nil when `kindName` is no known kind (there is a diagnostic then).
    public var kind: ResourceKind?
    public var tags: [Name]
    /// The schemas of `search_path`; nil when there is no such line.
    public var searchPath: [Name]?
    public var schema: StringLiteral?
    public var doc: DocComment?
    public var span: SourceSpan
}

/// What a resource speaks.
public enum ResourceKind: String, Hashable, Sendable, CaseIterable {
    case postgres, mysql, ssh, kubernetes, http
}

/// `set NAME = { … }`.
public struct SetDeclaration: Hashable, Sendable {
    public var name: Name
    public var value: SetLiteral
    public var doc: DocComment?
    public var span: SourceSpan
}

/// `let NAME = condition`.
public struct LetDeclaration: Hashable, Sendable {
    public var name: Name
    public var condition: Condition
    public var doc: DocComment?
    public var span: SourceSpan
}
