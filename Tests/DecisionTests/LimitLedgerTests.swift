// The counters behind rates and sessions: held against a plain log of what was let through.

import Machine
import TestSupport
import Testing

@testable import Decision

@Suite struct LimitLedgerTests {
    /// Never more than the rate in any period, and a slot stricter at most; what is told to wait for is enough.
    @Test(arguments: [60, 3600, 86_400] as [Int64], 0..<4) func neverMoreInAnyPeriod(_ period: Int64, _ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        func below(_ count: Int64) -> Int64 { Int64(random.below(Int(count))) }
        let rates = [LimitRecord.Rate(count: 7, seconds: period)]
        let counter = LimitCounter()
        var log: [Int64] = []
        var refusals = 0
        var now: Int64 = 1_772_000_000
        for _ in 0..<2000 {
            now += below(period / 5)
            if let (_, wait) = counter.charge(1, rates, at: now) {
                refusals += 1
                let slot = max(period / 60, 1)
                #expect(log.count { $0 > now - period - 2 * slot } >= 7, "refused although there is room")
                let later = now + (wait ?? 0)
                #expect(counter.charge(1, rates, at: later) == nil, "told to come after \(wait ?? 0) s and refused")
                log.append(later)
                now = later
            } else {
                log.append(now)
            }
            #expect(log.count { $0 > now - period } <= 7)
        }
        #expect(refusals > 50)
    }

    @Test func whatIsTakenBackIsThereAgain() {
        let rates = [LimitRecord.Rate(count: 2, seconds: 60)]
        let counter = LimitCounter()
        #expect(counter.charge(2, rates, at: 100) == nil)
        #expect(counter.charge(1, rates, at: 101) != nil)
        counter.refund(2, rates, at: 100)
        #expect(counter.charge(2, rates, at: 101) == nil)
        // What is taken back late must not give more than there was.
        counter.refund(2, rates, at: 100)
        #expect(counter.charge(1, rates, at: 102) != nil)
    }

    /// Many subjects: those that count nothing are let go, those that count or that somebody has stay.
    @Test func countersThatCountStay() throws {
        let ledger = LimitLedger()
        func caller(_ subject: String) -> Caller {
            Caller(
                identity: "job", groups: [],
                claims: VerifiedClaims(issuer: "dev", subject: subject, values: [:], proof: .bearer))
        }
        let moment = Moment(seconds: 1_772_000_000)
        let busy = ledger.counter(rule: "r", resource: "db", caller: caller("busy"), at: moment)
        #expect(busy.charge(1, [LimitRecord.Rate(count: 1, seconds: 3600)], at: moment.seconds) == nil)
        let held = ledger.counter(rule: "r", resource: "db", caller: caller("held"), at: moment)
        weak let idle = ledger.counter(rule: "r", resource: "db", caller: caller("idle"), at: moment)
        weak let counting = ledger.counter(rule: "r", resource: "db", caller: caller("counting"), at: moment)
        #expect(counting?.charge(1, [LimitRecord.Rate(count: 1, seconds: 3600)], at: moment.seconds) == nil)
        #expect(idle != nil)
        for number in 0..<LimitLedger.firstSweep {
            _ = ledger.counter(rule: "r", resource: "db", caller: caller("\(number)"), at: moment)
        }
        #expect(idle == nil)
        #expect(counting != nil)
        #expect(ledger.counter(rule: "r", resource: "db", caller: caller("busy"), at: moment) === busy)
        #expect(ledger.counter(rule: "r", resource: "db", caller: caller("held"), at: moment) === held)
    }
}
