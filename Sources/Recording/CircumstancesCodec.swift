// Circumstances of a message, packed for a row and unpacked for a replay.

import Decision
import Machine

extension RecordedCircumstances {
    private static let backslashEscapes: UInt64 = 1
    private static let encodingShift: UInt64 = 1
    private static let foldsBeyondASCII: UInt64 = 8

    /// What a gate was given, without its moment, which the recording keeps by itself.
    public init(_ circumstances: Circumstances) {
        var lexical: UInt64 = circumstances.lexical.standardConformingStrings ? 0 : Self.backslashEscapes
        switch circumstances.lexical.encoding {
        case .utf8: break
        case .singleByte: lexical |= 1 << Self.encodingShift
        case .unsafe: lexical |= 2 << Self.encodingShift
        }
        if circumstances.lexical.foldsBeyondASCII { lexical |= Self.foldsBeyondASCII }
        self.init(lexical: lexical, inTransaction: circumstances.inTransaction)
    }

    /// What the gate is given again. An encoding that is not known here is the one that lets the least be understood.
    public func circumstances(at moment: Moment) -> Circumstances {
        var circumstances = Circumstances(moment: moment, inTransaction: inTransaction)
        circumstances.lexical.standardConformingStrings = lexical & Self.backslashEscapes == 0
        circumstances.lexical.foldsBeyondASCII = lexical & Self.foldsBeyondASCII != 0
        switch (lexical & ~Self.foldsBeyondASCII) >> Self.encodingShift {
        case 0: circumstances.lexical.encoding = .utf8
        case 1: circumstances.lexical.encoding = .singleByte
        default: circumstances.lexical.encoding = .unsafe
        }
        return circumstances
    }
}
