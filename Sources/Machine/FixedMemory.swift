// One allocation of plain values that never changes after it is made: what all event loops may read without counting references.

/// Immutable plain values at a fixed address for as long as the object lives.
final class FixedMemory<Element: BitwiseCopyable>: @unchecked Sendable {
    // Unchecked: written only in init, and read-only from then on.
    let base: UnsafePointer<Element>
    let count: Int

    init(_ values: [Element]) {
        // Never empty, so that `base` is always a real address.
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(values.count, 1))
        memory.initialize(from: values, count: values.count)
        base = UnsafePointer(memory)
        count = values.count
    }

    deinit { UnsafeMutablePointer(mutating: base).deallocate() }

    subscript(index: Int) -> Element {
        precondition(index >= 0 && index < count)
        return base[index]
    }
}
