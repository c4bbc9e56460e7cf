// The rule index misses no rule, and the machine decides as the plain evaluator does, on random programs and messages.
import TestSupport
import Testing

@testable import Machine

@Suite struct IndexTests {
    static let schemas = ["public", "app", "audit", "pg_catalog", "", "unmentioned"]
    static let names = ["orders", "customers", "pg_class", "pg_stat", "now", "other", "ordinary"]
    static let columns = ["id", "name", "email", "price"]
    static let classes: [ObjectClass] = [.any, .table, .view, .function, .parameter, .file, .index]
    static let verbs: [Verb] = [.select, .insert, .drop, .call, .set, .unknown, .post]

    struct World {
        var draft: ProgramDraft
        /// By rule: what its condition says; nil without one.
        var conditions: [Bool?] = []
    }

    static func world(_ random: inout SeededGenerator) -> World {
        var draft = ProgramDraft()
        draft.issuer("cluster", claims: [("sub", .string)])
        draft.identity("job")
        draft.identity("other")
        draft.group("bots", members: [0])
        draft.group("others", members: [1])
        let paths: [[String]] = [["public"], ["app"]]
        draft.resource("db", path: paths.randomElement(using: &random) ?? [])
        draft.resource("wide", path: ["app", "public"])
        draft.resource("bare")
        let glob = draft.pattern(.glob, "ord*")
        let yes = draft.code([Instruction(.accept)])
        let no = draft.code([Instruction(.reject)])
        var world = World(draft: draft)
        for index in 0..<Int.random(in: 1...14, using: &random) {
            let effect: Effect = Int.random(in: 0..<3, using: &random) == 0 ? .deny : .allow
            var targets: [TargetRecord] = []
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                var verbs: VerbSet = []
                for _ in 0..<Int.random(in: 1...3, using: &random) { verbs.insert(VerbSet(Self.verbs.randomElement(using: &random) ?? .select)) }
                if Int.random(in: 0..<5, using: &random) == 0 { verbs = .all }
                var objects: [ObjectPattern] = []
                for _ in 0..<Int.random(in: 0...3, using: &random) { objects.append(object(&world.draft, glob, &random)) }
                targets.append(TargetRecord(verbs: verbs, objects: objects))
            }
            let condition = Int.random(in: 0..<3, using: &random)
            // An allow on unqualified names is only for a path of one schema.
            let unqualified = effect == .allow && targets.contains { $0.objects.contains { $0.schema == .searchPath } }
            let on: [UInt32] = unqualified ? [0] : [[0], [0, 1], [0, 1, 2], [1], [2]].randomElement(using: &random) ?? [0]
            var who = WhoRecord(everyone: Int.random(in: 0..<3, using: &random) > 0)
            if !who.everyone { who.groups = [UInt32.random(in: 0...1, using: &random)] }
            if Int.random(in: 0..<6, using: &random) == 0 { who.exceptIdentities = [UInt32.random(in: 0...1, using: &random)] }
            let observe = Int.random(in: 0..<6, using: &random) == 0
            let expires: Int64? = Int.random(in: 0..<5, using: &random) == 0 ? Int64.random(in: 0...20, using: &random) : nil
            world.draft.rule(effect, "rule_\(index)", targets, condition: condition == 0 ? nil : condition == 1 ? yes : no) {
                $0.who = who
                $0.on = on
                $0.observe = observe
                $0.expires = expires
            }
            world.conditions.append(condition == 0 ? nil : condition == 1)
        }
        // Both conditions are code of some rule, or the verifier would call them loose.
        for (name, range) in [("uses_yes", yes), ("uses_no", no)] {
            world.draft.rule(.deny, name, condition: range) { $0.on = [] }
            world.conditions.append(nil)
        }
        return world
    }

    static func object(_ draft: inout ProgramDraft, _ glob: UInt32, _ random: inout SeededGenerator) -> ObjectPattern {
        let schemas: [SchemaPattern] =
            [.any, .searchPath, .searchPath] + ["public", "app", "pg_catalog"].map { .exactly(draft.symbol($0)) }
        let names: [NamePattern] = [.any, .pattern(glob)] + Self.names.dropLast(2).map { .exactly(draft.symbol($0)) }
        let objectClass = classes.randomElement(using: &random) ?? .any
        var columns: [Symbol]?
        if objectClass == .table || objectClass == .view || objectClass == .any, Bool.random(using: &random) {
            columns = draft.symbols(Array(Self.columns.shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random))))
        }
        return ObjectPattern(
            objectClass: objectClass, schema: schemas.randomElement(using: &random) ?? .any,
            name: names.randomElement(using: &random) ?? .any, columns: columns)
    }

    static func access(_ random: inout SeededGenerator) -> PlainAccess {
        var columns: [String]? = []
        switch Int.random(in: 0..<5, using: &random) {
        case 0: columns = nil
        case 1: columns = []
        case _:
            columns = Array((Self.columns + ["unmentioned"]).shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random)))
        }
        return PlainAccess(
            verb: verbs.randomElement(using: &random) ?? .select, objectClass: classes.randomElement(using: &random) ?? .any,
            schema: schemas.randomElement(using: &random) ?? "", name: names.randomElement(using: &random) ?? "", columns: columns)
    }

    @Test(arguments: 0..<6) func decidesAsThePlainEvaluator(_ seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed) &+ 1_000)
        var outcomes: [Verdict.Outcome: Int] = [:]
        for round in 0..<60 {
            let world = Self.world(&random)
            let resource = Int.random(in: 0..<3, using: &random)
            let bench = try Bench(world.draft, resource: ["db", "wide", "bare"][resource])
            let plain = PlainEvaluator(
                program: world.draft.program, resource: resource, identity: 0, groups: ["bots"],
                condition: { world.conditions[$0] ?? true })
            #expect(
                bench.machine.specialisation.rules
                    == world.draft.program.rules.indices.filter { plain.applies(world.draft.program.rules[$0]) })
            for _ in 0..<12 {
                let accesses = (0..<Int.random(in: 0...4, using: &random)).map { _ in Self.access(&random) }
                let moment = Int64.random(in: 0...20, using: &random)
                bench.inspection.clear()
                for access in accesses {
                    bench.add(access.verb, access.objectClass, access.schema, access.name, access.columns ?? ["*"])
                }
                let expected = plain.decide(accesses, at: moment)
                let actual = bench.decide(at: moment)
                #expect(actual == expected, "seed \(seed) round \(round): \(accesses)")
                let observed = bench.machine.observedRules.buffer.map(Int.init).sorted()
                #expect(observed == plain.observed(accesses, at: moment), "seed \(seed) round \(round): \(accesses)")
                checkExplanation(bench, plain, accesses, moment)
                outcomes[actual.outcome, default: 0] += 1
            }
            #expect(indexMissesNothing(bench.machine.specialisation), "seed \(seed) round \(round)")
        }
        // The generator is worth something only if every outcome comes up often.
        for outcome in [Verdict.Outcome.allowed, .denied, .uncovered] { #expect(outcomes[outcome, default: 0] > 50) }
    }

    private func indexMissesNothing(_ specialisation: Specialisation) -> Bool {
        Self.verbs.allSatisfy { verb in
            Self.schemas.allSatisfy { schema in
                Self.names.allSatisfy { specialisation.indexCovers(verb: verb, schema: schema, name: $0) }
            }
        }
    }

    /// What is said of a decision and what tests count as tried: every rule that a plain walk finds, and which of them cover.
    private func checkExplanation(_ bench: Bench, _ plain: PlainEvaluator, _ accesses: [PlainAccess], _ moment: Int64) {
        let request = RequestFacts(moment: Moment(seconds: moment))
        let account = bench.machine.explain(bench.inspection, request)
        let applying = plain.program.rules.indices.filter { plain.applies(plain.program.rules[$0]) }
        for (index, access) in accesses.enumerated() {
            #expect(account[index].considered.map(\.rule) == applying.filter { plain.matches($0, access) })
            let covering = account[index].considered.filter { $0.finding == .covers }.map(\.rule)
            #expect(covering == applying.filter { plain.covers($0, access, at: moment) })
        }
        let tried = bench.machine.exercise(bench.inspection, request)
        #expect(Set(tried.map(\.rule)) == Set(account.flatMap { $0.considered.map(\.rule) }))
        let covering = accesses.flatMap { access in applying.filter { plain.covers($0, access, at: moment) } }
        #expect(Set(tried.filter(\.covers).map(\.rule)) == Set(covering))
    }
}
