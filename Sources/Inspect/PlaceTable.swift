// Where remembered blocks begin, by hash: sets of a few places, in which what was used longest ago gives way.

/// The hashes of what was seen, and where the block of each begins in a ring once it was seen again. Grows as it fills until
/// `limit` entries, so that an idle session has little; then it allocates nothing.
struct PlaceTable {
    /// Something that was seen, and where what it does is kept once it was seen twice.
    struct Entry: BitwiseCopyable {
        var hash: UInt64
        /// Where its block begins in the ring; `unkept` when only the hash is known.
        var start: UInt64
        static let unkept: UInt64 = .max
        static let empty = Entry(hash: 0, start: unkept)
    }

    /// Entries by sets of `ways`, one cache line each; in a set the ones used later tend to the front.
    private var entries: UnsafeMutablePointer<Entry>
    private var sets: Int
    /// Entries that are not empty.
    private var used = 0
    private let limit: Int
    static let ways = 4

    init(limit: Int) {
        self.limit = limit
        sets = 16
        entries = .allocate(capacity: sets * Self.ways)
        entries.initialize(repeating: .empty, count: sets * Self.ways)
    }

    /// Gives the memory back; the table must not be used after it.
    func free() { entries.deallocate() }

    mutating func removeAll() {
        entries.initialize(repeating: .empty, count: sets * Self.ways)
        used = 0
    }

    /// The `ways` entries among which one of this hash, which is not 0, is if it is anywhere.
    @inline(__always) func set(of hash: UInt64) -> UnsafeMutablePointer<Entry> {
        entries + (Int(truncatingIfNeeded: hash >> 32) & (sets &- 1)) &* Self.ways
    }

    /// One step to the front of its set.
    @inline(__always) func advance(_ set: UnsafeMutablePointer<Entry>, _ way: Int) {
        let entry = set[way]
        set[way] = set[way - 1]
        set[way - 1] = entry
    }

    /// One more entry.
    mutating func add(_ entry: Entry, in ring: InspectionRing) {
        // A hash is known again only where it was not pushed out before: the table grows with the hashes, kept or not, and is
        // mostly empty, so that few sets are too small.
        if used * 4 > sets * Self.ways, sets * Self.ways < limit { grow() }
        let set = set(of: entry.hash)
        let victim = victim(in: set, for: entry.hash, in: ring)
        if set[victim].hash == 0 { used += 1 }
        set[victim] = entry
    }

    /// The way that gives way: an empty one, else any that holds nothing, else the one that was used longest ago.
    private func victim(in set: UnsafeMutablePointer<Entry>, for hash: UInt64, in ring: InspectionRing) -> Int {
        for way in 0..<Self.ways where set[way].hash == 0 { return way }
        // Not always the same one, so that texts seen once do not push out each other before they come again.
        let first = Int(truncatingIfNeeded: hash >> 8)
        for step in 0..<Self.ways {
            let way = (first &+ step) & (Self.ways - 1)
            if set[way].start == Entry.unkept || !ring.holds(set[way].start) { return way }
        }
        return Self.ways - 1
    }

    private mutating func grow() {
        let (old, oldCount) = (entries, sets * Self.ways)
        sets *= 2
        entries = .allocate(capacity: sets * Self.ways)
        entries.initialize(repeating: .empty, count: sets * Self.ways)
        used = 0
        for index in 0..<oldCount where old[index].hash != 0 {
            let set = self.set(of: old[index].hash)
            guard let way = (0..<Self.ways).first(where: { set[$0].hash == 0 }) else { continue }
            set[way] = old[index]
            used += 1
        }
        old.deallocate()
    }
}
