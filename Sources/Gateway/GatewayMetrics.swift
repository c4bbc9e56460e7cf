// Counters of a gateway, and their Prometheus text form (exposition format 0.0.4).

import Decision
import Synchronization

/// Counted by every event loop, read by the admin endpoint. Counters only grow; gauges may fall.
public final class GatewayMetrics: Sendable {
    private let opened = Atomic<Int>(0)
    private let active = Atomic<Int>(0)
    private let overLimit = Atomic<Int>(0)
    private let authenticated = Atomic<Int>(0)
    private let rejected = Atomic<Int>(0)
    private let allowed = Atomic<Int>(0)
    private let denied = Atomic<Int>(0)
    private let uncovered = Atomic<Int>(0)
    private let guarded = Atomic<Int>(0)
    private let invalid = Atomic<Int>(0)
    private let limited = Atomic<Int>(0)
    private let held = Atomic<Int>(0)
    private let approved = Atomic<Int>(0)
    private let declined = Atomic<Int>(0)
    private let withdrawn = Atomic<Int>(0)
    private let observed = Atomic<Int>(0)
    private let watched = Atomic<Int>(0)
    private let noticesSent = Atomic<Int>(0)
    private let noticesDropped = Atomic<Int>(0)
    private let failedSearches = Atomic<Int>(0)
    private let cancels = Atomic<Int>(0)
    private let poolWaits = Atomic<Int>(0)
    private let poolRefusals = Atomic<Int>(0)
    private let poolDiscards = Atomic<Int>(0)
    private let poolPins = Atomic<Int>(0)
    private let loaded = Atomic<Int>(0)
    private let refused = Atomic<Int>(0)
    /// Seconds since 1970 of the first refused reload after the last good one; 0 when the policy in force is the newest.
    private let refusedSince = Atomic<Int>(0)

    public init() {}

    /// Connections open now.
    public var activeConnections: Int { active.load(ordering: .relaxed) }

    public func connectionOpened() {
        opened.add(1, ordering: .relaxed)
        active.add(1, ordering: .relaxed)
    }
    public func connectionClosed() { active.subtract(1, ordering: .relaxed) }
    public func connectionOverLimit() { overLimit.add(1, ordering: .relaxed) }
    public func authentication(succeeded: Bool) {
        if succeeded {
            authenticated.add(1, ordering: .relaxed)
        } else {
            rejected.add(1, ordering: .relaxed)
        }
    }
    public func cancelRequested() { cancels.add(1, ordering: .relaxed) }

    public func decided(_ effect: DecisionRecord.Effect) {
        switch effect {
        case .allow: allowed.add(1, ordering: .relaxed)
        case .deny: denied.add(1, ordering: .relaxed)
        case .uncovered: uncovered.add(1, ordering: .relaxed)
        case .guarded: guarded.add(1, ordering: .relaxed)
        case .invalid: invalid.add(1, ordering: .relaxed)
        case .limited: limited.add(1, ordering: .relaxed)
        case .held: held.add(1, ordering: .relaxed)
        case .approved: approved.add(1, ordering: .relaxed)
        case .declined: declined.add(1, ordering: .relaxed)
        case .withdrawn: withdrawn.add(1, ordering: .relaxed)
        }
    }

    public func ruleObserved() { observed.add(1, ordering: .relaxed) }
    public func watchHeld() { watched.add(1, ordering: .relaxed) }
    public func noticeSent() { noticesSent.add(1, ordering: .relaxed) }
    public func noticeDropped() { noticesDropped.add(1, ordering: .relaxed) }

    public func searchesFailed(_ count: UInt64) { failedSearches.add(Int(clamping: count), ordering: .relaxed) }

    /// Somebody found no pooled connection free.
    func poolWaited() { poolWaits.add(1, ordering: .relaxed) }
    /// And got none in time.
    func poolRefused() { poolRefusals.add(1, ordering: .relaxed) }
    /// A pooled connection was closed because it could not be used again.
    func poolDiscarded() { poolDiscards.add(1, ordering: .relaxed) }
    /// A session in transaction pooling was bound to its connection.
    func poolPinned() { poolPins.add(1, ordering: .relaxed) }

    public func policyLoaded() {
        loaded.add(1, ordering: .relaxed)
        refusedSince.store(0, ordering: .relaxed)
    }
    public func policyRefused(at seconds: Int) {
        refused.add(1, ordering: .relaxed)
        _ = refusedSince.compareExchange(expected: 0, desired: seconds, ordering: .relaxed)
    }
    public var policyRefusedSince: Int { refusedSince.load(ordering: .relaxed) }

    /// One sample that is known only when asked for.
    public struct Gauge: Sendable {
        public var name: String
        public var help: String
        public var value: Int
        public init(name: String, help: String, value: Int) {
            self.name = name
            self.help = help
            self.value = value
        }
    }

    public func text(also gauges: [Gauge]) -> String {
        var out = ""
        func add(_ name: String, _ kind: String, _ help: String, _ samples: [(labels: String, value: Int)]) {
            out += "# HELP postern_\(name) \(help)\n# TYPE postern_\(name) \(kind)\n"
            for sample in samples { out += "postern_\(name)\(sample.labels) \(sample.value)\n" }
        }
        func now(_ counter: borrowing Atomic<Int>) -> Int { counter.load(ordering: .relaxed) }
        add("connections_total", "counter", "Client connections accepted.", [("", now(opened))])
        add("connections_active", "gauge", "Client connections open now.", [("", now(active))])
        add("connections_refused_total", "counter", "Client connections over the limit.", [("", now(overLimit))])
        add(
            "authentications_total", "counter", "Proofs of identity, by result.",
            [("{result=\"accepted\"}", now(authenticated)), ("{result=\"rejected\"}", now(rejected))])
        add(
            "decisions_total", "counter", "Messages decided, by effect.",
            [
                ("{effect=\"allow\"}", now(allowed)), ("{effect=\"deny\"}", now(denied)),
                ("{effect=\"uncovered\"}", now(uncovered)), ("{effect=\"guarded\"}", now(guarded)),
                ("{effect=\"invalid\"}", now(invalid)), ("{effect=\"limited\"}", now(limited)),
                ("{effect=\"held\"}", now(held)), ("{effect=\"approved\"}", now(approved)),
                ("{effect=\"declined\"}", now(declined)), ("{effect=\"withdrawn\"}", now(withdrawn)),
            ])
        add(
            "rules_observed_total", "counter", "Statements on which a rule that only observes would have acted.", [("", now(observed))])
        add("watches_total", "counter", "Watches that held for a statement.", [("", now(watched))])
        add(
            "notices_total", "counter", "Notices to channels, by what became of them.",
            [("{result=\"sent\"}", now(noticesSent)), ("{result=\"dropped\"}", now(noticesDropped))])
        add(
            "mask_searches_failed_total", "counter", "Searches of value masks that could not be finished; their cells were withheld.",
            [("", now(failedSearches))])
        add("cancel_requests_total", "counter", "Cancel requests received.", [("", now(cancels))])
        add("pool_waits_total", "counter", "Times that no pooled connection was free.", [("", now(poolWaits))])
        add("pool_refusals_total", "counter", "Times that none became free in time.", [("", now(poolRefusals))])
        add(
            "pool_discards_total", "counter", "Pooled connections closed because they could not be used again.",
            [("", now(poolDiscards))])
        add(
            "pool_pins_total", "counter", "Sessions in transaction pooling that were bound to their connection.",
            [("", now(poolPins))])
        add(
            "policy_loads_total", "counter", "Policy bundles offered, by result.",
            [("{result=\"loaded\"}", now(loaded)), ("{result=\"refused\"}", now(refused))])
        add(
            "policy_refused_since_seconds", "gauge",
            "Unix time since when a newer bundle is being refused; 0 when the newest is in force.", [("", now(refusedSince))])
        for gauge in gauges { add(gauge.name, "gauge", gauge.help, [("", gauge.value)]) }
        return out
    }
}
