// Reads fixed little-endian values from untrusted bytes: every step is bounded, every failure says where.

/// A cursor over one section of a serialised program.
struct ByteReader {
    let bytes: UnsafeRawBufferPointer
    let section: ProgramSection?
    private(set) var position: Int
    private let end: Int

    init(_ bytes: UnsafeRawBufferPointer, _ section: ProgramSection?, from start: Int, to end: Int) {
        self.bytes = bytes
        self.section = section
        position = start
        self.end = min(end, bytes.count)
    }

    var remaining: Int { end - position }

    func refuse(_ reason: ProgramError.Reason) -> ProgramError { ProgramError(reason, section, position) }

    private mutating func integer<T: FixedWidthInteger>(_ type: T.Type) throws(ProgramError) -> T {
        let size = MemoryLayout<T>.size
        guard remaining >= size else { throw refuse(.truncated) }
        defer { position += size }
        return T(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: T.self))
    }

    mutating func u8() throws(ProgramError) -> UInt8 { try integer(UInt8.self) }
    mutating func u16() throws(ProgramError) -> UInt16 { try integer(UInt16.self) }
    mutating func u32() throws(ProgramError) -> UInt32 { try integer(UInt32.self) }
    mutating func u64() throws(ProgramError) -> UInt64 { try integer(UInt64.self) }
    mutating func i64() throws(ProgramError) -> Int64 { try integer(Int64.self) }
    mutating func i32() throws(ProgramError) -> Int32 { try integer(Int32.self) }

    mutating func flag() throws(ProgramError) -> Bool {
        let value = try u8()
        guard value <= 1 else {
            position -= 1
            throw refuse(.badFlag)
        }
        return value == 1
    }

    mutating func enumeration<E: RawRepresentable>(_ type: E.Type) throws(ProgramError) -> E where E.RawValue == UInt8 {
        let raw = try u8()
        guard let value = E(rawValue: raw) else {
            position -= 1
            throw refuse(.badEnumeration)
        }
        return value
    }

    /// Raw bytes after their 32-bit length.
    mutating func run(max limit: Int) throws(ProgramError) -> UnsafeRawBufferPointer {
        let start = position
        let count = Int(try u32())
        guard count <= limit else {
            position = start
            throw refuse(.textTooLong)
        }
        guard count <= remaining else { throw refuse(.truncated) }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<(position + count)])
    }

    mutating func string(max limit: Int) throws(ProgramError) -> String {
        let start = position
        let run = try run(max: limit)
        guard let text = String(validating: run, as: UTF8.self) else {
            position = start
            throw refuse(.badUTF8)
        }
        return text
    }

    /// A list after its 32-bit count. The count is held against the limit and against what `smallest` bytes an element
    /// would need, before any memory is taken.
    mutating func list<T>(
        max limit: Int, smallest: Int, _ element: (inout ByteReader) throws(ProgramError) -> T
    ) throws(ProgramError) -> [T] {
        let start = position
        let count = Int(try u32())
        guard count <= limit else {
            position = start
            throw refuse(.tooMany)
        }
        guard count * smallest <= remaining else { throw refuse(.truncated) }
        var list: [T] = []
        list.reserveCapacity(count)
        for _ in 0..<count { list.append(try element(&self)) }
        return list
    }

    mutating func optional<T>(_ value: (inout ByteReader) throws(ProgramError) -> T) throws(ProgramError) -> T? {
        try flag() ? try value(&self) : nil
    }

    func finish() throws(ProgramError) {
        guard remaining == 0 else { throw refuse(.trailingBytes) }
    }
}
