// What can go wrong when something is recorded or read back; the text carries no customer's data.

/// Why a recording could not be written, opened or read. A message that could not be recorded must not be forwarded.
public enum RecordingError: Error, Sendable, Hashable {
    /// A file operation failed: its name, the file, and the system's `errno`.
    case file(operation: String, path: String, code: Int32)
    /// The disk, or the quota, has no room for the next journal segment.
    case full(path: String)
    /// Another process records into this directory.
    case locked(path: String)
    /// There is no recording in this directory.
    case notFound(path: String)
    /// One message is longer than a journal entry may be, in bytes.
    case entryTooLong(bytes: Int, limit: Int)
    /// What is journalled but not yet in the database has reached its limit, in bytes: the database cannot be written, or is too slow.
    case backlog(bytes: UInt64, limit: UInt64)
    /// One session has sent more messages than its recording can number.
    case sessionTooLong(limit: UInt64)
    /// SQLite refused: its result code and its own words.
    case database(code: Int32, message: String)
    /// The database was written by a newer version: its schema and the newest one known here.
    case newerSchema(found: Int, known: Int)
    /// A file is not what it should be: what, and at which byte.
    case damaged(path: String, offset: Int)
    /// The recorder was closed.
    case closed
}

extension RecordingError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .file(let operation, let path, let code):
            "cannot \(operation) \(path): \(SystemCall.describe(code))"
        case .full(let path): "no room on the disk for \(path)"
        case .locked(let path): "another process records into \(path)"
        case .notFound(let path): "there is no recording in \(path)"
        case .entryTooLong(let bytes, let limit): "a message of \(bytes) bytes is over the \(limit) that can be recorded"
        case .backlog(let bytes, let limit):
            "\(bytes) bytes of recordings wait for the database, over the limit of \(limit)"
        case .sessionTooLong(let limit): "the session has sent \(limit) messages, which is all that can be recorded of one"
        case .database(let code, let message): "recording database: \(message) (SQLite result \(code))"
        case .newerSchema(let found, let known):
            "the recording has schema \(found), this version knows \(known) and older: use a newer postern"
        case .damaged(let path, let offset): "\(path) is damaged at byte \(offset)"
        case .closed: "the recorder is closed"
        }
    }
}
