// One thread that waits for many sockets, and runs what is handed to it in between.

import CLinux
import NIOCore
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A file that a loop waits for. Lives on its loop.
open class SocketSource {
    /// The file's number; -1 once it is closed.
    public internal(set) final var file: CInt
    /// What the kernel was last asked to tell.
    final var interest: UInt32 = 0
    final var isWatched = false

    init(file: CInt) { self.file = file }

    /// The file is ready for what the bits say (`POSTERN_READABLE` and its like).
    func ready(_ events: UInt32) {}
    /// The batch is over: what was put off until now is done.
    func settle() {}
}

/// Waits for sockets with epoll(7), level-triggered, and runs timers and tasks between batches. Everything of a connection happens on
/// its loop's thread, so nothing below takes a lock.
public final class SocketLoop: @unchecked Sendable {
    // Unchecked: other threads touch the mailbox only, and that is behind its lock; all else belongs to the loop's thread.

    private struct Mailbox {
        var tasks: [@Sendable () -> Void] = []
        var isStopping = false
        /// The loop has been told that there is something.
        var isWoken = false
    }

    private static let batch = 256
    /// Files dealt with while what the first of them sent may wait.
    private static let longestWait = 32
    /// What one read of a socket may bring: a buffer of this size is shared by all connections of a loop.
    static let readSize = 64 * 1024

    private let poll: CInt
    private let batchesSends: Bool
    private let wake: CInt
    private let mailbox = Mutex(Mailbox())
    private let thread = Atomic<UInt>(0)
    private var timers = LoopTimers()
    /// When the batch before was over.
    private var now = NIODeadline.now()
    private var tasks: [@Sendable () -> Void] = []
    /// Sources that are closed; they live until the batch that may still name them is over.
    private var closed: [SocketSource] = []
    /// Sources with something put off to the end of the batch.
    private var unsettled: [SocketSource] = []
    private var settling: [SocketSource] = []
    /// Read into by whichever connection reads; a connection without half a message holds no memory of its own.
    var scratch = ByteBuffer()
    /// Small writes that wait for the end of the turn.
    let sends = SendBatch()
    /// Small writes are joined here before they are encrypted.
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: TLSSession.largestRecord, alignment: 16)

    /// Throws `TransportError` when the system has no more files.
    init(batchesSends: Bool) throws(TransportError) {
        self.batchesSends = batchesSends
        poll = postern_epoll()
        guard poll >= 0 else { throw .system("no loop can be made", errno) }
        wake = postern_wake()
        guard wake >= 0, postern_add(poll, wake, POSTERN_READABLE, nil) == 0 else {
            throw .system("no loop can be made", errno)
        }
    }

    deinit {
        close(poll)
        close(wake)
        chunk.deallocate()
    }

    // MARK: - From any thread

    /// Whether this is the loop's own thread.
    public var isCurrent: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

    /// Runs a task on the loop's thread, after everything handed in before. A stopped loop drops it.
    public func execute(_ task: @escaping @Sendable () -> Void) {
        let mustWake = mailbox.withLock { mailbox -> Bool in
            mailbox.tasks.append(task)
            defer { mailbox.isWoken = true }
            return !mailbox.isWoken
        }
        if mustWake, !isCurrent { ring() }
    }

    func stop() {
        mailbox.withLock { $0.isStopping = true }
        ring()
    }

    private func ring() {
        var one: UInt64 = 1
        _ = write(wake, &one, 8)
    }

    // MARK: - On the loop

    /// Runs a task after some time, on the loop's thread; called there.
    public func schedule(in time: TimeAmount, _ task: @escaping () -> Void) -> LoopTimer {
        assert(isCurrent)
        now = .now()
        return timers.add(at: now + time, task)
    }

    /// Begins to wait for a source's file. A source that no loop knows yet may be handed in by another thread.
    func watch(_ source: SocketSource, _ interest: UInt32) throws(TransportError) {
        let owner = Unmanaged.passRetained(source)
        source.interest = interest
        source.isWatched = true
        guard postern_add(poll, source.file, interest, owner.toOpaque()) == 0 else {
            let error = errno
            source.isWatched = false
            owner.release()
            throw .system("a socket cannot be watched", error)
        }
    }

    /// Asks for other events. Costs a system call where it differs from what was asked before.
    func change(_ source: SocketSource, _ interest: UInt32) {
        guard source.isWatched, source.interest != interest else { return }
        source.interest = interest
        _ = postern_change(poll, source.file, interest, Unmanaged.passUnretained(source).toOpaque())
    }

    /// Forgets a source; its file may be closed right after.
    func unwatch(_ source: SocketSource) {
        guard source.isWatched else { return }
        source.isWatched = false
        _ = postern_remove(poll, source.file)
        closed.append(source)
        Unmanaged.passUnretained(source).release()
    }

    /// Has `settle` called at the end of the batch.
    func putOff(_ source: SocketSource) { unsettled.append(source) }

    // MARK: - Running

    /// Runs until `stop`. The thread becomes the loop's.
    func run() {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        if batchesSends { sends.begin() }
        let events = UnsafeMutablePointer<postern_event>.allocate(capacity: Self.batch)
        defer { events.deallocate() }
        while true {
            settleAll()
            let count = postern_wait(poll, events, CInt(Self.batch), patience())
            for index in 0..<max(Int(count), 0) {
                guard let owner = postern_event_owner(events + index) else {
                    var rung: UInt64 = 0
                    _ = read(wake, &rung, 8)
                    continue
                }
                let source = Unmanaged<SocketSource>.fromOpaque(owner)
                source._withUnsafeGuaranteedRef { if $0.isWatched { $0.ready(postern_event_ready(events + index)) } }
                if index % Self.longestWait == Self.longestWait - 1 { sends.send() }
            }
            sends.send()
            if timers.entries > 0 {
                now = .now()
                while let timer = timers.takeDue(at: now) { timer.fire() }
            }
            guard runTasks() else {
                settleAll()
                return sends.end()
            }
        }
    }

    /// Milliseconds to wait: none where tasks wait, else until the next timer.
    private func patience() -> CInt {
        if !unsettled.isEmpty || mailbox.withLock({ !$0.tasks.isEmpty || $0.isStopping }) { return 0 }
        guard let next = timers.next else { return -1 }
        // Read once a round: a timer may be late by as long as a batch takes.
        let left = (next - now).nanoseconds
        return left <= 0 ? 0 : CInt(clamping: (left + 999_999) / 1_000_000)
    }

    /// Runs what was handed in so far. False when the loop is to stop.
    private func runTasks() -> Bool {
        let stops = mailbox.withLock { mailbox -> Bool in
            swap(&tasks, &mailbox.tasks)
            mailbox.isWoken = false
            return mailbox.isStopping
        }
        for task in tasks {
            task()
            // The next one may take long.
            sends.send()
        }
        tasks.removeAll(keepingCapacity: true)
        return !stops
    }

    /// Whether sends of one turn go to the kernel together; asked on the loop.
    public var joinsSends: Bool { sends.ring != nil }

    /// What is put off again by this waits for the next batch, so that one busy connection cannot keep the others waiting.
    private func settleAll() {
        sends.send()
        swap(&settling, &unsettled)
        for source in settling { source.settle() }
        sends.send()
        settling.removeAll(keepingCapacity: true)
        closed.removeAll(keepingCapacity: true)
    }
}
