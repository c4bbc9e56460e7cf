// Conditions as text: every opcode, run by the real machine.
import TestSupport
import Testing

@testable import Machine

@Suite struct ConditionCaseTests {
    struct Case {
        var title = ""
        var code: [String] = []
        var lines: [(inputs: String, expected: String)] = []
    }

    static func cases() throws -> [Case] {
        var cases: [Case] = []
        for line in try CaseFile(path: "conditions.txt").text().split(separator: "\n", omittingEmptySubsequences: false) {
            if line.isEmpty || line.hasPrefix("#") { continue }
            if line.hasPrefix("== ") {
                cases.append(Case(title: String(line.dropFirst(3))))
            } else if let arrow = line.range(of: "-> ") {
                cases[cases.count - 1].lines.append(
                    (String(line[..<arrow.lowerBound]), String(line[arrow.upperBound...])))
            } else {
                cases[cases.count - 1].code.append(String(line))
            }
        }
        return cases
    }

    /// Whether a condition, as that of the only allow, lets an access through.
    static func accepts(_ code: [String], _ inputs: String) throws -> Bool {
        var basic = ProgramDraft.basic()
        for (name, type) in [("levels", FactType.integers), ("until", .time)] {
            basic.program.issuers[0].claims.append(.init(claim: basic.claim(name, type), optional: true))
        }
        // Headers are of HTTP resources only.
        if code.contains(where: { $0.hasPrefix("header ") }) {
            basic.program.resources[0].kind = .http
            basic.program.resources[0].searchPath = []
        }
        var assembler = Assembler(draft: basic)
        let instructions = try assembler.assemble(code)
        var draft = assembler.draft
        let condition = draft.code(instructions)
        draft.rule(.allow, "rule", condition: condition)
        var claims: [String: ClaimValue] = [:]
        var source: NetworkAddress?
        var at: Int64 = 0
        var headers: [(String, String)] = []
        for input in inputs.split(separator: " ") {
            let parts = input.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            switch parts[0] {
            case "at": at = try #require(Int64(parts[1]))
            case "source": source = Assembler.address(parts[1])
            case "level": claims["level"] = .integer(try #require(Int64(parts[1])))
            case let name where name.hasPrefix("header:"): headers.append((String(name.dropFirst("header:".count)), parts[1]))
            case "until": claims["until"] = .time(try #require(Int64(parts[1])))
            case "levels": claims["levels"] = .integers(parts[1].split(separator: ",").compactMap { Int64($0) })
            case "admin": claims["admin"] = .boolean(parts[1] == "true")
            case "groups": claims["groups"] = .strings(parts[1].split(separator: ",").map(String.init))
            case let name: claims[name] = .string(parts[1])
            }
        }
        let bench = try Bench(draft, claims: claims, source: source)
        bench.add(.select, "t")
        return bench.decide(at: at, headers: headers).outcome == .allowed
    }

    @Test func cases() throws {
        for test in try Self.cases() {
            for line in test.lines {
                let actual = try Self.accepts(test.code, line.inputs) ? "accept" : "reject"
                #expect(actual == line.expected, "\(test.title): \(line.inputs)")
            }
        }
    }

    @Test func everyOpcodeHasACase() throws {
        let used = Set(try Self.cases().flatMap(\.code).compactMap { $0.split(separator: " ").first.map(String.init) })
        #expect(Opcode.allCases.map(\.row.mnemonic).filter { !used.contains($0) } == [])
    }

    /// A text made to be slow gives no answer instead of none in time; an honest one of the same size does.
    @Test func containsIsBounded() throws {
        let code = ["claim r0 team", "claim r1 sub2", "test.contains r0 r1 +1", "accept", "reject"]
        func known(_ text: String, _ part: String) throws -> Bool {
            var results: [Bool] = []
            for flag in ["", "unknown"] {
                var draft = ProgramDraft.basic()
                draft.program.issuers[0].claims.append(.init(claim: draft.claim("sub2", .string), optional: true))
                var assembler = Assembler(draft: draft)
                let instructions = try assembler.assemble(code.map { $0.replacing("r1 +1", with: "r1 \(flag) +1") })
                draft = assembler.draft
                let condition = draft.code(instructions)
                draft.rule(.allow, "rule", condition: condition)
                let bench = try Bench(draft, claims: ["team": .string(text), "sub2": .string(part)])
                bench.add(.select, "t")
                results.append(bench.decide().outcome == .allowed)
            }
            return results[0] == results[1]
        }
        let long = String(repeating: "a", count: 200_000)
        #expect(try !known(long, String(repeating: "a", count: 50_000) + "b"))
        #expect(try known(long + "drop table", "drop table"))
        #expect(try known(long, "drop table"))
    }

    /// Kleene at one test: operand, flags, whether it jumps.
    @Test func threeValues() throws {
        let table: [(operand: String, flags: String, jumps: Bool)] = [
            ("true", "", false), ("true", "iftrue", true), ("true", "not", true), ("true", "not iftrue", false),
            ("true", "unknown", false), ("true", "unknown iftrue", true), ("true", "unknown not", true),
            ("true", "unknown not iftrue", false),
            ("false", "", true), ("false", "iftrue", false), ("false", "not", false), ("false", "not iftrue", true),
            ("false", "unknown", true), ("false", "unknown iftrue", false), ("false", "unknown not", false),
            ("false", "unknown not iftrue", true),
            ("unknown", "", true), ("unknown", "iftrue", false), ("unknown", "not", true), ("unknown", "not iftrue", false),
            ("unknown", "unknown", false), ("unknown", "unknown iftrue", true), ("unknown", "unknown not", false),
            ("unknown", "unknown not iftrue", true),
        ]
        for row in table {
            let code = ["claim r0 admin", "test.true r0 \(row.flags) +1", "accept", "reject"]
            let accepted = try Self.accepts(code, row.operand == "unknown" ? "" : "admin=\(row.operand)")
            #expect(accepted == !row.jumps, "\(row)")
        }
    }
}
