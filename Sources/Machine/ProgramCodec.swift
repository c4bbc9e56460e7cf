// The serialised program's frame: magic, version, section table. The same program always gives the same bytes.
//
//   magic          8 bytes "PSTNPRG" and 0x1A, which stops what would treat it as text
//   format         u16, sections u16, total length u32
//   section table  for each: kind u16, flags u16 (bit 0: critical), offset u32, length u32
//   sections       in ascending order of kind, one after the other without gaps
//   checksum       u64 over all bytes before it; not in format 1, which is still read
//
// All numbers are little-endian. Signatures are not here: they are the container's around these bytes.

/// `Program` to bytes and back. Decoding trusts nothing, and its result is still to be verified.
public enum ProgramCodec {
    static let magic: [UInt8] = [0x50, 0x53, 0x54, 0x4E, 0x50, 0x52, 0x47, 0x1A]
    /// The version of the frame and of every section's layout.
    public static let format: UInt16 = 2
    /// Of programs that were written before there was a checksum. No single bit makes one of the other.
    private static let formatWithoutChecksum: UInt16 = 1
    static let frameBytes = 16
    static let entryBytes = 12
    private static let critical: UInt16 = 1

    /// The program's bytes, the same for the same program.
    /// - Throws: `tooLarge` when they exceed `ProgramLimits.programBytes`.
    public static func encode(_ program: Program) throws(ProgramError) -> [UInt8] {
        var bodies: [(kind: ProgramSection, bytes: [UInt8])] = []
        let sections = ProgramSection.allCases.filter { isWritten($0, of: program) }
        var total = frameBytes + sections.count * entryBytes + ProgramChecksum.bytes
        for section in sections {
            var writer = ByteWriter()
            ProgramEncoder.write(section, of: program, to: &writer)
            total += writer.bytes.count
            guard total <= ProgramLimits.programBytes else { throw ProgramError(.tooLarge, section, total) }
            bodies.append((section, writer.bytes))
        }
        var writer = ByteWriter()
        writer.append(magic)
        writer.integer(format)
        writer.integer(UInt16(bodies.count))
        writer.integer(UInt32(total))
        var offset = frameBytes + bodies.count * entryBytes
        for body in bodies {
            writer.integer(body.kind.rawValue)
            writer.integer(critical)
            writer.integer(UInt32(offset))
            writer.integer(UInt32(body.bytes.count))
            offset += body.bytes.count
        }
        for body in bodies { writer.append(body.bytes) }
        let checksum = writer.bytes.withUnsafeBytes { ProgramChecksum.of($0) }
        writer.integer(checksum)
        return writer.bytes
    }

    /// A program without schemas has no section for them, so that it is what it was before there were any; and so with detectors,
    /// consequences and sets of integers.
    private static func isWritten(_ section: ProgramSection, of program: Program) -> Bool {
        switch section {
        case .schemas: !program.schemas.isEmpty
        case .detectors: !program.detectors.isEmpty
        case .consequences: program.rules.contains { $0.hasConsequences }
        case .numberSets: !program.numberSets.isEmpty
        case .header, .symbols, .sources, .claims, .issuers, .identities, .groups, .resources, .rules, .code, .integers, .sets, .patterns,
            .windows, .zones, .networks:
            true
        }
    }

    public static func decode(_ bytes: [UInt8]) throws(ProgramError) -> Program {
        var outcome: Result<Program, ProgramError> = .failure(ProgramError(.truncated, nil, 0))
        bytes.withUnsafeBytes { raw in
            do throws(ProgramError) {
                outcome = .success(try decode(raw))
            } catch {
                outcome = .failure(error)
            }
        }
        return try outcome.get()
    }

    /// Takes bytes apart. Any bytes give a program or an error, in time linear in their number.
    public static func decode(_ bytes: UnsafeRawBufferPointer) throws(ProgramError) -> Program {
        let table = try sections(of: bytes)
        var program = Program()
        for section in ProgramSection.allCases {
            guard let place = table[section.rawValue] else {
                if [.schemas, .detectors, .consequences, .numberSets].contains(section) { continue }
                throw ProgramError(.missingSection, section, 0)
            }
            var reader = ByteReader(bytes, section, from: place.lowerBound, to: place.upperBound)
            try ProgramDecoder.read(section, into: &program, from: &reader)
            try reader.finish()
        }
        return program
    }

    /// The frame and the section table: sections ascend, touch each other, and end where the bytes end.
    private static func sections(of bytes: UnsafeRawBufferPointer) throws(ProgramError) -> [UInt16: Range<Int>] {
        guard bytes.count <= ProgramLimits.programBytes else { throw ProgramError(.tooLarge, nil, bytes.count) }
        var reader = ByteReader(bytes, nil, from: 0, to: bytes.count)
        for byte in magic {
            guard try reader.u8() == byte else { throw ProgramError(.badMagic, nil, reader.position - 1) }
        }
        let written = try reader.u16()
        guard written == format || written == formatWithoutChecksum else { throw ProgramError(.unknownFormat, nil, reader.position - 2) }
        let count = Int(try reader.u16())
        guard count <= ProgramLimits.sections else { throw ProgramError(.tooMany, nil, reader.position - 2) }
        let total = Int(try reader.u32())
        guard total <= bytes.count else { throw ProgramError(.truncated, nil, bytes.count) }
        guard total == bytes.count else { throw ProgramError(.trailingBytes, nil, total) }
        let end = written == format ? total - ProgramChecksum.bytes : total
        if written == format { try checkSum(of: bytes, end) }
        var table: [UInt16: Range<Int>] = [:]
        var lastKind: UInt16 = 0
        var expected = frameBytes + count * entryBytes
        for _ in 0..<count {
            let at = reader.position
            let kind = try reader.u16()
            let flags = try reader.u16()
            let offset = Int(try reader.u32())
            let length = Int(try reader.u32())
            let known = ProgramSection(rawValue: kind)
            guard kind > lastKind else { throw ProgramError(.sectionOrder, known, at) }
            guard flags & ~critical == 0 else { throw ProgramError(.badFlag, known, at + 2) }
            guard offset == expected else { throw ProgramError(.sectionGap, known, at + 4) }
            guard offset + length <= end else { throw ProgramError(.truncated, known, at + 8) }
            if known == nil, flags & critical != 0 { throw ProgramError(.unknownCriticalSection, nil, at) }
            table[kind] = offset..<(offset + length)
            expected = offset + length
            lastKind = kind
        }
        guard expected == end else { throw ProgramError(.trailingBytes, nil, expected) }
        return table
    }

    private static func checkSum(of bytes: UnsafeRawBufferPointer, _ end: Int) throws(ProgramError) {
        guard end >= frameBytes else { throw ProgramError(.truncated, nil, bytes.count) }
        var reader = ByteReader(bytes, nil, from: end, to: bytes.count)
        guard try reader.u64() == ProgramChecksum.of(UnsafeRawBufferPointer(rebasing: bytes[..<end])) else {
            throw ProgramError(.badChecksum, nil, end)
        }
    }

    /// The bytes with a checksum that fits them, so that what changes them meets the checks behind it. For tests and fuzzers.
    public static func withChecksum(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count >= frameBytes + ProgramChecksum.bytes, bytes[8] == UInt8(format), bytes[9] == 0 else { return bytes }
        var writer = ByteWriter()
        writer.append(Array(bytes.dropLast(ProgramChecksum.bytes)))
        writer.integer(writer.bytes.withUnsafeBytes { ProgramChecksum.of($0) })
        return writer.bytes
    }
}
