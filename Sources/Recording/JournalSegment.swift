// One file of a journal, preallocated and mapped, written by one event loop and read by the ingester.

import Foundation
import Synchronization

/// The mapping of one segment.
///
/// Unchecked Sendable: the base pointer is constant, one thread writes behind the last published length, and other threads read
/// only what is before it; the length word is stored with release and loaded with acquire ordering.
final class JournalSegment: @unchecked Sendable {
    let number: UInt64
    let path: String
    let base: UnsafeMutableRawPointer
    let size: Int
    /// Seeds every checksum of this segment, so that an entry is valid nowhere else.
    let seed: UInt64

    /// Makes the file, reserves its blocks (so that a full disk is this error and never a fault while writing) and maps it.
    init(path: String, journal: UInt64, number: UInt64, size: Int) throws(RecordingError) {
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
        var random = SystemRandomNumberGenerator()
        self.path = path
        self.number = number
        self.size = size
        self.base = base
        seed = random.next()
        writeHeader(journal: journal)
    }

    deinit { munmap(base, size) }

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
