// What goes out in one direction: slices of what came in, and messages of our own, in order, few writes.

import NIOCore

/// Collects the output of one batch. Adjacent passed messages become one slice of the input without a copy; small pieces beside
/// messages of our own are copied together, so that a batch is mostly one write.
struct PostgresOutlet {
    /// Pieces below this many bytes are copied beside their neighbours, larger ones are sliced.
    static let sliceFloor = 16 * 1024

    private var source: ByteBuffer?
    /// Offset in the source's buffer of the first byte of the batch.
    private var base = 0
    private var run = 0..<0
    private var scratch: ByteBuffer
    /// Nearly always there is one piece, or none.
    private var piece: ByteBuffer?
    private var more: [ByteBuffer] = []
    private let allocator: ByteBufferAllocator

    init(allocator: ByteBufferAllocator = ByteBufferAllocator()) {
        self.allocator = allocator
        scratch = ByteBuffer()
    }

    var isEmpty: Bool { piece == nil && scratch.readableBytes == 0 && run.isEmpty }

    /// Starts a batch: `pass` speaks of offsets from the reader index of `source`.
    mutating func begin(_ source: ByteBuffer) {
        self.source = source
        base = source.readerIndex
        run = 0..<0
    }

    /// Bytes of the batch's source that go out as they came.
    @inline(__always)
    mutating func pass(_ range: Range<Int>) {
        if run.upperBound == range.lowerBound && !run.isEmpty {
            run = run.lowerBound..<range.upperBound
        } else {
            settleRun()
            run = range
        }
    }

    /// Messages of our own, after everything passed so far.
    mutating func append(_ write: (inout ByteBuffer) -> Void) {
        settleRun()
        if scratch.capacity == 0 { scratch = allocator.buffer(capacity: 1024) }
        write(&scratch)
    }

    /// Ends the batch that `begin` started; the source is let go.
    mutating func end() {
        settleRun()
        source = nil
    }

    private mutating func settleRun() {
        guard !run.isEmpty, let source else {
            run = 0..<0
            return
        }
        if scratch.readableBytes == 0 || run.count >= Self.sliceFloor {
            settleScratch()
            if let slice = source.getSlice(at: base + run.lowerBound, length: run.count) { add(slice) }
        } else {
            scratch.writeBytes(source.viewBytes(at: base + run.lowerBound, length: run.count) ?? ByteBufferView())
        }
        run = 0..<0
    }

    private mutating func settleScratch() {
        guard scratch.readableBytes > 0 else { return }
        add(scratch)
        scratch = ByteBuffer()
    }

    private mutating func add(_ next: ByteBuffer) {
        if piece == nil { piece = next } else { more.append(next) }
    }

    /// Hands every piece out in order and forgets it.
    mutating func drain(_ send: (ByteBuffer) -> Void) {
        settleRun()
        settleScratch()
        guard let first = piece else { return }
        piece = nil
        send(first)
        guard !more.isEmpty else { return }
        for piece in more { send(piece) }
        more.removeAll(keepingCapacity: true)
    }

    /// Everything in one buffer, for tests and for the login.
    mutating func drainJoined() -> ByteBuffer {
        var joined = ByteBuffer()
        drain { joined.writeImmutableBuffer($0) }
        return joined
    }
}
