// The connections of one resource to its servers, counted over all event loops, and who waits for one.

import Synchronization
import Transport

/// The pool of a resource. A connection stays on its event loop, and so do the lists of idle ones (`PostgresPoolShelf`); here is what they
/// agree on: how many there are, and in which order those who wait get one. Whoever finds no connection waits for a *place*: the right to
/// open one. A place becomes free when a connection closes, and goes to who has waited longest.
final class PostgresPool: Sendable {
    let settings: GatewayConfiguration.Pool
    /// In the names of what is prepared on its connections.
    let nonce: String
    private let metrics: GatewayMetrics
    private let note: @Sendable (String) -> Void

    private struct Waiting {
        var number: UInt64
        /// Monotonic nanoseconds.
        var since: UInt64
        /// Tells the loop of the one who waits that it has a place.
        var grant: @Sendable () -> Void
    }
    private struct State {
        var places = 0
        var next: UInt64 = 1
        var queue: [Waiting] = []
        var shelves: [ObjectIdentifier: (shelf: LoopBound<PostgresPoolShelf>, loop: SocketLoop, idle: PostgresIdleCount)] = [:]
    }
    private let state = Mutex(State())
    private let waiting = Atomic<Int>(0)
    private let closed = Atomic<Bool>(false)

    /// - Parameter note: for the log.
    init(_ settings: GatewayConfiguration.Pool, nonce: String, metrics: GatewayMetrics, note: @escaping @Sendable (String) -> Void) {
        self.settings = settings
        self.nonce = nonce
        self.metrics = metrics
        self.note = note
    }

    var isClosed: Bool { closed.load(ordering: .sequentiallyConsistent) }
    /// How many wait, on all loops.
    var waitingCount: Int { waiting.load(ordering: .sequentiallyConsistent) }
    /// Connections that are open or being opened.
    var placeCount: Int { state.withLock { $0.places } }
    var idleCount: Int { state.withLock { $0.shelves.values.reduce(0) { $0 + $1.idle.count } } }

    // MARK: - Shelves

    /// The idle connections of a loop. Called on it.
    func shelf(on loop: SocketLoop, of place: PostgresBackendPlace) -> PostgresPoolShelf {
        if let known = state.withLock({ $0.shelves[ObjectIdentifier(loop)]?.shelf }) { return known.value }
        let made = PostgresPoolShelf(self, place, on: loop, metrics, note: note)
        let bound = LoopBound(made, on: loop)
        state.withLock { $0.shelves[ObjectIdentifier(loop)] = (bound, loop, made.idleCount) }
        return made
    }

    /// Every idle connection is closed, and none is kept from now on.
    func close() {
        closed.store(true, ordering: .sequentiallyConsistent)
        forEachShelf { $0.closeAll() }
    }

    private func forEachShelf(_ body: @escaping @Sendable (PostgresPoolShelf) -> Void) {
        for (shelf, loop, _) in state.withLock({ Array($0.shelves.values) }) { loop.execute { body(shelf.value) } }
    }

    // MARK: - Places

    enum Claim {
        /// A connection may be opened.
        case granted
        /// `grant` will be called when one may be.
        case waits(UInt64)
    }

    /// - Parameter grant: called on any thread with the number of the wait.
    func claim(at now: UInt64, granting grant: @escaping @Sendable (UInt64) -> Void) -> Claim {
        state.withLock { state in
            if state.places < settings.size {
                state.places += 1
                return .granted
            }
            let number = state.next
            state.next += 1
            state.queue.append(Waiting(number: number, since: now) { grant(number) })
            waiting.store(state.queue.count, ordering: .sequentiallyConsistent)
            return .waits(number)
        }
    }

    /// A connection has closed, or a place that was granted is not needed.
    func release() {
        let first = state.withLock { state -> Waiting? in
            guard !state.queue.isEmpty else {
                state.places -= 1
                return nil
            }
            defer { waiting.store(state.queue.count, ordering: .sequentiallyConsistent) }
            return state.queue.removeFirst()
        }
        first?.grant()
    }

    /// Somebody does not wait any more. A place that is on its way is released by whoever it comes to.
    func leave(_ number: UInt64) {
        state.withLock { state in
            state.queue.removeAll { $0.number == number }
            waiting.store(state.queue.count, ordering: .sequentiallyConsistent)
        }
    }

    /// Since when the one who waits longest has waited; nil where nobody does.
    var longestWait: (number: UInt64, since: UInt64)? { state.withLock { $0.queue.first.map { ($0.number, $0.since) } } }

    /// Has one idle connection closed on some other loop, so that its place becomes free.
    func makeRoom(besides own: SocketLoop) {
        let other = state.withLock { $0.shelves.first { $0.key != ObjectIdentifier(own) && $0.value.idle.count > 0 }?.value }
        guard let other else { return }
        other.loop.execute { other.shelf.value.closeOldest() }
    }
}

/// How many connections are idle on one loop: written there, read anywhere.
final class PostgresIdleCount: Sendable {
    private let value = Atomic<Int>(0)
    var count: Int { value.load(ordering: .sequentiallyConsistent) }
    func set(_ count: Int) { value.store(count, ordering: .sequentiallyConsistent) }
}
