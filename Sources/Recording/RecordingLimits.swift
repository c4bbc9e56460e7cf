// Every bound of the recording, by name.

/// Bounds of what is recorded and how.
public enum RecordingLimits {
    /// Longest payload of one journal entry, in bytes. A message of the gate's own limit fits with its parameters.
    public static let entryBytes = 48 << 20
    /// Messages that one session's recording can number.
    public static let messagesPerSession: UInt64 = 0xFFFF_FFFE
    /// Sizes a journal segment may have, in bytes.
    public static let segmentBytes: ClosedRange<Int> = 4096...(1 << 30)
    /// Journal entries that one database transaction takes from one journal, and the bytes of them after which it stops.
    public static let batchEntries = 16_384
    public static let batchBytes = 16 << 20
    /// Rule names of a program, groups of a caller, claims of a caller, mask rules of a set: what an entry may list.
    public static let listedNames = 1 << 20
    /// Texts at least this long are stored once and shared by the messages that send them, in bytes.
    public static let sharedTextBytes = 512
    /// Results of one event loop that may be unfinished at once; those of further messages are not recorded.
    public static let unfinishedResults = 4096
    /// Bytes of a block after which the next begins: what a reader holds at a time.
    public static let blockBytes = 256 << 10
    /// Fingerprints of one session that the ingester remembers as written; beyond, it writes them again.
    static let rememberedFingerprints = 1024
    /// Sessions whose rows the ingester remembers; beyond, it looks them up again.
    public static let rememberedSessions = 65_536
    /// Programs and mask sets that a journal remembers as written; beyond, it forgets and writes them again.
    public static let rememberedNames = 4096
}

/// How a recorder works. The defaults are for production; tests make everything small.
public struct RecorderSettings: Sendable, Hashable {
    /// Size of a journal segment, in bytes; reserved on disk when it is made. A longer entry gets a segment of its own size.
    public var segmentBytes: Int
    /// Bytes one journal may be ahead of the database before messages are refused.
    public var backlogBytes: UInt64
    /// How long the ingester waits between two transactions, in milliseconds: longer means larger batches and less work.
    public var intervalMilliseconds: Int

    public init(segmentBytes: Int = 2 << 20, backlogBytes: UInt64 = 1 << 30, intervalMilliseconds: Int = 200) {
        self.segmentBytes = min(max(segmentBytes, RecordingLimits.segmentBytes.lowerBound), RecordingLimits.segmentBytes.upperBound)
        self.backlogBytes = backlogBytes
        self.intervalMilliseconds = max(intervalMilliseconds, 1)
    }
}
