// Where masked bytes go: one growable allocation that is kept.

/// Bytes that grow at the end. Emptying keeps the memory, so that a warm output allocates nothing. Not thread-safe.
public final class MaskOutput {
    private var storage: UnsafeMutableRawPointer
    private var capacity: Int
    public private(set) var count = 0

    public init(capacity: Int = 1024) {
        self.capacity = max(capacity, 16)
        storage = .allocate(byteCount: self.capacity, alignment: 16)
    }

    deinit { storage.deallocate() }

    public var isEmpty: Bool { count == 0 }
    /// What was written. Valid until the next change.
    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: storage, count: count) }
    /// A part of what was written. Valid until the next change; bounds are the caller's duty.
    public func bytes(in range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[range]) }

    /// Empties it; gives memory back when there is more than `limit` bytes of it.
    public func removeAll(keepingAtMost limit: Int = .max) {
        count = 0
        guard capacity > limit else { return }
        storage.deallocate()
        capacity = max(limit, 16)
        storage = .allocate(byteCount: capacity, alignment: 16)
    }

    /// Forgets what was written after `count` bytes.
    public func truncate(to count: Int) {
        precondition(count >= 0 && count <= self.count)
        self.count = count
    }

    public func append(_ byte: UInt8) {
        if count == capacity { grow(to: count + 1) }
        storage.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    /// Appends bytes, which must not lie in this output.
    public func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        if capacity - count < bytes.count { grow(to: count + bytes.count) }
        (storage + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    public func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    public func append(repeating byte: UInt8, count times: Int) {
        guard times > 0 else { return }
        if capacity - count < times { grow(to: count + times) }
        (storage + count).initializeMemory(as: UInt8.self, repeating: byte, count: times)
        count += times
    }

    /// Appends a number in network order.
    public func append(int32 value: Int32) {
        if capacity - count < 4 { grow(to: count + 4) }
        storage.storeBytes(of: value.bigEndian, toByteOffset: count, as: Int32.self)
        count += 4
    }

    /// Puts a number in network order over four bytes that were written.
    public func set(int32 value: Int32, at offset: Int) {
        precondition(offset >= 0 && offset + 4 <= count)
        storage.storeBytes(of: value.bigEndian, toByteOffset: offset, as: Int32.self)
    }

    private func grow(to needed: Int) {
        let larger = max(needed, capacity * 2)
        let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
        moved.copyMemory(from: storage, byteCount: count)
        storage.deallocate()
        storage = moved
        capacity = larger
    }
}
