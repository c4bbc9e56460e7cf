// From the allows whose limits hold for a message to what may come of it, and to the counters that are charged.

import Inspect
import Machine

/// How much may come of one message: the smallest of all that apply.
public final class StatementLimits: Sendable {
    public enum Kind: String, Sendable {
        case rows = "rows of one result"
        case bytes = "bytes of one result"
        case runtime = "seconds for one request"
    }
    public struct Bound: Sendable, Hashable {
        public var kind: Kind
        public var amount: UInt64
        public var rule: RuleCitation
        /// Index into the program's rules.
        public var index: Int32
    }
    /// Rows and bytes that the client is sent of one result.
    public let rows: Bound?
    public let bytes: Bound?
    /// Seconds from sending the message to the end of its answer.
    public let runtime: Bound?

    init(rows: Bound?, bytes: Bound?, runtime: Bound?) {
        self.rows = rows
        self.bytes = bytes
        self.runtime = runtime
    }
}

/// What was charged for a message, so that it can be taken back when the message is not sent.
public struct LimitCharge {
    fileprivate var requests: Int64
    fileprivate var seconds: Int64
    fileprivate var taken: [(counter: LimitCounter, rates: [LimitRecord.Rate])] = []

    func refund() {
        for (counter, rates) in taken { counter.refund(requests, rates, at: seconds) }
    }
}

/// A limit that is used up.
struct LimitReached: Error {
    let rule: Int
    let message: String
    let hint: String
}

/// The limits of one session under one policy. The last selection is remembered: most messages of a session meet the same rules.
struct LimitSelection {
    private struct Selected {
        var rules: [UInt32]
        var limits: StatementLimits?
        var counted: [(rule: Int, limit: LimitRecord, counter: LimitCounter)]
    }

    private let policy: VerifiedProgram
    private let caller: Caller
    private let resource: String
    private let ledger: LimitLedger?
    private var current: Selected?

    /// - Parameter ledger: nil where nothing is counted, as in a replay.
    init(policy: VerifiedProgram, caller: Caller, resource: String, ledger: LimitLedger?) {
        self.policy = policy
        self.caller = caller
        self.resource = resource
        self.ledger = ledger
    }

    /// What the message may bring, under the rules whose limits hold for it.
    mutating func select(_ rules: ArenaBuffer<UInt32>, at moment: Moment) -> StatementLimits? {
        if let current, rules.buffer.elementsEqual(current.rules) { return current.limits }
        let made = make(Array(rules.buffer), moment)
        current = made
        return made.limits
    }

    private func make(_ rules: [UInt32], _ moment: Moment) -> Selected {
        var selected = Selected(rules: rules, limits: nil, counted: [])
        var (rows, bytes, runtime): (StatementLimits.Bound?, StatementLimits.Bound?, StatementLimits.Bound?)
        for rule in rules.map(Int.init).sorted() {
            guard let limit = policy.program.rules[rule].limit else { continue }
            let citation = RuleCitation(policy, rule)
            func smaller(
                _ known: StatementLimits.Bound?, _ amount: Int64?, _ kind: StatementLimits.Kind
            ) -> StatementLimits.Bound? {
                guard let amount, UInt64(amount) < known?.amount ?? .max else { return known }
                return StatementLimits.Bound(kind: kind, amount: UInt64(amount), rule: citation, index: Int32(rule))
            }
            rows = smaller(rows, limit.rows, .rows)
            bytes = smaller(bytes, limit.bytes, .bytes)
            runtime = smaller(runtime, limit.runtime, .runtime)
            guard let ledger, limit.concurrent != nil || !limit.rates.isEmpty else { continue }
            let counter = ledger.counter(rule: citation.name, resource: resource, caller: caller, at: moment)
            selected.counted.append((rule, limit, counter))
        }
        if rows != nil || bytes != nil || runtime != nil { selected.limits = StatementLimits(rows: rows, bytes: bytes, runtime: runtime) }
        return selected
    }

    /// Charges the message that was selected for to every counter, or to none.
    func charge(
        _ requests: Int64, at moment: Moment, slots: inout [SessionSlot]
    ) -> Result<LimitCharge?, LimitReached> {
        guard let current, !current.counted.isEmpty else { return .success(nil) }
        // Kept only by a message that is let through.
        var taken: [SessionSlot] = []
        for (rule, limit, counter) in current.counted {
            guard let most = limit.concurrent, !slots.contains(where: { $0.counter === counter }) else { continue }
            guard let slot = SessionSlot(counter, of: most) else { return .failure(sessions(rule, most)) }
            taken.append(slot)
        }
        var charge = LimitCharge(requests: requests, seconds: moment.seconds)
        for (rule, limit, counter) in current.counted where !limit.rates.isEmpty {
            if let (rate, wait) = counter.charge(requests, limit.rates, at: moment.seconds) {
                charge.refund()
                return .failure(used(rule, rate, wait, requests))
            }
            charge.taken.append((counter, limit.rates))
        }
        slots += taken
        return .success(charge)
    }

    private func sessions(_ rule: Int, _ most: Int64) -> LimitReached {
        LimitReached(
            rule: rule, message: "rule \(policy.ruleName(rule)) lets \(most) sessions be open at once, and they are taken",
            hint: "close one of them, or try again when one has ended")
    }

    private func used(_ rule: Int, _ rate: LimitRecord.Rate, _ wait: Int64?, _ requests: Int64) -> LimitReached {
        let name = policy.ruleName(rule)
        guard let wait else {
            return LimitReached(
                rule: rule, message: "rule \(name) allows \(rate.description), and this message alone holds \(requests) statements",
                hint: "send fewer statements at once")
        }
        return LimitReached(
            rule: rule, message: "rule \(name) allows \(rate.description), and they are used up", hint: "try again in \(wait) s")
    }
}
