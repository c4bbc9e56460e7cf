// What repeated texts were found to do: kept whole, and given back only to the very same bytes under the same lexical state.

import Machine

/// Found inspections of one inspector, by text. A text is kept when it comes a second time, so that texts which never come
/// again cost a hash and nothing else. Bounded by `InspectLimits.cachedTexts`, `.cachedTextBytes` and `.cachedBytes`; it takes
/// memory as it fills, so that an idle session has little.
struct InspectionCache {
    /// A text that was seen, and what it does once it was seen twice.
    private struct Entry: BitwiseCopyable {
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
    private static let ways = 4
    private var ring = InspectionRing()

    init() {
        sets = 16
        entries = .allocate(capacity: sets * Self.ways)
        entries.initialize(repeating: .empty, count: sets * Self.ways)
    }

    /// Gives the memory back; the cache must not be used after it.
    mutating func free() {
        entries.deallocate()
        ring.free()
    }

    /// Of what is kept.
    var bytes: Int { ring.bytes }

    mutating func removeAll() {
        entries.initialize(repeating: .empty, count: sets * Self.ways)
        used = 0
        ring.removeAll()
    }

    // MARK: Asking

    /// The hash of a message under a lexical state and what names mean, never 0; nil for one that is never kept.
    @inline(__always) func key(_ message: UnsafeRawBufferPointer, _ lexical: LexicalState, names: Int) -> UInt64? {
        guard message.count <= InspectLimits.cachedTextBytes, message.count > 0 else { return nil }
        let state = UInt64(InspectionRing.code(lexical)) ^ UInt64(truncatingIfNeeded: names) &* 0x9E37_79B9_7F4A_7C15
        return TextHash.of(message, seed: state) | 1
    }

    /// Fills an empty inspection with what this very text was found to do; false when it is not known.
    @inline(__always)
    mutating func find(
        _ message: UnsafeRawBufferPointer, _ lexical: LexicalState, names: Int, key: UInt64, into inspection: Inspection
    ) -> Bool {
        let set = self.set(of: key)
        for way in 0..<Self.ways where set[way].hash == key {
            guard set[way].start != Entry.unkept,
                let block = ring.block(at: set[way].start, holding: message, lexical, names: names)
            else { return false }
            if way > 0 { swap(set, way) }
            InspectionRing.give(block, to: inspection)
            return true
        }
        return false
    }

    // MARK: Keeping

    /// Remembers a text: its hash the first time, what it does the second.
    mutating func note(
        _ message: UnsafeRawBufferPointer, _ lexical: LexicalState, names: Int, key: UInt64, _ inspection: Inspection
    ) {
        var set = self.set(of: key)
        for way in 0..<Self.ways where set[way].hash == key {
            guard let start = ring.keep(message, lexical, names: names, inspection) else { return }
            set[way].start = start
            return
        }
        // A text is known again only where its hash was not pushed out before: the table grows with the texts, kept or not, and
        // is mostly empty, so that few sets are too small.
        if used * 4 > sets * Self.ways, sets * Self.ways < InspectLimits.cachedTexts {
            grow()
            set = self.set(of: key)
        }
        let victim = victim(in: set, for: key)
        if set[victim].hash == 0 { used += 1 }
        set[victim] = Entry(hash: key, start: Entry.unkept)
    }

    /// The way that gives way: an empty one, else any that holds nothing, else the one that was used longest ago.
    private func victim(in set: UnsafeMutablePointer<Entry>, for key: UInt64) -> Int {
        for way in 0..<Self.ways where set[way].hash == 0 { return way }
        // Not always the same one, so that texts seen once do not push out each other before they come again.
        let first = Int(truncatingIfNeeded: key >> 8)
        for step in 0..<Self.ways {
            let way = (first &+ step) & (Self.ways - 1)
            if set[way].start == Entry.unkept || !ring.holds(set[way].start) { return way }
        }
        return Self.ways - 1
    }

    @inline(__always) private func set(of key: UInt64) -> UnsafeMutablePointer<Entry> {
        entries + (Int(truncatingIfNeeded: key >> 32) & (sets &- 1)) &* Self.ways
    }

    /// One step to the front.
    @inline(__always) private func swap(_ set: UnsafeMutablePointer<Entry>, _ way: Int) {
        let entry = set[way]
        set[way] = set[way - 1]
        set[way - 1] = entry
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

/// The hash of whole texts. Texts made to collide only push each other out, so it need not be secret.
enum TextHash {
    /// Four lanes of eight bytes a step; the last bytes are read again rather than one by one.
    @inline(__always) static func of(_ text: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
        let base = text.baseAddress.unsafelyUnwrapped
        let count = text.count
        var a = NameHash.seed ^ UInt64(truncatingIfNeeded: count)
        var b = seed
        var at = 0
        while at &+ 32 <= count {
            a = fold(load(base, at) ^ a, load(base, at &+ 8) ^ 0xA076_1D64_78BD_642F)
            b = fold(load(base, at &+ 16) ^ b, load(base, at &+ 24) ^ 0xE703_7ED1_A0B4_28DB)
            at &+= 32
        }
        if count >= 16 {
            if count &- at > 16 { a = fold(load(base, at) ^ a, load(base, at &+ 8) ^ 0x8EBC_6AF0_9C88_C6E3) }
            b = fold(load(base, count &- 16) ^ b, load(base, count &- 8) ^ 0x5899_65CC_7537_4CC3)
        } else {
            while at < count {
                a = fold(UInt64(base.load(fromByteOffset: at, as: UInt8.self)) ^ a, 0xA076_1D64_78BD_642F)
                at &+= 1
            }
        }
        return fold(a ^ 0x1D8E_4E27_C47D_124F, b ^ 0xEB44_ACCA_B455_D165)
    }

    @inline(__always) private static func load(_ base: UnsafeRawPointer, _ at: Int) -> UInt64 {
        base.loadUnaligned(fromByteOffset: at, as: UInt64.self)
    }

    @inline(__always) private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}
