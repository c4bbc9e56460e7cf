// First in, first out: the answers that a backend owes, in the order of the messages that were sent to it.

/// A ring in memory of its own: it is looked at several times for each message of either side, which neither copies an element nor
/// counts a reference.
struct PostgresExpectations: ~Copyable {
    private var elements: UnsafeMutablePointer<PostgresExpectation>
    /// A power of two.
    private var capacity: Int
    private var start = 0
    private(set) var count = 0
    /// Answers that were taken out since the start: with `count`, names the place of an answer for as long as the session lives.
    private(set) var taken: UInt64 = 0
    /// How many of them a limit may cut short.
    private(set) var cuttable = 0

    init() {
        capacity = 16
        elements = .allocate(capacity: capacity)
    }

    deinit {
        for index in 0..<count { (elements + ((start &+ index) & (capacity &- 1))).deinitialize(count: 1) }
        elements.deallocate()
    }

    var isEmpty: Bool { count == 0 }

    /// The place of an element; only for a number below `count`, and only until the next change.
    @inline(__always)
    private func place(_ index: Int) -> UnsafeMutablePointer<PostgresExpectation> { elements + ((start &+ index) & (capacity &- 1)) }

    var first: PostgresExpectation? { count == 0 ? nil : place(0).pointee }
    var last: PostgresExpectation? { count == 0 ? nil : place(count &- 1).pointee }
    var firstKind: PostgresExpectation.Kind? { count == 0 ? nil : place(0).pointee.kind }
    /// nil as well where nothing is kept about the first message.
    var firstStatement: PostgresStatement? { count == 0 ? nil : place(0).pointee.statement }
    /// The gateway sent the first message itself.
    var firstIsOurs: Bool { count > 0 && place(0).pointee.isOurs }
    var firstIsLimited: Bool { count > 0 && place(0).pointee.isLimited }
    /// What was sent last may be cut short, and its Sync waits for that.
    var lastHoldsSync: Bool { count > 0 && place(count &- 1).pointee.holdsSync }
    /// What the backend is at: the first that runs. Answers before it may still be in the backend's buffer.
    var running: PostgresExpectation? {
        for index in 0..<count where place(index).pointee.runs { return place(index).pointee }
        return nil
    }
    var runningCount: Int {
        var found = 0
        for index in 0..<count where place(index).pointee.runs && !place(index).pointee.hasFailed { found += 1 }
        return found
    }
    /// nil where nothing is owed after the first.
    var secondKind: PostgresExpectation.Kind? { count < 2 ? nil : place(1).pointee.kind }
    /// Whether nothing comes between an answer to the last message and ReadyForQuery; true where nothing is owed.
    var lastOwesReady: Bool { count == 0 || place(count &- 1).pointee.owesReady }

    /// Whether the answer that is owed first is of one of two kinds, and neither has failed nor was to fail.
    @inline(__always)
    func owes(_ kind: PostgresExpectation.Kind, _ other: PostgresExpectation.Kind) -> Owed {
        guard count > 0 else { return .no }
        let first = place(0)
        guard first.pointee.kind == kind || first.pointee.kind == other, !first.pointee.hasFailed else { return .no }
        return first.pointee.isRefused ? .refused : .yes
    }
    enum Owed {
        case yes, no
        /// What had to fail did not.
        case refused
    }

    /// Nothing that is owed can begin or end a transaction. Few are looked at: a client that sends more at once is told less.
    var keepTransaction: Bool {
        guard count <= 8 else { return false }
        for index in 0..<count {
            switch place(index).pointee.kind {
            case .parse, .bind, .describeStatement, .describePortal, .close: break
            case .query, .execute, .sync, .functionCall, .copyEnd: return false
            }
        }
        return true
    }

    mutating func append(_ expectation: consuming PostgresExpectation) {
        if count == capacity { grow() }
        if expectation.mayBeCut { cuttable &+= 1 }
        place(count).initialize(to: expectation)
        count &+= 1
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<PostgresExpectation>.allocate(capacity: capacity * 2)
        for index in 0..<count { (larger + index).moveInitialize(from: place(index), count: 1) }
        elements.deallocate()
        elements = larger
        capacity *= 2
        start = 0
    }

    /// Changes the answer that is owed first.
    @inline(__always)
    mutating func modifyFirst(_ change: (inout PostgresExpectation) -> Void) {
        if count > 0 { change(&place(0).pointee) }
    }

    mutating func modifyLast(_ change: (inout PostgresExpectation) -> Void) {
        if count > 0 { change(&place(count &- 1).pointee) }
    }

    /// The first answer has come. Ends of copies that nobody waited for any more go with it.
    @discardableResult
    mutating func removeFirst() -> PostgresExpectation? {
        guard count > 0 else { return nil }
        let found = takeFirst()
        while firstKind == .copyEnd { _ = takeFirst() }
        return found
    }

    @inline(__always)
    private mutating func takeFirst() -> PostgresExpectation {
        let found = place(0).move()
        if found.mayBeCut { cuttable &-= 1 }
        start = (start &+ 1) & (capacity &- 1)
        count &-= 1
        taken &+= 1
        return found
    }

    private mutating func remove(at index: Int) {
        place(index).deinitialize(count: 1)
        for later in index &+ 1..<count { place(later &- 1).moveInitialize(from: place(later), count: 1) }
        count &-= 1
        taken &+= 1
    }

    /// After an error in the extended protocol the backend skips everything up to the next Sync, a Query included
    /// (`ignore_till_sync` in postgres.c). `skipped` sees each in order. False when no Sync has been sent yet.
    mutating func skipToSync(_ skipped: (PostgresExpectation) -> Void) -> Bool {
        while count > 0 {
            if firstKind == .sync { return true }
            skipped(takeFirst())
        }
        return false
    }

    /// The backend asks for copy data: it ignores every Sync until the data ends (`CopyGetData` in copyfromparse.c).
    /// Returns whether that end has been sent already; `isCut` tells that another message came first, which makes the copy fail, if it was
    /// not going to before it read anything: then the Syncs before that message are answered, and stay. `spared` counts those taken out.
    mutating func beginCopyIn() -> (ended: Bool, isCut: Bool, spared: Int) {
        var syncs = 1
        while syncs < count, place(syncs).pointee.kind == .sync { syncs &+= 1 }
        if syncs < count, place(syncs).pointee.kind != .copyEnd { return (false, true, 0) }
        let spared = syncs &- 1
        while syncs > 1 {
            remove(at: 1)
            syncs &-= 1
        }
        guard count > 1 else { return (false, false, spared) }
        remove(at: 1)
        return (true, false, spared)
    }

    /// Whether an answer from this place on, counted as `taken` is, ends in ReadyForQuery.
    func owesReady(from place: UInt64) -> Bool {
        var index = place > taken ? Int(clamping: place &- taken) : 0
        while index < count {
            if self.place(index).pointee.owesReady { return true }
            index &+= 1
        }
        return false
    }

    /// Whether the Sync up to which an error now would skip is one that the gateway added with what fails.
    var nextSyncIsOurs: Bool {
        for index in 0..<count where place(index).pointee.kind == .sync {
            return place(index).pointee.isOurs && !place(index).pointee.endsHeldBatch
        }
        return false
    }

    /// Whether a message that is still to be answered, after the first, satisfies `condition`.
    func laterContains(_ condition: (PostgresExpectation) -> Bool) -> Bool { contains(from: 1, condition) }

    func contains(_ condition: (PostgresExpectation) -> Bool) -> Bool { contains(from: 0, condition) }

    @inline(__always)
    private func contains(from begin: Int, _ condition: (PostgresExpectation) -> Bool) -> Bool {
        var index = begin
        while index < count {
            if condition(place(index).pointee) { return true }
            index &+= 1
        }
        return false
    }

    mutating func removeAll(_ each: (PostgresExpectation) -> Void) {
        while count > 0 { each(takeFirst()) }
    }
}
