// Every bound of the PostgreSQL room, in one place.

import Decision

/// Bounds on what a client or a backend may make the gateway hold. Bytes unless said otherwise.
public enum PostgresLimits {
    /// Length of a start-up packet (MAX_STARTUP_PACKET_LENGTH in PostgreSQL's libpq/pqcomm.h).
    public static let startupPacket = 10_000
    /// Start-up settings in one packet.
    public static let startupParameters = 64
    /// A token sent as password.
    public static let tokenBytes = 64 * 1024
    /// PQ_SMALL_MESSAGE_LIMIT of PostgreSQL.
    public static let smallMessage = 10_000
    /// PQ_LARGE_MESSAGE_LIMIT of PostgreSQL: 1 GiB less one.
    public static let largeMessage = 0x3FFF_FFFF
    /// A Query or Parse that is held to be judged: the gate's own bound and room for names and parameter types.
    public static let statementMessage = Gate.messageLimit + 512 * 1024
    /// A Bind or FunctionCall: held whole, because its parameters are recorded before it is forwarded.
    public static let bindMessage = 64 << 20
    /// A row that is masked is held whole; a longer one ends the session.
    public static let maskedRow = 64 << 20
    /// RowDescription, errors, notices, notifications: held whole.
    public static let longControlMessage = 4 << 20
    /// What libpq takes for every other message of a backend.
    public static let shortControlMessage = 30_000
    /// Messages whose answers are outstanding; past it the client is not read until answers have come.
    public static let outstandingMessages = 2048
    /// The longest name of a statement or portal (NAMEDATALEN of PostgreSQL, less its NUL). PostgreSQL cuts longer ones without a word, so
    /// that two of them may be one: they are refused.
    public static let nameBytes = 63
    /// Bytes that are read behind a message that waits for people, before the client waits too.
    public static let heldBytes = 64 * 1024
    /// Columns of a result (MaxTupleAttributeNumber of PostgreSQL is 1664).
    public static let columns = 1664
    /// Seconds from accept to the first ReadyForQuery.
    public static let loginSeconds: Int64 = 30
    /// Seconds for a client to take the last bytes of an ended session.
    public static let farewellSeconds: Int64 = 10
    /// Seconds for a backend to be connected to, over all of its addresses.
    public static let connectSeconds: Int64 = 10
    /// Seconds for what a client sent before its Terminate to run to its end; then it is cancelled.
    public static let terminatedSeconds: Int64 = 60
    /// Seconds for a cancel request to reach the backend and be closed by it.
    public static let cancelSeconds: Int64 = 10
    /// Cancel requests with a wrong key that one address may send in a minute; more are dropped unread.
    public static let wrongCancelsPerMinute = 60
    /// Seconds for which a loaded catalogue is believed; then it is loaded again before it is used for masks.
    public static let catalogueSeconds: Int64 = 10
    /// Seconds for a catalogue to be loaded.
    public static let catalogueLoadSeconds: Int64 = 20
    /// How long one of its queries waits for a lock of somebody else, in milliseconds.
    public static let catalogueLockMilliseconds = 250
    /// Relations, columns and functions a catalogue may hold; a larger database has its rest unknown, so masked.
    public static let catalogueRows = 2_000_000
    /// Views whose output columns are traced to their origin; those past it are known only as a whole.
    public static let tracedViews = 4096
    /// Seconds for what the gateway itself has a pooled connection do between two borrowers.
    public static let errandSeconds: Int64 = 10
    /// Milliseconds for which a client of another event loop or identity lets those go first who can take a pooled connection as it is.
    public static let poolPatienceMilliseconds: UInt64 = 200
    /// Connections that are tried for one borrower when one after the other turns out to be of no use.
    public static let poolTries = 4
    /// Milliseconds until a session in transaction pooling asks again for a connection to a server that could not be reached.
    public static let poolRetryMilliseconds: Int64 = 500
    /// The longest statement that a session in transaction pooling prepares without being bound to its connection.
    public static let carriedStatement = 64 * 1024
    /// Prepared texts that an event loop keeps for all sessions of a pool; those in use are kept besides.
    public static let carriedStatements = 4096
    /// The longest write to a client over TLS: asynchronous libpq clients stall on records that leave bytes behind in OpenSSL's buffer.
    public static let tlsWrite = 8 * 1024
}
