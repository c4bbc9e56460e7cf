// Detectors that a policy declares itself, as data: their records, the bytes of those, and the verifier's checks of them.

import Patterns

/// A check that a candidate must pass to be a hit. The raw value is part of the program's format; `Mask` carries the arithmetic out.
public enum Checksum: UInt8, CaseIterable, Sendable {
    case none
    /// ISO/IEC 7812-1 annex B, over the candidate's digits.
    case luhn
    /// ISO 7064 MOD 97-10 as IBAN uses it, over the candidate's letters and digits.
    case mod97
    /// ISO 7064 MOD 97-10 as it is: the number that letters (10 to 35) and digits make, two check digits at its end.
    case mod97_10
    /// ISO 7064 MOD 11-2, over digits of which the last may be an X.
    case mod11_2
    /// ISO 7064 MOD 11,10, over the candidate's digits.
    case mod11_10
    /// J. Verhoeff's check over the dihedral group of order ten, over the candidate's digits.
    case verhoeff
    /// American Bankers Association: nine digits by the weights 3, 7, 1.
    case aba
    /// NHS Data Dictionary: ten digits by the weights ten to two, modulo eleven.
    case nhs
    /// A base58check address of 25 bytes.
    case base58
    /// BIP 173 and BIP 350.
    case bech32
    /// EIP-55: forty hexadecimal digits behind `0x`, of mixed case.
    case eip55
    /// Behind the first underscore, six characters of base62 at the end are the CRC-32 of those before them, as in GitHub's tokens.
    case crc32

    /// As a policy writes it.
    public var name: String { "\(self)" }
    /// All that a policy can name.
    public static let names = allCases.filter { $0 != .none }.map(\.name)
    /// nil: there is none of the name.
    public static func named(_ name: String) -> Checksum? { allCases.first { $0 != .none && $0.name == name } }
}

public struct DetectorRecord: Sendable, Hashable {
    /// The names that groups of a detector's pattern may have, and what they say.
    public enum Part: String, CaseIterable, Sendable {
        /// The part of a match that is masked. Without such a group, and where it had no part in the match: all of it.
        case mask
        /// The part that the checksum is over. Without it: what is masked.
        case check
    }

    /// None of `DetectorNames`.
    public var name: Symbol
    /// PCRE2 over UTF-8, which does not match the empty text.
    public var pattern: Symbol
    public var checksum: Checksum
    /// Lower-case words, sorted: where there are any, a candidate counts beside one of them only, or in a column that is called so.
    public var words: [Symbol]
    public var place: SourcePlace

    public init(name: Symbol, pattern: Symbol, checksum: Checksum, words: [Symbol], place: SourcePlace) {
        self.name = name
        self.pattern = pattern
        self.checksum = checksum
        self.words = words
        self.place = place
    }

    /// Whether a text can be a word of context: three letters and more, then digits too, all of ASCII and small.
    public static func isWord(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
        return (3...ProgramLimits.contextWordBytes).contains(bytes.count) && isLetter(bytes[0])
            && bytes.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) }
    }

    /// Why a pattern cannot be a detector's, whatever it costs; nil: it can.
    public enum PatternFault: Error, Hashable, Sendable {
        /// PCRE2's sentence, and where in the pattern.
        case doesNotCompile(String)
        case matchesEmpty
        case tooManyGroups
        /// A group of a name that says nothing.
        case unknownPart(String)
    }

    public static func fault(of pattern: String) -> PatternFault? {
        do {
            let compiled = try CompiledPattern(pattern)
            if let other = compiled.groupNames.first(where: { Part(rawValue: $0.name) == nil }) { return .unknownPart(other.name) }
            if compiled.groupCount > CompiledPattern.maximumGroups { return .tooManyGroups }
            return compiled.mayMatchEmpty ? .matchesEmpty : nil
        } catch {
            return .doesNotCompile(error.description)
        }
    }
}

extension ProgramEncoder {
    static func detector(_ writer: inout ByteWriter, _ detector: DetectorRecord) {
        writer.integer(detector.name)
        writer.integer(detector.pattern)
        writer.u8(detector.checksum.rawValue)
        writer.symbols(detector.words)
        writer.integer(detector.place.file)
        writer.integer(detector.place.start)
        writer.integer(detector.place.end)
    }
}

extension ProgramDecoder {
    static func detector(_ reader: inout ByteReader) throws(ProgramError) -> DetectorRecord {
        func symbol(_ reader: inout ByteReader) throws(ProgramError) -> UInt32 { try reader.u32() }
        return DetectorRecord(
            name: try reader.u32(), pattern: try reader.u32(), checksum: try reader.enumeration(Checksum.self),
            words: try reader.list(max: ProgramLimits.contextWords, smallest: 4, symbol),
            place: SourcePlace(file: try reader.u16(), start: try reader.u32(), end: try reader.u32()))
    }
}

/// What a pattern may cost is tried when it is compiled; at run time a limit holds, and what reaches it is masked.
struct DetectorChecks {
    let program: Program

    init(_ program: Program) { self.program = program }

    func verify() throws(ProgramError) {
        let check = IndexChecks(program: program)
        try check.unique(program.detectors.map(\.name), .detectors)
        var last = ""
        for (index, detector) in program.detectors.enumerated() {
            try check.name(detector.pattern, .detectors, index)
            try check.place(detector.place, .detectors, index)
            guard detector.words.count <= ProgramLimits.contextWords else { throw ProgramError(.tooMany, .detectors, index) }
            try check.ascending(detector.words, below: program.symbols.count, .detectors, index)
            let name = program.symbols[Int(detector.name)]
            guard name.utf8.count <= ProgramLimits.nameBytes else { throw ProgramError(.badName, .detectors, index) }
            guard last.utf8.lexicographicallyPrecedes(name.utf8) else { throw ProgramError(.notSorted, .detectors, index) }
            last = name
            let isSane =
                !DetectorNames.all.contains(name) && detector.words.allSatisfy { DetectorRecord.isWord(program.symbols[Int($0)]) }
                && DetectorRecord.fault(of: program.symbols[Int(detector.pattern)]) == nil
            guard isSane else { throw ProgramError(.badDetector, .detectors, index) }
        }
    }
}
