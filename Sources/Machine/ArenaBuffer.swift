// A growable run of plain values that keeps its memory when emptied, so that a warm arena allocates nothing.

/// Plain values in one allocation. Owned by the class that holds it; access is bounds-checked.
public final class ArenaBuffer<Element: BitwiseCopyable> {
    @usableFromInline private(set) var storage: UnsafeMutablePointer<Element>
    @usableFromInline private(set) var capacity: Int
    @usableFromInline var filled = 0

    public init(capacity: Int) {
        self.capacity = max(capacity, 1)
        storage = .allocate(capacity: self.capacity)
    }
    deinit { storage.deallocate() }

    @inlinable public var count: Int { filled }
    /// The first value. Valid until the next append.
    @inlinable public var base: UnsafePointer<Element> { UnsafePointer(storage) }
    @inlinable public var buffer: UnsafeBufferPointer<Element> { UnsafeBufferPointer(start: storage, count: filled) }

    @inlinable public subscript(index: Int) -> Element {
        precondition(index >= 0 && index < filled)
        return storage[index]
    }

    @inlinable public func append(_ element: Element) {
        if filled == capacity { grow(to: filled + 1) }
        (storage + filled).initialize(to: element)
        filled += 1
    }

    /// Adds values from memory that is readable in whole sixteens of bytes: they are moved so, without a call.
    @inlinable @inline(__always) public func append(sixteens source: UnsafeRawPointer, count: Int) {
        let stride = MemoryLayout<Element>.stride
        if filled + count + 16 / stride + 1 > capacity { grow(to: filled + count + 16 / stride + 1) }
        let end = UnsafeMutableRawPointer(storage + filled)
        var at = 0
        while at < count &* stride {
            end.storeBytes(of: source.loadUnaligned(fromByteOffset: at, as: SIMD2<UInt64>.self), toByteOffset: at, as: SIMD2<UInt64>.self)
            at &+= 16
        }
        filled += count
    }

    @inlinable public func modify(_ index: Int, _ body: (inout Element) -> Void) {
        precondition(index >= 0 && index < filled)
        body(&storage[index])
    }

    @inlinable public func removeAll() { filled = 0 }

    /// Empties it, and gives its memory back where that is more than so many bytes.
    func giveBack(above bytes: Int) {
        filled = 0
        guard capacity * MemoryLayout<Element>.stride > bytes else { return }
        storage.deallocate()
        capacity = 16
        storage = .allocate(capacity: capacity)
    }

    @inlinable public func truncate(to count: Int) {
        precondition(count >= 0 && count <= filled)
        filled = count
    }

    @inline(never) @usableFromInline func grow(to needed: Int) {
        let larger = max(needed, capacity * 2)
        let moved = UnsafeMutablePointer<Element>.allocate(capacity: larger)
        moved.moveInitialize(from: storage, count: filled)
        storage.deallocate()
        storage = moved
        capacity = larger
    }
}

extension ArenaBuffer where Element == UInt8 {
    /// Adds the first `count` bytes of memory that is readable in whole eights, and says where they are. For names, which are
    /// short: no call is made to move them.
    @inlinable @inline(__always) public func append(eights: UnsafePointer<UInt64>, count: Int)
        -> TextRef
    {
        if filled + count + 8 > capacity { grow(to: filled + count + 8) }
        let end = UnsafeMutableRawPointer(storage + filled)
        var at = 0
        while at < count {
            end.storeBytes(of: eights[at >> 3], toByteOffset: at, as: UInt64.self)
            at += 8
        }
        let ref = TextRef(
            offset: UInt32(truncatingIfNeeded: filled), count: UInt32(truncatingIfNeeded: count))
        filled += count
        return ref
    }

    /// Adds bytes, also ones that lie in this very buffer, and says where they are.
    @inlinable public func append(bytes: UnsafeRawBufferPointer) -> TextRef {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return .none }
        let offset = filled
        if filled + bytes.count > capacity {
            let own = source >= UnsafeRawPointer(storage) && source < UnsafeRawPointer(storage + filled)
            let distance = own ? source - UnsafeRawPointer(storage) : 0
            grow(to: filled + bytes.count)
            let from = own ? UnsafeRawPointer(storage) + distance : source
            UnsafeMutableRawPointer(storage + offset).copyMemory(from: from, byteCount: bytes.count)
        } else {
            UnsafeMutableRawPointer(storage + offset).copyMemory(from: source, byteCount: bytes.count)
        }
        filled += bytes.count
        return TextRef(offset: UInt32(truncatingIfNeeded: offset), count: UInt32(truncatingIfNeeded: bytes.count))
    }
}
