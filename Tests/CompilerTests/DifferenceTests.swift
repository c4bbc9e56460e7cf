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

        func standing(_ request: ReferenceRequest) -> (identity: String?, standing: Standing, asking: Set<String>) {
            let evaluator = ReferenceEvaluator(tree, request)
            guard evaluator.identity != nil else { return (nil, .refused, []) }
            let decision = evaluator.decide()
            let standing: Standing = decision.outcome == .allowed ? .passes : decision.outcome == .approval ? .asks : .refused
            return (evaluator.identity, standing, decision.asking)
        }

        /// Whether these people, all of whom agree, are enough for every rule that asks.
        func isAgreed(_ asking: Set<String>, by people: [ReferenceRequest]) -> Bool {
            tree.declarations.allSatisfy { declaration in
                guard case .rule(let rule) = declaration, asking.contains(rule.name.text) else { return true }
                let agreed = people.count { ReferenceEvaluator(tree, $0).mayAgree(to: rule) }
                return agreed >= rule.quorum?.value ?? 1
            }
        }
    }

    private enum Standing { case refused, asks, passes }

    /// Before and after, as each kind of change of what passes has it.
    private static let kinds: [(kind: PolicyChange.Kind, before: Standing, after: Standing)] = [
        (.newlyAllowed, .refused, .passes), (.newlyWithApproval, .refused, .asks), (.approvalDropped, .asks, .passes),
        (.nowDenied, .passes, .refused), (.noLongerWithApproval, .asks, .refused), (.nowNeedsApproval, .passes, .asks),
        (.approvalWeakened, .asks, .asks), (.approvalStrengthened, .asks, .asks),
    ]

    /// Tokens of people who may be asked: every identity, and some without one, or perhaps with two, in a group or not.
    private static let people: [ReferenceRequest] = [
        ("rich", "ada", []), ("rich", "bob", []), ("plain", "eve", []), ("rich", "ada", ["dba"]), ("rich", "zoe", ["dba"]), ("rich", "yan", ["dba"]),
        ("rich", "max", ["dba"]),
    ].map { issuer, subject, groups in
        var request = ReferenceRequest()
        request.issuer = issuer
        request.claims = ["sub": .string(subject), "groups": .strings(groups)]
        return request
    }

    @Test(arguments: 0..<8) func differenceAndReferenceAgree(_ series: Int) throws {
        var counts = (same: 0, shown: 0, met: 0, asked: 0)
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
            for change in difference.changes {
                guard let wanted = Self.kinds.first(where: { $0.kind == change.kind }) else { continue }
                for witness in change.witnesses where !witness.abstract.isOpen {
                    guard let request = ProofTests.request(witness) else { continue }
                    counts.shown += 1
                    guard old.standing(request).standing == wanted.before, new.standing(request).standing == wanted.after else {
                        Issue.record("\(change.kind) is not so for \(request)\n\(about)")
                        return
                    }
                }
            }
            for _ in 0..<Self.requestsPerPair {
                guard let request = ProofTests.usable(random.request()), request.accesses.count == 1 else { continue }
                let (before, after) = (old.standing(request), new.standing(request))
                guard let identity = after.identity else { continue }
                var kinds = Self.kinds.filter { $0.before == before.standing && $0.after == after.standing }.map(\.kind)
                if before.standing == .asks, after.standing == .asks {
                    // Agreement that is enough for the one and not for the other, whoever it is that agrees.
                    kinds = []
                    for number in 0..<(1 << Self.people.count) {
                        let people = Self.people.indices.filter { number & (1 << $0) != 0 }.map { Self.people[$0] }
                        let (was, isNow) = (old.isAgreed(before.asking, by: people), new.isAgreed(after.asking, by: people))
                        if was != isNow { kinds.append(isNow ? .approvalWeakened : .approvalStrengthened) }
                    }
                    counts.asked += kinds.isEmpty ? 0 : 1
                }
                guard !kinds.isEmpty else { continue }
                counts.met += 1
                let isThere = difference.verdict == .notDecided || Set(kinds).allSatisfy { kind in
                    difference.changes.contains { change in
                        change.identity == identity && change.resource == request.resource && change.verb == request.accesses[0].verb
                            && change.kind == kind
                    }
                }
                guard isThere else {
                    Issue.record("\(request) is decided otherwise, and not in the difference\n\(about)")
                    return
                }
            }
        }
        #expect(counts.shown > Self.pairsPerSeries && counts.same < Self.pairsPerSeries, "\(counts)")
    }

    /// An approver who may have had a second identity had no say; without that identity the same token has one.
    @Test func whoMayHaveHadTwoIdentitiesIsHeardAnew() throws {
        let rest = """
            policy p edition 1
            issuer dev : oidc { url "https://dev.example"  audience "postern"  claims { sub string, team string optional } }
            identity bot from dev { when claim.sub == "bot" }
            identity lead from dev { when claim.sub == "boss" unless has claim.team }
            group leads from dev { when claim.sub == "boss" }
            resource db : postgres { search_path public }
            approve updates { who bot  on db  to update  by leads }

            """
        let (two, one) = (Side(rest + "identity shop from dev { when claim.sub like \"bo?s\" and claim.team == \"shop\" }\n"), Side(rest))
        let (old, new) = (try #require(two), try #require(one))
        #expect(PolicyDifference(from: old.reasoned, to: new.reasoned).changes.contains { $0.kind == .approvalWeakened })
        #expect(PolicyDifference(from: new.reasoned, to: old.reasoned).changes.contains { $0.kind == .approvalStrengthened })
    }
}
