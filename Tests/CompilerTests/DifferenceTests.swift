// Random changes of random policies: whatever request two policies decide differently is in their difference, and nothing else is.

import Foundation
import Machine
import PolicyLang
import Testing

@testable import Compiler

struct DifferenceTests {
    /// `PROOF_POLICIES=2000` looks longer; seeds go on where the ordinary run ends.
    static let pairsPerSeries = ProcessInfo.processInfo.environment["PROOF_POLICIES"].flatMap { Int($0) } ?? 4
    static let requestsPerPair = 60

    private struct Side {
        var tree: SyntaxTree
        var reasoned: ReasonedPolicy

        init?(_ text: String) {
            let file = SourceFile(path: "world.postern", text: text)
            let result = PolicyCompiler.compile(
                files: [file], options: CompileOptions(date: ReferenceTests.date) { _ in Array(RandomPolicy.schema.utf8) })
            guard let reasoned = result.reasoned else { return nil }
            self.reasoned = reasoned
            tree = Parser.parse(file).tree
        }

        func passes(_ request: ReferenceRequest) -> (identity: String?, passes: Bool) {
            let evaluator = ReferenceEvaluator(tree, request)
            return (evaluator.identity, evaluator.identity != nil && evaluator.decide().outcome == .allowed)
        }
    }

    @Test(arguments: 0..<8) func differenceAndReferenceAgree(_ series: Int) throws {
        var counts = (same: 0, shown: 0, met: 0)
        for number in 0..<Self.pairsPerSeries {
            let seed = UInt64(2_000_000 + series * Self.pairsPerSeries + number)
            var random = RandomPolicy(seed: seed)
            let text = random.policy()
            let changed = random.changed(text)
            guard let old = Side(text), let new = Side(changed) else {
                Issue.record("seed \(seed)\n\(changed)")
                return
            }
            let difference = PolicyDifference(from: old.reasoned, to: new.reasoned)
            let about = "seed \(seed), \(difference.verdict)\n\(text)\n---\n\(changed)"
            if text == changed { #expect(difference.verdict == .same, "\(about)") }
            if difference.changes.isEmpty { counts.same += 1 }
            for change in difference.changes where change.kind == .newlyAllowed || change.kind == .nowDenied {
                for witness in change.witnesses where !witness.abstract.isOpen {
                    guard let request = ProofTests.request(witness) else { continue }
                    let (before, after) = (old.passes(request).passes, new.passes(request).passes)
                    counts.shown += 1
                    guard before != after, after == change.kind.loosens else {
                        Issue.record("\(change.kind) is not so for \(request)\n\(about)")
                        return
                    }
                }
            }
            for _ in 0..<Self.requestsPerPair {
                guard let request = ProofTests.usable(random.request()), request.accesses.count == 1 else { continue }
                let (before, after) = (old.passes(request), new.passes(request))
                guard before.passes != after.passes, let identity = after.identity else { continue }
                counts.met += 1
                let isThere = difference.verdict == .notDecided || difference.changes.contains { change in
                    change.identity == identity && change.resource == request.resource && change.verb == request.accesses[0].verb
                        && change.kind == (after.passes ? .newlyAllowed : .nowDenied)
                }
                guard isThere else {
                    Issue.record("\(request) is decided otherwise, and not in the difference\n\(about)")
                    return
                }
            }
        }
        #expect(counts.shown > Self.pairsPerSeries && counts.same < Self.pairsPerSeries, "\(counts)")
    }
}
