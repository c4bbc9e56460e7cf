// Who has asked how often, and from how many sessions: the counters behind `per minute` and `concurrent`.

import Machine
import Synchronization

/// Shared by all sessions of a gateway. It lives in memory: a gateway that starts anew has counted nothing.
public final class LimitLedger: Sendable {
    /// Counters kept before those that count nothing, and that no session has, are let go for the first time.
    static let firstSweep = 16_384

    /// A rule's counter is each subject's own: one busy job does not use up what another may do.
    private struct Key: Hashable {
        let rule: String
        let resource: String
        let issuer: String
        let subject: String
    }
    private struct State {
        var counters: [Key: LimitCounter] = [:]
        var sweepAt = LimitLedger.firstSweep
    }
    private let state = Mutex(State())

    public init() {}

    func counter(rule: String, resource: String, caller: Caller, at moment: Moment) -> LimitCounter {
        let key = Key(rule: rule, resource: resource, issuer: caller.claims.issuer, subject: caller.claims.subject)
        return state.withLock { state in
            if let counter = state.counters[key] { return counter }
            if state.counters.count >= state.sweepAt { Self.sweep(&state, at: moment.seconds) }
            let made = LimitCounter()
            state.counters[key] = made
            return made
        }
    }

    /// One that a session has stays, whatever it counts: another for the same would count apart from it.
    private static func sweep(_ state: inout State, at seconds: Int64) {
        var idle: [Key] = []
        // `indices` would hold the table, and so every counter, a second time.
        var index = state.counters.startIndex
        while index != state.counters.endIndex {
            let isHeld = !isKnownUniquelyReferenced(&state.counters.values[index])
            if !isHeld, state.counters.values[index].isIdle(at: seconds) { idle.append(state.counters.keys[index]) }
            index = state.counters.index(after: index)
        }
        for key in idle { state.counters[key] = nil }
        // Where most are needed the next look is as far away, so that it costs each newcomer little.
        state.sweepAt = max(firstSweep, 2 * state.counters.count)
    }
}

/// What one subject has used of one rule's rates and sessions.
final class LimitCounter: Sendable {
    private struct State {
        /// By period in seconds.
        var windows: [Int64: RateWindow] = [:]
        var sessions: Int64 = 0
    }
    private let state = Mutex(State())

    /// Charges requests to every rate, or to none.
    /// - Returns: nil when charged, else the rate that is used up and after how many seconds to ask again (nil: never so many at once).
    func charge(_ requests: Int64, _ rates: [LimitRecord.Rate], at seconds: Int64) -> (rate: LimitRecord.Rate, wait: Int64?)? {
        state.withLock { state in
            var longest: (rate: LimitRecord.Rate, wait: Int64?)?
            for rate in rates {
                let wait = state.windows[rate.seconds, default: RateWindow(period: rate.seconds)].wait(for: requests, of: rate.count, at: seconds)
                switch wait {
                case .none: continue
                case .seconds(let left): if left > longest?.wait ?? 0 { longest = (rate, left) }
                case .never: return (rate, nil)
                }
            }
            if let longest { return longest }
            for rate in rates { state.windows[rate.seconds]?.add(requests, at: seconds) }
            return nil
        }
    }

    /// Takes back what was charged at a moment for requests that were not made after all.
    func refund(_ requests: Int64, _ rates: [LimitRecord.Rate], at seconds: Int64) {
        state.withLock { state in
            for rate in rates { state.windows[rate.seconds]?.add(-requests, at: seconds) }
        }
    }

    /// False when as many sessions are open as may be.
    func enter(_ limit: Int64) -> Bool {
        state.withLock { state in
            guard state.sessions < limit else { return false }
            state.sessions += 1
            return true
        }
    }
    func leave() { state.withLock { $0.sessions -= 1 } }

    /// Whether it counts nothing any more.
    func isIdle(at seconds: Int64) -> Bool {
        state.withLock { state in state.sessions == 0 && state.windows.values.allSatisfy { $0.isEmpty(at: seconds) } }
    }
}

/// One of the sessions that a rule lets be open at once. Given back when the session lets go of it.
final class SessionSlot {
    let counter: LimitCounter
    init?(_ counter: LimitCounter, of limit: Int64) {
        guard counter.enter(limit) else { return nil }
        self.counter = counter
    }
    deinit { counter.leave() }
}

/// Requests of the last period, counted in slots of a sixtieth: never more than the rate in any period, and at most a slot stricter.
/// A rate per second counts the clock's seconds.
struct RateWindow {
    enum Wait: Equatable {
        case none
        case seconds(Int64)
        /// More than the rate at once.
        case never
    }
    private static let slots = 60
    private let slotSeconds: Int64
    /// Newest last; the slot of number n is at n modulo the count.
    private var counts: [Int64]
    /// Number of the newest slot.
    private var newest = Int64.min
    private var total: Int64 = 0

    init(period: Int64) {
        slotSeconds = max(period / Int64(Self.slots), 1)
        counts = Array(repeating: 0, count: period < Int64(Self.slots) ? Int(period) : Self.slots + 1)
    }

    func isEmpty(at seconds: Int64) -> Bool { total == 0 || seconds / slotSeconds - newest >= Int64(counts.count) }

    /// How long until `requests` more fit. Leaves everything as it is but for what is too old to count.
    mutating func wait(for requests: Int64, of limit: Int64, at seconds: Int64) -> Wait {
        advance(to: seconds)
        if total + requests <= limit { return .none }
        if requests > limit { return .never }
        var freed: Int64 = 0
        let oldest = newest - Int64(counts.count) + 1
        for number in oldest...newest {
            freed += counts[place(number)]
            guard total - freed + requests <= limit else { continue }
            let gone = (number + Int64(counts.count)) * slotSeconds
            return .seconds(max(gone - seconds, 1))
        }
        return .never
    }

    /// Adds to the slot of a moment, where that still counts.
    mutating func add(_ requests: Int64, at seconds: Int64) {
        advance(to: seconds)
        let number = min(seconds / slotSeconds, newest)
        guard newest - number < Int64(counts.count) else { return }
        // What was swept out meanwhile cannot be taken back from what came after.
        let added = max(requests, -counts[place(number)])
        counts[place(number)] += added
        total += added
    }

    /// A clock that is set back goes on in the newest slot.
    private mutating func advance(to seconds: Int64) {
        let number = seconds / slotSeconds
        guard number > newest else { return }
        if newest == .min || number - newest >= Int64(counts.count) {
            for index in counts.indices { counts[index] = 0 }
            total = 0
        } else {
            for passed in newest + 1...number {
                total -= counts[place(passed)]
                counts[place(passed)] = 0
            }
        }
        newest = number
    }

    private func place(_ number: Int64) -> Int {
        let count = Int64(counts.count)
        return Int((number % count + count) % count)
    }
}
