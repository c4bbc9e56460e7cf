// The serialised form: it comes back whole, it is always the same, and nothing malformed passes.
import Foundation
import TestSupport
import Testing

@testable import Machine

@Suite struct CodecTests {
    /// A program with something in every section and every optional part present once and absent once.
    static func full() -> ProgramDraft {
        var draft = ProgramDraft.basic()
        let other = draft.identity("other")
        let group = draft.group("bots", members: [0, other])
        let judged = draft.claimIs(0, "lead")
        draft.program.groups.append(
            GroupRecord(name: draft.symbol("leads"), members: [], issuer: 0, condition: judged, place: ProgramDraft.place))
        draft.resource("shell", .ssh)
        var assembler = Assembler(draft: draft)
        let code = try? assembler.assemble([
            "fact r0 request.time", "in.window r1 r0 31/480/1080", "test.true r1 +9", "fact r0 request.source",
            "in.network r1 r0 10.0.0.0/8", "test.true r1 +6", "claim r0 team", "match r1 r0 glob:o*", "test.true r1 +3",
            "in.set r1 r0 {ops,other}", "test.true r1 +1", "accept", "reject",
        ])
        draft = assembler.draft
        let condition = draft.code(code ?? [])
        let glob = draft.pattern(.glob, "/var/lib/*")
        let object = draft.object(.table, nil, "orders", columns: ["id", "sku"])
        let file = ObjectPattern(objectClass: .file, schema: .any, name: .pattern(glob), columns: nil)
        draft.rule(.allow, "reads", [TargetRecord(verbs: [.select], objects: [object])], condition: condition) {
            $0.who = WhoRecord(everyone: false)
            $0.who.identities = [0]
            $0.who.groups = [group]
            $0.expires = 4_000_000_000
            $0.limit = LimitRecord(
                rows: 10_000, bytes: 1 << 20, runtime: 30, concurrent: 5, rates: [.init(count: 600, seconds: 60)], condition: condition)
        }
        let because = draft.symbol("no files\nat all")
        draft.rule(.deny, "files", [TargetRecord(verbs: [.read, .write], objects: [file])]) {
            $0.who.exceptIdentities = [other]
            $0.who.exceptGroups = [1]
            $0.because = because
            $0.observe = true
        }
        let email = draft.symbol("email")
        let detector = draft.symbol("pii.email")
        draft.rule(.mask, "contact") {
            $0.mask = MaskRecord(
                columns: [
                    .init(schema: .searchPath, table: .any, column: email, transform: TransformRecord(kind: .partial, first: 2)),
                    .init(schema: .any, table: .any, column: email, transform: TransformRecord(kind: .last, last: 4)),
                ], values: [.init(detector: detector, transform: TransformRecord(kind: .hash))], guarded: true)
        }
        let channels = ["secops", "pager"].map { draft.symbol($0) }.sorted()
        draft.rule(.approve, "asks", condition: condition) {
            $0.approval = ApprovalRecord(
                identities: [other], groups: [group, 1].sorted(), quorum: 2, within: 600, valid: .seconds(3600), condition: condition)
            $0.notify = channels
        }
        draft.rule(.watch, "exports") { $0.notify = [channels[0]] }
        return draft
    }

    @Test func consequencesBelongToRules() throws {
        func refusal(_ change: (inout Program) -> Void) -> ProgramError.Reason? {
            var writer = ByteWriter()
            var program = Self.full().program
            change(&program)
            ProgramEncoder.writeConsequences(of: program, to: &writer)
            var read = Program()
            read.rules = Array(program.rules.prefix(4))
            var outcome: ProgramError.Reason?
            writer.bytes.withUnsafeBytes { bytes in
                var reader = ByteReader(bytes, .consequences, from: 0, to: bytes.count)
                do throws(ProgramError) {
                    try ProgramDecoder.readConsequences(into: &read, from: &reader)
                } catch {
                    outcome = error.reason
                }
            }
            return outcome
        }
        #expect(refusal { _ in } == .looseConsequence)
        #expect(refusal { $0.rules[4].notify = [] } == nil)
        #expect(refusal { for index in $0.rules.indices { $0.rules[index].notify = []; $0.rules[index].approval = nil } } == .looseConsequence)
    }

    @Test func comesBackWholeAndPasses() throws {
        let draft = Self.full()
        let bytes = try ProgramCodec.encode(draft.program)
        #expect(try ProgramCodec.decode(bytes) == draft.program)
        #expect(try VerifiedProgram.load(bytes).program == draft.program)
    }

    @Test func sameProgramSameBytes() throws {
        let first = try ProgramCodec.encode(Self.full().program)
        #expect(try ProgramCodec.encode(Self.full().program) == first)
        #expect(try ProgramCodec.encode(ProgramCodec.decode(first)) == first)
    }

    /// The format does not change by accident: the bytes are those that are kept. They also seed the fuzzer.
    @Test func bytesAreThoseThatAreKept() throws {
        let bytes = try ProgramCodec.encode(Self.full().program)
        let url = CaseFile(path: "program.bin").url
        if CaseFolder.isUpdating { try Data(bytes).write(to: url) }
        #expect(try [UInt8](Data(contentsOf: url)) == bytes)
    }

    @Test func everyTruncationIsRefused() throws {
        let bytes = try ProgramCodec.encode(Self.full().program)
        for count in 0..<bytes.count {
            #expect(throws: ProgramError.self) { try ProgramCodec.decode(Array(bytes[..<count])) }
        }
        #expect(throws: ProgramError(.trailingBytes, nil, bytes.count)) { try ProgramCodec.decode(bytes + [0]) }
    }

    /// Names that differ only by Unicode normalisation are different names.
    @Test func symbolsAreComparedByBytes() throws {
        var draft = ProgramDraft.basic()
        draft.program.symbols += ["\u{E9}", "e\u{301}"]
        let verified = try draft.load()
        #expect(verified.program.symbols.last.map { Array($0.utf8) } == [0x65, 0xCC, 0x81])
    }

    private static func patched(_ change: (inout [UInt8]) -> Void) throws -> ProgramError.Reason? {
        var program = full().program
        // The networks are its last section then.
        for index in program.rules.indices {
            program.rules[index].approval = nil
            program.rules[index].notify = []
        }
        var bytes = try ProgramCodec.encode(program)
        change(&bytes)
        do throws(ProgramError) {
            _ = try ProgramCodec.decode(ProgramCodec.withChecksum(bytes))
            return nil
        } catch {
            return error.reason
        }
    }

    /// The section table's entry for a section: the first byte's offset.
    private static func entry(_ section: ProgramSection) -> Int { 16 + (Int(section.rawValue) - 1) * 12 }

    private static func offset(_ section: ProgramSection, _ bytes: [UInt8]) -> Int {
        let at = entry(section) + 4
        return (0..<4).reduce(0) { $0 | Int(bytes[at + $1]) << ($1 * 8) }
    }

    @Test func frame() throws {
        #expect(try Self.patched { $0[0] ^= 1 } == .badMagic)
        #expect(try Self.patched { $0[8] = 3 } == .unknownFormat)
        #expect(try Self.patched { $0[10] = 65 } == .tooMany)
        #expect(try Self.patched { $0[12] &+= 1 } == .truncated)
        #expect(try Self.patched { $0.append(0) } == .trailingBytes)
        #expect(try Self.patched { $0[Self.entry(.symbols)] = 1 } == .sectionOrder)
        #expect(try Self.patched { $0[Self.entry(.networks)] = 99 } == .unknownCriticalSection)
        #expect(
            try Self.patched {
                $0[Self.entry(.networks)] = 99
                $0[Self.entry(.networks) + 2] = 0
            } == .missingSection)
        #expect(try Self.patched { $0[Self.entry(.networks) + 2] = 3 } == .badFlag)
        #expect(try Self.patched { $0[Self.entry(.symbols) + 4] &+= 1 } == .sectionGap)
        #expect(try Self.patched { $0[Self.entry(.networks) + 8] &+= 1 } == .truncated)
        #expect(try Self.patched { $0[Self.entry(.networks) + 8] &-= 1 } == .trailingBytes)
    }

    @Test func unknownSectionThatIsNotCriticalIsSkipped() throws {
        let program = Self.full().program
        let bytes = try ProgramCodec.encode(program)
        // Without those for schemas, detectors and sets of integers, which are not written where there are none.
        let count = ProgramSection.allCases.count - 3
        var longer = Array(bytes[..<16])
        longer[10] = UInt8(count + 1)
        func little(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
        longer.replaceSubrange(12..<16, with: little(bytes.count + 12 + 3))
        for index in 0..<count {
            var entry = Array(bytes[(16 + index * 12)..<(28 + index * 12)])
            let old = (0..<4).reduce(0) { $0 | Int(entry[4 + $1]) << ($1 * 8) }
            entry.replaceSubrange(4..<8, with: little(old + 12))
            longer += entry
        }
        longer += [99, 0, 0, 0] + little(bytes.count - 8 + 12) + little(3)
        longer += bytes[(16 + count * 12)..<(bytes.count - 8)] + [1, 2, 3] + [UInt8](repeating: 0, count: 8)
        #expect(throws: ProgramError(.badChecksum, nil, longer.count - 8)) { try ProgramCodec.decode(longer) }
        #expect(try ProgramCodec.decode(ProgramCodec.withChecksum(longer)) == program)
    }

    /// Whatever a disk or a hand has done to a bit of it, a program is not taken for another one.
    @Test func everyChangedBitIsRefused() throws {
        let bytes = try ProgramCodec.encode(Self.full().program)
        for place in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[place] ^= 1 << UInt8(bit)
                #expect(throws: ProgramError.self, "byte \(place), bit \(bit)") { try ProgramCodec.decode(changed) }
            }
        }
    }

    /// A word of eight bytes, changed in any way; and two bytes that change places.
    @Test func changedWordsAreRefused() throws {
        let bytes = try ProgramCodec.encode(Self.full().program)
        var random = SeededGenerator(seed: 4)
        for _ in 0..<3_000 {
            var changed = bytes
            let word = Int.random(in: 2..<bytes.count / 8, using: &random) * 8
            for place in word..<word + 8 { changed[place] = UInt8.random(in: 0...255, using: &random) }
            if changed != bytes { #expect(throws: ProgramError.self) { try ProgramCodec.decode(changed) } }
            changed = bytes
            changed.swapAt(Int.random(in: 16..<bytes.count, using: &random), Int.random(in: 16..<bytes.count, using: &random))
            if changed != bytes { #expect(throws: ProgramError.self) { try ProgramCodec.decode(changed) } }
        }
    }

    /// What was built before there was a checksum is read as it was, and becomes what it is now when it is written again.
    @Test func programsOfTheFirstFormatAreRead() throws {
        let kept = try CaseFile(path: "program-1.bin").bytes()
        #expect(kept[8] == 1)
        let program = try ProgramCodec.decode(kept)
        #expect(program == Self.full().program)
        #expect(try VerifiedProgram.load(kept).program == program)
        #expect(try ProgramCodec.encode(program).count == kept.count + 8)
    }

    @Test func values() throws {
        // The claims section: a count, then name and type of each.
        #expect(try Self.patched { $0[Self.offset(.claims, $0) + 8] = 0 } == .badEnumeration)
        #expect(try Self.patched { $0[Self.offset(.claims, $0) + 3] = 1 } == .tooMany)
        #expect(try Self.patched { $0[Self.offset(.claims, $0)] &+= 200 } == .truncated)
        #expect(try Self.patched { $0[Self.offset(.claims, $0)] &-= 1 } == .trailingBytes)
        // Symbols: a count, then length and bytes; the second symbol follows the empty one.
        #expect(try Self.patched { $0[Self.offset(.symbols, $0) + 12] = 0xFF } == .badUTF8)
        #expect(try Self.patched { $0[Self.offset(.symbols, $0) + 10] = 2 } == .textTooLong)
        // Rules: a count, then name, effect, observe.
        #expect(try Self.patched { $0[Self.offset(.rules, $0) + 9] = 2 } == .badFlag)
    }

    @Test func textsAtTheirLimits() throws {
        func refusal(_ change: (inout Program) -> Void) throws -> ProgramError.Reason? {
            var draft = Self.full()
            change(&draft.program)
            return draft.refusal()?.reason
        }
        func text(_ count: Int) -> String { String(repeating: "x", count: count) }
        #expect(try refusal { $0.name = text(ProgramLimits.nameBytes) } == nil)
        #expect(try refusal { $0.name = text(ProgramLimits.nameBytes + 1) } == .textTooLong)
        #expect(try refusal { $0.symbols.append(text(ProgramLimits.symbolBytes)) } == nil)
        #expect(try refusal { $0.symbols.append(text(ProgramLimits.symbolBytes + 1)) } == .textTooLong)
        #expect(try refusal { $0.sources[0].path = text(ProgramLimits.pathBytes) } == nil)
        #expect(try refusal { $0.sources[0].path = text(ProgramLimits.pathBytes + 1) } == .textTooLong)
        #expect(try refusal { $0.sources[0].bytes += [UInt8](repeating: 0x20, count: ProgramLimits.sourceBytes) } == .textTooLong)
    }

    @Test func listsAtTheirLimits() throws {
        func refusal(_ change: (inout ProgramDraft) -> Void) -> ProgramError.Reason? {
            var draft = Self.full()
            change(&draft)
            return draft.refusal()?.reason
        }
        func tags(_ count: Int) -> (inout ProgramDraft) -> Void {
            { draft in draft.program.resources[1].tags = draft.symbols((0..<count).map { "tag\($0)" }) }
        }
        #expect(refusal(tags(ProgramLimits.tags)) == nil)
        #expect(refusal(tags(ProgramLimits.tags + 1)) == .tooMany)
        func windows(_ count: Int) -> (inout ProgramDraft) -> Void {
            { draft in draft.program.windows = Array(repeating: draft.program.windows[0], count: count) }
        }
        #expect(refusal(windows(ProgramLimits.windows)) == nil)
        #expect(refusal(windows(ProgramLimits.windows + 1)) == .tooMany)
    }

    @Test func aProgramBeyondTheLimitIsNotEncoded() {
        var program = Self.full().program
        let source = SourceText(path: "big", bytes: [UInt8](repeating: 0x20, count: ProgramLimits.sourceBytes))
        program.sources += [source, source, source, source]
        #expect(throws: ProgramError.self) { try ProgramCodec.encode(program) }
    }
}
