// A cached SQLite statement with its values bound straight from memory: no arrays, no copies.

import GRDB
import GRDBSQLite

/// One prepared statement of a connection. Values are bound by position from 1; text is bound byte for byte, valid UTF-8 or not.
///
/// Bound memory must stay in place until `run` returns. GRDB owns the statement and its life; this goes around GRDB's own binding,
/// which costs more than the insert itself.
struct RowStatement {
    private let statement: GRDB.Statement
    private let handle: OpaquePointer

    init(_ db: Database, _ sql: String) throws {
        statement = try db.cachedStatement(sql: sql)
        handle = statement.sqliteStatement
        sqlite3_reset(handle)
    }

    @inline(__always) func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(handle, index, value) }
    /// The same 64 bits, read as signed: SQLite has no other integer.
    @inline(__always) func bind(_ index: Int32, _ value: UInt64) { sqlite3_bind_int64(handle, index, Int64(bitPattern: value)) }
    @inline(__always) func bindNull(_ index: Int32) { sqlite3_bind_null(handle, index) }
    @inline(__always) func bind(_ index: Int32, text: UnsafeRawBufferPointer) {
        // A nil pointer would mean NULL; an empty text is not that.
        let base = text.baseAddress?.assumingMemoryBound(to: CChar.self) ?? Self.emptyText
        sqlite3_bind_text(handle, index, base, Int32(truncatingIfNeeded: text.count), nil)
    }
    /// NULL when empty.
    @inline(__always) func bind(_ index: Int32, presentText text: UnsafeRawBufferPointer) {
        if text.isEmpty { bindNull(index) } else { bind(index, text: text) }
    }
    /// NULL when empty.
    @inline(__always) func bind(_ index: Int32, presentBlob bytes: UnsafeRawBufferPointer) {
        if bytes.isEmpty { bindNull(index) } else {
            sqlite3_bind_blob(handle, index, bytes.baseAddress, Int32(truncatingIfNeeded: bytes.count), nil)
        }
    }
    /// Copied by SQLite, for values that do not outlive the call.
    func bind(_ index: Int32, copying text: String) {
        var text = text
        text.withUTF8 { bytes in
            _ = bytes.withMemoryRebound(to: CChar.self) {
                sqlite3_bind_text(handle, index, $0.baseAddress ?? Self.emptyText, Int32(truncatingIfNeeded: $0.count), Self.transient)
            }
        }
    }

    /// Runs a statement that returns no rows.
    @inline(__always) func run() throws {
        let result = sqlite3_step(handle)
        sqlite3_reset(handle)
        if result != SQLITE_DONE { throw failure(result) }
    }

    /// Runs a query for its first column of its first row, an integer.
    func firstInteger() throws -> Int64? {
        let result = sqlite3_step(handle)
        defer { sqlite3_reset(handle) }
        if result == SQLITE_DONE { return nil }
        if result != SQLITE_ROW { throw failure(result) }
        return sqlite3_column_int64(handle, 0)
    }

    private func failure(_ result: Int32) -> RecordingError {
        .database(code: result, message: String(cString: sqlite3_errstr(result)))
    }

    nonisolated(unsafe) private static let emptyText: UnsafePointer<CChar> = {
        let place = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
        place.pointee = 0
        return UnsafePointer(place)
    }()
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
