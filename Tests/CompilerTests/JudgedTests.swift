// The judged table: policies, requests and what must come of them, as text. Compiler and machine must decide so, and the reference
// evaluator as well.

import Foundation
import Machine
import PolicyLang
import TestSupport
import Testing

@testable import Compiler

struct JudgedTests {
    static let files = CaseFolder.files(in: "judged", ending: ".judged")
    static let rowsOfAFile = 56

    /// A file: the policy, a line of `====`, and the rows.
    struct Table {
        var source: SourceFile
        var tree: SyntaxTree
        var program: VerifiedProgram
        var rows: [String]

        init(_ file: CaseFile) throws {
            let parts = try file.text().components(separatedBy: "====\n")
            source = SourceFile(path: file.path, text: parts[0])
            let compiled = PolicyCompiler.compile(files: [source], options: CompileOptions(date: ReferenceTests.date))
            let errors = compiled.diagnostics.filter { $0.severity == .error }
            guard let made = compiled.program else { throw NoRow(description: DiagnosticText.render(errors, files: compiled.sources)) }
            program = try VerifiedProgram.load(try ProgramCodec.encode(made))
            tree = Parser.parse(source).tree
            rows = (parts.count > 1 ? parts[1] : "").split(separator: "\n").map(String.init)
        }
    }

    @Test(arguments: files) func machineAndReferenceDecideAsWritten(_ file: CaseFile) throws {
        var table = try Table(file)
        if CaseFolder.isUpdating {
            table.rows = Self.made(table, seed: UInt64(table.source.bytes.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF_FFFF }))
            let text = String(decoding: table.source.bytes, as: UTF8.self) + "====\n" + table.rows.map { $0 + "\n" }.joined()
            try text.write(to: file.url, atomically: true, encoding: .utf8)
        }
        #expect(Set(table.rows).count == table.rows.count, "\(file.path) has a row twice")
        for line in table.rows {
            let row = try JudgedRow(line)
            #expect(row.text == line)
            let reference = Self.reference(table.tree, row.request)
            #expect(reference == row.decision, "the reference evaluator\n\(line)\n\(JudgedRow(request: row.request, decision: reference).text)")
            let machine = ReferenceTests.machine(table.program, row.request).map { ReferenceTests.decide($0.machine, table.program, row.request) }
            #expect(machine == row.decision, "the machine\n\(line)\n\(JudgedRow(request: row.request, decision: machine).text)")
        }
    }

    private static func reference(_ tree: SyntaxTree, _ request: ReferenceRequest) -> ReferenceEvaluator.Decision? {
        let evaluator = ReferenceEvaluator(tree, request)
        return evaluator.identity == nil ? nil : evaluator.decide()
    }

    /// Requests of which no decision comes up much more often than another, and beside them those where one change makes it another.
    private static func made(_ table: Table, seed: UInt64) -> [String] {
        var requests = JudgedRequests(JudgedVocabulary(table.tree), seed: seed)
        var rows: [String] = []
        var counts: [String: Int] = [:]
        func add(_ request: ReferenceRequest, _ most: Int) -> String? {
            let row = JudgedRow(request: request, decision: reference(table.tree, request))
            let kind = row.decision.map { "\($0)" } ?? ""
            guard rows.count < rowsOfAFile, counts[kind, default: 0] < most, !rows.contains(row.text) else { return nil }
            counts[kind, default: 0] += 1
            rows.append(row.text)
            return kind
        }
        for most in [2, 4, 8, 16, 32, 64] {
            for _ in 0..<120 {
                let request = requests.request()
                guard let kind = add(request, most) else { continue }
                for _ in 0..<12 {
                    let near = requests.neighbour(of: request)
                    let decision = reference(table.tree, near).map { "\($0)" } ?? ""
                    if decision != kind, add(near, most + 1) != nil { break }
                }
            }
        }
        return rows
    }

    // MARK: what the table holds

    @Test func theTableIsLargeAndMeetsEverything() throws {
        var rows = 0
        var outcomes: [String: Int] = [:]
        var effects: Set<String> = []
        var groups: Set<String> = []
        var transforms: Set<TransformRecord.Kind> = []
        var limits: Set<String> = []
        var facts: Set<String> = []
        for file in Self.files {
            let table = try Table(file)
            facts.formUnion(JudgedVocabulary(table.tree).facts)
            let rules = Dictionary(
                table.program.program.rules.map { (table.program.text($0.name), $0) }, uniquingKeysWith: { first, _ in first })
            let text = String(decoding: table.source.bytes, as: UTF8.self)
            for group in VerbGroup.allCases where text.contains("to \(group.rawValue)") || text.contains(", \(group.rawValue)") {
                groups.insert(group.rawValue)
            }
            for line in table.rows {
                rows += 1
                guard let decision = try JudgedRow(line).decision else {
                    outcomes["nobody", default: 0] += 1
                    continue
                }
                outcomes["\(decision.outcome)", default: 0] += 1
                let acted = [decision.rule].compactMap { $0 } + decision.masks + decision.asking + decision.watched + decision.limits
                for name in acted {
                    guard let rule = rules[name] else { continue }
                    effects.insert(rule.effect.name)
                    transforms.formUnion((rule.mask?.columns ?? []).map(\.transform.kind) + (rule.mask?.values ?? []).map(\.transform.kind))
                    if decision.limits.contains(name), let limit = rule.limit { limits.formUnion(Self.kinds(limit)) }
                }
                for name in decision.observed { effects.insert("observe \(rules[name]?.effect.name ?? "")") }
            }
        }
        #expect(rows >= 2_000 && Self.files.count >= 36, "\(rows) rows of \(Self.files.count) policies")
        for outcome in ["allowed", "denied", "uncovered"] { #expect(outcomes[outcome, default: 0] > rows / 10, "\(outcomes)") }
        #expect(outcomes["approval", default: 0] > rows / 40, "\(outcomes)")
        #expect(outcomes["nobody", default: 0] > 20)
        #expect(effects == Set(Effect.allCases.flatMap { $0 == .watch ? [$0.name] : [$0.name, "observe \($0.name)"] }), "\(effects.sorted())")
        #expect(groups == Set(VerbGroup.allCases.map(\.rawValue)))
        #expect(transforms == Set(TransformRecord.Kind.allCases), "\(transforms)")
        #expect(limits == ["rows", "bytes", "runtime", "concurrent", "1", "60", "3600", "86400"], "\(limits)")
        // Bytes of a result are counted by the gateway; everything else of a database is asked for somewhere.
        let known = Set(Fact.allCases.filter { $0.exists(for: .postgres) && $0 != .resultBytes }.map(\.entry.name))
        #expect(known.subtracting(facts).isEmpty, "\(known.subtracting(facts).sorted())")
    }

    private static func kinds(_ limit: LimitRecord) -> [String] {
        let bounds = [("rows", limit.rows), ("bytes", limit.bytes), ("runtime", limit.runtime), ("concurrent", limit.concurrent)]
        return bounds.compactMap { $0.1 == nil ? nil : $0.0 } + limit.rates.map { "\($0.seconds)" }
    }

    /// What is not known: of every fact that need not be, a row in which a rule asks for it in vain.
    @Test func factsAreUnknownSomewhere() throws {
        var missing: Set<String> = [
            "claim.team", "claim.groups", "claim.level", "claim.admin", "request.source", "session.reason", "session.age", "statement.kind",
            "statement.where", "statement.has_where", "statement.has_limit", "statement.limit", "statement.fingerprint",
            "statement.first_seen", "statement.in_transaction", "access.columns", "result.rows",
        ]
        for file in Self.files {
            let table = try Table(file)
            let asked = JudgedVocabulary(table.tree).facts
            for line in table.rows {
                let request = try JudgedRow(line).request
                let facts = ReferenceFacts(
                    tree: table.tree, request: request, identity: "", groups: [], possibleGroups: [], statement: 0,
                    access: request.accesses.first)
                for name in missing.intersection(asked) where facts.isUnknown(name) { missing.remove(name) }
            }
        }
        #expect(missing.isEmpty, "\(missing.sorted())")
    }
}

extension ReferenceFacts {
    /// Whether a fact, as it is written, is not known here.
    func isUnknown(_ name: String) -> Bool {
        let parsed = Parser.parse(text: "policy a edition 1\nlet x = has \(name)\n")
        guard case .let(let it)? = parsed.tree.declarations.first else { return false }
        return value(of: it.condition) == false
    }
}
