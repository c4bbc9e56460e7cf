// Policies of any size for the benchmarks: many tables, each with its own rules, and the one pgbench reads.
import Machine

enum BenchPolicy {
    /// `rules` rules on one PostgreSQL resource; four of them concern `pgbench_accounts`, the others some other table each.
    static func program(rules: Int) -> Program {
        var program = Program()
        program.name = "bench"
        program.symbols = ["", "cluster", "sub", "job", "db", "public", "pgbench_accounts", "aid", "abalance", "secret", "r_base"]
        program.sources = [SourceText(path: "bench.postern", bytes: Array("policy bench edition 1\n".utf8))]
        let place = SourcePlace(file: 0, start: 0, end: 6)
        program.claims = [ClaimRecord(name: 2, type: .string)]
        program.issuers = [
            IssuerRecord(name: 1, kind: .oidc, settings: [], claims: [.init(claim: 0, optional: false)], place: place)
        ]
        program.code = [
            Instruction(.loadClaim, a: 0, c: 0), Instruction(.loadString, a: 1, c: 3),
            Instruction(.testEqual, a: 0, b: 1, c: 1), Instruction(.accept), Instruction(.reject),
            Instruction(.loadFact, a: 0, b: Fact.statementHasWhere.rawValue), Instruction(.testTrue, a: 0, c: 1),
            Instruction(.accept), Instruction(.reject),
        ]
        program.identities = [IdentityRecord(name: 3, issuer: 0, condition: CodeRange(start: 0, count: 5), place: place)]
        program.resources = [ResourceRecord(name: 4, kind: .postgres, tags: [], searchPath: [5], place: place)]
        let whereIsThere = CodeRange(start: 5, count: 4)

        func symbol(_ text: String) -> Symbol {
            program.symbols.append(text)
            return Symbol(program.symbols.count - 1)
        }
        func add(_ effect: Effect, _ verbs: VerbSet, _ name: Symbol, _ columns: [Symbol]?, _ condition: CodeRange?) {
            var rule = RuleRecord(
                name: symbol("rule_\(program.rules.count)"), effect: effect, observe: false, who: WhoRecord(everyone: true),
                on: [0], place: place)
            let object = ObjectPattern(objectClass: .table, schema: .searchPath, name: .exactly(name), columns: columns)
            rule.targets = [TargetRecord(verbs: verbs, objects: [object])]
            rule.condition = condition
            program.rules.append(rule)
        }
        add(.allow, [.select], 6, [7, 8], whereIsThere)
        add(.deny, [.select], 6, [9], nil)
        add(.deny, [.drop, .truncate], 6, nil, nil)
        add(.allow, [.select, .update], 6, [7], nil)
        while program.rules.count < rules {
            let table = symbol("table_\(program.rules.count)")
            add(program.rules.count % 3 == 0 ? .deny : .allow, [.select, .update], table, nil, nil)
        }
        return program
    }

    /// `select abalance from pgbench_accounts where aid = 1`, or ten accesses of that sort.
    static func inspection(accesses: Int) -> Inspection {
        let inspection = Inspection()
        var statement = Statement()
        statement.kind = inspection.intern("select" as StaticString)
        statement.whereShape = .keyed
        statement.accessCount = UInt32(accesses)
        inspection.append(statement)
        for _ in 0..<accesses {
            inspection.append(
                Access(
                    verb: .select, objectClass: .table, statement: 0, schema: inspection.intern("public" as StaticString),
                    name: inspection.intern("pgbench_accounts" as StaticString)))
            inspection.appendColumn(ColumnUse(name: inspection.intern("abalance" as StaticString), uses: .output))
            inspection.appendColumn(ColumnUse(name: inspection.intern("aid" as StaticString), uses: .filter))
        }
        return inspection
    }
}
