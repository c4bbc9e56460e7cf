// What a loop is to do later.

import HeapModule
import NIOCore

/// Something that happens once, later, unless it is cancelled. Belongs to its loop's thread.
public final class LoopTimer {
    private var task: (() -> Void)?
    init(_ task: @escaping () -> Void) { self.task = task }

    public func cancel() { task = nil }

    func fire() {
        let due = task
        task = nil
        due?()
    }
}

/// Timers by their time. A cancelled one stays until its time has come; it holds nothing by then.
struct LoopTimers {
    private struct Entry: Comparable {
        var time: NIODeadline
        /// Of two with the same time the older one is first.
        var number: UInt64
        var timer: LoopTimer
        static func == (a: Entry, b: Entry) -> Bool { a.number == b.number }
        static func < (a: Entry, b: Entry) -> Bool { (a.time, a.number) < (b.time, b.number) }
    }
    private var heap = Heap<Entry>()
    private var count: UInt64 = 0

    var next: NIODeadline? { heap.min?.time }

    mutating func add(at time: NIODeadline, _ task: @escaping () -> Void) -> LoopTimer {
        let timer = LoopTimer(task)
        count += 1
        heap.insert(Entry(time: time, number: count, timer: timer))
        return timer
    }

    /// Takes out the first timer that is due.
    mutating func takeDue(at now: NIODeadline) -> LoopTimer? {
        guard let first = heap.min, first.time <= now else { return nil }
        return heap.popMin()?.timer
    }
}
