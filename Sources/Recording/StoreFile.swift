// Opening the database, for the one writer and for readers.

import Foundation
import GRDB

enum StoreFile {
    static func path(_ directory: String) -> String { directory + "/" + Schema.fileName }

    /// WAL, so that readers never wait for the writer; synchronous NORMAL, since the journals and not the commit keep what a killed
    /// process wrote.
    static func openForWriting(_ directory: String) throws(RecordingError) -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "recording"
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(5)
        // The one writer puts in only numbers that it has just looked up; checking each again costs as much as half an insert.
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA synchronous = NORMAL")
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 4000")
        }
        // SQLite would make the file readable for all; its log and index files take the mode of the file.
        close(try SystemCall.openFile(path(directory), O_RDWR | O_CREAT))
        do {
            let queue = try DatabaseQueue(path: path(directory), configuration: configuration)
            try queue.write { try Schema.migrate($0) }
            return queue
        } catch {
            throw Self.error(error)
        }
    }

    static func openForReading(_ directory: String) throws(RecordingError) -> DatabaseQueue {
        guard access(path(directory), F_OK) == 0 else { throw .notFound(path: directory) }
        var configuration = Configuration()
        configuration.label = "recording-reader"
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        do {
            let queue = try DatabaseQueue(path: path(directory), configuration: configuration)
            let version = try queue.read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
            guard version <= Schema.version else { throw RecordingError.newerSchema(found: version, known: Schema.version) }
            return queue
        } catch {
            throw Self.error(error)
        }
    }

    /// SQLite's words without the SQL and its arguments, which may hold what customers sent.
    static func error(_ error: any Error) -> RecordingError {
        if let own = error as? RecordingError { return own }
        if let database = error as? DatabaseError {
            return .database(code: database.extendedResultCode.rawValue, message: database.message ?? "unknown error")
        }
        return .database(code: 1, message: "unexpected error")
    }
}
