// Who is asking: claims a verified proof carried, and the one identity they make.

/// How strong the proof was that the caller showed. Ordered: `bearer` < `dpop` < `mtls`.
public enum Proof: UInt8, Sendable, Comparable, CaseIterable {
    case bearer = 1
    case dpop, mtls
    public static func < (a: Proof, b: Proof) -> Bool { a.rawValue < b.rawValue }
    public var name: String { "\(self)" }
}

/// The value of a declared claim, already checked against its declared type.
public enum ClaimValue: Sendable, Hashable {
    case string(String)
    case integer(Int64)
    case boolean(Bool)
    case strings([String])
    case integers([Int64])
    /// Seconds since 1970.
    case time(Int64)
}

/// What a verified proof said, before policy has named an identity. Only declared claims are here.
public struct VerifiedClaims: Sendable, Hashable {
    /// The issuer's name in the policy.
    public var issuer: String
    public var subject: String
    public var values: [String: ClaimValue]
    public var proof: Proof
    /// When the proof ends, in seconds since 1970 (UTC); nil when it has no end of its own.
    public var expires: Int64?
    /// The token's own id (`jti`), where it had one.
    public var tokenID: String?

    public init(
        issuer: String, subject: String, values: [String: ClaimValue], proof: Proof, expires: Int64? = nil,
        tokenID: String? = nil
    ) {
        self.issuer = issuer
        self.subject = subject
        self.values = values
        self.proof = proof
        self.expires = expires
        self.tokenID = tokenID
    }
}

/// A workload with exactly one identity. Made by `VerifiedProgram.identify`.
public struct Caller: Sendable, Hashable {
    public var identity: String
    /// Sorted names of the groups it is in.
    public var groups: [String]
    /// Sorted names of the groups that it may be in: whether it is rests on claims that its token lacks. What forbids holds for it as for a
    /// member, what permits as for one who is none.
    public var possibleGroups: [String]
    public var claims: VerifiedClaims

    package init(identity: String, groups: [String], possibleGroups: [String] = [], claims: VerifiedClaims) {
        self.identity = identity
        self.groups = groups
        self.possibleGroups = possibleGroups
        self.claims = claims
    }
}

/// A moment, in whole seconds since 1970-01-01T00:00Z. The decision plane has no clock: this is always a parameter.
public struct Moment: Sendable, Hashable, Comparable {
    public var seconds: Int64
    public init(seconds: Int64) { self.seconds = seconds }
    public static func < (a: Moment, b: Moment) -> Bool { a.seconds < b.seconds }
}
