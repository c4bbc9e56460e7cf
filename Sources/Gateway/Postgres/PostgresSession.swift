// One session as a machine: bytes of either side in, bytes for the other side and a few wishes out. No channel, no clock.

import Decision
import Inspect
import Machine
import Mask
import NIOCore
import Recording

/// When something happened, as the handler read its clocks.
struct PostgresMoment: Equatable {
    /// Nanoseconds since 1970.
    var wall: UInt64
    /// Monotonic nanoseconds.
    var steady: UInt64
    var moment: Moment { Moment(seconds: Int64(wall / 1_000_000_000)) }
}

/// How a session ends.
enum PostgresEnd: Equatable {
    /// The client said Terminate.
    case terminated
    /// The client's connection was lost: what runs is cancelled.
    case clientLost
    /// The backend's connection ended; the client has been told.
    case backendGone
    /// The gateway ends it; the client is told when the stream is at a message's end.
    case fault(PostgresFault)
}

/// The session machine. It is fed on one event loop and is not `Sendable`.
///
/// After each event: `toBackend` and `toClient` hold what is to be written, `isClientHeld` and `isBackendHeld` say whose bytes wait,
/// `catalogueWish` asks for a younger catalogue, and `end` is set once when the session is over.
final class PostgresSession {
    let gate: Gate
    let recording: SessionRecording
    let observer: PostgresObserver
    /// A name no client can know: what refused messages are made to run into.
    let impossibleName: PostgresName

    var toBackend: PostgresOutlet
    var toClient: PostgresOutlet
    var expectations = PostgresExpectations()
    var now = PostgresMoment(wall: 0, steady: 0)

    // What the backend told.
    var transaction = PostgresTransactionState.idle
    var lexical: LexicalState
    var catalogue: PostgresCatalogue?

    // The client's stream.
    /// Bytes dealt with since the start: names a place in the stream.
    var clientPosition: UInt64 = 0
    /// Bytes of a message that is passed or dropped while it arrives.
    var clientRemainder = 0
    var isClientRemainderDropped = false
    /// What is dropped is a message too long to be judged, of this type and length: refused once all of it has come, as the backend would
    /// answer. Some clients do not look for an answer that came while they were still sending.
    var tooLong: (type: PostgresFrontend, total: Int)?
    /// After an error in the extended protocol: everything up to Sync is dropped, as the backend would.
    var isSkipping = false
    /// The backend takes copy data.
    var isCopyingIn = false
    /// Syncs that were sent into the last copy: ignored where the backend read that far, answered where it failed before.
    var sparedSyncs = 0
    /// Something sent may change how text is read; text waits until ReadyForQuery.
    var isLexicalStateUnsure = false
    /// Where in the row of answers the last such statement is: the first ReadyForQuery from there on ends the doubt.
    var unsureFrom: UInt64 = 0
    /// Since nothing ran outside a transaction last, something may have changed how text is read.
    var hasSetLexicalState = false
    /// A cancel request is on its way to the backend: nothing new is sent, so that it cannot hit the wrong statement.
    var isCancelling = false
    /// A cancel request may still be carried out, nobody knows when: this connection is nobody else's any more.
    var isCancelInDoubt = false
    /// The session is to end as soon as nothing runs: nothing new is taken.
    var isStopping = false
    /// Said as soon as the message that is on its way to the client is whole.
    var endsBehindMessage: PostgresFault?
    /// What was prepared and bound since the last Sync: exactly known, since a failure would have everything after it skipped.
    var freshStatements = PostgresFreshNames<PreparedStatement>()
    var freshPortals = PostgresFreshNames<[PreparedStatement]>()
    var waitsForCatalogue: PostgresWait?
    var catalogueWish: UInt64?

    // The backend's stream.
    var backendPosition: UInt64 = 0
    var backendRemainder = 0
    var backendRemainderMode = PostgresRemainder.pass
    var isFatalSent = false
    var copyOut: PostgresCopyOut?

    /// Put behind every statement that is sent.
    var comment: [UInt8] = []

    // Pooling.
    /// What is known of the backend's connection, where that is lent.
    var pooled: PostgresPooled?
    /// In transaction pooling: what goes from one connection to the next.
    var carrier: PostgresCarrier?
    /// The client has left in order, and the connection has nothing of its that a reset would not undo.
    var leavesClean = false

    // Approvals.
    /// The message that waits for people.
    var hold: PostgresHold?
    /// What the handler has not been told yet.
    var approvalNews: [PostgresApprovalNews] = []
    /// The client is to be told that its message waits.
    var owesNotice = false
    /// What people agreed to for portals, since they were bound.
    var agreements: [PostgresName: PortalAgreement] = [:]
    /// Begins the name of every request of this session.
    lazy var approvalPrefix = recording.id.description

    // Limits.
    /// What runs is to be cancelled: it has reached a limit.
    var wantsCancel = false
    /// Something has been executed in the extended protocol since the last ReadyForQuery.
    var hasExecuted = false
    /// A limit on time was met in this session: what runs has to be watched.
    var limitsRuntime = false
    /// The client was told of a failure that the backend does not know of: its transaction must fail as well.
    var failsAtReady = false
    /// A message waits until what was sent before it cannot be cut short any more.
    var isBehindLimit = false
    /// Executes that were sent since the last Sync.
    var batchExecutes = 0
    /// The limit for which a cancel was asked for last: it may come late, and hit the Sync.
    var cancelledFor: StatementLimits.Bound?
    /// What open portals and cursors have sent, where that is limited.
    var fetched: [PostgresName: PostgresFetched] = [:]

    // Masks.
    var masking: PostgresMasking?
    let maskedRow = MaskOutput(capacity: 16)
    /// Searches that failed under `masking`, as far as they were told.
    private var toldFailures: UInt64 = 0
    /// Rules of the result that is being sent, for a Query; an Execute has its own.
    var queryRules: PostgresRules?
    /// The oldest moment a catalogue may be of: shared by the sessions of the resource.
    let floor: PostgresCatalogueFloor
    /// DDL was seen whose transaction is not over.
    var isCatalogueChanging = false
    /// Tables that a fresh catalogue did not know either.
    var missingTables: Set<UInt32> = []
    /// Those of them that are not there for other connections: the catalogue was read after they had been described.
    var hiddenTables: Set<UInt32> = []
    /// When the catalogue was last asked for because of a table that it did not know.
    var missingSince: UInt64 = 0
    var made = PostgresMadeTables()

    private(set) var end: PostgresEnd?
    /// Something was running when the session ended.
    private(set) var endedWhileRunning = false

    init(
        gate: Gate, recording: SessionRecording, observer: PostgresObserver, impossibleName: String, lexical: LexicalState,
        floor: PostgresCatalogueFloor = PostgresCatalogueFloor(), allocator: ByteBufferAllocator = ByteBufferAllocator()
    ) {
        self.gate = gate
        self.recording = recording
        self.observer = observer
        self.impossibleName = PostgresName(impossibleName)
        self.lexical = lexical
        self.floor = floor
        toBackend = PostgresOutlet(allocator: allocator)
        toClient = PostgresOutlet(allocator: allocator)
    }

    // MARK: - Events

    /// Bytes from the client. Consumes every message that can be dealt with now; the rest stays in `input`.
    func client(_ input: inout ByteBuffer, at moment: PostgresMoment) {
        guard end == nil, input.readableBytes > 0 else { return }
        now = moment
        toBackend.begin(input)
        let consumed = input.withUnsafeReadableBytes { walkClient($0) }
        toBackend.end()
        input.moveReaderIndex(forwardBy: consumed)
    }

    /// Bytes from the backend.
    func backend(_ input: inout ByteBuffer, at moment: PostgresMoment) {
        guard input.readableBytes > 0, !isFatalSent else { return }
        now = moment
        toClient.begin(input)
        let consumed = input.withUnsafeReadableBytes { walkBackend($0) }
        recording.settle()
        toClient.end()
        if owesNotice { tellWaiting() }
        input.moveReaderIndex(forwardBy: consumed)
    }

    /// The client's connection is gone without a Terminate.
    func clientLost(at moment: PostgresMoment) {
        now = moment
        finish(.clientLost)
    }

    /// The backend's connection is gone. A client that was not told yet is told now.
    func backendLost(at moment: PostgresMoment) {
        now = moment
        if !isFatalSent, end == nil, backendRemainder == 0 {
            let fault = PostgresFault(.crashShutdown, "the database ended the connection", reason: "the backend's connection was lost")
            toClient.append { fault.write(to: &$0) }
            isFatalSent = true
        }
        if end == .terminated { settleOutstanding() }
        finish(.backendGone)
    }

    /// A catalogue was loaded, or could not be: then nothing is known, and what is unknown is withheld.
    func catalogueLoaded(_ loaded: PostgresCatalogue?) {
        catalogue = loaded
        catalogueWish = nil
        if masking != nil, masking?.catalogue !== catalogue { masking = nil }
        guard let wait = waitsForCatalogue else { return }
        waitsForCatalogue = nil
        satisfiedWaits.insert(wait)
    }
    /// Waits that were answered: they are not waited for again, whatever the answer was.
    var satisfiedWaits: Set<PostgresWait> = []

    /// Tells of cells that were withheld because a search failed.
    func tellFailedSearches() {
        guard let masking, masking.masker.failedSearches != toldFailures else { return }
        let failed = UInt64(masking.masker.failedSearches)
        // A masking of another plan counts from none.
        observer.searchesFailed(failed >= toldFailures ? failed - toldFailures : failed)
        toldFailures = failed
    }

    /// The gateway ends the session at a message's end, for the reason given.
    func stop(_ fault: PostgresFault, at moment: PostgresMoment) {
        now = moment
        fail(fault)
    }

    /// The gateway ends the session behind the message that is on its way to the client, which is told nothing in the middle of one.
    func stopAtOnce(_ fault: PostgresFault, at moment: PostgresMoment) {
        guard backendRemainder > 0, !isFatalSent else { return stop(fault, at: moment) }
        isStopping = true
        endsBehindMessage = fault
    }

    /// The session is to end as soon as nothing runs, for the reason given: nothing new is taken, and what was sent is answered, though
    /// its Sync has not come.
    func stopWhenQuiet(_ fault: PostgresFault, at moment: PostgresMoment) {
        isStopping = true
        guard !isQuiet, !expectations.lastOwesReady else { return }
        // The rest of a message would not come any more.
        if isMidMessage { return stop(fault, at: moment) }
        toBackend.append { PostgresCodec.empty(.flush, to: &$0) }
    }

    // MARK: - State for the handler

    /// The client's bytes wait for something else than the client.
    var isClientHeld: Bool {
        isStopping || isCancelling || waitsForCatalogue?.isForClient == true || isWaitingForText || isPipelineFull || isHeldForPeople
            || (isBehindLimit && isHeldBehindLimit) || (carrier != nil && isHeldForPool)
    }
    var isBackendHeld: Bool { waitsForCatalogue?.isForClient == false }
    /// A Parse or Query waits until it is known how its text is to be read.
    var isWaitingForText = false
    var isPipelineFull: Bool { expectations.count >= PostgresLimits.outstandingMessages }
    /// A message of the client's is going to the backend piece by piece: nothing else may be put there.
    var isMidMessage: Bool { clientRemainder > 0 && !isClientRemainderDropped }
    /// Something runs, so that a cancel request would hit it.
    var hasOutstandingStatement: Bool { !expectations.isEmpty }
    /// Nothing runs; a transaction may be open.
    var isQuiet: Bool { expectations.isEmpty || isCopyingIn }
    /// Between statements and outside a transaction: where a session may be ended without harm.
    var isIdle: Bool { expectations.isEmpty && transaction == .idle && !isSkipping && clientRemainder == 0 }

    var circumstances: Circumstances {
        let inTransaction: Ternary = expectations.keepTransaction ? Ternary(transaction != .idle) : .unknown
        return Circumstances(moment: now.moment, lexical: lexical, inTransaction: inTransaction)
    }

    var recordedCircumstances: RecordedCircumstances { RecordedCircumstances(circumstances) }

    // MARK: - Ending

    /// Ends the session with an error that the client is told, unless it stands in the middle of a message.
    func fail(_ fault: PostgresFault) {
        guard end == nil else { return }
        if !isFatalSent, backendRemainder == 0 {
            toClient.append { fault.write(to: &$0) }
            isFatalSent = true
        }
        finish(.fault(fault))
    }

    func finish(_ reason: PostgresEnd) {
        guard end == nil else { return }
        end = reason
        endHold(.withdrawn, hold?.sequence ?? 0, Self.words(of: reason))
        endedWhileRunning = !expectations.isEmpty
        // Whether it was committed is not told any more.
        if isCatalogueChanging { floor.raise(to: now.steady) }
        guard reason != .terminated else { return }
        settleOutstanding()
    }

    private static func words(of end: PostgresEnd) -> String {
        switch end {
        case .terminated: "the client ended the session"
        case .clientLost: "the client's connection was lost"
        case .backendGone: "the database ended the connection"
        case .fault(let fault): fault.publicText
        }
    }

    /// What was not answered is recorded as such.
    func settleOutstanding() {
        // A session that the gateway ended because of an answer: the message that was being answered is what it stopped.
        var stopped: SQLState?
        if case .fault(let fault) = end, fault.kind.stopsWhatRuns { stopped = SQLState(fault.kind.rawValue) }
        expectations.removeAll { expectation in
            guard expectation.sequence != 0, !expectation.hasFailed else { return }
            noteWatch(expectation)
            recording.outcome(
                expectation.sequence, nanoseconds: now.steady &- expectation.started, rows: expectation.rows,
                bytes: expectation.bytes, completed: expectation.completed, sqlstate: stopped ?? SQLState("08006"),
                isStopped: stopped != nil)
            if expectation.runs { stopped = nil }
        }
    }
}

/// What waits for a younger catalogue.
enum PostgresWait: Hashable {
    /// A message of the client, by how many bytes of the stream came before it.
    case client(UInt64)
    case backend(UInt64)
    var isForClient: Bool {
        switch self {
        case .client: true
        case .backend: false
        }
    }
}

/// What is done with the rest of a backend's message that has not arrived yet.
enum PostgresRemainder {
    case pass, drop, maskCopy
}

/// What the outside wants to know of decisions: counters, nothing that changes one.
struct PostgresObserver: Sendable {
    var decided: @Sendable (DecisionRecord.Effect) -> Void
    /// Searches of value masks that were not established: their cells were withheld.
    var searchesFailed: @Sendable (UInt64) -> Void
    /// A rule that only observes would have acted.
    var observed: @Sendable () -> Void = {}
    /// Something that channels are to be told of.
    var told: @Sendable (PostgresNotice) -> Void = { _ in }
    /// A watch held.
    var watched: @Sendable () -> Void = {}
    static let silent = PostgresObserver(decided: { _ in }, searchesFailed: { _ in })
}
