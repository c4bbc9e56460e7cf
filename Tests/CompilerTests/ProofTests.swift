// Random proofs about random policies: what is proved no request breaks, and what is said to break a proof does.

import Foundation
import Machine
import PolicyLang
import Testing

@testable import Compiler

struct ProofTests {
    /// `PROOF_POLICIES=2000` looks longer; seeds go on where the ordinary run ends.
    static let policiesPerSeries = ProcessInfo.processInfo.environment["PROOF_POLICIES"].flatMap { Int($0) } ?? 8
    static let requestsPerPolicy = 120

    struct World {
        var tree: SyntaxTree
        var reasoned: ReasonedPolicy
        /// By proof and goal: the policy's tree with the goal as its only rule.
        var goals: [[(isNever: Bool, tree: SyntaxTree)]] = []

        init?(_ text: String) {
            let file = SourceFile(path: "world.postern", text: text)
            let result = PolicyCompiler.compile(
                files: [file], options: CompileOptions(date: ReferenceTests.date) { _ in Array(RandomPolicy.schema.utf8) })
            guard let reasoned = result.reasoned else {
                Issue.record("\(DiagnosticText.render(result.diagnostics.filter { $0.severity == .error }, files: result.sources))")
                return nil
            }
            self.reasoned = reasoned
            tree = Parser.parse(file).tree
            for case .prove(let proof) in tree.declarations {
                goals.append(
                    proof.goals.map { goal in
                        var other = tree
                        other.declarations.removeAll { if case .rule = $0 { true } else { false } }
                        other.declarations.append(.rule(goal.rule))
                        return (goal.isNever, other)
                    })
            }
        }
    }

    @Test(arguments: 0..<8) func proverAndReferenceAgree(_ series: Int) throws {
        var counts = (proved: 0, broken: 0, open: 0, meant: 0)
        // Some more, until the requests have met one that breaks a proof: else they would show nothing.
        for number in 0..<6 * Self.policiesPerSeries where number < Self.policiesPerSeries || counts.meant == 0 {
            let seed = UInt64(1_000_000 + series * Self.policiesPerSeries + number)
            var random = RandomPolicy(seed: seed)
            var text = random.policy()
            for index in 0..<3 { text += random.proof(index) }
            guard let world = World(text) else {
                Issue.record("seed \(seed)")
                return
            }
            let results = Prover(world.reasoned).results()
            let requests = (0..<Self.requestsPerPolicy).compactMap { _ in Self.usable(random.request()) }
            for (proof, result) in results.enumerated() {
                for candidate in result.candidates where !candidate.witness.abstract.isOpen {
                    guard let request = Self.request(candidate.witness) else { continue }
                    guard Self.breaks(request, world, proof) else {
                        Issue.record("seed \(seed): \(result.name) is not broken by \(candidate.witness)\n\(request)\n\(text)")
                        return
                    }
                    counts.broken += 1
                }
                if result.candidates.isEmpty, result.undecided == nil { counts.proved += 1 } else { counts.open += 1 }
                for request in requests {
                    guard Self.breaks(request, world, proof) else { continue }
                    counts.meant += 1
                    guard !result.candidates.isEmpty || result.undecided != nil else {
                        Issue.record("seed \(seed): \(result.name) was proved, and \(request) breaks it\n\(text)")
                        return
                    }
                }
            }
        }
        // A generator whose proofs all come to one answer would show nothing.
        #expect(counts.proved > 0 && counts.broken > Self.policiesPerSeries && counts.meant > 0, "\(counts)")
    }

    /// Requests of the kind that proofs are about: of accesses that statements say themselves, from the check's date on.
    static func usable(_ request: ReferenceRequest) -> ReferenceRequest? {
        guard request.moment >= ReferenceTests.date.seconds, request.moment < ZoneTable.validUntil else { return nil }
        var request = request
        for index in request.accesses.indices { request.accesses[index].isThrough = false }
        return request
    }

    private static func breaks(_ request: ReferenceRequest, _ world: World, _ proof: Int) -> Bool {
        let evaluator = ReferenceEvaluator(world.tree, request)
        guard evaluator.identity != nil, !request.accesses.isEmpty else { return false }
        let outcome = evaluator.decide().outcome
        return world.goals[proof].contains { goal in
            let meant = ReferenceEvaluator(goal.tree, request).decide().outcome
            // Not even after an approval; at once.
            return goal.isNever
                ? meant == .denied && (outcome == .allowed || outcome == .approval) : meant == .allowed && outcome != .allowed
        }
    }

    /// A witness as one statement with one access; nil where it is not of this world's kind.
    static func request(_ witness: Witness) -> ReferenceRequest? {
        let asked = witness.abstract
        var request = ReferenceRequest()
        request.issuer = witness.issuer
        request.claims = witness.claims
        request.proof = witness.proof
        request.resource = witness.resource
        request.moment = witness.moment.seconds
        request.sessionStart = witness.moment.seconds - witness.age
        request.reason = witness.reason
        request.source = witness.source
        if witness.source?.contains(":") == true { return nil }
        request.inTransaction = witness.inTransaction == .unknown ? nil : witness.inTransaction == .yes
        request.text = asked.text ?? "other"
        var statement = ReferenceStatement()
        statement.text = 0..<request.text.utf8.count
        statement.kind = asked.kind
        statement.whereShape = WhereShape.allCases.first { $0.name == asked.whereShape }
        statement.hasLimit = asked.hasLimit
        statement.limit = asked.limit
        statement.functions = asked.functions ?? []
        statement.fingerprint = asked.fingerprint.flatMap { UInt64($0, radix: 16) }
        if asked.fingerprint != nil, statement.fingerprint == nil { return nil }
        statement.firstSeen = asked.isFirstSeen
        request.statements = Array(repeating: statement, count: Int(asked.count))
        request.accesses = [
            ReferenceAccess(
                verb: asked.verb, objectClass: asked.objectClass, statement: 0, schema: asked.schema, name: asked.name,
                columns: asked.columns)
        ]
        // What this one access alone does not say: that other tables are touched, or that a set is not known.
        let own = asked.schema.isEmpty ? asked.name : "\(asked.schema).\(asked.name)"
        let isTable = asked.objectClass == .table || asked.objectClass == .view
        // The one that no rule names is this access's own, unless that is named itself.
        let others = isTable ? (asked.tables ?? []).contains(own) ? [own] : [own, "other"] : []
        for table in asked.tables ?? [] where !others.contains(table) {
            let parts = table.split(separator: ".", maxSplits: 1).map(String.init)
            request.accesses.append(
                ReferenceAccess(
                    verb: .lock, objectClass: .table, statement: 0, schema: parts.count == 2 ? parts[0] : "",
                    name: parts[parts.count - 1], columns: []))
        }
        guard request.accesses.count == 1, asked.verb == .unknown || asked.tables != nil && asked.functions != nil else { return nil }
        return request
    }
}
