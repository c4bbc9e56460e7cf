// Detectors of a policy's own in the program: they come back whole, and what is none is refused.
import Testing

@testable import Machine

@Suite struct DetectorRecordTests {
    static func draft() -> ProgramDraft {
        var draft = CodecTests.full()
        for (name, pattern, checksum, words) in [
            ("badge", "[0-9]{5}", Checksum.none, ["badge", "door"]), ("staff.employee_id", "E-(?<mask>[0-9]{6})", .luhn, []),
        ] as [(String, String, Checksum, [String])] {
            let record = DetectorRecord(
                name: draft.symbol(name), pattern: draft.symbol(pattern), checksum: checksum, words: draft.symbols(words),
                place: ProgramDraft.place)
            draft.program.detectors.append(record)
        }
        let badge = draft.symbol("badge")
        draft.program.rules[2].mask?.values.append(.init(detector: badge, transform: TransformRecord(kind: .redact)))
        return draft
    }

    @Test func comesBackWhole() throws {
        let draft = Self.draft()
        let bytes = try ProgramCodec.encode(draft.program)
        #expect(try ProgramCodec.decode(bytes) == draft.program)
        #expect(try ProgramCodec.encode(ProgramCodec.decode(bytes)) == bytes)
        let text = Disassembler.text(of: try VerifiedProgram.load(bytes))
        #expect(text.contains("\ndetector staff.employee_id"))
        #expect(text.contains("  pattern \"E-(?<mask>[0-9]{6})\"\n  checksum luhn\n"))
        #expect(text.contains("  context badge, door\n") && text.contains("  value badge with redact\n"))
    }

    /// A program without one is, byte for byte, what it was before there were any.
    @Test func aProgramWithoutHasNoSection() throws {
        var program = Self.draft().program
        let with = try ProgramCodec.encode(program)
        program.detectors = []
        let without = try ProgramCodec.encode(program)
        #expect(with[10] == without[10] + 1)
        #expect(throws: ProgramError.self) { try VerifiedProgram.load(without) }
    }

    @Test func aSectionOfNoneIsRefused() throws {
        var program = Self.draft().program
        for rule in program.rules.indices { (program.rules[rule].approval, program.rules[rule].notify) = (nil, []) }
        var bytes = try ProgramCodec.encode(program)
        // The section's body begins with its count of four bytes; its entry is the last of this program.
        let entry = 16 + (Int(bytes[10]) - 1) * 12
        #expect(bytes[entry] == UInt8(ProgramSection.detectors.rawValue))
        let start = (0..<4).reduce(0) { $0 | Int(bytes[entry + 4 + $1]) << ($1 * 8) }
        bytes.removeSubrange((start + 4)...)
        bytes += [UInt8](repeating: 0, count: 8)
        bytes.replaceSubrange(start..<start + 4, with: [0, 0, 0, 0])
        bytes.replaceSubrange(entry + 8..<entry + 12, with: [4, 0, 0, 0])
        bytes.replaceSubrange(12..<16, with: (0..<4).map { UInt8(truncatingIfNeeded: bytes.count >> ($0 * 8)) })
        #expect(throws: ProgramError(.badDetector, .detectors, bytes.count - 8)) { try ProgramCodec.decode(ProgramCodec.withChecksum(bytes)) }
    }

    static let table: [(reason: ProgramError.Reason, change: @Sendable (inout ProgramDraft) -> Void)] = [
        (.badDetector, { $0.rename(0, to: "pii.email") }),
        (.badDetector, { $0.repattern("(") }), (.badDetector, { $0.repattern("a*") }), (.badDetector, { $0.repattern("(?<maks>a)") }),
        (.badDetector, { $0.repattern("a\\C") }), (.badDetector, { $0.repattern(String(repeating: "(a)", count: 101)) }),
        (.badDetector, { $0.reword(["Badge"]) }),
        (.badDetector, { $0.reword(["id"]) }),
        (.badName, { $0.program.detectors[0].pattern = 0 }), (.badName, { $0.program.detectors[0].name = 0 }),
        (.duplicateName, { $0.program.detectors[1].name = $0.program.detectors[0].name }),
        (.notSorted, { $0.program.detectors.swapAt(0, 1) }),
        (.notSorted, { $0.program.detectors[0].words.reverse() }),
        (.indexOutOfRange, { $0.program.detectors[0].words = [99_999] }),
        (.badPlace, { $0.program.detectors[0].place.end = 9_999 }),
        (.tooMany, { $0.program.detectors[0].words = Array(0...UInt32(ProgramLimits.contextWords)) }),
        (.tooMany, { $0.program.detectors = Array(repeating: $0.program.detectors[0], count: ProgramLimits.detectors + 1) }),
    ]

    @Test func whatIsNoneIsRefused() {
        #expect(Self.draft().refusal() == nil)
        for (index, row) in Self.table.enumerated() {
            var draft = Self.draft()
            row.change(&draft)
            let error = draft.refusal()
            #expect(error?.reason == row.reason && error?.section == .detectors, "row \(index): \(String(describing: error))")
        }
    }

    @Test func checksumsAreKnownByName() {
        #expect(Checksum.names.count == Checksum.allCases.count - 1)
        for name in Checksum.names { #expect(Checksum.named(name)?.name == name) }
        #expect(Checksum.named("none") == nil && Checksum.named("Luhn") == nil)
    }
}

extension ProgramDraft {
    fileprivate mutating func rename(_ detector: Int, to name: String) {
        let symbol = symbol(name)
        program.detectors[detector].name = symbol
    }
    fileprivate mutating func repattern(_ pattern: String) {
        let symbol = symbol(pattern)
        program.detectors[0].pattern = symbol
    }
    fileprivate mutating func reword(_ words: [String]) {
        let symbols = symbols(words)
        program.detectors[0].words = symbols
    }
}
