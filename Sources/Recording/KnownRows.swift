// Rows that the ingester need not look up again: sessions that are open, programs and the names of their rules.

/// A session whose messages are being taken in.
final class KnownSession {
    let number: Int64
    var messages: Int64 = 0
    var refused: Int64 = 0
    var lastAt: UInt64 = 0
    /// It is in the batch's list of sessions to update.
    var isTouched = false

    init(number: Int64) { self.number = number }

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

/// A program's row, and its rule names in one piece of memory, so that they are bound without a copy.
final class KnownProgram {
    let number: Int64
    private let memory: UnsafeMutableRawBufferPointer
    private let ends: [Int]

    init(number: Int64, ruleNames: [String]) {
        self.number = number
        var ends: [Int] = []
        var total = 0
        for name in ruleNames {
            total += name.utf8.count
            ends.append(total)
        }
        self.ends = ends
        memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(total, 1), alignment: 1)
        var at = 0
        for name in ruleNames {
            for byte in name.utf8 {
                memory[at] = byte
                at += 1
            }
        }
    }

    deinit { memory.deallocate() }

    /// Empty for -1 and for an index that the program does not have.
    func ruleName(_ index: Int32) -> UnsafeRawBufferPointer {
        guard index >= 0, Int(index) < ends.count else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let start = index == 0 ? 0 : ends[Int(index) - 1]
        return UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(memory)[start..<ends[Int(index)]])
    }
}
