// Why bytes are not a program, or a program not one that may run.

/// The parts of a serialised program, in the order they are written. Raw values are part of the format and never reused.
public enum ProgramSection: UInt16, CaseIterable, Sendable {
    case header = 1
    case symbols, sources, claims, issuers, identities, groups, resources, rules, code
    case integers, sets, patterns, windows, zones, networks
    /// Left out where there is none.
    case schemas
    /// Left out where there is none.
    case detectors
    /// What rules ask for beside their decision: approvals and notices. Left out where there is none.
    case consequences
    /// Sets of integers. Left out where there is none.
    case numberSets

    public var name: String { "\(self)" }
}

/// A program that is refused: what is wrong and where. Holds no text of the program.
public struct ProgramError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Reason: String, CaseIterable, Sendable {
        // The codec's.
        case badMagic, unknownFormat, tooLarge, truncated, trailingBytes, sectionOrder, sectionGap
        case missingSection, unknownCriticalSection, tooMany, badUTF8, badFlag, badEnumeration, textTooLong, badChecksum
        // The verifier's.
        case unknownEdition, badName, duplicateName, noEmptySymbol, duplicateSymbol, nulInSymbol
        case indexOutOfRange, notSorted, badPlace, badClaimType, duplicateSetting
        case halfCondition, searchPathNotSQL, badWho, emptyVerbs, emptyColumns, columnsOnOther, patternNotGlob
        case ambiguousSearchPath, indexTooLarge, maskMismatch, emptyMask, badTransform, unknownDetector, badLimit
        case badApproval, looseConsequence
        case factMissing, factNotAllowed, claimNotAllowed
        case emptyCode, overlappingCode, looseCode, codeTooLong, codeDoesNotEnd, unknownOpcode, operandNotZero, badFlags
        case badRegister, jumpOutOfRange, readBeforeWrite, wrongType, costTooHigh
        case badPattern, badWindow, badZone, badNetwork, looseSchema, badDetector, looseNumbers
    }

    public var reason: Reason
    /// nil: the frame around the sections.
    public var section: ProgramSection?
    /// For the codec's reasons the byte's distance from the start of the program; for the verifier's the record's index
    /// in its section (for `code`: the instruction's).
    public var offset: Int

    public init(_ reason: Reason, _ section: ProgramSection?, _ offset: Int) {
        self.reason = reason
        self.section = section
        self.offset = offset
    }

    public var description: String {
        "\(reason.text) (\(section?.name ?? "frame") \(offset))"
    }
}

extension ProgramError.Reason {
    /// One lower-case sentence for people.
    public var text: String {
        switch self {
        case .badMagic: "not a program: it does not start with the magic bytes"
        case .unknownFormat: "a format version this build does not know"
        case .tooLarge: "larger than a program may be"
        case .truncated: "ends in the middle of a value"
        case .trailingBytes: "bytes after the end of a section or program"
        case .sectionOrder: "sections are not in ascending order, once each"
        case .sectionGap: "sections overlap or leave a gap"
        case .missingSection: "a section is missing"
        case .unknownCriticalSection: "a critical section this build does not know"
        case .tooMany: "more entries than the limit"
        case .badUTF8: "text that is not UTF-8"
        case .badFlag: "a flag that is neither 0 nor 1"
        case .badEnumeration: "a number that stands for nothing"
        case .textTooLong: "text longer than the limit"
        case .badChecksum: "not the bytes that were written: the checksum does not fit them"
        case .unknownEdition: "an edition this build does not know"
        case .badName: "an empty name, or one that is too long"
        case .duplicateName: "a name that is used twice"
        case .noEmptySymbol: "the first symbol is not the empty string"
        case .duplicateSymbol: "a symbol that is there twice"
        case .nulInSymbol: "a symbol with a NUL byte"
        case .indexOutOfRange: "an index beyond its table"
        case .notSorted: "a list that must ascend does not"
        case .badPlace: "a source place outside its source"
        case .badClaimType: "a claim of a type no claim can have"
        case .duplicateSetting: "a setting that is given twice"
        case .halfCondition: "a group with a condition but no issuer, or the other way round"
        case .searchPathNotSQL: "a search path on a resource without schemas"
        case .badWho: "everyone, and a list beside it"
        case .emptyVerbs: "a target without verbs, or with unknown ones"
        case .emptyColumns: "a list of columns with no columns"
        case .columnsOnOther: "columns of something that has none"
        case .patternNotGlob: "a name pattern of a kind that names do not have"
        case .ambiguousSearchPath: "an allow or approve on an unqualified name where the search path is not exactly one schema"
        case .indexTooLarge: "more object patterns on one resource than its index may hold"
        case .maskMismatch: "mask parts on a rule that is no mask, or a mask without them"
        case .emptyMask: "a mask that names nothing"
        case .badTransform: "a transform with numbers it cannot have"
        case .unknownDetector: "a detector this build does not know"
        case .badLimit: "a limit on a rule that is no allow, without an amount, or with one it cannot have"
        case .badApproval: "an approval on a rule that is no approve, an approve without one, or one with numbers it cannot have"
        case .looseConsequence: "a consequence of no rule, or one that is none"
        case .factMissing: "a fact that does not exist for the kind of a resource"
        case .factNotAllowed: "a fact that this condition cannot use"
        case .claimNotAllowed: "a claim that the issuer does not declare"
        case .emptyCode: "a condition without instructions"
        case .overlappingCode: "conditions whose code overlaps in part"
        case .looseCode: "code that belongs to no condition"
        case .codeTooLong: "a condition with more instructions than the limit"
        case .codeDoesNotEnd: "code that can run past its end"
        case .unknownOpcode: "an opcode this build does not know"
        case .operandNotZero: "an operand where the opcode has none"
        case .badFlags: "flags the opcode does not have"
        case .badRegister: "a register beyond the last"
        case .jumpOutOfRange: "a jump beyond the condition's end"
        case .readBeforeWrite: "a register read that some path has not written"
        case .wrongType: "an operand of the wrong type"
        case .costTooHigh: "a condition whose worst case costs more than the limit"
        case .badPattern: "a pattern that cannot be compiled"
        case .badWindow: "a window that is none"
        case .badZone: "a zone whose transitions are not sane"
        case .badNetwork: "a network with bits beyond its prefix"
        case .looseSchema: "a schema that describes no resource, or a section of no schemas"
        case .looseNumbers: "sets of integers where there are none"
        case .badDetector: "a detector that is none, or a section of no detectors"
        }
    }
}
