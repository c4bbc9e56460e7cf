// A stack of plain values in memory that is kept from message to message.

/// Plain values in one allocation that the owner frees. Reads and writes are bounds-checked.
struct Pool<Element: BitwiseCopyable> {
    private(set) var base: UnsafeMutablePointer<Element>
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int) {
        self.capacity = max(capacity, 8)
        base = .allocate(capacity: self.capacity)
    }

    /// Gives the memory back; the pool must not be used after it.
    func free() { base.deallocate() }

    subscript(index: Int) -> Element {
        @inline(__always) get {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
            return base[index]
        }
        @inline(__always) nonmutating _modify {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
            yield &base[index]
        }
    }

    @inline(__always) mutating func append(_ element: Element) {
        if count == capacity { grow(to: count + 1) }
        (base + count).initialize(to: element)
        count &+= 1
    }

    /// Memory for more values behind the first `filled`, which are held from now on: where it begins and ends. For a loop that
    /// writes many; it tells the pool by `filled(to:)` how far it came.
    mutating func room(behind filled: Int) -> (start: UnsafeMutablePointer<Element>, end: UnsafeMutablePointer<Element>) {
        precondition(filled >= 0 && filled <= capacity)
        count = filled
        if filled == capacity { grow(to: filled + 1) }
        return (base + filled, base + capacity)
    }

    /// Holds the values up to `end`, which was written to in the room given last.
    mutating func filled(to end: UnsafeMutablePointer<Element>) {
        precondition(end >= base && end <= base + capacity)
        count = end - base
    }

    @inline(__always) mutating func removeAll() { count = 0 }

    @inline(__always) mutating func truncate(to newCount: Int) {
        precondition(newCount >= 0 && newCount <= count)
        count = newCount
    }

    /// Makes the pool hold `newCount` copies of `element`.
    mutating func fill(_ newCount: Int, with element: Element) {
        count = 0
        if newCount > capacity { grow(to: newCount) }
        base.initialize(repeating: element, count: newCount)
        count = newCount
    }

    @inline(never) private mutating func grow(to needed: Int) {
        let larger = max(needed, capacity * 2)
        let moved = UnsafeMutablePointer<Element>.allocate(capacity: larger)
        moved.moveInitialize(from: base, count: count)
        base.deallocate()
        base = moved
        capacity = larger
    }
}
