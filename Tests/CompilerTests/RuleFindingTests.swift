// Rules that are said to make no difference: without them random policies decide every sampled request as before.

import Foundation
import Machine
import PolicyLang
import Testing

@testable import Compiler

struct RuleFindingTests {
    /// `PROOF_POLICIES=2000` looks longer; seeds go on where the ordinary run ends.
    static let policiesPerSeries = ProcessInfo.processInfo.environment["PROOF_POLICIES"].flatMap { Int($0) } ?? 10
    static let requestsPerPolicy = 60

    @Test(arguments: 0..<6) func withoutThemNothingChanges(_ series: Int) throws {
        var counts: [RuleFinding.Kind: Int] = [:]
        var compared = 0
        // Some more, until each kind was found.
        for number in 0..<6 * Self.policiesPerSeries where number < Self.policiesPerSeries || counts[.neverApplies, default: 0] == 0 {
            let seed = UInt64(3_000_000 + series * Self.policiesPerSeries + number)
            var random = RandomPolicy(seed: seed)
            var text = random.policy()
            // Rules that say what others say, or a part of it.
            for index in 0..<4 { text += random.rule(50 + index, effect: ["allow", "deny", "approve", "deny"][index], mayObserve: false) }
            text += "allow inserts { on two  to insert public.orders, app.orders  when statement.count > 1 }\n"
            text += "allow more_inserts { on two  to insert any.any }\n"
            guard let world = ProofTests.World(text) else {
                Issue.record("seed \(seed)")
                return
            }
            let findings = RuleFindings(world.reasoned).findings { _ in true }
            for finding in findings { counts[finding.kind, default: 0] += 1 }
            // All at once: each is covered by rules that stay.
            let names = Set(findings.map { $0.rule.declaration.name.text })
            var tree = world.tree
            tree.declarations.removeAll { if case .rule(let rule) = $0 { names.contains(rule.name.text) } else { false } }
            for _ in 0..<Self.requestsPerPolicy {
                guard let request = ProofTests.usable(random.request()) else { continue }
                let before = ReferenceEvaluator(world.tree, request)
                guard before.identity != nil else { continue }
                let (was, isNow) = (before.decide(), ReferenceEvaluator(tree, request).decide())
                compared += 1
                guard was.outcome == isNow.outcome, was.masks == isNow.masks, was.limits == isNow.limits, was.watched == isNow.watched else {
                    Issue.record("seed \(seed): without \(names.sorted()), \(was) becomes \(isNow) for \(request)\n\(text)")
                    return
                }
            }
        }
        #expect(counts[.covered, default: 0] > Self.policiesPerSeries && counts[.neverApplies, default: 0] > 0 && compared > 100, "\(counts)")
    }
}
