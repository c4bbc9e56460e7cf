// Masks a COPY stream to the client, in whatever pieces it comes.

/// Masks COPY OUT data of one COPY. Pieces may end anywhere; whatever the pieces, the same bytes come out. What needs no mask goes
/// through as it comes; of what does, one cell is held at a time, and a cell over `MaskLimits.cellBytes` becomes NULL without being
/// held. One whole row in gives one whole row out, so one CopyData message stays one row where the server sends it so.
///
/// In text format with a NULL text other than `\N` or nothing, a masked column's NULL is masked as the value that it cannot be told from.
///
/// Text formats are read as bytes: `client_encoding` must be one in which no character has an ASCII byte after its first (so not
/// SJIS, BIG5, GBK, UHC, JOHAB, GB18030). Not thread-safe; one for each COPY, on the session's `CellMasker`.
public final class CopyMasker {
    private enum Reader {
        case lines(CopyLineReader)
        case binary(CopyBinaryReader)
    }

    private let reader: Reader
    private var failure: MaskError?

    /// One rule for each column of the COPY, in its order; their format must be the COPY's (text for CSV too).
    public init(_ masker: CellMasker, layout: CopyLayout, rules: [CellRule]) throws(MaskError) {
        let format: WireFormat = layout.format == .binary ? .binary : .text
        guard rules.allSatisfy({ $0.isPass || $0.format == format }) else { throw .invalidCopyLayout }
        switch layout.format {
        case .text, .csv: reader = .lines(CopyLineReader(masker, layout, rules))
        case .binary: reader = .binary(CopyBinaryReader(masker, rules))
        }
    }

    /// Takes the bytes of one CopyData and appends what is to be sent instead, which may be nothing yet: then send nothing. On an
    /// error the output must not be sent, and every later call throws the same.
    public func mask(_ piece: UnsafeRawBufferPointer, into output: MaskOutput) throws(MaskError) {
        if let failure { throw failure }
        do {
            switch reader {
            case .lines(let reader): try reader.read(piece, into: output)
            case .binary(let reader): try reader.read(piece, into: output)
            }
        } catch {
            failure = error
            throw error
        }
    }

    /// Says that CopyDone has come. Throws `truncatedCopy` when the data ends within a row or without a trailer.
    public func finish() throws(MaskError) {
        if let failure { throw failure }
        let isComplete =
            switch reader {
            case .lines(let reader): reader.isAtLineStart
            case .binary(let reader): reader.isComplete
            }
        guard isComplete else { throw .truncatedCopy }
    }
}
