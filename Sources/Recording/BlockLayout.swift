// How messages are kept in the database: blocks of many messages of one session, each told as its difference to the one before.
//
// A block:    format u8 │ message │ message │ …
// A message:  kind u8 │ what it has and how it differs u24 │ the fields that are there, in the order of `BlockField`
// Numbers are LEB128, signed ones zigzag; fingerprints and mask sets, which look random, take eight bytes, little-endian.
// Before the first message of a block everything is zero. The format is the database's: fields are added, never renumbered.

enum BlockFormat {
    static let first: UInt8 = 1
}

/// What a message of a block says of itself.
struct BlockField: OptionSet {
    let rawValue: UInt32

    /// Its number is not the one before plus one: the difference follows.
    static let sequence = BlockField(rawValue: 1 << 0)
    /// Nanoseconds since the message before.
    static let moment = BlockField(rawValue: 1 << 1)
    static let text = BlockField(rawValue: 1 << 2)
    /// The number of a text that many messages share.
    static let sharedText = BlockField(rawValue: 1 << 3)
    static let name = BlockField(rawValue: 1 << 4)
    static let portal = BlockField(rawValue: 1 << 5)
    static let parameters = BlockField(rawValue: 1 << 6)
    /// Other than `allow`.
    static let effect = BlockField(rawValue: 1 << 7)
    // Those that follow are there when they differ from the message before.
    static let rule = BlockField(rawValue: 1 << 8)
    static let program = BlockField(rawValue: 1 << 9)
    static let masks = BlockField(rawValue: 1 << 10)
    static let fingerprint = BlockField(rawValue: 1 << 11)
    static let lexical = BlockField(rawValue: 1 << 12)
    static let inTransaction = BlockField(rawValue: 1 << 13)
    /// Duration, rows, bytes and statements that ran to their end.
    static let outcome = BlockField(rawValue: 1 << 14)
    /// Five bytes.
    static let sqlstate = BlockField(rawValue: 1 << 15)

    static let all = BlockField(rawValue: 1 << 16 - 1)
}

/// What a message may have in common with the one before.
struct BlockState {
    var sequence: UInt64 = 0
    var moment: UInt64 = 0
    var rule: Int32 = -1
    /// The program's number in the database; 0 where it is not known.
    var program: Int64 = 0
    var masks: UInt64 = 0
    var fingerprint: UInt64 = 0
    var lexical: UInt64 = 0
    var inTransaction: UInt8 = 0
}
