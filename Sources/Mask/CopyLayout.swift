// The format and options of a COPY.

/// How COPY data is written (PostgreSQL manual, COPY, "File Formats"). Made by `text`, `csv` or `binary`.
public struct CopyLayout: Equatable, Sendable {
    public enum Format: UInt8, Equatable, Sendable {
        case text, csv, binary
    }

    public let format: Format
    public let delimiter: UInt8
    /// CSV only.
    public let quote: UInt8
    public let escape: UInt8
    /// What stands for NULL, as it is on the wire.
    public let null: [UInt8]
    /// The first line has the columns' names.
    public let hasHeader: Bool

    /// Text format. Throws `invalidCopyLayout` for options that PostgreSQL refuses.
    public static func text(
        delimiter: UInt8 = 9, null: [UInt8] = [0x5c, 0x4e], hasHeader: Bool = false
    ) throws(MaskError) -> CopyLayout {
        let layout = CopyLayout(
            format: .text, delimiter: delimiter, quote: 0, escape: UInt8(ascii: "\\"), null: null, hasHeader: hasHeader)
        // As `ProcessCopyOptions` has it: these would be read as escapes, NULL or end of data.
        guard !ASCII.isDigit(delimiter), !(97...122).contains(delimiter), delimiter != UInt8(ascii: "\\"), delimiter != UInt8(ascii: ".")
        else { throw .invalidCopyLayout }
        return try layout.checked()
    }

    /// CSV. Throws `invalidCopyLayout` for options that PostgreSQL refuses.
    public static func csv(
        delimiter: UInt8 = 0x2c, quote: UInt8 = 0x22, escape: UInt8? = nil, null: [UInt8] = [], hasHeader: Bool = false
    ) throws(MaskError) -> CopyLayout {
        let layout = CopyLayout(
            format: .csv, delimiter: delimiter, quote: quote, escape: escape ?? quote, null: null, hasHeader: hasHeader)
        guard delimiter != quote, !null.contains(quote), !layout.endsLine(quote), !layout.endsLine(layout.escape) else {
            throw .invalidCopyLayout
        }
        return try layout.checked()
    }

    /// Binary format.
    public static let binary = CopyLayout(format: .binary, delimiter: 0, quote: 0, escape: 0, null: [], hasHeader: false)

    /// The longest text for NULL, in bytes.
    public static let maximumNull = 1024

    private func checked() throws(MaskError) -> CopyLayout {
        guard delimiter != 0, !endsLine(delimiter), !null.contains(delimiter), !null.contains(where: endsLine),
            null.count <= Self.maximumNull
        else { throw .invalidCopyLayout }
        return self
    }

    func endsLine(_ byte: UInt8) -> Bool { byte == 10 || byte == 13 }
}
