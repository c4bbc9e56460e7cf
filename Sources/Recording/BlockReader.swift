// Reads the messages of a block. It believes nothing: a block that is not whole says so, and gives no message it did not have.

/// One message as a block has it; its slices point into the block.
struct BlockMessage {
    var kind: UInt8 = 0
    var effect: UInt8 = 1
    var state = BlockState()
    var text = UnsafeRawBufferPointer(start: nil, count: 0)
    var sharedText: Int64?
    var name = UnsafeRawBufferPointer(start: nil, count: 0)
    var portal = UnsafeRawBufferPointer(start: nil, count: 0)
    var parameters = UnsafeRawBufferPointer(start: nil, count: 0)
    var outcome: Outcome?

    struct Outcome {
        let duration: UInt64
        let rows: UInt64
        let bytes: UInt64
        let completed: UInt32
        let sqlstate: UnsafeRawBufferPointer?
    }
}

struct BlockReader {
    private let bytes: UnsafeRawBufferPointer
    private var at = 1
    private var state = BlockState()
    /// What stands at `at` was never written so.
    private(set) var isDamaged: Bool

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        isDamaged = bytes.first != BlockFormat.first
    }

    /// The next message; nil at the end, and from the first damage on.
    mutating func next() -> BlockMessage? {
        guard !isDamaged, at < bytes.count else { return nil }
        var message = BlockMessage()
        message.kind = byte()
        let fields = BlockField(rawValue: UInt32(byte()) | UInt32(byte()) << 8 | UInt32(byte()) << 16)
        guard fields.isSubset(of: .all) else { isDamaged = true; return nil }
        let step = fields.contains(.sequence) ? UInt64(bitPattern: signed()) : 1
        state.sequence &+= step
        if fields.contains(.moment) { state.moment &+= UInt64(bitPattern: signed()) }
        if fields.contains(.text) { message.text = sized() }
        if fields.contains(.sharedText) { message.sharedText = Int64(bitPattern: number()) }
        if fields.contains(.name) { message.name = sized() }
        if fields.contains(.portal) { message.portal = sized() }
        if fields.contains(.parameters) { message.parameters = sized() }
        if fields.contains(.effect) { message.effect = byte() }
        readDifferences(fields)
        if fields.contains(.outcome) {
            message.outcome = BlockMessage.Outcome(
                duration: number(), rows: number(), bytes: number(), completed: UInt32(clamping: number()),
                sqlstate: fields.contains(.sqlstate) ? slice(5) : nil)
        }
        message.state = state
        return isDamaged ? nil : message
    }

    private mutating func readDifferences(_ fields: BlockField) {
        if fields.contains(.rule) { state.rule = Int32(clamping: signed()) }
        if fields.contains(.program) { state.program = Int64(bitPattern: number()) }
        if fields.contains(.masks) { state.masks = word() }
        if fields.contains(.fingerprint) { state.fingerprint = word() }
        if fields.contains(.lexical) { state.lexical = number() }
        if fields.contains(.inTransaction) { state.inTransaction = byte() }
    }

    // MARK: - Bytes

    private mutating func slice(_ count: Int) -> UnsafeRawBufferPointer {
        guard !isDamaged, count >= 0, bytes.count - at >= count else {
            isDamaged = true
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        defer { at += count }
        return UnsafeRawBufferPointer(rebasing: bytes[at..<at + count])
    }
    private mutating func byte() -> UInt8 { slice(1).first ?? 0 }
    private mutating func word() -> UInt64 {
        let bytes = slice(8)
        return bytes.isEmpty ? 0 : UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    }
    private mutating func number() -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            let next = byte()
            // The tenth byte has room for one bit.
            if shift == 63, next > 1 { break }
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
        }
        isDamaged = true
        return 0
    }
    private mutating func signed() -> Int64 {
        let value = number()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }
    private mutating func sized() -> UnsafeRawBufferPointer { slice(Int(clamping: number())) }
}
