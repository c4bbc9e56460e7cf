// Which way a change can go: what is added to forbid, ask, mask or bound never loosens, and neither does a fact that is not known.

import Foundation
import Machine
import PolicyLang
import Testing

@testable import Compiler

struct DirectionTests {
    static let policiesPerSeries = ReferenceTests.policiesPerSeries / 4

    /// How far a request comes by itself.
    static func rank(_ outcome: Verdict.Outcome) -> Int {
        switch outcome {
        case .denied, .uncovered: 0
        case .approval: 1
        case .allowed: 2
        }
    }

    private static func compile(_ text: String, _ seed: UInt64) throws -> VerifiedProgram {
        let options = CompileOptions(date: ReferenceTests.date) { _ in Array(RandomPolicy.schema.utf8) }
        let result = PolicyCompiler.compile(files: [SourceFile(path: "world.postern", text: text)], options: options)
        let program = try #require(
            result.program, "seed \(seed): \(DiagnosticText.render(result.diagnostics.filter { $0.severity == .error }, files: result.sources))")
        return try VerifiedProgram.load(try ProgramCodec.encode(program))
    }

    private static func decide(_ verified: VerifiedProgram, _ request: ReferenceRequest) -> ReferenceEvaluator.Decision? {
        ReferenceTests.machine(verified, request).map { ReferenceTests.decide($0.machine, verified, request) }
    }

    /// An approve lets nothing pass by itself that did not pass before; what no rule spoke of may be asked about now.
    private static func isTightened(_ before: ReferenceEvaluator.Decision, _ after: ReferenceEvaluator.Decision, by effect: String) -> Bool {
        if effect == "approve", before.outcome == .uncovered { return after.outcome == .uncovered || after.outcome == .approval }
        guard rank(after.outcome) <= rank(before.outcome) else { return false }
        guard rank(after.outcome) > 0 else { return true }
        return before.masks.isSubset(of: after.masks) && before.limits.isSubset(of: after.limits) && before.asking.isSubset(of: after.asking)
    }

    @Test(arguments: 0..<4) func addingARuleThatForbidsNeverLoosens(_ series: Int) throws {
        var changed = 0
        for number in 0..<Self.policiesPerSeries {
            let seed = UInt64(1_000_000 + series * Self.policiesPerSeries + number)
            var random = RandomPolicy(seed: seed)
            let text = random.policy()
            let effect = ["deny", "approve", "mask"][number % 3]
            let added = random.rule(99, effect: effect, mayObserve: false)
            let before = try Self.compile(text, seed)
            let after = try Self.compile(text + added, seed)
            for turn in 0..<ReferenceTests.requestsPerPolicy {
                let request = random.request()
                guard let was = Self.decide(before, request), let now = Self.decide(after, request) else { continue }
                if was != now { changed += 1 }
                guard Self.isTightened(was, now, by: effect) else {
                    Issue.record("seed \(seed), turn \(turn)\nbefore \(was)\nafter  \(now)\n\(added)\n\(request)\n\(text)")
                    return
                }
            }
        }
        #expect(changed > 0)
    }

    @Test(arguments: 0..<4) func aFactThatIsNotKnownNeverLoosens(_ series: Int) throws {
        var changed = 0
        for number in 0..<Self.policiesPerSeries {
            let seed = UInt64(2_000_000 + series * Self.policiesPerSeries + number)
            var random = RandomPolicy(seed: seed)
            // Whether something is known is itself known.
            let text = random.policy().replacing(/has [a-z_.]+(\["[^"]*"\])?/, with: "true")
            let program = try Self.compile(text, seed)
            for turn in 0..<ReferenceTests.requestsPerPolicy {
                let request = random.request()
                guard let was = Self.decide(program, request) else {
                    // Nobody, or more than one: less that is known makes no one of it.
                    for (what, hidden) in Self.hidden(request) where Self.decide(program, hidden) != nil {
                        Issue.record("seed \(seed), turn \(turn), without \(what) there is a caller\n\(request)\n\(text)")
                    }
                    continue
                }
                for (what, hidden) in Self.hidden(request) {
                    guard let now = Self.decide(program, hidden) else { continue }
                    if was != now { changed += 1 }
                    guard Self.rank(now.outcome) <= Self.rank(was.outcome),
                        Self.rank(now.outcome) == 0 || was.masks.isSubset(of: now.masks) && was.asking.isSubset(of: now.asking)
                                && was.limits.isSubset(of: now.limits)
                    else {
                        Issue.record("seed \(seed), turn \(turn), without \(what)\nbefore \(was)\nafter  \(now)\n\(request)\n\(text)")
                        return
                    }
                }
            }
        }
        #expect(changed > 0)
    }

    private static func hidden(_ request: ReferenceRequest) -> [(String, ReferenceRequest)] {
        func without(_ what: String, _ change: (inout ReferenceRequest) -> Void) -> (String, ReferenceRequest) {
            var changed = request
            change(&changed)
            return (what, changed)
        }
        return [
            without("session.reason") { $0.reason = nil },
            // Groups ask about these two, and identities about the third.
            without("claim.groups") { $0.claims["groups"] = nil },
            without("claim.level") { $0.claims["level"] = nil },
            without("claim.admin") { $0.claims["admin"] = nil },
            without("claim.levels") { $0.claims["levels"] = nil },
            without("claim.until") { $0.claims["until"] = nil },
            without("claim.team") { $0.claims["team"] = nil },
            without("request.source") { $0.source = nil },
            without("statement.in_transaction") { $0.inTransaction = nil },
            without("statement.kind") { for index in $0.statements.indices { $0.statements[index].kind = nil } },
            without("statement.where") { for index in $0.statements.indices { $0.statements[index].whereShape = nil } },
            without("statement.has_limit") { for index in $0.statements.indices { $0.statements[index].hasLimit = nil } },
            without("statement.first_seen") { for index in $0.statements.indices { $0.statements[index].firstSeen = nil } },
            without("access.columns") { for index in $0.accesses.indices { $0.accesses[index].columns = nil } },
        ]
    }
}
