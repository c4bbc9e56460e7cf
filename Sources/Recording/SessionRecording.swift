// What one session does, entry by entry: each message before it is forwarded, its outcome after.

import Decision
import Machine

/// The recording of one session. Used on its event loop only; allocates nothing per message.
public final class SessionRecording {
    public let id: SessionID
    private let journal: Journal
    private var program: RecordedProgram
    private var sequence: UInt64
    private var events: UInt64 = 0
    /// Messages in a row that completed at the same time with nothing to tell: what comes of the one behind them can tell it too.
    private var quiet: (last: UInt64, count: UInt8, nanoseconds: UInt64) = (0, 0, 0)

    /// - Parameter sequence: the number of the last message already recorded.
    init(id: SessionID, journal: Journal, program: RecordedProgram, sequence: UInt64 = 0) {
        self.sequence = sequence
        self.id = id
        self.journal = journal
        self.program = program
    }

    /// From here on decisions are those of another program (after a reload).
    public func adopt(_ program: RecordedProgram) throws(RecordingError) {
        try journal.remember(program)
        self.program = program
    }

    /// Records one message and what was decided. When this returns, the message outlives this process: only now may it be forwarded.
    /// - Parameters:
    ///   - text: what the client sent, byte for byte, except the literal after `PASSWORD` in statements that make or change a role.
    ///   - name: of the prepared statement; empty when unnamed or not applicable.
    ///   - parameters: for `.bind`, the body of the message after the two names.
    ///   - maskNames: the mask rules behind `decision.masks`; asked for only the first time that these masks appear.
    ///   - nanoseconds: since 1970.
    /// - Returns: the number of the message in its session, from 1.
    /// - Throws: when it could not be recorded; it must then be refused.
    public func record(
        _ kind: MessageKind, text: UnsafeRawBufferPointer, name: UnsafeRawBufferPointer = .init(start: nil, count: 0),
        portal: UnsafeRawBufferPointer = .init(start: nil, count: 0),
        parameters: UnsafeRawBufferPointer = .init(start: nil, count: 0), decision: DecisionRecord,
        maskNames: @autoclosure () -> [String] = [], at nanoseconds: UInt64, circumstances: RecordedCircumstances
    ) throws(RecordingError) -> UInt64 {
        if (kind == .query || kind == .parse) && PasswordRedaction.mayBeNeeded(text) {
            let redacted = PasswordRedaction.redacted(text)
            return try redacted.withUnsafeBytes { bytes in
                // `withUnsafeBytes` does not carry a typed error, so it is carried as a value.
                Result { () throws(RecordingError) in
                    try write(kind, bytes, name, portal, parameters, decision, maskNames, nanoseconds, circumstances)
                }
            }.get()
        }
        return try write(kind, text, name, portal, parameters, decision, maskNames, nanoseconds, circumstances)
    }

    @inline(__always)
    private func write(
        _ kind: MessageKind, _ text: UnsafeRawBufferPointer, _ name: UnsafeRawBufferPointer, _ portal: UnsafeRawBufferPointer,
        _ parameters: UnsafeRawBufferPointer, _ decision: DecisionRecord, _ maskNames: () -> [String], _ nanoseconds: UInt64,
        _ circumstances: RecordedCircumstances
    ) throws(RecordingError) -> UInt64 {
        guard sequence < RecordingLimits.messagesPerSession else {
            throw .sessionTooLong(limit: RecordingLimits.messagesPerSession)
        }
        if !journal.knowsMasks(decision.masks, of: program) {
            try journal.remember(masks: decision.masks, named: maskNames(), of: program)
        }
        let count = StatementLayout.fixedBytes &+ text.count &+ name.count &+ portal.count &+ parameters.count
        guard count <= RecordingLimits.entryBytes else {
            throw .entryTooLong(bytes: count, limit: RecordingLimits.entryBytes)
        }
        let place = try journal.reserve(count)
        let number = sequence &+ 1
        place.storeBytes(of: id.high, toByteOffset: StatementLayout.session, as: UInt64.self)
        place.storeBytes(of: id.low, toByteOffset: StatementLayout.session &+ 8, as: UInt64.self)
        place.storeBytes(of: number, toByteOffset: StatementLayout.sequence, as: UInt64.self)
        place.storeBytes(of: nanoseconds, toByteOffset: StatementLayout.moment, as: UInt64.self)
        place.storeBytes(of: program.key, toByteOffset: StatementLayout.program, as: UInt64.self)
        place.storeBytes(of: decision.masks, toByteOffset: StatementLayout.masks, as: UInt64.self)
        place.storeBytes(of: decision.fingerprint, toByteOffset: StatementLayout.fingerprint, as: UInt64.self)
        place.storeBytes(of: circumstances.lexical, toByteOffset: StatementLayout.lexical, as: UInt64.self)
        place.storeBytes(of: decision.rule, toByteOffset: StatementLayout.rule, as: Int32.self)
        place.storeBytes(of: UInt32(truncatingIfNeeded: text.count), toByteOffset: StatementLayout.textCount, as: UInt32.self)
        place.storeBytes(of: UInt32(truncatingIfNeeded: name.count), toByteOffset: StatementLayout.nameCount, as: UInt32.self)
        place.storeBytes(of: UInt32(truncatingIfNeeded: portal.count), toByteOffset: StatementLayout.portalCount, as: UInt32.self)
        place.storeBytes(
            of: UInt32(truncatingIfNeeded: parameters.count), toByteOffset: StatementLayout.parameterCount, as: UInt32.self)
        place.storeBytes(of: kind.rawValue, toByteOffset: StatementLayout.kind, as: UInt8.self)
        place.storeBytes(of: decision.effect.rawValue, toByteOffset: StatementLayout.effect, as: UInt8.self)
        place.storeBytes(of: UInt16(circumstances.inTransaction.rawValue), toByteOffset: StatementLayout.inTransaction, as: UInt16.self)
        var rest = place + StatementLayout.fixedBytes
        rest = Self.copy(text, to: rest)
        rest = Self.copy(name, to: rest)
        rest = Self.copy(portal, to: rest)
        _ = Self.copy(parameters, to: rest)
        journal.publish(.statement, count)
        sequence = number
        return number
    }

    @inline(__always)
    private static func copy(_ bytes: UnsafeRawBufferPointer, to place: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
        guard let base = bytes.baseAddress else { return place }
        place.copyMemory(from: base, byteCount: bytes.count)
        return place + bytes.count
    }

    /// A message completed and there is nothing else to tell of it, as of most Parses and Binds. It is recorded with the outcome of the
    /// message behind it, or by `settle`, which is called before the client is sent anything of what was just read from the backend.
    public func completed(_ sequence: UInt64, nanoseconds: UInt64) {
        if quiet.count > 0, isNext(sequence, nanoseconds), quiet.count < 255 {
            quiet.last = sequence
            quiet.count += 1
        } else {
            settle()
            quiet = (sequence, 1, nanoseconds)
        }
    }

    private func isNext(_ sequence: UInt64, _ nanoseconds: UInt64) -> Bool {
        sequence == quiet.last &+ 1 && nanoseconds == quiet.nanoseconds
    }

    /// Records what `completed` has put off.
    @inline(__always)
    public func settle() {
        if quiet.count > 0 { settleQuiet() }
    }

    private func settleQuiet() {
        let (last, count, nanoseconds) = quiet
        quiet.count = 0
        write(last, before: count - 1, nanoseconds: nanoseconds, rows: 0, bytes: 0, completed: 1, sqlstate: nil, isStopped: false)
    }

    /// Records what became of a message. A failure to write it is counted by the recorder, since the message itself is recorded.
    /// - Parameters:
    ///   - nanoseconds: how long the backend took.
    ///   - completed: statements of the message that the backend ran to their end.
    ///   - sqlstate: the five ASCII bytes of the error's code, in order from the lowest byte; nil when there was no error.
    ///   - isStopped: the gateway had let the message through and stopped it nevertheless, as at a limit.
    public func outcome(
        _ sequence: UInt64, nanoseconds: UInt64, rows: UInt64, bytes: UInt64, completed: UInt32, sqlstate: SQLState? = nil,
        isStopped: Bool = false
    ) {
        var before: UInt8 = 0
        if quiet.count > 0 {
            if isNext(sequence, nanoseconds) { before = quiet.count } else { settleQuiet() }
            quiet.count = 0
        }
        write(
            sequence, before: before, nanoseconds: nanoseconds, rows: rows, bytes: bytes, completed: completed, sqlstate: sqlstate,
            isStopped: isStopped)
    }

    private func write(
        _ sequence: UInt64, before: UInt8, nanoseconds: UInt64, rows: UInt64, bytes: UInt64, completed: UInt32, sqlstate: SQLState?,
        isStopped: Bool
    ) {
        do throws(RecordingError) {
            let place = try journal.reserve(OutcomeLayout.fixedBytes)
            place.storeBytes(of: id.high, toByteOffset: OutcomeLayout.session, as: UInt64.self)
            place.storeBytes(of: id.low, toByteOffset: OutcomeLayout.session &+ 8, as: UInt64.self)
            place.storeBytes(of: sequence, toByteOffset: OutcomeLayout.sequence, as: UInt64.self)
            place.storeBytes(of: nanoseconds, toByteOffset: OutcomeLayout.duration, as: UInt64.self)
            place.storeBytes(of: rows, toByteOffset: OutcomeLayout.rows, as: UInt64.self)
            place.storeBytes(of: bytes, toByteOffset: OutcomeLayout.bytes, as: UInt64.self)
            place.storeBytes(of: completed, toByteOffset: OutcomeLayout.completed, as: UInt32.self)
            place.storeBytes(of: 0, toByteOffset: OutcomeLayout.sqlstate, as: UInt32.self)
            place.storeBytes(of: 0, toByteOffset: OutcomeLayout.sqlstate &+ 4, as: UInt64.self)
            if let sqlstate { sqlstate.store(at: place + OutcomeLayout.sqlstate) }
            if isStopped { place.storeBytes(of: 1, toByteOffset: OutcomeLayout.stopped, as: UInt8.self) }
            if before > 0 { place.storeBytes(of: before, toByteOffset: OutcomeLayout.before, as: UInt8.self) }
            journal.publish(.outcome, OutcomeLayout.fixedBytes)
        } catch {
            journal.note(error)
        }
    }

    /// Records what happened around a message, by the message's number; 0 where it is about none. When this returns it outlives this
    /// process.
    /// - Throws: when it could not be recorded; what it is about must then not be acted on.
    public func event(_ kind: RecordedEvent.Kind, of sequence: UInt64, at nanoseconds: UInt64) throws(RecordingError) {
        let entry = EventEntry(session: id, number: events + 1, sequence: sequence, moment: nanoseconds, kind)
        try journal.append(.event, entry.encoded())
        events += 1
    }

    /// A failure to write an event that nothing waits for is counted by the recorder.
    public func noteEvent(_ kind: RecordedEvent.Kind, of sequence: UInt64, at nanoseconds: UInt64) {
        do throws(RecordingError) {
            try event(kind, of: sequence, at: nanoseconds)
        } catch {
            journal.note(error)
        }
    }

    /// The session is over: when, in nanoseconds since 1970, and why, in a few words for people.
    public func end(at nanoseconds: UInt64, reason: String) {
        settle()
        do throws(RecordingError) {
            var writer = EntryWriter()
            writer.put(id)
            writer.put(nanoseconds)
            writer.put(reason)
            try journal.append(.sessionEnd, writer.bytes)
        } catch {
            journal.note(error)
        }
    }
}
