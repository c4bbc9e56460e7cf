// Reads fields of one message, never past its end.

/// The name of a statement or portal, equal to another when its bytes are. `String` holds canonically equivalent texts equal; PostgreSQL
/// does not, and a name that stood for two statements would let one be judged as the other.
struct PostgresName: Hashable {
    let text: String
    init(_ text: String) { self.text = text }
    var isEmpty: Bool { text.isEmpty }
    static func == (a: Self, b: Self) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }
    func hash(into hasher: inout Hasher) {
        if text.utf8.withContiguousStorageIfAvailable({ hasher.combine(bytes: UnsafeRawBufferPointer($0)) }) != nil { return }
        for byte in text.utf8 { hasher.combine(byte) }
    }
    /// The unnamed statement or portal.
    static let unnamed = PostgresName("")
}

/// A cursor over borrowed bytes of one message. Every read answers nil past the end, and then nothing was consumed.
struct PostgresReader {
    let bytes: UnsafeRawBufferPointer
    private(set) var position: Int = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var remaining: Int { bytes.count - position }
    var isAtEnd: Bool { position == bytes.count }

    mutating func byte() -> UInt8? {
        guard remaining >= 1 else { return nil }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func int16() -> Int? {
        guard remaining >= 2 else { return nil }
        defer { position += 2 }
        return Int(Int16(bitPattern: UInt16(bytes[position]) << 8 | UInt16(bytes[position + 1])))
    }

    /// A count of parameters: PostgreSQL takes up to 65,535 of them.
    mutating func uint16() -> Int? {
        int16().map { $0 & 0xFFFF }
    }

    mutating func uint32() -> UInt32? {
        guard remaining >= 4 else { return nil }
        defer { position += 4 }
        return PostgresCodec.word(bytes, position)
    }

    mutating func int32() -> Int? {
        guard let word = uint32() else { return nil }
        return Int(Int32(bitPattern: word))
    }

    mutating func bytes(_ count: Int) -> UnsafeRawBufferPointer? {
        guard count >= 0, remaining >= count else { return nil }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }

    /// The bytes before the next NUL; the NUL is consumed.
    mutating func text() -> UnsafeRawBufferPointer? {
        guard let end = PostgresCodec.firstNul(bytes, from: position) else { return nil }
        let found = UnsafeRawBufferPointer(rebasing: bytes[position..<end])
        position = end + 1
        return found
    }

    /// `text` as a String: valid UTF-8 is kept, anything else is mapped byte by byte.
    mutating func string() -> String? { text().map(PostgresCodec.string) }

    /// The name of a statement or portal; nil for one that PostgreSQL would cut.
    mutating func name() -> PostgresName? {
        guard let found = text(), found.count <= PostgresLimits.nameBytes else { return nil }
        return PostgresName(PostgresCodec.string(found))
    }
}
