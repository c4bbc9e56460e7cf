// What a session and a request tell the machine: facts that stay, and facts of the moment.

/// What is known when a session starts.
public struct SessionFacts: Sendable {
    public var caller: Caller
    /// Where the client connected from; nil when that has no address: `request.source` is then unknown.
    public var source: NetworkAddress?
    public var start: Moment
    /// The reason the caller gave; nil: unknown.
    public var reason: String?

    public init(caller: Caller, source: NetworkAddress?, start: Moment, reason: String? = nil) {
        self.caller = caller
        self.source = source
        self.start = start
        self.reason = reason
    }
}

/// What is known of one request beside its inspection. Pointers are read during `decide` only.
public struct RequestFacts {
    public var moment: Moment
    /// Whether the session is inside an open transaction.
    public var inTransaction: Ternary
    /// `statement.first_seen` of each statement, in order; a missing one is unknown.
    public var firstSeen: UnsafeBufferPointer<Ternary>
    /// All headers of an HTTP request, in any order. Whoever cannot tell them all must refuse the message: a header that is not here counts
    /// as absent.
    public var headers = UnsafeBufferPointer<HeaderField>(start: nil, count: 0)
    /// What came of the message; nil before that is known: `result.rows` and `result.bytes` are then unknown.
    public var result: ResultFacts?
    /// The message that the inspection's statement texts are ranges of; empty: `statement.text` is unknown.
    public var message: UnsafeRawBufferPointer

    public init(
        moment: Moment, inTransaction: Ternary = .unknown,
        firstSeen: UnsafeBufferPointer<Ternary> = UnsafeBufferPointer(start: nil, count: 0),
        message: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0)
    ) {
        self.moment = moment
        self.inTransaction = inTransaction
        self.firstSeen = firstSeen
        self.message = message
    }
}

/// What came of a message, for `watch`.
public struct ResultFacts: BitwiseCopyable, Sendable, Hashable {
    /// Rows that the client was sent.
    public var rows: UInt64
    /// Bytes of those rows.
    public var bytes: UInt64
    public init(rows: UInt64, bytes: UInt64) {
        self.rows = rows
        self.bytes = bytes
    }
}
