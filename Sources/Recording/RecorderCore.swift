// The inside of a recorder: its database, its journals, and the thread that takes the one into the other.

import Foundation
import GRDB
import Synchronization

final class RecorderCore: Sendable {
    /// What only one thread may touch at a time.
    struct Ingest {
        var queue: DatabaseQueue?
        var writer = BatchWriter()
        var cursors: [JournalCursor] = []
        var lock: DirectoryLock?
        var journals = 0
    }

    /// How long a recorder waits for a reader that is taking in leftovers, in milliseconds.
    static let lockPatience = 5000

    let directory: String
    let settings: RecorderSettings
    private let run: UInt64
    private let ingest: Mutex<Ingest>
    private let closed = Atomic<Bool>(false)
    private let entries = Atomic<UInt64>(0)
    private let bytes = Atomic<UInt64>(0)
    private let dropped = Atomic<UInt64>(0)
    private let damaged = Atomic<UInt64>(0)
    private let lastError = Mutex<RecordingError?>(nil)
    private let stop = DispatchSemaphore(value: 0)
    private let stopped = DispatchSemaphore(value: 0)
    private let started = Atomic<Bool>(false)

    var isClosed: Bool { closed.load(ordering: .relaxed) }
    var journalDirectory: String { directory + "/journal" }

    init(directory: String, settings: RecorderSettings, lockPatience: Int = RecorderCore.lockPatience) throws(RecordingError) {
        self.directory = directory
        self.settings = settings
        try SystemCall.makeDirectory(directory)
        try SystemCall.makeDirectory(directory + "/journal")
        let lock = try DirectoryLock(directory: directory, patience: lockPatience)
        let queue = try StoreFile.openForWriting(directory)
        let recovered = try Recovery.run(directory: directory + "/journal", queue: queue, writer: BatchWriter())
        var random = SystemRandomNumberGenerator()
        // Runs sort by start; the random half keeps two starts within one clock tick apart.
        run = UInt64(max(0, Date().timeIntervalSince1970)) << 32 | random.next() >> 32
        ingest = Mutex(Ingest(queue: queue, writer: BatchWriter(), lock: lock))
        entries.store(recovered.entries, ordering: .relaxed)
        bytes.store(recovered.bytes, ordering: .relaxed)
        damaged.store(recovered.damagedSegments, ordering: .relaxed)
        dropped.store(recovered.dropped, ordering: .relaxed)
        if let error = recovered.error { note(error) }
    }

    func makeJournal() throws(RecordingError) -> Journal {
        if isClosed { throw .closed }
        let index = ingest.withLock { state in
            state.journals += 1
            return state.journals
        }
        let channel = JournalChannel(directory: journalDirectory, run: run, index: index)
        let journal = try Journal(channel: channel, core: self)
        ingest.withLock { $0.cursors.append(JournalCursor(channel: channel)) }
        return journal
    }

    /// Starts the ingester's thread; it ends with `close`.
    func start() {
        started.store(true, ordering: .relaxed)
        let thread = Thread { [self] in
            while stop.wait(timeout: .now() + .milliseconds(settings.intervalMilliseconds)) == .timedOut {
                // Between two batches others may have the lock.
                while drain(), !isClosed { sched_yield() }
            }
            stopped.signal()
        }
        thread.name = "recording"
        thread.start()
    }

    func flush() {
        // Bounded: each round takes a batch of what was written before this call, and a failing database ends it.
        let goal = ingest.withLock { state in state.cursors.map { $0.channel.written.load(ordering: .acquiring) } }
        var left = goal.reduce(0, &+) / 16 + UInt64(goal.count) + 1
        while left > 0, drain() { left -= 1 }
    }

    func close() {
        if closed.exchange(true, ordering: .acquiringAndReleasing) { return }
        if started.load(ordering: .relaxed) {
            stop.signal()
            stopped.wait()
        }
        flush()
        ingest.withLock { state in
            do { try state.queue?.close() } catch { note(StoreFile.error(error)) }
            state.queue = nil
            state.lock = nil
            state.cursors = []
        }
    }

    /// Takes one batch of every journal into the database, in one transaction.
    /// - Returns: whether there may be more.
    private func drain() -> Bool {
        ingest.withLock { state in
            do throws(RecordingError) {
                guard let queue = state.queue else { return false }
                let result = try IngestRound.run(
                    queue: queue, writer: state.writer, cursors: &state.cursors, segmentBytes: settings.segmentBytes)
                entries.add(result.entries, ordering: .relaxed)
                bytes.add(result.bytes, ordering: .relaxed)
                dropped.add(result.dropped, ordering: .relaxed)
                damaged.add(result.damagedSegments, ordering: .relaxed)
                if let error = result.error { note(error) }
                return result.mayHaveMore
            } catch {
                state.writer.forget()
                note(error)
                return false
            }
        }
    }

    func note(_ error: RecordingError) { lastError.withLock { $0 = error } }

    var metrics: RecorderMetrics {
        let lag = ingest.withLock { state in
            state.cursors.reduce(UInt64(0)) { $0 &+ $1.lag }
        }
        return RecorderMetrics(
            entries: entries.load(ordering: .relaxed), bytes: bytes.load(ordering: .relaxed), lag: lag,
            dropped: dropped.load(ordering: .relaxed), damagedSegments: damaged.load(ordering: .relaxed),
            lastError: lastError.withLock { $0 })
    }
}
