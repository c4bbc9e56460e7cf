// The PostgreSQL wire as types: message bytes, special start-up codes, transaction states (PostgreSQL manual, chapter 55).

/// What a client sends after start-up, by its type byte (PostgreSQL manual, section 55.7, messages marked F).
enum PostgresFrontend: UInt8, CaseIterable {
    case bind = 0x42  // B
    case close = 0x43  // C
    case copyData = 0x64  // d
    case copyDone = 0x63  // c
    case copyFail = 0x66  // f
    case describe = 0x44  // D
    case execute = 0x45  // E
    case flush = 0x48  // H
    case functionCall = 0x46  // F
    case parse = 0x50  // P
    case password = 0x70  // p, also SASL's messages
    case query = 0x51  // Q
    case sync = 0x53  // S
    case terminate = 0x58  // X

    /// The largest length word PostgreSQL takes for this type (`SocketBackend` in postgres.c: PQ_SMALL_MESSAGE_LIMIT, PQ_LARGE_MESSAGE_LIMIT).
    var lengthLimit: Int {
        switch self {
        case .query, .functionCall, .parse, .bind, .copyData: PostgresLimits.largeMessage
        case .password: PostgresLimits.tokenBytes + 5
        case .close, .copyDone, .copyFail, .describe, .execute, .flush, .sync, .terminate: PostgresLimits.smallMessage
        }
    }
}

/// What a backend sends, by its type byte (PostgreSQL manual, section 55.7, messages marked B).
enum PostgresBackend: UInt8, CaseIterable {
    case authentication = 0x52  // R
    case backendKeyData = 0x4B  // K
    case bindComplete = 0x32  // 2
    case closeComplete = 0x33  // 3
    case commandComplete = 0x43  // C
    case copyBothResponse = 0x57  // W
    case copyData = 0x64  // d
    case copyDone = 0x63  // c
    case copyInResponse = 0x47  // G
    case copyOutResponse = 0x48  // H
    case dataRow = 0x44  // D
    case emptyQueryResponse = 0x49  // I
    case errorResponse = 0x45  // E
    case functionCallResponse = 0x56  // V
    case negotiateProtocolVersion = 0x76  // v
    case noData = 0x6E  // n
    case noticeResponse = 0x4E  // N
    case notificationResponse = 0x41  // A
    case parameterDescription = 0x74  // t
    case parameterStatus = 0x53  // S
    case parseComplete = 0x31  // 1
    case portalSuspended = 0x73  // s
    case readyForQuery = 0x5A  // Z
    case rowDescription = 0x54  // T

    /// The largest length word taken from a backend: rows as long as PostgreSQL makes them, descriptions and errors bounded
    /// because they are held whole, everything else as libpq bounds it (`pqParseInput3`: 30,000).
    var lengthLimit: Int {
        switch self {
        case .dataRow, .copyData, .functionCallResponse: PostgresLimits.largeMessage
        case .rowDescription, .errorResponse, .noticeResponse, .notificationResponse, .parameterDescription:
            PostgresLimits.longControlMessage
        case .authentication, .backendKeyData, .bindComplete, .closeComplete, .commandComplete, .copyBothResponse, .copyDone,
            .copyInResponse, .copyOutResponse, .emptyQueryResponse, .negotiateProtocolVersion, .noData, .parameterStatus,
            .parseComplete, .portalSuspended, .readyForQuery:
            PostgresLimits.shortControlMessage
        }
    }
}

/// The codes that stand where a start-up packet has its protocol version (PostgreSQL manual, section 55.7).
enum PostgresStartupCode {
    static let cancel: UInt32 = 80_877_102
    static let ssl: UInt32 = 80_877_103
    static let gss: UInt32 = 80_877_104
    /// Protocol 3.0: the highest this gateway speaks, on both sides.
    static let version3: UInt32 = 3 << 16
}

/// The transaction state a backend reports in ReadyForQuery.
enum PostgresTransactionState: UInt8 {
    case idle = 0x49  // I
    case inTransaction = 0x54  // T
    case failed = 0x45  // E
}
