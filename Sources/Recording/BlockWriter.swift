// Builds one block of messages in memory that is used again for the next.

/// A text that goes into a block, or stands for one that is kept elsewhere.
enum BlockText {
    case inline(UnsafeRawBufferPointer)
    case shared(Int64)
}

final class BlockWriter {
    private var memory: UnsafeMutableRawBufferPointer
    private var used = 0
    private var state = BlockState()

    init(capacity: Int = 64 * 1024) {
        memory = .allocate(byteCount: max(capacity, 64), alignment: 8)
    }

    deinit { memory.deallocate() }

    var isEmpty: Bool { used == 0 }
    var count: Int { used }
    /// Valid until the next message is added.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<used]) }

    /// Begins the next block.
    func clear() {
        used = 0
        state = BlockState()
    }

    /// Adds a message. `bind` is the Bind that is kept within the row of its Execute.
    func add(_ entry: StatementEntry, text: BlockText, program: Int64, outcome: OutcomeEntry?, bind: StatementEntry?) {
        let name = bind?.name ?? entry.name
        let parameters = bind?.parameters ?? entry.parameters
        let inline: UnsafeRawBufferPointer
        if case .inline(let bytes) = text { inline = bytes } else { inline = UnsafeRawBufferPointer(start: nil, count: 0) }
        reserve(160 + inline.count + name.count + entry.portal.count + parameters.count)
        if used == 0 { put(BlockFormat.first) }
        put(bind == nil ? entry.kind : RowKind.boundExecute)
        let start = used
        used += 3
        var fields: BlockField = []
        if entry.sequence != state.sequence &+ 1 {
            fields.insert(.sequence)
            put(signed: Int64(bitPattern: entry.sequence &- state.sequence))
        }
        if entry.moment != state.moment {
            fields.insert(.moment)
            put(signed: Int64(bitPattern: entry.moment &- state.moment))
        }
        if !inline.isEmpty {
            fields.insert(.text)
            put(sized: inline)
        }
        if case .shared(let number) = text {
            fields.insert(.sharedText)
            put(number: UInt64(bitPattern: number))
        }
        put(name, as: .name, &fields)
        put(entry.portal, as: .portal, &fields)
        put(parameters, as: .parameters, &fields)
        // Left out for an allow, which most are.
        if entry.effect != 1 {
            fields.insert(.effect)
            put(entry.effect)
        }
        putDifferences(entry, program, &fields)
        if let outcome { put(outcome, &fields) }
        state.sequence = entry.sequence
        state.moment = entry.moment
        for byte in 0..<3 { memory[start + byte] = UInt8(truncatingIfNeeded: fields.rawValue >> (8 * UInt32(byte))) }
    }

    private func putDifferences(_ entry: StatementEntry, _ program: Int64, _ fields: inout BlockField) {
        if entry.rule != state.rule {
            fields.insert(.rule)
            put(signed: Int64(entry.rule))
            state.rule = entry.rule
        }
        if program != state.program {
            fields.insert(.program)
            put(number: UInt64(bitPattern: program))
            state.program = program
        }
        if entry.masks != state.masks {
            fields.insert(.masks)
            put(word: entry.masks)
            state.masks = entry.masks
        }
        if entry.fingerprint != state.fingerprint {
            fields.insert(.fingerprint)
            put(word: entry.fingerprint)
            state.fingerprint = entry.fingerprint
        }
        if entry.lexical != state.lexical {
            fields.insert(.lexical)
            put(number: entry.lexical)
            state.lexical = entry.lexical
        }
        if entry.inTransaction != state.inTransaction {
            fields.insert(.inTransaction)
            put(entry.inTransaction)
            state.inTransaction = entry.inTransaction
        }
    }

    private func put(_ outcome: OutcomeEntry, _ fields: inout BlockField) {
        fields.insert(.outcome)
        put(number: outcome.duration)
        put(number: outcome.rows)
        put(number: outcome.bytes)
        put(number: UInt64(outcome.completed))
        if outcome.sqlstate.count == 5 {
            fields.insert(.sqlstate)
            put(raw: outcome.sqlstate)
        }
    }

    // MARK: - Bytes; room was made by `add`

    private func reserve(_ more: Int) {
        guard memory.count - used < more else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: max(memory.count * 2, used + more), alignment: 8)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<used]))
        memory.deallocate()
        memory = larger
    }

    @inline(__always) private func put(_ byte: UInt8) {
        memory[used] = byte
        used += 1
    }
    private func put(word: UInt64) {
        memory.storeBytes(of: word.littleEndian, toByteOffset: used, as: UInt64.self)
        used += 8
    }
    private func put(number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            put(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        put(UInt8(truncatingIfNeeded: rest))
    }
    private func put(signed value: Int64) { put(number: UInt64(bitPattern: value << 1 ^ value >> 63)) }
    private func put(raw bytes: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(rebasing: memory[used...]).copyMemory(from: bytes)
        used += bytes.count
    }
    private func put(sized bytes: UnsafeRawBufferPointer) {
        put(number: UInt64(bytes.count))
        put(raw: bytes)
    }
    private func put(_ bytes: UnsafeRawBufferPointer, as field: BlockField, _ fields: inout BlockField) {
        guard !bytes.isEmpty else { return }
        fields.insert(field)
        put(sized: bytes)
    }
}
