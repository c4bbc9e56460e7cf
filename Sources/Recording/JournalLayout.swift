// The bytes of a journal: segment header, entry header, and the fixed parts of the two entries that are written for every statement.
//
// A segment file:  64 bytes of header │ entry │ entry │ … │ zeros
// An entry:        length u32 │ type u32 │ checksum u64 │ payload │ zeros up to a multiple of 8
// The length counts header and payload and is stored last, so an entry is either whole or, its length being zero, not there.
// Everything is little-endian, as are all machines this runs on; the header says so by its magic number.

/// What an entry is about. Raw values are part of the journal's format.
enum EntryType: UInt32 {
    case program = 1
    case session = 2
    case maskSet = 3
    case statement = 4
    case outcome = 5
    case sessionEnd = 6
    case resultChunk = 7
    /// The journal goes on in its next segment.
    case roll = 8
    /// What happened around a message: approvals, watches, rules that only observe.
    case event = 9
}

enum SegmentLayout {
    static let magic: UInt64 = 0x314C_4E4A_5450_4E50  // "PNPTJNL1"
    static let headerBytes = 64
    static let journal = 8
    static let number = 16
    static let seed = 24
    static let checksum = 32
}

enum EntryLayout {
    static let headerBytes = 16
    static let length = 0
    static let type = 4
    static let checksum = 8
    static func aligned(_ count: Int) -> Int { (count &+ 7) & ~7 }
}

/// The fixed part of a statement's payload; text, name, portal and parameters follow in this order.
enum StatementLayout {
    static let session = 0
    static let sequence = 16
    static let moment = 24
    static let program = 32
    static let masks = 40
    static let fingerprint = 48
    static let lexical = 56
    static let rule = 64
    static let textCount = 68
    static let nameCount = 72
    static let portalCount = 76
    static let parameterCount = 80
    static let kind = 84
    static let effect = 85
    static let inTransaction = 86
    static let fixedBytes = 88
}

enum OutcomeLayout {
    static let session = 0
    static let sequence = 16
    static let duration = 24
    static let rows = 32
    static let bytes = 40
    static let completed = 48
    /// Five ASCII bytes; the first is zero when there was no error.
    static let sqlstate = 52
    /// One where the gateway stopped what it had let through; zero in what older gateways wrote.
    static let stopped = 57
    /// How many messages right before this one completed at the same time with nothing else to tell; zero in what older gateways wrote.
    static let before = 58
    static let fixedBytes = 64
}
