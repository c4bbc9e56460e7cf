// What the policy and the gateway's configuration say of one issuer, and the checks before it is used.

/// The type that a policy declares for a claim.
public enum ClaimType: String, Sendable, Hashable, CaseIterable {
    case string, integer, boolean
    /// A JSON array in which every element is a string.
    case strings
    /// A JSON array in which every element is an integer.
    case integers
    /// Seconds since 1970 as a JSON number (RFC 7519's NumericDate), or a string of RFC 3339. A fraction of a second is dropped.
    case time
}

/// A claim that policy may use. A claim that is not declared is dropped.
public struct ClaimDeclaration: Sendable, Hashable {
    /// The claim's name at the top level of the token's payload, compared byte for byte.
    public var name: String
    public var type: ClaimType
    /// Whether a token without it is still accepted.
    public var optional: Bool

    public init(name: String, type: ClaimType, optional: Bool = false) {
        self.name = name
        self.type = type
        self.optional = optional
    }
}

/// The ways an issuer of tokens can vouch for a workload.
public enum IssuerKind: String, Sendable, Hashable, CaseIterable {
    /// An OpenID Connect provider.
    case oidc
    /// Tokens whose keys are in a file or at a URL.
    case jwks
}

/// Where an issuer's public keys are found.
public enum KeyLocation: Sendable, Hashable {
    /// A JWKS file, read again when it changes.
    case file(String)
    /// A JWKS document. `https`; `http` only to a loopback host.
    case url(String)
    /// Asked of the issuer itself: `<url>/.well-known/openid-configuration` (OpenID Connect Discovery 1.0).
    case discovery
}

/// One issuer of workload tokens.
public struct IssuerSettings: Sendable, Hashable {
    /// Its name in the policy.
    public var name: String
    public var kind: IssuerKind
    /// The exact `iss` of its tokens, compared byte for byte.
    public var url: String
    /// The `aud` that its tokens must carry, compared byte for byte.
    public var audience: String
    /// More of them: a token must carry one of all.
    public var otherAudiences: [String] = []
    public var algorithms: Set<SignatureAlgorithm>
    public var claims: [ClaimDeclaration]
    public var keys: KeyLocation

    public init(
        name: String, kind: IssuerKind, url: String, audience: String,
        algorithms: Set<SignatureAlgorithm> = SignatureAlgorithm.usual, claims: [ClaimDeclaration] = [],
        keys: KeyLocation = .discovery
    ) {
        self.name = name
        self.kind = kind
        self.url = url
        self.audience = audience
        self.algorithms = algorithms
        self.claims = claims
        self.keys = keys
    }
}

/// Why a set of issuers cannot be used. Every case names the issuer.
public enum IssuerConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    case duplicateName(issuer: String)
    /// Two issuers with the same `iss` must differ in their audience.
    case duplicateAudience(issuer: String, other: String)
    case missing(issuer: String, what: String)
    case tooLong(issuer: String, what: String)
    case noAlgorithm(issuer: String)
    case duplicateClaim(issuer: String, claim: String)
    case unsafeURL(issuer: String, reason: String)

    public var description: String {
        switch self {
        case .duplicateName(let issuer): "issuer \(issuer) is given twice"
        case .duplicateAudience(let issuer, let other):
            "issuers \(other) and \(issuer) have the same url and the same audience"
        case .missing(let issuer, let what): "issuer \(issuer): \(what) is missing"
        case .tooLong(let issuer, let what):
            "issuer \(issuer): \(what) is longer than \(IdentityLimits.settingBytes) bytes"
        case .noAlgorithm(let issuer): "issuer \(issuer): no signature algorithm is allowed"
        case .duplicateClaim(let issuer, let claim): "issuer \(issuer): claim \(claim) is declared twice"
        case .unsafeURL(let issuer, let reason): "issuer \(issuer): \(reason)"
        }
    }
}

extension IssuerSettings {
    /// Every `aud` that its tokens may carry.
    var audiences: [String] { [audience] + otherAudiences }

    func accepts(audience named: String) -> Bool { audiences.contains { $0.sameBytes(as: named) } }

    /// Checks this issuer alone.
    func check() throws(IssuerConfigurationError) {
        for (what, value) in [("name", name), ("url", url)] + audiences.map({ ("audience", $0) }) {
            try require(what, value)
        }
        if algorithms.isEmpty { throw .noAlgorithm(issuer: name) }
        var seen: Set<String> = []
        for claim in claims {
            try require("a claim's name", claim.name)
            if !seen.insert(claim.name).inserted { throw .duplicateClaim(issuer: name, claim: claim.name) }
        }
        switch keys {
        case .file(let path): try require("the path of its keys", path)
        case .url(let address): try requireSafe("the URL of its keys", address)
        case .discovery: try requireSafe("its url", url)
        }
    }

    private func require(_ what: String, _ value: String) throws(IssuerConfigurationError) {
        if value.isEmpty { throw .missing(issuer: name, what: what) }
        if value.utf8.count > IdentityLimits.settingBytes { throw .tooLong(issuer: name, what: what) }
    }

    private func requireSafe(_ what: String, _ address: String) throws(IssuerConfigurationError) {
        try require(what, address)
        do {
            _ = try SafeURL(address)
        } catch {
            throw .unsafeURL(issuer: name, reason: "\(what) \(error.reason)")
        }
    }

    /// Checks issuers one by one and against each other.
    static func check(_ issuers: [IssuerSettings]) throws(IssuerConfigurationError) {
        var names: Set<String> = []
        for (place, issuer) in issuers.enumerated() {
            try issuer.check()
            if !names.insert(issuer.name).inserted { throw .duplicateName(issuer: issuer.name) }
            for other in issuers[..<place]
            where other.url.sameBytes(as: issuer.url) && other.audiences.contains(where: { issuer.accepts(audience: $0) }) {
                throw .duplicateAudience(issuer: issuer.name, other: other.name)
            }
        }
    }
}

extension String {
    /// Equality of bytes. Swift's own `==` compares canonical forms, by which U+212A equals `K`: not for names that
    /// decide who somebody is.
    func sameBytes(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
