// Sets of words known at build time, found by hash and bytes without allocation.

/// A map from words to small numbers, built once and never changed; its memory lives as long as the process, so that holding
/// one costs no reference counting. Unchecked because it is raw memory: nothing writes to it after `init`.
struct WordTable: @unchecked Sendable {
    private struct Slot: BitwiseCopyable {
        var start: UnsafePointer<UInt8>?
        var count: UInt32
        var hash: UInt32
        var value: UInt16
    }
    private let slots: UnsafeMutablePointer<Slot>
    private let mask: Int

    /// Each list's words get that list's value; with `numbered`, words count up from it. The first list that has a word wins.
    init(_ lists: [(words: StaticString, value: UInt16)], numbered: Bool = false) {
        var words = 0
        for list in lists {
            words +=
                1
                + UnsafeBufferPointer(start: list.words.utf8Start, count: list.words.utf8CodeUnitCount)
                .reduce(0) { $0 + ($1 == 0x20 ? 1 : 0) }
        }
        var size = 64
        while size < words * 4 { size *= 2 }
        mask = size - 1
        slots = .allocate(capacity: size)
        slots.initialize(repeating: Slot(start: nil, count: 0, hash: 0, value: 0), count: size)
        for list in lists { insert(list.words, value: list.value, numbered: numbered) }
    }

    private func insert(_ text: StaticString, value: UInt16, numbered: Bool) {
        var next = value
        var start = 0
        let bytes = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        for end in 0...bytes.count where end == bytes.count || bytes[end] == 0x20 {
            if end > start {
                insert(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[start..<end]), next)
                if numbered { next += 1 }
            }
            start = end + 1
        }
    }

    private func insert(_ word: UnsafeRawBufferPointer, _ value: UInt16) {
        guard let start = word.baseAddress, find(word, hash: NameHash.of(word)) == nil else { return }
        let hash = NameHash.of(word)
        var at = Int(hash) & mask
        while slots[at].start != nil { at = (at + 1) & mask }
        slots[at] = Slot(
            start: start.assumingMemoryBound(to: UInt8.self), count: UInt32(word.count), hash: hash,
            value: value)
    }

    /// The number of a word, given its hash.
    @inline(__always) func find(_ word: UnsafeRawBufferPointer, hash: UInt32) -> UInt16? {
        var at = Int(hash) & mask
        while let start = slots[at].start {
            if slots[at].hash == hash, Int(slots[at].count) == word.count, Self.same(start, word) {
                return slots[at].value
            }
            at = (at + 1) & mask
        }
        return nil
    }

    @inline(__always) private static func same(
        _ start: UnsafePointer<UInt8>, _ word: UnsafeRawBufferPointer
    ) -> Bool {
        NameHash.same(start, word)
    }
}
