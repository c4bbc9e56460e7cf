// A program with everything in it, every bit of it turned in its turn: it is refused, or decides as it did.

import Machine
import PolicyLang
import TestSupport
import Testing

@testable import Compiler

struct BitFlipTests {
    private static let policy = """
        policy rich edition 1
        use std.pii
        issuer ci : oidc {
          url       "https://ci.example"
          audience  "postern"
          claims    { sub string, team string optional, groups set of string optional, level int optional, levels set of int optional, admin bool optional }
        }
        identity app from ci { when claim.sub == "app" }
        identity bot from ci { when claim.sub == "bot" }
        group dba from ci { when "dba" in claim.groups }
        group services { app, bot }
        resource db : postgres { tags live  search_path public  schema "db.sql" }
        detector badge { pattern "B-[0-9]{4}" checksum luhn context { "badge" } }
        let office = request.time in "Mon-Fri 08:00-18:00 Europe/Berlin"
        allow reads { who services on db to select when statement.has_where or office limit 100 rows, 60 per minute, 30s runtime, 3 concurrent }
        allow writes { who app on db to update, insert into orders(id, note) when request.source in "10.0.0.0/8" expires 2027-01-01 }
        deny cards { who any except dba on db to select from orders(card) because "nobody reads cards" }
        deny files { on db to read "/etc/**", run "sh *" }
        approve deletes { who app on db to delete from orders unless statement.where == keyed by dba quorum 2 within 10m valid 1h notify secops }
        observe deny levels { on db to select when claim.level < 3 and claim.team in { shop, "ops" } }
        observe deny grades { on db to select when claim.levels in { 3, 7 } }
        mask mails { on db column orders.mail with partial(first: 2) value badge, pii.iban with redact guarded }
        mask notes { who bot on db unless statement.text matches "^select id" column orders.note with range(10) }
        watch bulk { on tag live to select when result.rows > 10 notify secops, owners }
        """

    @Test func everyBitIsRefusedOrChangesNothing() throws {
        let file = SourceFile(path: "rich.postern", text: Self.policy)
        let schema = "create table orders (id int, mail text, card text, note text);"
        let compiled = PolicyCompiler.compile(
            files: [file], options: CompileOptions(date: ReferenceTests.date) { _ in Array(schema.utf8) })
        let program = try #require(
            compiled.program, "\(DiagnosticText.render(compiled.diagnostics.filter { $0.severity == .error }, files: compiled.sources))")
        let bytes = try ProgramCodec.encode(program)
        // Every section that there is.
        #expect(Int(bytes[10]) == ProgramSection.allCases.count)
        let verified = try VerifiedProgram.load(bytes)
        var requests = JudgedRequests(JudgedVocabulary(Parser.parse(file).tree), seed: 11)
        let asked = (0..<150).map { _ in requests.request() }
        let decisions = asked.map { Self.decide(verified, $0) }
        #expect(Set(decisions.compactMap { $0?.outcome }).count == 4)
        var refused = 0
        for place in bytes.indices {
            for bit in 0..<8 {
                var turned = bytes
                turned[place] ^= 1 << UInt8(bit)
                guard let other = try? VerifiedProgram.load(turned) else {
                    refused += 1
                    continue
                }
                #expect(asked.map { Self.decide(other, $0) } == decisions, "byte \(place), bit \(bit)")
            }
        }
        #expect(refused == bytes.count * 8)
        try whatPassesTheChecksumRuns(bytes, asked)
    }

    /// Behind the checksum stand the checks of every section: what they let through decides something, and does not trap.
    private func whatPassesTheChecksumRuns(_ bytes: [UInt8], _ asked: [ReferenceRequest]) throws {
        var random = SeededGenerator(seed: 3)
        var (passed, refused) = (0, 0)
        for _ in 0..<400 {
            var turned = bytes
            turned[16 + random.below(bytes.count - 24)] ^= 1 << UInt8(random.below(8))
            guard let other = try? VerifiedProgram.load(ProgramCodec.withChecksum(turned)) else {
                refused += 1
                continue
            }
            passed += 1
            for request in asked.prefix(8) { _ = Self.decide(other, request) }
        }
        #expect(passed > 20 && refused > 20)
    }

    private static func decide(_ program: VerifiedProgram, _ request: ReferenceRequest) -> ReferenceEvaluator.Decision? {
        ReferenceTests.machine(program, request).map { ReferenceTests.decide($0.machine, program, request) }
    }
}
