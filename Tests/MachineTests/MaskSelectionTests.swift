// Which masks apply to a message.
import Testing

@testable import Machine

@Suite struct MaskSelectionTests {
    /// Four masks: always; where there is no WHERE; on orders only; observed.
    private func draft() -> ProgramDraft {
        var draft = ProgramDraft.basic()
        draft.rule(.allow, "all")
        let column = draft.symbol("email")
        func mask(_ rule: inout RuleRecord) {
            rule.mask = MaskRecord(
                columns: [.init(schema: .any, table: .any, column: column, transform: TransformRecord(kind: .redact))],
                values: [], guarded: false)
        }
        let condition = draft.code([
            Instruction(.loadFact, a: 0, b: Fact.statementHasWhere.rawValue),
            Instruction(.testTrue, a: 0, flags: [.negate, .ifUnknown], c: 1), Instruction(.accept), Instruction(.reject),
        ])
        draft.rule(.mask, "always", change: mask)
        draft.rule(.mask, "unbounded", condition: condition, change: mask)
        let orders = TargetRecord(verbs: [.select], objects: [draft.object(.table, nil, "orders", columns: ["id"])])
        draft.rule(.mask, "orders_only", [orders], change: mask)
        draft.rule(.mask, "observed") {
            mask(&$0)
            $0.observe = true
        }
        return draft
    }

    private func add(_ bench: Bench, _ shape: WhereShape?) {
        var statement = Statement()
        statement.whereShape = shape
        bench.inspection.append(statement)
        bench.add(.select, "items", statement: UInt16(bench.inspection.statements.count - 1))
    }

    @Test func conditionsAndTargets() throws {
        let bench = try Bench(draft())
        #expect(bench.verified.maskRules == [1, 2, 3, 4])
        func words(_ fill: () -> Void) -> [UInt64] {
            bench.inspection.clear()
            fill()
            _ = bench.decide()
            return Array(bench.machine.maskWords.buffer)
        }
        #expect(words { add(bench, .keyed) } == [0b001])
        #expect(Array(bench.machine.observedRules.buffer) == [4])
        #expect(words { add(bench, nil) } == [0b011])
        // One statement of the message is enough.
        #expect(words { add(bench, .keyed); add(bench, .tautology) } == [0b011])
        #expect(words { add(bench, .keyed); bench.add(.select, "orders") } == [0b101])
        // Without a statement its facts are unknown.
        #expect(words {} == [0b011])
    }

    @Test func noMasksWithoutAnAllow() throws {
        let bench = try Bench(draft())
        add(bench, .keyed)
        _ = bench.decide()
        #expect(Array(bench.machine.maskWords.buffer) == [1])
        bench.inspection.append(Access(verb: .select, objectClass: .table, statement: 0))
        _ = bench.decide()
        var denied = draft()
        denied.rule(.deny, "none")
        let other = try Bench(denied)
        add(other, .keyed)
        #expect(other.decide().outcome == .denied)
        #expect(Array(other.machine.maskWords.buffer) == [0])
    }
}
