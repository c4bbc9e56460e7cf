// A policy's own examples as plain data: whoever runs them needs neither parser nor compiler.

import Machine
import PolicyLang

/// One `test` declaration, resolved.
public struct PolicyTest: Sendable, Hashable {
    public var title: String
    /// The identity's name in the program.
    public var identity: String
    /// The name of the identity's issuer in the program.
    public var issuer: String
    /// What the token says: what the identity's condition demands by `==`, and what the test's `with` sets.
    public var claims: [String: ClaimValue]
    /// `with { identity.proof = mtls }`; nil means `bearer`. Of an issuer of certificates always `mtls`.
    public var proof: Proof?
    /// `with { request.source = "10.0.0.7" }`: an address as text.
    public var source: String?
    /// `with { session.reason = "…" }`.
    public var reason: String?
    /// The resource's name in the program.
    public var resource: String
    /// `at`; nil when the test does not say.
    public var moment: Moment?
    public var examples: [Example]
    /// The whole declaration.
    public var span: SourceSpan

    public enum Example: Sendable, Hashable {
        case message(Message)
        case row(Row)
    }

    /// `"text" -> outcome [by rule]`.
    public struct Message: Sendable, Hashable {
        public var text: String
        public var outcome: TestOutcome
        /// The name in the program of the rule that must be the reason.
        public var rule: String?
        public var span: SourceSpan
    }

    /// `row [table] { … } -> { … }`.
    public struct Row: Sendable, Hashable {
        /// Nil when no table was written: masks of any table's columns of these names apply.
        public var schema: String?
        public var table: String?
        public var cells: [Cell]
        public var expected: [Cell]
        public var span: SourceSpan
    }

    public struct Cell: Sendable, Hashable {
        public var column: String
        /// The value as PostgreSQL's text format would have it; nil is NULL.
        public var value: String?
        public var span: SourceSpan
    }
}
