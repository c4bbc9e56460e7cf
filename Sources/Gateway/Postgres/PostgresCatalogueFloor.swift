// How old a catalogue may be, agreed between the sessions of a resource.

import Synchronization

/// The oldest moment of which a catalogue may be believed. Raised when any session's DDL has taken effect, asked by every session before
/// it believes what it knows: a view whose columns another session has swapped must not be masked by what it was.
final class PostgresCatalogueFloor: Sendable {
    private let raised = Atomic<UInt64>(0)

    /// Monotonic nanoseconds.
    var moment: UInt64 { raised.load(ordering: .sequentiallyConsistent) }

    /// Never lowers it.
    func raise(to moment: UInt64) { raised.max(moment, ordering: .sequentiallyConsistent) }
}
