// Bytes gone wrong, thousands of times by seed: every one is refused with a reason or passes the verifier, and then runs.
import TestSupport
import Testing

@testable import Machine

@Suite struct MutationTests {
    /// Loads; what passes must also disassemble, identify, specialise and decide.
    static func exercise(_ bytes: [UInt8]) -> Bool {
        guard let verified = try? VerifiedProgram.load(bytes) else { return false }
        let text = Disassembler.text(of: verified)
        for rule in verified.program.rules.indices { _ = verified.place(of: rule) }
        let claims = VerifiedClaims(
            issuer: "cluster", subject: "job", values: ["sub": .string("job"), "groups": .strings(["a"])], proof: .bearer)
        guard case .caller(let caller) = verified.identify(claims) else { return !text.isEmpty }
        for resource in verified.program.resources {
            guard let specialisation = verified.specialise(for: caller, resource: verified.text(resource.name)) else { continue }
            let machine = VirtualMachine(
                specialisation, session: SessionFacts(caller: caller, source: nil, start: Moment(seconds: 0)))
            let inspection = Inspection()
            inspection.append(Statement())
            for objectClass in ObjectClass.allCases {
                inspection.append(
                    Access(
                        verb: .select, objectClass: objectClass, statement: 0, schema: inspection.intern("public"),
                        name: inspection.intern("orders")))
                inspection.appendColumn(ColumnUse(name: inspection.intern("id"), uses: .output))
            }
            _ = machine.decide(inspection, RequestFacts(moment: Moment(seconds: 1_000_000)))
            _ = machine.explain(inspection, RequestFacts(moment: Moment(seconds: .min)))
        }
        return true
    }

    @Test(arguments: 0..<8) func seeded(_ seed: Int) throws {
        let original = try ProgramCodec.encode(CodecTests.full().program)
        let frame = 16 + (ProgramSection.allCases.count - 1) * 12
        var random = SeededGenerator(seed: UInt64(seed))
        var passed = 0
        for _ in 0..<1_000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                // Mostly behind the frame, where a change is more than a bad table.
                let from = Int.random(in: 0..<8, using: &random) == 0 ? 0 : frame
                let at = Int.random(in: from..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 1: bytes[at] = UInt8.random(in: 0...255, using: &random)
                case 2: bytes[at] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
                case _: bytes.remove(at: at)
                }
            }
            // What the checksum would refuse is for the checks behind it to find.
            if Self.exercise(ProgramCodec.withChecksum(bytes)) { passed += 1 }
        }
        // A changed byte of a source or a name leaves a program that may run; most changes do not.
        #expect(passed > 0 && passed < 900)
    }

    @Test func noise() {
        var random = SeededGenerator(seed: 99)
        for _ in 0..<500 {
            let noise = (0..<Int.random(in: 0..<400, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(!Self.exercise(ProgramCodec.magic + noise))
        }
    }
}
