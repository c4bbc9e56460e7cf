// How long the whole decision takes: SQL text in, permit out, against 10, 1,000 and 10,000 rules.
//
//   GateBench                 nanoseconds of processor time for each statement, medians of nine rounds
//   GateBench 2000 10         so many decisions a round, against so many rules: under valgrind two numbers of decisions make the same
//                             count of allocations, since a warm decision makes none
import Compiler
import Decision
import Machine
import Mask
import PolicyLang

@preconcurrency import Glibc

@main
enum GateBench {
    static func main() throws {
        let decisions = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 100_000
        print("rules   statement      ns/decision (median of 9)")
        let sizes = CommandLine.arguments.dropFirst(2).compactMap { Int($0) }
        for rules in sizes.isEmpty ? [10, 1_000, 10_000] : sizes {
            let policy = try VerifiedProgram.load(try ProgramCodec.encode(BenchPolicy.program(rules: rules)))
            for statement in BenchStatement.all { try run(policy, rules, statement, decisions) }
        }
    }

    private static func run(_ policy: VerifiedProgram, _ rules: Int, _ statement: BenchStatement, _ decisions: Int) throws {
        let claims = VerifiedClaims(issuer: "dev", subject: "bot", values: ["sub": .string("bot")], proof: .bearer)
        guard case .caller(let caller) = policy.identify(claims),
            let gate = Gate(
                policy: policy, caller: caller, resource: "db",
                facts: SessionFacts(caller: caller, source: nil, start: Moment(seconds: 0)),
                secrets: MaskSecrets(hashKey: Array(repeating: 1, count: 32)), memory: FirstSeen())
        else { return print("the policy does not know the benchmark's caller") }
        // Texts that differ, in turn: neither the optimiser nor a cache can answer from the last one.
        let texts = (0..<64).map { Array(statement.text(1_000 + $0 * 37).utf8) }
        let count = max(64, decisions / statement.weight)
        var allowed = 0
        for turn in 0..<256 { allowed += decide(gate, texts[turn & 63], turn) }
        var rounds: [Double] = []
        for _ in 0..<9 {
            let start = ProcessorTime.now
            for turn in 0..<count { allowed += decide(gate, texts[turn & 63], turn) }
            rounds.append((ProcessorTime.now - start) / Double(count))
        }
        precondition(allowed == 9 * count + 256, "every decision of this benchmark allows")
        print("\(rules)   \(statement.name)   \(Int(rounds.sorted()[4]))")
    }

    @inline(never)
    private static func decide(_ gate: Gate, _ text: [UInt8], _ turn: Int) -> Int {
        text.withUnsafeBytes { bytes in
            switch gate.consider(.query(bytes), at: Circumstances(moment: Moment(seconds: Int64(turn)))) {
            case .forward(let permit):
                permit.spend()
                return 1
            case .refuse: return 0
            case .hold: return 0
            }
        }
    }
}

/// A statement whose constants vary.
struct BenchStatement: Sendable {
    var name: String
    /// Longer statements run fewer times.
    var weight: Int
    var text: @Sendable (Int) -> String

    static let all = [
        BenchStatement(name: "pgbench-select", weight: 1) { "SELECT abalance FROM pgbench_accounts WHERE aid = \($0);" },
        BenchStatement(name: "pgbench-update", weight: 1) {
            "UPDATE pgbench_accounts SET abalance = abalance + \($0) WHERE aid = \($0 * 3);"
        },
        BenchStatement(name: "ten-tables", weight: 10) { number in
            let joins = (1...9).map { "join t\($0) x\($0) on x\($0).id = x\($0 - 1).ref_\($0) and x\($0).day >= current_date - \($0)" }
            return """
                with recent as (select x0.id, x0.ref_1, sum(x0.amount) as total from t0 x0 where x0.day > '2026-01-01' \
                group by x0.id, x0.ref_1 having count(*) > \(number))
                select x0.region, x1.name, date_trunc('month', x2.day) as month, count(distinct x3.id) as buyers, \
                avg(x4.price * x5.quantity) filter (where x6.kind = 'retail') as mean, coalesce(max(x7.score), 0) as best, \
                rank() over (partition by x0.region order by sum(x8.amount) desc) as place
                from t0 x0 \(joins.joined(separator: " ")) left join recent r on r.id = x0.id
                where x1.name like 'A%' and x2.day between '2026-01-01' and '2026-06-30' and x3.status in ('open', 'paid', 'sent') \
                and (x4.price > \(number) or x5.quantity is null) and exists (select 1 from t3 e where e.ref_1 = x1.id)
                group by x0.region, x1.name, month order by place, buyers desc limit 100
                """
        },
    ]
}

enum BenchPolicy {
    /// Rules of which most are about tables that no statement of this benchmark touches.
    static func program(rules: Int) throws -> Program {
        var text = """
            policy bench edition 1
            issuer dev : jwks { file "k"  issuer "https://issuer.localhost"  audience "postern"  claims { sub string } }
            identity bot from dev { when claim.sub == "bot" }
            resource db : postgres { search_path public }
            allow accounts { who bot on db to select, update from pgbench_accounts when statement.has_where }
            allow tables { who bot on db to select from t0, t1, t2, t3, t4, t5, t6, t7, t8, t9 when statement.has_limit }
            mask filler { on db column other.filler with redact }

            """
        for number in 3..<rules {
            text +=
                number % 2 == 0
                ? "allow a\(number) { who bot on db to select from u\(number)(id, name) when statement.has_where }\n"
                : "deny d\(number) { who any on db to delete, truncate from u\(number) because \"kept\" }\n"
        }
        let compiled = PolicyCompiler.compile(
            files: [SourceFile(path: "bench.postern", text: text)], options: CompileOptions(date: Moment(seconds: 0)))
        guard let program = compiled.program else {
            throw BenchFailure(description: DiagnosticText.render(Array(compiled.diagnostics.prefix(3)), files: compiled.sources))
        }
        return program
    }
}

struct BenchFailure: Error, CustomStringConvertible { var description: String }

enum ProcessorTime {
    /// Nanoseconds of processor time this process has used: on a shared machine the wall clock measures the neighbours.
    static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }
}
