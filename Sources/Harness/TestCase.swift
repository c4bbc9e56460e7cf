// A policy's own examples as plain data: who, where, when, and what must come of each message and row.

import Machine

/// Where something is written: a policy file, and the line from 1.
public struct TestPlace: Sendable, Hashable, Codable {
    public var path: String
    public var line: Int
    public init(path: String, line: Int) {
        self.path = path
        self.line = line
    }
}

/// One test: a session of its own, with its steps in order. What an earlier message prepares, a later one may execute.
public struct TestCase: Sendable, Hashable {
    public var title: String
    /// The identity that the claims must make.
    public var identity: String
    public var claims: VerifiedClaims
    /// An address as text; nil when the test does not say.
    public var source: String?
    public var reason: String?
    public var resource: String
    public var moment: Moment
    public var steps: [Step]
    public var place: TestPlace

    public enum Step: Sendable, Hashable {
        case message(MessageStep)
        case row(RowStep)
    }

    public enum Expectation: String, Sendable, Hashable, Codable {
        case allow, deny
        /// People have to agree first; the test goes on as if they had.
        case approve
    }

    /// A message, and the decision it must come to.
    public struct MessageStep: Sendable, Hashable {
        public var text: String
        public var expected: Expectation
        /// The rule that must be the reason.
        public var rule: String?
        public var place: TestPlace
        public init(text: String, expected: Expectation, rule: String? = nil, place: TestPlace) {
            self.text = text
            self.expected = expected
            self.rule = rule
            self.place = place
        }
    }

    /// A row, and what the masks must make of it. Cells that are not named in `expected` may become anything.
    public struct RowStep: Sendable, Hashable {
        /// nil: of any table.
        public var schema: String?
        public var table: String?
        public var cells: [Cell]
        public var expected: [Cell]
        public var place: TestPlace
        public init(schema: String? = nil, table: String? = nil, cells: [Cell], expected: [Cell], place: TestPlace) {
            self.schema = schema
            self.table = table
            self.cells = cells
            self.expected = expected
            self.place = place
        }
    }

    /// A column's value in PostgreSQL's text format; nil is NULL.
    public struct Cell: Sendable, Hashable {
        public var column: String
        public var value: String?
        public init(column: String, value: String?) {
            self.column = column
            self.value = value
        }
    }

    public init(
        title: String, identity: String, claims: VerifiedClaims, source: String? = nil, reason: String? = nil, resource: String,
        moment: Moment, steps: [Step], place: TestPlace
    ) {
        self.title = title
        self.identity = identity
        self.claims = claims
        self.source = source
        self.reason = reason
        self.resource = resource
        self.moment = moment
        self.steps = steps
        self.place = place
    }
}
