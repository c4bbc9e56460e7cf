// One file of a journal, preallocated and mapped, written by one event loop and read by the ingester.

import Foundation
import Synchronization

/// A file's blocks in memory. A segment that is done with leaves its own to a later one: a page that is touched for the first time costs
/// more than all that is written to it.
///
/// Unchecked Sendable: it is two constants; who may write where is the segment's to say.
final class JournalMapping: @unchecked Sendable {
    let base: UnsafeMutableRawPointer
    let size: Int

    fileprivate init(base: UnsafeMutableRawPointer, size: Int) {
        self.base = base
        self.size = size
    }

    deinit { munmap(base, size) }
}

/// The blocks of a segment whose entries are all committed, zeroed, under a name that no recovery reads.
struct SpareSegment: Sendable {
    let path: String
    let mapping: JournalMapping

    /// Takes the blocks of a segment that nobody reads or writes any more.
    init(_ segment: JournalSegment) throws(RecordingError) {
        path = segment.path + JournalFile.spareSuffix
        mapping = segment.mapping
        try SystemCall.rename(segment.path, to: path)
        memset(mapping.base, 0, mapping.size)
    }
}

/// One segment in its mapping.
///
/// Unchecked Sendable: the base pointer is constant, one thread writes behind the last published length, and other threads read
/// only what is before it; the length word is stored with release and loaded with acquire ordering.
final class JournalSegment: @unchecked Sendable {
    let number: UInt64
    let path: String
    let mapping: JournalMapping
    let base: UnsafeMutableRawPointer
    let size: Int
    /// Seeds every checksum of this segment, so that an entry is valid nowhere else.
    let seed: UInt64

    /// Makes the file, reserves its blocks (so that a full disk is this error and never a fault while writing) and maps it.
    convenience init(path: String, journal: UInt64, number: UInt64, size: Int) throws(RecordingError) {
        let descriptor = try SystemCall.openFile(path, O_RDWR | O_CREAT | O_EXCL)
        defer { close(descriptor) }
        let refused = posix_fallocate(descriptor, 0, off_t(size))
        if refused != 0 {
            unlink(path)
            if refused == ENOSPC || refused == EDQUOT || refused == EFBIG { throw .full(path: path) }
            throw .file(operation: "reserve", path: path, code: refused)
        }
        guard let base = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), base != MAP_FAILED else {
            let code = errno
            unlink(path)
            throw .file(operation: "map", path: path, code: code)
        }
        self.init(JournalMapping(base: base, size: size), path: path, journal: journal, number: number)
    }

    /// A segment in blocks that are reserved, mapped and zero.
    convenience init(reusing spare: SpareSegment, path: String, journal: UInt64, number: UInt64) throws(RecordingError) {
        // The name comes first: zeros under a segment's name say that nothing was recorded in it.
        try SystemCall.rename(spare.path, to: path)
        self.init(spare.mapping, path: path, journal: journal, number: number)
    }

    private init(_ mapping: JournalMapping, path: String, journal: UInt64, number: UInt64) {
        var random = SystemRandomNumberGenerator()
        self.path = path
        self.number = number
        self.mapping = mapping
        base = mapping.base
        size = mapping.size
        seed = random.next()
        writeHeader(journal: journal)
    }

    private func writeHeader(journal: UInt64) {
        base.storeBytes(of: SegmentLayout.magic, as: UInt64.self)
        base.storeBytes(of: journal, toByteOffset: SegmentLayout.journal, as: UInt64.self)
        base.storeBytes(of: number, toByteOffset: SegmentLayout.number, as: UInt64.self)
        base.storeBytes(of: seed, toByteOffset: SegmentLayout.seed, as: UInt64.self)
        let sum = Checksum.of(UnsafeRawBufferPointer(start: base, count: SegmentLayout.checksum), seed: 0)
        base.storeBytes(of: sum, toByteOffset: SegmentLayout.checksum, as: UInt64.self)
    }

    /// Makes the entry at `offset`, whose payload is already in place, visible to the ingester and to a recovery.
    @inline(__always)
    func publish(_ type: EntryType, at offset: Int, payload count: Int) {
        let entry = base + offset
        let length = UInt32(truncatingIfNeeded: EntryLayout.headerBytes &+ count)
        entry.storeBytes(of: type.rawValue, toByteOffset: EntryLayout.type, as: UInt32.self)
        let sum = JournalScanner.checksum(of: entry, type: type.rawValue, length: length, seed: seed)
        entry.storeBytes(of: sum, toByteOffset: EntryLayout.checksum, as: UInt64.self)
        entry.assumingMemoryBound(to: Atomic<UInt32>.self).pointee.store(length, ordering: .releasing)
    }
}
