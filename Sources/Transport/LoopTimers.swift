// What a loop is to do later.

import HeapModule
import NIOCore

/// Something that happens once, later, unless it is cancelled. Belongs to its loop's thread.
public final class LoopTimer {
    private var task: (() -> Void)?
    init(_ task: @escaping () -> Void) { self.task = task }

    public func cancel() { task = nil }
    var isWaiting: Bool { task != nil }

    func fire() {
        let due = task
        task = nil
        due?()
    }
}

/// Timers by their time. Cancelled ones are swept out when they may be half of all.
struct LoopTimers {
    private struct Entry: Comparable {
        var time: NIODeadline
        /// Of two with the same time the older one is first.
        var number: UInt64
        var timer: LoopTimer
        static func == (a: Entry, b: Entry) -> Bool { a.number == b.number }
        static func < (a: Entry, b: Entry) -> Bool { (a.time, a.number) < (b.time, b.number) }
    }
    private static let fewest = 1024
    private var heap = Heap<Entry>()
    private var count: UInt64 = 0
    /// How many there may be before the cancelled ones are looked for.
    private var sweepsAt = fewest

    var next: NIODeadline? { heap.min?.time }
    /// Those that wait, and cancelled ones that are not swept out yet.
    var entries: Int { heap.count }

    mutating func add(at time: NIODeadline, _ task: @escaping () -> Void) -> LoopTimer {
        let timer = LoopTimer(task)
        count += 1
        if heap.count >= sweepsAt {
            heap = Heap(heap.unordered.filter { $0.timer.isWaiting })
            sweepsAt = max(Self.fewest, 2 * heap.count)
        }
        heap.insert(Entry(time: time, number: count, timer: timer))
        return timer
    }

    /// Takes out the first timer that is due.
    mutating func takeDue(at now: NIODeadline) -> LoopTimer? {
        guard let first = heap.min, first.time <= now else { return nil }
        return heap.popMin()?.timer
    }
}
