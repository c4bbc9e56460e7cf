// The recording of a gateway: hands a journal to each event loop and takes all of them into one database.

import Foundation
import Synchronization

/// Records into a directory. One process at a time; readers may read the database meanwhile.
///
/// Opening first takes in what a killed process left in its journals, so after it the database has everything that process recorded.
public final class Recorder: Sendable {
    private let core: RecorderCore

    /// - Parameter directory: made, with mode 0700, when it is not there.
    public init(directory: String, settings: RecorderSettings = RecorderSettings()) throws(RecordingError) {
        core = try RecorderCore(directory: directory, settings: settings)
        core.start()
    }

    deinit { core.close() }

    /// A journal for one event loop, to be used by that loop only.
    public func makeJournal() throws(RecordingError) -> Journal { try core.makeJournal() }

    /// Takes in everything that is journalled now. Errors stay in `metrics`, and the entries in the journals.
    public func flush() { core.flush() }

    /// Takes in what is left, stops the ingester and releases the directory. Stop the event loops before: what is recorded after
    /// this throws `closed`.
    public func close() { core.close() }

    public var metrics: RecorderMetrics { core.metrics }
}

/// How the recording does, for the metrics page.
public struct RecorderMetrics: Sendable, Hashable {
    /// Journal entries, and their bytes, that are in the database.
    public var entries: UInt64
    public var bytes: UInt64
    /// Bytes that are in journals and not yet in the database.
    public var lag: UInt64
    /// Entries that made no sense, and segments that were damaged and set aside.
    public var dropped: UInt64
    public var damagedSegments: UInt64
    /// The last error and its time, in nanoseconds since 1970; it stays until the process ends.
    public var lastError: RecordingError?
}
