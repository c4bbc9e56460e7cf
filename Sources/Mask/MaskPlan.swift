// The masks that hold for one caller on one resource.

/// A column to mask.
public struct ColumnMask: Hashable, Sendable {
    /// nil: in any schema.
    public var schema: String?
    /// nil: of any table.
    public var table: String?
    public var column: String
    public var transform: MaskTransform
    /// The policy said `guarded`: the column may appear as plain output only.
    public var isGuarded: Bool

    public init(schema: String?, table: String?, column: String, transform: MaskTransform, isGuarded: Bool = false) {
        self.schema = schema
        self.table = table
        self.column = column
        self.transform = transform
        self.isGuarded = isGuarded
    }
}

/// A kind of value to mask wherever it stands.
public struct ValueMask: Sendable {
    public var detector: Detector
    public var transform: MaskTransform
    public init(detector: Detector, transform: MaskTransform) {
        self.detector = detector
        self.transform = transform
    }
}

/// Why a plan cannot be made.
public enum MaskPlanError: Error, Equatable, Sendable {
    /// A `hash` or `tokenize` transform without a key of at least `MaskPlan.shortestHashKey` bytes.
    case hashKeyTooShort(bytes: Int)
    /// A `partial` that keeps a negative or too large number of characters, a `range` of no step.
    case invalidTransform(MaskTransform)
    /// More entries than `MaskPlan.maximumColumns`, `MaskPlan.maximumValues` or `MaskPlan.maximumOwn`.
    case tooManyEntries
}

/// All masks of one caller on one resource, joined. Immutable and shared by its sessions.
///
/// Names are compared byte for byte, as the catalogue has them. Where a schema or table is not known, give nil: it then matches
/// every entry, since what is unknown never helps the caller.
public final class MaskPlan: Sendable {
    /// The shortest key for `hash`, in bytes: under it, masked values could be found by trying.
    public static let shortestHashKey = 16
    public static let maximumColumns = 10_000
    public static let maximumValues = 256
    /// Detectors of one's own, each counted once.
    public static let maximumOwn = 64

    public let columns: [ColumnMask]
    public let values: [ValueMask]
    /// The detectors of one's own among `values`, each once.
    let own: [Detector]
    let hashKey: [UInt8]
    /// Positions in `columns` by column name.
    private let byName: [String: [Int]]

    /// No masks at all.
    public static let none = MaskPlan()

    private init() {
        columns = []
        values = []
        own = []
        hashKey = []
        byName = [:]
    }

    /// `hashKey` may be empty where no transform is keyed.
    public init(columns: [ColumnMask], values: [ValueMask], hashKey: [UInt8]) throws(MaskPlanError) {
        guard columns.count <= Self.maximumColumns, values.count <= Self.maximumValues else { throw .tooManyEntries }
        for transform in columns.map(\.transform) + values.map(\.transform) {
            guard transform.isValid else { throw .invalidTransform(transform) }
            guard !transform.isKeyed || hashKey.count >= Self.shortestHashKey else { throw .hashKeyTooShort(bytes: hashKey.count) }
        }
        var own: [Detector] = []
        for value in values where value.detector.own != nil && !own.contains(where: { $0 === value.detector }) { own.append(value.detector) }
        guard own.count <= Self.maximumOwn else { throw .tooManyEntries }
        self.columns = columns
        self.values = values
        self.own = own
        self.hashKey = hashKey
        byName = Dictionary(grouping: columns.indices) { columns[$0].column }
    }

    public var isEmpty: Bool { columns.isEmpty && values.isEmpty }
    /// Whether any value mask holds: then every cell, also one of no masked column, is looked through.
    public var scansValues: Bool { !values.isEmpty }

    /// What becomes of a column: all entries that name it, joined. nil: nothing.
    public func transform(schema: String?, table: String?, column: String) -> MaskTransform? {
        var result: MaskTransform?
        for index in byName[column] ?? [] where columns[index].covers(schema: schema, table: table) {
            result = result.map { MaskTransform.joined($0, columns[index].transform) } ?? columns[index].transform
        }
        return result
    }

    /// Whether an entry that covers the column is guarded.
    public func isGuarded(schema: String?, table: String?, column: String) -> Bool {
        (byName[column] ?? []).contains { columns[$0].isGuarded && columns[$0].covers(schema: schema, table: table) }
    }

    /// Whether a column of the table is masked or may be: an entry for any table counts, whether or not this one has the column.
    public func masksAny(schema: String?, table: String?) -> Bool {
        columns.contains { $0.covers(schema: schema, table: table) }
    }

    /// The masks for a table's columns, one for each column name in order of name. Entries for any table are among them.
    public func columns(ofSchema schema: String?, table: String?) -> [ColumnMask] {
        byName.keys.sorted().compactMap { column in
            transform(schema: schema, table: table, column: column).map { transform in
                ColumnMask(
                    schema: schema, table: table, column: column, transform: transform,
                    isGuarded: isGuarded(schema: schema, table: table, column: column))
            }
        }
    }
}

extension ColumnMask {
    func covers(schema: String?, table: String?) -> Bool {
        (self.schema == nil || schema == nil || self.schema == schema) && (self.table == nil || table == nil || self.table == table)
    }
}
