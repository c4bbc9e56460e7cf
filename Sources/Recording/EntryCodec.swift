// Numbers, bytes and names as a journal entry carries them: little-endian, lengths before contents, nothing trusted when read.

/// Builds the payload of the entries that are rare enough to be built apart: sessions, programs, mask sets.
struct EntryWriter {
    private(set) var bytes: [UInt8] = []

    mutating func put(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
    mutating func put(bytes more: some Collection<UInt8>) {
        put(UInt32(truncatingIfNeeded: more.count))
        bytes.append(contentsOf: more)
    }
    mutating func put(_ text: String) { put(bytes: text.utf8) }
    mutating func put(names: [String]) {
        put(UInt32(truncatingIfNeeded: names.count))
        for name in names { put(name) }
    }
    mutating func put(_ id: SessionID) {
        put(id.high)
        put(id.low)
    }

    func withBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R { bytes.withUnsafeBytes(body) }
}

/// Reads what `EntryWriter` wrote. Once anything is missing every read gives nothing and `failed` is true.
struct EntryReader {
    private let bytes: UnsafeRawBufferPointer
    private var at = 0
    private(set) var failed = false

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Everything was read, and there is nothing left.
    var isComplete: Bool { !failed && at == bytes.count }

    mutating func number<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type = T.self) -> T {
        guard !failed, bytes.count - at >= MemoryLayout<T>.size else {
            failed = true
            return 0
        }
        defer { at += MemoryLayout<T>.size }
        return T(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: T.self))
    }
    mutating func slice() -> UnsafeRawBufferPointer {
        let count = Int(number(UInt32.self))
        guard !failed, bytes.count - at >= count else {
            failed = true
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        defer { at += count }
        return UnsafeRawBufferPointer(rebasing: bytes[at..<at + count])
    }
    mutating func text() -> String { String(decoding: slice(), as: UTF8.self) }
    mutating func names() -> [String] {
        let count = Int(number(UInt32.self))
        // Each name takes four bytes at least: a count that cannot fit is a lie, and must not make us reserve memory.
        guard !failed, count <= RecordingLimits.listedNames, count <= (bytes.count - at) / 4 else {
            failed = true
            return []
        }
        var names: [String] = []
        names.reserveCapacity(count)
        for _ in 0..<count where !failed { names.append(text()) }
        return failed ? [] : names
    }
    mutating func sessionID() -> SessionID {
        let high = number(UInt64.self)
        return SessionID(high: high, low: number(UInt64.self))
    }
}
