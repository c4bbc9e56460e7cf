// The two entries that come for every message, read from a journal in place.

/// A recorded message. Its slices point into the segment.
struct StatementEntry {
    let session: SessionID
    let sequence: UInt64
    let moment: UInt64
    let program: UInt64
    let masks: UInt64
    let fingerprint: UInt64
    let lexical: UInt64
    let rule: Int32
    let kind: UInt8
    let effect: UInt8
    let inTransaction: UInt8
    let text: UnsafeRawBufferPointer
    let name: UnsafeRawBufferPointer
    let portal: UnsafeRawBufferPointer
    let parameters: UnsafeRawBufferPointer

    /// nil when the lengths do not add up.
    init?(_ payload: UnsafeRawBufferPointer) {
        guard let base = payload.baseAddress, payload.count >= StatementLayout.fixedBytes else { return nil }
        func word(_ offset: Int) -> UInt64 { base.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
        func count(_ offset: Int) -> Int { Int(base.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) }
        let texts = count(StatementLayout.textCount)
        let names = count(StatementLayout.nameCount)
        let portals = count(StatementLayout.portalCount)
        let rest = count(StatementLayout.parameterCount)
        // Four 32-bit counts cannot overflow a 64-bit sum.
        guard StatementLayout.fixedBytes + texts + names + portals + rest == payload.count else { return nil }
        session = SessionID(high: word(StatementLayout.session), low: word(StatementLayout.session + 8))
        sequence = word(StatementLayout.sequence)
        guard sequence > 0, sequence <= RecordingLimits.messagesPerSession else { return nil }
        moment = word(StatementLayout.moment)
        program = word(StatementLayout.program)
        masks = word(StatementLayout.masks)
        fingerprint = word(StatementLayout.fingerprint)
        lexical = word(StatementLayout.lexical)
        rule = base.loadUnaligned(fromByteOffset: StatementLayout.rule, as: Int32.self)
        kind = base.load(fromByteOffset: StatementLayout.kind, as: UInt8.self)
        effect = base.load(fromByteOffset: StatementLayout.effect, as: UInt8.self)
        inTransaction = base.load(fromByteOffset: StatementLayout.inTransaction, as: UInt8.self)
        var place = base + StatementLayout.fixedBytes
        func slice(_ count: Int) -> UnsafeRawBufferPointer {
            defer { place += count }
            return UnsafeRawBufferPointer(start: place, count: count)
        }
        text = slice(texts)
        name = slice(names)
        portal = slice(portals)
        parameters = slice(rest)
    }

    /// Effect 1 is allow, 8 what people agreed to.
    var passes: Bool { effect == 1 || effect == 8 }
    /// Effect 7: what it came to is an entry of its own.
    var isHeld: Bool { effect == 7 }
}

/// What became of a message.
struct OutcomeEntry {
    let session: SessionID
    let sequence: UInt64
    let duration: UInt64
    let rows: UInt64
    let bytes: UInt64
    let completed: UInt32
    /// Five bytes in the segment, or none.
    let sqlstate: UnsafeRawBufferPointer
    let isStopped: Bool
    /// It tells as well of so many messages right before its own.
    let before: Int

    /// - Parameter message: one of those before, by its number. Those completed when this one did, and had no rows.
    init?(_ payload: UnsafeRawBufferPointer, of message: UInt64? = nil) {
        guard let base = payload.baseAddress, payload.count == OutcomeLayout.fixedBytes else { return nil }
        func word(_ offset: Int) -> UInt64 { base.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
        session = SessionID(high: word(OutcomeLayout.session), low: word(OutcomeLayout.session + 8))
        let own = word(OutcomeLayout.sequence)
        guard own > 0, own <= RecordingLimits.messagesPerSession else { return nil }
        before = Int(base.load(fromByteOffset: OutcomeLayout.before, as: UInt8.self))
        // The first message is number 1.
        guard own > before else { return nil }
        duration = word(OutcomeLayout.duration)
        let state = base + OutcomeLayout.sqlstate
        if let message, message < own {
            (sequence, rows, bytes, completed, isStopped) = (message, 0, 0, 1, false)
            sqlstate = UnsafeRawBufferPointer(start: state, count: 0)
        } else {
            sequence = own
            rows = word(OutcomeLayout.rows)
            bytes = word(OutcomeLayout.bytes)
            completed = base.loadUnaligned(fromByteOffset: OutcomeLayout.completed, as: UInt32.self)
            sqlstate = UnsafeRawBufferPointer(start: state, count: state.load(as: UInt8.self) == 0 ? 0 : 5)
            isStopped = base.load(fromByteOffset: OutcomeLayout.stopped, as: UInt8.self) == 1
        }
    }
}

/// A piece of a recorded result: where it lies.
struct ResultChunk {
    let session: SessionID
    let sequence: UInt64
    let part: UInt32
    let offset: UInt64
    let length: UInt32
    /// Name of the file in the recording's directory of results.
    let file: String

    init(session: SessionID, sequence: UInt64, part: UInt32, offset: UInt64, length: UInt32, file: String) {
        self.session = session
        self.sequence = sequence
        self.part = part
        self.offset = offset
        self.length = length
        self.file = file
    }

    init?(_ payload: UnsafeRawBufferPointer) {
        var reader = EntryReader(payload)
        session = reader.sessionID()
        sequence = reader.number()
        part = reader.number()
        offset = reader.number()
        length = reader.number()
        file = reader.text()
        guard reader.isComplete, sequence > 0, sequence <= RecordingLimits.messagesPerSession, !file.contains("/") else { return nil }
    }

    func encoded() -> [UInt8] {
        var writer = EntryWriter()
        writer.put(session)
        writer.put(sequence)
        writer.put(part)
        writer.put(offset)
        writer.put(length)
        writer.put(file)
        return writer.bytes
    }
}
