// What rules mean: coverage, the order of effects, columns, schemas, expiry, observation, masks.
import Testing

@testable import Machine

@Suite struct DecisionTests {
    private func draft(_ build: (inout ProgramDraft) -> Void) -> ProgramDraft {
        var draft = ProgramDraft.basic()
        build(&draft)
        return draft
    }

    @Test func emptyMessageIsAllowed() throws {
        let bench = try Bench(draft { _ in })
        #expect(bench.decide() == Verdict(outcome: .allowed))
    }

    @Test func nothingIsAllowedByDefault() throws {
        let bench = try Bench(draft { _ in })
        bench.add(.select, "orders")
        #expect(bench.decide() == Verdict(outcome: .uncovered, access: 0))
    }

    @Test func everyAccessNeedsAnAllow() throws {
        let bench = try Bench(
            draft { draft in
                draft.rule(.allow, "reads", [TargetRecord(verbs: [.select], objects: [draft.object(.table, nil, "orders")])])
            })
        bench.add(.select, "orders")
        #expect(bench.decide() == Verdict(outcome: .allowed, rule: 0))
        bench.add(.select, "customers")
        #expect(bench.decide() == Verdict(outcome: .uncovered, access: 1))
    }

    @Test func denyWinsAndTheLowestIsNamed() throws {
        let bench = try Bench(
            draft { draft in
                draft.rule(.allow, "all")
                draft.rule(.deny, "any_schema", [TargetRecord(verbs: [.drop], objects: [draft.object(.table, "*", nil)])])
                draft.rule(.deny, "by_name", [TargetRecord(verbs: [.drop], objects: [draft.object(.table, nil, "orders")])])
            })
        bench.add(.select, "orders")
        bench.add(.drop, "orders")
        #expect(bench.decide() == Verdict(outcome: .denied, rule: 1, access: 1))
    }

    @Test func denyOnALaterAccessBeatsAnUncoveredOne() throws {
        let bench = try Bench(
            draft { draft in
                draft.rule(.deny, "drops", [TargetRecord(verbs: [.drop], objects: [])])
            })
        bench.add(.select, "orders")
        bench.add(.drop, "orders")
        #expect(bench.decide() == Verdict(outcome: .denied, rule: 0, access: 1))
    }

    @Test(arguments: [
        // columns of the access, allow(id, sku) covers, deny(id, sku) covers
        (["id"], true, true), (["id", "sku"], true, true), (["id", "price"], false, true), (["price"], false, false),
        ([], true, false), (["*"], false, true), (["*", "id"], false, true), (["*", "price"], false, true),
    ])
    func columns(_ columns: [String], _ allowed: Bool, _ denied: Bool) throws {
        let allow = try Bench(
            draft { draft in
                let object = draft.object(.table, nil, "orders", columns: ["id", "sku"])
                draft.rule(.allow, "some", [TargetRecord(verbs: [.select], objects: [object])])
            })
        allow.add(.select, "orders", columns)
        #expect((allow.decide().outcome == .allowed) == allowed)
        let deny = try Bench(
            draft { draft in
                let object = draft.object(.table, nil, "orders", columns: ["id", "sku"])
                draft.rule(.deny, "some", [TargetRecord(verbs: [.select], objects: [object])])
            })
        deny.add(.select, "orders", columns)
        #expect((deny.decide().outcome == .denied) == denied)
    }

    @Test func oneRuleMustCoverTheWholeAccess() throws {
        let bench = try Bench(
            draft { draft in
                for column in ["id", "sku"] {
                    let object = draft.object(.table, nil, "orders", columns: [column])
                    draft.rule(.allow, column, [TargetRecord(verbs: [.select], objects: [object])])
                }
            })
        bench.add(.select, "orders", ["id", "sku"])
        #expect(bench.decide().outcome == .uncovered)
    }

    @Test func columnsOutsideTheArenaCountAsEveryColumn() throws {
        let bench = try Bench(
            draft { draft in
                let object = draft.object(.table, nil, "orders", columns: ["id"])
                draft.rule(.allow, "some", [TargetRecord(verbs: [.select], objects: [object])])
            })
        bench.add(.select, "orders", ["id"])
        #expect(bench.decide().outcome == .allowed)
        bench.inspection.modifyAccess(0) { $0.columnCount = 9 }
        #expect(bench.decide().outcome == .uncovered)
    }

    @Test(arguments: [
        // class, schema, name; does an unqualified allow on table `pg_class`, function `now`, any class `x` cover?
        (ObjectClass.table, "public", "pg_class", true), (.table, "pg_catalog", "pg_class", true),
        (.table, "other", "pg_class", false), (.function, "public", "now", true), (.function, "pg_catalog", "now", true),
        (.function, "other", "now", false), (.table, "pg_catalog", "x", false), (.table, "public", "x", true),
        (.parameter, "", "x", true), (.function, "pg_catalog", "x", true),
    ])
    func searchPath(_ objectClass: ObjectClass, _ schema: String, _ name: String, _ covered: Bool) throws {
        let bench = try Bench(
            draft { draft in
                let objects = [
                    draft.object(.table, nil, "pg_class"), draft.object(.function, nil, "now"), draft.object(.any, nil, "x"),
                ]
                draft.rule(.allow, "names", [TargetRecord(verbs: [.select, .call, .set], objects: objects)])
            })
        bench.add(.select, objectClass, schema, name)
        #expect((bench.decide().outcome == .allowed) == covered)
    }

    @Test func unqualifiedAnyReachesIntoTheCatalogueOnlyToForbid() throws {
        for effect in [Effect.allow, .deny] {
            let bench = try Bench(
                draft { draft in
                    draft.rule(effect, "names", [TargetRecord(verbs: [.call], objects: [draft.object(.function)])])
                })
            bench.add(.call, .function, "pg_catalog", "pg_read_file")
            #expect(bench.decide().outcome == (effect == .allow ? .uncovered : .denied))
        }
    }

    @Test func unqualifiedDenyTakesTheWholePath() throws {
        var draft = ProgramDraft()
        draft.issuer("cluster", claims: [("sub", .string)])
        draft.identity("job")
        draft.resource("db", path: ["app", "public"])
        draft.resource("bare")
        draft.rule(.allow, "all") { $0.on = [0, 1] }
        let object = draft.object(.table, nil, "orders")
        draft.rule(.deny, "drops", [TargetRecord(verbs: [.drop], objects: [object])]) { $0.on = [0, 1] }
        for (schema, outcome) in [("app", Verdict.Outcome.denied), ("public", .denied), ("other", .allowed)] {
            let bench = try Bench(draft)
            bench.add(.drop, .table, schema, "orders")
            #expect(bench.decide().outcome == outcome)
        }
        // Without a path the name could be anywhere.
        let bench = try Bench(draft, resource: "bare")
        bench.add(.drop, .table, "other", "orders")
        #expect(bench.decide().outcome == .denied)
    }

    @Test func tablePatternsMatchViewsAndNothingElse() throws {
        for objectClass in ObjectClass.allCases {
            let bench = try Bench(
                draft { draft in
                    draft.rule(.allow, "t", [TargetRecord(verbs: .all, objects: [draft.object(.table, "*", nil)])])
                })
            bench.add(.select, objectClass, "public", "x")
            #expect((bench.decide().outcome == .allowed) == (objectClass == .table || objectClass == .view))
        }
    }

    @Test func unknownNeedsARuleThatNamesIt() throws {
        for (verbs, outcome) in [(VerbSet.all, Verdict.Outcome.allowed), ([.select], .uncovered), ([.unknown], .allowed)] {
            let bench = try Bench(draft { $0.rule(.allow, "r", [TargetRecord(verbs: verbs, objects: [])]) })
            bench.add(.unknown, .any, "", "do block")
            #expect(bench.decide().outcome == outcome)
        }
    }

    @Test func verbsForeignToTheKindAreDecidedToo() throws {
        let bench = try Bench(
            draft { draft in
                draft.rule(.allow, "all")
                draft.rule(.deny, "posts", [TargetRecord(verbs: [.post], objects: [])])
            })
        bench.add(.post, .any, "", "/x")
        #expect(bench.decide() == Verdict(outcome: .denied, rule: 1, access: 0))
    }

    @Test func onlyAllowsExpire() throws {
        let allow = try Bench(draft { $0.rule(.allow, "a") { $0.expires = 100 } })
        allow.add(.select, "t")
        #expect(allow.decide(at: 99).outcome == .allowed)
        #expect(allow.decide(at: 100).outcome == .uncovered)
        let deny = try Bench(draft { $0.rule(.deny, "d") { $0.expires = 100 } })
        deny.add(.select, "t")
        #expect(deny.decide(at: 100).outcome == .denied)
    }

    @Test func observedRulesChangeNothingAndAreListedOnce() throws {
        let bench = try Bench(
            draft { draft in
                draft.rule(.allow, "all")
                draft.rule(.deny, "would_deny", [TargetRecord(verbs: [.drop], objects: [])]) { $0.observe = true }
                draft.rule(.allow, "would_allow") { $0.observe = true }
            })
        bench.add(.drop, "a")
        bench.add(.drop, "b")
        #expect(bench.decide() == Verdict(outcome: .allowed, rule: 0))
        #expect(Array(bench.machine.observedRules.buffer).sorted() == [1, 2])
        bench.inspection.clear()
        _ = bench.decide()
        #expect(bench.machine.observedRules.count == 0)
    }

    @Test func whoListsIdentitiesAndGroupsLessExceptions() throws {
        var draft = ProgramDraft.basic()
        let other = draft.identity("other")
        let bots = draft.group("bots", members: [0, other])
        let safe = draft.group("safe", members: [other])
        draft.rule(.allow, "bots_but_safe") {
            $0.who = WhoRecord(everyone: false)
            $0.who.groups = [bots]
            $0.who.exceptGroups = [safe]
        }
        for (subject, outcome) in [("job", Verdict.Outcome.allowed), ("other", .uncovered)] {
            let bench = try Bench(draft, subject: subject)
            bench.add(.select, "t")
            #expect(bench.decide().outcome == outcome)
        }
    }

    @Test func explainNamesWhyNot() throws {
        let bench = try Bench(
            draft { draft in
                let condition = draft.code([Instruction(.reject)])
                let object = draft.object(.table, nil, "t", columns: ["id"])
                draft.rule(.allow, "never", condition: condition)
                draft.rule(.allow, "late") { $0.expires = 5 }
                draft.rule(.allow, "some", [TargetRecord(verbs: [.select], objects: [object])])
                draft.rule(.deny, "elsewhere", [TargetRecord(verbs: [.drop], objects: [])])
                draft.rule(.allow, "covers")
            })
        bench.add(.select, "t", ["name"])
        let account = bench.machine.explain(bench.inspection, RequestFacts(moment: Moment(seconds: 9)))
        #expect(account.count == 1)
        #expect(account[0].considered.map(\.rule) == [0, 1, 2, 4])
        #expect(account[0].considered.map(\.finding) == [.condition, .expired, .columns, .covers])
        #expect(account[0].isAllowed && !account[0].isDenied)
    }
}
