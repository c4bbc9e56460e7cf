// Walks the entries of a segment: live, while it is being written, or of a file that a killed process left behind.

import Synchronization

/// Reads one segment from front to back. It believes nothing: every entry is checked against the segment's bounds and its checksum.
struct JournalScanner {
    enum Step {
        case entry(EntryType, UnsafeRawBufferPointer)
        /// Nothing more is written, as yet.
        case end
        /// The journal goes on in its next segment.
        case rolled
        /// What stands here was never written so: the bytes from here on are lost.
        case damaged
    }

    private let base: UnsafeRawPointer
    private let size: Int
    private let seed: UInt64
    /// Where the next entry begins.
    private(set) var offset: Int

    init(base: UnsafeRawPointer, size: Int, seed: UInt64, offset: Int = SegmentLayout.headerBytes) {
        self.base = base
        self.size = size
        self.seed = seed
        self.offset = offset
    }

    /// A segment read back from its file; nil when its header is not one. `base` must be aligned to eight bytes.
    init?(file bytes: UnsafeRawBufferPointer, offset: Int = SegmentLayout.headerBytes) {
        guard let base = bytes.baseAddress, bytes.count >= SegmentLayout.headerBytes,
            offset >= SegmentLayout.headerBytes, offset <= bytes.count, offset & 7 == 0,
            UInt(bitPattern: base) & 7 == 0,
            base.load(as: UInt64.self) == SegmentLayout.magic,
            base.load(fromByteOffset: SegmentLayout.checksum, as: UInt64.self)
                == Checksum.of(UnsafeRawBufferPointer(start: base, count: SegmentLayout.checksum), seed: 0)
        else { return nil }
        self.init(
            base: base, size: bytes.count, seed: base.load(fromByteOffset: SegmentLayout.seed, as: UInt64.self), offset: offset)
    }

    /// The number and journal that a segment's header names; nil when it has none.
    static func header(of bytes: UnsafeRawBufferPointer) -> (journal: UInt64, number: UInt64)? {
        guard JournalScanner(file: bytes) != nil, let base = bytes.baseAddress else { return nil }
        return (
            base.load(fromByteOffset: SegmentLayout.journal, as: UInt64.self),
            base.load(fromByteOffset: SegmentLayout.number, as: UInt64.self)
        )
    }

    mutating func next() -> Step {
        guard size &- offset >= EntryLayout.headerBytes else { return offset > size ? .damaged : .end }
        let entry = base + offset
        let length = entry.assumingMemoryBound(to: Atomic<UInt32>.self).pointee.load(ordering: .acquiring)
        if length == 0 { return .end }
        guard Int(length) >= EntryLayout.headerBytes, Int(length) <= size &- offset else { return .damaged }
        let rawType = entry.load(fromByteOffset: EntryLayout.type, as: UInt32.self)
        let sum = entry.load(fromByteOffset: EntryLayout.checksum, as: UInt64.self)
        guard let type = EntryType(rawValue: rawType),
            sum == Self.checksum(of: entry, type: rawType, length: length, seed: seed)
        else { return .damaged }
        if type == .roll { return .rolled }
        offset &+= EntryLayout.aligned(Int(length))
        return .entry(
            type,
            UnsafeRawBufferPointer(start: entry + EntryLayout.headerBytes, count: Int(length) &- EntryLayout.headerBytes))
    }

    @inline(__always)
    static func checksum(of entry: UnsafeRawPointer, type: UInt32, length: UInt32, seed: UInt64) -> UInt64 {
        Checksum.of(
            UnsafeRawBufferPointer(
                start: entry + EntryLayout.headerBytes, count: Int(length) &- EntryLayout.headerBytes),
            seed: seed ^ (UInt64(type) << 32 | UInt64(length)))
    }
}
