// Rows that the ingester need not look up again: sessions that are open.

/// A session whose messages are being taken in.
final class KnownSession {
    let number: Int64
    var messages: Int64 = 0
    var refused: Int64 = 0
    var stopped: Int64 = 0
    var lastAt: UInt64 = 0
    /// It is in the batch's list of sessions to update.
    var isTouched = false
    private var lastFingerprint: UInt64 = 0
    private var fingerprints: Set<UInt64> = []

    init(number: Int64) { self.number = number }

    /// Whether a fingerprint was not met in this session before; one that was forgotten is new again.
    func isNew(_ fingerprint: UInt64) -> Bool {
        if fingerprint == lastFingerprint { return false }
        lastFingerprint = fingerprint
        if fingerprints.count >= RecordingLimits.rememberedFingerprints { fingerprints.removeAll(keepingCapacity: true) }
        return fingerprints.insert(fingerprint).inserted
    }

    func rowID(_ sequence: UInt64) -> Int64 { number << 32 | Int64(sequence & 0xFFFF_FFFF) }
}

/// Sessions by their identifiers, those that were asked for lately without hashing.
struct KnownSessions {
    private static let slots = 256
    private var all: [SessionID: KnownSession] = [:]
    private var recent: [(id: SessionID, session: KnownSession)?] = Array(repeating: nil, count: slots)

    var count: Int { all.count }

    @inline(__always) private static func slot(_ id: SessionID) -> Int { Int(truncatingIfNeeded: id.low) & (slots - 1) }

    mutating func find(_ id: SessionID) -> KnownSession? {
        let slot = Self.slot(id)
        if let known = recent[slot], known.id == id { return known.session }
        guard let found = all[id] else { return nil }
        recent[slot] = (id, found)
        return found
    }

    subscript(id: SessionID) -> KnownSession? {
        get { all[id] }
        set {
            all[id] = newValue
            if recent[Self.slot(id)]?.id == id { recent[Self.slot(id)] = nil }
        }
    }

    mutating func removeAll() {
        all.removeAll(keepingCapacity: true)
        for slot in recent.indices { recent[slot] = nil }
    }
}
