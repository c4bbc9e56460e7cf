// What every declared name came to mean, as plain data for `explain`, the docs and editors.

import Machine
import PolicyLang

/// The declarations of a compilation, in the order of the program.
public struct PolicyModel: Sendable, Hashable {
    /// The root's dotted name; empty when there was none.
    public var root = ""
    public var issuers: [Issuer] = []
    public var identities: [Named] = []
    public var groups: [Named] = []
    public var resources: [Resource] = []
    public var rules: [Rule] = []

    /// A name with its documentation and place.
    public struct Named: Sendable, Hashable {
        /// As the program and the recordings have it: bare in the root policy, else `policy.name`.
        public var name: String
        /// The `///` text before the declaration.
        public var doc: String?
        /// The declared name's place.
        public var span: SourceSpan
    }

    public struct Issuer: Sendable, Hashable {
        public var named: Named
        public var claims: [Claim]
    }

    public struct Claim: Sendable, Hashable {
        public var name: String
        public var type: FactType
        public var isOptional: Bool
    }

    public struct Resource: Sendable, Hashable {
        public var named: Named
        public var kind: Machine.ResourceKind
        public var tags: [String]
        public var searchPath: [String]
    }

    public struct Rule: Sendable, Hashable {
        public var named: Named
        public var effect: Machine.Effect
        public var isObserved: Bool
        /// Names of the identities that the rule can be about.
        public var identities: [String]
        /// Those of them that it is about only when their token's claims put them into, or out of, a group.
        public var identitiesByClaims: Set<String> = []
        /// Names of the resources it is about.
        public var resources: [String]
        public var because: String?
        /// The whole declaration.
        public var span: SourceSpan
    }
}
