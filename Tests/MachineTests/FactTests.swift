// What each fact is, and when it is unknown.
import Testing

@testable import Machine

@Suite struct FactTests {
    /// Whether `fact == text`, `fact has text` or `fact is true` holds, and whether it is known.
    private func check(
        _ fact: Fact, _ test: Opcode, _ text: String, proof: Proof = .bearer, message: String = "",
        inTransaction: Ternary = .unknown, firstSeen: [Ternary] = [], reason: String? = nil, at: Int64 = 0, start: Int64 = 0,
        _ fill: (Bench) -> Void
    ) throws -> Ternary {
        var results: [Bool] = []
        for flags in [Instruction.Flags(), [.ifUnknown]] {
            var draft = ProgramDraft.basic()
            draft.group("bots", members: [0])
            let load =
                fact.entry.type == .string || test == .testHas
                ? Instruction(.loadString, a: 1, c: draft.symbol(text))
                : Instruction(.loadInteger, a: 1, c: draft.integer(Int64(text) ?? 0))
            let condition = draft.code([
                Instruction(.loadFact, a: 0, b: fact.rawValue), load,
                Instruction(test, a: 0, b: test == .testTrue ? 0 : 1, flags: flags, c: 1), Instruction(.accept),
                Instruction(.reject),
            ])
            draft.rule(.allow, "rule", condition: condition)
            let bench = try Bench(draft, start: start, reason: reason, proof: proof)
            fill(bench)
            var message = message
            let verdict = message.withUTF8 { bytes in
                firstSeen.withUnsafeBufferPointer {
                    bench.machine.decide(
                        bench.inspection,
                        RequestFacts(
                            moment: Moment(seconds: at), inTransaction: inTransaction, firstSeen: $0,
                            message: UnsafeRawBufferPointer(bytes)))
                }
            }
            results.append(verdict.outcome == .allowed)
        }
        return results[0] ? .yes : results[1] ? .unknown : .no
    }

    private func fill(_ bench: Bench, _ change: (inout Statement) -> Void = { _ in }) {
        var statement = Statement()
        statement.kind = bench.inspection.intern("select")
        statement.whereShape = .keyed
        statement.hasLimit = .yes
        statement.limit = 10
        statement.fingerprint = 0x0123_4567_89AB_CDEF
        statement.text = TextRef(offset: 2, count: 3)
        statement.firstFunction = UInt32(bench.inspection.names.count)
        statement.functionCount = 1
        bench.inspection.append(name: bench.inspection.intern("pg_catalog.now"))
        change(&statement)
        bench.inspection.append(statement)
        bench.add(.select, "orders", ["id", "sku"])
    }

    @Test func session() throws {
        #expect(try check(.identityName, .testEqual, "job") { fill($0) } == .yes)
        #expect(try check(.identityIssuer, .testEqual, "cluster") { fill($0) } == .yes)
        #expect(try check(.identityGroups, .testHas, "bots") { fill($0) } == .yes)
        #expect(try check(.identityGroups, .testHas, "others") { fill($0) } == .no)
        #expect(try check(.identityProof, .testEqual, "3", proof: .mtls) { fill($0) } == .yes)
        #expect(try check(.resourceName, .testEqual, "db") { fill($0) } == .yes)
        #expect(try check(.resourceKind, .testEqual, "postgres") { fill($0) } == .yes)
        #expect(try check(.resourceTags, .testHas, "production") { fill($0) } == .yes)
        #expect(try check(.sessionReason, .testEqual, "x") { fill($0) } == .unknown)
        #expect(try check(.sessionReason, .testEqual, "x", reason: "x") { fill($0) } == .yes)
        #expect(try check(.sessionAge, .testEqual, "60", at: 160, start: 100) { fill($0) } == .yes)
        #expect(try check(.sessionAge, .testEqual, "60", at: 99, start: 100) { fill($0) } == .unknown)
        #expect(try check(.sessionAge, .testEqual, "60", at: .max, start: -5) { fill($0) } == .unknown)
    }

    @Test func access() throws {
        #expect(try check(.accessVerb, .testEqual, "select") { fill($0) } == .yes)
        #expect(try check(.accessObject, .testEqual, "public.orders") { fill($0) } == .yes)
        #expect(try check(.accessObject, .testEqual, "search_path") { $0.add(.set, .parameter, "", "search_path") } == .yes)
        #expect(try check(.accessSchema, .testEqual, "public") { fill($0) } == .yes)
        #expect(try check(.accessTable, .testEqual, "orders") { fill($0) } == .yes)
        #expect(try check(.accessColumns, .testHas, "sku") { fill($0) } == .yes)
        #expect(try check(.accessColumns, .testHas, "price") { fill($0) } == .no)
        #expect(try check(.accessColumns, .testHas, "sku") { $0.add(.select, "t", ["*", "sku"]) } == .unknown)
    }

    @Test func statement() throws {
        #expect(try check(.statementKind, .testEqual, "select") { fill($0) } == .yes)
        #expect(try check(.statementCount, .testEqual, "1") { fill($0) } == .yes)
        #expect(try check(.statementWhere, .testEqual, "keyed") { fill($0) } == .yes)
        #expect(try check(.statementWhere, .testEqual, "keyed") { fill($0) { $0.whereShape = nil } } == .unknown)
        #expect(try check(.statementHasWhere, .testTrue, "") { fill($0) } == .yes)
        #expect(try check(.statementHasWhere, .testTrue, "") { fill($0) { $0.whereShape = .tautology } } == .no)
        #expect(try check(.statementHasLimit, .testTrue, "") { fill($0) } == .yes)
        #expect(try check(.statementHasLimit, .testTrue, "") { fill($0) { $0.hasLimit = .unknown } } == .unknown)
        #expect(try check(.statementLimit, .testEqual, "10") { fill($0) } == .yes)
        #expect(try check(.statementLimit, .testEqual, "10") { fill($0) { $0.limit = nil } } == .unknown)
        #expect(try check(.statementTables, .testHas, "public.orders") { fill($0) } == .yes)
        #expect(try check(.statementTables, .testHas, "orders") { fill($0) } == .no)
        #expect(try check(.statementFunctions, .testHas, "pg_catalog.now") { fill($0) } == .yes)
        #expect(try check(.statementFunctions, .testHas, "now") { fill($0) { $0.functionCount = 2 } } == .unknown)
        #expect(try check(.statementFingerprint, .testEqual, "0123456789abcdef") { fill($0) } == .yes)
        #expect(try check(.statementFingerprint, .testEqual, "0") { fill($0) { $0.fingerprint = nil } } == .unknown)
        #expect(try check(.statementText, .testEqual, "cde", message: "abcdef") { fill($0) } == .yes)
        #expect(try check(.statementText, .testEqual, "cde", message: "abcd") { fill($0) } == .unknown)
        #expect(try check(.statementInTransaction, .testTrue, "") { fill($0) } == .unknown)
        #expect(try check(.statementInTransaction, .testTrue, "", inTransaction: .yes) { fill($0) } == .yes)
        #expect(try check(.statementFirstSeen, .testTrue, "", firstSeen: [.yes]) { fill($0) } == .yes)
        #expect(try check(.statementFirstSeen, .testTrue, "", firstSeen: []) { fill($0) } == .unknown)
        #expect(try check(.requestTime, .testEqual, "77", at: 77) { fill($0) } == .yes)
    }

    /// A statement with an `unknown` access has only text, count and in_transaction.
    @Test func statementNotUnderstood() throws {
        func strange(_ bench: Bench) {
            fill(bench)
            bench.add(.unknown, .any, "", "why")
        }
        for fact in Fact.allCases where fact.entry.scope == .statement && fact.exists(for: .postgres) {
            let test: Opcode = fact.entry.type == .boolean ? .testTrue : fact.entry.type == .strings ? .testHas : .testEqual
            let outcome = try check(fact, test, "1", message: "abcdef", inTransaction: .yes, firstSeen: [.yes]) { strange($0) }
            switch fact {
            case .statementText, .statementCount, .statementInTransaction, .requestTime, .sessionAge: #expect(outcome != .unknown)
            case _: #expect(outcome == .unknown, "\(fact)")
            }
        }
    }

    /// The statement beside it keeps its facts.
    @Test func onlyTheStatementWithTheUnknownAccessLosesItsFacts() throws {
        var draft = ProgramDraft.basic()
        let condition = draft.code([
            Instruction(.loadFact, a: 0, b: Fact.statementHasWhere.rawValue), Instruction(.testTrue, a: 0, c: 1),
            Instruction(.accept), Instruction(.reject),
        ])
        draft.rule(.allow, "keyed", condition: condition)
        let bench = try Bench(draft)
        for _ in 0..<2 {
            var statement = Statement()
            statement.whereShape = .keyed
            bench.inspection.append(statement)
        }
        bench.add(.select, "a", statement: 0)
        bench.add(.select, "b", statement: 1)
        #expect(bench.decide().outcome == .allowed)
        bench.inspection.append(Access(verb: .unknown, objectClass: .any, statement: 1))
        #expect(bench.decide() == Verdict(outcome: .uncovered, access: 1))
    }
}
