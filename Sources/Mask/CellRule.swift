// What is to be done with the cells of one result column.

/// What column masks say of a result column.
public enum ColumnTreatment: Hashable, BitwiseCopyable, Sendable {
    /// No column mask.
    case pass
    /// A masked column.
    case transform(MaskTransform)
    /// Derived from a masked column, or of an origin that is not known: withheld as a whole, NULL.
    case whole
}

/// The treatment of one result column's cells: joined once for each RowDescription, applied to every row.
public struct CellRule: Hashable, BitwiseCopyable, Sendable {
    public var treatment: ColumnTreatment
    /// Look through the cells for the plan's value masks as well.
    public var scansValues: Bool
    public var type: MaskedType
    public var format: WireFormat
    /// What the column's own name says of its values. Never of an alias: whoever writes the query chooses that.
    public var context: ColumnContext

    public init(
        _ treatment: ColumnTreatment, scansValues: Bool, type: MaskedType, format: WireFormat, context: ColumnContext = .none
    ) {
        self.treatment = treatment
        self.scansValues = scansValues
        self.type = type
        self.format = format
        self.context = context
    }

    public init(
        _ treatment: ColumnTreatment, scansValues: Bool, typeOID: UInt32, format: WireFormat, context: ColumnContext = .none
    ) {
        self.init(treatment, scansValues: scansValues, type: MaskedType(oid: typeOID), format: format, context: context)
    }

    /// Leaves cells alone.
    public static let pass = CellRule(.pass, scansValues: false, type: .other, format: .text)

    /// Whether cells are left alone.
    public var isPass: Bool { treatment == .pass && !scansValues }
}

/// Bounds on masking.
public struct MaskLimits: Equatable, Sendable {
    /// The longest cell that a mask looks at, in bytes; a longer one becomes NULL. At most `MatchLimits.subjectBytes`.
    public var cellBytes = 1024 * 1024
    /// PCRE2's match limit for detectors: backtracking points, at every start anew. Reaching it withholds the cell.
    public var matchSteps: UInt32 = 10_000
    /// The memory that is kept between rows, in bytes.
    public var keptBytes = 256 * 1024
    /// The longest header extension of a binary COPY that is passed on, in bytes. PostgreSQL writes none.
    public var copyHeaderBytes = 64 * 1024
    public init() {}
}

/// Why a row, a COPY stream or a message could not be masked. The stream must end: nothing after it can be accounted for.
public enum MaskError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A DataRow that ends early, goes on after its cells, or has a negative length that is not NULL's. The offset is in bytes.
    case malformedRow(offset: Int)
    /// A row with another number of cells than there are rules.
    case cellCount(expected: Int, found: Int)
    /// COPY data that is not of its format. The offset is in bytes from the start of the stream.
    case malformedCopy(offset: Int)
    /// COPY data that ends within a row, or without its trailer.
    case truncatedCopy
    /// A binary COPY with OIDs or other critical flags.
    case unsupportedCopyFlags(UInt32)
    /// Options of a COPY that PostgreSQL would refuse, such as a delimiter that is also the quote.
    case invalidCopyLayout
    /// An ErrorResponse or NoticeResponse whose fields are not as the protocol says.
    case malformedFields(offset: Int)

    public var description: String {
        switch self {
        case .malformedRow(let offset): "malformed row data at byte \(offset)"
        case .cellCount(let expected, let found): "a row of \(found) cells where \(expected) were described"
        case .malformedCopy(let offset): "malformed copy data at byte \(offset)"
        case .truncatedCopy: "copy data ends before its end"
        case .unsupportedCopyFlags(let flags): "copy data with flags \(flags)"
        case .invalidCopyLayout: "copy options that exclude each other"
        case .malformedFields(let offset): "malformed message fields at byte \(offset)"
        }
    }
}
